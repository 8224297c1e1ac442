"""Cast shadows are found where they are sure, and nothing is taken for one where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Mask
from engine.grounding.shadows import cast_shadow
from tests.engine.grounding.grounds import FOOT, standing


def recall(found: Mask, truth: Mask) -> float:
    return float(np.count_nonzero(found & truth) / np.count_nonzero(truth))


def excess(found: Mask, truth: Mask) -> float:
    return float(np.count_nonzero(found & ~truth) / np.count_nonzero(truth))


@pytest.mark.parametrize("ground", ["plain", "noise", "tiles"])
@pytest.mark.parametrize(("across", "down"), [(0.8, 0.4), (-0.8, 0.4), (-1.1, 0.25)])
def test_the_shadow_is_found_in_every_direction(ground: str, across: float, down: float) -> None:
    scene = standing(ground, "box", across=across, down=down)
    found = cast_shadow(scene.image, scene.thing)
    assert recall(found, scene.shadow) > 0.75
    assert excess(found, scene.shadow) < 0.6
    assert not (found & scene.thing).any()


@pytest.mark.parametrize("shape", ["person", "box", "ball"])
@pytest.mark.parametrize("soft", [0.7, 4.0])
def test_hard_and_soft_edges(shape: str, soft: float) -> None:
    scene = standing("plain", shape, soft=soft)
    found = cast_shadow(scene.image, scene.thing)
    assert recall(found, scene.shadow) > 0.75
    assert excess(found, scene.shadow) < 0.8


@pytest.mark.parametrize("shape", ["person", "box", "ball"])
@pytest.mark.parametrize("ground", ["plain", "noise", "grass", "tiles"])
def test_no_shadow_is_invented(shape: str, ground: str) -> None:
    scene = standing(ground, shape, shaded=False)
    assert not cast_shadow(scene.image, scene.thing).any()


def test_a_dark_kerb_that_runs_on_is_no_shadow() -> None:
    scene = standing("plain", "box", shaded=False)
    image, ended = scene.image.copy(), scene.image.copy()
    image[FOOT : FOOT + 10, 180:] //= 2
    ended[FOOT : FOOT + 10, 180:290] //= 2
    assert not cast_shadow(image, scene.thing).any()
    assert cast_shadow(ended, scene.thing).any()


def test_a_mat_of_another_colour_is_no_shadow() -> None:
    scene = standing("plain", "box", shaded=False)
    image, grey = scene.image.copy(), scene.image.copy()
    mat = slice(FOOT, FOOT + 20), slice(180, 290)
    image[mat] = (image[mat] * (0.45, 0.8, 0.55)).astype(np.uint8)
    grey[mat] = (grey[mat] * 0.6).astype(np.uint8)
    assert not cast_shadow(image, scene.thing).any()
    assert cast_shadow(grey, scene.thing).any()


def test_a_shadow_that_does_not_touch_belongs_to_something_else() -> None:
    scene = standing("plain", "box", shaded=False)
    image = scene.image.copy()
    image[FOOT + 20 : FOOT + 45, 280:350] = image[FOOT + 20 : FOOT + 45, 280:350] // 2
    assert not cast_shadow(image, scene.thing).any()


@settings(max_examples=8, deadline=None)
@given(across=st.floats(-1.1, 1.1), down=st.floats(0.15, 0.55), left=st.floats(0.25, 0.7), seed=st.integers(0, 50))
def test_what_is_found_is_near_and_bounded(across: float, down: float, left: float, seed: int) -> None:
    scene = standing("noise", "ball", across=across, down=down, left=left, seed=seed)
    found = cast_shadow(scene.image, scene.thing)
    assert not (found & scene.thing).any()
    assert not found[: FOOT - 30].any()
    assert np.count_nonzero(found) < 2 * np.count_nonzero(scene.thing)


def test_the_same_shadow_at_another_size() -> None:
    scene = standing("plain", "person")
    large = np.kron(scene.image, np.ones((3, 3, 1), np.uint8))
    found = cast_shadow(large, np.kron(scene.thing, np.ones((3, 3), np.bool_)))
    assert found.shape == large.shape[:2]
    assert recall(found[1::3, 1::3], scene.shadow) > 0.75


@pytest.mark.parametrize("where", [(0, 0, 300, 420), (0, 0, 3, 420), (296, 100, 300, 140), (10, 10, 11, 11)])
def test_odd_things_have_no_shadow_and_break_nothing(where: tuple[int, int, int, int]) -> None:
    y0, x0, y1, x1 = where
    thing = np.zeros((300, 420), np.bool_)
    thing[y0:y1, x0:x1] = True
    assert not cast_shadow(standing().image, thing).any()
