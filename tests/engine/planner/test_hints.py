"""Hints taken for orders, the things remarks are about, and the way people type in chats."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import Adjust, Context, Target
from engine.planner.hints import hints
from engine.planner.mentions import mentioned_in, told_of
from engine.planner.normalise import normalise
from engine.planner.tidying import tidy
from engine.planner.vocabulary import load
from tests.engine.planner.reading import PLANNER, flat, thing

WORDS = load()
SPOKEN = ["the", "lamp", "ruins", "is", "too", "it", "them", "a", "in", "my", "sky", "big", "not", "wish", "was"]


@pytest.mark.parametrize(
    ("remark", "order"),
    [
        ("the tourist ruins it", "remove the tourist"),
        ("too many pigeons on the square", "less pigeons on the square"),
        ("the background is way too busy", "blur the background"),
        ("nobody should see my address", "blur my address"),
        ("my sleeves are too short", "make my sleeves longer"),
        ("the sky is not blue enough", None),
        ("it ruins everything", None),
        ("remove the lamp that ruins it", None),
        ("the lamp but it is distracting", None),
    ],
)
def test_a_remark_about_a_thing_is_an_order_and_nothing_else_is(remark: str, order: str | None) -> None:
    assert next(hints().orders(remark), None) == order


def test_what_may_be_a_wish_is_only_tried_last() -> None:
    assert list(hints().orders("chuck a duck in the bathtub")) == []
    assert list(hints(mark="last").orders("chuck a duck in the bathtub")) == ["add a duck in the bathtub"]


@pytest.mark.parametrize(
    ("remark", "about"),
    [
        ("the lamp is ugly", "the lamp"),
        ("there's a seagull in the shot", "the seagull in the shot"),
        ("whose hand is that", "the hand"),
        ("my gran can't see my tattoo", "the tattoo"),
        ("sneakers are white", "the sneakers"),
        ("the whole picture is dull", None),
        ("this is great", None),
    ],
)
def test_a_remark_is_about_the_thing_it_names(remark: str, about: str | None) -> None:
    assert mentioned_in(remark, WORDS) == about


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ("delete it", "delete the lamp"),
        ("clear it away", "clear away the lamp"),
        ("remove", "remove the lamp"),
        ("go with red", "make the lamp red"),
        ("crop it", None),
        ("make her hair red", None),
    ],
)
def test_it_is_told_by_name_except_where_it_is_the_picture(clause: str, told: str | None) -> None:
    assert told_of(clause, tidy(clause, WORDS), "the lamp", WORDS) == told


def test_a_request_behind_a_remark_takes_the_remarks_place() -> None:
    (only,) = PLANNER.plan("the trash can is distracting. make it red", Context()).operations
    assert flat(only) == {"kind": "recolor", "target": thing("trash can"), "colour": "red"}
    both = PLANNER.plan("the trash can is distracting. crop to a square", Context()).operations
    assert [flat(one)["kind"] for one in both] == ["remove", "crop"]


def test_in_a_conversation_it_is_what_a_remark_names_or_what_was_edited_last() -> None:
    history = (Adjust(target=Target(phrase="sky"), property="contrast", amount=20),)
    (*_, named) = PLANNER.plan("the lamp is ugly. remove it", Context(history=history)).operations
    assert flat(named) == {"kind": "remove", "target": {"phrase": "lamp"}}
    (*_, last) = PLANNER.plan("the sky is flat. remove it", Context(history=history)).operations
    assert flat(last) == {"kind": "remove", "target": {"previous": True}}


@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        ("soooo dark tbh", ("so dark",)),
        ("his eyes are closed :( open them <3", ("his eyes are closed", "open them")),
        ("crop to 16:9 :)", ("crop to 16:9",)),
        ("write lol on the wall", ("write lol on the wall",)),
        ("im done lol crop it", ("i'm done , crop it",)),
        ("theres ppl n dogs", ("there's people and dogs",)),
        ("zzz", ("zzz",)),
    ],
)
def test_the_way_people_type_is_put_into_plain_words(typed: str, sentences: tuple[str, ...]) -> None:
    assert normalise(typed, WORDS).sentences == sentences


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(SPOKEN)))
def test_words_in_any_order_hint_at_words(words: list[str]) -> None:
    for mark in ("", "last", "whole"):
        assert all(isinstance(order, str) and "{" not in order for order in hints(mark=mark).orders(" ".join(words)))
