"""The real bot on a Discord of ours: in this process, or as one that can be killed; and its engine, started once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil
from numpy.typing import NDArray
from PIL import Image

from bot.config import DiscordSettings, ElsewhereSettings, Settings
from bot.surfaces.discord.running import run
from engine.settings import EngineSettings
from tests.discord_wire import WireDiscord
from tests.discord_wire.world import Attachment, Message

STARTS_S, STOPS_S = 60.0, 20.0
ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class Engine:
    """An engine that several bots use, one after the other."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def settings(self) -> ElsewhereSettings:
        return ElsewhereSettings(url=f"unix:{self.folder / 's'}", exchange=str(self.folder / "exchange"))

    @contextmanager
    def held(self) -> Generator[None]:
        """It stands still meanwhile, as one that has much to do."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def engine_in(folder: Path) -> Generator[Engine]:
    """The engine as `retouch serve` starts it, its models not warm."""
    where = ("--socket", str(folder / "s"), "--exchange", str(folder / "exchange"))
    settings = EngineSettings(models_at=folder / "models").model_dump_json()
    command = (sys.executable, "-m", "engine.service", *where, "--settings", settings, "--with-parent")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + STARTS_S
        while not (folder / "s").exists():
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield Engine(process, folder)
    finally:
        process.kill()
        process.communicate()


def settings_for(wire: WireDiscord, home: Path, engine: Engine) -> Settings:
    return Settings(home=home, discord=DiscordSettings(token=wire.token, api=wire.url), engine=engine.settings)


@asynccontextmanager
async def bot_on(wire: WireDiscord, home: Path, engine: Engine) -> AsyncGenerator[asyncio.Task[None]]:
    """The bot in this process, connected; ended as Ctrl-C ends it."""
    wire.gateway.forget()
    running = asyncio.create_task(run(settings_for(wire, home, engine)))
    try:
        await wire.until(lambda: running.done() or wire.gateway.connected, STARTS_S, "the bot's connection")
        if running.done():
            await running
        yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class BotProcess:
    """The bot as `retouch discord` runs it. engine: None for one of its own. more: other settings."""

    def __init__(
        self, wire: WireDiscord, home: Path, engine: Engine | None = None, more: Mapping[str, str] | None = None
    ) -> None:
        self._wire, self._home, self._engine, self._more = wire, home, engine, more or {}

    async def __aenter__(self) -> BotProcess:
        self._wire.gateway.forget()
        settings = {
            "RETOUCH_HOME": str(self._home),
            "RETOUCH_DISCORD__TOKEN": self._wire.token,
            "RETOUCH_DISCORD__API": self._wire.url,
            **self._more,
        }
        if self._engine is not None:
            elsewhere = self._engine.settings
            settings |= {"RETOUCH_ENGINE__URL": elsewhere.url, "RETOUCH_ENGINE__EXCHANGE": elsewhere.exchange}
        with (self._home.parent / "bot.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "discord"),
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=log,
                stderr=log,
            )
        ended = asyncio.create_task(self._process.wait())
        await self._wire.until(lambda: self._wire.gateway.connected or ended.done(), STARTS_S, "the bot's connection")
        assert not ended.done(), (self._home.parent / "bot.log").read_text()[-2000:]
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.terminate()
        await asyncio.wait_for(self._process.wait(), STOPS_S)

    @property
    def memory(self) -> tuple[int, int]:
        """Resident bytes: its own, and those of the processes that it started."""
        bot = psutil.Process(self._process.pid)
        return bot.memory_info().rss, sum(_resident(child) for child in bot.children(recursive=True))

    async def die(self) -> None:
        """At once, as the power would go."""
        self._process.kill()
        await self._process.wait()


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0


def pixels(attachment: Attachment) -> NDArray[np.uint8]:
    """The picture of a file."""
    with Image.open(BytesIO(attachment.data)) as image:
        return np.asarray(image.convert("RGB"), np.uint8)


def png(rgb: NDArray[Any]) -> bytes:
    """The file of a picture."""
    out = BytesIO()
    Image.fromarray(rgb.astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def noise(rng: np.random.Generator, side: int = 96) -> NDArray[np.uint8]:
    """A picture that has every pixel for itself, px."""
    return rng.integers(60, 190, (side, side, 3), np.uint8)


def is_final(message: Message) -> bool:
    """Whether it is an answer, and no news of one on its way."""
    ids = [each.get("custom_id", "") for row in message.components for each in row.get("components", ())]
    return not any("cancel" in each for each in ids) and bool(ids or message.content)
