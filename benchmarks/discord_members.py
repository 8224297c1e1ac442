"""What 100 members get who all want something of the Discord bot at once, on a Discord of our own over real sockets.

Each posts a picture with words, replies to the answer with a second edit, and presses Undo under what comes back, while
the others keep the engine busy. `uv run python -m benchmarks.discord_members [members]` prints how soon
they were acknowledged and answered, how evenly, what came twice or not at all, and how much memory that took.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from tests.discord_wire import WireDiscord
from tests.discord_wire.bots import BotProcess, is_final, png
from tests.discord_wire.world import Message, User

MEMBERS: Final = 100
SIDES: Final = (480, 640)
FIRST, SECOND = "remove the noise", "make it 20% warmer"
PATIENCE_S: Final = 110.0
"""After so long the rest counts as lost."""
BEAT_S: Final = 1.0
MEMORY_S: Final = 0.25


@dataclass
class Seen:
    """What the members met, s and counts."""

    pictures: list[float] = field(default_factory=list[float])
    replies: list[float] = field(default_factory=list[float])
    first: list[float] = field(default_factory=list[float])
    second: list[float] = field(default_factory=list[float])
    clicks: list[float] = field(default_factory=list[float])
    undone: list[float] = field(default_factory=list[float])
    turned_away: list[str] = field(default_factory=list[str])
    lost: int = 0
    doubled: int = 0
    idle: tuple[int, int] = (0, 0)
    memory: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])


def photo(number: int) -> bytes:
    """A noisy picture, another one for each number."""
    rng = np.random.default_rng(number)
    coarse = rng.integers(40, 215, (SIDES[0] // 40, SIDES[1] // 40, 3), np.uint8)
    smooth = np.asarray(cv2.resize(coarse, SIDES[::-1], interpolation=cv2.INTER_CUBIC), np.float32)
    return png(np.clip(smooth + rng.normal(0, 12, smooth.shape), 0, 255))


class Crowd:
    """The members, each in a channel of their own so that it is known what is meant for whom."""

    def __init__(self, wire: WireDiscord, seen: Seen) -> None:
        self._wire, self._seen = wire, seen
        self.asked: list[Message] = []

    async def visit(self, number: int, picture: bytes) -> None:
        """One member: a picture, a reply, a click."""
        wire, seen = self._wire, self._seen
        member = wire.member(f"member {number}", wire.guild)
        channel = wire.open_channel(wire.guild, f"pictures-{number}")
        photo = [("photo.png", picture)]
        asked = await wire.say(channel, member, FIRST, attachments=photo, mentions_bot=True)
        answer = await self._answered(asked, seen.first)
        if answer is None:
            return
        asked = await wire.say(channel, member, SECOND, reply_to=answer)
        if (answer := await self._answered(asked, seen.second)) is not None:
            await self._click(answer, member)

    async def _answered(self, asked: Message, took: list[float]) -> Message | None:
        """The answer with a picture; None where there is none, and why."""
        start = time.monotonic()
        self.asked.append(asked)
        try:
            final = (await self._wire.until(lambda: _final(self._wire, asked), PATIENCE_S))[0]
        except AssertionError:
            self._seen.lost += 1
            return None
        if not final.attachments:
            self._seen.turned_away.append(final.content.splitlines()[0])
            return None
        took.append(time.monotonic() - start)
        return final

    async def _click(self, answer: Message, member: User) -> None:
        start = time.monotonic()
        click = await self._wire.click(answer, "Undo", member)
        try:
            await asyncio.wait_for(click.done.wait(), PATIENCE_S)
            self._seen.clicks.append(click.waited_s or PATIENCE_S)
            await self._wire.until(lambda: _final(self._wire, answer), PATIENCE_S)
        except (AssertionError, TimeoutError):
            self._seen.lost += 1
        else:
            self._seen.undone.append(time.monotonic() - start)


def _final(wire: WireDiscord, asked: Message) -> list[Message]:
    return [each for each in wire.answers(asked) if is_final(each)]


async def measured(members: int) -> tuple[Seen, float, float]:
    """What they saw, how long all of it took, and the longest pause between two signs of life of the bot, s."""
    seen = Seen()
    with tempfile.TemporaryDirectory() as folder:
        async with WireDiscord() as wire:
            wire.gateway.beat_s = BEAT_S
            async with BotProcess(wire, Path(folder) / "home") as bot:
                seen.idle = bot.memory
                await _warmed(wire)
                watching = asyncio.create_task(_watch(bot, seen))
                pictures = [photo(number) for number in range(members)]
                start = time.monotonic()
                crowd = Crowd(wire, seen)
                await asyncio.gather(*(crowd.visit(*one) for one in enumerate(pictures)))
                took = time.monotonic() - start
                await asyncio.sleep(3)
                watching.cancel()
            seen.doubled = _doubled(wire)
            for asked in crowd.asked:
                took_it = seen.pictures if asked.attachments else seen.replies
                took_it.append(_acknowledged(wire, asked))
            beats = [each.at for each in wire.since(start, "heartbeat")]
    return seen, took, max((later - earlier for earlier, later in pairwise(beats)), default=0.0)


def _acknowledged(wire: WireDiscord, asked: Message) -> float:
    """After how long the bot showed anything in the channel, s."""
    here = [each for each in wire.log if each.channel == asked.channel.id]
    posted = next(each.at for each in here if each.message is asked)
    shown = (each.at for each in here if each.at >= posted and each.message is not asked)
    return next(shown, posted + PATIENCE_S) - posted


async def _warmed(wire: WireDiscord) -> None:
    """The first edit of all waits for the engine's models; it is none of the crowd's."""
    member = wire.member("first", wire.guild)
    asked = await wire.say(wire.channel, member, FIRST, attachments=[("p.png", photo(0))], mentions_bot=True)
    await wire.until(lambda: _final(wire, asked), PATIENCE_S)


async def _watch(bot: BotProcess, seen: Seen) -> None:
    while True:
        seen.memory.append(bot.memory)
        await asyncio.sleep(MEMORY_S)


def _doubled(wire: WireDiscord) -> int:
    """Answers beyond the first to the same message."""
    everything = [each for channel in wire.guild.channels for each in wire.said(channel) if each.reference]
    return len(everything) - len({each.reference for each in everything})


def told(name: str, seconds: Sequence[float]) -> None:
    """Print how long it took."""
    if seconds:
        p10, p50, p90, p99 = (np.percentile(seconds, which) for which in (10, 50, 90, 99))
        print(f"{name:34} {len(seconds):4}  {p10:7.3f} {p50:7.3f} {p90:7.3f} {p99:7.3f} {max(seconds):7.3f}")


async def main(members: int) -> None:
    """Print how it went."""
    seen, took, pause = await measured(members)
    print(f"{members} members at once, {took:.1f} s in all; at most {pause:.2f} s between heartbeats, due each second")
    print(f"{'seconds':34}    n      p10     p50     p90     p99     max")
    told("picture until acknowledged", seen.pictures)
    told("reply until acknowledged", seen.replies)
    told(f"until answered: {FIRST}", seen.first)
    told(f"until answered: {SECOND}", seen.second)
    told("click until acknowledged", seen.clicks)
    told("click until undone", seen.undone)
    print(f"doubled {seen.doubled}, lost {seen.lost}, turned away with a reason {len(seen.turned_away)}")
    for words in sorted(set(seen.turned_away)):
        print(f"  {words}")
    print(f"memory of the bot before its first edit: {seen.idle[0] / 1e6:.0f} MB")
    for name, which in (("the bot", 0), ("its engine and decoder", 1)):
        sizes = [each[which] / 2**20 for each in seen.memory]
        print(
            f"memory of {name}: {sizes[0]:.0f} MiB at the start, {max(sizes):.0f} at most, {sizes[-1]:.0f} at the end"
        )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else MEMBERS))
