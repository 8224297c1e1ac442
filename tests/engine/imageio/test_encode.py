"""What leaves: exact where it says so, tagged sRGB, and nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as PillowImage

from engine.data import Picture
from engine.errors import BadOption
from engine.imageio import decode, encode, encode_mask, format_for, preview
from engine.imageio.png import residual
from tests.engine.imageio.files_made import exif, png, saved, scene


def contents(kind: str, height: int, width: int, seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    if kind == "noise":
        return rng.integers(0, 256, (height, width, 3), np.uint8)
    if kind == "flat":
        return np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
    if kind == "grey":
        return np.repeat(rng.integers(0, 256, (height, width, 1), np.uint8), 3, axis=2)
    if kind == "few":
        colours = rng.integers(0, 256, (int(rng.integers(1, 257)), 3), np.uint8)
        return colours[rng.integers(0, len(colours), (height, width))]
    return scene(height, width)


@settings(deadline=None, max_examples=120)
@given(
    st.sampled_from(["noise", "flat", "grey", "few", "scene"]),
    st.integers(64, 190),
    st.integers(64, 190),
    st.booleans(),
    st.integers(0, 2**31),
)
def test_png_comes_back_bit_for_bit(kind: str, height: int, width: int, opaque: bool, seed: int) -> None:
    opacity = None if opaque else contents("noise", height, width, seed + 1)[..., 0]
    picture = Picture(contents(kind, height, width, seed), opacity)
    data = encode(picture, "png")
    back = decode(data).picture
    np.testing.assert_array_equal(back.rgb, picture.rgb)
    assert (back.opacity is None) == (opacity is None)
    if opacity is not None:
        np.testing.assert_array_equal(back.opacity, opacity)
    with PillowImage.open(io.BytesIO(data)) as image:
        image.verify()


@pytest.mark.parametrize("filter_kind", range(5))
def test_each_filter_is_the_specification_s(filter_kind: int) -> None:
    samples = contents("noise", 64, 71, filter_kind)
    samples[::3] //= 128
    padded = np.zeros((65, 3 + 3 * 71), np.uint8)
    padded[1:, 3:] = samples.reshape(64, -1)
    rows = b"".join(bytes([filter_kind]) + row.tobytes() for row in residual(padded, 3, filter_kind))
    np.testing.assert_array_equal(decode(png(71, 64, 8, 2, rows)).picture.rgb, samples)


def test_a_large_png_of_many_strips_comes_back() -> None:
    picture = Picture(scene(900, 1501))
    back = decode(encode(picture, "png")).picture
    np.testing.assert_array_equal(back.rgb, picture.rgb)


def test_png_of_photos_is_hardly_ever_larger_than_pillow_s_fastest(real_data: Path) -> None:
    ratios: list[float] = []
    for path in sorted((real_data / "photos").glob("*.jpeg"))[:20]:
        rgb = decode(path.read_bytes()).picture.rgb
        pillow = saved(PillowImage.fromarray(rgb), "PNG", compress_level=1)
        ratios.append(len(encode(Picture(rgb), "png")) / len(pillow))
    assert np.median(ratios) <= 1
    assert max(ratios) <= 1.03


def test_png_of_flat_and_drawn_pictures_is_smaller_than_pillow_s_fastest() -> None:
    for kind in ("flat", "grey", "few"):
        rgb = contents(kind, 400, 500, 5)
        pillow = saved(PillowImage.fromarray(rgb), "PNG", compress_level=1)
        assert len(encode(Picture(rgb), "png")) <= len(pillow)


def test_png_says_srgb_and_nothing_else() -> None:
    data = encode(Picture(scene(64, 80)), "png")
    kinds: list[bytes] = []
    position = 8
    while position < len(data):
        kinds.append(data[position + 4 : position + 8])
        position += 12 + int.from_bytes(data[position : position + 4], "big")
    assert set(kinds) == {b"IHDR", b"sRGB", b"IDAT", b"IEND"}


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_where_it_was_taken_never_leaves(kind: str) -> None:
    data = saved(PillowImage.fromarray(scene(64, 80)), "JPEG", exif=exif(6), comment=b"home address")
    assert PillowImage.open(io.BytesIO(data)).getexif().get_ifd(0x8825)
    served = encode(decode(data).picture, kind)
    with PillowImage.open(io.BytesIO(served)) as image:
        assert not image.getexif()
        assert "comment" not in image.info
    assert b"Exif" not in served
    assert b"home address" not in served


def test_jpeg_is_not_subsampled_and_flat_on_white() -> None:
    rgb = np.zeros((64, 80, 3), np.uint8)
    rgb[:, ::2] = (255, 0, 0)
    opacity = np.full((64, 80), 255, np.uint8)
    opacity[32:] = 0
    back = decode(encode(Picture(rgb, opacity), "jpeg", 100)).picture
    np.testing.assert_allclose(back.rgb[5, 10], (255, 0, 0), atol=6)
    np.testing.assert_allclose(back.rgb[5, 11], (0, 0, 0), atol=6)
    np.testing.assert_allclose(back.rgb[60, 10], (255, 255, 255), atol=6)


def test_webp_is_lossless_at_100_also_under_transparency() -> None:
    samples = contents("noise", 70, 90, 3)
    opacity = np.zeros((70, 90), np.uint8)
    opacity[:, 40:] = 200
    back = decode(encode(Picture(samples, opacity), "webp", 100)).picture
    np.testing.assert_array_equal(back.rgb, samples)
    np.testing.assert_array_equal(back.opacity, opacity)
    assert len(encode(Picture(samples), "webp", 60)) < len(encode(Picture(samples), "webp", 100))


def test_the_same_picture_is_the_same_bytes() -> None:
    picture = Picture(scene(300, 400))
    for kind in ("png", "jpeg", "webp"):
        assert encode(picture, kind) == encode(picture, kind)


@settings(deadline=None, max_examples=40)
@given(st.integers(64, 200), st.integers(64, 200), st.integers(0, 2**31))
def test_a_mask_is_white_where_pixels_regenerate(height: int, width: int, seed: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.3
    data = encode_mask(mask)
    back = np.asarray(PillowImage.open(io.BytesIO(data)).convert("L"))
    np.testing.assert_array_equal(back, np.where(mask, 255, 0))
    np.testing.assert_array_equal(decode(data).picture.rgb[..., 0] == 255, mask)


def test_a_mask_is_tiny() -> None:
    mask = np.zeros((3000, 4000), np.bool_)
    mask[500:1500, 1000:1800] = True
    assert len(encode_mask(mask)) < 40_000


@pytest.mark.parametrize(
    ("name", "wanted"), [("a.png", "png"), ("a.b.JPG", "jpeg"), ("a.jpeg", "jpeg"), ("x.WebP", "webp")]
)
def test_the_extension_names_the_format(name: str, wanted: str) -> None:
    assert format_for(Path(name)) == wanted


@pytest.mark.parametrize("name", ["a.gif", "a", "a.tiff", ".png"])
def test_other_extensions_are_refused(name: str) -> None:
    with pytest.raises(BadOption):
        format_for(Path(name))


def test_other_formats_and_qualities_are_refused() -> None:
    picture = Picture(scene(64, 64))
    for kind, quality in (("gif", 95), ("jpeg", 0), ("webp", 101)):
        with pytest.raises(BadOption):
            encode(picture, kind, quality)
    with pytest.raises(BadOption):
        encode(Picture(np.zeros((64, 16_384, 3), np.uint8)), "webp")


def test_a_preview_fits_and_keeps_its_shape() -> None:
    image = PillowImage.open(io.BytesIO(preview(Picture(scene(300, 600)), 200)))
    assert (image.format, image.size) == ("JPEG", (200, 100))
    assert PillowImage.open(io.BytesIO(preview(Picture(scene(64, 80)), 200))).size == (80, 64)
