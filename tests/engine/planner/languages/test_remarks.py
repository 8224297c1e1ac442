"""What asks for nothing is left out, and what it was about goes with the order behind it."""

from __future__ import annotations

import pytest

from engine.planner.languages import translated


def english(said: str) -> str:
    found = translated(said)
    assert found is not None, said
    return found.english


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("entferne das Auto, weil es stört", "remove the car"),
        ("quita el coche porque molesta", "remove the car"),
        ("enlève la voiture, pour mieux voir la mer", "remove the car"),
        ("remova o carro porque atrapalha", "remove the car"),
        ("arabayı sil, sunum için lazım", "remove the car"),
        ("去掉汽车，因为碍眼", "remove the car"),
        ("邪魔なので車を消して", "remove the car"),
    ],
)
def test_a_reason_is_left_out(said: str, expected: str) -> None:
    assert english(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("la table, tu peux la décaler ?", "move the table"),
        ("Masada bir bardak var, onu sil", "remove a glass on the table"),
        ("Elbise çok soluk görünüyor, kırmızı yap", "make the dress red"),
        ("天空太暗了，调亮一点", "brighten the sky a bit"),
        ("顔が暗いので、明るくして", "brighten the face"),
    ],
)
def test_a_thing_said_first_is_what_the_order_is_about(said: str, expected: str) -> None:
    assert english(said) == expected


@pytest.mark.parametrize("said", ["mach das Auto rot, den Himmel blau", "去掉狗，把天空变蓝"])
def test_requests_are_no_remarks(said: str) -> None:
    found = translated(said)
    assert found is not None
    assert "blue" in found.english


def test_an_order_behind_a_reason_is_asked_for() -> None:
    assert english("entferne den Mann weil er stört und mach den Himmel blau") == "remove the man. make the sky blue"


def test_what_a_saying_has_in_it_is_no_reason() -> None:
    assert english("recorta la foto para que quede cuadrada") == "crop the picture to a square"


def test_a_complaint_says_itself_what_a_bare_verb_asks_for() -> None:
    assert english("çok karanlık olmuş, düzelt") != english("düzelt")
