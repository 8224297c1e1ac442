from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.data import Image
from engine.inpainting.exemplar import ExemplarInpainter
from engine.inpainting.thin import bridge


def waves(height: int, width: int) -> Image:
    rows, columns = np.indices((height, width))
    surface = 128 + 60 * np.sin(rows / 15) * np.cos(columns / 12)
    return np.repeat(np.rint(surface).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("place", [(0, 0), (63, 79), (0, 40), (30, 79), (31, 41)])
def test_a_speck_of_one_pixel_vanishes(place: tuple[int, int]) -> None:
    truth = waves(64, 80)
    image = truth.copy()
    image[place] = (255, 0, 0)
    mask = np.zeros((64, 80), np.bool_)
    mask[place] = True
    healed = ExemplarInpainter().heal(image, mask)
    assert np.array_equal(healed[~mask], truth[~mask])
    assert np.abs(healed[place].astype(int) - truth[place]).max() <= 8


def test_scratches_are_bridged_closer_than_opencv_does() -> None:
    truth = waves(120, 160)
    scratch = np.zeros((120, 160), np.uint8)
    for ends in (((5, 10), (150, 100)), ((20, 115), (140, 4)), ((0, 60), (159, 60))):
        cv2.line(scratch, *ends, 1, 5)
    mask = scratch > 0
    image = truth.copy()
    image[mask] = 255
    healed = ExemplarInpainter().heal(image, mask)
    peer = cv2.inpaint(image, scratch, 3, cv2.INPAINT_TELEA)
    ours, theirs = (float(np.abs(found.astype(int) - truth)[mask].mean()) for found in (healed, peer))
    assert ours < 1.5
    assert ours < theirs


def test_a_bridge_keeps_a_plane_exactly() -> None:
    rows, columns = np.indices((40, 50))
    plane = np.repeat((rows * 2 + columns * 3).astype(np.uint8)[..., None], 3, axis=2)
    mask = np.zeros((40, 50), np.bool_)
    mask[10:30, 22:27] = True
    assert bridge(plane, mask) == pytest.approx(plane[mask].astype(np.float32), abs=0.5)


def test_healed_skin_keeps_its_grain() -> None:
    rng = np.random.default_rng(2)
    image = np.clip(rng.normal(150, 12, (90, 90, 3)), 0, 255).astype(np.uint8)
    mask = np.zeros((90, 90), np.bool_)
    mask[20:70:10, 15:75] = True
    mask[21:71:10, 15:75] = True
    assert float(ExemplarInpainter().heal(image, mask)[mask].std()) > 5


def test_a_large_blemish_is_filled_by_the_exemplar() -> None:
    rng = np.random.default_rng(4)
    image = np.clip(rng.normal(150, 25, (120, 120, 3)), 0, 255).astype(np.uint8)
    mask = np.zeros((120, 120), np.bool_)
    mask[40:80, 40:80] = True
    assert float(ExemplarInpainter().heal(image, mask)[50:70, 50:70].std()) > 18
