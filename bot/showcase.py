"""The pictures that help is given with: real edits of the drawn sample, made once."""

from __future__ import annotations

import asyncio
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

import structlog

from bot.engine_child import running

NAMES: Final = ("1-recolour", "2-removal", "3-question", "4-history")
"""The files' names before their extension, in the order to be shown."""
LARGEST: Final = 400 << 10
"""Bytes of one at most."""
PATIENCE_S: Final = 180.0
"""How long drawing them may take; on two free cores it takes a few seconds."""
GRACE_S: Final = 1.0

log = structlog.stdlib.get_logger(__name__)
_under_way: dict[Path, asyncio.Task[None]] = {}
"""What this process is having drawn, by its folder."""


async def showcase(folder: Path) -> list[Path]:
    """The pictures of an edit, a removal, a question with its answer, and a history; each at most 400 KiB.

    The first call has them drawn by a process of its own and kept in the folder, others meanwhile wait for that one;
    a new version draws new ones. Empty where they could not be drawn, which is logged and tried again the next time.
    """
    folder = folder / version("retouch")
    if not (drawn := await asyncio.to_thread(drawn_in, folder)):
        if folder not in _under_way:
            task = _under_way[folder] = asyncio.create_task(_draw(folder))
            task.add_done_callback(lambda _: _under_way.pop(folder, None))
        # Who asked first may stop waiting; the others do not.
        await asyncio.shield(_under_way[folder])
        drawn = await asyncio.to_thread(drawn_in, folder)
    return drawn


def drawn_in(folder: Path) -> list[Path]:
    """The pictures in their order; empty unless all are there."""
    found = {path.stem: path for path in folder.glob("[0-9]-*")}
    return [found[name] for name in NAMES] if found.keys() >= set(NAMES) else []


async def _draw(folder: Path) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S), running(command(folder), GRACE_S) as child:
            await child.wait()
        if child.exit_code != 0:
            log.warning("showcase_not_drawn", exit_code=child.exit_code)
    except (OSError, TimeoutError):
        log.warning("showcase_not_drawn", exc_info=True)


def command(folder: Path) -> list[str]:
    """The process that draws them."""
    return [sys.executable, "-m", "bot.showcase_child", str(folder)]
