"""What to ask about words that were not understood."""

from __future__ import annotations

from engine.planner.colours import colour_in
from engine.planner.normalise import Normal, low
from engine.planner.openings import begins_request, strip_openers
from engine.planner.vocabulary import Vocabulary

MAX_QUOTED = 80
"""Characters of somebody's words that a question repeats."""
SHORT = 3
"""Words of a message that names a thing and no wish."""


def is_chatter(clause: str, vocabulary: Vocabulary) -> bool:
    """Politeness that asks for nothing: "thanks", "looks great"."""
    rest = strip_openers(clause, vocabulary)
    return not rest or low(rest) in vocabulary["words.opener"] or low(rest) in vocabulary["words.filler_tail"]


def about_the_rest(normal: Normal, missed: list[str], vocabulary: Vocabulary) -> str | None:
    """What to ask about clauses that wanted something but were not understood; the others are done."""
    wishes = [clause for clause in missed if begins_request(clause, vocabulary)]
    return f"What did you mean by \u201c{normal.spoken(wishes[0])[:MAX_QUOTED]}\u201d?" if wishes else None


def question_about(normal: Normal, missed: list[str], vocabulary: Vocabulary) -> str:
    """One sentence that asks back and repeats what was not understood."""
    words = normal.spoken(strip_openers(missed[0], vocabulary)) if missed else ""
    if not words:
        return "What should I change in the picture?"
    if "straighten" in vocabulary.openings.get(low(words).split(" ")[0], ()) or "horizon" in low(words):
        return "By how many degrees should I turn it, and which way?"
    words = words if len(words) <= MAX_QUOTED else f"{words[: MAX_QUOTED - 3].rstrip()}..."
    if colour_in(words, vocabulary):
        return f"What should become {words}?"
    if len(words.split()) <= SHORT and low(words).split()[0] not in vocabulary.openings:
        return f"What should I do with \u201c{words}\u201d?"
    return f"I did not understand \u201c{words}\u201d. What should I change, and how?"
