"""Noun phrases: the thing, and the words that say which one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import Target
from engine.planner import parse_target
from engine.planner.targets import conjuncts
from engine.planner.vocabulary import load

PHRASES: list[tuple[str, dict[str, Any]]] = [
    ("the dog", {"phrase": "dog"}),
    ("a small dog", {"phrase": "dog", "size": "small"}),
    ("the red ball on the right", {"phrase": "red ball", "colour": "red", "position": "right"}),
    ("the left car", {"phrase": "car", "position": "left"}),
    ("the top-left bottle", {"phrase": "bottle", "position": "top left"}),
    ("book in the top right corner", {"phrase": "book", "position": "top right"}),
    ("the woman on the far left", {"phrase": "woman", "position": "far left"}),
    ("the second car from the left", {"phrase": "car", "ordinal": "second from the left"}),
    ("the third window", {"phrase": "window", "ordinal": "third"}),
    ("the biggest tree", {"phrase": "tree", "size": "biggest"}),
    ("the two tallest buildings", {"phrase": "buildings", "size": "tallest", "quantity": "2"}),
    ("all the flowers", {"phrase": "flowers", "quantity": "all"}),
    ("every single lamp", {"phrase": "lamp", "quantity": "all"}),
    ("both cups", {"phrase": "cups", "quantity": "2"}),
    ("one of the boats", {"phrase": "boats", "quantity": "one"}),
    ("three birds", {"phrase": "birds", "quantity": "3"}),
    ("the man's hat", {"phrase": "hat", "part_of": "man"}),
    ("the hat of the man", {"phrase": "hat", "part_of": "man"}),
    ("the left man's hat", {"phrase": "hat", "part_of": "man", "position": "left"}),
    ("the clothes of the person on the right", {"phrase": "clothes", "part_of": "person", "position": "right"}),
    ("the glass of wine", {"phrase": "glass of wine"}),
    ("the cat next to the dog", {"phrase": "cat", "relation": "next to the dog"}),
    ("the tree in front of the house", {"phrase": "tree", "relation": "in front of the house"}),
    ("the person to the left of the car", {"phrase": "person", "relation": "to the left of the car"}),
    ("the woman wearing a hat", {"phrase": "woman", "relation": "wearing a hat"}),
    ("the sign that says stop", {"phrase": "sign", "relation": "that says stop"}),
    ("everything except the dog", {"phrase": "everything", "relation": "except the dog"}),
    ("all people but the bride", {"phrase": "people", "quantity": "all", "relation": "except the bride"}),
    ("dark blue shirt", {"phrase": "dark blue shirt", "colour": "dark blue"}),
    ("the red and white umbrella", {"phrase": "red and white umbrella", "colour": "red and white"}),
    ("the coffee table", {"phrase": "coffee table"}),
    ("the orange", {"phrase": "orange"}),
    ("an orange raft", {"phrase": "orange raft", "colour": "orange"}),
    ("the dining table", {"phrase": "dining table"}),
    ("the fence in the background", {"phrase": "fence", "position": "background"}),
    ("it", {"previous": True}),
    ("the same one", {"previous": True}),
    ("the other one", {"previous": True, "ordinal": "other"}),
    ("the left one", {"previous": True, "position": "left"}),
    ("the biggest", {"size": "biggest"}),
    ("", {}),
]


@pytest.mark.parametrize(("phrase", "expected"), PHRASES, ids=[phrase for phrase, _ in PHRASES])
def test_a_phrase_becomes_a_target(phrase: str, expected: dict[str, Any]) -> None:
    assert parse_target(phrase) == Target(**expected)


@pytest.mark.parametrize(
    ("listed", "parts"),
    [
        ("the dog and the cat", ["the dog", "the cat"]),
        ("dog and cat", ["dog", "cat"]),
        ("the trees, the bench and the bin", ["the trees", "the bench", "the bin"]),
        ("trees and tall buildings", ["trees", "tall buildings"]),
        ("the salt and pepper shakers", ["the salt and pepper shakers"]),
        ("the red and white ball", ["the red and white ball"]),
        ("the small, furry dog", ["the small , furry dog"]),
    ],
)
def test_lists_split_into_things(listed: str, parts: list[str]) -> None:
    assert conjuncts(listed.replace(",", " ,"), load()) == parts


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=200))
def test_any_phrase_is_a_target(phrase: str) -> None:
    assert isinstance(parse_target(phrase), Target)
