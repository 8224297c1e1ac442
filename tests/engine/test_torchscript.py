from __future__ import annotations

import os
import pickle
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest

from engine.torchscript import weights_of

torch: Any = pytest.importorskip("torch")


def traced(model: Any, example: Any, path: Path) -> Path:
    """The model as a TorchScript archive."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(model.eval(), example), path)
    return path


def test_every_tensor_is_read_under_its_own_name(tmp_path: Path) -> None:
    torch.manual_seed(0)
    inner = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU())
    model = torch.nn.Sequential(inner.half().float(), torch.nn.Conv2d(4, 2, 1, bias=False))
    found = weights_of(traced(model, torch.rand(1, 3, 8, 8), tmp_path / "model.pt"))
    wanted = model.state_dict()
    assert set(found) == set(wanted)
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_nothing_but_tensors_is_read(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.mkdir, (str(tmp_path / "exploded"),)

    with zipfile.ZipFile(tmp_path / "bomb.pt", "w") as archive:
        archive.writestr("bomb/data.pkl", pickle.dumps(Bomb()))
    with pytest.raises(pickle.UnpicklingError):
        weights_of(tmp_path / "bomb.pt")
    assert not (tmp_path / "exploded").exists()


def test_a_tensor_beyond_its_storage_is_refused(tmp_path: Path) -> None:
    path = traced(torch.nn.Conv2d(1, 1, 1), torch.rand(1, 1, 4, 4), tmp_path / "model.pt")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(tmp_path / "short.pt", "w") as short:
        for name in archive.namelist():
            short.writestr(name, b"" if "/data/" in name else archive.read(name))
    with pytest.raises(RuntimeError):
        weights_of(tmp_path / "short.pt")
