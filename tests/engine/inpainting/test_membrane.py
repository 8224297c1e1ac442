from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inpainting.membrane import laplacian, membrane, solve


@settings(deadline=None, max_examples=20)
@given(height=st.integers(8, 70), width=st.integers(8, 70), seed=st.integers(0, 999))
def test_solving_undoes_the_laplacian(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    hole = np.zeros((height, width), np.bool_)
    hole[height // 5 : -(height // 5), width // 4 : -(width // 4)] = True
    y, x = int(rng.integers(0, height)), int(rng.integers(0, width))
    hole[y : y + 4, x : x + 9] = False
    truth = (rng.random((height, width, 2), np.float32) * 100) * hole[..., None]
    found = solve(laplacian(truth), hole)
    assert np.abs(found[~hole]).max() == 0
    assert found == pytest.approx(truth, abs=2)


def test_large_holes_too() -> None:
    rows, columns = np.indices((640, 700), np.float32)
    hole = (rows - 320) ** 2 + (columns - 350) ** 2 < 280**2
    bump = np.maximum(0, 280**2 - (rows - 320) ** 2 - (columns - 350) ** 2)[..., None] / 800
    truth = (bump * hole[..., None]).astype(np.float32)
    assert solve(laplacian(truth), hole) == pytest.approx(truth, abs=3)


def test_a_membrane_keeps_a_plane() -> None:
    rows, columns = np.indices((60, 90), np.float32)
    plane = (rows * 2 + columns)[..., None]
    hole = np.zeros((60, 90), np.bool_)
    hole[10:50, 20:70] = True
    torn = np.where(hole[..., None], np.float32(-999), plane)
    assert membrane(torn, hole) == pytest.approx(plane, abs=0.5)


def test_a_hole_along_the_border_does_not_run_away(rng: np.random.Generator) -> None:
    rows, columns = np.indices((361, 1286), np.float32)
    hole = rows > 200 + 40 * np.sin(columns / 37) + 25 * np.sin(columns / 11)
    truth = (60 * np.sin(rows / 90) * np.cos(columns / 200) * hole)[..., None].astype(np.float32)
    noisy = laplacian(truth) + rng.normal(0, 0.3, truth.shape).astype(np.float32)
    found = solve(noisy * hole[..., None], hole)

    assert np.abs(found - truth).max() < 80
