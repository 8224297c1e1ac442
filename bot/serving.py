"""Everything a server needs, opened in order and closed in the other: history, engine process, ledger and desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette

from bot.config import Settings
from bot.desk import Desk
from bot.engine_elsewhere import EngineElsewhere
from bot.engine_process import EngineProcess
from bot.house import House, open_history
from bot.ledger.ledger import Ledger
from bot.ledger.records import Job
from bot.observing import Metrics, health_app, house_checks
from bot.workbench import Tools
from engine.allocator import return_large_blocks
from engine.imageio.decoder import Decoder
from engine.logs import log_to
from engine.planner import RulesPlanner
from engine.planner.asking import adviser_for
from engine.reporting import Report

WARM_AFTER_S = 5.0


@dataclass(frozen=True, slots=True)
class Server:
    """What a surface works with."""

    house: House
    ledger: Ledger
    desk: Desk
    decoder: Decoder
    """Reads what people upload."""
    metrics: Metrics
    health: Starlette
    """/livez, /readyz and /metrics, to be mounted."""


@asynccontextmanager
async def open_server(
    settings: Settings, watch: Callable[[Job], Report] | None = None, *, warm: bool = True
) -> AsyncGenerator[Server]:
    """The parts of a chat process over the settings' home; jobs that an earlier process left are taken up at once.

    watch: hears of every job that is worked on, such as to show its progress. warm: the engine loads its models before
    it takes the first edit, and the planner reads its languages beside it.
    Raises: BadOption, BackendMissing, StorageFailed for a home or a database that cannot be used.
    """
    log_to(level=settings.logging.level, words=settings.logging.words)
    return_large_blocks()
    planner = RulesPlanner()
    async with (
        await open_history(settings) as history,
        _engine(settings, warm=warm) as engine,
        Decoder() as decoder,
        adviser_for(settings.planner, planner) as adviser,
    ):
        exports = settings.home / "exports"
        await asyncio.to_thread(exports.mkdir, exist_ok=True)
        house = House(history, planner, engine.edit, exports, adviser)
        ledger = Ledger(history.database, settings.queue.limits())
        metrics = Metrics(lambda: engine.restarts)
        checks = house_checks(history.database, history.blobs, lambda: engine.ready)
        beside = [asyncio.create_task(task) for task in (metrics.watch_the_loop(), *([_warm(planner)] if warm else []))]
        try:
            tools = Tools(house=house, ledger=ledger, metrics=metrics, watch=watch, hold=lambda: engine.starting)
            async with Desk(tools) as desk:
                yield Server(house, ledger, desk, decoder, metrics, health_app(metrics, checks, ledger.counts))
        finally:
            for task in beside:
                task.cancel()


async def _warm(planner: RulesPlanner) -> None:
    """Read the languages once the engine has had time to start."""
    await asyncio.sleep(WARM_AFTER_S)
    await asyncio.to_thread(planner.warm)


def _engine(settings: Settings, *, warm: bool) -> EngineProcess | EngineElsewhere:
    """The engine that the settings name, or one of this process's own."""
    elsewhere = settings.engine
    if elsewhere.url:
        return EngineElsewhere(elsewhere.url, elsewhere.exchange)
    return EngineProcess(settings.home / "run", settings.of_engine(), warm=warm)
