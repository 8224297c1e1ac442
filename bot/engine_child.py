"""One run of the engine's process: started in a group of its own, and ended for certain."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path


class Child:
    """A process that was started; its stderr is this process's own."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process, which leads a group of the same number."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """As the system told it, negative for a signal; None: it runs."""
        return self._process.returncode

    def memory(self) -> int | None:
        """Resident bytes; None where the system does not tell."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return None
        return pages * os.sysconf("SC_PAGE_SIZE")

    async def wait(self) -> None:
        """Until it has ended."""
        await self._process.wait()

    def kill(self) -> None:
        """End it now, with all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    async def stop(self, grace_s: float) -> None:
        """Ask it to end, and after the grace end it; nothing of its group is left, and nothing to be waited for."""
        try:
            with contextlib.suppress(ProcessLookupError, TimeoutError):
                self._process.terminate()
                async with asyncio.timeout(grace_s):
                    await self._process.wait()
        finally:
            self.kill()
        await self._process.wait()


@asynccontextmanager
async def running(command: Sequence[str], grace_s: float) -> AsyncGenerator[Child]:
    """The command as a process, stopped at the end. Raises: OSError where it cannot be started.

    Its stdin stays open for as long as this process lives, whose end it may so notice. Ctrl-C in the terminal does not
    reach it: it is of another session.
    """
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=DEVNULL, start_new_session=True)
    child = Child(process)
    try:
        yield child
    finally:
        await child.stop(grace_s)
