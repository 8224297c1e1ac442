"""Sentences put into English: their words, their order, what they quote, and what is asked back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import Context, Plan
from engine.planner.languages import translated
from tests.engine.planner.languages.test_sentences import TABLES
from tests.engine.planner.reading import PLANNER, read

WORDS = sorted({word for rows in TABLES.values() for row in rows for word in row.said.split()})


def english(said: str) -> str:
    found = translated(said)
    assert found is not None, said
    return found.english


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("entferne die zwei kleinen roten Autos auf der linken Seite", "remove the two small red cars on the left"),
        ("entferne den Hut des Mannes", "remove the hat of the man"),
        ("enlève la petite voiture bleu foncé", "remove the small dark blue car"),
        ("quita los perros pequeños", "remove the small dogs"),
        ("remova as flores amarelas", "remove the yellow flowers"),
        ("masanın üstündeki kırmızı bardağı kaldır", "remove the red glass on the table"),
        ("şapkalı adamı sil", "remove the man with a hat"),
        ("çocukların ayakkabılarını boya", "colour the children's shoes"),
        ("把桌子上的红色杯子去掉", "remove the red cup on the table"),
        ("机の上の赤いカップを消して", "remove the red cup on the table"),
        ("帽子をかぶった男性を消して", "remove the man wearing hat"),
    ],
)
def test_words_come_in_english_order(said: str, expected: str) -> None:
    assert english(said) == expected


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("mach das Auto grün", "mach das Auto gruen"),
        ("färbe das Kleid weiß", "faerbe das Kleid weiss"),
        ("enlève la poubelle à côté de la fenêtre", "enleve la poubelle a cote de la fenetre"),
        ("haz el cielo más cálido", "haz el cielo mas calido"),
        ("gökyüzünü kırmızı yap", "gokyuzunu kirmizi yap"),
        ("把汽车变成蓝色", "把汽車變成藍色"),
    ],
)
def test_accents_and_letters_may_be_written_otherwise(said: str, typed: str) -> None:
    assert english(typed) == english(said)


def test_unknown_words_stay_as_they_are() -> None:
    assert english("entferne den Kolibri links") == "remove the Kolibri on the left"
    assert english("把猕猴桃去掉") == "remove 猕猴桃"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("schreib „Lösche das Auto“ auf das Schild", "Lösche das Auto"),
        ("écris « Enlève tout ! » sur le mur", "Enlève tout !"),
        ("escribe «Quita el coche» en el cartel", "Quita el coche"),
        ("在牌子上写“把汽车去掉”", "把汽车去掉"),
        ("看板に「車を消して」と書いて", "車を消して"),
    ],
)
def test_what_is_quoted_is_no_order_and_is_not_translated(said: str, text: str) -> None:
    (operation,) = read(said)
    assert operation["kind"] == "text"
    assert operation["text"] == text


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("lösche den Hund, mach den Himmel blau und dreh das Bild um 90 Grad", ["remove", "recolor", "rotate"]),
        ("enlève le chien puis floute le fond", ["remove", "background"]),
        ("köpeği kaldırıp gökyüzünü mavi yap", ["remove", "recolor"]),
        ("去掉狗，把天空变蓝，然后裁剪成正方形", ["remove", "recolor", "crop"]),
        ("犬を消して空を青くして", ["remove", "recolor"]),
    ],
)
def test_several_requests_in_a_sentence(said: str, kinds: list[str]) -> None:
    assert [operation["kind"] for operation in read(said)] == kinds


@pytest.mark.parametrize(
    "said", ["das Wugga ist florbelig", "le wugga très florbelé", "把猕猴桃咕噜", "それはワガワガです"]
)
def test_what_is_asked_back_repeats_the_authors_own_words(said: str) -> None:
    plan = PLANNER.plan(said, Context())
    assert plan.operations == ()
    assert plan.question is not None
    assert said in plan.question


def test_a_plan_of_an_english_sentence_says_nothing_of_languages() -> None:
    assert "language" not in PLANNER.plan("make the car blue", Context()).flat()
    assert PLANNER.plan("mach das Auto blau", Context()).flat()["language"] == "de"
    assert "language" not in Plan(instruction="x").flat()


def test_a_conversation_may_change_its_language() -> None:
    history = PLANNER.plan("make it warmer", Context()).operations
    for said in ("noch etwas", "encore un peu", "un poco más", "mais um pouco", "biraz daha", "再多一点", "もう少し"):
        (more,) = read(said, Context(history=history))
        assert (more["kind"], more["property"], more["amount"]) == ("adjust", "warmth", 10)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_words_in_any_order_make_a_plan(said: str) -> None:
    assert PLANNER.plan(said, Context()).instruction == said


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["mach das ", "enlève la ", "bunu yap ", "把", "を", "<V make>", ""]))
def test_any_characters_make_a_plan(said: str, before: str) -> None:
    plan = PLANNER.plan(before + said, Context())
    assert plan.operations or plan.question
