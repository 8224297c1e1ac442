"""What models are told: chunks of long prompts, what is avoided, the medium of the picture. No model needed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Image
from engine.inpainting.diffusion.medium import is_monochrome
from engine.inpainting.diffusion.prompts import LOOK_BACK, avoided, chunks_of, in_context, with_medium
from engine.inpainting.diffusion.settings import MANNERS, avoiding

COMMA = 7


@settings(deadline=None, max_examples=100)
@given(ids=st.lists(st.integers(0, 9), max_size=300), length=st.integers(1, 75))
def test_chunks_hold_every_token_in_order(ids: list[int], length: int) -> None:
    chunks = list(chunks_of(ids, length, frozenset({COMMA})))
    assert [token for chunk in chunks for token in chunk] == ids
    assert all(len(chunk) <= length for chunk in chunks)
    assert all(len(chunk) > length - LOOK_BACK - 1 for chunk in chunks[:-1])
    assert len(chunks) == 1 or chunks[-1]


def test_a_chunk_rather_ends_at_a_comma() -> None:
    ids = [1] * 70 + [COMMA] + [2] * 30
    assert [len(chunk) for chunk in chunks_of(ids, 75, frozenset({COMMA}))] == [71, 30]
    assert [len(chunk) for chunk in chunks_of(ids, 75)] == [75, 26]
    early = [1] * 20 + [COMMA] + [2] * 80
    assert [len(chunk) for chunk in chunks_of(early, 75, frozenset({COMMA}))] == [75, 26]


def test_what_is_asked_for_is_not_avoided() -> None:
    wanted = MANNERS["add"].avoided
    assert "watermark" in avoided("a bench", wanted)
    assert "text" not in avoided("a shop sign with the text OPEN", wanted)
    assert "blurry" not in avoided("a blurry figure", wanted)


def test_every_operation_avoids_what_it_goes_wrong_in() -> None:
    assert {"frame", "border", "watermark", "text"} <= set(MANNERS["expand"].avoided)
    assert {"object", "person", "text"} <= set(MANNERS["remove"].avoided)
    assert "deformed" in MANNERS["replace"].avoided
    assert all({"blurry", "low quality"} <= set(manner.avoided) for manner in MANNERS.values())


def test_what_is_removed_is_avoided_by_its_name() -> None:
    assert avoided("", avoiding(MANNERS["remove"], ["dog", "", "dog"]).avoided).split(", ")[:2] == ["dog", "blurry"]


def test_what_the_picture_shows_comes_after_the_words() -> None:
    assert in_context("more sand", grey(), lambda _: "a beach at sunset") == "more sand, a beach at sunset"
    assert in_context("", grey(), lambda _: "a beach at sunset") == "a beach at sunset"
    assert in_context("more sand", grey(), lambda _: "") == "more sand"


def grey() -> Image:
    return np.repeat(np.random.default_rng(1).integers(0, 256, (90, 70, 1), np.uint8), 3, axis=2)


def test_a_black_and_white_photo_stays_one() -> None:
    photo = grey()
    assert with_medium("a bench", photo) == "a bench, black and white photo"
    assert with_medium("", photo) == "black and white photo"
    assert with_medium("a bench in colour", photo) == "a bench in colour"
    assert with_medium("a bench, oil painting", photo) == "a bench, oil painting"
    assert with_medium("an oil lamp", photo) == "an oil lamp, black and white photo"


@pytest.mark.parametrize("where", [slice(0, 12), slice(0, 90)])
def test_a_photo_with_a_red_coat_is_no_black_and_white_photo(where: slice) -> None:
    photo = grey()
    photo[where, :30, 0] = 220
    photo[where, :30, 1:] = 30
    assert not is_monochrome(photo)
    assert with_medium("a bench", photo) == "a bench"


def test_what_a_jpeg_adds_to_grey_is_no_colour() -> None:
    photo = grey().astype(np.int16) + np.random.default_rng(2).integers(-3, 4, (90, 70, 3))
    assert is_monochrome(np.clip(photo, 0, 255).astype(np.uint8))
