from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Image
from engine.tools.tiles import Tiling, in_tiles


def noise(height: int, width: int) -> Image:
    return np.random.default_rng(6).integers(0, 256, (height, width, 3), np.uint8)


def blurred(image: Image, scale: int) -> Image:
    """What a model that looks 4 px afar and enlarges would give."""
    blur = np.asarray(cv2.blur(image, (9, 9), borderType=cv2.BORDER_REPLICATE), np.uint8)
    return blur.repeat(scale, axis=0).repeat(scale, axis=1)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.integers(1, 4),
    st.floats(0.3, 1),
    st.sampled_from([Tiling(128, 32), Tiling(192, 64), Tiling(192, 100)]),
)
def test_tiles_are_the_whole(height: int, width: int, scale: int, share: float, tiling: Tiling) -> None:
    image = noise(height, width)
    rows, columns = max(1, round(height * scale * share)), max(1, round(width * scale * share))

    def model(shown: Image) -> Image:
        assert max(shown.shape[:2]) <= tiling.side
        return blurred(shown, scale)

    told: list[float] = []
    tiled = in_tiles(model, scale, image, rows, columns, tiling, told.append)
    whole = in_tiles(lambda all_: blurred(all_, scale), scale, image, rows, columns, Tiling(1024, 32), told.append)
    assert tiled.shape == (rows, columns, 3)
    assert int(np.abs(tiled.astype(int) - whole).max()) <= (1 if share < 1 else 0)
    assert told.count(1.0) == 2


def test_averaging_down_keeps_the_mean_and_equals_an_area_resize() -> None:
    image = noise(210, 60)
    small = in_tiles(lambda shown: shown, 1, image, 70, 20, Tiling(128, 32), lambda _: None)
    expected = cv2.resize(image, (20, 70), interpolation=cv2.INTER_AREA)
    assert int(np.abs(small.astype(int) - expected).max()) <= 1


def test_a_model_that_looks_further_leaves_no_hard_seam() -> None:
    """Tiles of ever other brightness meet in a slope, not in a step."""
    level = iter((100, 140, 180, 140, 220))

    def model(shown: Image) -> Image:
        return np.full_like(shown, next(level))

    image = np.zeros((64, 360, 3), np.uint8)
    made = in_tiles(model, 1, image, 64, 360, Tiling(128, 64), lambda _: None)
    assert np.abs(np.diff(made[:, :, 0].astype(int), axis=1)).max() <= 3
    assert made[0, 0, 0] == 100
    assert made[0, -1, 0] >= 180


def test_what_progress_raises_stops_the_work() -> None:
    shown: list[Image] = []

    def model(tile: Image) -> Image:
        shown.append(tile)
        return tile

    def cancel(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        in_tiles(model, 1, noise(300, 300), 300, 300, Tiling(128, 32), cancel)
    assert len(shown) == 1
