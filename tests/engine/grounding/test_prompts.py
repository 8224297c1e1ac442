from __future__ import annotations

import pytest

from engine.grounding.prompts import head_of, prompt_of


@pytest.mark.parametrize(
    ("phrase", "prompt"),
    [
        ("the lamp post", "lamp post"),
        ("Wooden Benches", "wooden bench"),
        ("the dark blue wooden bench", "wooden bench"),
        ("golden retriever", "golden retriever"),
        ("the orange", "orange"),
        ("people", "person"),
        ("the hat on the table", "hat"),
        ('the sign "SALE"', "sign"),
        ('"SALE"', ""),
        ("", ""),
        ("the one", ""),
        ("a very very old dented scratched bent worn ugly tin dog", "old dented scratched bent worn ugly tin dog"),
    ],
)
def test_one_thing_is_asked_without_its_colour(phrase: str, prompt: str) -> None:
    assert prompt_of(phrase) == prompt


def test_all_of_a_list_is_asked_for_and_only_the_noun_of_one_thing() -> None:
    assert head_of("lamp post and trash can") == "lamp post and trash can"
    assert head_of("lamp post") == "post"
