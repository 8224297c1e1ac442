"""What the pictures of one message are for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bot.attachments import Roles, sort_out
from engine.data import Image, Picture
from engine.errors import MaskEmpty, MaskWhole
from engine.imageio import read_picture
from engine.imageio.decoded import turned
from engine.segmentation.classic import ClassicSegmenter
from engine.selection.given import selection_of

HEIGHT, WIDTH = 180, 240


def photo(seed: int, height: int = HEIGHT, width: int = WIDTH, grain: int = 4) -> Picture:
    """Coloured clouds with some grain, levels."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 236, (6, 8, 3), np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    return Picture(np.clip(smooth + rng.integers(-grain, grain + 1, smooth.shape, np.int16), 0, 255).astype(np.uint8))


def mask(height: int = HEIGHT, width: int = WIDTH) -> Picture:
    levels = np.zeros((height, width), np.uint8)
    levels[height // 4 : height // 2, width // 3 : width // 2] = 255
    return Picture(np.dstack([levels] * 3))


def scribbled(picture: Picture, scale: float = 1.0) -> Picture:
    drawn = picture.rgb.copy()
    cv2.circle(drawn, (picture.width // 2, picture.height // 2), picture.height // 4, (255, 0, 40), 7, cv2.LINE_AA)
    small: Image = np.asarray(cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return Picture(small)


def cut_out(picture: Picture) -> Picture:
    opacity = np.full(picture.rgb.shape[:2], 255, np.uint8)
    opacity[40:90, 60:120] = 0
    return Picture(picture.rgb, opacity)


def roles(
    *pictures: Picture, said: str = "make it warmer", parent: Picture | None = None, takes: bool = False
) -> Roles:
    return sort_out(pictures, said, parent=parent, takes_reference=takes)


def test_one_picture_is_the_subject() -> None:
    assert roles(photo(1)) == Roles((0,))
    assert roles(photo(1), said="in this style", takes=True) == Roles((0,))


def test_no_picture_has_no_role() -> None:
    assert roles() == Roles(())
    assert roles(parent=photo(1)) == Roles(())


@pytest.mark.parametrize("takes", [False, True])
def test_the_second_picture_is_a_mask_when_it_looks_like_one(takes: bool) -> None:
    base = photo(1)
    for second in (mask(), mask(HEIGHT // 2, WIDTH // 2), mask(2 * HEIGHT, 2 * WIDTH), cut_out(base), scribbled(base)):
        assert roles(base, second, takes=takes) == Roles((0,), mask=1)


@pytest.mark.parametrize("level", [0, 9, 250, 255])
def test_a_blank_picture_is_a_mask_that_marks_nothing_or_everything(level: int) -> None:
    base, blank = photo(1), Picture(np.full((HEIGHT, WIDTH, 3), level, np.uint8))
    grey = Picture(np.dstack([base.rgb[..., 0]] * 3))
    for picture in (base, grey):
        assert roles(picture, blank, takes=True) == roles(picture, blank) == Roles((0,), mask=1)
        assert roles(blank, parent=picture) == Roles((), mask=0)
        with pytest.raises(MaskEmpty if level < 128 else MaskWhole):
            selection_of(blank, picture, ClassicSegmenter())
    assert roles(blank, Picture(255 - blank.rgb)) == Roles((0, 1))


def test_scribbles_on_a_smaller_copy_are_a_mask() -> None:
    large = photo(1, 3 * HEIGHT, 3 * WIDTH)
    assert roles(large, scribbled(large, 0.5)) == Roles((0,), mask=1)


def test_scribbles_on_a_larger_copy_are_a_mask() -> None:
    large = photo(1, 4 * HEIGHT, 4 * WIDTH, grain=70)
    small = Picture(np.asarray(cv2.resize(large.rgb, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8))
    assert roles(small, scribbled(large)) == Roles((0,), mask=1)


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_mask_of_pixels_that_were_turned_since_is_a_mask(orientation: int) -> None:
    lying = photo(1)
    assert roles(turned(lying, orientation), mask()).mask == 1
    assert roles(turned(lying, orientation), scribbled(lying)).mask == 1


def test_a_mask_of_another_shape_is_none() -> None:
    assert roles(photo(1), mask(200, 200), takes=True) == Roles((0,), reference=1)


def test_a_mask_may_come_first() -> None:
    base = photo(1)
    assert roles(mask(), base) == Roles((1,), mask=0)
    assert roles(scribbled(base), base) == Roles((1,), mask=0)
    assert roles(mask(), base, photo(2), takes=True) == Roles((1,), mask=0, reference=2)


def test_a_second_mask_has_no_role() -> None:
    base = photo(1)
    assert roles(base, mask(), scribbled(base)) == Roles((0,), mask=1)


def test_pages_of_print_are_subjects_when_both_are_meant() -> None:
    page = Picture(255 - mask().rgb)
    assert roles(mask(), page, said="make both of them sharper") == Roles((0, 1))
    assert roles(mask(), page) == Roles((0,), mask=1)


def test_two_cut_outs_are_no_masks_of_each_other() -> None:
    stickers = [Picture(photo(seed).rgb, np.full((HEIGHT, WIDTH), 255, np.uint8)) for seed in (1, 2)]
    for sticker, columns in zip(stickers, (slice(0, 60), slice(150, 240)), strict=True):
        assert sticker.opacity is not None
        sticker.opacity[:, columns] = 0
    assert roles(*stickers) == Roles((0, 1))
    assert roles(stickers[0], parent=stickers[1]) == Roles((), reference=0)
    more = stickers[0].opacity
    assert more is not None
    more = more.copy()
    more[80:120, 100:140] = 0
    assert roles(stickers[0], Picture(stickers[0].rgb, more)) == Roles((0,), mask=1)


def test_the_other_of_two_is_a_reference_where_it_can_be_used() -> None:
    assert roles(photo(1), photo(2), takes=True) == Roles((0,), reference=1)
    assert roles(photo(1), photo(2), takes=False) == Roles((0, 1))


def test_more_than_two_are_all_subjects() -> None:
    assert roles(photo(1), photo(2), photo(3, 100, 300), takes=True) == Roles((0, 1, 2))


def test_words_decide() -> None:
    two, three = (photo(1), photo(2)), (photo(1), photo(2), photo(3))
    assert roles(*two, said="make both warmer", takes=True) == Roles((0, 1))
    assert roles(*two, said="like the second") == Roles((0,), reference=1)
    assert roles(*two, said="make the second look like the first") == Roles((1,), reference=0)
    assert roles(*three, said="make both like the third") == Roles((0, 1), reference=2)
    assert roles(*three, said="as in the second picture") == Roles((0, 2), reference=1)


def test_a_mask_and_a_reference_come_together() -> None:
    base = photo(1)
    assert roles(base, mask(), photo(2), takes=True) == Roles((0,), mask=1, reference=2)
    assert roles(base, photo(2), scribbled(base), takes=True) == Roles((0,), mask=2, reference=1)
    assert roles(base, mask(), photo(2), said="in the style of the other") == Roles((0,), mask=1, reference=2)


def test_beside_a_reply_a_picture_is_a_mask_or_a_reference() -> None:
    base = photo(1)
    assert roles(mask(), parent=base) == Roles((), mask=0)
    assert roles(scribbled(base), parent=base) == Roles((), mask=0)
    assert roles(photo(2), parent=base) == Roles((), reference=0)
    assert roles(photo(2), mask(), parent=base) == Roles((), mask=1, reference=0)
    assert roles(photo(2), photo(3), said="like the second", parent=base) == Roles((), reference=1)
    assert roles(photo(2), photo(3), said="the same to both of these", parent=base) == Roles((0, 1))
    assert roles(photo(2), said="add these flowers", parent=base) == Roles((), reference=0)


def test_real_masks_are_masks_and_real_photos_are_not(real_data: Path) -> None:
    files = sorted((real_data / "masks").glob("*_mask.png"))[::7]
    for file in files:
        base, drawn = (read_picture(path).picture for path in (file.with_name(f"{file.stem[:-5]}.jpg"), file))
        assert roles(base, drawn) == Roles((0,), mask=1)
    frames = [read_picture(file.with_name(f"{file.stem[:-5]}.jpg")).picture for file in files]
    assert roles(*frames) == Roles(tuple(range(len(files))))
