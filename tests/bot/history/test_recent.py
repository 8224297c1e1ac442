from __future__ import annotations

import numpy as np
import pytest

from bot.history.recent import Recent
from engine.data import Picture


def picture(opaque: bool = True) -> Picture:
    return Picture(np.zeros((10, 10, 3), np.uint8), None if opaque else np.zeros((10, 10), np.uint8))


def test_the_picture_used_least_lately_goes_first():
    recent = Recent(900)
    for name in "abc":
        recent.put(name, picture())
    assert recent.get("a") is not None
    recent.put("d", picture())
    assert [name for name in "abcd" if recent.get(name)] == ["a", "c", "d"]


def test_the_budget_counts_opacity_and_is_never_exceeded():
    recent = Recent(700)
    recent.put("a", picture())
    recent.put("b", picture(opaque=False))
    assert recent.get("a") is not None
    recent.put("c", picture(opaque=False))
    assert [name for name in "abc" if recent.get(name)] == ["a", "c"]


def test_putting_a_picture_twice_counts_it_once():
    recent = Recent(600)
    for _ in range(5):
        recent.put("a", picture())
    recent.put("b", picture())
    assert recent.get("a")
    assert recent.get("b")


def test_a_picture_above_the_budget_is_not_kept_and_clear_keeps_none():
    recent = Recent(299)
    assert recent.put("a", picture()).rgb.shape == (10, 10, 3)
    assert recent.get("a") is None
    roomy = Recent(3000)
    roomy.put("a", picture())
    roomy.clear()
    assert roomy.get("a") is None


def test_what_is_kept_cannot_be_written_to():
    kept = Recent(3000).put("a", picture(opaque=False))
    assert kept.opacity is not None
    for array in (kept.rgb, kept.opacity):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
