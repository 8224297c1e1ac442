"""Numbers in words as digits, in every language."""

from __future__ import annotations

import pytest

from engine.planner.languages.files import load
from engine.planner.languages.numbers import in_digits


@pytest.mark.parametrize(
    ("code", "said", "written"),
    [
        ("de", "fünfundvierzig Grad", "45 Grad"),
        ("de", "um hundertachtzig Grad", "um 180 Grad"),
        ("fr", "quatre-vingt-dix degrés", "90 degrés"),
        ("fr", "vingt et un pour cent", "21 pour cent"),
        ("es", "ciento ochenta grados", "180 grados"),
        ("es", "treinta y cinco por ciento", "35 por ciento"),
        ("pt", "quarenta e cinco graus", "45 graus"),
        ("tr", "yüz seksen derece", "180 derece"),
        ("tr", "YÜZDE ON BEŞ", "15%"),
        ("tr", "yuzde kirk bes", "45%"),
        ("zh", "一百八十度", "180度"),
        ("zh", "百分之三十五", "35%"),
        ("zh", "提高三成", "提高30%"),
        ("zh", "十个百分点", "10%"),
        ("zh", "四比三", "4:3"),
        ("ja", "四十五度", "45度"),
        ("ja", "魚を三匹", " 3 魚を"),
        ("ja", "魚を一匹", "魚を"),
    ],
)
def test_numbers_are_written_as_digits(code: str, said: str, written: str) -> None:
    assert in_digits(said, load(code)) == written


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("de", "die drei Hunde"),
        ("de", "hundert Bilder"),
        ("es", "un hombre y dos perros"),
        ("tr", "bir yüz ekle"),
        ("tr", "iki yüzü bulanıklaştır"),
        ("zh", "三四个人"),
        ("zh", "百叶窗"),
        ("ja", "一番目"),
    ],
)
def test_what_may_be_another_word_stays(code: str, said: str) -> None:
    assert in_digits(said, load(code)) == said


def test_each_word_for_a_number_is_its_own() -> None:
    assert in_digits("üç dört beş", load("tr")) == "üç dört beş"
