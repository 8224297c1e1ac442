"""A drawn scene to try things on, so that the demo needs no photo."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFilter

from engine.data import Picture

HEIGHT, WIDTH = 720, 1080
HORIZON = 430
SUPERSAMPLING = 2


def draw_sample() -> Picture:
    """A bay at noon: sky, sea with a white sailboat, a beach with a ball, three balloons; (720, 1080), always alike."""
    rng = np.random.default_rng(20)
    canvas = PillowImage.fromarray(_landscape(rng))
    _hills(canvas)
    _boat(canvas, x=330, y=HORIZON + 46)
    _balloon(canvas, 230, 170, 62, (206, 44, 48))
    _balloon(canvas, 560, 120, 50, (242, 190, 40))
    _balloon(canvas, 850, 200, 70, (210, 38, 46))
    _ball(canvas, 905, 628, 44, (36, 96, 190))
    return Picture(np.asarray(canvas, np.uint8).copy())


def _landscape(rng: np.random.Generator) -> np.ndarray:
    """Sky, sea and sand as vertical gradients with a little texture."""
    rows = np.arange(HEIGHT, dtype=np.float32)
    sky = _gradient(rows / HORIZON, (92, 158, 222), (206, 228, 242))
    sea = _gradient((rows - HORIZON) / 150, (48, 120, 160), (78, 160, 178))
    sand = _gradient((rows - 570) / 150, (226, 204, 160), (206, 178, 130))
    picture = np.where((rows < HORIZON)[:, None], sky, np.where((rows < 570)[:, None], sea, sand))
    picture = np.repeat(picture[:, None, :], WIDTH, axis=1)
    picture[HORIZON:570] += _waves(rng, 570 - HORIZON)
    picture[570:] += rng.normal(0, 5, (HEIGHT - 570, WIDTH, 1))
    picture += rng.normal(0, 1.2, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _gradient(share: np.ndarray, top: tuple[int, int, int], bottom: tuple[int, int, int]) -> np.ndarray:
    share = np.clip(share, 0, 1)[:, None]
    return (1 - share) * np.array(top, np.float32) + share * np.array(bottom, np.float32)


def _waves(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Streaks along the water."""
    noise = rng.normal(0, 1, (rows, WIDTH)).astype(np.float32)
    streaks = cv2.GaussianBlur(noise, (0, 0), sigmaX=14, sigmaY=1)
    return 9 * (streaks / streaks.std())[..., None]


def _hills(canvas: PillowImage.Image) -> None:
    layer = _layer(canvas)
    draw = ImageDraw.Draw(layer)
    for phase, height, colour in ((0.4, 70, (118, 142, 132, 255)), (2.1, 44, (92, 122, 104, 255))):
        x = np.arange(0, WIDTH * SUPERSAMPLING + 1, 4)
        crest = HORIZON - height * (0.55 + 0.45 * np.sin(x / (170 * SUPERSAMPLING) + phase))
        outline = [(int(a), int(b * SUPERSAMPLING)) for a, b in zip(x, crest, strict=True)]
        draw.polygon([*outline, (int(x[-1]), HORIZON * 2), (0, HORIZON * 2)], fill=colour)
    _flatten(canvas, layer)


def _boat(canvas: PillowImage.Image, x: int, y: int) -> None:
    layer = _layer(canvas)
    draw = ImageDraw.Draw(layer)

    def polygon(points: list[tuple[int, int]], colour: tuple[int, int, int, int]) -> None:
        draw.polygon([((x + a) * SUPERSAMPLING, (y + b) * SUPERSAMPLING) for a, b in points], fill=colour)

    polygon([(2, -78), (2, -6), (40, -6)], (250, 250, 248, 255))
    polygon([(-2, -66), (-2, -6), (-28, -6)], (238, 238, 236, 255))
    polygon([(-36, -4), (44, -4), (30, 12), (-24, 12)], (246, 244, 240, 255))
    _flatten(canvas, layer)


def _balloon(canvas: PillowImage.Image, x: int, y: int, radius: int, colour: tuple[int, int, int]) -> None:
    layer = _layer(canvas)
    s = SUPERSAMPLING
    ImageDraw.Draw(layer).line(
        [(x * s, (y + radius) * s), ((x + 6) * s, (y + radius + 70) * s)], fill=(90, 90, 90, 255), width=3
    )
    _flatten(canvas, layer)
    _ball(canvas, x, y, radius, colour)


def _ball(canvas: PillowImage.Image, x: int, y: int, radius: int, colour: tuple[int, int, int]) -> None:
    """A sphere lit from the top left."""
    layer = _layer(canvas)
    s = SUPERSAMPLING
    ImageDraw.Draw(layer).ellipse(
        [(x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s], fill=(*colour, 255)
    )
    shine = _layer(canvas)
    cx, cy, r = x - 0.35 * radius, y - 0.4 * radius, 0.3 * radius
    ImageDraw.Draw(shine).ellipse([(cx - r) * s, (cy - r) * s, (cx + r) * s, (cy + r) * s], fill=(255, 255, 255, 170))
    shade = _layer(canvas)
    ImageDraw.Draw(shade).ellipse(
        [(x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s], fill=(0, 0, 20, 90)
    )
    ImageDraw.Draw(shade).ellipse(
        [(x - 1.15 * radius) * s, (y - 1.2 * radius) * s, (x + 0.75 * radius) * s, (y + 0.7 * radius) * s],
        fill=(0, 0, 0, 0),
    )
    for part, blur in ((layer, 0.0), (shade, 0.22 * radius), (shine, 0.16 * radius)):
        soft = part.filter(ImageFilter.GaussianBlur(blur * s)) if blur else part
        soft.putalpha(_within(soft, layer))
        _flatten(canvas, soft)


def _within(part: PillowImage.Image, outline: PillowImage.Image) -> PillowImage.Image:
    alpha = np.minimum(np.asarray(part.getchannel("A")), np.asarray(outline.getchannel("A")))
    return PillowImage.fromarray(alpha)


def _layer(canvas: PillowImage.Image) -> PillowImage.Image:
    return PillowImage.new("RGBA", (canvas.width * SUPERSAMPLING, canvas.height * SUPERSAMPLING), (0, 0, 0, 0))


def _flatten(canvas: PillowImage.Image, layer: PillowImage.Image) -> None:
    """Blend a supersampled layer over the canvas."""
    small = layer.resize(canvas.size, PillowImage.Resampling.BOX)
    canvas.paste(small, (0, 0), small)
