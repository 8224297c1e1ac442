"""Tone and colour by signed percents."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Image
from engine.errors import BadOption
from engine.operations import Property
from engine.tools.tone import PROPERTIES, adjust

NAMES = get_args(Property)
CURVES = ("brightness", "contrast", "gamma")
GREY_STAYS_GREY = [name for name in NAMES if name not in ("warmth", "tint")]


def _scene(rng: np.random.Generator, height: int = 64, width: int = 96) -> Image:
    """Soft colours from dark to light, with a little texture and an edge."""
    ramp = np.linspace(15, 235, width)[None, :, None] * np.ones((height, 1, 3))
    ramp[: height // 2, :, 0] *= 0.6
    ramp[:, width // 2 :, 2] *= 0.7
    return np.clip(ramp + rng.normal(0, 6, ramp.shape), 0, 255).astype(np.uint8)


def _grey_ramp() -> Image:
    return np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (16, 1, 3))


def test_every_property_has_a_tool() -> None:
    assert set(PROPERTIES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_zero_is_the_same_picture(name: str, rng: np.random.Generator) -> None:
    image = _scene(rng)
    assert np.array_equal(adjust(image, name, 0), image)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sign", [-1, 1])
def test_more_does_more(name: str, sign: int, rng: np.random.Generator) -> None:
    image = _scene(rng)
    moved = [
        float(np.abs(adjust(image, name, sign * amount).astype(np.float32) - image).mean()) for amount in (20, 50, 100)
    ]
    assert moved[0] > 0.15
    assert moved == sorted(moved)


@pytest.mark.parametrize("name", ["brightness", "exposure", "gamma", "shadows", "highlights", "whites", "blacks"])
def test_above_zero_is_lighter_and_below_darker(name: str, rng: np.random.Generator) -> None:
    image = _scene(rng)
    means = [float(adjust(image, name, amount).mean()) for amount in range(-100, 101, 25)]
    assert means == sorted(means)
    assert means[0] < means[4] - 1 < means[4] + 1 < means[-1]


@pytest.mark.parametrize("name", GREY_STAYS_GREY)
@pytest.mark.parametrize("amount", [-100, -30, 30, 100])
def test_grey_stays_grey(name: str, amount: int) -> None:
    assert np.ptp(adjust(_grey_ramp(), name, amount).astype(int), axis=2).max() <= 1


@pytest.mark.parametrize("name", [*CURVES, "exposure", "blacks", "whites", "fade"])
@pytest.mark.parametrize("amount", [-100, -20, 20, 100])
def test_a_curve_never_turns_back(name: str, amount: int) -> None:
    curve = adjust(_grey_ramp(), name, amount)[0, :, 0].astype(int)
    assert (np.diff(curve) >= 0).all()


@pytest.mark.parametrize("name", [*CURVES, "exposure"])
def test_a_brighter_or_stronger_curve_does_not_clip(name: str) -> None:
    curve = adjust(_grey_ramp(), name, 50)[0, :, 0].astype(int)
    assert curve[0] == 0
    assert curve[-1] == 255
    assert np.count_nonzero(curve == 255) <= 12


@given(st.sampled_from(CURVES), st.integers(-40, 40))
@settings(deadline=None, max_examples=40)
def test_there_and_back(name: str, amount: int) -> None:
    image = _grey_ramp()
    back = adjust(adjust(image, name, amount), name, -amount)
    assert np.abs(back.astype(int) - image).max() <= 4


@pytest.mark.parametrize("amount", [-60, 60])
@pytest.mark.parametrize("name", ["warmth", "tint"])
def test_white_balance_keeps_luminance(name: str, amount: int) -> None:
    image = np.full((4, 4, 3), 120, np.uint8)
    light = (adjust(image, name, amount)[0, 0] / 255.0) ** 2.2 @ (0.2126, 0.7152, 0.0722)
    assert light == pytest.approx((120 / 255) ** 2.2, rel=0.05)


def test_the_signs_of_colour() -> None:
    grey = np.full((4, 4, 3), 120, np.uint8)
    warm, magenta = adjust(grey, "warmth", 40)[0, 0], adjust(grey, "tint", 40)[0, 0]
    assert warm[0] > 120 > warm[2]
    assert magenta[1] < 120 < magenta[0]


def test_a_full_turn_of_hue_is_none(rng: np.random.Generator) -> None:
    image = _scene(rng) // 2 + 60
    assert np.abs(adjust(image, "hue", 100).astype(int) - adjust(image, "hue", -100)).max() <= 1
    red = np.full((4, 4, 3), (170, 90, 90), np.uint8)
    turned = adjust(red, "hue", 100)[0, 0]
    assert turned[0] < turned[2]


def test_no_saturation_is_grey(rng: np.random.Generator) -> None:
    assert np.ptp(adjust(_scene(rng), "saturation", -100), axis=2).max() == 0


def test_vibrance_spares_skin_and_vivid_colours() -> None:
    image = np.array([[(110, 120, 140), (205, 150, 120), (30, 60, 220)]], np.uint8)
    before, after = (np.ptp(picture.astype(int), axis=2)[0] for picture in (image, adjust(image, "vibrance", 80)))
    pale, skin, vivid = after / before
    assert pale > 1.4
    assert pale > skin + 0.2
    assert pale > vivid + 0.2


def test_grain_is_the_same_at_every_call(rng: np.random.Generator) -> None:
    image = _scene(rng)
    assert np.array_equal(adjust(image, "grain", 60), adjust(image, "grain", 60))


def test_a_vignette_leaves_the_middle(rng: np.random.Generator) -> None:
    image = np.full((60, 90, 3), 160, np.uint8)
    dark = adjust(image, "vignette", 100)
    assert dark[30, 45, 0] == 160
    assert dark[0, 0, 0] < 100


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(NAMES), st.integers(-150, 150))
@settings(deadline=None, max_examples=80)
def test_any_shape(height: int, width: int, name: str, amount: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    changed = adjust(image, name, amount)
    assert changed.shape == image.shape
    assert changed.dtype == np.uint8


def test_bad_options() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(BadOption):
        adjust(image, "sparkle", 10)
    with pytest.raises(BadOption):
        adjust(image, "brightness", float("nan"))
