"""Answers to whether the whole picture is meant, in every language: "yes", "alles", "画像全体"."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import tomli

from engine.expressions import regex
from engine.planner.normalise import low

FILE: Final = Path(__file__).with_name("consent.toml")
UNSPACED: Final = ("zh", "ja")
"""Languages that write no spaces between words."""
MAX_CHARACTERS: Final = 60
"""Of an answer: whatever is longer says more than yes."""
_MARKS: Final = regex(r"[\s,.!?、。！？，:;'\"]*(?:\s|$)|[、。！？，]")


@cache
def _answers() -> dict[str, str | None]:
    """Every answer that agrees -> its language; None where it is English, or as well English."""
    data = tomli.loads(FILE.read_text("utf-8"))
    found: dict[str, str | None] = {}
    for sort in ("yes", "everything"):
        for code, answers in data[sort].items():
            for answer in answers:
                found.setdefault(answer, None if code == "en" else code)
    return found


@cache
def _everything(language: str) -> re.Pattern[str]:
    words = sorted(tomli.loads(FILE.read_text("utf-8"))["everything"][language], key=len, reverse=True)
    told = "|".join(map(re.escape, words))
    return re.compile(told if language in UNSPACED else rf"(?<!\w)(?:{told})(?!\w)")


def agrees(answer: str) -> tuple[bool, str | None]:
    """Whether an answer says yes, or everything, and in which language; None is English."""
    if len(answer) > MAX_CHARACTERS:
        return False, None
    plain = _MARKS.sub(" ", low(answer).replace("’", "'")).strip()
    answers = _answers()
    return plain in answers, answers.get(plain)


def means_everything(instruction: str, language: str | None) -> bool:
    """Whether a wish says itself that it is for the whole picture.

    language: that of the plan; None: English.
    """
    small = low(instruction.replace("’", "'"))
    return any(_everything(code).search(small) for code in {"en", language or "en"})
