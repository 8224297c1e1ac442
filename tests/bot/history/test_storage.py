from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bot.history import Draft, History, Revision
from bot.history.storage import DEEPEST, MOST_DRAWN
from engine.data import Image, Offset, Picture
from tests.bot.history.conftest import Place
from tests.bot.history.helpers import begin, commit, same

HEIGHT, WIDTH = 3000, 4000
"""12 MP, as phones make them."""


def blob_files(home: Path) -> list[Path]:
    return [path for path in (home / "blobs").rglob("*") if path.is_file()]


def blob_bytes(home: Path) -> int:
    return sum(path.stat().st_size for path in blob_files(home))


def textured(rng: np.random.Generator, height: int, width: int) -> Image:
    """Structure at every scale with a camera's noise on it."""
    scene = np.zeros((height, width, 3), np.float32)
    for cells in (4, 16, 64, 256):
        coarse = rng.normal(0, 90 / cells**0.5, (cells, cells, 3)).astype(np.float32)
        scene += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    scene += rng.normal(128, 2, (height, width, 1)).astype(np.float32)
    return np.clip(scene, 0, 255).astype(np.uint8)


def locally_edited(rgb: Image, step: int, rng: np.random.Generator) -> tuple[Image, np.ndarray]:
    """One ellipse of about a fortieth of the picture recoloured, filled from elsewhere, or brightened."""
    x, y = int(rng.integers(0, WIDTH - 900)), int(rng.integers(0, HEIGHT - 600))
    mask, edited = np.zeros(rgb.shape[:2], np.bool_), rgb.copy()
    area, inside = edited[y : y + 600, x : x + 900], mask[y : y + 600, x : x + 900]
    axes = (int(rng.integers(200, 450)), int(rng.integers(150, 300)))
    inside[:] = cv2.ellipse(np.zeros(inside.shape, np.uint8), (450, 300), axes, 30, 0, 360, 1, -1) > 0
    match step % 3:
        case 0:
            area[inside] = area[inside][:, [1, 2, 0]]
        case 1:
            area[inside] = rgb[-600:, -900:][inside]
        case _:
            area[inside] = np.minimum(area[inside] * 1.15 + 8, 255).astype(np.uint8)
    return edited, mask


async def test_twenty_local_edits_of_12_mp_take_less_than_three_times_the_original(
    tmp_path: Path, rng: np.random.Generator
):
    rgb = textured(rng, HEIGHT, WIDTH)
    steps: list[tuple[str, Image]] = []
    async with await History.open(tmp_path) as history:
        last = await begin(history, Picture(rgb))
        original = blob_bytes(tmp_path)
        for step in range(20):
            rgb, mask = locally_edited(rgb, step, rng)
            draft = Draft(picture=Picture(rgb), instruction="", author="ada", mask=mask)
            last = await history.commit(last, draft)
            steps.append((last.id, rgb))
    assert blob_bytes(tmp_path) < 2 * original
    async with await History.open(tmp_path, budget=0) as history:
        for revision, pixels in (steps[-1], steps[9]):
            assert np.array_equal((await history.picture(revision)).rgb, pixels)


async def test_however_long_a_branch_opening_its_end_reads_a_bounded_part(place: Place, photo: Picture):
    async with await place.open() as history:
        last = await begin(history, photo)
        (original,) = place.digests()
        line = [last]
        for step in range(DEEPEST + 10):
            last = await commit(history, last, step)
            line.append(last)
        wanted = await history.picture(last.id)
    assert [revision.number for revision in line if not revision.picture.based] == [0, DEEPEST + 1]
    assert max(revision.picture.depth for revision in line) == DEEPEST
    place.store().remove([original])
    async with await place.open() as history:
        assert same(await history.picture(last.id), wanted)


async def test_large_edits_are_whole_again_before_too_much_is_drawn(history: History, rng: np.random.Generator):
    rgb = textured(rng, 100, 120)
    last = await begin(history, Picture(rgb))
    stored: list[bool] = []
    for _ in range(12):
        rgb = rgb + np.uint8(2)
        last = await history.commit(last, Draft(picture=Picture(rgb), instruction="", author="ada"))
        stored.append(last.picture.based)
        assert last.picture.drawn <= MOST_DRAWN * 100 * 120
    assert stored == ([True] * MOST_DRAWN + [False] + [True] * MOST_DRAWN + [False] + [True] * 2)


async def child(history: History, parent: Revision, rgb: Image, offset: Offset | None) -> Revision:
    return await history.commit(parent, Draft(picture=Picture(rgb), instruction="", author="ada", offset=offset))


async def test_a_crop_stores_no_pixels_and_an_expansion_only_its_border(tmp_path: Path, rng: np.random.Generator):
    rgb = textured(rng, 600, 800)
    cropped = rgb[100:500, 50:650]
    wider = cv2.copyMakeBorder(cropped, 0, 20, 30, 0, cv2.BORDER_REFLECT).astype(np.uint8)
    async with await History.open(tmp_path) as history:
        root = await begin(history, Picture(rgb))
        whole = blob_bytes(tmp_path)
        crop = await child(history, root, cropped, Offset(-50, -100))
        assert blob_bytes(tmp_path) == whole
        grown = await child(history, crop, wider, Offset(30, 0))
        assert blob_bytes(tmp_path) < whole * 1.15
        assert (crop.height, crop.width, grown.height, grown.width) == (400, 600, 420, 630)
    async with await History.open(tmp_path) as history:
        assert np.array_equal((await history.picture(grown.id)).rgb, wider)
        assert np.array_equal((await history.picture(crop.id)).rgb, cropped)


async def test_a_turned_or_unrelated_picture_is_stored_whole(history: History, rng: np.random.Generator):
    rgb = textured(rng, 90, 120)
    root = await begin(history, Picture(rgb))
    turned = await child(history, root, np.ascontiguousarray(np.rot90(rgb)), None)
    other = await child(history, root, rng.integers(0, 256, rgb.shape, np.uint8), Offset(0, 0))
    away = await child(history, root, rgb[:70, :80].copy(), Offset(500, -900))
    assert not turned.picture.based
    assert not other.picture.based
    assert np.array_equal((await history.picture(turned.id)).rgb, np.rot90(rgb))
    assert np.array_equal((await history.picture(away.id)).rgb, rgb[:70, :80])


async def test_moving_about_writes_no_blob(tmp_path: Path, photo: Picture):
    async with await History.open(tmp_path) as history:
        root = await begin(history, photo)
        await commit(history, root)
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "blobs").rglob("*")}
        await history.undo(root.conversation)
        await history.redo(root.conversation)
        await history.restart(root.conversation)
        assert {path: path.stat().st_mtime_ns for path in (tmp_path / "blobs").rglob("*")} == before


@pytest.mark.parametrize("budget", [0, 10**9])
async def test_pictures_come_back_read_only_and_independent_of_what_was_handed_in(
    place: Place, photo: Picture, budget: int
):
    async with await place.open(budget=budget) as history:
        root = await begin(history, photo)
        again = await history.picture(root.id)
        assert same(again, photo)
        with pytest.raises(ValueError, match="read-only"):
            again.rgb[0] = 0
