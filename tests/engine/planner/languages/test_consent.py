"""Whether the whole picture is meant is answered in every language, and a wish may say so itself."""

from __future__ import annotations

import tomllib

import pytest

from bot.words import LANGUAGES
from engine.operations import Context
from engine.planner.languages.consent import FILE, agrees, means_everything
from tests.engine.planner.reading import PLANNER

WHOLE = Context(candidates=("whole picture",))
DATA = tomllib.loads(FILE.read_text("utf-8"))
WISHES = {
    "en": "brighten the whole picture",
    "de": "mach das ganze Bild heller",
    "fr": "éclaircis toute l'image",
    "es": "aclara toda la imagen",
    "pt": "clareia a imagem toda",
    "tr": "tüm resmi aydınlat",
    "zh": "把整张图片调亮",
    "ja": "画像全体を明るくして",
}
PARTS = {
    "en": "brighten the sky",
    "de": "mach den Himmel heller",
    "fr": "éclaircis le ciel",
    "es": "aclara el cielo",
    "pt": "clareia o céu",
    "tr": "gökyüzünü aydınlat",
    "zh": "把天空调亮",
    "ja": "空を明るくして",
}


def test_every_language_answers() -> None:
    assert DATA["yes"].keys() == DATA["everything"].keys() == LANGUAGES.keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_yes_and_everything_take_the_only_candidate(code: str) -> None:
    for answer in (*DATA["yes"][code], *DATA["everything"][code]):
        plan = PLANNER.plan(f"{answer.capitalize()}!", WHOLE)
        assert [one.kind for one in plan.operations] == ["choose"], answer
        assert (plan.language or "en") in LANGUAGES


@pytest.mark.parametrize("answer", ["no", "nein", "non", "hayır", "不", "いいえ", "x" * 5000, "", "yes but darker"])
def test_anything_else_does_not(answer: str) -> None:
    assert not agrees(answer)[0]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_wish_says_that_it_means_everything(code: str) -> None:
    assert means_everything(WISHES[code], code)
    assert not means_everything(PARTS[code], code)
    assert PLANNER.plan(WISHES[code], Context()).language == (None if code == "en" else code)


def test_yes_to_several_candidates_chooses_none() -> None:
    assert not PLANNER.plan("oui", Context(candidates=("dog", "cat"))).operations
