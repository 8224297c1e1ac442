"""The medium of a picture: drawings and pixel art are told, and no photo is taken for one."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data import Image
from engine.inpainting.diffusion.medium import FLAT, INK, LINES, PHOTO, PIXELS, medium_of

Colour = tuple[int, int, int]


def house(height: int = 480, width: int = 640) -> Image:
    """A house under the sun, in six flat colours with soft edges."""
    image = np.full((height, width, 3), (140, 200, 230), np.uint8)
    x, y = width // 20, height // 20
    cv2.rectangle(image, (0, 12 * y), (width, height), (90, 160, 70), -1)
    cv2.circle(image, (16 * x, 4 * y), 2 * y, (250, 210, 60), -1, cv2.LINE_AA)
    cv2.rectangle(image, (4 * x, 7 * y), (10 * x, 15 * y), (200, 80, 60), -1)
    cv2.fillPoly(image, [np.array([[3 * x, 7 * y], [11 * x, 7 * y], [7 * x, 3 * y]])], (110, 50, 40), cv2.LINE_AA)
    cv2.rectangle(image, (6 * x, 11 * y), (8 * x, 15 * y), (60, 40, 40), -1)
    return image


def face(paper: Colour = (255, 255, 255), ink: Colour = (20, 20, 20), height: int = 480, width: int = 640) -> Image:
    """A face and its hair, drawn with a pen."""
    image = np.full((height, width, 3), paper, np.uint8)
    middle = np.array([width / 2, height / 2])
    cv2.circle(image, (width // 2, height // 2), height // 3, ink, 3, cv2.LINE_AA)
    cv2.ellipse(image, (width // 2, height * 3 // 5), (width // 8, height // 16), 0, 0, 180, ink, 3, cv2.LINE_AA)
    for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        way = np.array([np.cos(angle), np.sin(angle)]) * height
        (x0, y0), (x1, y1) = (np.rint(middle + way * reach).astype(int).tolist() for reach in (0.36, 0.46))
        cv2.line(image, (x0, y0), (x1, y1), ink, 3, cv2.LINE_AA)
    return image


def sprite(cells: int, block: int) -> Image:
    """A speckled ball on two grounds, in blocks."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:cells, :cells] - cells / 2
    number = np.where(x * x + y * y < (0.4 * cells) ** 2, 1, 0)
    number[rng.random((cells, cells)) < 0.15] = 2
    number[y > 0.3 * cells] = 3 + (x[y > 0.3 * cells] > 0)
    palette = rng.integers(0, 256, (5, 3)).astype(np.uint8)
    return np.kron(palette[number], np.ones((block, block, 1), np.uint8))


def shaded(height: int = 300, width: int = 400) -> Image:
    """A lit ball before a wall in falling light: what a photo of few colours is like, without its noise."""
    y, x = np.indices((height, width), np.float64)
    wall = 150 + 60 * x / width - 30 * y / height
    ball = 230 - np.hypot(x - 180, y - 130)
    inside = np.hypot(x - 200, y - 150) < 80
    colour = np.stack([np.where(inside, ball, wall), np.where(inside, ball / 2, wall), wall * 0.9], axis=2)
    return np.clip(colour, 0, 255).astype(np.uint8)


def as_jpeg(image: Image, quality: int) -> Image:
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("scale", [1, 3])
def test_flat_areas_and_hard_edges_are_an_illustration(scale: int) -> None:
    assert medium_of(house(480 * scale, 640 * scale)) == FLAT
    assert medium_of(as_jpeg(house(480 * scale, 640 * scale), 85)) == FLAT


@pytest.mark.parametrize("quality", [None, 70])
def test_strokes_of_one_ink_on_blank_paper_are_line_art(quality: int | None) -> None:
    for drawing, medium in ((face(), INK), (face((240, 225, 200), (90, 50, 30)), LINES)):
        assert medium_of(as_jpeg(drawing, quality) if quality else drawing) == medium


@pytest.mark.parametrize(("cells", "block"), [(32, 8), (48, 10), (64, 4)])
def test_blocks_of_few_colours_are_pixel_art(cells: int, block: int) -> None:
    art = sprite(cells, block)
    assert medium_of(art) == PIXELS
    assert medium_of(np.ascontiguousarray(art[3:, 1:])) == PIXELS


def test_shading_is_no_illustration() -> None:
    assert medium_of(shaded()) is None
    assert medium_of(np.repeat(shaded()[:, :, :1], 3, axis=2)) == PHOTO


def test_walls_in_falling_light_are_no_illustration() -> None:
    fall = np.linspace(-25, 25, 300)[:, None, None]
    walls = np.array([[60, 90, 160], [180, 60, 50], [90, 170, 80], [210, 190, 120], [120, 110, 130]])
    assert medium_of((np.repeat(walls[None], 80, axis=1) + fall).astype(np.uint8)) is None
    assert medium_of((np.repeat(walls[None], 80, axis=1) + 0 * fall).astype(np.uint8)) == FLAT


def test_a_wide_silhouette_is_no_line_art() -> None:
    black = np.full((300, 400, 3), 255, np.uint8)
    cv2.circle(black, (200, 150), 70, (5, 5, 5), -1, cv2.LINE_AA)
    assert medium_of(black) == PHOTO


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (120, 30, 30)])
@pytest.mark.parametrize("shape", [(64, 64), (1, 1), (1, 700), (999, 3)])
def test_one_colour_is_no_medium(colour: Colour, shape: tuple[int, int]) -> None:
    assert medium_of(np.full((*shape, 3), colour, np.uint8)) in (None, PHOTO)


def test_no_photo_is_taken_for_a_drawing(real_data: Path) -> None:
    for path in sorted((real_data / "photos").glob("*.jpeg")):
        photo = np.asarray(cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_4), np.uint8)
        rows, columns = photo.shape[0] // 8, photo.shape[1] // 8
        cells = cv2.resize(photo, (columns, rows), interpolation=cv2.INTER_AREA)
        blocks = np.kron(np.asarray(cells, np.uint8), np.ones((8, 8, 1), np.uint8))
        burnt = np.clip(photo.astype(np.int16) * 5 // 2, 0, 255).astype(np.uint8)
        for made in (photo, blocks, burnt):
            assert medium_of(made) in (None, PHOTO), path.name
