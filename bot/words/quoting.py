"""What the engine says in English, such as the question of a plan, in another language."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import Final

from bot.words import ENGLISH, load, worded

TABLE: Final = "engine."
"""Keys of what the engine says: the English sentence is known by its own words."""


def quoted(text: str, language: str) -> str:
    """The engine's sentence in the language, its facts kept; as it is where that table lacks it."""
    if language == ENGLISH:
        return text
    for key, pattern in _patterns():
        if match := pattern.fullmatch(text):
            return worded(key, language, "chat", match.groupdict())
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What each English sentence looks like with any facts in it; those with the fewest facts come first."""
    sentences = [(key, text) for key, text in load(ENGLISH).items() if key.startswith(TABLE)]
    sentences.sort(key=lambda sentence: sentence[1].count("{"))
    return tuple((key, _pattern(text)) for key, text in sentences)


def _pattern(text: str) -> re.Pattern[str]:
    parts = (
        re.escape(literal) + (f"(?P<{fact}>.+)" if fact else "") for literal, fact, _, _ in Formatter().parse(text)
    )
    return re.compile("".join(parts), re.DOTALL)
