"""Expressions are compiled when they are first used, and behave like any pattern from then on."""

from __future__ import annotations

import re

import pytest

from engine.expressions import regex


def test_an_expression_is_a_pattern_once_it_is_used():
    word = regex(r"[a-z]+", re.IGNORECASE)
    assert word.pattern == r"[a-z]+"
    assert [match.group() for match in word.finditer("One two")] == ["One", "two"]
    assert word.fullmatch("One1") is None
    assert word.sub("x", "a b") == "x x"
    assert word.flags & re.IGNORECASE


def test_nothing_is_compiled_before_it_is_used():
    wrong = regex(r"(")
    with pytest.raises(re.error):
        wrong.search("anything")
