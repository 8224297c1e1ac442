"""New pictures from words, and whole pictures made anew, by the real pipelines, tiny and random."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from engine.data import Image, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import BackendMissing, BadOption, ImageTooLarge
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.illustrator import DiffusionIllustrator
from engine.inpainting.diffusion.loading import illustrator_for, painter_for
from engine.operations import EditOperation, Generate, Style, Target
from engine.protocols import Brief
from tests.engine.inpainting.tiny_models import SIDE, save_flux_fill, save_sd
from tests.engine.inpainting.tiny_roles import save_flux, save_ip_adapter, save_sd_plain, save_sdxl_plain

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]

SAVERS = {"sd": save_sd_plain, "sdxl": save_sdxl_plain, "flux": save_flux}
QUICK = "hyper-cfg-4steps"
"""A name that asks for four steps with guidance."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("models")
    return {name: save(home / f"{name}-{QUICK}") for name, save in SAVERS.items()}


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    return rng.integers(60, 200, (101, 75, 3), np.uint8)


def small(folder: Path) -> DiffusionIllustrator:
    illustrator = illustrator_for(str(folder))
    illustrator.side = SIDE
    return illustrator


@pytest.mark.parametrize("family", SAVERS)
def test_every_family_draws_by_words_and_seed(folders: dict[str, Path], family: str) -> None:
    illustrator = small(folders[family])
    first, again = (illustrator.draw(Brief("a fox", 1)) for _ in range(2))
    assert first.shape == (SIDE, SIDE, 3)
    assert (first == again).all()
    assert (first != illustrator.draw(Brief("a fox", 2))).any()
    assert (first != illustrator.draw(Brief("a barn", 1))).any()


@pytest.mark.parametrize("aspect", [0.25, 2 / 3, 1.0, 16 / 9, 4.0])
def test_the_picture_has_the_aspect_and_about_the_models_area(folders: dict[str, Path], aspect: float) -> None:
    illustrator = small(folders["sd"])
    illustrator.side = 4 * SIDE
    drawn = illustrator.draw(Brief("a fox", 1), aspect)
    height, width = drawn.shape[:2]
    assert width / height == pytest.approx(aspect, rel=0.06)
    assert height * width == pytest.approx((4 * SIDE) ** 2, rel=0.06)


def test_making_anew_is_what_diffusers_calls_image_to_image(folders: dict[str, Path]) -> None:
    diffusers: Any = import_module("diffusers")
    torch: Any = import_module("torch")
    illustrator = small(folders["sd"])
    before = np.random.default_rng(2).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    ours = illustrator.redraw(before, Brief("oil", 3, 0.5, "keep"))
    painter: Any = illustrator._painter  # pyright: ignore[reportPrivateUsage]
    peer = diffusers.AutoPipelineForImage2Image.from_pipe(painter._runner.pipeline)
    asked = {"num_inference_steps": 4, "guidance_scale": 5.0, "strength": 0.5, "output_type": "np"}
    negative = "blurry, low quality"
    made = peer("oil", PillowImage.fromarray(before), negative_prompt=negative,
                generator=torch.Generator().manual_seed(3), **asked).images[0]  # fmt: skip
    assert np.abs(ours - np.rint(255 * made)).max() <= 1


def test_strength_says_how_little_is_kept(folders: dict[str, Path], photo: Image) -> None:
    illustrator = small(folders["sd"])
    heard = {strength: list[float]() for strength in (0.25, 0.5, 1.0)}
    for strength, steps in heard.items():
        illustrator.redraw(photo[:SIDE, :SIDE], Brief("oil", 1, strength, "keep"), steps.append)
    assert [len(steps) for steps in heard.values()] == [1, 2, 4]


def test_one_set_of_weights_serves_both_uses(folders: dict[str, Path]) -> None:
    for name in ("sd", "flux"):
        illustrator, painter = illustrator_for(str(folders[name])), painter_for(str(folders[name]))
        drawing, painting = (
            used._runner.pipeline  # pyright: ignore[reportPrivateUsage]
            for used in (illustrator, painter)
        )
        network = "unet" if name == "sd" else "transformer"
        assert getattr(drawing, network) is getattr(painting, network)
        assert drawing.vae is painting.vae
        assert drawing.scheduler is not painting.scheduler


def test_a_reference_is_seen_when_drawing(folders: dict[str, Path], tmp_path: Path) -> None:
    model = f"{folders['sd']}+{save_ip_adapter(tmp_path / 'eye', folders['sd'])}"
    plain, illustrator = small(folders["sd"]).draw(Brief("a fox", 1)), illustrator_for(model)
    illustrator.side = SIDE
    reds = np.zeros((20, 30, 3), np.uint8)
    reds[..., 0] = 255
    assert (illustrator.draw(Brief("a fox", 1)) == plain).all()
    assert (illustrator.draw(Brief("a fox", 1, reference=reds)) != plain).any()


@pytest.mark.parametrize("save", [save_sd, save_flux_fill], ids=["sd", "flux"])
def test_models_that_only_inpaint_draw_nothing(tmp_path: Path, save: Any) -> None:
    with pytest.raises(BackendMissing):
        illustrator_for(str(save(tmp_path / "inpainting")))


def edited(photo: Image, operation: EditOperation, model: Path, **given: Any) -> EditResult:
    editor = Editor(FixedGrounder({}).locate, FillInpainter())
    return editor.edit(EditRequest(Picture(photo), (operation,), model=str(model), **given))


@pytest.mark.parametrize(
    ("operation", "size"),
    [
        (Generate(prompt="a fox"), (SIDE, SIDE)),
        (Generate(prompt="a fox", aspect="16:9"), (48, 88)),
        (Generate(prompt="a fox", aspect="portrait"), (56, 72)[::-1]),
        (Generate(prompt="a fox", width=131, height=77), (77, 131)),
        (Generate(prompt="a fox", width=90), (90, 90)),
        (Generate(prompt="a fox", height=45, aspect="2:1"), (45, 90)),
    ],
    ids=lambda value: value.model_dump_json(exclude_none=True) if isinstance(value, Generate) else None,
)
def test_a_new_picture_has_its_own_size_and_nothing_of_the_old(
    folders: dict[str, Path], photo: Image, operation: Generate, size: tuple[int, int]
) -> None:
    small(folders["sd"])
    done = edited(photo, operation, folders["sd"], seed=4)
    assert (done.picture.height, done.picture.width) == size
    assert (done.mask, done.offset, done.outside_changed, done.backend) == (None, None, None, "diffusion")
    assert (edited(255 - photo, operation, folders["sd"], seed=4).picture.rgb == done.picture.rgb).all()


def test_an_inpainting_model_draws_on_a_blank_canvas(tmp_path: Path, photo: Image) -> None:
    done = edited(photo, Generate(prompt="a fox", aspect="2:1"), save_sd(tmp_path / f"sd-{QUICK}"))
    assert done.offset is None
    assert done.picture.width == pytest.approx(2 * done.picture.height, rel=0.2)
    assert done.picture.rgb.std() > 1


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        (Generate(prompt="a fox", aspect="9:1"), BadOption),
        (Generate(prompt="a fox", width=0), BadOption),
        (Generate(prompt="a fox", width=90_000, height=90_000), ImageTooLarge),
        (Generate(prompt="a fox", height=90_000), ImageTooLarge),
    ],
    ids=str,
)
def test_pictures_that_cannot_be(folders: dict[str, Path], photo: Image, operation: Generate, error: Any) -> None:
    with pytest.raises(error):
        edited(photo, operation, folders["sd"])


def test_a_style_of_the_whole_picture_keeps_its_size_and_alpha(folders: dict[str, Path], photo: Image) -> None:
    small(folders["sdxl"])
    opacity = np.full(photo.shape[:2], 9, np.uint8)
    editor = Editor(FixedGrounder({}).locate, FillInpainter())
    request = EditRequest(Picture(photo, opacity), (Style(prompt="ukiyo-e"),), model=str(folders["sdxl"]))
    done = editor.edit(request)
    assert done.mask is None
    assert done.picture.opacity is not None
    assert (done.picture.opacity == 9).all()
    assert (done.picture.rgb != photo).any(axis=2).mean() > 0.5


def test_a_style_under_a_mask_changes_nothing_else(folders: dict[str, Path], photo: Image) -> None:
    mask = np.zeros(photo.shape[:2], np.bool_)
    mask[40:44, 30] = True
    done = edited(photo, Style(prompt="ukiyo-e", target=Target(previous=True)), folders["sdxl"], mask=mask)
    assert done.outside_changed == 0
    assert done.mask is not None
    assert not done.mask.all()
    assert (done.picture.rgb[~done.mask] == photo[~done.mask]).all()


def test_drawing_can_be_stopped_and_memory_may_run_out_once(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch: Any = import_module("torch")
    diffusers: Any = import_module("diffusers")
    illustrator = small(folders["sd"])

    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        illustrator.draw(Brief("a fox", 1), progress=stop)
    forward, calls = diffusers.UNet2DConditionModel.forward, list[int]()

    def short(network: Any, sample: Any, *args: Any, **options: Any) -> Any:
        calls.append(int(sample.shape[-1]))
        if len(calls) == 2:
            raise torch.OutOfMemoryError("CUDA")
        return forward(network, sample, *args, **options)

    monkeypatch.setattr(diffusers.UNet2DConditionModel, "forward", short)
    assert illustrator.draw(Brief("a fox", 1)).shape == (48, 48, 3)
