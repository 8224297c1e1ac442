"""Instructions in other languages than English, put into plain English for the rules; each language is a file of data.

`docs/languages.md` tells how a native speaker adds words and ways of saying things to `<code>.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.planner.languages.files import load
from engine.planner.languages.recognition import CHINESE, JAPANESE, SPACED, is_mostly_english, tells
from engine.planner.normalise import MAX_CHARACTERS

if TYPE_CHECKING:
    from engine.planner.languages.translation import Translation

__all__ = ["is_mostly_english", "samples", "translated"]


def translated(instruction: str, *, anyhow: bool = False) -> Translation | None:
    """The instruction put into English; None where it is English, or in a language that no file tells of.

    anyhow: look at every word of every language, not only at those that tell it: English made no sense of it.
    Never raises; at most 2000 characters are read. What translates is loaded where the first sentence needs it.
    """
    text = instruction[:MAX_CHARACTERS]
    if not (anyhow or tells(text)):
        return None
    from engine.planner.languages.translation import put_into_english

    return put_into_english(text, instruction, anyhow=anyhow)


def samples() -> Iterator[str]:
    """Something that is said in each language, and something in none."""
    yield "hippopotamus"
    yield from (next(iter(load(code).whole_sayings)) for code in (*SPACED, JAPANESE, CHINESE))
