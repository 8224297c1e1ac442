"""Amounts: words of degree, percents, numbers in words, ratios and sides."""

from __future__ import annotations

import pytest

from engine.planner.amounts import aspect, number, numerals, side_words, take_degree
from engine.planner.vocabulary import load


@pytest.mark.parametrize(
    ("clause", "rest", "percent"),
    [
        ("make it warmer", "make it warmer", None),
        ("make it a bit warmer", "make it warmer", 10),
        ("slightly darker", "darker", 10),
        ("a tiny bit brighter", "brighter", 5),
        ("a lot more contrast", "more contrast", 40),
        ("way brighter", "brighter", 50),
        ("twice as bright", "bright", 100),
        ("increase contrast by 20%", "increase contrast", 20),
        ("increase contrast by twenty five percent", "increase contrast", 25),
        ("increase contrast by another 15 percent", "increase contrast", 15),
        ("increase it a little more say by 30", "increase it", 30),
        ("contrast +15", "contrast", 15),
        ("contrast -15", "contrast", -15),
        ("increase the brightness by 2x", "increase the brightness", 100),
    ],
)
def test_degrees_are_taken_out(clause: str, rest: str, percent: float | None) -> None:
    text, degree = take_degree(clause, load())
    assert (text, degree.percent) == (rest, percent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("by forty-five degrees", 45), ("twenty", 20), ("12.5 degrees", 12.5), ("a bit", None), ("by one", 1)],
)
def test_numbers_in_words(text: str, expected: float | None) -> None:
    assert number(text) == expected


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("a hundred and eighty", "180"),
        ("one hundred and twenty five", "125"),
        ("two hundred", "200"),
        ("forty five and thirty", "45 and 30"),
        ("four by five", "4 by 5"),
    ],
)
def test_numbers_in_words_are_put_together(said: str, meant: str) -> None:
    assert numerals(said) == meant


def test_numerals_leave_other_words_alone() -> None:
    assert numerals("the one with two tie-dye shirts") == "the one with 2 tie-dye shirts"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("square", "1:1"),
        ("16:9", "16:9"),
        ("a 4 by 5 ratio", "4:5"),
        ("instagram story", "9:16"),
        ("A4", "210:297"),
        ("800x600", None),
        ("the dog", None),
    ],
)
def test_shapes_by_name(text: str, expected: str | None) -> None:
    assert aspect(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("to the left", ("left",)),
        ("on all sides", ("all",)),
        ("left and right", ("left", "right")),
        ("above", ("top",)),
        ("downwards", ("bottom",)),
        ("wider", ("left", "right")),
        ("the dog", ()),
    ],
)
def test_sides(text: str, expected: tuple[str, ...]) -> None:
    assert side_words(text) == expected
