"""Reading remarks on how the last edit turned out: "it is still there", "that didn't work", "actually, keep it"."""

from __future__ import annotations

from typing import Any, Final

from engine.expressions import regex
from engine.operations import (
    Add,
    Alter,
    Background,
    Blur,
    Context,
    Duplicate,
    Extract,
    Move,
    Redo,
    Refine,
    Remove,
    Replace,
    Restore,
    Retry,
    Target,
    Text,
    Undo,
)
from engine.planner.normalise import low, only_words
from engine.planner.reading import Operations
from engine.planner.regrets import regretted
from engine.planner.targets import read_target
from engine.planner.vocabulary import Vocabulary, expression

_APPROVAL: Final = expression("approval_word")
_APPROVING: Final = expression("approving")
_STILL_SO: Final = expression("still_so")
_LEFT: Final = expression("some_left")
_ONLY_THERE: Final = regex(
    r"(?:(?:and|but|ok|now|no) )*(?:only|just) (?:do |on |for )?(?:the|his|her|my|their|those|these|that) [^,]{2,60}"
)
"""Of what was just undone: "only the two behind her"."""
_WITHIN: Final = regex(r"^(?:on|in|at|to|near|around|by|along|next to) (?!the (?:left|right|top|bottom)\b)")
_TOO: Final = expression("too_much_so")
_NAMING: Final = expression("naming")
_STILL: Final = expression("still_there")
_FAILED: Final = expression("failed")
_KEPT: Final = expression("kept_after_all")
TAKING_AWAY: Final = Remove | Replace | Text | Restore | Blur | Background | Extract
"""Edits of which something can be left over."""
MADE: Final = Add | Replace | Alter | Duplicate | Move
"""Edits that leave a thing to be judged."""
MAX_SPACES: Final = 16
"""In a remark: whatever is longer says what to do."""


def approves(clause: str, context: Context, vocabulary: Vocabulary) -> bool:
    """Whether a clause only says that it is good as it is: "cute image", "leave it like that", "yes please".

    One that only gives a thing a name asks for nothing either: "call this the old car".
    """
    small = low(clause)
    if _NAMING.match(small):
        return True
    last = context.history[-1] if context.history else None
    a_tone = last is None and small in vocabulary["scope.interjections"]
    if a_tone or context.candidates or (isinstance(last, Remove) and _KEPT.match(small)):
        return False
    return clause.count(" ") <= MAX_SPACES and only_words(small, _APPROVAL) and _APPROVING.search(small) is not None


def still_so(clause: str) -> str | None:
    """The complaint that is made again: "it's still grainy" is "it's grainy"; None where it is none."""
    match = _STILL_SO.match(low(clause))
    return f"{clause[: match.end('who')]} {clause[match.end() :]}" if match else None


def of_result(clause: str, context: Context, vocabulary: Vocabulary) -> Operations | None:
    """What a remark on the last edit asks for: once more, the rest too, or not at all; None where it is none."""
    if regret := regretted(clause, context):
        return regret
    if context.undone and _ONLY_THERE.fullmatch(low(clause)):
        return [Redo(), Refine(change=clause)]
    if not context.history or clause.count(" ") > MAX_SPACES:
        return None
    last, small = context.history[-1], low(clause)
    if _FAILED.match(small):
        return [Retry()]
    if isinstance(last, Remove) and _KEPT.match(small):
        return [Undo()]
    if isinstance(last, Remove | Restore) and (left := _LEFT.match(small)):
        return _some_left(left["where"], last, vocabulary)
    if isinstance(last, MADE) and (excess := _TOO.match(small)):
        opposite = vocabulary.tables["hints"]["opposites"].get(excess["how"])
        return [Alter(target=Target(previous=True), prompt=opposite)] if opposite else None
    match = _STILL.match(small) if isinstance(last, TAKING_AWAY) else None
    if match is None:
        return None
    name = "what" if match["what"] else "seen"
    return _left_over(clause[match.start(name) : match.end(name)], last, vocabulary)


def _some_left(where: str | None, last: Remove | Restore, vocabulary: Vocabulary) -> Operations:
    """The rest taken away as well: where it is said to be, else by another try."""
    if not where:
        return [Retry()]
    if isinstance(last, Restore):
        return [last.model_copy(update={"target": read_target(_WITHIN.sub("", where), vocabulary)})]
    return [Remove(target=last.target.model_copy(update={"quantity": None, "relation": where}))]


def _left_over(thing: str, last: Any, vocabulary: Vocabulary) -> Operations:
    """The last edit again, or, where something else than its thing is left, that taken away too."""
    left, target = read_target(thing, vocabulary), getattr(last, "target", None)
    named = target is not None and left.phrase == target.phrase
    same = named or left.previous or low(thing).split(" ")[0] in ("he", "she", "they", "there", "both", "all")
    return [Remove(target=left)] if isinstance(last, Remove) and not same else [Retry()]
