from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Pillow

from engine.data import Box, Image, Mask
from engine.errors import BadOption
from engine.geometry import bounding_box
from engine.tools.fonts import choose, faces
from engine.tools.lettering import add_text, anchor, replace_text, text_mask
from engine.tools.typesetting import Block, draw


@dataclass(frozen=True)
class Written:
    """A line of lettering whose place is known."""

    quad: NDArray[np.float32]
    text: str


def fill(image: Image, mask: Mask) -> Image:
    return np.asarray(cv2.inpaint(image, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA), np.uint8)


def gradient(height: int, width: int) -> Image:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows % 256, columns % 256, (rows + columns) % 256], axis=2).astype(np.uint8)


def sign(text: str, ink: tuple[int, int, int], paper: tuple[int, int, int], bend: float = 0.0) -> tuple[Image, Written]:
    """A board of shaded paper with a line on it, seen at an angle."""
    coverage = draw(Block((text,), choose(text), 64.0)).coverage
    height, width = coverage.shape
    shade = np.linspace(1.0, 0.85, 560)[None, :, None]
    image = np.asarray(np.clip(np.full((320, 560, 3), paper) * shade, 0, 255), np.float32)
    x, y = (560 - width) / 2, (320 - height) / 2
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    quad = corners + np.array([x, y], np.float32)
    quad[1:3, 1] += np.float32(bend * width)
    warp = cv2.getPerspectiveTransform(corners, quad)
    weight = cv2.GaussianBlur(cv2.warpPerspective(coverage, warp, (560, 320)), (0, 0), 0.8)[:, :, None]
    image += weight * (np.array(ink, np.float32) - image)
    margin = np.array([[-6, -6], [6, -6], [6, 6], [-6, 6]], np.float32)
    return np.rint(image).astype(np.uint8), Written(quad + margin, text)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(64, 300),
    st.integers(64, 300),
    st.sampled_from(["SOLD", "Hi", "Two words"]),
    st.sampled_from(
        [None, "top left", "bottom right corner", "centre", "in the middle of the left side", "at the top"]
    ),
)
def test_only_pixels_of_the_mask_change(height: int, width: int, text: str, place: str | None) -> None:
    image = gradient(height, width)
    before = image.copy()
    done = add_text(image, text, place=place)
    assert np.array_equal(image, before)
    assert np.array_equal(done.image[~done.mask], image[~done.mask])
    assert done.mask.any()


def test_nearly_every_pixel_of_the_mask_changes() -> None:
    done = add_text(gradient(240, 320), "SOLD")
    changed = np.any(done.image != gradient(240, 320), axis=2)
    assert changed.sum() > 0.95 * done.mask.sum()


@settings(deadline=None, max_examples=40)
@given(st.integers(60, 260), st.integers(30, 160), st.integers(0, 30), st.integers(0, 30))
def test_the_text_of_a_sign_stays_inside_it(width: int, height: int, x: int, y: int) -> None:
    paper = np.full((200, 300, 3), 250, np.uint8)
    box = Box(x, y, min(x + width, 300), min(y + height, 200))
    inked = bounding_box(add_text(paper, "FOR SALE", box=box).mask)
    assert inked is not None
    assert (inked.x0 >= box.x0, inked.y0 >= box.y0, inked.x1 <= box.x1, inked.y1 <= box.y1) == (True,) * 4
    assert max(inked.width / box.width, inked.height / box.height) > 0.6


def test_long_text_wraps_inside_the_picture() -> None:
    text = "This caption is much too long to stand on a single line of a small picture"
    box = bounding_box(add_text(np.zeros((300, 400, 3), np.uint8), text).mask)
    assert box is not None
    assert box.height > 40
    assert box.x0 > 0
    assert box.x1 < 400


def test_text_contrasts_with_what_is_behind() -> None:
    dark, light = np.full((120, 200, 3), 10, np.uint8), np.full((120, 200, 3), 245, np.uint8)
    assert add_text(dark, "A").image.max() == 255
    assert add_text(light, "A").image.min() < 40


def test_a_colour_asked_for_is_used() -> None:
    done = add_text(np.full((120, 200, 3), 245, np.uint8), "ABC", colour=(200, 0, 0))
    assert (done.image == (200, 0, 0)).all(axis=2).any()


@pytest.mark.parametrize(
    ("place", "where"), [("top left", (0, 0)), ("lower right", (1, 1)), ("middle", (0.5, 0.5)), (None, (0.5, 1))]
)
def test_places(place: str | None, where: tuple[float, float]) -> None:
    assert anchor(place) == where


@pytest.mark.parametrize("text", ["", "  \n ", "\u200d"])
def test_no_words_are_refused(text: str) -> None:
    with pytest.raises(BadOption):
        add_text(gradient(80, 80), text)


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(BadOption):
        add_text(gradient(80, 80), "x", place="yesterday")


def test_more_than_can_be_read_is_refused() -> None:
    with pytest.raises(BadOption):
        add_text(gradient(64, 64), "word " * 200)


@pytest.mark.parametrize(
    "text",
    ["\u0645\u0631\u062d\u0628\u0627", "\u05e9\u05dc\u05d5\u05dd", "\u4f60\u597d\u4e16\u754c", "Caf\u00e9 \U0001f600"],
)
def test_other_scripts_are_written_or_refused(text: str) -> None:
    image = gradient(120, 300)
    drawable = all(any(face.covers(letter) for face in faces()) for letter in text)
    with nullcontext() if drawable else pytest.raises(BadOption):
        assert add_text(image, text).mask.any()


@pytest.mark.parametrize(
    ("ink", "paper", "bend"),
    [
        ((30, 30, 40), (235, 230, 215), 0.0),
        ((250, 250, 250), (20, 70, 120), 0.06),
        ((190, 20, 30), (240, 220, 90), -0.08),
    ],
)
def test_replaced_text_takes_colour_and_place_of_the_old(
    ink: tuple[int, int, int], paper: tuple[int, int, int], bend: float
) -> None:
    image, line = sign("WELCOME", ink, paper, bend)
    done = replace_text(image, line, "GOODBYE", fill)
    assert np.array_equal(done.image[~done.mask], image[~done.mask])
    written = np.abs(done.image.astype(int) - ink).max(axis=2) < 30
    old = np.abs(image.astype(int) - ink).max(axis=2) < 30
    assert 0.6 < written.sum() / old.sum() < 1.6
    near = cv2.dilate(np.asarray(old, np.uint8), np.ones((41, 41), np.uint8)).astype(np.bool_)
    assert written[near].sum() > 0.97 * written.sum()


def test_old_ink_is_gone() -> None:
    image, line = sign("WELCOME", (20, 20, 20), (230, 225, 210))
    done = replace_text(image, line, "I", fill)
    far = np.ones(image.shape[:2], np.bool_)
    far[:, 250:310] = False
    assert done.image[far].min() > 150


def test_the_mask_of_a_line_covers_its_ink_and_little_else() -> None:
    image, line = sign("WELCOME", (20, 20, 20), (230, 225, 210), 0.05)
    mask = text_mask(image, line)
    ink = image.max(axis=2) < 120
    assert mask[ink].all()
    assert mask.sum() < 5 * ink.sum()


def test_the_whole_quad_goes_where_ink_cannot_be_told(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (120, 240, 3), np.uint8)
    quad = np.array([[40, 40], [200, 40], [200, 80], [40, 80]], np.float32)
    assert text_mask(image, Written(quad, "WELCOME"))[40:80, 40:200].mean() > 0.95


def test_replacing_by_nothing_is_refused() -> None:
    image, line = sign("WELCOME", (20, 20, 20), (230, 225, 210))
    with pytest.raises(BadOption):
        replace_text(image, line, " ", fill)


def test_longer_words_shrink_to_the_room_there_is() -> None:
    image, line = sign("WELCOME", (20, 20, 20), (230, 225, 210))
    box = bounding_box(replace_text(image, line, "An uncommonly long line of words", fill).mask)
    assert box is not None
    assert box.x0 > 0
    assert box.x1 < 560


@pytest.mark.filterwarnings("ignore")
def test_a_reader_reads_the_new_words_on_a_photo(real_data: Path) -> None:
    from engine.grounding.lettering import read_text

    image = np.asarray(Pillow.open(real_data / "photos" / "13.jpeg").convert("RGB"))[350:520, 60:480]
    lines = read_text(np.ascontiguousarray(image))
    line = next(line for line in lines if "HOTEL" in line.text.upper())
    done = replace_text(np.ascontiguousarray(image), line, "MUSEUM", fill)
    again = " ".join(line.text.upper() for line in read_text(done.image))
    assert "MUSEUM" in again
    assert "HOTEL" not in again
