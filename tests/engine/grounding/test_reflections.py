"""Reflections are found where a thing is seen again below itself, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from engine.grounding.reflections import reflection
from tests.engine.grounding.grounds import FOOT, mirrored, standing


@pytest.mark.parametrize("ground", ["plain", "noise", "tiles", "blotches"])
@pytest.mark.parametrize("shape", ["person", "box", "ball"])
def test_a_thing_seen_again_below_itself(ground: str, shape: str) -> None:
    scene = standing(ground, shape, shaded=False)
    image, truth = mirrored(scene)
    found = reflection(image, scene.thing)
    assert np.count_nonzero(found & truth) > 0.9 * np.count_nonzero(truth)
    assert np.count_nonzero(found & ~truth) < 0.35 * np.count_nonzero(truth)
    assert not (found & scene.thing).any()
    assert not found[: FOOT - 8].any()


@pytest.mark.parametrize("shaded", [True, False])
@pytest.mark.parametrize("ground", ["plain", "noise", "grass", "tiles", "blotches"])
def test_no_ground_and_no_shadow_is_a_reflection(ground: str, shaded: bool) -> None:
    scene = standing(ground, "box", shaded=shaded, across=0.1)
    assert not reflection(scene.image, scene.thing).any()


def test_bands_that_run_on_to_both_sides_are_no_reflection() -> None:
    scene = standing("plain", "box", shaded=False)
    image, thing = scene.image.copy(), scene.thing
    image[thing] = np.where(np.nonzero(thing)[0] % 36 < 18, 40, 230).astype(np.uint8)[:, None]
    image[FOOT : FOOT + 70] = image[FOOT - 70 : FOOT, 200][::-1][:, None]
    assert not reflection(image, thing).any()


def test_a_thing_at_the_bottom_of_the_picture_has_none_to_see() -> None:
    scene = standing("plain", "box", shaded=False)
    assert not reflection(scene.image[: FOOT + 3], scene.thing[: FOOT + 3]).any()
