"""Drawn grounds with things on them that cast shadows and reflections, the truth known to the pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Mask

HEIGHT, WIDTH = 300, 420
FOOT: Final = 205
"""Row on which the thing stands."""
SKYLIGHT: Final = np.array((1.0, 1.03, 1.12))
"""What is left of red, green and blue light in a shadow, by which the sky tints it."""


@dataclass(frozen=True, eq=False)
class Standing:
    """A thing on a ground."""

    image: Image
    thing: Mask
    shadow: Mask
    """Where at least a quarter of the shadow's darkness is reached, off the thing."""


def standing(
    ground: str = "plain",
    shape: str = "person",
    *,
    across: float = 0.7,
    down: float = 0.4,
    soft: float = 1.0,
    left: float = 0.45,
    colour: tuple[float, float, float] = (0.5, 0.12, 0.1),
    shaded: bool = True,
    seed: int = 3,
) -> Standing:
    """The scene in linear light, seen in sRGB with a little noise.

    across, down: where the shadow of a point of the thing falls, in its height above the ground.
    soft: sigma of the shadow's edge, px. left: share of the light that the shadow leaves.
    """
    rng = np.random.default_rng(seed)
    thing = _thing(shape)
    shadow = _cast(thing, across, down, soft) if shaded else np.zeros((HEIGHT, WIDTH), np.float32)
    light = np.array((0.30, 0.33, 0.27)) * np.exp(_texture(ground, rng))[..., None]
    light = light * (1 - shadow[..., None] * (1 - left * SKYLIGHT))
    light = np.where(thing[..., None], np.array(colour) * np.linspace(0.8, 1.2, WIDTH)[None, :, None], light)
    seen = 255 * np.power(np.clip(light, 0, 1), 1 / 2.2) + rng.normal(0, 1.5, light.shape)
    return Standing(np.clip(seen, 0, 255).astype(np.uint8), thing, (shadow > 0.25) & ~thing)


def _thing(shape: str) -> Mask:
    canvas = np.zeros((HEIGHT, WIDTH), np.uint8)
    match shape:
        case "box":
            cv2.rectangle(canvas, (170, FOOT - 70), (240, FOOT - 1), 1, cv2.FILLED)
        case "ball":
            cv2.circle(canvas, (205, FOOT - 36), 35, 1, cv2.FILLED)
        case _:
            cv2.circle(canvas, (205, FOOT - 98), 13, 1, cv2.FILLED)
            cv2.rectangle(canvas, (188, FOOT - 84), (222, FOOT - 46), 1, cv2.FILLED)
            cv2.rectangle(canvas, (190, FOOT - 46), (202, FOOT - 1), 1, cv2.FILLED)
            cv2.rectangle(canvas, (208, FOOT - 46), (220, FOOT - 1), 1, cv2.FILLED)
    return canvas.astype(np.bool_)


def _cast(thing: Mask, across: float, down: float, soft: float) -> NDArray[np.float32]:
    """The thing laid down on the ground: a point h px above its foot falls (across * h, down * h) px away."""
    lay = np.array(((1, -across, across * FOOT), (0, -down, FOOT + down * FOOT)), np.float32)
    laid = cv2.warpAffine(thing.astype(np.float32), lay, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    return np.asarray(cv2.GaussianBlur(laid, (0, 0), soft), np.float32)


def _texture(ground: str, rng: np.random.Generator) -> NDArray[np.float32]:
    noise = rng.standard_normal((HEIGHT, WIDTH)).astype(np.float32)
    match ground:
        case "noise":
            texture = 0.25 * noise
        case "grass":
            texture = 0.9 * np.asarray(cv2.GaussianBlur(noise, (0, 0), 1))
        case "tiles":
            rows, columns = np.mgrid[:HEIGHT, :WIDTH]
            texture = 0.04 * noise - 0.8 * ((rows % 30 < 2) | (columns % 40 < 2))
        case "blotches":
            texture = 8.0 * np.asarray(cv2.GaussianBlur(noise, (0, 0), 12))
        case _:
            texture = 0.02 * noise
    slope = np.linspace(0.15, -0.15, HEIGHT)[:, None] + np.linspace(-0.2, 0.2, WIDTH)[None, :]
    return np.asarray(texture + slope, np.float32)


def mirrored(scene: Standing, strength: float = 0.55) -> tuple[Image, Mask]:
    """The scene with the thing's blurred image below it, and where that is; the thing gets a pattern to mirror."""
    rng = np.random.default_rng(5)
    pattern = np.asarray(cv2.GaussianBlur(rng.normal(0, 150, (HEIGHT, WIDTH)), (0, 0), 4))
    image = np.where(scene.thing[..., None], scene.image + pattern[..., None], scene.image)
    depth = min(HEIGHT - FOOT, FOOT)
    turned = image.copy()
    turned[FOOT : FOOT + depth] = image[FOOT - depth : FOOT][::-1]
    turned = np.asarray(cv2.GaussianBlur(turned, (0, 0), 1, sigmaY=3))
    where = np.zeros_like(scene.thing)
    where[FOOT : FOOT + depth] = scene.thing[FOOT - depth : FOOT][::-1]
    mixed = np.where(where[..., None], (1 - strength) * image + strength * turned, image)
    return np.clip(mixed, 0, 255).astype(np.uint8), where
