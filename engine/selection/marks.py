"""What an author marked with shapes and clicks: the record that the web page, Discord and `--mask` send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, FiniteFloat, ValidationError, model_validator

from engine.errors import BadOption
from engine.operations import Record

MOST_SHAPES: Final = 200
MOST_CORNERS: Final = 20_000
"""Corners of one polygon: what a hand draws in minutes, at one a frame."""


def _right_way_round(corners: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if corners[0] >= corners[2] or corners[1] >= corners[3]:
        raise ValueError("no area")
    return corners


Coordinate: TypeAlias = Annotated[FiniteFloat, Field(ge=-1e6, le=1e6)]
Point: TypeAlias = tuple[Coordinate, Coordinate]
"""(x, y)."""
Corners: TypeAlias = Annotated[tuple[Coordinate, Coordinate, Coordinate, Coordinate], AfterValidator(_right_way_round)]
"""(x0, y0, x1, y1), half-open."""
Radius: TypeAlias = Annotated[FiniteFloat, Field(gt=0, le=1e6)]
Outline: TypeAlias = Annotated[tuple[Point, ...], Field(min_length=3, max_length=MOST_CORNERS)]

_CORNERS: Final = "four numbers x0, y0, x1, y1 with x0 < x1 and y0 < y1"
_OUTLINE: Final = f"3 to {MOST_CORNERS} points [x, y]"
_TAKES: Final = {
    "unit": "px or fraction",
    "box": _CORNERS,
    "boxes": f"boxes, each {_CORNERS}",
    "polygon": _OUTLINE,
    "polygons": f"polygons, each {_OUTLINE}",
    "circle": "x, y and a radius above 0",
    "ellipse": "x, y and two radii above 0",
    "points": "points [x, y]",
    "exclude": "points [x, y]",
    "clicks": 'clicks such as {"x": 120, "y": 80, "include": true}',
}
"""What each field takes, in words for the author."""
EXAMPLE: Final = '{"box": [10, 20, 200, 120]} or {"points": [[120, 80]]}'


class ClickMark(Record):
    """A click on the picture: on what is meant, or on what is not."""

    x: Coordinate
    y: Coordinate
    include: bool = True


class Marks(Record):
    """Shapes select exactly what they cover, all of them together; clicks select the thing that is clicked on.

    Coordinates have their origin at the picture's top left corner. In px the pixel in column 3 spans x from 3 to 4; as
    fractions x is in widths of the picture, y in heights, and a circle's radius in its shorter sides.
    With clicks the boxes say where the thing is, and are not selected themselves.
    """

    unit: Literal["px", "fraction"] | None = None
    """None: fractions where no number is above 1 and some are between 0 and 1, else px."""
    box: Corners | None = None
    boxes: Annotated[tuple[Corners, ...], Field(max_length=MOST_SHAPES)] = ()
    polygon: Outline | None = None
    polygons: Annotated[tuple[Outline, ...], Field(max_length=MOST_SHAPES)] = ()
    circle: tuple[Coordinate, Coordinate, Radius] | None = None
    ellipse: tuple[Coordinate, Coordinate, Radius, Radius] | None = None
    """Centre and the two radii along the axes."""
    points: Annotated[tuple[Point, ...], Field(max_length=MOST_SHAPES)] = ()
    exclude: Annotated[tuple[Point, ...], Field(max_length=MOST_SHAPES)] = ()
    clicks: Annotated[tuple[ClickMark, ...], Field(max_length=MOST_SHAPES)] = ()
    """In the order they were made; the same as `points` and `exclude`."""

    @property
    def in_fractions(self) -> bool:
        """Whether the numbers are shares of the picture."""
        if self.unit is not None:
            return self.unit == "fraction"
        numbers = [number for shape in self._numbers() for number in shape]
        return max(numbers) <= 1 and any(0 < number < 1 for number in numbers)

    def _numbers(self) -> Iterator[Sequence[float]]:
        yield from self.every_box
        for outline in self.every_polygon:
            yield from outline
        yield from (shape for shape in (self.circle, self.ellipse) if shape is not None)
        yield from ((click.x, click.y) for click in self.every_click)

    @property
    def every_box(self) -> tuple[Corners, ...]:
        """`box` and `boxes`."""
        return self.boxes if self.box is None else (self.box, *self.boxes)

    @property
    def every_polygon(self) -> tuple[Outline, ...]:
        """`polygon` and `polygons`."""
        return self.polygons if self.polygon is None else (self.polygon, *self.polygons)

    @property
    def every_click(self) -> tuple[ClickMark, ...]:
        """`points`, `exclude` and `clicks`."""
        given = [ClickMark(x=x, y=y) for x, y in self.points]
        spared = [ClickMark(x=x, y=y, include=False) for x, y in self.exclude]
        return (*given, *spared, *self.clicks)

    @model_validator(mode="after")
    def _selects(self) -> Marks:
        """Something is marked, and what is spared is spared from something."""
        clicks, shapes = self.every_click, (*self.every_polygon, self.circle, self.ellipse)
        nothing = not (clicks or self.every_box or any(shapes))
        if nothing or (clicks and not self.every_box and not any(click.include for click in clicks)):
            raise ValueError("nothing is marked")
        return self


def read_marks(text: str) -> Marks:
    """The marks that a JSON object tells. Raises: BadOption for anything else, naming the field that is wrong."""
    try:
        return Marks.model_validate(json.loads(text, parse_constant=_refused))
    except ValidationError as exc:
        raise _explained(exc, text) from exc
    except (ValueError, RecursionError) as exc:
        raise _no_marks(text) from exc


def _refused(constant: str) -> float:
    """JSON has no NaN and no Infinity, but Python's reader takes them."""
    raise ValueError(constant)


def _explained(error: ValidationError, text: str) -> BadOption:
    """The first thing wrong, in the words of the field it is wrong in."""
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    if field not in _TAKES:
        return _no_marks(text)
    return BadOption(f"mask: {field}", _shortened(json.dumps(first["input"], default=str)), _TAKES[field])


def _no_marks(text: str) -> BadOption:
    return BadOption("mask", _shortened(text), f"a picture, or JSON such as {EXAMPLE}")


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
