"""Where callers wait for the answers to their jobs, and answers for callers who are there."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from bot.chat import Reply
from engine.errors import EditError


class WaitingRoom:
    """Who waits for which job in this process; nothing is kept of a job for which nobody waits."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Event]] = {}
        self._answers: dict[str, Reply | EditError] = {}

    @contextmanager
    def waiting(self, job: str) -> Generator[asyncio.Event]:
        """Somebody waits inside; the event is set when there is something new about the job."""
        news = asyncio.Event()
        self._waiting.setdefault(job, []).append(news)
        try:
            yield news
        finally:
            self._waiting[job].remove(news)
            if not self._waiting[job]:
                del self._waiting[job]
                self._answers.pop(job, None)

    def bring(self, job: str, answer: Reply | EditError) -> None:
        """The answer is there for those who wait for it."""
        if job in self._waiting:
            self._answers[job] = answer

    def answer(self, job: str) -> Reply | EditError | None:
        """What was brought for the job; None: nothing, or not while anybody waited."""
        return self._answers.get(job)

    def tell(self, job: str) -> None:
        """Those who wait for the job look again."""
        for news in self._waiting.get(job, ()):
            news.set()
