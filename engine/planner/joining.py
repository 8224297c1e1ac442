"""What several requests of one message amount to together: a thing removed and another put there is a replacement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, get_args

from engine.expressions import regex
from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Blur,
    Crop,
    Duplicate,
    EditOperation,
    Extract,
    HistoryOperation,
    Move,
    Recolor,
    Remove,
    Replace,
    Restart,
    Restore,
    Retry,
    Rotate,
    Style,
    Target,
    Undo,
)
from engine.planner.normalise import low
from engine.planner.sparing import of_the_rest, related
from engine.planner.targets import conjuncts, parse_target, read_target
from engine.planner.vocabulary import Vocabulary

_ROUND = regex(r"(?:turned )?(?:round|around|over)")
AnyOperation: TypeAlias = EditOperation | HistoryOperation

_TRACE = regex(r"shadows?|reflections?|mirror image")
"""What goes with the thing that it belongs to."""
_BETTER = regex(r"(?:look |be )?(?:much |even )?(?:better|nicer|perfect)")
_COMPLAINT = regex(r"(?:don't|dont|do not|didn't) (?:really )?(?:like|love|want)|\b(?:hate|spoil|ruin)")
_PRAISE = regex(
    r"(?:look |be )?(?:more|even more) "
    r"(?:delicious|appetizing|tasty|yummy|attractive|appealing|beautiful|interesting|professional|stunning|"
    r"lively|alive|pleasant|inviting|impressive|catchy|elegant|lovely|pretty)"
)
_REST = regex(r"everything else|everyone else|rest|others?|all the rest")
_INSTEAD = regex(r" (?:instead|there|in (?:its|their|his|her) (?:place|stead))$")
_CURES = {"blur": ("sharpness", "clarity"), "haze": ("clarity", "contrast")}
"""Defect -> the tones that are asked for where somebody complains of it."""
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
    return _as_put_right([one for one in together if not _is_purpose(one, together)])


def _as_put_right(operations: list[AnyOperation]) -> list[AnyOperation]:
    """The operations without one that the next takes back to do it otherwise: "go further, with skaters on it"."""
    kept: list[AnyOperation] = []
    for operation in operations:
        again = len(kept) > 1 and kept[-1] == Undo() and kept[-2].kind == operation.kind
        if again and not isinstance(operation, get_args(HistoryOperation)):
            del kept[-2:]
        kept.append(operation)
    return kept


def _is_purpose(operation: AnyOperation, others: Sequence[AnyOperation]) -> bool:
    """Whether it only says what the others are for: "make it more delicious, increase the contrast by 20"."""
    if not isinstance(operation, Alter) or not any(isinstance(one, Adjust) for one in others):
        return False
    if _BETTER.fullmatch(low(operation.prompt)):
        return True
    return operation.target in (None, Target(previous=True)) and _PRAISE.fullmatch(low(operation.prompt)) is not None


def in_place_of(before: Sequence[AnyOperation], operations: list[AnyOperation], said: str) -> list[AnyOperation]:
    """The operations without the step back that a complaint means, where a colour takes the place of the last one.

    "I don't like it, make the picture blue"; a step back that is asked for is taken.
    """
    match before[-1:], operations[:2]:
        case [Recolor()], [Undo(count=1, what=None), Recolor()] if _COMPLAINT.search(low(said)):
            return operations[1:]
        case _:
            return operations


def _both(last: AnyOperation, operation: AnyOperation) -> AnyOperation | None:
    """The two as one; None where they are two."""
    match last, operation:
        case Remove(), Replace() if operation.target.previous:
            return Replace(target=last.target, prompt=operation.prompt)
        case Remove(), Remove() if _TRACE.fullmatch(low(_named(operation))):
            return Remove(target=related(last.target, f"with its {_named(operation)}"))
        case Undo(count=1, what=None), Retry() | Restart():
            return operation
        case Alter(), Alter() if operation.target == Target(previous=True) and last.prompt == operation.prompt:
            return last
        case Add(), Remove() if operation.target.previous:
            return Remove(target=parse_target(" ".join(filter(None, (last.prompt, last.place)))))
        case Extract(), Extract() if operation.target.previous:
            return last
        case Extract(), Remove() if _REST.fullmatch(low(_named(operation))):
            return last
        case (
            (Crop(), Crop()) | (Rotate(level=True), Rotate()) | (Restore(), Restore()) | (Background(), Background())
        ) if last == operation:
            return last
        case Rotate(), Alter() if operation.target == Target(previous=True) and _ROUND.fullmatch(operation.prompt):
            return last
        case Move(), Move() if operation.target.previous and low(operation.place) == "there":
            return last
        case Duplicate(), Move() if operation.target.previous and last.place is None:
            return last.model_copy(update={"place": operation.place})
        case _:
            return None


def hinted_before(last: AnyOperation, found: Sequence[AnyOperation]) -> bool:
    """Whether the request is for what a remark hinted at: "it's too blue, make it warmer"."""
    one = found[0] if len(found) == 1 else None
    if isinstance(last, Rotate) and isinstance(one, Rotate):
        return True
    if (isinstance(last, Blur) and isinstance(one, Blur)) or (isinstance(last, Crop) and isinstance(one, Crop)):
        return True
    if not (isinstance(last, Adjust) and isinstance(one, Adjust)) or last.property != one.property:
        return False
    pointing = Target(previous=True)
    return one.target in (last.target, None, pointing) or last.target == pointing


def cured(last: AnyOperation, found: Sequence[AnyOperation], clause: str) -> bool:
    """Whether a remedy does what is asked for behind a complaint: "it came out blurry, so make it sharp"."""
    one = found[0] if len(found) == 1 else None
    if isinstance(last, Crop) and isinstance(one, Crop):
        return one.target in (None, Target(previous=True)) and one.aspect is None and not any(map(str.isdigit, clause))
    if not (isinstance(last, Restore) and isinstance(one, Adjust)) or one.target not in (None, Target(previous=True)):
        return False
    measured = any(map(str.isdigit, clause))
    return not measured and one.amount > 0 and one.property in _CURES.get(last.defect, ())


def said_twice(last: AnyOperation, found: Sequence[AnyOperation], before: Sequence[AnyOperation]) -> bool:
    """Whether two clauses take the same step back: "that's too much, go back a bit" is a bit less."""
    if not before or len(found) != 1:
        return False
    first, second, back = last, found[0], before[-1]
    if not (isinstance(first, Adjust) and isinstance(second, Adjust) and isinstance(back, Adjust)):
        return False
    same = first.property == second.property == back.property and first.target == second.target
    return same and (first.amount > 0) == (second.amount > 0) != (back.amount > 0)


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
