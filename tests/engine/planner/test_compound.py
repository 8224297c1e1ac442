"""Several requests in one message, in order; conjunctions that join no requests."""

from __future__ import annotations

import pytest

from engine.operations import Context
from tests.engine.planner.reading import PLANNER, read, thing

CHAINS: list[tuple[str, list[str]]] = [
    ("make the red ball on the right green and remove the small dog", ["recolor", "remove"]),
    ("remove the mountain and add a volcano exploding", ["remove", "add"]),
    ("swap the sandwich for a hotdog, then make it night", ["replace", "alter"]),
    ("remove the dog; then blur the background. Finally make it warmer", ["remove", "background", "adjust"]),
    ("blur the license plates and crop to 4:5", ["blur", "crop"]),
    ("remove the dog and the cat", ["remove", "remove"]),
    ("delete the trees, the bench and the bin", ["remove", "remove", "remove"]),
    ("make it brighter and warmer", ["adjust", "adjust"]),
    ("more contrast and less saturation", ["adjust", "adjust"]),
    ("increase the warmth slightly and lower the highlights", ["adjust", "adjust"]),
    ("exposure +8, highlights -22, shadows +10", ["adjust", "adjust", "adjust"]),
    ("make the house red and the roof grey", ["recolor", "recolor"]),
    ("colour the flowers pink and the vase yellow", ["recolor", "recolor"]),
    ("make the jacket leather and the shoes red", ["alter", "recolor"]),
    ("the sky is boring, replace it with a starry night", ["replace"]),
    ("please don't change the face, just make the background blue", ["background"]),
    ("remove the salt and pepper shakers", ["remove"]),
    ("add a black and white cat", ["add"]),
    ("add a woman walking and holding a dog", ["add"]),
    ("replace the horse with a unicorn, keeping the same posture", ["replace"]),
    ("brighten the face so it pops", ["adjust"]),
    ("crop to a square and write SOLD on the sign and rotate it by 10 degrees", ["crop", "text", "rotate"]),
]


@pytest.mark.parametrize(("message", "kinds"), CHAINS, ids=[message for message, _ in CHAINS])
def test_requests_come_in_order(message: str, kinds: list[str]) -> None:
    assert [operation["kind"] for operation in read(message)] == kinds


def test_the_acceptance_sentence() -> None:
    assert read("make the red ball on the right green and remove the small dog") == [
        {"kind": "recolor", "target": thing("red ball", colour="red", position="right"), "colour": "green"},
        {"kind": "remove", "target": thing("dog", size="small")},
    ]


def test_it_is_the_thing_just_spoken_of() -> None:
    assert read("the sky is boring, replace it with a starry night") == [
        {"kind": "replace", "target": thing("sky"), "prompt": "a starry night"}
    ]


@pytest.mark.parametrize(
    "message",
    [
        'write "remove the dog and crop to a square" on the wall',
        'add the caption "delete everything; undo"',
        "put the words 'start over' at the bottom",
    ],
)
def test_quoted_text_is_never_an_order(message: str) -> None:
    operations = read(message)
    assert [operation["kind"] for operation in operations] == ["text"]
    assert operations[0]["text"] in message


def test_what_was_missed_is_asked_about_and_the_rest_is_done() -> None:
    plan = PLANNER.plan("make it brihtxer and crop to square", Context())
    assert [operation.kind for operation in plan.operations] == ["crop"]
    assert "brihtxer" in (plan.question or "")


@pytest.mark.parametrize(
    "sentence",
    [
        "make it warmer but leave the sky alone",
        "make it warmer but don't touch the sky",
        "make it warmer except for the sky",
    ],
)
def test_what_is_spared_is_left_alone(sentence: str) -> None:
    (operation,) = PLANNER.plan(sentence, Context()).operations
    assert operation.flat()["target"] == {"phrase": "everything", "relation": "except the sky", "previous": False}


def test_what_is_forbidden_is_not_done() -> None:
    (operation,) = PLANNER.plan("don't make it darker, make it brighter", Context()).operations
    assert operation.flat()["amount"] == 20


@pytest.mark.parametrize("sentence", ["save it as foo.png", "remove the please", "the picture looks too"])
def test_torn_sentences_are_asked_about(sentence: str) -> None:
    plan = PLANNER.plan(sentence, Context())
    assert not plan.operations
    assert plan.question


def test_a_colour_belongs_to_the_noun_behind_it() -> None:
    (altered,) = PLANNER.plan("make the blue box furry", Context()).flat()["operations"]
    assert (altered["kind"], altered["target"]["phrase"], altered["prompt"]) == ("alter", "blue box", "furry")
