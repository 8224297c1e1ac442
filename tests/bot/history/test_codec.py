from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from bot.history import codec
from engine.blobs import BlobLost
from engine.data import Picture
from engine.imageio import encode_mask


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from([3, 4]), st.integers(0, 2**32 - 1))
def test_pixels_come_back_exactly(height: int, width: int, channels: int, seed: int):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)
    if channels == 4:
        pixels[: height // 2 + 1, :, 3] = 0
    assert np.array_equal(codec.decode(codec.encode(pixels), "d"), pixels)


def test_a_png_of_ours_shows_the_same_colours_elsewhere(rng: np.random.Generator):
    pixels = rng.integers(0, 256, (40, 50, 4), np.uint8)
    with PillowImage.open(io.BytesIO(codec.encode(pixels))) as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_a_mask_is_grey_and_white_where_true(rng: np.random.Generator):
    mask = rng.random((33, 47)) > 0.5
    data = encode_mask(mask)
    assert np.array_equal(codec.decode_mask(data, "d"), mask)
    with PillowImage.open(io.BytesIO(data)) as image:
        assert image.mode == "L"
        assert np.array_equal(np.asarray(image), np.where(mask, 255, 0))


@pytest.mark.parametrize("data", [b"", b"junk", codec.encode(np.zeros((9, 9, 3), np.uint8))[:40]])
def test_bytes_that_do_not_decode_are_a_lost_blob(data: bytes):
    for read in (codec.decode, codec.decode_mask):
        with pytest.raises(BlobLost) as lost:
            read(data, "the digest")
        assert lost.value.digest == "the digest"


def test_the_fingerprint_tells_pictures_apart(rng: np.random.Generator):
    rgb = rng.integers(0, 256, (12, 8, 3), np.uint8)
    other, opacity = rgb.copy(), np.full((12, 8), 255, np.uint8)
    other[11, 7, 2] ^= 1
    distinct = [Picture(rgb), Picture(other), Picture(rgb, opacity), Picture(rgb.reshape(8, 12, 3))]
    assert len({codec.fingerprint(picture) for picture in distinct}) == len(distinct)
    assert codec.fingerprint(Picture(rgb)) == codec.fingerprint(Picture(rgb.copy()))
    wide = np.concatenate((rgb, rgb), axis=1)
    assert codec.fingerprint(Picture(wide[:, :8])) == codec.fingerprint(Picture(rgb))
