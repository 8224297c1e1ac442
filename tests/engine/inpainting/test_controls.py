"""ControlNets and models of depth, tiny and random: they act where they are asked to, and nowhere else."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Image, Mask, Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.errors import BadOption, UnusableModel
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.controls import DepthModel, outlines
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.operations import Alter, EditOperation, Replace, Target
from engine.protocols import Brief
from tests.engine.inpainting.tiny_models import SIDE, save_sd, save_sdxl
from tests.engine.inpainting.tiny_roles import save_controlnet, save_depth_model, save_flux, save_flux_controlnet

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]

FAMILIES = {"sd": save_sd, "sdxl": save_sdxl, "flux": save_flux}
CONTROLS = {"sd": save_controlnet, "sdxl": save_controlnet, "flux": save_flux_controlnet}
QUICK = "hyper-cfg-4steps"
"""A name that asks for four steps with guidance."""
HEIGHT, WIDTH = 101, 75


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("models")
    for family, save in FAMILIES.items():
        CONTROLS[family](home / f"{family}-canny", save(home / f"{family}-{QUICK}"))
    save_controlnet(home / "sd-depth", home / f"sd-{QUICK}")
    save_depth_model(home / "nearness")
    return home


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    image = rng.integers(90, 110, (HEIGHT, WIDTH, 3), np.uint8)
    image[30:80, 20:50] = (200, 60, 40)
    return image


def named(home: Path, *parts: str, family: str = "sd") -> str:
    return "+".join(str(home / part) for part in (f"{family}-{QUICK}", *parts))


def hole() -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[35:75, 25:45] = True
    return mask


def painted(painter: DiffusionPainter, photo: Image, *, structure: bool, seed: int = 1) -> Image:
    return painter.paint(photo, hole(), Brief("marble", seed, 0.75, "keep", structure=structure))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_controlnet_acts_where_structure_is_asked_for_and_leaves_the_rest_as_it_was(
    home: Path, photo: Image, family: str
) -> None:
    bare = painter_for(named(home, family=family))
    bare.side = SIDE
    before = painted(bare, photo, structure=False)
    assert (painted(bare, photo, structure=True) == before).all()
    equipped = painter_for(named(home, f"{family}-canny", family=family))
    equipped.side = SIDE
    held, again = (painted(equipped, photo, structure=True) for _ in range(2))
    assert (held == again).all()
    assert (held != before).any(axis=2)[hole()].mean() > 0.5
    assert (painted(equipped, photo, structure=False) == before).all()


def test_its_weight_follows_a_colon(home: Path, photo: Image) -> None:
    without = painted(painter_for(named(home)), photo, structure=True)
    weightless = painted(painter_for(named(home, "sd-canny:0")), photo, structure=True)
    light, strong = (
        np.abs(painted(painter_for(named(home, f"sd-canny:{weight}")), photo, structure=True) - without.astype(int))
        for weight in (0.01, 2)
    )
    assert (weightless == without).all()
    assert 0 < light.mean() < strong.mean()


def test_it_is_shown_the_outlines_of_the_picture(photo: Image) -> None:
    drawn = outlines(photo)
    assert drawn.shape == photo.shape
    assert set(np.unique(drawn)) == {0, 255}
    inside = np.zeros((HEIGHT, WIDTH), np.bool_)
    inside[28:82, 18:52] = True
    inside[33:77, 23:47] = False
    assert drawn[inside].any()
    assert not drawn[~inside].any()


@pytest.mark.parametrize(("height", "width"), [(64, 64), (40, 97)])
def test_depth_spans_black_to_white_at_the_pictures_size(home: Path, height: int, width: int) -> None:
    image = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    depth = DepthModel(home / "nearness")(image)
    assert depth.shape == image.shape
    assert (depth == depth[:, :, :1]).all()
    assert (depth.min(), depth.max() > 200) == (0, True)


def test_a_controlnet_of_depth_is_shown_depth(home: Path, photo: Image) -> None:
    by_outlines = painted(painter_for(named(home, "sd-canny")), photo, structure=True)
    by_depth = painted(painter_for(named(home, "sd-depth", "nearness")), photo, structure=True)
    assert (by_outlines != by_depth).any()
    with pytest.raises(BadOption, match="model of depth"):
        painter_for(named(home, "sd-depth"))


@pytest.mark.parametrize("parts", [("sdxl-canny",), ("sd-canny", "sd-canny")], ids=["another family", "two"])
def test_parts_that_do_not_go_together(home: Path, parts: tuple[str, ...]) -> None:
    with pytest.raises(BadOption):
        painter_for(named(home, *parts))


def test_a_folder_that_is_no_part(home: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("[]", "utf-8")
    (tmp_path / "weights.safetensors").write_bytes(b"\xff" * 40)
    with pytest.raises(UnusableModel):
        painter_for(f"{named(home)}+{tmp_path}")


def edited(home: Path, photo: Image, operation: EditOperation, *parts: str, **given: Any) -> Picture:
    editor = Editor(FixedGrounder({}).locate, FillInpainter())
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[50, 33] = True
    request = EditRequest(
        given.pop("picture", Picture(photo)), (operation,), seed=2, mask=mask, model=named(home, *parts), **given
    )
    done = editor.edit(request)
    assert done.mask is not None
    assert done.outside_changed == 0
    assert done.mask[50, 33]
    assert (done.picture.rgb[~done.mask] == photo[~done.mask]).all()
    return done.picture


def test_structure_is_kept_when_altering_not_when_replacing(home: Path, photo: Image) -> None:
    it = Target(previous=True)
    for operation, is_held in ((Alter(target=it, prompt="marble"), True), (Replace(target=it, prompt="marble"), False)):
        free, held = (edited(home, photo, operation, *parts).rgb for parts in ((), ("sd-canny:2",)))
        assert (free != held).any() == is_held


def test_transparency_stays(home: Path, photo: Image) -> None:
    opacity = np.full((HEIGHT, WIDTH), 255, np.uint8)
    opacity[40:60] = 7
    operation = Alter(target=Target(previous=True), prompt="marble")
    done = edited(home, photo, operation, "sd-canny", picture=Picture(photo, opacity))
    assert done.opacity is not None
    assert (done.opacity == opacity).all()


def test_it_can_be_stopped_midway_and_goes_on_afterwards(home: Path, photo: Image) -> None:
    painter = painter_for(named(home, "sd-canny"))
    before = painted(painter, photo, structure=True)

    def stop(part: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        painter.paint(photo, hole(), Brief("marble", 1, 0.75, "keep", structure=True), stop)
    assert (painted(painter, photo, structure=True) == before).all()


def test_out_of_memory_is_tried_again_smaller(home: Path, photo: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    torch: Any = import_module("torch")
    diffusers: Any = import_module("diffusers")
    painter = painter_for(named(home, "sd-canny"))
    forward, widths = diffusers.ControlNetModel.forward, list[int]()

    def short(network: Any, sample: Any, *args: Any, **options: Any) -> Any:
        widths.append(int(sample.shape[-1]))
        if int(sample.shape[-2]) > SIDE // 2 - 8:
            raise torch.OutOfMemoryError("CUDA")
        return forward(network, sample, *args, **options)

    monkeypatch.setattr(diffusers.ControlNetModel, "forward", short)
    assert painted(painter, photo, structure=True).shape == photo.shape
    assert widths[-1] < widths[0]
