"""The line under an answer: what was done, in every language, for every kind of operation."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understood import LONGEST, MOST_STEPS, understood
from bot.words import LANGUAGES
from engine.operations import (
    OPERATION,
    Add,
    Adjust,
    Context,
    Crop,
    EditOperation,
    Expand,
    HistoryOperation,
    Operation,
    Plan,
    Property,
    Remove,
    Target,
)
from engine.planner import RulesPlanner

BALL = {"phrase": "red ball", "position": "left"}
TOLD: list[tuple[dict[str, object], str]] = [
    ({"kind": "remove", "target": BALL}, "Removed the red ball on the left."),
    ({"kind": "remove", "target": {"phrase": "cars", "quantity": "2"}}, "Removed the 2 cars."),
    ({"kind": "remove", "target": {"phrase": "faces", "quantity": "all"}}, "Removed all the faces."),
    ({"kind": "remove", "target": {"phrase": "balls", "quantity": "one"}}, "Removed one of the balls."),
    ({"kind": "remove", "target": {"phrase": "everything"}}, "Removed everything."),
    ({"kind": "remove", "target": {}}, "Removed the thing."),
    (
        {"kind": "remove", "target": {"phrase": "dog", "ordinal": "second", "size": "small", "relation": "by the sea"}},
        "Removed the second small dog by the sea.",
    ),
    ({"kind": "replace", "target": {"phrase": "cat"}, "prompt": "a dog"}, "Replaced the cat with a dog."),
    ({"kind": "add", "prompt": "a hat", "place": "on the dog"}, "Added a hat on the dog."),
    ({"kind": "add", "prompt": "a hat"}, "Added a hat."),
    ({"kind": "alter", "prompt": "night"}, "Changed the picture: night."),
    ({"kind": "alter", "prompt": ""}, "Made another take of the picture."),
    (
        {"kind": "recolor", "target": {"phrase": "shirt", "part_of": "driver"}, "colour": "green"},
        "Made the shirt of the driver green.",
    ),
    ({"kind": "adjust", "property": "warmth", "amount": 20}, "Made the picture 20% warmer."),
    ({"kind": "adjust", "property": "contrast", "amount": -15}, "Lowered the contrast by 15%."),
    (
        {"kind": "adjust", "property": "saturation", "amount": 5, "target": {"previous": True}},
        "Raised the saturation of it by 5%.",
    ),
    ({"kind": "background", "action": "replace", "prompt": "a beach"}, "Replaced the background with a beach."),
    ({"kind": "background", "action": "remove"}, "Removed the background."),
    ({"kind": "background", "action": "blur"}, "Blurred the background."),
    ({"kind": "background", "action": "colour", "colour": "white"}, "Made the background white."),
    ({"kind": "extract", "target": {"phrase": "dog"}}, "Cut out the dog."),
    ({"kind": "style", "prompt": "watercolour"}, "Gave the picture this look: watercolour."),
    ({"kind": "text", "action": "add", "text": "SOLD", "place": "at the top"}, "Wrote “SOLD” at the top."),
    ({"kind": "text", "action": "remove"}, "Removed the lettering."),
    ({"kind": "text", "action": "remove", "target": {"phrase": "watermark"}}, "Removed the watermark."),
    ({"kind": "text", "action": "replace", "text": "B", "old": "A"}, "Changed the words “A” to “B”."),
    ({"kind": "text", "action": "replace", "text": "B", "target": {"phrase": "sign"}}, "Changed the sign to “B”."),
    ({"kind": "expand", "aspect": "16:9"}, "Extended the picture to 16:9."),
    (
        {"kind": "expand", "sides": ["left", "top"], "amount": 20, "prompt": "sea"},
        "Extended the picture at the left and top by 20%, showing sea.",
    ),
    ({"kind": "expand", "sides": ["all"]}, "Extended the picture on all sides."),
    ({"kind": "crop", "aspect": "1:1"}, "Cropped to a square."),
    ({"kind": "crop", "aspect": "16:9"}, "Cropped to 16:9."),
    ({"kind": "crop", "box": [10, 20, 110, 220]}, "Cropped to 100 × 200 px."),
    ({"kind": "crop", "sides": ["top"], "amount": 10}, "Cropped at the top by 10%."),
    ({"kind": "crop", "target": {"phrase": "dog"}}, "Cropped to the dog."),
    ({"kind": "crop", "trim": True}, "Cut off the plain border."),
    ({"kind": "rotate", "degrees": 0, "level": True}, "Straightened the picture."),
    ({"kind": "rotate", "degrees": -90}, "Turned the picture 90° anticlockwise."),
    ({"kind": "rotate", "degrees": 2.5}, "Turned the picture 2.5° clockwise."),
    ({"kind": "flip", "axis": "horizontal"}, "Mirrored the picture left to right."),
    ({"kind": "flip", "axis": "vertical"}, "Flipped the picture top to bottom."),
    ({"kind": "resize", "width": 800, "height": 600}, "Resized to 800 × 600 px."),
    ({"kind": "resize", "height": 600}, "Resized to 600 px high."),
    ({"kind": "resize", "scale": 0.5}, "Resized to 50% of its size."),
    ({"kind": "upscale", "scale": 2}, "Enlarged 2×."),
    ({"kind": "upscale", "scale": 4, "detail": True}, "Enlarged 4×, with new detail."),
    ({"kind": "blur", "target": {"phrase": "faces"}, "mode": "pixelate"}, "Pixelated the faces."),
    ({"kind": "blur"}, "Blurred the picture."),
    ({"kind": "restore", "defect": "haze"}, "Cleared the haze."),
    ({"kind": "restore", "defect": "noise", "target": {"phrase": "sky"}}, "Reduced the noise, on the sky."),
    ({"kind": "move", "target": {"phrase": "cat"}, "place": "to the right"}, "Moved the cat to the right."),
    ({"kind": "duplicate", "target": {"phrase": "ball"}, "count": 3}, "Copied the ball, so that there are 3."),
    ({"kind": "generate", "prompt": "a red fox"}, "Drew a new picture: a red fox."),
    ({"kind": "undo"}, "Took the last step back."),
    ({"kind": "undo", "count": 3}, "Took the last 3 steps back."),
    ({"kind": "redo"}, "Did the next step again."),
    ({"kind": "goto", "revision": "2"}, "Went to picture 2."),
    ({"kind": "restart"}, "Went back to the original."),
    ({"kind": "retry"}, "Tried the last edit again."),
    ({"kind": "vary", "n": 4}, "Made 4 variations."),
    ({"kind": "vary", "n": 1, "like": "this"}, "Made another variation of this one."),
    ({"kind": "vary", "n": 3, "like": "2", "change": "darker"}, "Made 3 variations of picture 2, darker."),
    ({"kind": "compare"}, "Put before and after side by side."),
    ({"kind": "refine", "change": "not the arm"}, "Refined the last edit: not the arm."),
    ({"kind": "choose", "candidate": "the left one"}, "Took the left one."),
    ({"kind": "choose", "candidate": "All"}, "Took all of them."),
    ({"kind": "replay", "recipe": "last"}, "Did the same edits on this picture."),
]


def plan_of(*operations: Operation) -> Plan:
    return Plan(instruction="", operations=operations, confidence=1.0)


@pytest.mark.parametrize(("operation", "said"), TOLD, ids=[said for _, said in TOLD])
def test_each_kind_is_told_in_the_past_tense(operation: dict[str, object], said: str) -> None:
    assert understood(plan_of(OPERATION.validate_python(operation))) == said


def test_every_kind_is_among_them() -> None:
    kinds = {
        kind.model_fields["kind"].default for union in (EditOperation, HistoryOperation) for kind in get_args(union)
    }
    assert {operation["kind"] for operation, _ in TOLD} == kinds


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_tells_every_kind_with_the_author_s_words(language: str) -> None:
    for operation, _ in TOLD:
        read = OPERATION.validate_python(operation)
        said = understood(plan_of(read), language)
        assert said.endswith((".", "。"))
        assert "{" not in said
        for word in (getattr(read, "prompt", None), getattr(read, "text", None), getattr(read, "change", None)):
            assert not word or word in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", get_args(Property))
def test_every_property_has_a_name(language: str, name: str) -> None:
    for amount in (-10, 10):
        said = understood(plan_of(Adjust.model_validate({"property": name, "amount": amount})), language)
        assert "10" in said


def test_steps_are_told_in_order() -> None:
    ball = Remove(target=Target(phrase="red ball", position="left"))
    said = understood(plan_of(ball, Crop(aspect="16:9")))
    assert said == "Removed the red ball on the left, then cropped to 16:9."
    german = understood(plan_of(ball, Crop(aspect="16:9")), "de")
    assert german == "„red ball“ links entfernt, dann auf 16:9 zugeschnitten."


def test_many_steps_are_counted() -> None:
    said = understood(plan_of(*(Add(prompt=f"thing {number}") for number in range(MOST_STEPS + 3))))
    assert said.endswith(f"added thing {MOST_STEPS - 1}, and 3 more.")


def test_long_words_are_shortened_onto_one_line() -> None:
    said = understood(plan_of(Add(prompt="very\n" + "long " * 100)))
    assert len(said) < LONGEST + 20
    assert "\n" not in said
    assert said.endswith("….")


def test_a_plan_that_does_nothing_asks() -> None:
    plan = RulesPlanner().plan("blorp", Context())
    assert understood(plan) == plan.question
    assert understood(plan, "de").startswith("Was soll ich mit „blorp“ machen?")
    assert understood(Plan(instruction="")) == "Nothing was done."


@settings(deadline=None, max_examples=50)
@given(words=st.text(max_size=300), language=st.sampled_from(list(LANGUAGES)))
def test_whatever_was_written_can_be_told(words: str, language: str) -> None:
    target = Target(phrase=words, position=words, relation=words, quantity=words, ordinal=words)
    said = understood(plan_of(Remove(target=target), Expand(sides=(words,), prompt=words)), language)
    assert said
    assert "\n" not in said
