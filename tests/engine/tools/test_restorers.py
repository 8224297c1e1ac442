from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Box, Image, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import BadOption, OutOfMemory, UnusableModel
from engine.fakes import FillInpainter, FixedGrounder
from engine.operations import Restore, Target, Upscale
from engine.specialists import Specialists
from engine.tools.face_restorer import FaceRestorer
from engine.tools.restorers import ModelRestorer, ModelUpscaler, Restorers
from tests.engine.tools.tiny_spandrel import save, tiny

torch: Any = pytest.importorskip("torch")
pytest.importorskip("spandrel")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


def noise(height: int, width: int) -> Image:
    return np.random.default_rng(8).integers(0, 256, (height, width, 3), np.uint8)


def plain(path: Path, image: Image) -> Image:
    """What spandrel gives for the whole picture at once."""
    spandrel: Any = import_module("spandrel")
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        model = spandrel.ModelLoader().load_from_file(path).eval()
        made = model(torch.from_numpy(image).permute(2, 0, 1)[None] / 255)[0]
    return (made * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()


@pytest.mark.parametrize("architecture", ["NAFNet", "SCUNet", "FBCNN", "MixDehazeNet", "RetinexFormer"])
def test_restorers_give_what_their_model_gives(folder: Path, architecture: str) -> None:
    image, path = noise(45, 61), save(folder, architecture)
    restored = ModelRestorer(path).restore(image)
    assert restored.shape == image.shape
    assert np.array_equal(restored, plain(path, image))
    assert not np.array_equal(restored, image)


@pytest.mark.parametrize(("architecture", "own"), [("Compact", 4), ("ESRGAN", 2), ("SwinIR", 4), ("HAT", 4)])
def test_upscalers_give_what_their_model_gives_at_its_scale(folder: Path, architecture: str, own: int) -> None:
    image, path = noise(19, 33), save(folder, architecture)
    assert np.array_equal(ModelUpscaler(path).upscale(Picture(image), own).rgb, plain(path, image))


@pytest.mark.parametrize("scale", [1.3, 2, 3, 4, 5.5, 8])
def test_any_scale_can_be_asked_for_and_opacity_follows(folder: Path, scale: float) -> None:
    opacity = np.full((21, 30), 40, np.uint8)
    large = ModelUpscaler(save(folder, "Compact")).upscale(Picture(noise(21, 30), opacity), scale)
    assert (large.height, large.width) == (round(21 * scale), round(30 * scale))
    assert large.opacity is not None
    assert (large.opacity == 40).all()


def test_a_scale_that_cannot_be_is_refused(folder: Path) -> None:
    with pytest.raises(BadOption):
        ModelUpscaler(save(folder, "Compact")).upscale(Picture(noise(8, 8)), 9)


def test_half_a_models_scale_is_its_result_averaged(folder: Path) -> None:
    image, path = noise(20, 24), save(folder, "Compact")
    averaged = plain(path, image).reshape(40, 2, 48, 2, 3).astype(float).mean(axis=(1, 3))
    assert np.abs(ModelUpscaler(path).upscale(Picture(image), 2).rgb - averaged).max() <= 0.51


def narrow(_: object) -> int:
    """The side of tiles, px, where it is made small."""
    return 128


@pytest.mark.parametrize("architecture", ["Compact", "SwinIR"])
def test_tiles_equal_the_whole(folder: Path, monkeypatch: pytest.MonkeyPatch, architecture: str) -> None:
    """SwinIR, whose windows of 8 px are shifted by 4, looks as far as tiles overlap."""
    monkeypatch.setattr("engine.tools.restorers._side", narrow)
    image, path = noise(70, 210), save(folder, architecture)
    told: list[float] = []
    tiled = ModelUpscaler(path).upscale(Picture(image), 4, told.append).rgb
    assert len(told) == 3
    assert int(np.abs(tiled.astype(int) - plain(path, image)).max()) <= 1


def failing(architecture: str, monkeypatch: pytest.MonkeyPatch, fails: Callable[[int], bool]) -> list[int]:
    """Make the architecture run out of memory at some calls; the width of what it is shown at each."""
    model: Any = tiny(architecture)
    kind: Any = model.__class__
    forward: Any = kind.forward
    widths: list[int] = []

    def called(self: Any, image: Any) -> Any:
        widths.append(image.shape[3])
        if fails(len(widths)):
            raise torch.OutOfMemoryError
        return forward(self, image)

    monkeypatch.setattr(kind, "forward", called)
    return widths


def test_out_of_memory_is_answered_by_smaller_tiles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image, path = noise(40, 400), save(folder, "NAFNet")
    widths = failing("NAFNet", monkeypatch, lambda call: call == 1)
    restored = ModelRestorer(path).restore(image)
    assert widths[0] == 400
    assert max(widths[1:]) <= 256
    assert restored.shape == image.shape


def test_out_of_memory_with_the_smallest_tiles_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(folder, "NAFNet")
    widths = failing("NAFNet", monkeypatch, lambda _: True)
    with pytest.raises(OutOfMemory):
        ModelRestorer(path).restore(noise(20, 300))
    assert widths[-1] == 128


def test_cancelled_between_tiles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(folder, "Compact")
    monkeypatch.setattr("engine.tools.restorers._side", narrow)
    widths = failing("Compact", monkeypatch, lambda _: False)

    def cancel(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        ModelUpscaler(path).upscale(Picture(noise(30, 300)), 2, cancel)
    assert len(widths) == 1


def test_a_model_of_another_purpose_is_refused(folder: Path) -> None:
    with pytest.raises(UnusableModel):
        ModelRestorer(save(folder, "Compact")).restore(noise(8, 8))
    with pytest.raises(UnusableModel):
        ModelUpscaler(save(folder, "NAFNet")).upscale(Picture(noise(8, 8)), 2)


def test_a_program_without_weights_that_are_known_is_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(torch.nn.Conv2d(3, 3, 1), torch.rand(1, 3, 4, 4)), tmp_path / "conv.pt")
    with pytest.raises(UnusableModel):
        ModelRestorer(tmp_path / "conv.pt").restore(noise(8, 8))


def test_a_torchscript_archive_is_the_same_model(folder: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(tiny("Compact"), torch.rand(1, 3, 8, 8)), tmp_path / "compact.pt")
    picture = Picture(noise(9, 12))
    scripted = ModelUpscaler(tmp_path / "compact.pt").upscale(picture, 4).rgb
    assert np.array_equal(scripted, ModelUpscaler(save(folder, "Compact")).upscale(picture, 4).rgb)


def test_restorers_are_chosen_by_what_they_were_trained_to(folder: Path) -> None:
    names = {
        "jpeg": save(folder, "FBCNN"),
        "blur": save(folder, "NAFNet", "NAFNet-GoPro-width4"),
        "noise": save(folder, "NAFNet", "NAFNet-SIDD-width4"),
        "haze": save(folder, "MixDehazeNet"),
        "lowlight": save(folder, "RetinexFormer"),
    }
    restorers = Restorers(list(names.values()))
    image = noise(40, 40)
    for defect, path in names.items():
        found = restorers.of(defect)  # pyright: ignore[reportArgumentType]
        assert found is not None
        assert np.array_equal(found.restore(image), ModelRestorer(path).restore(image))
    assert restorers.of("scratches") is None


def edited(specialists: Specialists, picture: Picture, operation: Any, mask: Any = None) -> EditResult:
    editor = Editor(FixedGrounder({}).locate, FillInpainter(), specialists=specialists)
    return editor.edit(EditRequest(picture, (operation,), mask=mask))


def test_a_restored_region_is_pasted_exactly(folder: Path) -> None:
    restorers = Restorers([save(folder, "FBCNN")])
    picture = Picture(noise(60, 80), np.full((60, 80), 90, np.uint8))
    mask = np.zeros((60, 80), np.bool_)
    mask[10:40, 20:50] = True
    result = edited(Specialists(restorer_of=restorers.of), picture, Restore(defect="jpeg"), mask)
    assert result.backend == "restorer"
    assert result.outside_changed == 0
    assert np.array_equal(result.picture.rgb[~mask], picture.rgb[~mask])
    assert not np.array_equal(result.picture.rgb[mask], picture.rgb[mask])
    assert result.picture.opacity is picture.opacity
    weightless = edited(Specialists(restorer_of=restorers.of), picture, Restore(defect="noise"), mask)
    assert weightless.backend == "exact"


def test_an_installed_upscaler_is_used_and_nothing_is_said_of_its_absence(folder: Path) -> None:
    picture = Picture(noise(20, 20))
    result = edited(Specialists(upscaler=ModelUpscaler(save(folder, "ESRGAN"))), picture, Upscale(scale=2))
    assert (result.backend, result.notices) == ("upscaler", ())
    assert [notice.kind for notice in edited(Specialists(), picture, Upscale(scale=2)).notices] == [
        "upscaled_without_model"
    ]


@pytest.mark.parametrize("box", [Box(20, 25, 60, 65), Box(-5, 0, 40, 40), Box(70, 60, 99, 90)])
def test_only_faces_are_redrawn(folder: Path, box: Box) -> None:
    image = noise(100, 100)
    faces = FaceRestorer(save(folder, "RestoreFormer"), lambda _: [box])
    redrawn = faces.restore(image)
    changed = np.any(redrawn != image, axis=2)
    far = np.ones((100, 100), np.bool_)
    reach = max(box.width, box.height) // 2
    far[max(0, box.y0 - reach) : box.y1 + reach, max(0, box.x0 - reach) : box.x1 + reach] = False
    assert changed[max(0, box.y0) : box.y1, max(0, box.x0) : box.x1].mean() > 0.9
    assert not changed[far].any()


def test_a_blurred_face_is_left_to_the_model_of_faces(folder: Path) -> None:
    class Still:
        def restore(self, image: Image, progress: Any = None) -> Image:
            return np.zeros_like(image)

    picture = Picture(noise(60, 60))
    mask = np.zeros((60, 60), np.bool_)
    mask[20:40, 20:40] = True
    blurred = Restore(defect="blur", target=Target(phrase="the woman's face"))
    assert (edited(Specialists(faces=Still()), picture, blurred, mask).picture.rgb[30, 30] == 0).all()
    sky = Restore(defect="blur", target=Target(phrase="sky"))
    assert edited(Specialists(faces=Still()), picture, sky, mask).backend == "exact"
