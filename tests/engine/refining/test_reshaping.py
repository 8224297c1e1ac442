"""Where an edit was made, reshaped: geometry for any mask, things where the drawing has them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Image, Located, Mask
from engine.errors import NeedsClarification, NotGrounded
from engine.grounding.router import Grounder
from engine.operations import Target
from engine.refining.reshaping import Ground, reshaped
from tests.engine.grounding.grounds import standing
from tests.engine.grounding.scenes import Drawn, draw, overlap

BLANK = np.zeros((60, 81, 3), np.uint8)


def nowhere(image: Image, target: Target) -> Located:
    raise NotGrounded(target.phrase or "")


def boxes() -> st.SearchStrategy[Mask]:
    def made(x: int, y: int, width: int, height: int) -> Mask:
        mask = np.zeros(BLANK.shape[:2], np.bool_)
        mask[y : y + height, x : x + width] = True
        return mask

    return st.builds(made, st.integers(0, 80), st.integers(0, 59), st.integers(1, 81), st.integers(1, 60))


@settings(max_examples=40)
@given(boxes(), st.sampled_from(["a bit bigger", "bigger", "much bigger", "grow it by 1 px"]))
def test_bigger_is_bigger(area: Mask, words: str) -> None:
    larger = reshaped(area, words, Ground(BLANK, nowhere))
    assert larger[area].all()
    assert area.all() or larger.sum() > area.sum()


@settings(max_examples=40)
@given(boxes(), st.sampled_from(["a bit smaller", "smaller", "much tighter", "shrink it by 30 px"]))
def test_smaller_is_smaller_and_never_nothing(area: Mask, words: str) -> None:
    smaller = reshaped(area, words, Ground(BLANK, nowhere))
    assert smaller.any()
    assert not smaller[~area].any()
    thin = min(np.ptp(np.nonzero(area), axis=1)) < 2
    assert thin or area.all() or smaller.sum() < area.sum()


@settings(max_examples=20)
@given(boxes())
def test_inverting_twice_changes_nothing(area: Mask) -> None:
    ground = Ground(BLANK, nowhere)
    if area.all():
        with pytest.raises(NeedsClarification):
            reshaped(area, "invert it", ground)
    else:
        assert (reshaped(reshaped(area, "invert it", ground), "invert it", ground) == area).all()


@settings(max_examples=20)
@given(boxes())
def test_halves_make_the_whole(area: Mask) -> None:
    ground = Ground(BLANK, nowhere)
    if np.ptp(np.nonzero(area)[1]) < 2:
        return
    left = reshaped(area, "only the left half", ground)
    rest = reshaped(area, "not the left half", ground)
    assert (left | rest == area).all()
    assert not (left & rest).any()
    assert np.nonzero(left)[1].max() < np.nonzero(rest)[1].min()


def test_a_softer_edge_is_the_same_area() -> None:
    area = np.zeros((60, 81), np.bool_)
    area[10:30, 10:30] = True
    assert (reshaped(area, "softer edge", Ground(BLANK, nowhere)) == area).all()


@pytest.mark.parametrize("words", ["sing a song", "", "thanks"])
def test_other_words_are_asked_about(words: str) -> None:
    with pytest.raises(NeedsClarification):
        reshaped(np.ones((60, 81), np.bool_), words, Ground(BLANK, nowhere))


BODY, PATCH, TWIN, FAR = (
    Drawn("blue", "square", 160, 200, 70),
    Drawn("yellow", "ball", 160, 200, 24),
    Drawn("red", "ball", 300, 200, 40),
    Drawn("red", "ball", 550, 90, 30),
)


@pytest.fixture
def ground(rng: np.random.Generator) -> Ground:
    image = draw([BODY, PATCH, TWIN, FAR], rng)
    return Ground(image, Grounder().locate, Target(phrase="blue square", colour="blue"))


def test_what_lies_in_the_area_is_left_out(ground: Ground) -> None:
    rest = reshaped(BODY.truth(), "not the yellow ball", ground)
    assert overlap(rest, BODY.truth() & ~PATCH.truth()) > 0.97


def test_only_what_lies_in_the_area(ground: Ground) -> None:
    assert overlap(reshaped(BODY.truth(), "just the yellow ball", ground), PATCH.truth()) > 0.95


def test_the_nearest_of_several_is_included(ground: Ground) -> None:
    both = reshaped(BODY.truth(), "also the red ball", ground)
    assert overlap(both, BODY.truth() | TWIN.truth()) > 0.97


def test_one_of_several_is_told_by_place(ground: Ground) -> None:
    both = reshaped(BODY.truth(), "include the red ball on the right", ground)
    assert overlap(both, BODY.truth() | FAR.truth()) > 0.97


def test_the_other_one_is_another_of_the_same(rng: np.random.Generator) -> None:
    ground = Ground(draw([BODY, TWIN, FAR], rng), Grounder().locate, Target(phrase="red ball", position="left"))
    assert overlap(reshaped(TWIN.truth(), "not that one", ground), FAR.truth()) > 0.95
    assert overlap(reshaped(TWIN.truth(), "also the right one", ground), TWIN.truth() | FAR.truth()) > 0.95
    assert overlap(reshaped(TWIN.truth(), "no, the right one", ground), FAR.truth()) > 0.95


@pytest.mark.parametrize("words", ["not the handle", "include the handle", "just the roof", "without the shadow"])
def test_what_is_not_there_is_said(ground: Ground, words: str) -> None:
    with pytest.raises(NotGrounded):
        reshaped(BODY.truth(), words, ground)


def test_what_lies_elsewhere_is_not_in_the_area(ground: Ground) -> None:
    with pytest.raises(NotGrounded):
        reshaped(BODY.truth(), "not the red ball", ground)


def test_a_shadow_comes_and_goes() -> None:
    scene = standing("plain", "box")
    ground = Ground(scene.image, nowhere)
    both = reshaped(scene.thing, "also its shadow", ground)
    assert both[scene.thing].all()
    assert np.count_nonzero(both & scene.shadow) > 0.75 * np.count_nonzero(scene.shadow)
    known = Ground(scene.image, Grounder().locate, Target(phrase="red box", colour="red"))
    alone = reshaped(scene.thing | scene.shadow, "without the shadow", known)
    assert overlap(alone, scene.thing) > 0.9


def test_nothing_is_written_to(ground: Ground) -> None:
    area = BODY.truth()
    before = area.copy()
    for words in ("bigger", "smaller", "also the red ball", "not the yellow ball", "invert it"):
        reshaped(area, words, ground)
    assert (area == before).all()
