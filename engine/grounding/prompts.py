"""Noun phrases as open-vocabulary networks are asked them: one thing at a time, in the singular, without its colour."""

from __future__ import annotations

from typing import Final

from engine.grounding.phrases import parse

_LONGEST: Final = 8
"""Words: OWLv2 reads 16 tokens, six of which are not the phrase's; what goes is the front, for the noun is last."""


def prompt_of(phrase: str) -> str:
    """What to look for: "the two dark blue wooden benches" -> "wooden bench"; "" where the phrase names nothing.

    Colours and what stands before them are left out, for colours are checked on the pixels; a phrase that is nothing
    but colours ("the orange") is kept.
    """
    whole = parse(phrase)
    words = whole.words if whole.noun or whole.colours else ()
    for start in range(len(words)):
        rest = parse(" ".join(words[start:]))
        if rest.noun and not rest.colours:
            return " ".join((*rest.words[-_LONGEST:-1], rest.noun))
    return " ".join(words[-_LONGEST:])


def head_of(prompt: str) -> str:
    """The end of the prompt that a box must answer for: its noun, or all of it where it names several things."""
    words = prompt.split()
    return prompt if "and" in words or not words else words[-1]
