"""Rambling sentences read by their words alone, remarks that tell what "it" is, and colours told by pointing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import Adjust, Context
from engine.planner.spoken import changed_as_remarked, spoken
from engine.planner.vocabulary import load
from tests.engine.planner.reading import IT, PLANNER, read, thing

IMAGE = thing("image")


def tone(name: str, amount: float) -> dict[str, Any]:
    return {"kind": "adjust", "property": name, "amount": amount}


def colour(words: str, target: dict[str, Any] = IMAGE) -> dict[str, Any]:
    return {"kind": "recolor", "target": target, "colour": words}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("it would look so much nicer if the contrast was raised by 15 percent", tone("contrast", 15)),
        ("what this shot is missing is brightness increased by 25 I believe", tone("brightness", 25)),
        ("raising the saturation by 10 is all that I am asking of you today", tone("saturation", 10)),
        ("a reduction of the exposure by 30 would do this picture good", tone("exposure", -30)),
        ("what I am after is a rotation by 35 to the left hand side", {"kind": "rotate", "degrees": -35}),
        ("rotation of this image by 12 clockwise is needed", {"kind": "rotate", "degrees": 12}),
        ("the photo is far too dark, can you increase it by 40 percent", tone("brightness", 40)),
        ("I don't like the contrast here. please reduce it by 20", tone("contrast", -20)),
        ("more contrast, let us say by 35", tone("contrast", 35)),
        ("cool. more warmth please", tone("warmth", 20)),
        ("change the colour of the picture to teal", colour("teal")),
        ("could you please change the image colour to match the curtains", colour("the colour of the curtains")),
        ("change the colour of the photo to the same colour as the roof", colour("the colour of the roof")),
        ("colour the whole image pale blue", colour("pale blue")),
        ("turn the picture's colour into sepia", {"kind": "style", "prompt": "sepia"}),
    ],
)
def test_what_is_wanted_is_found_among_the_words(said: str, meant: dict[str, Any]):
    assert read(said) == [meant]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("change it to the colour of the sea", colour("the colour of the sea", IT)),
        ("no, change to light green", colour("light green", thing("car"))),
        ("a darker shade of it", colour("darker blue", thing("car"))),
    ],
)
def test_what_was_coloured_last_is_coloured_otherwise(said: str, meant: dict[str, Any]):
    history = PLANNER.plan("make the car blue", Context()).operations
    assert read(said, Context(history=history)) == [meant]


@pytest.mark.parametrize(
    "said",
    [
        "make the colours pop",
        "make the picture more colourful",
        "change the colour of the car to pink",
        "increase the contrast of the sky by 20",
        "there are 3 people in the picture",
        "the contrast between the 2 brothers is striking",
    ],
)
def test_plain_wishes_and_remarks_are_left_to_others(said: str):
    assert all(operation.get("target") != IMAGE for operation in read(said))
    assert spoken("there are 3 people in the picture", Context(), load()) is None
    assert spoken("the contrast between the 2 brothers is striking", Context(), load()) is None


def test_it_is_the_last_adjustment_whatever_was_remarked():
    history = (Adjust(property="warmth", amount=20),)
    said = "the picture is so dark now, can you reduce it by 5"
    assert changed_as_remarked("reduce it by 5", said, Context(history=history), load()) is None
    assert read(said, Context(history=history)) == [tone("warmth", -5)]


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300))
def test_any_words_are_read(said: str):
    found = spoken(said, Context(), load()) or []
    assert all(not isinstance(one, Adjust) or -100 <= one.amount <= 100 for one in found)
