"""Real pipelines of every family, tiny and random: loaded by path, exact outside the mask, told by their seed."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Image, Mask, Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.errors import BackendFailed, BackendMissing, BadOption, MaskEmpty, MaskMismatch, OutOfMemory
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.operations import Expand, Replace, Target
from engine.protocols import Brief
from engine.weights import ModelStore
from tests.engine.inpainting.tiny_models import SIDE, save_flux_fill, save_sd, save_sdxl

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    # The tests build and save models outside the adapter, which drops these remarks of the libraries itself.
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]

SAVERS = {"sd": save_sd, "sdxl": save_sdxl, "flux-fill": save_flux_fill}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("models")
    return {name: save(home / name) for name, save in SAVERS.items()}


@pytest.fixture(scope="module")
def painter(folders: dict[str, Path]) -> DiffusionPainter:
    return painter_for(str(folders["sd"]))


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    slope = np.linspace((70, 90, 140), (190, 160, 110), 201)[:, None, :] + rng.normal(0, 6, (201, 153, 1))
    return np.clip(slope, 0, 255).astype(np.uint8)


def hole() -> Mask:
    mask = np.zeros((201, 153), np.bool_)
    mask[90:121, 60:83] = True
    return mask


@pytest.mark.parametrize("family", SAVERS)
def test_every_family_paints_near_the_mask_only_and_by_its_seed(
    folders: dict[str, Path], family: str, photo: Image
) -> None:
    painter = painter_for(str(folders[family]))
    assert painter.side == (SIDE if family != "flux-fill" else 128 * 2)
    painter.side = SIDE
    first, again, other = (painter.paint(photo, hole(), Brief("a bench", seed)) for seed in (1, 1, 2))
    assert (first == again).all()
    changed = (first != other).any(axis=2)
    assert changed[hole()].mean() > 0.5
    assert (first[:20] == photo[:20]).all()
    assert (first[:, :5] == photo[:, :5]).all()


def test_a_plain_model_paints_through_the_pipeline_that_takes_a_mask(tmp_path: Path, photo: Image) -> None:
    painter = painter_for(str(save_sd(tmp_path / "plain", channels=4, name="StableDiffusionPipeline")))
    painted = painter.paint(photo, hole(), Brief("a bench", 1))
    assert (painted != photo).any(axis=2)[hole()].any()


def test_models_are_loaded_once(folders: dict[str, Path]) -> None:
    assert painter_for(str(folders["sd"])) is painter_for(str(folders["sd"]))


def test_words_matter(painter: DiffusionPainter, photo: Image) -> None:
    bench, bush = (painter.paint(photo, hole(), Brief(words, 1)) for words in ("a bench", "a bush"))
    assert (bench != bush).any()


def test_less_strength_is_fewer_steps_from_what_was_there(painter: DiffusionPainter, photo: Image) -> None:
    def steps(strength: float) -> int:
        heard: list[float] = []
        painter.paint(photo, hole(), Brief("", 1, strength, "keep"), heard.append)
        return len(heard)

    assert 1 <= steps(0.1) < steps(0.5) < steps(1.0)


@pytest.mark.parametrize(("y", "x"), [(0, 0), (200, 152), (100, 70)])
def test_one_pixel_is_enough(painter: DiffusionPainter, photo: Image, y: int, x: int) -> None:
    mask = np.zeros((201, 153), np.bool_)
    mask[y, x] = True
    assert painter.paint(photo, mask, Brief("a fly", 1)).shape == photo.shape


def test_the_whole_picture_can_be_painted(painter: DiffusionPainter, photo: Image) -> None:
    painted = painter.paint(photo, np.ones((201, 153), np.bool_), Brief("winter", 3, 0.5, "keep"))
    assert (painted != photo).any(axis=2).mean() > 0.5


def test_edits_on_edits_leave_what_was_never_masked(
    folders: dict[str, Path], photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painter_for(str(folders["sd"])), "side", 2 * SIDE)
    editor = Editor(FixedGrounder({}).locate, FillInpainter())
    picture, touched = Picture(photo), np.zeros((201, 153), np.bool_)
    for turn in range(4):
        mask = np.zeros_like(touched)
        mask[20 + 9 * turn : 50 + 9 * turn, 30:60] = True
        operation = Replace(target=Target(previous=True), prompt="a bench")
        done = editor.edit(EditRequest(picture, (operation,), seed=turn, mask=mask, model=str(folders["sd"])))
        assert done.mask is not None
        assert done.outside_changed == 0
        assert done.mask[mask].all()
        picture, touched = done.picture, touched | done.mask
    assert (picture.rgb[~touched] == photo[~touched]).all()
    assert not touched.all()


def test_new_canvas_by_the_same_seed_is_the_same(folders: dict[str, Path], photo: Image) -> None:
    editor = Editor(FixedGrounder({}).locate, FillInpainter())
    request = EditRequest(Picture(photo[:60, :46]), (Expand(aspect="16:9"),), seed=5, model=str(folders["sd"]))
    first, again = (editor.edit(request).picture.rgb for _ in range(2))
    assert (first == again).all()
    assert first.shape == (60, 107, 3)
    assert first[:, :30].std() > 1


def test_without_a_model_by_name_one_is_named(tmp_path: Path) -> None:
    for store in (None, ModelStore(tmp_path)):
        with pytest.raises(BackendMissing) as missing:
            painter_for(store=store)
        assert "sd-1.5-inpainting" in missing.value.need


def test_bad_masks_are_refused(painter: DiffusionPainter, photo: Image) -> None:
    with pytest.raises(MaskEmpty):
        painter.paint(photo, np.zeros((201, 153), np.bool_), Brief("", 1))
    with pytest.raises(MaskMismatch):
        painter.paint(photo, np.ones((200, 153), np.bool_), Brief("", 1))


def test_progress_rises_to_the_end(painter: DiffusionPainter, photo: Image) -> None:
    heard: list[float] = []
    painter.paint(photo, hole(), Brief("", 1), heard.append)
    assert heard == sorted(heard)
    assert len(heard) > 10
    assert heard[-1] == 1


@pytest.mark.parametrize("reason", [KeyboardInterrupt, ValueError], ids=["base", "plain"])
def test_progress_can_stop_it_midway_and_the_next_edit_works(
    painter: DiffusionPainter, photo: Image, reason: type[BaseException]
) -> None:
    steps = 0

    def stop(part: float) -> None:
        nonlocal steps
        steps += 1
        if part > 0.3:
            raise reason

    with pytest.raises(reason):
        painter.paint(photo, hole(), Brief("", 1), stop)
    assert steps < 20
    assert painter.paint(photo, hole(), Brief("", 1)).shape == photo.shape


def failing(painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch, error: Exception, calls: range) -> list[int]:
    """The model's forward pass raises at these calls; the list grows by the height of each latent it is given."""
    unet: Any = painter._runner._pipeline.unet  # pyright: ignore[reportPrivateUsage]
    forward, seen = unet.forward, list[int]()

    def maybe(sample: Any, *args: Any, **options: Any) -> Any:
        seen.append(int(sample.shape[-1]))
        if len(seen) - 1 in calls:
            raise error
        return forward(sample, *args, **options)

    monkeypatch.setattr(unet, "forward", maybe)
    return seen


def out_of_memory() -> list[Exception]:
    torch: Any = import_module("torch")
    return [torch.OutOfMemoryError("CUDA"), RuntimeError("DefaultCPUAllocator: can't allocate memory"), MemoryError()]


@pytest.mark.parametrize("which", range(3))
def test_out_of_memory_is_tried_again_smaller(
    painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    widths = failing(painter, monkeypatch, out_of_memory()[which], range(3, 4))
    assert painter.paint(photo, hole(), Brief("", 1)).shape == photo.shape
    assert widths[-1] < widths[0]


def test_out_of_memory_twice_is_an_error(
    painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(painter, monkeypatch, out_of_memory()[0], range(1000))
    with pytest.raises(OutOfMemory):
        painter.paint(photo, hole(), Brief("", 1))


def test_foreign_errors_become_ours(painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(painter, monkeypatch, RuntimeError("shapes do not match"), range(1000))
    with pytest.raises(BackendFailed) as failed:
        painter.paint(photo, hole(), Brief("", 1))
    assert type(failed.value) is BackendFailed
    assert isinstance(failed.value.__cause__, RuntimeError)


@pytest.mark.parametrize("model", ["/no/such/folder", "no/such-model", "nothing"])
def test_models_that_are_not_there(model: str) -> None:
    with pytest.raises(BackendMissing) as missing:
        painter_for(model)
    assert model in missing.value.need


@pytest.mark.parametrize(
    "index",
    [
        {"_class_name": ["pipeline", "Mine"]},
        {"_class_name": "NoSuchPipeline"},
        {"_class_name": "StableDiffusionInpaintPipeline", "unet": ["my_code", "Unet"]},
    ],
    ids=["custom pipeline", "unknown class", "custom part"],
)
def test_code_of_a_models_own_is_never_run(tmp_path: Path, index: dict[str, object]) -> None:
    (tmp_path / "model_index.json").write_text(json.dumps(index), "utf-8")
    (tmp_path / "pipeline.py").write_text("raise SystemExit", "utf-8")
    with pytest.raises(BadOption):
        painter_for(str(tmp_path))


def test_a_folder_without_weights_fails_as_ours(folders: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_bytes((folders["sd"] / "model_index.json").read_bytes())
    with pytest.raises(BackendFailed):
        painter_for(str(tmp_path))
