"""Pixels through an exchange: the same afterwards, or an error that says which blob."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydantic import ValidationError

from engine.blobs import BlobLost, Blobs
from engine.data import Mask, Picture
from engine.wire.pixels import PictureForm, PixelsRef, get_mask, get_picture, put_mask, put_picture
from tests.engine.wire.comparing import plain

HERE = hypothesis.HealthCheck.function_scoped_fixture


@pytest.fixture
def exchange(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "exchange")


@pytest.mark.parametrize("form", ["raw", "png"])
@pytest.mark.parametrize("opaque", [True, False])
def test_pictures_come_back_as_they_were(
    exchange: Blobs, rng: np.random.Generator, form: PictureForm, opaque: bool
) -> None:
    opacity = None if opaque else rng.integers(0, 256, (13, 7), np.uint8)
    sent = Picture(rng.integers(0, 256, (13, 7, 3), np.uint8), opacity)
    ref = put_picture(exchange, sent, form)
    assert (ref.height, ref.width, ref.planes, ref.form) == (13, 7, 3 if opaque else 4, form)
    got = get_picture(exchange, PixelsRef.model_validate_json(ref.model_dump_json()))
    assert plain(got) == plain(sent)


def test_a_picture_that_came_back_is_the_readers_own(exchange: Blobs) -> None:
    ref = put_picture(exchange, Picture(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8)))
    got = get_picture(exchange, ref)
    got.rgb[:] = 1
    assert got.opacity is not None
    got.opacity[:] = 1
    assert not get_picture(exchange, ref).rgb.any()


def test_a_view_with_gaps_is_sent_as_what_it_shows(exchange: Blobs, rng: np.random.Generator) -> None:
    view = rng.integers(0, 256, (20, 20, 3), np.uint8)[::2, ::-1]
    assert np.array_equal(get_picture(exchange, put_picture(exchange, Picture(view))).rgb, view)


@hypothesis.settings(deadline=None, max_examples=40, suppress_health_check=[HERE])
@hypothesis.given(mask=arrays.arrays(np.bool_, st.tuples(st.integers(1, 19), st.integers(1, 19))))
def test_masks_come_back_as_they_were(exchange: Blobs, mask: Mask) -> None:
    ref = put_mask(exchange, mask)
    got = get_mask(exchange, ref)
    assert got.dtype == np.bool_
    assert np.array_equal(got, mask)
    assert len(exchange.get(ref.blob)) == -(-mask.size // 8)


def test_a_lost_blob_is_named(exchange: Blobs) -> None:
    ref = put_picture(exchange, Picture(np.zeros((4, 4, 3), np.uint8)))
    exchange.path(ref.blob).write_bytes(b"\1" * 48)
    with pytest.raises(BlobLost) as damaged:
        get_picture(exchange, ref)
    assert damaged.value.digest == ref.blob
    exchange.path(ref.blob).unlink()
    with pytest.raises(BlobLost):
        get_picture(exchange, ref)


@pytest.mark.parametrize("told", [{"height": 5}, {"width": 3}, {"planes": 4}, {"form": "png"}])
def test_a_blob_that_is_another_picture_than_told_is_refused(exchange: Blobs, told: dict[str, object]) -> None:
    ref = put_picture(exchange, Picture(np.zeros((4, 4, 3), np.uint8)))
    with pytest.raises(BlobLost):
        get_picture(exchange, ref.model_copy(update=told))


@pytest.mark.parametrize("told", [{"height": 5}, {"planes": 4}])
def test_a_png_of_another_shape_than_told_is_refused(exchange: Blobs, told: dict[str, object]) -> None:
    ref = put_picture(exchange, Picture(np.zeros((4, 4, 3), np.uint8)), "png")
    with pytest.raises(BlobLost):
        get_picture(exchange, ref.model_copy(update=told))


def test_a_mask_is_no_picture(exchange: Blobs) -> None:
    mask = put_mask(exchange, np.ones((4, 4), np.bool_))
    picture = put_picture(exchange, Picture(np.zeros((4, 4, 3), np.uint8)))
    with pytest.raises(BlobLost):
        get_picture(exchange, mask)
    with pytest.raises(BlobLost):
        get_mask(exchange, picture)
    with pytest.raises(BlobLost):
        get_mask(exchange, mask.model_copy(update={"height": 5}))


@pytest.mark.parametrize(
    "wrong",
    [{"blob": "../../etc/passwd"}, {"blob": "A" * 64}, {"height": 0}, {"planes": 2}, {"planes": 1}, {"form": "bits"}],
)
def test_what_is_no_reference_is_refused(wrong: dict[str, object]) -> None:
    right = {"blob": "a" * 64, "height": 1, "width": 1, "planes": 3, "form": "raw"}
    PixelsRef.model_validate(right)
    with pytest.raises(ValidationError):
        PixelsRef.model_validate({**right, **wrong})
