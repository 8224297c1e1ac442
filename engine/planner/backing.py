"""Reading what is to be behind a thing that was cut out: "on black", "hm, white would be nicer"."""

from __future__ import annotations

from typing import Any, Final

from engine.expressions import regex
from engine.operations import Background, Extract, Undo
from engine.planner.colours import colour_in
from engine.planner.reading import Operations
from engine.planner.vocabulary import Vocabulary, expression

_ON_COLOUR: Final = expression("on_colour")
_SHADE: Final = regex(
    r"(?:make it |go )?(?:(?:a bit|a little|slightly|much|a lot|even|a touch|a tad|way|a shade) )?"
    r"(?P<how>(?:light|dark|bright|deep|pal|warm|cool)er)"
)
_SHADED: Final = regex(r"^(?:(?:light|dark|bright|deep|pale?|warm|cool)(?:er)? )+(?=\S)")
_INSTEAD: Final = expression("instead_lead")


def backed(whole: str, last: Any, vocabulary: Vocabulary) -> Operations | None:
    """A colour for the background of what was cut out, or another than the last; None where no colour is said.

    whole: the clause in lower case without what opens and closes an answer.
    """
    bare = isinstance(last, Extract) or (isinstance(last, Background) and last.action in ("remove", "colour"))
    if not bare:
        return None
    if isinstance(last, Background) and last.colour and (shade := _SHADE.fullmatch(whole)):
        return [Undo(), Background(action="colour", colour=f"{shade['how']} {_SHADED.sub('', last.colour)}")]
    behind = _ON_COLOUR.match(whole)
    named = behind["colour"] if behind else _INSTEAD.sub("", whole) if isinstance(last, Background) else ""
    colour = colour_in(named, vocabulary) if named else None
    if not colour:
        return None
    coloured = Background(action="colour", colour=colour)
    again = isinstance(last, Background) and last.action == "colour"
    return [Undo(), coloured] if again else [coloured]
