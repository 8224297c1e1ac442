"""How a word begins tells which dictionaries need not be read for it."""

from __future__ import annotations

import pytest

from engine.planner.languages import files, recognition
from engine.planner.languages.beginnings import beginnings
from engine.planner.languages.dictionary import Dictionary
from engine.planner.languages.recognition import SPACED, language_of


@pytest.mark.parametrize("code", SPACED)
def test_hardly_any_word_of_a_dictionary_is_missed(code: str):
    words = [word for word in files.load(code).words if word.isalpha()]
    missed = [word for word in words if not beginnings(code).may_list(word)]
    assert all(len(word) <= 8 for word in missed), missed
    assert len(missed) < len(words) / 200, missed


@pytest.mark.parametrize("typed", ["aepfel", "ÄPFEL".lower(), "apfel", "straße", "strasse"])
def test_german_is_told_with_and_without_its_letters(typed: str):
    assert beginnings("de").may_list(typed)


@pytest.mark.parametrize(
    "text",
    ["asdf qwer zxcv", "a beam of sunlight illuminates the puppy in the grass", "zebra", "fire hydrant", "faces", "42"],
)
def test_no_dictionary_is_read_for_what_no_language_has(text: str, monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []

    def noted(code: str) -> Dictionary:
        read.append(code)
        return files.load(code)

    monkeypatch.setattr(recognition, "load", noted)
    assert language_of(text, anyhow=True) is None
    assert read == []


@pytest.mark.parametrize(("text", "code"), [("hund weg", "de"), ("çiçekler kırmızı", "tr"), ("cielo azul", "es")])
def test_a_language_is_still_told_by_every_word(text: str, code: str):
    assert language_of(text, anyhow=True) == code
