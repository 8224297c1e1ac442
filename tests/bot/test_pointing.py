"""Words about the pictures of a message."""

from __future__ import annotations

import pytest

from bot.pointing import example_among, means_each


@pytest.mark.parametrize(
    "instruction",
    [
        "make each brighter",
        "make both warmer",
        "crop both to a square",
        "crop both",
        "make both of them black and white",
        "remove the background from all of these",
        "turn these into sketches",
        "make these black and white",
        "sharpen these two photos",
        "blur the faces in every picture",
        "brighten every one of my photos",
        "resize all the pictures to 800 px",
        "resize all my holiday photos",
        "make every one warmer",
        "Make them both warmer",
        "make these red",
        "add the date to each, please",
        "flip all of the images",
    ],
)
def test_words_that_mean_every_picture(instruction: str) -> None:
    assert means_each(instruction)


@pytest.mark.parametrize(
    "instruction",
    [
        "remove both dogs",
        "blur each face",
        "blur everyone",
        "remove all the balloons",
        "add these flowers to the vase",
        "put a hat on every cat",
        "make it warmer",
        "remove these people",
        "make the picture brighter",
        "make all of it red",
    ],
)
def test_words_that_mean_things_in_a_picture(instruction: str) -> None:
    assert not means_each(instruction)


@pytest.mark.parametrize(
    ("instruction", "count", "wanted"),
    [
        ("make the sky like the second", 2, 1),
        ("make it look like the second picture", 3, 1),
        ("make the second look like the first", 2, 0),
        ("use the first one as a reference", 2, 0),
        ("the second picture is the reference", 3, 1),
        ("the 2nd is a style reference", 3, 1),
        ("paint it in this style", 2, 1),
        ("in the style of the other one", 3, 2),
        ("give her the hat from the other", 2, 1),
        ("add the dog from the third picture", 4, 2),
        ("a jacket as in the second photo", 2, 1),
        ("hair as in", 2, 1),
        ("make it look like this", 2, 1),
        ("use that image for the background", 2, 1),
        ("replace the background of the first with the second", 2, 1),
        ("match the colours of the second picture", 2, 1),
        ("match the reference", 3, 2),
        ("make it like the ninth", 2, 1),
    ],
)
def test_words_that_make_one_an_example(instruction: str, count: int, wanted: int) -> None:
    assert example_among(instruction, range(count)) == wanted


@pytest.mark.parametrize(
    "instruction",
    [
        "make it warmer",
        "remove the second dog",
        "make it look like winter",
        "remove the dog from the second picture",
        "take the man on the other side away",
        "replace the sky with a sunset",
        "put the other dog next to the first dog",
    ],
)
def test_words_that_make_none_an_example(instruction: str) -> None:
    assert example_among(instruction, range(3)) is None


def test_among_no_pictures_there_is_no_example() -> None:
    assert example_among("like the second", ()) is None


def test_only_pictures_that_are_left_are_examples() -> None:
    assert example_among("like the second", (0, 2)) == 2
