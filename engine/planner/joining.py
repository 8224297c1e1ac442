"""What several requests of one message amount to together: a thing removed and another put there is a replacement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from engine.operations import (
    Add,
    Adjust,
    Blur,
    Duplicate,
    EditOperation,
    Extract,
    HistoryOperation,
    Move,
    Remove,
    Replace,
    Restore,
    Style,
    Target,
)
from engine.planner.normalise import low
from engine.planner.sparing import of_the_rest, related
from engine.planner.targets import conjuncts, read_target
from engine.planner.vocabulary import Vocabulary

AnyOperation: TypeAlias = EditOperation | HistoryOperation

_TRACE = re.compile(r"shadows?|reflections?|mirror image")
"""What goes with the thing that it belongs to."""
_REST = re.compile(r"everything else|everyone else|rest|others?|all the rest")
_INSTEAD = re.compile(r" (?:instead|there|in (?:its|their|his|her) (?:place|stead))$")
SPREAD = Adjust | Replace | Style | Blur | Restore
"""What is done to each of several things on its own; two things may be in one state together ("hugging")."""


def joined(operations: Sequence[AnyOperation], kept: Sequence[str], vocabulary: Vocabulary) -> list[AnyOperation]:
    """The operations as they are meant together: "remove the dog and replace it with a cat" is one replacement.

    kept: what was said to be left as it is, where nothing was asked for before; the rest is what is edited then.
    """
    together: list[AnyOperation] = []
    for operation in (one for spoken in operations for one in _spread(of_the_rest(spoken, kept), vocabulary)):
        last = together[-1] if together else None
        both = _both(last, operation) if last is not None else None
        if both is not None:
            together[-1] = both
        else:
            together.append(operation)
    return together


def _both(last: AnyOperation, operation: AnyOperation) -> AnyOperation | None:
    """The two as one; None where they are two."""
    match last, operation:
        case Remove(), Replace() if operation.target.previous:
            return Replace(target=last.target, prompt=operation.prompt)
        case Remove(), Remove() if _TRACE.fullmatch(low(_named(operation))):
            return Remove(target=related(last.target, f"with its {_named(operation)}"))
        case Extract(), Remove() if _REST.fullmatch(low(_named(operation))):
            return last
        case Duplicate(), Move() if operation.target.previous and last.place is None:
            return last.model_copy(update={"place": operation.place})
        case _:
            return None


def in_its_place(last: AnyOperation, found: Sequence[AnyOperation], clause: str) -> Replace | None:
    """ "Remove the sign", "put a lamp there": the lamp in the sign's place; None where it says nothing of the kind."""
    if isinstance(last, Remove) and len(found) == 1 and isinstance(found[0], Add) and _INSTEAD.search(low(clause)):
        return Replace(target=last.target, prompt=found[0].prompt)
    return None


def _named(operation: Remove) -> str:
    """What is taken away where it is told by nothing but a noun: the "shadow" of "the dog and its shadow"."""
    alone = operation.target == Target(phrase=operation.target.phrase)
    return operation.target.phrase or "" if alone else ""


def _spread(operation: AnyOperation, vocabulary: Vocabulary) -> list[AnyOperation]:
    """One operation for each of the things: "darken the sky and the sea"."""
    phrase = operation.target.phrase if isinstance(operation, SPREAD) and operation.target is not None else None
    parts = conjuncts(phrase, vocabulary) if phrase and " and " in phrase else []
    if len(parts) < 2 or not isinstance(operation, SPREAD) or operation.target is None:
        return [operation]
    first = operation.target.model_copy(update={"phrase": parts[0]})
    targets = [first, *(read_target(part, vocabulary) for part in parts[1:])]
    return [operation.model_copy(update={"target": target}) for target in targets]
