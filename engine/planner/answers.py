"""Reading an answer to the planner's own question together with what was asked about."""

from __future__ import annotations

from collections.abc import Iterator

from engine.operations import Context
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.openings import STEPS, strip_openers
from engine.planner.vocabulary import Vocabulary

MAX_WORDS = 12
"""Of an answer, and of what it completes: whatever is longer says all that it asks for."""


def completed(answer: str, context: Context, vocabulary: Vocabulary) -> Iterator[str]:
    """The instructions that an answer may make of the one before, the likeliest first; none where none was open.

    "Change the car's colour" and "to silver" are one order; so are "remove" and "the lamp", or "green" and "the car".
    """
    asked, said = context.unanswered.strip(" .,!?"), answer.strip(" .,!?")
    if not asked or not said or max(asked.count(" "), said.count(" ")) >= MAX_WORDS:
        return
    plain = strip_openers(said, vocabulary)
    if colour_in(asked, vocabulary):
        yield f"make {plain} {asked}"
    verb, _, rest = low(strip_openers(asked, vocabulary)).partition(" ")
    if rest not in vocabulary["words.pronoun"]:
        yield f"{asked} {plain}"
    if verb in vocabulary.base_forms or verb in STEPS:
        yield f"{verb} {plain}"
