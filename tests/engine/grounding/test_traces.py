"""Shadows and reflections by their names: whose they are, and whether they stay."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import Image, Located, Region
from engine.errors import NotGrounded
from engine.geometry import bounding_box
from engine.grounding.traces import located_trace, separate, trace_in, traces_of, wish_for
from engine.operations import Target
from tests.engine.grounding.grounds import HEIGHT, WIDTH, mirrored, standing


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("shadow", "shadow"),
        ("its shadow", "shadow"),
        ("the reflections", "reflection"),
        ("shadow puppet", None),
        ("", None),
    ],
)
def test_names_of_traces(words: str, kind: str | None) -> None:
    assert trace_in(words) == kind


@pytest.mark.parametrize(
    ("relation", "left", "kept"),
    [
        ("without its shadow", None, {"shadow"}),
        ("except the shadow", None, {"shadow"}),
        ("with its shadow", None, set[str]()),
        ("next to the tree, without their shadows", "next to the tree", {"shadow"}),
        ("without its shadow and reflection", None, {"shadow", "reflection"}),
        ("next to the shadow", "next to the shadow", set[str]()),
        ("without a hat", "without a hat", set[str]()),
        (None, None, set[str]()),
    ],
)
def test_what_the_words_keep(relation: str | None, left: str | None, kept: set[str]) -> None:
    wish = wish_for(Target(phrase="dog", relation=relation))
    assert wish.target == Target(phrase="dog", relation=left)
    assert wish.kept == kept


def test_several_things_each_have_theirs() -> None:
    scene = standing("plain", "box", across=0.3)
    image = np.hstack([scene.image, scene.image])
    things = np.hstack([scene.thing, scene.thing])
    pieces = separate(things)
    assert len(pieces) == 2
    found = traces_of(image, pieces, frozenset({"shadow"}))["shadow"]
    truth = np.hstack([scene.shadow, scene.shadow])
    for half in (slice(None, WIDTH), slice(WIDTH, None)):
        assert np.count_nonzero((found & truth)[:, half]) > 0.75 * np.count_nonzero(truth[:, half])
    assert not (found & things).any()


def test_pieces_of_one_thing_are_one() -> None:
    thing = standing().thing.copy()
    thing[150:152] = False
    assert len(separate(thing)) == 1


def test_only_what_is_asked_for_is_looked_for() -> None:
    scene = standing("plain", "box")
    assert set(traces_of(scene.image, (scene.thing,), frozenset({"shadow", "reflection"}))) == {"shadow"}
    assert traces_of(scene.image, (scene.thing,), frozenset({"reflection"})) == {}
    assert traces_of(scene.image, (), frozenset({"shadow"})) == {}


def test_the_trace_of_a_thing_is_located() -> None:
    scene = standing("plain", "box", shaded=False)
    image, where = mirrored(scene)
    box = bounding_box(scene.thing)
    assert box is not None
    region = Region(box, 0.9, "box", "colour", scene.thing[box.slices])

    def locate(picture: Image, target: Target) -> Located:
        assert (picture.shape, target) == ((HEIGHT, WIDTH, 3), Target(phrase="box", position="left"))
        return Located((region,), (region,))

    target = Target(phrase="reflection", part_of="box", position="left", relation="in the water")
    located = located_trace(locate, image, target)
    assert located is not None
    found = located.chosen[0].on(HEIGHT, WIDTH)
    assert np.count_nonzero(found & where) > 0.9 * np.count_nonzero(where)
    with pytest.raises(NotGrounded):
        located_trace(locate, scene.image, target)
    assert located_trace(locate, image, Target(phrase="shadow")) is None
    assert located_trace(locate, image, Target(phrase="hat", part_of="box")) is None
