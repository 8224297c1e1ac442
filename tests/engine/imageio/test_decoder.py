"""Whatever is thrown at it, the decoder answers with a picture or an error of the taxonomy, and goes on."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from engine.errors import DamagedImage, ImageTooLarge, ImageTooSmall, UnsupportedImage
from engine.imageio import Limits, decode, isolated
from engine.imageio.decoder import Decoder
from engine.imageio.isolated import Child
from tests.engine.imageio.files_made import SMALL_HEIC, exif, png16, saved, scene

PHOTO = PillowImage.fromarray(scene(90, 120))
JPEG = saved(PHOTO, "JPEG", exif=exif(6))
SEEDS = (
    JPEG,
    saved(PHOTO, "JPEG", progressive=True),
    png16(scene(64, 70, 4).astype(np.uint16) * 257),
    saved(PillowImage.fromarray(scene(70, 90, 4)), "WEBP", lossless=True, exif=exif(8)),
    saved(PHOTO, "WEBP"),
    saved(PHOTO, "GIF", save_all=True, append_images=[PHOTO.rotate(90)]),
    saved(PHOTO, "AVIF", speed=9),
    SMALL_HEIC,
)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[Child]:
    """Every process that the decoder starts."""
    started: list[Child] = []

    class Noted(Child):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr("engine.imageio.decoder.Child", Noted)
    return started


@pytest.fixture
async def decoder(children: list[Child]) -> AsyncIterator[Decoder]:
    async with Decoder(idle_seconds=30) as made:
        yield made
    assert all(child.ended is not None for child in children)


def over(child: Child) -> bool:
    give_up = time.monotonic() + 20
    while child.ended is None and time.monotonic() < give_up:
        time.sleep(0.01)
    return child.ended is not None


async def test_pictures_are_those_of_decode(decoder: Decoder, children: list[Child]) -> None:
    assert not children
    for data in SEEDS:
        here, there = decode(data), await decoder.decode(data)
        np.testing.assert_array_equal(there.picture.rgb, here.picture.rgb)
        assert (there.format, there.notices, there.orientation) == (here.format, here.notices, here.orientation)
    assert len(children) == 1


async def test_two_at_a_time(decoder: Decoder, children: list[Child]) -> None:
    got = await asyncio.gather(*(decoder.decode(JPEG) for _ in range(12)))
    assert {decoded.picture.rgb.shape for decoded in got} == {(120, 90, 3)}
    assert len(children) == 2


@pytest.mark.parametrize(
    ("data", "limits", "error"),
    [
        (b"<svg", Limits(), UnsupportedImage),
        (JPEG, Limits(file_bytes=99), ImageTooLarge),
        (JPEG, Limits(pixels=9999), ImageTooLarge),
        (JPEG, Limits(minimum_side=91), ImageTooSmall),
    ],
)
async def test_what_the_header_forbids_starts_no_process(
    decoder: Decoder, children: list[Child], data: bytes, limits: Limits, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await decoder.decode(data, limits)
    assert not children


async def test_a_hang_is_killed_and_the_next_picture_is_well(
    decoder: Decoder, children: list[Child], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hanging = tmp_path / "child.py"
    hanging.write_text("import time; print(flush=True); time.sleep(60)")
    with monkeypatch.context() as patched:
        patched.setattr(isolated, "CHILD", hanging)
        with pytest.raises(DamagedImage):
            await decoder.decode(JPEG)
    assert (await decoder.decode(JPEG)).format == "JPEG"
    assert [child.ended is None for child in children] == [False, True]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped here")
async def test_a_process_that_freezes_or_dies_is_replaced(decoder: Decoder, children: list[Child]) -> None:
    await decoder.decode(JPEG)
    os.kill(children[0].pid, signal.SIGSTOP)
    with pytest.raises(DamagedImage):
        await decoder.decode(JPEG)
    await decoder.decode(JPEG)
    os.kill(children[1].pid, signal.SIGKILL)
    assert await asyncio.to_thread(over, children[1])
    assert (await decoder.decode(JPEG)).format == "JPEG"
    assert len(children) == 3


async def test_cancelling_kills_nothing_and_frees_the_place(decoder: Decoder, children: list[Child]) -> None:
    await decoder.decode(JPEG)
    large = saved(PillowImage.fromarray(scene(1500, 2000)), "PNG")
    for _ in range(3):
        task = asyncio.create_task(decoder.decode(large))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert (await decoder.decode(JPEG)).format == "JPEG"
    assert len(children) <= 2
    assert all(child.ended is None for child in children)


async def test_an_idle_process_ends(children: list[Child]) -> None:
    async with Decoder(idle_seconds=0.05) as decoder:
        await decoder.decode(JPEG)
        assert await asyncio.to_thread(over, children[0])
        await decoder.decode(JPEG)
    assert len(children) == 2


async def test_the_loop_goes_on_while_pictures_are_decoded(decoder: Decoder) -> None:
    large = saved(PillowImage.fromarray(scene(2000, 3000)), "JPEG")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await asyncio.gather(*(decoder.decode(large) for _ in range(4)))
    ticking.cancel()
    assert ticks > 20


def mutated(chance: random.Random) -> bytes:
    """A picture with a few bytes changed, cut, doubled or set to an extreme."""
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(2, len(data) if chance.random() < 0.7 else min(len(data), 400))
        match chance.randrange(5):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"))
            case 2:
                del data[at : at + chance.randrange(1, 40)]
            case 3:
                data[at:at] = chance.randbytes(20)
            case _:
                data[at:] = data[at:-20]
    return bytes(data)


def batches(count: int, chance: random.Random) -> Iterator[list[bytes]]:
    for _ in range(count):
        yield [mutated(chance) for _ in range(25)]


async def test_mutated_files_never_break_it(decoder: Decoder, children: list[Child]) -> None:
    whole = 0
    for batch in batches(24, random.Random(5)):
        got = await asyncio.gather(*map(decoder.decode, batch), return_exceptions=True)
        whole += sum(not isinstance(outcome, BaseException) for outcome in got)
        errors = {type(outcome) for outcome in got if isinstance(outcome, BaseException)}
        assert errors <= {DamagedImage, ImageTooLarge, ImageTooSmall, UnsupportedImage}
    assert 60 < whole < 540
    assert (await decoder.decode(JPEG)).format == "JPEG"
    assert len(children) < 12
