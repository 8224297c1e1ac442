"""Areas that need no number: "the left half", "top third", "bottom right corner", "the middle", "the edges"."""

from __future__ import annotations

from typing import Final

from engine.expressions import regex
from engine.selection.marks import Corners, Marks

EDGE: Final = 0.1
"""Of the picture's side: how deep an edge is."""
CORNER: Final = 1 / 3
"""Of each side of the picture: how far a corner reaches."""
_SHARES: Final = {"third": 1 / 3, "quarter": 1 / 4, "fourth": 1 / 4, "corner": CORNER, "edge": EDGE, "border": EDGE}
"""How much of a side the nouns take; the others take half."""
_QUARTERS: Final = ("quarter", "fourth")
ENDS: Final = {"left": "left", "right": "right", "top": "top", "upper": "top", "bottom": "bottom", "lower": "bottom"}
"""The sides of a picture, by the words for them."""
_NAMED: Final = regex(
    r"(?:very |far |extreme )?(?P<sides>(?:(?:top|upper|bottom|lower|left|right|middle|cent(?:er|re)|central)"
    r"(?:-?most|[ -]hand)?(?:[ -]|$)){1,2})"
    r"(?P<noun>half|third|quarter|fourth|quadrant|corner|edge|border|side|part|area|region|section|portion|zone|)"
    r"(?: (?:part|area|region|section))?"
)
_WORD: Final = regex(r"top|upper|bottom|lower|left|right|middle|cent")
_EDGES: Final = regex(r"(?:outer |outside |all )?edges|outer (?:part|area|region)")
_CORNERS: Final = regex(r"(?:all )?(?:four |4 )?corners")


def named_area(text: str, height: int, width: int) -> Marks | None:
    """The area that a text in lower case names; None where it is something else."""
    if _EDGES.fullmatch(text):
        return frame(EDGE * height, EDGE * width, height, width)
    if _CORNERS.fullmatch(text):
        return _corners(height, width)
    named = _NAMED.fullmatch(text)
    if named is None:
        return None
    sides = [ENDS.get(word.group(), "middle") for word in _WORD.finditer(named["sides"])]
    return _at(sides, named["noun"], height, width)


def frame(rows: float, columns: float, height: int, width: int) -> Marks:
    """What lies along all four sides, so many px deep."""
    top, bottom = (0, 0, width, rows), (0, height - rows, width, height)
    return Marks(boxes=(top, bottom, (0, 0, columns, height), (width - columns, 0, width, height)))


def _corners(height: int, width: int) -> Marks:
    x, y = CORNER * width, CORNER * height
    spans = [(0, x, 0, y), (width - x, width, 0, y), (0, x, height - y, height), (width - x, width, height - y, height)]
    boxes: list[Corners] = [(x0, y0, x1, y1) for x0, x1, y0, y1 in spans]
    return Marks(boxes=tuple(boxes))


def _at(sides: list[str], noun: str, height: int, width: int) -> Marks | None:
    """The part at those sides; None for sides that exclude each other, and for a corner that is not told by two."""
    across = [side for side in sides if side in ("left", "right")]
    down = [side for side in sides if side in ("top", "bottom")]
    twice = len(across) > 1 or len(down) > 1 or sides.count("middle") > 1
    if twice or (noun == "corner" and not (across and down)):
        return None
    if "middle" in sides:
        strip = noun in _SHARES and len(sides) == 1
        across, down = across or ["middle"], down if strip else down or ["middle"]
    share = 0.5 if across and down and noun in _QUARTERS else _SHARES.get(noun, 0.5)
    x0, x1 = _span(across, share, width)
    y0, y1 = _span(down, share, height)
    return Marks(box=(x0, y0, x1, y1))


def _span(end: list[str], share: float, side: int) -> tuple[float, float]:
    """From where to where a share of the side lies at that end; all of the side where no end is named."""
    match end:
        case ["left" | "top"]:
            return 0, share * side
        case ["right" | "bottom"]:
            return (1 - share) * side, side
        case ["middle"]:
            return (1 - share) / 2 * side, (1 + share) / 2 * side
        case _:
            return 0, side
