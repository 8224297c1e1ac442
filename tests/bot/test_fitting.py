"""Pictures as files within a limit of bytes."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from bot import fitting
from bot.fitting import SMALLEST_LIMIT, Fitted, fitted
from engine.data import Picture
from engine.imageio import Limits, decode

LIMIT = 9 << 20


def clouds(height: int, width: int, grain: int, *, opacity: bool = False) -> Picture:
    """Smooth colours under noise of that many levels."""
    rng = np.random.default_rng(3)
    smooth = cv2.resize(rng.integers(0, 256, (5, 7, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    noise = rng.integers(-grain, grain + 1, (height, width, 3), np.int16)
    rgb = np.clip(smooth.astype(np.int16) + noise, 0, 255).astype(np.uint8)
    fade = np.linspace(0, 255, width).astype(np.uint8)
    return Picture(rgb, np.repeat(fade[None], height, axis=0) if opacity else None)


def opened(file: Fitted) -> PillowImage.Image:
    return PillowImage.open(io.BytesIO(file.data))


def is_exact(file: Fitted, picture: Picture) -> bool:
    read = decode(file.data, Limits(minimum_side=1)).picture
    if read.rgb.shape != picture.rgb.shape or not np.array_equal(read.rgb, picture.rgb):
        return False
    return picture.opacity is None or (read.opacity is not None and np.array_equal(read.opacity, picture.opacity))


@pytest.mark.parametrize("opacity", [False, True])
def test_a_picture_that_fits_is_a_png(opacity: bool) -> None:
    picture = clouds(200, 300, 6, opacity=opacity)
    file = fitted(picture, LIMIT)
    assert (file.extension, file.exact, opened(file).format) == ("png", True, "PNG")
    assert is_exact(file, picture)


def test_a_lossless_webp_comes_before_any_loss() -> None:
    grain = np.random.default_rng(4).integers(0, 8, (1100, 900, 1), np.uint8)
    picture = Picture(clouds(1100, 900, 0).rgb // 2 + grain)
    png, webp = (len(fitted(picture, LIMIT, wanted, 100).data) for wanted in ("png", "webp"))
    assert webp < png
    file = fitted(picture, (webp + png) // 2)
    assert (file.extension, file.exact) == ("webp", True)
    assert is_exact(file, picture)


@pytest.mark.parametrize(("opacity", "extension"), [(False, "jpg"), (True, "webp")])
def test_what_does_not_fit_exactly_loses_quality_before_pixels(opacity: bool, extension: str) -> None:
    picture = clouds(1200, 1000, 8, opacity=opacity)
    best = fitted(picture, 1 << 20, "jpeg" if not opacity else "webp")
    file = fitted(picture, len(best.data) - 1)
    assert (file.extension, file.exact, opened(file).size) == (extension, False, (1000, 1200))
    assert len(file.data) < len(best.data)


@settings(deadline=None, max_examples=12)
@given(
    st.integers(1, 700),
    st.integers(1, 700),
    st.sampled_from((0, 20, 120)),
    st.booleans(),
    st.integers(SMALLEST_LIMIT, 60_000),
    st.sampled_from((None, "png", "jpeg", "webp")),
    st.integers(1, 100),
)
def test_the_limit_always_holds(
    height: int, width: int, grain: int, opacity: bool, limit: int, wanted: str | None, quality: int
) -> None:
    picture = clouds(height, width, grain, opacity=opacity)
    file = fitted(picture, limit, wanted, quality)
    assert len(file.data) <= limit
    assert opened(file).format == {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}[file.extension]
    assert is_exact(file, picture) or not file.exact
    assert not (opacity and file.extension == "jpg")


def test_a_transparent_picture_stays_so_however_small() -> None:
    file = fitted(clouds(1200, 1000, 30, opacity=True), 20_000, "jpeg")
    opacity = np.asarray(opened(file).getchannel("A"))
    assert file.extension == "webp"
    assert opacity[:, 0].max() < 20
    assert opacity[:, -1].min() > 235


def test_few_pixels_keep_the_shape_and_use_the_room() -> None:
    file = fitted(clouds(1200, 900, 40), 30_000)
    width, height = opened(file).size
    assert width / height == pytest.approx(0.75, abs=0.01)
    assert 20_000 < len(file.data) <= 30_000


@pytest.mark.parametrize(
    ("wanted", "quality", "extension", "exact"),
    [
        (None, 95, "png", True),
        ("png", 50, "png", True),
        ("jpeg", 95, "jpg", False),
        ("webp", 90, "webp", False),
        ("webp", 100, "webp", True),
    ],
)
def test_the_format_that_is_wanted_comes_first(wanted: str | None, quality: int, extension: str, exact: bool) -> None:
    file = fitted(clouds(150, 200, 5), LIMIT, wanted, quality)
    assert (file.extension, file.exact) == (extension, exact)


def test_quality_is_what_is_asked_for() -> None:
    sizes = [len(fitted(clouds(150, 200, 5), LIMIT, "jpeg", quality).data) for quality in (40, 80, 95)]
    assert sizes == sorted(sizes)
    assert sizes[0] < 0.5 * sizes[2]


def test_a_large_photo_is_encoded_whole_once(monkeypatch: pytest.MonkeyPatch) -> None:
    picture, whole = clouds(2400, 1600, 12), list[str]()
    encode = fitting.encode

    def counted(each: Picture, kind: str, quality: int) -> bytes:
        if each.rgb.shape == picture.rgb.shape:
            whole.append(kind)
        return encode(each, kind, quality)

    monkeypatch.setattr(fitting, "encode", counted)
    assert fitted(picture, 2 << 20).extension == "jpg"
    assert whole == ["jpeg"]


def test_sides_beyond_what_webp_can_hold_are_made_shorter() -> None:
    strip = clouds(24, 17_000, 100, opacity=True)
    file = fitted(strip, 200_000)
    assert file.extension == "webp"
    assert opened(file).width <= 16_383
    assert fitted(clouds(8, 17_000, 0), LIMIT).extension == "png"


def test_no_picture_fits_into_nothing() -> None:
    with pytest.raises(ValueError, match="4096"):
        fitted(clouds(10, 10, 0), SMALLEST_LIMIT - 1)
