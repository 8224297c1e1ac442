"""Reading regrets over the last edit: "daytime was nicer", "I liked the colours", "wait, I want the bench"."""

from __future__ import annotations

from typing import Any, Final

from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Context,
    Recolor,
    Redo,
    Remove,
    Replace,
    Restore,
    Style,
    Undo,
)
from engine.planner.normalise import low
from engine.planner.reading import Operations
from engine.planner.recall import about, stems
from engine.planner.vocabulary import expression

_OPENING: Final = expression("follow_opening")
_NICER: Final = expression("thing_was_nicer")
_LIKED: Final = expression("thing_was_liked")
_WANTED: Final = expression("thing_is_wanted")
_FINE: Final = expression("thing_was_fine")
_POINTING: Final = frozenset(["it", "that", "this", "they", "those", "everything"])
LOOKS: Final = Style | Adjust | Restore | Alter | Background | Recolor
"""Edits after which something looks otherwise that is still there."""
MAX_SPACES: Final = 12


def regretted(clause: str, context: Context) -> Operations | None:
    """The step back to what was better before the last edit; None where nothing of the kind is said."""
    if clause.count(" ") > MAX_SPACES or not (context.history or context.undone):
        return None
    small = low(clause)
    small = small[opening.end() :] if (opening := _OPENING.match(small)) else small
    if fine := _FINE.fullmatch(small):
        return _fine(fine["thing"], context)
    if (wanted := _WANTED.fullmatch(small)) and (back := _wanted(wanted["thing"] or wanted["kept"], context)):
        return back
    nicer = _NICER.fullmatch(small)
    liked = None if nicer else _LIKED.fullmatch(small)
    if nicer and context.undone:
        return [Redo()]
    missed = nicer or liked
    if not (missed and context.history) or (liked and not _looked(liked["thing"], context.history[-1])):
        return None
    return None if _is_there(missed["thing"], context.history[-1]) else [Undo()]


def _fine(thing: str, context: Context) -> Operations | None:
    """ "The contrast was fine": what was changed of it goes, or what was just undone comes back."""
    if context.undone:
        return [Redo()]
    if thing in _POINTING or not context.history or _is_there(thing, context.history[-1]):
        return None
    return _undone(about(thing, context.history), thing, context)


def _wanted(thing: str, context: Context) -> Operations | None:
    """ "I want the bench", after it was taken away."""
    wanted = stems(thing)
    gone = [
        index
        for index, one in enumerate(context.history)
        if isinstance(one, Remove | Replace) and stems(one.target.phrase or "") == wanted
    ]
    return _undone(tuple(gone[-1:]), thing, context)


def _undone(found: tuple[int, ...], thing: str, context: Context) -> Operations | None:
    if not found:
        return None
    return [Undo() if found[-1] == len(context.history) - 1 else Undo(what=thing)]


def _looked(thing: str | None, last: Any) -> bool:
    """Whether the last edit changed how that looked: the whole picture, or the thing itself."""
    if not isinstance(last, LOOKS):
        return False
    target = getattr(last, "target", None)
    return target is None or thing is None or bool(stems(thing) & stems(target.phrase or ""))


def _is_there(thing: str | None, last: Any) -> bool:
    """Whether the last edit brought that in, which is praised then rather than missed."""
    brought = last.prompt if isinstance(last, Add | Replace | Style | Alter) else getattr(last, "colour", None)
    return bool(stems(thing or "") & stems(brought or ""))
