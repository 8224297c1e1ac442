"""Soft denoising with real tiny pipelines: each pixel changes as much as its level says, and hard masks as before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage

from engine.data import Alpha, Image, Mask, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import OutOfMemory
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.differential import Holding
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.settings import Family
from engine.operations import Alter, Target
from engine.protocols import Audience, Brief, Painter, Progress
from tests.engine.inpainting.tiny_models import SIDE, save_flux_fill, save_sd, save_sdxl

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]
STEPS = 8
IT = Target(previous=True)


@pytest.fixture(scope="module")
def painters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DiffusionPainter]:
    home = tmp_path_factory.mktemp("models")
    folders = {
        "sd": save_sd(home / "sd"),
        "plain": save_sd(home / "plain", channels=4, name="StableDiffusionPipeline"),
        "sdxl": save_sdxl(home / "sdxl"),
        "flux-fill": save_flux_fill(home / "flux-fill"),
    }
    return {name: quick(folder) for name, folder in folders.items()}


def quick(folder: Path) -> DiffusionPainter:
    pipeline: Any = painter_for(str(folder))._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    made = DiffusionPainter(pipeline, Family(steps=STEPS, guidance_scale=1.0))
    made.side = SIDE
    return made


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    slope = np.linspace((90, 100, 140), (150, 140, 110), 64)[:, None, :] + rng.normal(0, 6, (64, 64, 1))
    return np.clip(slope, 0, 255).astype(np.uint8)


def hole() -> Mask:
    mask = np.zeros((64, 64), np.bool_)
    mask[16:48, 16:48] = True
    return mask


def levels(value: float) -> Alpha:
    return np.where(hole(), np.float32(value), np.float32(0))


def painted(painter: DiffusionPainter, photo: Image, plane: Alpha | None, seed: int = 1) -> Image:
    return painter.paint(photo, hole(), Brief("a bench", seed, levels=plane))


FAMILIES = ["sd", "plain", "sdxl", "flux-fill"]


@pytest.mark.parametrize("family", FAMILIES)
def test_full_levels_are_a_hard_mask_to_the_byte(
    painters: dict[str, DiffusionPainter], family: str, photo: Image
) -> None:
    assert painters[family].denoises_softly
    everywhere = np.ones((64, 64), np.float32)
    assert (painted(painters[family], photo, everywhere) == painted(painters[family], photo, None)).all()


def latents(painter: DiffusionPainter, photo: Image, plane: Alpha | None, seed: int = 1) -> NDArray[np.float32]:
    """(c, h, w) what the pipeline decodes at last: random decoders shout down how little it was changed."""
    pipeline: Any = painter._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    decode, seen = pipeline.vae.decode, list[Any]()

    def noted(sample: Any, *args: Any, **options: Any) -> Any:
        seen.append(sample)
        return decode(sample, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline.vae, "decode", noted)
        painted(painter, photo, plane, seed)
    return np.asarray(seen[-1][0].numpy(), np.float32)


def inside(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cells that show nothing but the hole, whose border the networks see beyond."""
    return plane[:, 10:22, 10:22]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_higher_level_changes_more(painters: dict[str, DiffusionPainter], family: str, photo: Image) -> None:
    kept, *made = (latents(painters[family], photo, levels(level)) for level in (0.0, 0.125, 0.375, 0.75, 1.0))
    changes = [float(np.abs(inside(one - kept)).mean()) for one in made]
    assert changes == sorted(changes)
    assert 0 < changes[0] < 0.8 * changes[-1]


@pytest.mark.parametrize("family", FAMILIES)
def test_level_nothing_keeps_what_was_there_whatever_the_seed(
    painters: dict[str, DiffusionPainter], family: str, photo: Image
) -> None:
    torch: Any = import_module("torch")
    vae: Any = painters[family]._runner.pipeline.vae  # pyright: ignore[reportPrivateUsage]
    pixels = torch.from_numpy(photo.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
    with torch.no_grad():
        clean = vae.encode(pixels).latent_dist.mode()[0].numpy()
    one, other = (latents(painters[family], photo, levels(0), seed) for seed in (1, 2))
    assert np.abs(inside(one - other)).max() < 1e-4
    assert np.abs(inside(one - clean)).max() < 1e-2


def test_half_the_level_is_half_the_steps(painters: dict[str, DiffusionPainter], photo: Image) -> None:
    pipeline: Any = painters["sd"]._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    torch: Any = import_module("torch")
    picture = PillowImage.fromarray(photo)
    pipeline.scheduler.set_timesteps(STEPS)
    for level, steps in ((0, 0), (20, 0), (64, 2), (128, 4), (191, 5), (255, STEPS)):
        holding = Holding(pipeline, [picture], [PillowImage.new("L", picture.size, level)], [1])
        marked = torch.full((1, 4, 32, 32), 1e6)
        free = [bool((holding.held(step, STEPS, marked) == marked).all()) for step in range(STEPS)]
        assert free == [False] * (STEPS - steps) + [True] * steps


def test_levels_differ_inside_one_hole(painters: dict[str, DiffusionPainter], photo: Image) -> None:
    plane = levels(0)
    plane[:, 32:] = levels(1)[:, 32:]
    kept, mixed = (latents(painters["sd"], photo, each) for each in (levels(0), plane))
    change = np.abs(mixed - kept)[:, 10:22].mean(axis=(0, 1))
    assert change[10:16].max() < 1e-4
    assert change[16:22].min() > 0.1


def test_each_of_a_batch_has_its_own_levels(
    painters: dict[str, DiffusionPainter], photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = painters["sd"]
    runner: Any = painter._runner  # pyright: ignore[reportPrivateUsage]
    calls: list[int] = []
    forward = runner.pipeline.unet.forward

    def counted(sample: Any, *args: Any, **options: Any) -> Any:
        calls.append(len(sample))
        return forward(sample, *args, **options)

    monkeypatch.setattr(runner.pipeline.unet, "forward", counted)
    alone = [painted(painter, photo, levels(level), seed).astype(int) for seed, level in enumerate((0.5, 1.0))]
    briefs = [Brief("a bench", seed, levels=levels(level)) for seed, level in enumerate((0.5, 1.0))]
    with ThreadPoolExecutor(2) as pool:
        company = Audience(lambda _: None, company=2)
        waiting = [pool.submit(painter.paint, photo, hole(), brief, company) for brief in briefs]
        pictures = [one.result() for one in waiting]
    assert calls[-1] == 2
    for one, other in zip(alone, pictures, strict=True):
        assert np.abs(one - other).max() <= 2


def test_it_can_be_stopped_and_run_out_of_memory(
    painters: dict[str, DiffusionPainter], photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.4:
            raise Stop

    painter = painters["sd"]
    with pytest.raises(Stop):
        painter.paint(photo, hole(), Brief("", 1, levels=levels(0.5)), stop)
    torch: Any = import_module("torch")
    pipeline: Any = painter._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    forward, widths = pipeline.unet.forward, list[int]()

    def maybe(sample: Any, *args: Any, **options: Any) -> Any:
        widths.append(sample.shape[-1])
        if sample.shape[-1] >= widths[0]:
            raise torch.OutOfMemoryError("CUDA")
        return forward(sample, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.unet, "forward", maybe)
        assert painted(painter, photo, levels(0.5)).shape == photo.shape
        assert widths[-1] < widths[0]
        widths[:] = [0]
        with pytest.raises(OutOfMemory):
            painted(painter, photo, levels(0.5))


def edited(painter: Painter, photo: Image, given: Picture) -> EditResult:
    editor = Editor(FixedGrounder({}).locate, FillInpainter(), lambda _: painter)
    operation = Alter(target=IT, prompt="wood")
    return editor.edit(EditRequest(Picture(photo), (operation,), seed=1, given=given, backend="diffusion"))


@dataclass
class Deaf:
    """A painter that takes no levels."""

    painter: DiffusionPainter

    @property
    def side(self) -> int:
        return self.painter.side

    def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
        assert brief.levels is None
        return self.painter.paint(image, mask, brief, progress)


def test_a_hard_mask_is_painted_as_by_a_model_that_takes_no_levels(
    painters: dict[str, DiffusionPainter], photo: Image
) -> None:
    hard = grey(np.where(hole(), np.uint8(255), np.uint8(0)))
    one, other = (edited(painter, photo, hard) for painter in (painters["sd"], Deaf(painters["sd"])))
    assert (one.picture.rgb == other.picture.rgb).all()
    assert (one.picture.rgb != photo).any()


def test_a_model_that_takes_no_levels_paints_a_grey_mask_all_the_same(
    painters: dict[str, DiffusionPainter], photo: Image
) -> None:
    plane = np.where(hole(), np.linspace(40, 255, 64).astype(np.uint8), np.uint8(0))
    done = edited(Deaf(painters["sd"]), photo, grey(plane))
    assert done.outside_changed == 0
    assert (done.picture.rgb != photo).any()


def grey(plane: Image) -> Picture:
    return Picture(np.repeat(plane[:, :, None], 3, axis=2))


def test_a_grey_mask_of_an_author_changes_what_is_grey_less(
    painters: dict[str, DiffusionPainter], rng: np.random.Generator
) -> None:
    photo = rng.integers(0, 256, (64, 96, 3), dtype=np.uint8)
    plane = np.zeros((64, 96), np.uint8)
    plane[16:48, 8:80] = np.linspace(0, 255, 72).astype(np.uint8)
    done = edited(painters["sd"], photo, grey(plane))
    assert done.outside_changed == 0
    assert done.mask is not None
    assert not done.mask[plane == 0].any()
    assert (done.picture.rgb[plane == 0] == photo[plane == 0]).all()
    difference = np.abs(done.picture.rgb.astype(int) - photo).mean(axis=2)[16:48]
    assert difference[:, 8:16].mean() < difference[:, 60:80].mean()
