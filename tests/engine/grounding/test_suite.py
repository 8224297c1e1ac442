"""Choosing words over drawn scenes whose truth is known: every one must be resolved."""

from __future__ import annotations

import numpy as np
import pytest

from engine.grounding import Grounder
from tests.engine.grounding.scenes import Scene, overlap, scenes

COUNT = 360
BATCH = 30


@pytest.fixture(scope="module")
def drawn() -> list[Scene]:
    return scenes(COUNT)


@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_words_choose_what_was_drawn(first: int, drawn: list[Scene]) -> None:
    grounder = Grounder()
    wrong: list[str] = []
    for number, scene in enumerate(drawn[first : first + BATCH], first):
        height, width = scene.image.shape[:2]
        chosen = grounder.locate(scene.image, scene.target).chosen
        found = np.logical_or.reduce([region.on(height, width) for region in chosen] or [np.zeros((height, width))])
        truth = np.logical_or.reduce(scene.expected)
        if len(chosen) != len(scene.expected) or overlap(found.astype(np.bool_), truth) < 0.9:
            wrong.append(f"{number}: {scene.target.model_dump(exclude_none=True)} chose {len(chosen)}")

    assert not wrong
