"""Areas of a picture told by words; only words are read here, `engine.grounding.areas` finds them in a picture."""

from __future__ import annotations

from typing import Final

from engine.expressions import regex
from engine.selection.areas.measured import measured_area, measured_areas_in
from engine.selection.areas.named import named_area
from engine.selection.marks import Marks

__all__ = ["area_of", "is_area", "measured_areas_in", "within_area"]

_ARTICLE: Final = regex(r"(?:the|a|an|this|that) ")
_OF_PICTURE: Final = regex(
    r" (?:of|in|on) (?:the |this |that |my )?(?:whole |entire )?(?:picture|image|photo|photograph|frame|canvas|scene)$"
)
_LEAD: Final = regex(
    r"(?:the |whatever is |all |everything )?(?:area|region|part|section|portion|zone|everything|all|things?|stuff)?"
    r"(?: that is| that's| which is)? ?(?:at|in|on|within|inside|along|of) (?:the )?"
)


def area_of(words: str, height: int, width: int) -> Marks | None:
    """The area of a (height, width) picture that the words tell, in px; None where they tell something else.

    A side ("the left") means half of the picture, two of them ("the top left") a quarter, and the middle half of each
    side. Coordinates count from the top left corner; without a unit they are px, or shares where none is above 1.
    """
    text = _OF_PICTURE.sub("", " ".join(words.lower().split()).strip(" ,."))
    text = _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text
    return measured_area(text, height, width) or named_area(text, height, width)


def is_area(words: str) -> bool:
    """Whether the words, with or without an article, tell an area of any picture and nothing else."""
    return area_of(words, 100, 100) is not None


def within_area(words: str) -> str:
    """ "The area at the top left corner" -> "top left corner": what only says that it is an area is left out."""
    lead = _LEAD.match(words.lower())
    rest = words[lead.end() :] if lead else words
    return rest if lead and is_area(rest) else words
