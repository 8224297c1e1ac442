"""Texts before their words are read: quotes, letters, commas."""

from __future__ import annotations

import pytest

from engine.planner.languages.files import load
from engine.planner.languages.writing import normalised, plain, restored, with_commas, with_letters, without_quotes


def test_quotes_come_back_as_they_were() -> None:
    quotes: list[str] = []
    text = without_quotes("schreib „Lösche 3,5 Autos“ aufs Schild", quotes, load("de"))
    assert quotes == ["Lösche 3,5 Autos"]
    assert "Lösche" not in text
    assert restored(text, quotes).split('"')[1] == "Lösche 3,5 Autos"


def test_what_is_to_be_written_needs_no_quotation_marks() -> None:
    quotes: list[str] = []
    without_quotes("在牌子上写上欢迎光临,然后去掉狗", quotes, load("zh"))
    assert quotes == ["欢迎光临"]


@pytest.mark.parametrize(
    ("code", "said", "written"),
    [("de", "um 2,5 % heller", "um 2.5% heller"), ("ja", "犬、猫", "犬,猫"), ("zh", "狗、猫", "狗、猫")],
)
def test_numbers_and_commas_are_written_as_english_does(code: str, said: str, written: str) -> None:
    assert normalised(said, load(code)) == written


@pytest.mark.parametrize(
    ("code", "said", "written"),
    [
        ("de", "ich will, dass der Hund weg ist", "ich will dass der Hund weg ist"),
        ("fr", "j'ai une tache tu peux l'enlever", "j'ai une tache, tu peux l'enlever"),
        ("fr", "enlève ça si tu peux", "enlève ça si tu peux"),
    ],
)
def test_commas_stand_where_something_new_begins(code: str, said: str, written: str) -> None:
    assert with_commas(said, load(code)) == written


def test_letters_and_ends_of_sentences() -> None:
    assert with_letters("變紅", load("zh")) == "变红"
    assert plain("犬を消してね", load("ja")) == "犬を消して"
