from __future__ import annotations

import pytest

from engine.errors import BadOption
from engine.tools.fonts import BUILT_IN, choose, faces, runs


def test_the_built_in_face_is_always_there() -> None:
    assert faces()[0] == BUILT_IN
    assert BUILT_IN.covers("Plain words, 100%!")


def test_a_missing_glyph_is_noticed() -> None:
    assert not BUILT_IN.covers("é")
    assert not BUILT_IN.covers("\u4e2d")


def test_spaces_and_joiners_need_no_glyph() -> None:
    assert BUILT_IN.covers("a b\u00a0c\u200d\ufe0f")


def test_the_choice_prefers_coverage_to_looks() -> None:
    face = choose("Привет")
    assert face.covers("Привет") or not any(other.covers("Привет") for other in faces())


def test_the_choice_is_the_same_every_time() -> None:
    assert choose("Hello", bold=True) == choose("Hello", bold=True)


def test_runs_cover_the_text_in_order() -> None:
    parts = runs("Hello — world", choose("Hello"), strict=False)
    assert "".join(part.text for part in parts).replace("?", "—") == "Hello — world"


def test_a_character_that_no_font_has_is_refused_or_shown_as_a_question_mark() -> None:
    unassigned = "\u0378"
    with pytest.raises(BadOption):
        runs(f"a{unassigned}", BUILT_IN)
    assert "".join(part.text for part in runs(f"a{unassigned}", BUILT_IN, strict=False)) == "a?"
