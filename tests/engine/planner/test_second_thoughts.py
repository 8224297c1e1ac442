"""Minds changed within one message: what was said in the end is what is read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import Context
from engine.planner.second_thoughts import reconsidered
from engine.planner.vocabulary import load
from tests.engine.planner.dialogues import compact
from tests.engine.planner.reading import PLANNER

SETTLED = [
    (["paint the door red , no wait , blue"], ["paint the door blue"]),
    (["paint the door in the back red , no , blue"], ["paint the door in the back blue"]),
    (["remove the dog next to the tree , i mean the cat"], ["remove the cat next to the tree"]),
    (["put the hat on the man , no , the scarf"], ["put the scarf on the man"]),
    (["increase the contrast by 10 , no by 20"], ["increase the contrast by 20"]),
    (["rotate left , sorry , right"], ["rotate right"]),
    (["replace the dog with a cat , no wait , a fox"], ["replace the dog with a fox"]),
    (["add a tree on the left , no , on the right"], ["add a tree on the right"]),
    (["warm up the photo , no , cool it down"], ["cool it down"]),
    (["crop it to 4:3 , wait , actually 16:9"], ["crop it to 16:9"]),
    (["sepia , no , black and white"], ["black and white"]),
    (["remove the lamp , no , keep it"], [""]),
    (["crop it and paint the door red , no , paint the wall red"], ["crop it and paint the wall red"]),
    (["paint it red", "no wait , blue"], ["paint it blue"]),
    (["paint it red , no , blue , i mean green"], ["paint it green"]),
]
AS_SAID = [
    ["remove the dog", "actually , also remove the cat"],
    ["replace the background with a beach , no people"],
    ["add a sign , a wooden one"],
    ["remove the car , sorry for the trouble"],
    ["no , blue"],
    ["no , i meant blur it"],
    ["make it warmer , sharper and brighter"],
]


@pytest.mark.parametrize(("said", "meant"), SETTLED, ids=[said[0] for said, _ in SETTLED])
def test_what_is_said_last_holds(said: list[str], meant: list[str]) -> None:
    assert reconsidered(said, load()) == meant


@pytest.mark.parametrize("said", AS_SAID, ids=[said[-1] for said in AS_SAID])
def test_what_only_goes_on_stays(said: list[str]) -> None:
    assert reconsidered(said, load()) == said


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('write "HELLO" at the top, no, "GOODBYE"', "text add text=GOODBYE place=at the top"),
        ("Make the sky orange. No wait, pink!", "recolor pink @ sky"),
        ("make it brighter, hmm actually darker", "adjust brightness -20"),
    ],
)
def test_the_plan_holds_one_of_the_two(said: str, meant: str) -> None:
    assert compact(PLANNER.plan(said, Context())) == meant


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from([",", "no", "wait", "actually", "i", "mean", "the", "cat", "red", "remove", "by", "20"]))
)
def test_any_words_in_any_order_end(words: list[str]) -> None:
    assert len(reconsidered([" ".join(words)], load())) == 1
