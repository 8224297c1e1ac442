"""Enlarging with detail: a painter goes over all of it, keeps its tones, and is only there where it is asked for."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from engine.data import Image, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import BackendMissing
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.loading import painter_for
from engine.operations import Expand, Upscale
from engine.protocols import Brief, Painter
from engine.reporting import Report
from engine.specialists import Specialists
from tests.engine.inpainting.tiny_models import SIDE, save_sd

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Painter:
    painter = painter_for(str(save_sd(tmp_path_factory.mktemp("models") / "sd-hyper-cfg-4steps")))
    painter.side = SIDE
    return painter


@pytest.fixture
def photo() -> Picture:
    y, x = np.mgrid[:51, :67]
    opacity = np.full((51, 67), 255, np.uint8)
    opacity[:9] = 30
    return Picture(np.stack([60 + 2 * x, 70 + 2 * y, 200 - x - y], axis=2).astype(np.uint8), opacity)


def edited(
    picture: Picture,
    operation: Upscale | Expand,
    painter: Painter | None,
    report: Report | None = None,
    caption: str = "",
) -> EditResult:
    def load(_: str | None) -> Painter:
        if painter is None:
            raise BackendMissing("painting", "diffusion")
        return painter

    editor = Editor(FixedGrounder({}).locate, FillInpainter(), load, specialists=Specialists(caption=lambda _: caption))
    return editor.edit(EditRequest(picture, (operation,), seed=5), report)


def smooth(image: Image) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.asarray(cv2.GaussianBlur(image.astype(np.float32), (0, 0), 8), np.float32)


def test_detail_is_painted_over_all_of_it_and_the_tones_stay(photo: Picture, painter: Painter) -> None:
    plain, detailed = (edited(photo, Upscale(scale=2, detail=detail), painter) for detail in (None, True))
    assert detailed.picture.rgb.shape == plain.picture.rgb.shape == (102, 134, 3)
    assert np.array_equal(detailed.picture.opacity, plain.picture.opacity)  # pyright: ignore[reportArgumentType]
    assert (detailed.picture.rgb != plain.picture.rgb).any(axis=2).mean() > 0.9
    assert np.abs(smooth(detailed.picture.rgb) - smooth(plain.picture.rgb)).mean() < 6
    assert (detailed.backend, detailed.notices) == ("diffusion", ())
    assert (plain.backend, [notice.kind for notice in plain.notices]) == ("exact", ["upscaled_without_model"])


def test_the_seed_fixes_it(photo: Picture, painter: Painter) -> None:
    first, again = (edited(photo, Upscale(scale=1.5, detail=True), painter).picture.rgb for _ in range(2))
    assert np.array_equal(first, again)


def test_only_detail_needs_a_model(photo: Picture) -> None:
    assert edited(photo, Upscale(scale=2), None).picture.rgb.shape == (102, 134, 3)
    with pytest.raises(BackendMissing, match="adding detail"):
        edited(photo, Upscale(scale=2, detail=True), None)


class Heard:
    """A report that stops the edit once more than a share of it is done."""

    def __init__(self, stop: float) -> None:
        self.shares: list[float] = []
        self._stop = stop

    def __call__(self, stage: str, share: float, *_: Any) -> None:
        self.shares.append(share)
        if share > self._stop:
            raise KeyboardInterrupt


def test_it_can_be_stopped_half_way(photo: Picture, painter: Painter) -> None:
    with pytest.raises(KeyboardInterrupt):
        edited(photo, Upscale(scale=2, detail=True), painter, Heard(0.5))
    heard = Heard(2)
    edited(photo, Upscale(scale=2, detail=True), painter, heard)
    assert heard.shares == sorted(heard.shares)
    assert heard.shares[-1] == pytest.approx(1)


class Listener:
    """A painter that paints nothing and remembers what it was told."""

    side = SIDE

    def __init__(self) -> None:
        self.briefs: list[Brief] = []

    def paint(self, image: Image, mask: Any, brief: Brief, progress: Any = None) -> Image:
        self.briefs.append(brief)
        return image


def test_what_the_picture_shows_is_told_where_it_goes_on_and_not_to_every_tile(photo: Picture) -> None:
    told = Listener()
    edited(photo, Expand(sides=("left",), prompt="more sand"), told, caption="a beach")
    assert {brief.prompt for brief in told.briefs} == {"more sand, a beach"}
    assert "frame" in told.briefs[0].avoided
    told = Listener()
    edited(photo, Upscale(scale=2, detail=True), told, caption="a beach")
    assert told.briefs
    assert not any("beach" in brief.prompt for brief in told.briefs)
