"""Drawn scenes whose truth is known to the pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from engine.data import Image, Mask

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

    def truth(self) -> Mask:
        canvas = Pillow.new("L", (WIDTH, HEIGHT))
        self.paint(ImageDraw.Draw(canvas), 255)
        return np.asarray(canvas) > 0


def draw(things: list[Drawn], rng: np.random.Generator, noisy: bool = True) -> Image:
    """The things on noise, or on a plain grey."""
    ground = (
        rng.integers(90, 165, (HEIGHT, WIDTH, 3), np.uint8) if noisy else np.full((HEIGHT, WIDTH, 3), 140, np.uint8)
    )
    picture = Pillow.fromarray(ground)
    canvas = ImageDraw.Draw(picture)
    for thing in things:
        thing.paint(canvas, COLOURS[thing.colour])
    return np.asarray(picture).copy()


def overlap(found: Mask, truth: Mask) -> float:
    """Intersection over union."""
    return float(np.count_nonzero(found & truth) / np.count_nonzero(found | truth))
