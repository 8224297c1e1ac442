from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tools.fonts import choose
from engine.tools.typesetting import Block, draw, fit, wrap

WORDS = st.lists(st.text("abcdefgWMil.,gjpq", min_size=1, max_size=9), min_size=1, max_size=12).map(" ".join)


@settings(deadline=None, max_examples=30)
@given(WORDS, st.integers(60, 900), st.integers(40, 500))
def test_fitted_ink_lies_inside_its_area(text: str, width: int, height: int) -> None:
    setting = draw(fit(text, choose(text), width, height))
    assert setting.width <= 1.06 * width + 4
    assert setting.height <= 1.06 * height + 4


@settings(deadline=None, max_examples=40)
@given(WORDS, st.integers(100, 600))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert " ".join(wrap(text, choose(text), 20, width)).split() == text.split()


def test_a_long_text_in_a_square_is_wrapped() -> None:
    text = "a rather long sentence that would be tiny on one line"
    assert len(fit(text, choose(text), 300, 300).lines) > 2


def test_a_short_text_stays_on_one_line() -> None:
    assert fit("for sale", choose("for sale"), 400, 60).lines == ("for sale",)


def test_line_breaks_of_the_text_are_kept() -> None:
    assert fit("one\ntwo three", choose("one"), 400, 400).lines == ("one", "two three")


def test_ideographs_break_anywhere() -> None:
    text = "\u4e00" * 12
    assert len(wrap(text, choose(text), 20, 100)) > 1


def test_tracking_and_stroke_make_a_line_wider() -> None:
    face = choose("HOTEL")
    plain = draw(Block(("HOTEL",), face, 40))
    assert draw(Block(("HOTEL",), face, 40, tracking=0.2)).width > plain.width + 20
    assert draw(Block(("HOTEL",), face, 40, stroke=2)).coverage.sum() > 1.2 * plain.coverage.sum()


@pytest.mark.parametrize("text", [" ", "\u200d"])
def test_a_text_without_ink_is_nothing(text: str) -> None:
    assert not draw(Block((text,), choose(text), 30)).coverage.any()
