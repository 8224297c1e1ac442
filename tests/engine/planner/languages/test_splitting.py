"""Sentences as the requests that stand in them."""

from __future__ import annotations

import pytest

from engine.planner.languages.files import load
from engine.planner.languages.lexing import tokens
from engine.planner.languages.splitting import split


@pytest.mark.parametrize(
    ("code", "said", "parts"),
    [
        ("de", "entferne den Hund und die Katze", 1),
        ("de", "entferne den Hund und mach den Himmel blau", 2),
        ("fr", "enlève le chien et le chat, puis floute le fond", 2),
        ("tr", "köpeği kaldırıp gökyüzünü mavi yap", 2),
        ("zh", "去掉狗,把天空变蓝,然后裁剪成正方形", 3),
        ("ja", "犬を消して空を青くして", 2),
    ],
)
def test_a_joiner_parts_two_requests_not_two_things(code: str, said: str, parts: int) -> None:
    dictionary = load(code)
    assert len([part for part in split(tokens(said, dictionary), dictionary) if part]) == parts
