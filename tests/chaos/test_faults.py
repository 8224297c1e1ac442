"""Whatever of an edit's writes fails: it is refused, or answered once, and the desk goes on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from bot.chat import Message
from bot.history import History
from bot.replies import sentence
from engine.errors import StorageFailed, TimedOut
from tests.chaos.faults import TROUBLES, Faults, install
from tests.chaos.local import Local, Post, amiss, blurred, serving

pytestmark = pytest.mark.usefixtures("quickly")
CLEAR = ("StorageFailed", "TimedOut")
"""What a failing disk may be called in an answer."""


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    faults = Faults()
    install(faults, monkeypatch)
    return faults


async def taken(local: Local, message: Message, key: str) -> str:
    """The job of the message, which is sent until it is acknowledged."""
    for _ in range(3):
        try:
            return (await local.desk.take(message, key=key)).id
        except (StorageFailed, TimedOut):
            pass
    raise AssertionError(f"{key} is refused for ever")


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_the_same_desk_goes_on(tmp_path: Path, faults: Faults, trouble: str) -> None:
    home, post, number = tmp_path / "home", Post(), 0
    async with serving(home, post) as local:
        while not number or faults.struck:
            faults.strike(number, TROUBLES[trouble])
            await taken(local, blurred(number), f"message {number}")
            await local.over()
            number += 1
        faults.heal()
        await local.house.history.collect(grace_s=-1)
    assert number > 25
    assert amiss(home, post, CLEAR) == []
    assert len(post.brought) == number
    assert not list((home / "blobs" / "incoming").iterdir())


async def test_another_desk_goes_on(tmp_path: Path, faults: Faults) -> None:
    """Each desk closes where its fault struck; the last one does what they left."""
    home, post, number = tmp_path / "home", Post(), 0
    while not number or faults.struck:
        async with serving(home, post) as local:
            faults.strike(number, TROUBLES["broken"])
            await taken(local, blurred(number), f"message {number}")
            while not faults.struck and await local.unfinished():  # noqa: ASYNC110 (a disk tells nobody)
                await asyncio.sleep(0.005)
        number += 1
    faults.heal()
    async with serving(home, post) as local:
        await local.over(20)
        await local.house.history.collect(grace_s=-1)
    assert number > 40
    assert amiss(home, post, CLEAR) == []
    assert len(post.brought) == number
    assert not list((home / "blobs" / "incoming").iterdir())


@pytest.mark.parametrize("at", range(0, 60, 6))
async def test_a_disk_that_is_full_for_a_while(tmp_path: Path, faults: Faults, at: int) -> None:
    """From some moment of an edit on nothing can be written: all is refused but reading, until there is space."""
    home, post = tmp_path / "home", Post()
    async with serving(home, post) as local:
        before = await local.desk.take(blurred(100))
        await local.over()
        edited = await local.house.history.head(before.conversation)
        back = blurred(0, picture=None, mask=None, reply_to=edited.id, instruction="undo")
        faults.strike(at, TROUBLES["full"], lasts=True)
        with suppress(StorageFailed):
            await local.desk.take(blurred(0), key="meanwhile")
        while not faults.struck:  # noqa: ASYNC110 (a disk tells nobody)
            await asyncio.sleep(0.005)
        for refused in (blurred(1), back):
            with pytest.raises(StorageFailed) as error:
                await local.desk.take(refused)
            assert "full" in sentence(error.value)
        assert (await local.house.history.picture(edited.id)).rgb.shape == (72, 96, 3)
        assert (await local.house.history.head(before.conversation)).number == 1
        await asyncio.sleep(0.3)
        faults.heal()
        await taken(local, blurred(0), "meanwhile")
        undone = await local.desk.take(back)
        assert (await local.desk.answer(undone)).answer.revision.number == 0
        await local.over()
    assert len(post.brought) == 3


async def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "retouch.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(StorageFailed):
        await History.open(tmp_path)
