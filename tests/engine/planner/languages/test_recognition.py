"""Which language a sentence is in: English ones are never taken for another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.operations import Context
from engine.planner.languages import translated
from engine.planner.languages.files import load
from engine.planner.languages.recognition import CHINESE, JAPANESE, SPACED, language_of, signs
from tests.engine.planner.reading import PLANNER
from tests.engine.planner.test_asking import NONSENSE
from tests.engine.planner.test_kinds import ADDED, ADJUSTED, ALTERED, BEHIND, RECOLOURED, REMOVED, REPLACED

ENGLISH = [
    *NONSENSE,
    *(said for table in (ADDED, ADJUSTED, ALTERED, BEHIND, RECOLOURED, REMOVED, REPLACED) for said, _ in table),
    "make my son wear a red hat",
    "let the flowers die",
    "put El Capitan in the background",
    "make it look like a French café",
    "add a piñata to the party",
    "change the sign to say Straße",
    "make the voiture blue",
    'add a sign that says "Zu verkaufen"',
    "write “mach das Auto blau” on the wall",
    "give the girl a résumé",
    "add the characters 福 and 寿 to the door please",
]


@pytest.mark.parametrize("said", ENGLISH)
def test_english_is_english(said: str) -> None:
    assert translated(said) is None
    assert PLANNER.plan(said, Context()).language is None


def test_no_english_instruction_of_other_authors_is_taken_for_another_language(real_data: Path) -> None:
    read, taken = 0, list[str]()
    for path in sorted((real_data / "instructions").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            said = json.loads(line)["instruction"]
            read += 1
            taken += [said] if translated(said) else []
    assert read > 10_000
    assert taken == []


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Himmel dunkler", "de"),
        ("mach the sky blau", "de"),
        ("MACH DAS AUTO BLAU", "de"),
        ("ciel plus bleu", "fr"),
        ("haz el cielo mas azul", "es"),
        ("deixa o céu mais azul", "pt"),
        ("gokyuzunu mavi yap", "tr"),
        ("背景削除", "ja"),
        ("把car变成蓝色", "zh"),
        ("把車變成藍色", "zh"),
        ("¿y esto?", "es"),
        ("remove the dog", None),
        ("quux", None),
        ("", None),
    ],
)
def test_languages_are_told_apart(said: str, language: str | None) -> None:
    assert language_of(said) == language


def test_a_word_that_tells_a_language_is_no_english_word() -> None:
    table = signs()
    assert not table.languages.keys() & table.english
    assert not {"die", "plus", "car", "pan", "red", "once", "rose", "tire"} & table.languages.keys()


def test_terse_wishes_without_any_telling_word_are_tried_in_every_language() -> None:
    plan = PLANNER.plan("Schatten entfernt", Context())
    assert [operation.kind for operation in plan.operations] == ["remove"]
    assert plan.language == "de"


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Kontrast um 20 % hoch", "de"),
        ("cache la plaque d'immatriculation", "fr"),
        ("recórtala cuadrada", "es"),
        ("expande pra 16:9", "pt"),
        ("yüzümdeki sivilceleri yok et", "tr"),
        ("make den Himmel heller please", "de"),
        ("quita el watermark", "es"),
        ("把logo去掉", "zh"),
        ("backgroundを削除して", "ja"),
    ],
)
def test_short_and_mixed_messages_are_told_apart(said: str, language: str) -> None:
    plan = PLANNER.plan(said, Context())
    assert plan.operations
    assert plan.language == language


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("wugga mir das bitte um", "de"),
        ("le wugga très florbelé", "fr"),
        ("no sé qué quiero", "es"),
        ("bunu florbel yapsana", "tr"),
        ("把猕猴桃咕噜", "zh"),
        ("ぐるぐるもけもけ", "ja"),
    ],
)
def test_a_question_is_in_the_language_it_answers(said: str, language: str) -> None:
    plan = PLANNER.plan(said, Context())
    assert plan.question
    assert not plan.operations
    assert plan.language == language


@pytest.mark.parametrize("said", ["sofa", "table", "faces", "red ball", "sandwich", "scaffolding", "scooter", "vase"])
def test_words_that_english_shares_are_english(said: str) -> None:
    assert PLANNER.plan(said, Context()).language is None


@pytest.mark.parametrize("code", SPACED)
def test_commands_tell_their_language(code: str) -> None:
    assert sum(code in codes for codes in signs().languages.values()) > 300


def test_a_warm_planner_has_read_every_language() -> None:
    load.cache_clear()
    PLANNER.warm()
    assert load.cache_info().currsize == len((*SPACED, JAPANESE, CHINESE))
