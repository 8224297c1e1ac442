"""Named looks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadOption
from engine.named_looks import look_of
from engine.tools.looks import LOOKS, apply_look


@pytest.mark.parametrize(
    ("words", "look"),
    [
        ("black and white", "black and white"),
        ("B&W", "black and white"),
        ("make it monochrome", "black and white"),
        ("greyscale", "black and white"),
        ("grayscale photo", "black and white"),
        ("high contrast black and white", "noir"),
        ("film noir", "noir"),
        ("sepia tone", "sepia"),
        ("a vintage look", "vintage"),
        ("like an old photo", "vintage"),
        ("70s", "vintage"),
        ("faded film", "faded film"),
        ("invert the colours: inverted", "negative"),
        ("a pencil sketch", "pencil sketch"),
        ("cartoon", "cartoon"),
        ("pixel art", "pixel art"),
        ("teal and orange", "cinematic"),
        ("cinematic", "cinematic"),
        ("HDR", "hdr"),
        ("a dreamy soft glow", "dreamy"),
        ("polaroid", "polaroid"),
    ],
)
def test_words_that_name_a_look(words: str, look: str) -> None:
    assert look_of(words) == look


@pytest.mark.parametrize(
    "words",
    [
        "watercolour",
        "oil painting",
        "anime",
        "in the style of Van Gogh",
        "black and white watercolor",
        "a lighthouse",
        "",
    ],
)
def test_words_that_need_a_model_or_name_none(words: str) -> None:
    assert look_of(words) is None


@pytest.mark.parametrize("name", LOOKS)
def test_every_look_names_itself(name: str) -> None:
    assert look_of(name) == name


@pytest.mark.parametrize("name", LOOKS)
def test_every_look_is_seen_and_can_be_halved(name: str, rng: np.random.Generator) -> None:
    ramp = np.linspace(20, 230, 120)[None, :, None] * np.array((1.0, 0.8, 0.6))
    image = np.clip(ramp + rng.normal(0, 5, (80, 120, 3)), 0, 255).astype(np.uint8)
    whole, half = (apply_look(image, name, amount).astype(np.float32) for amount in (100, 50))
    assert np.abs(whole - image).mean() > 3
    assert np.abs(half - (whole + image) / 2).max() <= 1
    assert np.array_equal(apply_look(image, name, 0), image)


@pytest.mark.parametrize("name", ["black and white", "noir"])
def test_black_and_white_has_equal_channels(name: str, rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (50, 70, 3), np.uint8)
    assert np.ptp(apply_look(image, name), axis=2).max() == 0


def test_a_negative_twice_is_the_picture(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (9, 11, 3), np.uint8)
    assert np.array_equal(apply_look(apply_look(image, "negative"), "negative"), image)


def test_pixel_art_has_few_colours(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (130, 260, 3), np.uint8)
    assert len(np.unique(apply_look(image, "pixel art").reshape(-1, 3), axis=0)) <= 24


@given(st.sampled_from(sorted(LOOKS)), st.integers(1, 12), st.integers(1, 12))
@settings(deadline=None, max_examples=60)
def test_any_shape(name: str, height: int, width: int) -> None:
    image = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    looked = apply_look(image, name)
    assert looked.shape == image.shape
    assert looked.dtype == np.uint8


def test_an_unknown_look_is_refused() -> None:
    with pytest.raises(BadOption):
        apply_look(np.zeros((4, 4, 3), np.uint8), "sparkle")
