from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadOption
from engine.tools.aspects import aspect_ratio


@pytest.mark.parametrize(
    ("words", "ratio"),
    [
        ("1:1", 1),
        ("square", 1),
        ("a square format", 1),
        ("16:9", 16 / 9),
        ("16x9", 16 / 9),
        ("16 × 9", 16 / 9),
        ("16 by 9", 16 / 9),
        ("16-9", 16 / 9),
        ("3 to 2", 1.5),
        ("4/3", 4 / 3),
        ("1.85:1", 1.85),
        ("2.39", 2.39),
        ("1080x1920 px", 9 / 16),
        ("4x6 inches", 2 / 3),
        ("portrait", 0.8),
        ("Landscape", 1.5),
        ("story", 9 / 16),
        ("instagram reel", 9 / 16),
        ("an Instagram post", 1),
        ("instagram portrait", 0.8),
        ("desktop wallpaper", 16 / 9),
        ("widescreen", 16 / 9),
        ("cinemascope", 2.39),
        ("golden ratio", 1.618),
        ("passport photo", 35 / 45),
        ("banner", 3),
        ("A4", 0.7071),
        ("a4 landscape", 1.41421),
        ("landscape letter", 11 / 8.5),
        ("portrait 16:9", 9 / 16),
        ("landscape 4:5", 1.25),
        ("vertical 9:16", 9 / 16),
    ],
)
def test_shapes_that_people_name(words: str, ratio: float) -> None:
    assert aspect_ratio(words) == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize(
    "words", ["", "ratio", "banana", "0:1", "1:0", "landscape 0:4", "16:", "1:2:3", "100:1", "-4:3x"]
)
def test_shapes_that_nobody_knows(words: str) -> None:
    with pytest.raises(BadOption):
        aspect_ratio(words)


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_any_pair_of_sides_is_a_ratio(width: int, height: int) -> None:
    if 1 / 50 <= width / height <= 50:
        assert aspect_ratio(f"{width}:{height}") == width / height


@given(st.text("0123456789.:/x ×-_,qa4\n", max_size=12))
def test_any_words_give_a_shape_or_say_no(words: str) -> None:
    with suppress(BadOption):
        assert 1 / 50 <= aspect_ratio(words) <= 50
