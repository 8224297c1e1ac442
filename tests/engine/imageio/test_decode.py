"""Every kind of file that people send, and what it must become."""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage
from PIL import ImageOps

from engine.data import Notice
from engine.errors import DamagedImage, EditError, ImageTooLarge, ImageTooSmall, UnsupportedImage
from engine.imageio import Limits, decode, encode, header, read_picture, turned_with
from engine.imageio.header import read_header
from tests.engine.imageio.files_made import SMALL_HEIC, chunk, exif, png, png16, saved, scene

SIZES = ((64, 64), (65, 67), (71, 130), (97, 64))


def by_pillow(data: bytes) -> Any:
    return np.asarray(PillowImage.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("grey", [False, True])
def test_jpeg_is_bit_identical_to_pillow(
    height: int, width: int, subsampling: int, progressive: bool, grey: bool
) -> None:
    image = PillowImage.fromarray(scene(height, width)).convert("L" if grey else "RGB")
    data = saved(image, "JPEG", quality=87, subsampling=subsampling, progressive=progressive, restart_marker_blocks=2)
    assert read_header(data, "JPEG").plain
    np.testing.assert_array_equal(decode(data).picture.rgb, by_pillow(data))


@pytest.mark.parametrize("step", [1, 2, 3, 50, 1 << 20])
def test_the_end_of_a_jpeg_is_found_in_steps_of_any_size(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(PillowImage.fromarray(scene(71, 130)), "JPEG", progressive=True, restart_marker_blocks=2)
    monkeypatch.setattr(header, "SEARCHED_AT_ONCE", step)
    assert read_header(data, "JPEG").plain
    assert not read_header(data[:-2], "JPEG").plain


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_other_formats_are_bit_identical_to_pillow(kind: str, mode: str, height: int, width: int) -> None:
    data = saved(PillowImage.fromarray(scene(height, width)).convert(mode), kind)
    decoded = decode(data)
    assert decoded.format == kind
    assert decoded.picture.opacity is None
    np.testing.assert_array_equal(decoded.picture.rgb, by_pillow(data))


def test_real_photos_are_bit_identical_to_pillow(real_data: Path) -> None:
    for path in sorted((real_data / "photos").glob("*.jpeg"))[:12]:
        data = path.read_bytes()
        if b"ICC_PROFILE" not in data:
            np.testing.assert_array_equal(decode(data).picture.rgb, by_pillow(data))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_alpha_travels_beside(kind: str) -> None:
    samples = scene(70, 90, 4)
    data = saved(PillowImage.fromarray(samples), kind, lossless=True, exact=True)
    picture = decode(data).picture
    np.testing.assert_array_equal(picture.rgb, samples[..., :3])
    np.testing.assert_array_equal(picture.opacity, samples[..., 3])


def test_full_opacity_is_none() -> None:
    samples = scene(70, 90, 4)
    samples[..., 3] = 255
    assert decode(saved(PillowImage.fromarray(samples), "PNG")).picture.opacity is None


def test_palette_with_transparency() -> None:
    image = PillowImage.fromarray(scene(70, 90)).quantize(16)
    data = saved(image, "PNG", transparency=bytes([0, 128] + [255] * 14))
    picture = decode(data).picture
    wanted = np.asarray(PillowImage.open(io.BytesIO(data)).convert("RGBA"))
    np.testing.assert_array_equal(np.dstack([picture.rgb, picture.opacity]), wanted)  # type: ignore[list-item]


def test_one_bit_and_grey_with_alpha_serve_as_masks() -> None:
    black_and_white = scene(70, 90)[..., 0] > 100
    picture = decode(saved(PillowImage.fromarray(black_and_white), "PNG")).picture
    np.testing.assert_array_equal(picture.rgb[..., 1] == 255, black_and_white)
    grey_alpha = PillowImage.fromarray(scene(70, 90)).convert("LA")
    grey_alpha.putalpha(77)
    picture = decode(saved(grey_alpha, "PNG")).picture
    assert picture.opacity is not None
    assert set(np.unique(picture.opacity)) == {77}
    np.testing.assert_array_equal(picture.rgb[..., 2], np.asarray(grey_alpha.getchannel("L")))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_become_their_high_byte(channels: int) -> None:
    samples = scene(64, 80, channels).astype(np.uint16) * 256 + 201
    picture = decode(png16(samples)).picture
    colours = 1 if channels < 3 else 3
    np.testing.assert_array_equal(picture.rgb, np.broadcast_to(samples[..., :colours] >> 8, (64, 80, 3)))
    if channels in (2, 4):
        np.testing.assert_array_equal(picture.opacity, samples[..., -1] >> 8)


def test_sixteen_bit_transparent_colours() -> None:
    samples = scene(64, 80, 1).astype(np.uint16) * 257
    key = int(samples[3, 5, 0])
    picture = decode(png16(samples, chunk(b"tRNS", key.to_bytes(2, "big")))).picture
    np.testing.assert_array_equal(picture.opacity == 0, samples[..., 0] == key)  # type: ignore[comparison-overlap]
    white = np.full((64, 64, 3), 65535, np.uint16)
    white[:32] = 300
    picture = decode(png16(white, chunk(b"tRNS", b"\xff" * 6))).picture
    assert picture.opacity is not None
    assert picture.opacity[:32].all()
    assert not picture.opacity[32:].any()


def test_cmyk_without_a_profile() -> None:
    inks = PillowImage.new("CMYK", (64, 64), (255, 100, 0, 51))
    picture = decode(saved(inks, "JPEG", quality=100)).picture
    np.testing.assert_allclose(picture.rgb[10, 10], [0, 155 * 204 / 255, 204], atol=2)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("kind", "order"), [("JPEG", "<"), ("JPEG", ">"), ("PNG", "<"), ("WEBP", ">")])
def test_orientation_is_applied_once(orientation: int, kind: str, order: str) -> None:
    samples = scene(66, 99, 3 if kind == "JPEG" else 4)
    data = saved(PillowImage.fromarray(samples), kind, exif=exif(orientation, order))
    upright = ImageOps.exif_transpose(PillowImage.open(io.BytesIO(data)))
    picture = decode(data).picture
    np.testing.assert_array_equal(picture.rgb, np.asarray(upright.convert("RGB")))
    if picture.opacity is not None:
        np.testing.assert_array_equal(picture.opacity, np.asarray(upright.getchannel("A")))
    again = decode(encode(picture, "png")).picture
    np.testing.assert_array_equal(again.rgb, picture.rgb)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_made_on_the_files_own_pixels_turns_with_the_photo(orientation: int) -> None:
    lying = scene(70, 110)
    photo = decode(saved(PillowImage.fromarray(lying), "PNG", exif=exif(orientation)))
    assert photo.orientation == orientation
    as_seen = decode(saved(PillowImage.fromarray(photo.picture.rgb), "PNG"))
    np.testing.assert_array_equal(turned_with(as_seen, photo).rgb, photo.picture.rgb)
    if orientation >= 5:
        mask = decode(saved(PillowImage.fromarray(lying), "PNG"))
        np.testing.assert_array_equal(turned_with(mask, photo).rgb, photo.picture.rgb)


@pytest.mark.parametrize("block", [b"", b"II", b"Exif\0\0II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x01\x01\x12"])
def test_broken_exif_means_upright(block: bytes) -> None:
    samples = scene(64, 80)
    data = saved(PillowImage.fromarray(samples), "PNG")
    data = data[:33] + chunk(b"eXIf", block) + data[33:]
    np.testing.assert_array_equal(decode(data).picture.rgb, samples)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_the_first_frame_of_an_animation(kind: str) -> None:
    frames = [PillowImage.new("RGB", (80, 64), colour) for colour in ("red", "lime", "blue")]
    options = {"quality": 100} if kind == "AVIF" else {"lossless": True} if kind == "WEBP" else {}
    decoded = decode(saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50, **options))
    assert decoded.notices == (Notice("first_frame"),)
    np.testing.assert_allclose(decoded.picture.rgb[20, 30], (255, 0, 0), atol=2)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_a_still_picture_has_no_notice(kind: str) -> None:
    assert decode(saved(PillowImage.new("RGB", (80, 64), "red"), kind)).notices == ()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", None),
        (b"hello, world", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- drawn -->\n<svg/>", "SVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "EPS"),
        (b"%PDF-1.7", "PDF"),
        (b"II*\0" + bytes(64), "TIFF"),
        (b"8BPS" + bytes(64), "PSD"),
        (b"\0\0\0\x20ftypisom" + bytes(64), "MP4"),
    ],
)
def test_formats_outside_the_list_are_refused(data: bytes, found: str | None) -> None:
    with pytest.raises(UnsupportedImage) as caught:
        decode(data)
    assert caught.value.found == found


def test_the_content_decides_never_the_name(tmp_path: Path) -> None:
    path = tmp_path / "photo.gif"
    path.write_bytes(saved(PillowImage.fromarray(scene(64, 80)), "PNG"))
    assert read_picture(path).format == "PNG"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "AVIF", "HEIC"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
def test_truncated_files_are_damaged(kind: str, kept: float) -> None:
    data = SMALL_HEIC if kind == "HEIC" else saved(PillowImage.fromarray(scene(90, 120)), kind)
    with pytest.raises(DamagedImage) as caught:
        decode(data[: max(16, int(len(data) * kept))])
    assert caught.value.found == kind


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_cut_anywhere_is_damaged(progressive: bool) -> None:
    data = saved(PillowImage.fromarray(scene(80, 96)), "JPEG", progressive=progressive)
    for end in range(len(data) - 40, 200, -61):
        with pytest.raises(DamagedImage):
            decode(data[:end])


@pytest.mark.parametrize("place", [0.5, 1.0])
def test_a_flipped_bit_in_a_png_is_damaged(place: float) -> None:
    data = bytearray(saved(PillowImage.fromarray(scene(90, 120)), "PNG"))
    checksum = len(data) - 16
    data[int(checksum * place)] ^= 4
    with pytest.raises(DamagedImage):
        decode(bytes(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_trailing_bytes_are_ignored(kind: str) -> None:
    data = saved(PillowImage.fromarray(scene(64, 80)), kind)
    decoded = decode(data + b"<?php echo 1 ?>PK\x03\x04" + bytes(5000))
    np.testing.assert_array_equal(decoded.picture.rgb, by_pillow(data))
    assert b"php" not in encode(decoded.picture, "png")


def test_too_many_pixels_are_refused_from_the_header() -> None:
    with pytest.raises(ImageTooLarge) as caught:
        decode(png(10_000, 6_000, 8, 2, b"never decoded"))
    assert (caught.value.actual, caught.value.limit, caught.value.unit) == (60_000_000, 50_000_000, "pixels")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF"])
def test_limits_hold_in_every_format(kind: str) -> None:
    data = saved(PillowImage.fromarray(scene(100, 200)), kind)
    with pytest.raises(ImageTooLarge):
        decode(data, Limits(pixels=19_999))
    with pytest.raises(ImageTooSmall) as caught:
        decode(data, Limits(minimum_side=101))
    assert (caught.value.height, caught.value.width, caught.value.limit) == (100, 200, 101)
    with pytest.raises(ImageTooLarge) as too_long:
        decode(data, Limits(file_bytes=len(data) - 1))
    assert too_long.value.unit == "bytes"


@pytest.mark.parametrize(("width", "height"), [(0, 0), (8000, 1), (63, 64)])
def test_a_side_under_64_px_is_refused(width: int, height: int) -> None:
    with pytest.raises(ImageTooSmall):
        decode(png(width, height, 8, 2, b"never decoded"))


def test_metadata_bombs_are_refused() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80 << 20)))
    rows = (b"\0" + bytes(3 * 64)) * 64
    with pytest.raises(DamagedImage):
        decode(png(64, 64, 8, 2, rows, bomb))
    with pytest.raises(DamagedImage):
        decode(png(64, 64, 8, 2, rows, *[chunk(b"tEXt", b"")] * 300_000))
    comment = b"\x21\xfe" + b"\x01a" * 300_000 + b"\0"
    gif = saved(PillowImage.new("L", (64, 64)), "GIF")
    with pytest.raises(DamagedImage):
        decode(gif[:-1] + comment + gif[-1:])


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_mutated_files_decode_or_raise_an_edit_error(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP"]))
    mutated = bytearray(saved(PillowImage.fromarray(scene(64, 70)), kind))
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = decode(bytes(mutated), Limits(pixels=100_000)).picture
    except EditError:
        return
    assert picture.rgb.shape == (picture.height, picture.width, 3)
    assert picture.rgb.dtype == np.uint8


def test_what_is_decoded_can_be_written_to() -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        picture = decode(saved(PillowImage.fromarray(scene(64, 80)), kind)).picture
        picture.rgb[0, 0] = 1
        assert picture.rgb.flags.c_contiguous
