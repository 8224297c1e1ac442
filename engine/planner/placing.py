"""Reading where the thing of the last edit is to go instead: "a bit more to the left", "in the bottom corner"."""

from __future__ import annotations

from typing import Any, Final

from engine.expressions import regex
from engine.operations import Add, Alter, Duplicate, Move, Operation, Recolor, Replace, Target, Text
from engine.planner.normalise import low
from engine.planner.reading import Reading
from engine.planner.vocabulary import expression

_OVER: Final = expression("further_over")
_FARTHER: Final = regex(r"\b(?:closer to|nearer to|more|further|over|other|opposite|higher|bit|little|move|put)\b")
_PLACE: Final = expression("place_meant")
_LEAD: Final = regex(r"^(?:(?:and|but|ok|okay|now|maybe|rather|no) (?:, )?)+")
_SIDE: Final = regex(r"\b(?:corner|side|left|right|top|bottom|middle|cent(?:er|re)|foreground|background)$")
_SHIFTING: Final = frozenset(["shift", "slide", "move", "bring"])
IT: Final = Target(previous=True)


def moved_over(whole: str, last: Operation) -> Move | None:
    """ "A bit more to the left", "on the other side": the thing of the last edit elsewhere.

    whole: the clause in lower case without what opens and closes an answer.
    """
    over = _OVER.match(whole) if isinstance(last, Add | Move | Duplicate | Alter | Replace | Recolor | Text) else None
    if over is None or not (isinstance(last, Add | Move | Duplicate) or _FARTHER.search(whole)):
        return None
    little = over["little"] or over["bit"]
    return Move(target=IT, place=f"a bit {over['way']}" if little else over["way"])


def shifted_into(reading: Reading, result: str) -> bool:
    """Whether a thing goes "into" the result rather than becoming it: "shift him into the shade"."""
    return reading.verb in _SHIFTING and low(reading.clause).endswith(f" into {low(result)}")


def placed_at(clause: str, last: Any) -> Move | None:
    """A place alone, after something was put elsewhere or changed there."""
    small = _LEAD.sub("", low(clause))
    elsewhere = isinstance(last, Add | Move) or (isinstance(last, Alter | Recolor | Replace) and _SIDE.search(small))
    return Move(target=IT, place=small) if elsewhere and _PLACE.match(small) else None
