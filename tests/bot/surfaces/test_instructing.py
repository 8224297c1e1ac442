"""`retouch edit --backend instruct` as strangers run it: a real model, tiny and random, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.torch_edge import has_libraries
from tests.engine.inpainting.tiny_instruct import save_klein

WITH_MODELS = pytest.mark.skipif(not has_libraries(), reason="the extra “gpu” is not installed")
REMARKS = [
    # The model is built and saved outside the adapter, which drops these remarks of the libraries itself.
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]
pytestmark = REMARKS


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    image = Image.fromarray(np.random.default_rng(7).integers(90, 165, (300, 451, 3), np.uint8))
    ImageDraw.Draw(image).rectangle((190, 90, 260, 170), fill=(30, 60, 200))
    image.save(tmp_path / "box.png")
    return tmp_path / "box.png"


def retouch(photo: Path, *args: object, code: int = 0) -> dict[str, Any]:
    """What `edit --json` prints."""
    environment = {**os.environ, "RETOUCH_HOME": str(photo.parent / "home"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "bot", "edit", *map(str, args), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == code, (done.stdout, done.stderr)
    return json.loads(done.stdout)


def pixels(path: object) -> np.ndarray[Any, np.dtype[np.uint8]]:
    with Image.open(str(path)) as image:
        return np.asarray(image)


@WITH_MODELS
def test_a_sentence_becomes_pictures_that_differ_where_they_say(photo: Path, tmp_path: Path) -> None:
    model = save_klein(tmp_path / "klein-lightning-2steps")
    told = retouch(photo, photo, "make the blue box furry", "--backend", "instruct", "--model", model, "-n", 2)
    mask, before = pixels(told["mask"]) > 127, pixels(photo)
    one, other = (pixels(path) for path in told["images"])

    assert told["backend"] == "instruct"
    assert told["plan"]["operations"][0]["kind"] == "alter"
    assert told["size"] == [451, 300]
    assert told["outside_changed"] == 0
    assert told["mask_area"] == pytest.approx(mask.mean(), abs=0.01)
    assert (one == before).all(axis=2)[~mask].all()
    assert (one != before).any(axis=2)[90:170, 190:260].mean() > 0.5
    assert (one != other).any()
    assert any("blue box" in warning for warning in told["warnings"])

    undone = retouch(photo, "--continue", "undo", "-o", tmp_path / "undone.png")
    assert undone["revision"] == told["parent"]
    assert (pixels(undone["image"]) == before).all()


@WITH_MODELS
def test_a_folder_without_a_model_is_an_error(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    options = ("--backend", "instruct", "--model", tmp_path / "empty")
    error = retouch(photo, photo, "make the blue box furry", *options, code=5)["error"]

    assert error["kind"] == "backend_missing"
    assert "flux-2-klein" in error["message"]
    assert not (tmp_path / "box-edited.png").exists()


@pytest.mark.skipif(has_libraries(), reason="the extra “gpu” is installed")
def test_without_the_extra_it_says_how_to_get_it(photo: Path) -> None:
    error = retouch(photo, photo, "make the blue box furry", "--backend", "instruct", code=5)["error"]

    assert error["kind"] == "backend_missing"
    assert "uv sync --extra gpu" in error["message"]
    assert "models pull flux-2-klein" in error["message"]
