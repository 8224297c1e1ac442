from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from engine.data import Box, Image, Mask, Picture
from engine.errors import BadOption, MaskEmpty, MaskMismatch, MaskWhole
from engine.fakes import BoxSegmenter
from engine.imageio import decode
from engine.masks import fill_holes, grow
from engine.selection.given import NOISE, Selection, looks_like_mask, selection_of

HEIGHT, WIDTH = 240, 320
RED, WHITE = (255, 20, 30), (255, 255, 255)


@pytest.fixture
def photo(rng: np.random.Generator) -> Picture:
    """Smooth colours with texture, like a photo's."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    planes = 110 + 50 * np.stack([np.sin(x / 37), np.cos(y / 31), np.sin((x + y) / 59)], axis=2)
    return Picture((planes + rng.normal(0, 8, planes.shape)).astype(np.uint8))


@pytest.fixture
def blob() -> Mask:
    """Two parts, one of them a single pixel."""
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[60:140, 90:200] = True
    mask[200, 300] = True
    return mask


def grey(values: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Picture:
    return Picture(np.repeat(values[..., None], 3, axis=2))


def black_and_white(mask: Mask) -> Picture:
    return grey(np.where(mask, np.uint8(255), np.uint8(0)))


def as_jpeg(rgb: Image, quality: int = 75) -> Image:
    data = io.BytesIO()
    PillowImage.fromarray(rgb).save(data, "JPEG", quality=quality)
    return np.asarray(PillowImage.open(data))


def selection(given: Picture, parent: Picture) -> Selection:
    return selection_of(given, parent, BoxSegmenter())


def given_mask(given: Picture, parent: Picture) -> Mask:
    return selection(given, parent).mask


def agreement(a: Mask, b: Mask) -> float:
    return float(np.sum(a & b) / np.sum(a | b))


def test_black_and_white_means_what_it_says(photo: Picture, blob: Mask) -> None:
    assert np.array_equal(given_mask(black_and_white(blob), photo), blob)
    assert np.array_equal(given_mask(black_and_white(~blob), photo), ~blob)
    assert looks_like_mask(black_and_white(blob), photo)


def test_black_and_white_as_jpeg_is_read_by_its_halves(photo: Picture, blob: Mask) -> None:
    saved = Picture(as_jpeg(black_and_white(blob).rgb))
    assert agreement(given_mask(saved, photo), blob) > 0.99
    assert looks_like_mask(saved, photo)


def test_a_black_and_white_mask_on_a_flat_parent(blob: Mask) -> None:
    for level in (0, 255, 128):
        parent = Picture(np.full((HEIGHT, WIDTH, 3), level, np.uint8))
        assert np.array_equal(given_mask(black_and_white(blob), parent), blob)


def test_a_soft_grey_mask_weighs_by_its_greys(photo: Picture) -> None:
    ramp = np.tile(np.linspace(0, 255, WIDTH), (HEIGHT, 1)).astype(np.uint8)
    selected = selection(grey(ramp), photo)
    assert np.array_equal(selected.mask, ramp >= 128)
    assert selected.weights is not None
    assert selected.weights.dtype == np.float32
    assert np.allclose(selected.weights[ramp >= 2 * NOISE], ramp[ramp >= 2 * NOISE] / 255)
    assert (selected.weights <= ramp / 255 + 1e-6).all()


def test_a_faint_mask_selects_all_that_it_touches(photo: Picture) -> None:
    levels = np.zeros((HEIGHT, WIDTH), np.uint8)
    levels[50:100, 60:150] = 100
    selected = selection(grey(levels), photo)
    assert np.array_equal(selected.mask, levels > 0)
    assert selected.weights is not None
    assert np.allclose(selected.weights, levels / 255)


def soft_blob() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    levels = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(levels, (150, 110), (60, 35), 20, 0, 360, 255, -1)
    return np.asarray(cv2.GaussianBlur(levels, (0, 0), 8), np.uint8)


@pytest.mark.parametrize("quality", [30, 75, 95])
def test_the_noise_of_jpeg_beside_a_soft_stroke_selects_nothing(photo: Picture, quality: int) -> None:
    levels = soft_blob()
    saved = as_jpeg(grey(levels).rgb, quality)
    assert (saved[levels == 0] > 0).any()
    selected = selection(Picture(saved), photo)
    assert selected.weights is not None
    assert not selected.weights[levels == 0].any()
    assert (selected.weights[levels > 60] > 0.15).all()


@pytest.mark.parametrize("scale", [0.5, 2])
def test_soft_masks_of_other_sizes_stay_soft(photo: Picture, scale: float) -> None:
    levels = soft_blob()
    other = np.asarray(cv2.resize(levels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    selected = selection(grey(other), photo)
    assert selected.weights is not None
    assert np.abs(selected.weights - levels / 255)[levels > 2 * NOISE].max() < 0.06


@pytest.mark.parametrize("quality", [50, 75, 95, None])
def test_smooth_borders_of_a_hard_mask_stay_hard(photo: Picture, quality: int | None) -> None:
    levels = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(levels, (150, 110), (60, 35), 20, 0, 360, 255, -1, cv2.LINE_AA)
    cv2.line(levels, (10, 220), (300, 180), 255, 3, cv2.LINE_AA)
    saved = grey(levels).rgb if quality is None else as_jpeg(grey(levels).rgb, quality)
    selected = selection(Picture(saved), photo)
    assert selected.weights is None
    assert agreement(selected.mask, levels >= 128) > 0.99


def test_soft_transparency_weighs_too(photo: Picture) -> None:
    levels = soft_blob()
    selected = selection(Picture(photo.rgb, 255 - levels), photo)
    assert selected.weights is not None
    assert np.array_equal(selected.mask, levels >= 128)


def test_everything_is_asked_about(photo: Picture) -> None:
    nearly = np.full((HEIGHT, WIDTH), 255, np.uint8)
    nearly[0, :50] = 0
    for levels in (np.full((HEIGHT, WIDTH), 255, np.uint8), nearly):
        with pytest.raises(MaskWhole) as caught:
            selection(grey(levels), photo)
        assert caught.value.candidates[0].box == Box(0, 0, WIDTH, HEIGHT)
    assert given_mask(black_and_white(~disc_of(12)), photo).mean() < 0.995


def disc_of(radius: int) -> Mask:
    disc = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(disc, (160, 120), radius, 1, -1)
    return disc > 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png(photo: Picture, blob: Mask, mode: str) -> None:
    levels = np.where(blob, np.uint8(255), np.uint8(0))
    image = PillowImage.fromarray(levels)
    deep = PillowImage.fromarray(np.where(blob, 65535, 0).astype(np.uint16))
    data = io.BytesIO()
    (deep if mode == "I;16" else image.convert(mode)).save(data, "PNG")
    assert np.array_equal(given_mask(decode(data.getvalue()).picture, photo), blob)


def test_transparent_is_where_to_edit(photo: Picture, blob: Mask) -> None:
    opacity = np.where(blob, np.uint8(0), np.uint8(255))
    for rgb in (photo.rgb, np.full_like(photo.rgb, 255), np.zeros_like(photo.rgb)):
        candidate = Picture(rgb, opacity)
        assert np.array_equal(given_mask(candidate, photo), blob)
        assert looks_like_mask(candidate, photo)


def test_opacity_that_hides_nothing_says_nothing(photo: Picture, blob: Mask) -> None:
    candidate = Picture(black_and_white(blob).rgb, np.full((HEIGHT, WIDTH), 255, np.uint8))
    assert np.array_equal(given_mask(candidate, photo), blob)


def test_transparency_of_the_parent_says_nothing(photo: Picture) -> None:
    opacity = np.full((HEIGHT, WIDTH), 255, np.uint8)
    opacity[:, :100] = 0
    rgb = photo.rgb.copy()
    cv2.circle(rgb, (220, 120), 40, RED, -1)
    mask = given_mask(Picture(rgb, opacity), Picture(photo.rgb, opacity))
    assert not mask[:, :100].any()
    assert mask[120, 220]
    with pytest.raises(MaskEmpty) as caught:
        given_mask(Picture(photo.rgb, opacity), Picture(photo.rgb, opacity))
    assert caught.value.candidates


@pytest.mark.parametrize("quality", [40, 75, 95])
@pytest.mark.parametrize("colour", [RED, WHITE, (0, 0, 0), (255, 230, 0)])
def test_a_painted_part_of_the_photo(photo: Picture, colour: tuple[int, int, int], quality: int) -> None:
    painted = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(painted, (150, 110), (60, 35), 20, 0, 360, 1, -1)
    rgb = photo.rgb.copy()
    rgb[painted > 0] = colour
    candidate = Picture(as_jpeg(rgb, quality))
    mask = given_mask(candidate, photo)
    assert agreement(mask, painted > 0) > 0.85
    assert not mask[~grow(painted > 0, 6)].any()
    assert looks_like_mask(candidate, photo)


@pytest.mark.parametrize("width", [3, 8])
@pytest.mark.parametrize("end", [360, 345])
def test_a_loop_selects_what_is_in_it_even_when_it_is_not_quite_closed(photo: Picture, width: int, end: int) -> None:
    rgb = photo.rgb.copy()
    cv2.ellipse(rgb, (150, 110), (60, 45), 0, 0, end, RED, width, cv2.LINE_AA)
    mask = given_mask(Picture(as_jpeg(rgb)), photo)
    filled = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(filled, (150, 110), (60, 45), 0, 0, 360, 1, -1)
    assert mask[filled > 0].mean() > 0.98
    assert agreement(mask, filled > 0) > 0.75
    assert not mask[~grow(filled > 0, width // 2 + 4)].any()


def test_a_loop_that_ends_at_the_border_of_the_photo(photo: Picture) -> None:
    rgb = photo.rgb.copy()
    cv2.ellipse(rgb, (160, HEIGHT - 1), (70, 60), 0, 180, 360, RED, 5)
    mask = given_mask(Picture(rgb), photo)
    assert mask[HEIGHT - 2, 160]
    assert not mask[HEIGHT - 2, 40]
    assert not mask[20, 160]


def test_a_black_loop_that_crosses_a_dark_part(photo: Picture) -> None:
    rgb = photo.rgb.copy()
    rgb[:, 170:] = rgb[:, 170:] // 8 + 9
    dark = Picture(rgb)
    drawn = rgb.copy()
    cv2.ellipse(drawn, (160, 110), (60, 45), 0, 0, 360, (0, 0, 0), 6, cv2.LINE_AA)
    mask = given_mask(Picture(as_jpeg(drawn, 60)), dark)
    filled = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(filled, (160, 110), (60, 45), 0, 0, 360, 1, -1)
    assert mask[filled > 0].mean() > 0.98
    assert not mask[~grow(filled > 0, 7)].any()


def test_a_line_across_the_photo_selects_the_line(photo: Picture) -> None:
    rgb = photo.rgb.copy()
    cv2.line(rgb, (0, 60), (WIDTH - 1, 70), RED, 5)
    assert given_mask(Picture(rgb), photo).mean() < 0.06


def test_scribbles_on_a_smaller_copy(photo: Picture) -> None:
    rgb = cv2.resize(photo.rgb, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    cv2.circle(rgb, (80, 60), 25, RED, -1)
    mask = given_mask(Picture(as_jpeg(np.asarray(rgb, np.uint8))), photo)
    disc = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(disc, (160, 120), 50, 1, -1)
    assert mask.shape == (HEIGHT, WIDTH)
    assert agreement(mask, disc > 0) > 0.85


def test_other_sizes_of_the_same_aspect_are_fitted(photo: Picture, blob: Mask) -> None:
    twice = black_and_white(np.kron(blob, np.ones((2, 2), np.bool_)))
    assert agreement(given_mask(twice, photo), blob) > 0.99
    nearly = np.zeros((HEIGHT // 2, WIDTH // 2 - 1), np.bool_)
    nearly[:, :80] = True
    mask = given_mask(black_and_white(nearly), photo)
    assert mask[:, :155].all()
    assert not mask[:, 165:].any()


def test_another_aspect_is_a_mismatch(photo: Picture) -> None:
    with pytest.raises(MaskMismatch) as caught:
        given_mask(black_and_white(np.ones((WIDTH, HEIGHT), np.bool_)), photo)
    assert caught.value.mask_shape == (WIDTH, HEIGHT)
    assert caught.value.picture_shape == (HEIGHT, WIDTH)


def test_nothing_selected_is_said(photo: Picture) -> None:
    for candidate in (grey(np.zeros((HEIGHT, WIDTH), np.uint8)), photo, Picture(as_jpeg(photo.rgb, 50))):
        with pytest.raises(MaskEmpty):
            given_mask(candidate, photo)


def test_bright_paint_on_black(photo: Picture, blob: Mask) -> None:
    candidate = Picture(blob[..., None] * np.array([0, 255, 60], np.uint8))
    assert np.array_equal(given_mask(candidate, photo), blob)


def test_some_other_photo_is_no_mask(photo: Picture, rng: np.random.Generator) -> None:
    other = Picture(np.ascontiguousarray(photo.rgb[::-1, ::-1]) // 2 + rng.integers(0, 90, photo.rgb.shape, np.uint8))
    assert not looks_like_mask(other, photo)
    with pytest.raises(BadOption):
        given_mask(other, photo)


def test_copies_and_grey_or_brighter_ones_are_references(photo: Picture) -> None:
    values = np.asarray(cv2.cvtColor(photo.rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    brighter = np.asarray(cv2.convertScaleAbs(photo.rgb, alpha=1.3), np.uint8)
    for candidate in (photo, grey(values), Picture(brighter), Picture(as_jpeg(photo.rgb, 30))):
        assert not looks_like_mask(candidate, photo)
    small = Picture(np.ascontiguousarray(photo.rgb[::2, ::2]))
    assert not looks_like_mask(small, photo)


def test_masks_that_people_drew_and_loops_around_them(real_data: Path) -> None:
    photos = sorted((real_data / "masks").glob("*_00000.jpg"))
    assert photos
    for path in photos[:5]:
        parent = Picture(np.asarray(PillowImage.open(path).convert("RGB")))
        drawn = np.asarray(PillowImage.open(path.with_name(f"{path.stem}_mask.png")).convert("L")) > 127
        assert np.array_equal(given_mask(black_and_white(drawn), parent), drawn)
        assert looks_like_mask(black_and_white(drawn), parent)
        around = fill_holes(grow(drawn, 10))
        contours, _ = cv2.findContours(around.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        looped = parent.rgb.copy()
        cv2.drawContours(looped, contours, -1, (255, 0, 200), 5)
        mask = given_mask(Picture(as_jpeg(looped)), parent)
        assert mask[drawn].mean() > 0.99
        assert mask[around].mean() > 0.99
        assert not mask[~grow(around, 8)].any()
