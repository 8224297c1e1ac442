from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engine.budget import ByteBudget, fingerprint
from engine.errors import OutOfMemory


def test_the_oldest_goes_when_the_budget_is_spent() -> None:
    kept: ByteBudget[bytes] = ByteBudget(100, len)
    for name in (b"a", b"b"):
        kept.get(name, lambda: bytes(50))
    kept.get(b"a", lambda: pytest.fail("a was kept"))
    kept.get(b"c", lambda: bytes(50))

    kept.get(b"a", lambda: pytest.fail("a was used last"))
    assert kept.held == 100
    assert kept.get(b"b", lambda: bytes(7)) == bytes(7)


def test_what_is_larger_than_the_budget_is_handed_out_but_not_kept() -> None:
    kept: ByteBudget[bytes] = ByteBudget(100, len)

    assert len(kept.get(b"a", lambda: bytes(101))) == 101
    assert kept.held == 0


def test_threads_that_want_the_same_value_make_it_once() -> None:
    kept: ByteBudget[bytes] = ByteBudget(100, len)
    made: list[int] = []
    gate = threading.Barrier(4)

    def make() -> bytes:
        made.append(1)
        return b"x"

    def ask(_: int) -> bytes:
        gate.wait(10)
        return kept.get(b"a", make)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [b"x"] * 4
    assert len(made) == 1


def test_a_value_that_could_not_be_made_is_tried_again() -> None:
    kept: ByteBudget[bytes] = ByteBudget(100, len)

    def broken() -> bytes:
        raise OutOfMemory("sam")

    with pytest.raises(OutOfMemory):
        kept.get(b"a", broken)
    assert kept.get(b"a", lambda: b"y") == b"y"


def test_one_changed_level_or_another_shape_is_another_picture(rng: np.random.Generator) -> None:
    image = rng.integers(0, 255, (30, 40, 3), np.uint8)
    changed = image.copy()
    changed[29, 39, 2] ^= 1
    prints = {fingerprint(image), fingerprint(changed), fingerprint(image.reshape(40, 30, 3)), fingerprint(image, "x")}

    assert len(prints) == 4
    assert fingerprint(image[:, ::-1]) == fingerprint(np.ascontiguousarray(image[:, ::-1]))
