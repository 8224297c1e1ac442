"""Drawn scenes whose truth is known to the pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from engine.data import Image, Mask
from engine.operations import Target

COLOURS = {
    "red": (200, 30, 40),
    "green": (40, 150, 50),
    "blue": (30, 60, 200),
    "yellow": (240, 210, 30),
    "orange": (245, 130, 20),
    "purple": (120, 40, 160),
    "pink": (250, 150, 190),
    "white": (250, 250, 250),
    "black": (12, 12, 12),
    "brown": (110, 65, 30),
}
HEIGHT, WIDTH = 420, 640


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    colour: str
    shape: str
    x: int
    y: int
    radius: int

    def paint(self, canvas: ImageDraw.ImageDraw, fill: tuple[int, int, int] | int) -> None:
        x, y, r = self.x, self.y, self.radius
        match self.shape:
            case "ball":
                canvas.ellipse((x - r, y - r, x + r, y + r), fill=fill)
            case "square":
                canvas.rectangle((x - r, y - r, x + r, y + r), fill=fill)
            case "rectangle":
                canvas.rectangle((x - r, y - r // 2, x + r, y + r // 2), fill=fill)
            case _:
                canvas.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=fill)

    def truth(self, height: int = HEIGHT, width: int = WIDTH) -> Mask:
        canvas = Pillow.new("L", (width, height))
        self.paint(ImageDraw.Draw(canvas), 255)
        return np.asarray(canvas) > 0


def draw(
    things: list[Drawn], rng: np.random.Generator, noisy: bool = True, height: int = HEIGHT, width: int = WIDTH
) -> Image:
    """The things on noise, or on a plain grey."""
    shape = (height, width, 3)
    ground = rng.integers(90, 165, shape, np.uint8) if noisy else np.full(shape, 140, np.uint8)
    picture = Pillow.fromarray(ground)
    canvas = ImageDraw.Draw(picture)
    for thing in things:
        thing.paint(canvas, COLOURS[thing.colour])
    return np.asarray(picture).copy()


def overlap(found: Mask, truth: Mask) -> float:
    """Intersection over union."""
    return float(np.count_nonzero(found & truth) / np.count_nonzero(found | truth))


@dataclass(frozen=True, eq=False, slots=True)
class Scene:
    """A small picture, words, and the things they mean in it."""

    image: Image
    target: Target
    expected: tuple[Mask, ...]


def scenes(count: int, seed: int = 11) -> list[Scene]:
    """So many different scenes: rows, grids, sizes, overlaps and things that the border cuts off, in turn."""
    rng = np.random.default_rng(seed)
    kinds = (_row, _grid, _sized, _overlapping, _cut_off, _mixed)
    return [kinds[index % len(kinds)](rng, index // len(kinds)) for index in range(count)]


_SMALL = (180, 264)
_NOUNS = ("ball", "square", "triangle")


def _scene(things: list[Drawn], rng: np.random.Generator, words: dict[str, str], meant: list[Drawn]) -> Scene:
    image = draw(things, rng, bool(rng.integers(2)), *_SMALL)
    return Scene(image, Target.model_validate(words), tuple(thing.truth(*_SMALL) for thing in meant))


def _two_colours(rng: np.random.Generator) -> tuple[str, str]:
    first, second = rng.choice(list(COLOURS), 2, replace=False)
    return str(first), str(second)


def _row(rng: np.random.Generator, index: int) -> Scene:
    colour, other = _two_colours(rng)
    noun = str(rng.choice(_NOUNS))
    y = 60 + rng.integers(0, 12, 4)
    row = [Drawn(colour, noun, 36 + 62 * place, int(y[place]), 18 + int(rng.integers(4))) for place in range(4)]
    rest = [Drawn(other, noun, 60, 145, 20), Drawn(other, noun, 190, 145, 20)]
    words, meant = [
        ({"position": "left"}, row[:1]),
        ({"position": "far right"}, row[3:]),
        ({"ordinal": "second"}, row[1:2]),
        ({"ordinal": "third"}, row[2:3]),
        ({"ordinal": "last"}, row[3:]),
        ({"ordinal": "second from the right"}, row[2:3]),
        ({"quantity": "all"}, row),
        ({"quantity": "2", "position": "left"}, row[:2]),
    ][index % 8]
    return _scene(row + rest, rng, {"phrase": f"{colour} {noun}", "colour": colour, **words}, meant)


def _grid(rng: np.random.Generator, index: int) -> Scene:
    colour, other = _two_colours(rng)
    noun = str(rng.choice(_NOUNS))
    corners = [(50, 45), (214, 45), (50, 135), (214, 135)]
    grid = [Drawn(colour, noun, x, y, 24) for x, y in corners]
    place = ("top left", "top right", "bottom left", "bottom right")[index % 4]
    meant = [grid[index % 4]]
    return _scene(
        [*grid, Drawn(other, noun, 132, 90, 26)], rng, {"phrase": f"{colour} {noun}", "position": place}, meant
    )


def _sized(rng: np.random.Generator, index: int) -> Scene:
    colour, other = _two_colours(rng)
    noun = str(rng.choice(_NOUNS))
    places = rng.permutation(np.array([(50, 60), (130, 110), (214, 70)]))
    things = [Drawn(colour, noun, int(x), int(y), r) for (x, y), r in zip(places, (14, 22, 34), strict=True)]
    words, meant = [("biggest", things[2]), ("smallest", things[0]), ("large", things[2]), ("tiny", things[0])][
        index % 4
    ]
    target = {"phrase": f"{colour} {noun}", "size": words}
    return _scene([*things, Drawn(other, noun, 30, 150, 18)], rng, target, [meant])


def _overlapping(rng: np.random.Generator, index: int) -> Scene:
    """Two things of different colours, the named one in front."""
    colour, other = _two_colours(rng)
    noun = _NOUNS[index % 3]
    behind = Drawn(other, "square", 100, 90, 45)
    front = Drawn(colour, noun, 140 + int(rng.integers(-8, 8)), 95, 36)
    return _scene([behind, front], rng, {"phrase": f"the {colour} {noun}"}, [front])


def _cut_off(rng: np.random.Generator, index: int) -> Scene:
    colour, other = _two_colours(rng)
    noun = ("ball", "square")[index % 2]
    height, width = _SMALL
    spot = [(0, 90), (width - 1, 90), (130, 0), (130, height - 1)][index // 2 % 4]
    outer, inner = Drawn(colour, noun, *spot, 40), Drawn(other, noun, 130, 90, 25)
    return _scene([outer, inner], rng, {"phrase": f"{colour} {noun}"}, [outer])


def _mixed(rng: np.random.Generator, index: int) -> Scene:
    """One colour, three shapes: only the noun tells them apart; or a neighbour does."""
    colour, other = _two_colours(rng)
    order = [str(noun) for noun in rng.permutation(_NOUNS)]
    things = [Drawn(colour, noun, 45 + 86 * place, 60, 26) for place, noun in enumerate(order)]
    if index % 2:
        return _scene(things, rng, {"phrase": f"{colour} {order[index % 3]}"}, [things[index % 3]])
    twins = [Drawn(colour, order[0], x, 50, 22) for x in (40, 190)]
    mark = Drawn(other, "square", 190, 125, 22)
    words = {"phrase": f"{colour} {order[0]}", "relation": f"above the {other} square"}
    return _scene([*twins, mark], rng, words, twins[1:])
