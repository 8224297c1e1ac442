"""Colour words and how pixels read."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.colours import BASIC, Colour, basic_colour, colour_of, is_colour_word, likeness
from engine.data import Alpha, Image


@pytest.mark.parametrize(
    ("words", "rgb"),
    [
        ("red", (255, 0, 0)),
        ("White", (255, 255, 255)),
        ("#ff8800", (255, 136, 0)),
        ("#f80", (255, 136, 0)),
        ("rgb(1, 2, 3)", (1, 2, 3)),
        ("hsl(120, 100%, 50%)", (0, 255, 0)),
        ("royal blue", (65, 105, 225)),
        ("a shade of gray", (128, 128, 128)),
        ("burgundy colour", (128, 0, 32)),
        ("emerald green", (22, 155, 90)),
    ],
)
def test_names_and_codes(words: str, rgb: tuple[int, int, int]) -> None:
    colour = colour_of(words)
    assert colour is not None
    assert colour.rgb == rgb


@pytest.mark.parametrize(
    "words", ["", "car", "light", "very dark", "black and white", "red and blue", "#zzz", "the", "sea blue"]
)
def test_what_is_no_colour(words: str) -> None:
    assert colour_of(words) is None
    assert basic_colour(words) is None


@pytest.mark.parametrize(
    ("words", "term"),
    [
        ("navy", "blue"),
        ("dark navy blue", "blue"),
        ("teal", "green"),
        ("burgundy", "red"),
        ("crimson", "red"),
        ("reddish brown", "brown"),
        ("chocolate brown", "brown"),
        ("mustard", "yellow"),
        ("hot pink", "pink"),
        ("lilac", "purple"),
        ("charcoal", "black"),
        ("light grey", "grey"),
        ("off-white", "white"),
        ("neon green", "green"),
        ("pastel yellow", "yellow"),
        ("skyblue", "blue"),
        ("#ff8800", "orange"),
        ("rgb(10,10,10)", "black"),
        ("saddlebrown", "brown"),
        ("forest green", "green"),
    ],
)
def test_the_basic_term_of_a_colour(words: str, term: str) -> None:
    assert basic_colour(words) == term


@pytest.mark.parametrize("term", BASIC)
def test_a_basic_term_is_its_own(term: str) -> None:
    assert basic_colour(term) == term
    assert is_colour_word(term)


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("teal", True),
        ("greenish", True),
        ("Gray", True),
        ("dark", False),
        ("salmon", False),
        ("snow", False),
        ("", False),
    ],
)
def test_which_words_mark_a_thing_by_colour(word: str, is_one: bool) -> None:
    assert is_colour_word(word) is is_one


@pytest.mark.parametrize("term", ["red", "green", "blue", "purple", "brown", "grey"])
def test_shades_order_by_lightness(term: str) -> None:
    luma = [_luma(f"{shade} {term}".strip()) for shade in ("dark", "", "light")]
    assert luma[0] + 10 < luma[1] < luma[2] - 15


WORDS = ("dark", "light", "pale", "neon", "deep", "reddish", "greyish", "blue", "teal", "gold")


@given(st.lists(st.sampled_from(WORDS), max_size=4))
@settings(deadline=None, max_examples=60)
def test_any_run_of_words_is_a_valid_colour_or_none(words: list[str]) -> None:
    colour = colour_of(" ".join(words))
    assert colour is None or all(0 <= value <= 255 for value in colour.rgb)


def test_balls_on_noise_read_as_their_colours(rng: np.random.Generator) -> None:
    image = rng.integers(90, 165, (300, 450, 3), np.uint8)
    cv2.circle(image, (80, 200), 40, (200, 30, 40), -1)
    cv2.rectangle(image, (190, 40), (250, 110), (30, 60, 200), -1)
    red, blue = _likeness(image, "red"), _likeness(image, "blue")
    assert red[200, 80] > 0.9
    assert red[75, 220] == 0
    assert blue[75, 220] > 0.9
    noise = np.ones(image.shape[:2], np.bool_)
    noise[150:250, 30:130] = noise[30:120, 180:260] = False
    assert (red[noise] > 0.5).mean() < 0.02


@pytest.mark.parametrize("factor", [0.25, 0.5, 1.0])
@pytest.mark.parametrize(("rgb", "words"), [((190, 30, 40), "red"), ((30, 80, 190), "blue"), ((40, 140, 60), "green")])
def test_shade_does_not_change_a_basic_colour(factor: float, rgb: tuple[int, int, int], words: str) -> None:
    light = (np.array(rgb) / 255) ** 2.2 * factor
    pixel = (255 * light ** (1 / 2.2)).astype(np.uint8)
    assert _likeness(np.full((8, 8, 3), pixel, np.uint8), words).min() > 0.8


@pytest.mark.parametrize(
    ("rgb", "words"),
    [((242, 179, 4), "yellow"), ((178, 112, 4), "yellow"), ((214, 128, 131), "pink"), ((250, 198, 208), "pink")],
)
def test_what_photos_of_a_yellow_ball_and_of_tulips_show(rgb: tuple[int, int, int], words: str) -> None:
    assert _likeness(np.full((8, 8, 3), rgb, np.uint8), words).min() > 0.5


def test_a_shade_word_narrows() -> None:
    image = np.zeros((8, 16, 3), np.uint8)
    image[:, :8], image[:, 8:] = (20, 30, 90), (140, 180, 245)
    assert _likeness(image, "dark blue")[4, 2] > 0.8 > 0.2 > _likeness(image, "dark blue")[4, 13]
    assert _likeness(image, "light blue")[4, 13] > 0.8 > 0.2 > _likeness(image, "light blue")[4, 2]


@pytest.mark.parametrize(
    ("words", "other"), [("teal", (200, 30, 40)), ("#ff8800", (40, 90, 200)), ("beige", (40, 40, 40))]
)
def test_a_named_surface_knows_itself(words: str, other: tuple[int, int, int]) -> None:
    colour = colour_of(words)
    assert colour is not None
    image = np.empty((8, 16, 3), np.uint8)
    image[:, :8], image[:, 8:] = colour.rgb, other
    found = likeness(image, colour)
    assert found.dtype == np.float32
    assert found[4, 2] > 0.8
    assert found[4, 13] < 0.1


def test_a_red_pullover_is_found(real_data: Path) -> None:
    image = _photo(real_data / "masks/breakdance_00000.jpg")
    red = _likeness(image, "red") > 0.5
    assert red[280:350, 255:330].mean() > 0.9
    assert red.mean() < 0.1


def _likeness(image: Image, words: str) -> Alpha:
    return likeness(image, _colour(words))


def _colour(words: str) -> Colour:
    colour = colour_of(words)
    assert colour is not None
    return colour


def _luma(words: str) -> float:
    return float(np.dot(_colour(words).rgb, (0.299, 0.587, 0.114)))


def _photo(path: Path) -> Image:
    return np.asarray(cv2.cvtColor(np.asarray(cv2.imread(str(path)), np.uint8), cv2.COLOR_BGR2RGB), np.uint8)
