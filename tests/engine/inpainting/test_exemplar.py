from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Image, Mask
from engine.errors import MaskMismatch
from engine.inpainting.exemplar import ExemplarInpainter
from engine.protocols import Inpainter

EXEMPLAR = ExemplarInpainter()


def photo(height: int, width: int, seed: int = 3) -> Image:
    """Blurred noise over a slope: smooth and rough like a photo."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 60, (height, width, 3)).astype(np.float32)
    slope = np.linspace(60, 180, width, dtype=np.float32)[None, :, None]
    return np.clip(slope + cv2.GaussianBlur(noise, (0, 0), 1.5), 0, 255).astype(np.uint8)


def disc(height: int, width: int, y: int, x: int, radius: int) -> Mask:
    rows, columns = np.indices((height, width))
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def test_is_an_inpainter() -> None:
    inpainter: Inpainter = EXEMPLAR
    image = photo(64, 64)
    assert inpainter.inpaint(image, disc(64, 64, 30, 30, 8), 0).shape == image.shape


@st.composite
def holes(draw: st.DrawFn) -> Mask:
    """One to four boxes anywhere, borders and corners included, in pictures of odd sizes."""
    height, width = draw(st.integers(64, 97)), draw(st.integers(64, 97))
    mask = np.zeros((height, width), np.bool_)
    for _ in range(draw(st.integers(1, 4))):
        y, x = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        mask[y : y + draw(st.integers(1, 40)), x : x + draw(st.integers(1, 40))] = True
    return mask


@settings(deadline=None, max_examples=15)
@given(mask=holes(), seed=st.integers(0, 2**32 - 1))
def test_only_the_hole_changes_and_the_masked_colour_never_comes_back(mask: Mask, seed: int) -> None:
    image = photo(*mask.shape)
    image[mask] = (255, 0, 255)
    before = image.copy()
    filled = EXEMPLAR.inpaint(image, mask, seed)
    assert np.array_equal(image, before)
    assert np.array_equal(filled[~mask], image[~mask])
    magenta = np.minimum(filled[..., 0], filled[..., 2]).astype(int) - filled[..., 1]
    assert magenta[mask].max() < 200


def test_the_seed_fixes_the_result_and_others_differ() -> None:
    image, mask = photo(96, 96), disc(96, 96, 48, 48, 20)
    image[mask] = 0
    first, again, other = (EXEMPLAR.inpaint(image, mask, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first[mask], other[mask])
    assert np.mean(np.any(first != image, axis=-1)[mask]) > 0.9


def test_masked_pixels_never_show() -> None:
    image, mask = photo(120, 120), disc(120, 120, 60, 60, 25)
    hidden = image.copy()
    hidden[mask] = np.random.default_rng(0).integers(0, 256, (int(mask.sum()), 3))
    assert np.array_equal(EXEMPLAR.inpaint(image, mask, 5), EXEMPLAR.inpaint(hidden, mask, 5))


def test_a_horizon_runs_straight_through() -> None:
    image = np.full((128, 160, 3), (90, 150, 220), np.uint8)
    image[70:] = (60, 110, 50)
    mask = disc(128, 160, 70, 80, 28)
    truth, image[mask] = image.copy(), (255, 0, 0)
    error = np.abs(EXEMPLAR.inpaint(image, mask, 0).astype(int) - truth)[mask]
    assert error.mean() < 3
    assert np.mean(error.max(axis=-1) > 20) < 0.04


def test_a_periodic_texture_goes_on_in_step() -> None:
    rows, columns = np.indices((144, 144))
    grey = (((rows // 6) + (columns // 6)) % 2 * 160 + 40).astype(np.uint8)
    truth = np.dstack([grey, grey, grey])
    mask = disc(144, 144, 70, 72, 24)
    image = truth.copy()
    image[mask] = 128
    error = np.abs(EXEMPLAR.inpaint(image, mask, 0).astype(int) - truth)[mask]
    assert error.mean() < 25, "a constant or a blur is off by 80"


def test_a_gradient_has_no_steps() -> None:
    ramp = np.rint(np.linspace(40, 220, 192)).astype(np.uint8)
    truth = np.repeat(np.broadcast_to(ramp, (128, 192))[..., None], 3, axis=2)
    mask = disc(128, 192, 64, 96, 30)
    image = truth.copy()
    image[mask] = 0
    filled = EXEMPLAR.inpaint(image, mask, 0).astype(int)
    assert np.abs(filled - truth)[mask].mean() < 6
    assert np.abs(np.diff(filled, axis=1)).max() < 12


def test_grain_is_kept() -> None:
    rng = np.random.default_rng(1)
    image = np.clip(rng.normal(128, 20, (128, 128, 3)), 0, 255).astype(np.uint8)
    mask = disc(128, 128, 64, 64, 25)
    spread = float(EXEMPLAR.inpaint(image, mask, 0)[mask].std())
    assert 14 < spread < 26


def test_what_is_strange_to_the_rim_is_not_cloned() -> None:
    image = photo(160, 200)
    image[60:90, 15:45] = (230, 20, 20)
    mask = disc(160, 200, 80, 110, 30)
    filled = EXEMPLAR.inpaint(image, mask, 0)[mask].astype(int)
    assert np.mean(filled[:, 0] - filled[:, 1] > 120) == 0


def test_forbidden_pixels_are_not_copied() -> None:
    image, mask = photo(128, 128), disc(128, 128, 64, 64, 18)
    image[:, 64:] = (250, 250, 30)
    forbidden = np.zeros_like(mask)
    forbidden[:, 64:] = True
    free = EXEMPLAR.inpaint(image, mask, 0)[mask]
    bound = EXEMPLAR.inpaint(image, mask, 0, forbidden=forbidden)[mask]
    yellow = [float(np.mean(found[:, 0].astype(int) - found[:, 2] > 190)) for found in (free, bound)]
    assert yellow[0] > 0.3
    assert yellow[1] < 0.02


@pytest.mark.parametrize("share", [1.0, 0.97])
def test_a_mask_of_nearly_everything_is_still_filled(share: float) -> None:
    image = photo(80, 70)
    mask = np.ones((80, 70), np.bool_)
    mask[: round(80 * (1 - share))] = False
    filled = EXEMPLAR.inpaint(image, mask, 0)
    assert np.array_equal(filled[~mask], image[~mask])
    assert np.mean(np.any(filled != image, axis=-1)[mask]) > 0.9


def test_an_empty_mask_changes_nothing() -> None:
    image = photo(64, 64)
    assert np.array_equal(EXEMPLAR.inpaint(image, np.zeros((64, 64), np.bool_), 0), image)


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(MaskMismatch):
        EXEMPLAR.inpaint(photo(64, 64), np.ones((64, 65), np.bool_), 0)


def test_progress_rises_to_one_and_may_cancel() -> None:
    image, mask = photo(128, 128), disc(128, 128, 40, 40, 20) | disc(128, 128, 100, 100, 12)
    seen: list[float] = []
    EXEMPLAR.inpaint(image, mask, 0, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)

    def cancel(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        EXEMPLAR.inpaint(image, mask, 0, progress=cancel)


def test_a_large_hole_is_matched_small_and_copied_at_full_size() -> None:
    image, mask = photo(420, 420), disc(420, 420, 210, 210, 160)
    image[mask] = (255, 0, 255)
    filled = EXEMPLAR.inpaint(image, mask, 0)
    assert np.array_equal(filled[~mask], image[~mask])
    detail = [float(cv2.Laplacian(picture, cv2.CV_32F)[60:360, 180:240].std()) for picture in (photo(420, 420), filled)]
    assert detail[1] > 0.7 * detail[0]


def test_a_photo_is_filled_with_more_texture_than_opencv_gives(real_data: Path) -> None:
    image = cv2.imread(str(real_data / "photos" / "44.jpeg"))
    assert image is not None
    truth = np.asarray(cv2.resize(image, (480, 320), interpolation=cv2.INTER_AREA), np.uint8)
    mask = disc(320, 480, 90, 150, 40)
    telea = cv2.inpaint(truth, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    pictures = (truth, EXEMPLAR.inpaint(truth, mask, 0), telea)
    true, exemplar, smeared = (float(cv2.Laplacian(picture, cv2.CV_32F)[mask].std()) for picture in pictures)
    assert smeared < 0.5 * true < exemplar
