"""Colour profiles are converted, left out, or cost nothing."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageCms

from engine.data import Notice
from engine.imageio import decode, encode
from engine.imageio.profiles import srgb_profile, to_srgb
from tests.engine.imageio.files_made import saved, scene


def tagged(profile: bytes, name: bytes) -> int:
    """Where a tag's data begins (ICC.1:2022, 7.3)."""
    (count,) = struct.unpack_from(">I", profile, 128)
    for entry in range(count):
        signature, offset, _ = struct.unpack_from(">4sII", profile, 132 + 12 * entry)
        if signature == name:
            return offset
    raise AssertionError(name)


def swapped() -> bytes:
    """A profile whose red is sRGB's blue and whose blue is its red."""
    profile = bytearray(srgb_profile())
    red, blue = tagged(bytes(profile), b"rXYZ"), tagged(bytes(profile), b"bXYZ")
    profile[red : red + 20], profile[blue : blue + 20] = profile[blue : blue + 20], profile[red : red + 20]
    return bytes(profile)


def test_our_own_profile_is_the_same_bytes_every_time_and_valid() -> None:
    assert srgb_profile()[24:36] == struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    assert "sRGB" in ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile())))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_another_profile_is_converted(kind: str) -> None:
    samples = scene(64, 80)
    data = saved(PillowImage.fromarray(samples), kind, icc_profile=swapped())
    unconverted = np.asarray(PillowImage.open(io.BytesIO(data)).convert("RGB"))
    decoded = decode(data)
    assert decoded.notices == ()
    np.testing.assert_allclose(decoded.picture.rgb.astype(int), unconverted[..., ::-1].astype(int), atol=2)


def test_srgb_costs_nothing_and_changes_nothing() -> None:
    image = PillowImage.fromarray(scene(64, 80))
    assert to_srgb(image, srgb_profile()) is image
    data = saved(image, "PNG", icc_profile=srgb_profile())
    np.testing.assert_array_equal(decode(data).picture.rgb, scene(64, 80))


def test_opacity_is_kept_through_a_conversion() -> None:
    samples = scene(64, 80, 4)
    picture = decode(saved(PillowImage.fromarray(samples), "PNG", icc_profile=swapped())).picture
    np.testing.assert_array_equal(picture.opacity, samples[..., 3])
    np.testing.assert_allclose(picture.rgb.astype(int), samples[..., 2::-1].astype(int), atol=2)


def lab() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()  # pyright: ignore


@pytest.mark.parametrize("profile", [b"nonsense", swapped()[:200], lab()], ids=["nonsense", "cut", "lab"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_unusable_profile_is_left_out_and_said(kind: str, profile: bytes) -> None:
    data = saved(PillowImage.fromarray(scene(64, 80)), kind, icc_profile=profile)
    decoded = decode(data)
    assert decoded.notices == (Notice("profile_dropped"),)
    np.testing.assert_array_equal(decoded.picture.rgb, np.asarray(PillowImage.open(io.BytesIO(data)).convert("RGB")))


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_pictures_that_leave_say_they_are_srgb(kind: str) -> None:
    data = encode(decode(saved(PillowImage.fromarray(scene(64, 80)), "PNG")).picture, kind)
    assert PillowImage.open(io.BytesIO(data)).info["icc_profile"] == srgb_profile()
