"""Reading how many there are to be of what was just made: "make it five", "the cat needs one too", "one like it"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from engine.expressions import regex
from engine.operations import Add, Duplicate, EditOperation, Move, Operation, Recolor, Replace, Target, Undo
from engine.planner.amounts import NUMERALS, numerals
from engine.planner.normalise import low
from engine.planner.reading import Operations
from engine.planner.recall import stems
from engine.planner.vocabulary import expression

_ONE_FOR: Final = expression("one_for")
_SO_MANY: Final = expression("so_many_of_it")
_LIKE_IT: Final = expression("another_like_it")
_BESIDE: Final = regex(r"(?:next to|in front of|behind|beside|under|above|near|over|in|by) ")
_PLACED: Final = regex(r" (?:on|in|at|to|next to|behind|under|by|near) |,")
_SEVERAL: Final = frozenset(["some", "few", "several"])
_SINGLE: Final = frozenset(["a", "an", "one"])
IT: Final = Target(previous=True)
MAX_COUNT: Final = 50


def copied(clause: str, history: Sequence[Operation]) -> Operations | None:
    """The last thing once more: for somebody else, so many times, elsewhere; None where none of it is said."""
    small, last = low(clause), history[-1]
    if (whose := _ONE_FOR.fullmatch(small)) and (added := _added(history)):
        return [_for_another(added, whose["who"] or whose["given"] or whose["for"])]
    if counted := _SO_MANY.fullmatch(numerals(small)):
        return _so_many(last, int(counted["count"]), bare=counted["made"] is None and counted["of"] is None)
    if (like := _LIKE_IT.fullmatch(small)) and isinstance(last, Add | Duplicate | Move | Recolor | Replace):
        named = like["noun"] is None or stems(like["noun"]) <= stems(_thing_of(last))
        return [Duplicate(target=IT, place=like["place"])] if named else None
    return None


def _added(history: Sequence[Operation]) -> Add | None:
    return next((one for one in reversed(history) if isinstance(one, Add)), None)


def _for_another(given: Add, who: str) -> EditOperation:
    """What was added before, on or beside somebody else."""
    beside = _BESIDE.match(low(given.place or ""))
    placed = _PLACED.search(given.prompt) if given.place is None else None
    thing = given.prompt[: placed.start()].strip() if placed else given.prompt
    return given.model_copy(update={"prompt": thing, "place": f"{beside.group() if beside else 'on '}{who}"})


def _so_many(last: Any, count: int, *, bare: bool) -> Operations | None:
    """So many of it in all, where one or several were made; a bare number is only taken behind another one."""
    if not 2 <= count <= MAX_COUNT:
        return None
    if isinstance(last, Duplicate):
        return [Undo(), last.model_copy(update={"count": count})]
    if not isinstance(last, Add):
        return None
    first, _, rest = last.prompt.partition(" ")
    several = first in _SEVERAL or (first not in _SINGLE and (first.isdecimal() or first in NUMERALS))
    if several and rest:
        return [Undo(), last.model_copy(update={"prompt": f"{count} {rest}"})]
    return None if bare else [Duplicate(target=IT, count=count)]


def _thing_of(last: Any) -> str:
    """The words for the thing of the last edit."""
    target = getattr(last, "target", None)
    return getattr(last, "prompt", None) or (target.phrase if target is not None else None) or ""
