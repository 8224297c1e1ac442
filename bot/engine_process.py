"""The engine as a process of its own: started, watched, killed when it hangs, and started again when it dies."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeAlias

import structlog

from bot.engine_child import Child, running
from bot.engine_remote import UNIX, Patience, RemoteEngine
from bot.parcels import Parcels
from bot.run_folder import run_folder, socket_path
from engine.blobs import Blobs
from engine.edits import EditRequest, EditResult
from engine.errors import BackendFailed, EngineLost
from engine.reporting import Report
from engine.settings import EngineSettings

SERVICE: Final = (sys.executable, "-m", "engine.service")
BEYOND_HELP: Final = ("hung", "poisoned")
"""How an edit was lost after which only a new process helps."""
MISSES: Final = 2
"""Beats in a row that a process may miss before it counts as hung."""
LOOKS_S: Final = 0.05
"""Between two looks whether it is ready."""
ORPHANED_S: Final = 60.0
"""Blobs nobody uses: the exchange is this process's own, so they are results of edits that were given up."""

State: TypeAlias = Literal["starting", "ready", "refusing", "stopped"]
"""Refusing: it was tried often enough to say that it does not start; it is tried all the same."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Care:
    """How the process is looked after; times in seconds."""

    start_s: float = 300.0
    """Until it must be ready, its models warm."""
    tries: int = 5
    """Starts that may fail before edits are told so; it is tried again all the same."""
    wait_s: float = 300.0
    """How long an edit waits for a process that is being started."""
    beat_s: float = 1.0
    """Between two questions whether it lives."""
    answer_s: float = 10.0
    """Until it must answer: loading a library of some GB from a cold disk stops all its threads for seconds."""
    first_pause_s: float = 0.1
    longest_pause_s: float = 30.0
    """Before it is started again; each pause is twice as long as the one before."""
    healthy_s: float = 60.0
    """After so long a life the pauses begin anew."""
    stop_s: float = 5.0
    """Between asking it to end and ending it."""
    memory_mb: int = 0
    """Resident memory past which it is started afresh when idle, where the system tells; 0: any."""


class EngineProcess:
    """Edits in a child process, which is kept running as long as this context is entered."""

    def __init__(
        self,
        home: Path,
        settings: EngineSettings,
        *,
        warm: bool = False,
        care: Care | None = None,
        patience: Patience | None = None,
        service: Sequence[str] = SERVICE,
    ) -> None:
        """home: where its socket and the pixels on their way to it lie, shared with other processes at will.

        warm: it loads its models before it is ready. service: the command, which is told where and what to serve.
        """
        self._home, self._service = home, service
        self._options = ("--settings", settings.model_dump_json(), *(("--warm",) if warm else ()))
        self._care = care or Care()
        self._patience = patience
        self._stack = AsyncExitStack()
        self._running = 0
        self._state: State = "starting"
        self._settled = asyncio.Event()
        """Whether the state is any other than starting."""
        self._verdict: asyncio.Future[str] | None = None
        """Set by an edit that found the present process beyond help."""
        self.restarts = 0
        """How often a process took the place of another."""

    @property
    def ready(self) -> bool:
        """Whether an edit would be taken now."""
        return self._state == "ready"

    @property
    def starting(self) -> bool:
        """Whether an edit would wait for the process, which is about to be ready."""
        return self._state == "starting"

    async def __aenter__(self) -> Self:
        """The process is being started. Raises: OSError where the home cannot be written."""
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(run_folder(self._home))
            socket, exchange = stack.enter_context(socket_path(folder)), folder / "exchange"
            parcels = Parcels(Blobs(exchange), orphaned_s=ORPHANED_S)
            self._remote = RemoteEngine(f"{UNIX}{socket}", parcels, self._patience)
            stack.push_async_callback(self._remote.close)
            where = ("--socket", str(socket), "--exchange", str(exchange), "--with-parent")
            keeper = asyncio.create_task(self._keep((*self._service, *where, *self._options), socket))
            stack.push_async_callback(_ended, keeper)
            stack.callback(self._turn, "stopped")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The process has ended; edits under way are lost."""
        await self._stack.aclose()

    async def edit(self, request: EditRequest, report: Report | None = None) -> EditResult:
        """The edit's result, once the process is ready for it; as `RemoteEngine.edit`.

        Raises: any leaf of EditError; EngineLost where the process died or hung, or is not ready for too long;
        BackendFailed where it cannot be started.
        """
        give_up = time.monotonic() + self._care.wait_s
        while True:
            verdict = await self._readiness(give_up)
            self._running += 1
            try:
                return await self._remote.edit(request, report)
            except EngineLost as lost:
                if await self._is_beyond_help(lost) and not verdict.done():
                    verdict.set_result(lost.reason)
                    self._turn("starting")
                if lost.reason != "unreachable" or time.monotonic() >= give_up:
                    raise
            finally:
                self._running -= 1
            await asyncio.sleep(LOOKS_S)

    async def _is_beyond_help(self, lost: EngineLost) -> bool:
        """Whether nothing should be sent any more to the process that lost an edit."""
        if lost.reason == "died":
            return not await self._remote.answers("/livez", self._care.answer_s)
        return lost.reason in BEYOND_HELP

    def _turn(self, state: State) -> None:
        """Once stopped it stays so, and nobody waits for a process any more."""
        if self._state != "stopped":
            self._state = state
        if self._state == "starting":
            self._settled.clear()
        else:
            self._settled.set()

    async def _readiness(self, give_up: float) -> asyncio.Future[str]:
        """Where to say that the process which is now ready is beyond help."""
        try:
            async with asyncio.timeout(max(0.0, give_up - time.monotonic())):
                await self._settled.wait()
        except TimeoutError as exc:
            raise EngineLost("unreachable") from exc
        if self._state == "stopped":
            raise EngineLost("unreachable")
        if self._state == "refusing" or self._verdict is None:
            raise BackendFailed("engine")
        return self._verdict

    async def _keep(self, command: Sequence[str], socket: Path) -> None:
        """One process after the other, for ever."""
        pause, failures = self._care.first_pause_s, 0
        while True:
            await asyncio.to_thread(socket.unlink, missing_ok=True)
            lived_s = await self._one_life(command)
            failures = 0 if lived_s is not None else failures + 1
            if failures >= self._care.tries:
                self._turn("refusing")
            if lived_s is not None and lived_s >= self._care.healthy_s:
                pause = self._care.first_pause_s
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._care.longest_pause_s)
            self.restarts += 1

    async def _one_life(self, command: Sequence[str]) -> float | None:
        """How many seconds a process was ready for edits, None: never."""
        try:
            async with running(command, self._care.stop_s) as child:
                if not await self._gets_ready(child):
                    log.error("engine_not_started", pid=child.pid, exit_code=child.exit_code)
                    child.kill()
                    return None
                return await self._serves(child)
        except Exception:
            # Whatever went wrong, somebody must go on looking after the engine.
            log.exception("engine_not_kept")
            return None

    async def _gets_ready(self, child: Child) -> bool:
        give_up = time.monotonic() + self._care.start_s
        while child.exit_code is None and time.monotonic() < give_up:
            if await self._remote.answers("/readyz", self._care.answer_s):
                return True
            await asyncio.sleep(LOOKS_S)
        return False

    async def _serves(self, child: Child) -> float:
        """Until the process is dead or has to go: the seconds that it was ready."""
        began = time.monotonic()
        verdict = self._verdict = asyncio.get_running_loop().create_future()
        self._turn("ready")
        log.info("engine_ready", pid=child.pid)
        try:
            why = await _first(self._dies(child), self._falters(child), verdict)
        finally:
            self._turn("starting")
        if why != "memory":
            child.kill()
        seconds = round(time.monotonic() - began, 3)
        log.warning("engine_ended", reason=why, seconds=seconds, pid=child.pid, exit_code=child.exit_code)
        return seconds

    async def _dies(self, child: Child) -> str:
        await child.wait()
        return "died"

    async def _falters(self, child: Child) -> str:
        """Until the process is silent for too long, or has grown too large and nobody needs it."""
        missed = 0
        while missed < MISSES:
            await asyncio.sleep(self._care.beat_s)
            missed = 0 if await self._remote.answers("/livez", self._care.answer_s) else missed + 1
            if not self._running and self._is_too_large(child):
                self._turn("starting")
                return "memory"
        return "silent"

    def _is_too_large(self, child: Child) -> bool:
        return bool(self._care.memory_mb) and (child.memory() or 0) > self._care.memory_mb << 20


async def _first(*deeds: Coroutine[Any, Any, str] | asyncio.Future[str]) -> str:
    """What the first of them says; the others are given up."""
    waiting = [asyncio.ensure_future(deed) for deed in deeds]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        return next(one.result() for one in waiting if one.done())
    finally:
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
