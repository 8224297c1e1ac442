"""Turns that only make sense after others: history steps, more and less, it, answers to a question, a given mask."""

from __future__ import annotations

from typing import Any

import pytest

from engine.operations import Context, Operation
from tests.engine.planner.reading import IT, PLANNER, flat, read, thing

STEPS: list[tuple[str, dict[str, Any]]] = [
    ("undo", {"kind": "undo", "count": 1}),
    ("go back", {"kind": "undo", "count": 1}),
    ("undo the last two changes", {"kind": "undo", "count": 2}),
    ("I don't like it", {"kind": "undo", "count": 1}),
    ("redo", {"kind": "redo", "count": 1}),
    ("start over", {"kind": "restart"}),
    ("revert to original", {"kind": "restart"}),
    ("go back to the second picture", {"kind": "goto", "revision": "2"}),
    ("back to version 3", {"kind": "goto", "revision": "3"}),
    ("try again", {"kind": "retry"}),
    ("retry", {"kind": "retry"}),
    ("4 variations", {"kind": "vary", "n": 4}),
    ("give me three versions", {"kind": "vary", "n": 3}),
    ("compare", {"kind": "compare"}),
    ("before and after", {"kind": "compare"}),
    ("do the same to this photo", {"kind": "replay", "recipe": "last"}),
]


@pytest.mark.parametrize(("turn", "expected"), STEPS, ids=[turn for turn, _ in STEPS])
def test_steps_through_the_history(turn: str, expected: dict[str, Any]) -> None:
    assert read(turn) == [expected]


def adjusted(name: str, amount: float, **target: Any) -> dict[str, Any]:
    return {"kind": "adjust", "property": name, "amount": amount, **target}


CONVERSATIONS: list[list[tuple[str, dict[str, Any]]]] = [
    [
        ("make it warmer", adjusted("warmth", 20)),
        ("a bit more", adjusted("warmth", 10)),
        ("less", adjusted("warmth", -5)),
    ],
    [("more contrast", adjusted("contrast", 20)), ("not so much", adjusted("contrast", -10))],
    [
        ("replace the dog with a cat", {"kind": "replace", "target": thing("dog"), "prompt": "a cat"}),
        ("more like the second one", {"kind": "vary", "n": 4, "like": "2"}),
        ("two more like number 3", {"kind": "vary", "n": 2, "like": "3"}),
        ("like the last one but with fur", {"kind": "vary", "n": 1, "like": "last", "change": "with fur"}),
        ("something like this, only darker", {"kind": "vary", "n": 1, "like": "this", "change": "darker"}),
    ],
    [
        ("increase the brightness by 10 percent", adjusted("brightness", 10)),
        ("increase it by 20 more", adjusted("brightness", 20)),
        ("No decrease further by 5", adjusted("brightness", -5)),
        ("Again increase by a little", adjusted("brightness", 10)),
        ("the same for contrast", adjusted("contrast", 10)),
    ],
    [
        ("brighten the sky", adjusted("brightness", 20, target=thing("sky"))),
        ("and the sea too", adjusted("brightness", 20, target=thing("sea"))),
    ],
    [
        ("rotate by 10 to the left", {"kind": "rotate", "degrees": -10}),
        ("further 20 degrees", {"kind": "rotate", "degrees": -20}),
        ("the other way", {"kind": "rotate", "degrees": 20}),
        ("anticlockwise", {"kind": "rotate", "degrees": -20}),
    ],
    [
        ("make the car blue", {"kind": "recolor", "target": thing("car"), "colour": "blue"}),
        ("no, red", {"kind": "recolor", "target": thing("car"), "colour": "red"}),
        ("make it darker", adjusted("brightness", -20, target=IT)),
        ("more contrast", adjusted("contrast", 20)),
        ("remove it", {"kind": "remove", "target": IT}),
    ],
    [
        ("add a hat to the man", {"kind": "add", "prompt": "a hat", "place": "to the man"}),
        ("make it red", {"kind": "recolor", "target": IT, "colour": "red"}),
        ("bigger", {"kind": "alter", "target": IT, "prompt": "bigger"}),
        ("move it to the left", {"kind": "move", "target": IT, "place": "to the left"}),
    ],
    [
        ("remove the dog", {"kind": "remove", "target": thing("dog")}),
        ("not that one", {"kind": "refine", "change": "not that one"}),
        ("bigger mask", {"kind": "refine", "change": "bigger mask"}),
    ],
    [
        ("blur the faces", {"kind": "blur", "target": thing("faces"), "mode": "gaussian"}),
        ("again", {"kind": "blur", "target": thing("faces"), "mode": "gaussian"}),
    ],
]


@pytest.mark.parametrize("turns", CONVERSATIONS, ids=[turns[0][0] for turns in CONVERSATIONS])
def test_conversations_are_followed(turns: list[tuple[str, dict[str, Any]]]) -> None:
    history: list[Operation] = []
    for said, expected in turns:
        operations = PLANNER.plan(said, Context(history=tuple(history))).operations
        assert [flat(operation) for operation in operations] == [expected]
        history += operations


@pytest.mark.parametrize(
    ("answer", "candidate"),
    [
        ("2", "2"),
        ("the second", "2"),
        ("#3", "3"),
        ("last one", "3"),
        ("the left one", "left"),
        ("the one on the left", "left"),
        ("the biggest", "biggest"),
        ("both", "all"),
        ("all of them", "all"),
        ("1 and 3", "1, 3"),
        ("the cat", "cat"),
        ("the second one please", "2"),
    ],
)
def test_an_open_question_is_answered(answer: str, candidate: str) -> None:
    offered = Context(candidates=("dog", "dog", "cat"))
    assert read(answer, offered) == [{"kind": "choose", "candidate": candidate}]


def test_yes_takes_the_only_candidate() -> None:
    offered = Context(candidates=("whole picture",))
    for words in ("yes", "Yes, please.", "sure", "ok", "everything", "all of it", "the whole picture"):
        (answer,) = read(words, offered)
        assert answer["kind"] == "choose", words
    assert read("yes", Context(candidates=("dog", "cat"))) == []


def test_another_request_closes_the_question() -> None:
    offered = Context(candidates=("dog", "cat"))
    assert read("remove the hat instead", offered) == [{"kind": "remove", "target": thing("hat")}]


@pytest.mark.parametrize(
    ("instruction", "kind"),
    [
        ("make this red", "recolor"),
        ("remove it", "remove"),
        ("blur the selected area", "blur"),
        ("darken it", "adjust"),
        ("make this a lot brighter", "adjust"),
    ],
)
def test_a_given_mask_is_this(instruction: str, kind: str) -> None:
    (operation,) = read(instruction, Context(mask=True))
    assert operation["kind"] == kind
    assert operation["target"] == IT


def test_more_means_nothing_at_the_start() -> None:
    plan = PLANNER.plan("a bit more", Context())
    assert not plan.operations
    assert plan.question


REFINING = (
    "a bit bigger", "bigger please", "much bigger mask", "make the mask a bit bigger", "grow the mask by 10 px",
    "10 px bigger", "smaller", "tighter", "a little tighter", "the mask is too small", "too small", "invert the mask",
    "invert it", "softer edge", "soften the edges", "feather more", "a bit bigger and softer", "include the handle",
    "also its shadow", "add the left one", "also the left one", "you missed the tail", "not the arm",
    "but not the arm", "leave out the tail", "don't include the arm", "exclude the arm", "without the shadow",
    "keep the shadow", "just the roof", "only the left part", "just the left half", "the other one", "wrong one",
    "include the handle but not the arm",
)  # fmt: skip


@pytest.mark.parametrize("said", REFINING)
@pytest.mark.parametrize("before", ["remove the dog", "blur the dog"])
def test_the_place_of_the_last_edit_is_refined(said: str, before: str) -> None:
    history = PLANNER.plan(before, Context()).operations
    assert [operation.kind for operation in PLANNER.plan(said, Context(history=history)).operations] == ["refine"]
    assert all(operation.kind != "refine" for operation in PLANNER.plan(said, Context()).operations)
    whole = PLANNER.plan("make it warmer", Context()).operations
    assert PLANNER.plan("make the cat blue", Context(history=whole)).operations[0].kind == "recolor"


@pytest.mark.parametrize(
    "said", ["remove the cat", "make it warmer", "add a hat", "undo", "make the cat bigger", "only keep the dog"]
)
def test_another_wish_is_no_refinement(said: str) -> None:
    history = PLANNER.plan("remove the dog", Context()).operations
    operations = PLANNER.plan(said, Context(history=history)).operations
    assert operations
    assert operations[0].kind != "refine"


@pytest.mark.parametrize(
    ("said", "relation"),
    [
        ("remove the dog but keep the shadow", "without the shadow"),
        ("remove the dog without its shadow", "without its shadow"),
        ("remove the dog, not the shadow", "without the shadow"),
        ("remove the dog but leave its shadow", "without its shadow"),
        ("remove the dog and its shadow", "with its shadow"),
        ("remove the man and his reflection", "with its reflection"),
    ],
)
def test_a_shadow_that_stays_or_goes(said: str, relation: str) -> None:
    (operation,) = read(said)
    assert operation["target"]["relation"] == relation
