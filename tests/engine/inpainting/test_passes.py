"""Large holes painted in passes: composition first, then tiles at full size. No model needed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Image, Mask
from engine.errors import MaskEmpty
from engine.inpainting.diffusion.passes import nth_seed, paint_sharply, refined, tiles_of, with_tones_of
from engine.inpainting.diffusion.window import from_canvas, to_canvas, window_for
from engine.protocols import Brief, Progress

SIDE = 64


@dataclass
class Detailer:
    """Works at its own side as models do, and there draws stripes of one pixel over what it is given."""

    side: int = SIDE
    asked: list[tuple[Image, Mask, Brief]] = field(default_factory=list[tuple[Image, Mask, Brief]])

    def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
        self.asked.append((image, mask, brief))
        window = window_for(mask, self.side)
        canvas = to_canvas(image[window.slices], mask[window.slices], self.side, 8, brief.fill)
        made = np.where(canvas.hole[:, :, None], np.uint8(100), canvas.image)
        made[:, ::2] += np.uint8(60)
        painted = image.copy()
        painted[window.slices] = from_canvas(made, window.height, window.width)
        progress(0.5)
        progress(1.0)
        return painted


def photo(height: int, width: int) -> Image:
    return np.random.default_rng(3).integers(0, 180, (height, width, 3), np.uint8)


def holed(height: int, width: int, box: Box) -> Mask:
    mask = np.zeros((height, width), np.bool_)
    mask[box.slices] = True
    return mask


def stripes(image: Image) -> float:
    """How much neighbouring columns differ, in levels."""
    return float(np.abs(np.diff(image.astype(np.float32), axis=1)).mean())


def test_a_large_hole_is_as_sharp_as_the_model_paints() -> None:
    image, mask = photo(300, 400), holed(300, 400, Box(60, 40, 340, 260))
    plain, sharp = Detailer(), Detailer()
    once = plain.paint(image, mask, Brief("", 1))
    passes = paint_sharply(sharp, image, mask, Brief("", 1), lambda _: None)
    inner = Box(80, 60, 320, 240).slices
    assert stripes(once[inner]) < 20
    assert stripes(passes[inner]) > 40
    # A quarter, a half and the whole: the first from nothing, what follows lightly from what is there.
    assert [brief.strength for _, _, brief in sharp.asked][:2] == [1.0, 0.4]
    assert all(brief.fill == "keep" for _, _, brief in sharp.asked[1:])
    assert max(max(mask.shape) for _, mask, brief in sharp.asked if brief.strength < 1) <= SIDE


def test_no_tile_has_a_shade_of_its_own() -> None:
    """Every call of this painter is off by a colour of its own, as models are."""

    class Moody(Detailer):
        def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
            mood = np.random.default_rng(brief.seed).integers(-20, 21, 3)
            kept = image if brief.fill == "keep" else np.full_like(image, 100)
            grain = np.random.default_rng(1).integers(-9, 10, image.shape)
            return np.clip(kept + mood * (brief.fill == "keep") + grain, 0, 255).astype(np.uint8)

    painted = paint_sharply(Moody(), photo(300, 400), np.ones((300, 400), np.bool_), Brief("", 1), lambda _: None)
    cells = painted[:300, :400].reshape(10, 30, 10, 40, 3).mean(axis=(1, 3))
    assert np.abs(cells - 100).max() < 4
    assert painted.std() > 5


@settings(deadline=None, max_examples=40)
@given(height=st.integers(1, 90), width=st.integers(1, 90), px=st.integers(1, 40))
def test_detail_is_kept_and_tones_are_not(height: int, width: int, px: int) -> None:
    image, hole = photo(height, width) // 2 + 40, np.ones((height, width), np.bool_)
    hole[: height // 2, : width // 2] = False
    assert (with_tones_of(image, image, hole, px)[hole] == image[hole]).all()
    brighter = np.where(hole[:, :, None], image + np.uint8(30), np.uint8(255)).astype(np.uint8)
    assert (with_tones_of(image, brighter, hole, px)[hole] == image[hole]).all()


def test_a_hole_of_the_models_size_takes_one_pass() -> None:
    painter = Detailer()
    paint_sharply(painter, photo(200, 200), holed(200, 200, Box(80, 80, 90, 95)), Brief("", 1), lambda _: None)
    assert len(painter.asked) == 1


@settings(deadline=None, max_examples=25)
@given(
    height=st.integers(1, 230),
    width=st.integers(1, 230),
    corner=st.tuples(st.floats(0, 0.99), st.floats(0, 0.99)),
    extent=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_every_pixel_of_the_hole_and_no_other_is_painted(
    height: int, width: int, corner: tuple[float, float], extent: tuple[float, float]
) -> None:
    y0, x0 = int(corner[0] * height), int(corner[1] * width)
    y1, x1 = y0 + 1 + int(extent[0] * (height - y0 - 1)), x0 + 1 + int(extent[1] * (width - x0 - 1))
    mask, image = holed(height, width, Box(x0, y0, x1, y1)), photo(height, width) // 5
    heard = list[float]()
    painted = paint_sharply(Detailer(), image, mask, Brief("", 1), heard.append)
    assert (painted[~mask] == image[~mask]).all()
    assert painted[mask].min() >= 60
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(1.0)


@settings(deadline=None, max_examples=60)
@given(
    height=st.integers(1, 500),
    width=st.integers(1, 500),
    side=st.sampled_from([8, 64, 128]),
    line=st.booleans(),
)
def test_tiles_hold_the_hole_once(height: int, width: int, side: int, line: bool) -> None:
    hole = np.ones((height, width), np.bool_)
    if line:
        hole[height // 3 :, width // 3 :] = False
    counted = np.zeros(hole.shape, np.int32)
    for tile in tiles_of(hole, side):
        assert max(tile.width, tile.height) <= 3 * side / 4
        assert hole[tile.slices].any()
        counted[tile.slices] += 1
    assert (counted[hole] == 1).all()


def test_tiles_see_the_ones_before_them_and_have_seeds_of_their_own() -> None:
    painter, hole = Detailer(), np.ones((60, 120), np.bool_)
    refined(painter, photo(60, 120), hole, Brief("", 7, 0.4), lambda _: None)
    assert len(painter.asked) == 6
    assert len({brief.seed for _, _, brief in painter.asked}) == 6
    seen, second, _ = painter.asked[1]
    assert not second[:26, :8].any()
    assert seen[:26, :8].min() >= 90


def test_the_same_seed_has_the_same_children() -> None:
    assert [nth_seed(5, number) for number in range(3)] == [nth_seed(5, number) for number in range(3)]
    assert nth_seed(5, 0) == 5
    assert nth_seed(5, 1) != nth_seed(6, 1)


def test_nothing_to_paint_is_an_error() -> None:
    with pytest.raises(MaskEmpty):
        paint_sharply(Detailer(), photo(9, 9), np.zeros((9, 9), np.bool_), Brief("", 1), lambda _: None)


def test_cancelling_a_tile_cancels_all() -> None:
    def stop(done: float) -> None:
        if done > 0.5:
            raise InterruptedError

    painter = Detailer()
    with pytest.raises(InterruptedError):
        paint_sharply(painter, photo(150, 150), np.ones((150, 150), np.bool_), Brief("", 1), stop)
    assert len(painter.asked) < 10
