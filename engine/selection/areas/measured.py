"""Areas told in numbers: "a strip 100 px high along the bottom", "the box 100, 120, 300, 260", "the cup at 120, 80"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from engine.expressions import regex
from engine.selection.areas.named import ENDS, frame
from engine.selection.marks import Marks

_NUMBER: Final = r"\d{1,5}(?:\.\d{1,6})?"
_PERCENT: Final = r"(?:%|percent\b)"
_PX: Final = r"(?: ?(?:px|pixels?)\b)?"
_LENGTH: Final = rf"{_NUMBER}(?: ?(?:{_PERCENT}|px\b|pixels?\b))?"
_OPEN: Final = r"[(\[]? ?"
_CLOSE: Final = r"(?: ?[)\]])?"
_X_AND_Y: Final = rf"x ?[=:]? ?{_LENGTH}(?: and| ?,)? ?y ?[=:]? ?{_LENGTH}"
_QUANTITY: Final = regex(
    rf"(?<![\w.])(?:{_OPEN}(?:"
    rf"(?P<R>{_X_AND_Y} ?,? ?w(?:idth)? ?[=:]? ?{_LENGTH}(?: and| ?,)? ?h(?:eight)? ?[=:]? ?{_LENGTH})"
    rf"|(?P<C>{_LENGTH}(?: ?, ?{_LENGTH}){{3}})"
    rf"|(?P<P>{_LENGTH} ?, ?{_LENGTH}|{_X_AND_Y}|{_NUMBER} ?{_PERCENT}(?: and| ?,)? ?{_NUMBER} ?{_PERCENT})"
    rf"){_CLOSE}|(?P<S>{_NUMBER}{_PX} ?(?:x|×|by) ?{_NUMBER}{_PX}(?! ?{_PERCENT}))"
    rf"|(?P<L>{_NUMBER} ?(?:{_PERCENT}|px\b|pixels?\b))|(?P<N>{_NUMBER}))(?![\w.]*\d)"
)
"""A rectangle by corner and sides, two corners, a point, two sides, a length, a bare number; each has its letter."""
_FRAME: Final = r"(?:rectangle|rect|box|area|region|square|section|part|patch|rectangular area)"
_SIDE: Final = r"(?:top|upper|bottom|lower|left|right)"
_HIGH: Final = r"(?: (?:high|tall|wide|thick))?"
_STRIP: Final = r"(?:strip|band|stripe|bar)"
_RADIUS: Final = r"(?:of|with)(?: a)? radius (?:of )?[LN]"
_THING: Final = r"(?:(?!(?:at|around|on|near|to|and|from|with|the|a|an|in|of|by)\b)[a-z][a-z'-]* ){1,4}"
_POINTED_AT: Final = rf"(?:(?:(?<=\bthe )|(?<=\bthat )|(?<=\bthis )){_THING}|(?:thing|object|item) )"
"""In a sentence, where a verb may stand before a thing without an article."""
_SPOT: Final = r"(?:located )?(?:at|around|near) (?:the )?(?:position |coordinates? |point |pixel )?P"


class _Length(NamedTuple):
    """A number as written: px, or percent of the picture's side."""

    value: float
    percent: bool

    def of(self, side: int) -> float:
        """In px, where the side has so many."""
        return self.value * side / 100 if self.percent else self.value


class _Read(NamedTuple):
    """A text in which each quantity has become its letter; letters of words are small."""

    text: str
    quantities: tuple[tuple[_Length, ...], ...]
    starts: tuple[int, ...]
    """Where each character of the text stood before, and where the last of them ended."""


def measured_area(text: str, height: int, width: int) -> Marks | None:
    """The area of a (height, width) picture that a text in lower case measures out; None where it is something else."""
    read = _read(text)
    build = next((build for template, build in _TEMPLATES if template.fullmatch(read.text)), None)
    return build(read, height, width) if build else None


def measured_areas_in(text: str) -> Iterator[tuple[int, int]]:
    """Where the text measures areas out: (start, end) of each noun phrase without its article; none overlap."""
    read = _read(text)
    matches = [match for template in _IN_TEXT for match in template.finditer(read.text)]
    reached = 0
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        if match.start() >= reached:
            reached = match.end()
            yield read.starts[match.start()], read.starts[reached]


def _read(text: str) -> _Read:
    small = "".join(letter if len(letter.lower()) > 1 else letter.lower() for letter in text)
    pieces: list[str] = []
    starts: list[int] = []
    quantities: list[tuple[_Length, ...]] = []
    end = 0
    for match in _QUANTITY.finditer(small):
        pieces += [small[end : match.start()], str(match.lastgroup)]
        starts += range(end, match.start() + 1)
        quantities.append(_lengths(match.group()))
        end = match.end()
    return _Read("".join((*pieces, small[end:])), tuple(quantities), (*starts, *range(end, len(small) + 1)))


def _lengths(quantity: str) -> tuple[_Length, ...]:
    """The numbers of a quantity; several with a decimal point and none above 1 are shares."""
    found: list[tuple[str, str]] = re.findall(rf"({_NUMBER}) ?({_PERCENT})?", quantity)
    if len(found) > 1 and all("." in number and float(number) <= 1 for number, _ in found):
        return tuple(_Length(100 * float(number), percent=True) for number, _ in found)
    return tuple(_Length(float(number), bool(unit)) for number, unit in found)


def _box(x0: float, y0: float, x1: float, y1: float) -> Marks:
    """The box between two corners, whichever comes first, of at least a pixel."""
    left, top = min(x0, x1), min(y0, y1)
    return Marks(box=(left, top, max(x0, x1, left + 1), max(y0, y1, top + 1)))


def _pairs(read: _Read, height: int, width: int) -> list[tuple[float, float]]:
    """The quantities that go across and down, px: points, and the sides of rectangles."""
    pairs = [one[index : index + 2] for one in read.quantities for index in range(0, len(one) - 1, 2)]
    return [(x.of(width), y.of(height)) for x, y in pairs]


def _cornered(read: _Read, height: int, width: int) -> Marks:
    (x0, y0), (x1, y1) = _pairs(read, height, width)
    return _box(x0, y0, x1, y1)


def _placed(read: _Read, height: int, width: int) -> Marks:
    (x, y), (columns, rows) = _pairs(read, height, width)
    return _box(x, y, x + columns, y + rows)


def _sized(read: _Read, height: int, width: int) -> Marks:
    (columns, rows), (x, y) = _pairs(read, height, width)
    return _box(x, y, x + columns, y + rows)


def _centred(read: _Read, height: int, width: int) -> Marks:
    (columns, rows), (x, y) = _pairs(read, height, width)
    return _box(x - columns / 2, y - rows / 2, x + columns / 2, y + rows / 2)


def _circle(read: _Read, height: int, width: int) -> Marks:
    ((x, y),) = _pairs(read, height, width)
    (radius,) = next(one for one in read.quantities if len(one) == 1)
    return Marks(circle=(x, y, max(radius.of(min(height, width)), 1)))


def _thing(read: _Read, height: int, width: int) -> Marks:
    """What is at a point, whatever it is called."""
    return Marks(points=(_pairs(read, height, width)[-1],))


def _strip(read: _Read, height: int, width: int) -> Marks:
    """So deep along the side that is named, or along all four."""
    ((depth,),) = read.quantities
    side = re.search(_SIDE, read.text)
    across, down = depth.of(width), depth.of(height)
    match ENDS[side.group()] if side else "all":
        case "left":
            return _box(0, 0, across, height)
        case "right":
            return _box(width - across, 0, width, height)
        case "top":
            return _box(0, 0, width, down)
        case "bottom":
            return _box(0, height - down, width, height)
        case _:
            return frame(down, across, height, width)


_BUILD: Final[dict[str, Callable[[_Read, int, int], Marks]]] = {
    rf"{_FRAME},? (?:at |with )?R": _placed,
    rf"{_FRAME},? (?:at |of |with coordinates |: )?C": _cornered,
    rf"{_FRAME},? (?:from |between )?P ?(?:to|and|-|until) ?P": _cornered,
    rf"(?:S {_FRAME}|{_FRAME} of S) (?:at|from|starting at) P": _sized,
    rf"(?:S {_FRAME}|{_FRAME} of S) (?:cent(?:er|re)d (?:at|on)|around) P": _centred,
    rf"circle {_RADIUS} (?:(?:cent(?:er|re)d )?(?:at|on)|around) P|circle (?:at|around) P {_RADIUS}": _circle,
    rf"(?:{_STRIP}(?: of)? [LN]{_HIGH}|[LN]{_HIGH} {_STRIP}) (?:along|at|on|across|from|of) (?:the )?{_SIDE}"
    r"(?: (?:edge|side|border))?": _strip,
    rf"(?:{_SIDE}|outer|outermost) (?:most )?L": _strip,
    rf"(?:{_THING}(?:(?:that|which) is )?|what(?:'s| is|ever is) ){_SPOT}|(?:point|pixel|spot) P": _thing,
}
_TEMPLATES: Final = [(regex(pattern), build) for pattern, build in _BUILD.items()]
_IN_TEXT: Final = [regex(rf"(?<![\w-])(?:{pattern.replace(_THING, _POINTED_AT)})(?![\w-])") for pattern in _BUILD]
