"""Before and after as an animation."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from bot.drawing import BACKDROP
from bot.wipe import FRAME_MS, HEIGHT, REST_MS, STEPS, WIDTH, wipe
from engine.data import Image, Picture

NO_LABELS = ("", "")


def plain(height: int, width: int, colour: tuple[int, int, int]) -> Picture:
    return Picture(np.full((height, width, 3), colour, np.uint8))


def clouds(seed: int = 1, height: int = 300, width: int = 400) -> Picture:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (6, 8, 3), np.uint8)
    smooth = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    return Picture(np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8))


def frames(data: bytes) -> tuple[list[Image], list[int]]:
    """Every frame as it is seen, and how long, ms."""
    seen: list[Image] = []
    durations: list[int] = []
    with PillowImage.open(io.BytesIO(data)) as image:
        count: int = getattr(image, "n_frames", 1)
        for index in range(count):
            image.seek(index)
            seen.append(np.array(image.convert("RGB"), np.uint8))
            durations.append(int(image.info["duration"]))
        assert image.info["loop"] == 0
    return seen, durations


def share_of(frame: Image, colour: tuple[int, int, int]) -> float:
    near = np.less(np.abs(frame.astype(np.int16) - np.array(colour, np.int16)), 12).all(axis=2)
    return np.count_nonzero(near) / near.size


def test_it_sweeps_to_after_and_back_with_rests() -> None:
    seen, durations = frames(wipe(plain(300, 400, (200, 30, 40)), plain(300, 400, (20, 60, 190)), labels=NO_LABELS))
    shares = [share_of(frame, (20, 60, 190)) for frame in seen]
    assert len(seen) == 2 * STEPS
    assert shares[0] == 0
    assert shares[STEPS] == 1
    assert shares[: STEPS + 1] == sorted(shares[: STEPS + 1])
    assert shares[STEPS:] == sorted(shares[STEPS:], reverse=True)
    assert [i for i, ms in enumerate(durations) if ms == REST_MS] == [0, STEPS]
    assert set(durations) == {FRAME_MS, REST_MS}


def test_it_starts_and_stops_gently() -> None:
    seen, _ = frames(wipe(plain(300, 400, (200, 30, 40)), plain(300, 400, (20, 60, 190)), labels=NO_LABELS))
    steps = np.diff([share_of(frame, (20, 60, 190)) for frame in seen[: STEPS + 1]])
    assert steps[STEPS // 2] > 3 * steps[1]
    assert steps[STEPS // 2] > 3 * steps[-2]


def test_after_is_on_the_left_of_a_bright_divider_with_a_handle() -> None:
    seen, _ = frames(wipe(plain(300, 400, (200, 30, 40)), plain(300, 400, (20, 60, 190)), labels=NO_LABELS))
    frame = seen[STEPS // 2].astype(int)
    middle = WIDTH // 2
    assert np.abs(frame[:, 10] - (20, 60, 190)).max() < 12
    assert np.abs(frame[:, -10] - (200, 30, 40)).max() < 12
    assert frame[20, middle].min() > 240
    white = (frame.min(axis=2) > 240).sum(axis=1)
    assert white[frame.shape[0] // 2 + 8] > 5 * white[20]


def test_what_is_the_same_stays_the_same_in_every_frame() -> None:
    before = clouds()
    changed = before.rgb.copy()
    changed[:100, :, 0] = 255 - changed[:100, :, 0]
    seen, _ = frames(wipe(before, Picture(changed), labels=NO_LABELS))
    assert (seen[0][180:] == seen[STEPS][180:]).all()
    assert (seen[0][:140] != seen[STEPS][:140]).any(axis=2).mean() > 0.5


def test_the_shared_palette_does_both_pictures_justice() -> None:
    before, after = clouds(1, 480, 640), clouds(2, 480, 640)
    seen, _ = frames(wipe(before, after, labels=NO_LABELS))
    for frame, picture in ((seen[0], before), (seen[STEPS], after)):
        blurred = [np.asarray(cv2.GaussianBlur(rgb, (0, 0), 4), np.int16) for rgb in (frame, picture.rgb)]
        assert np.abs(blurred[0] - blurred[1]).mean() < 4


def test_labels_are_seen_with_their_picture_only() -> None:
    colours = (200, 30, 40), (20, 60, 190)
    seen, _ = frames(wipe(plain(300, 400, colours[0]), plain(300, 400, colours[1])))
    half = WIDTH // 2
    assert share_of(seen[0][:, :half], colours[0]) == 1
    assert 0.9 < share_of(seen[0][:, half:], colours[0]) < 1
    assert share_of(seen[STEPS][:, half:], colours[1]) == 1
    assert 0.9 < share_of(seen[STEPS][:, :half], colours[1]) < 1


@pytest.mark.parametrize(("first", "second"), [((300, 400), (300, 190)), ((300, 190), (300, 400))])
def test_pictures_of_other_shapes_are_letterboxed(first: tuple[int, int], second: tuple[int, int]) -> None:
    seen, _ = frames(wipe(plain(*first, (200, 30, 40)), plain(*second, (20, 60, 190)), labels=NO_LABELS))
    narrow = seen[STEPS] if second[1] < first[1] else seen[0]
    assert narrow.shape == (480, WIDTH, 3)
    assert tuple(narrow[240, 5]) == tuple(narrow[240, -5]) == BACKDROP
    assert share_of(narrow, BACKDROP) == pytest.approx(1 - 304 / 640, abs=0.01)


@settings(deadline=None, max_examples=6)
@given(st.integers(1, 900), st.integers(1, 900), st.integers(1, 900), st.integers(1, 900))
def test_any_two_pictures_make_an_animation(height: int, width: int, other_height: int, other_width: int) -> None:
    seen, _ = frames(wipe(plain(height, width, (9, 90, 200)), plain(other_height, other_width, (250, 200, 10))))
    assert len(seen) > STEPS
    assert seen[0].shape[0] <= HEIGHT
    assert seen[0].shape[1] <= WIDTH


def test_it_keeps_within_the_limit_with_fewer_pixels() -> None:
    before, after = clouds(1), clouds(2)
    full = wipe(before, after)
    assert len(full) <= 4 << 20
    small = wipe(before, after, len(full) // 3)
    assert len(small) <= len(full) // 3
    assert frames(small)[0][0].shape[1] < WIDTH
    with pytest.raises(ValueError, match="1000"):
        wipe(plain(30, 40, (9, 9, 9)), plain(30, 40, (250, 9, 9)), 1000)


def test_transparency_is_a_checkerboard() -> None:
    clear = Picture(np.zeros((200, 300, 3), np.uint8), np.zeros((200, 300), np.uint8))
    seen, _ = frames(wipe(plain(200, 300, (200, 30, 40)), clear, labels=NO_LABELS))
    assert share_of(seen[STEPS], (205, 205, 205)) == pytest.approx(0.5, abs=0.1)
    assert share_of(seen[STEPS], (240, 240, 240)) == pytest.approx(0.5, abs=0.1)
