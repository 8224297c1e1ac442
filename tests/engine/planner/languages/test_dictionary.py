"""The files of the languages: well formed, and read as docs/languages.md says."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from engine.planner.languages.dictionary import FOLDER, TAGS, pluralised
from engine.planner.languages.files import load
from engine.planner.languages.glossing import phrases
from engine.planner.languages.lexing import tokens
from engine.planner.languages.translation import sayings

CODES = ("de", "es", "fr", "ja", "pt", "tr", "zh")
OTHERS = {"grammar", "polite", "endings", "endings_of_verbs", "endings_unlisted", "sayings", "phrases", "spellings"}


def data(code: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))


@pytest.mark.parametrize("code", CODES)
def test_a_file_has_only_tables_that_are_read(code: str) -> None:
    assert data(code).keys() <= TAGS.keys() | OTHERS


@pytest.mark.parametrize("code", CODES)
def test_every_slot_of_the_english_is_in_each_way_of_saying_it(code: str) -> None:
    for table in ("sayings", "phrases"):
        for english, patterns in data(code)[table].items():
            for pattern in patterns:
                for slot in re.findall(r"\{\w+\}", english):
                    assert slot in pattern, f"{english} = {pattern}"


@pytest.mark.parametrize("code", CODES)
def test_every_class_of_verbs_in_a_pattern_has_verbs(code: str) -> None:
    file = data(code)
    for pattern in (one for patterns in file["sayings"].values() for one in patterns):
        for name in re.findall(r"<(\w+)>", pattern):
            assert name in file["verbs"], pattern


@pytest.mark.parametrize("code", CODES)
def test_every_pattern_compiles_and_can_be_found(code: str) -> None:
    for pattern in (*sayings(code).patterns, *phrases(code).patterns):
        assert pattern.regex.groups >= 1 or {"<", "(", "["} & set("".join(pattern.source))
        assert pattern.anchors, pattern.source


@pytest.mark.parametrize(
    ("code", "typed", "listed"),
    [
        ("de", "rueckgaengig", "rückgängig"),
        ("de", "ruckgangig", "rückgängig"),
        ("es", "atras", "atrás"),
        ("fr", "annule ca", "annule ça"),
        ("pt", "desfaca", "desfaça"),
        ("tr", "orijinale don", "orijinale dön"),
    ],
)
def test_sayings_are_known_without_their_accents(code: str, typed: str, listed: str) -> None:
    assert load(code).whole_sayings[typed] == load(code).whole_sayings[listed]


@pytest.mark.parametrize("code", CODES)
def test_the_everyday_words_are_there(code: str) -> None:
    words = {meaning for senses in load(code).words.values() for meaning in senses.values()}
    for everyday in (
        "person",
        "man",
        "woman",
        "car",
        "dog",
        "sky",
        "background",
        "shadow",
        "red",
        "brighter",
        "contrast",
    ):
        assert everyday in words, everyday
    assert len({meaning for senses in load(code).words.values() for tag, meaning in senses.items() if tag == "N"}) > 230


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        ("de", "roten", [("C", "red")]),
        ("de", "Männern", [("N", "men")]),
        ("fr", "chevaux", [("N", "horses")]),
        ("fr", "l'homme", [("D", "the"), ("N", "man")]),
        ("es", "luces rojas", [("N", "highlights"), ("C", "red")]),
        ("es", "quítalo", [("V", "remove"), ("R", "it")]),
        ("pt", "aviões", [("N", "airplanes")]),
        ("tr", "köpeği", [("N", "dog")]),
        ("tr", "arabalarının", [("N", "cars"), ("M", "")]),
        ("tr", "kaldırır mısın", [("V", "remove")]),
        ("zh", "红色的汽车", [("C", "red"), ("N", "car")]),
        ("zh", "海豹", [("U", "海豹")]),
        ("ja", "赤い車", [("C", "red"), ("N", "car")]),
        ("ja", "カーペンター", [("U", "カーペンター")]),
    ],
)
def test_forms_are_found(code: str, said: str, expected: list[tuple[str, str]]) -> None:
    _ = sayings(code), phrases(code)
    assert [next(iter(token.senses.items())) for token in tokens(said, load(code))] == expected


@pytest.mark.parametrize(
    ("noun", "plural"),
    [("car", "cars"), ("bus", "buses"), ("baby", "babies"), ("man", "men"), ("sheep", "sheep"), ("glasses", "glasses")],
)
def test_english_plurals(noun: str, plural: str) -> None:
    assert pluralised(noun) == plural
