"""What a turn works with: the parts of the bot, and the state of one conversation while it is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.chat import Answer, Message
from bot.config import Settings
from bot.history import History, Revision
from engine.clock import Clock
from engine.data import Notice
from engine.edits import EditRequest, EditResult
from engine.operations import Plan
from engine.planner.asking import Adviser
from engine.protocols import Planner
from engine.reporting import Report

NOTHING: Final = Plan(instruction="", operations=(), confidence=0.0)
Edit = Callable[[EditRequest, Report | None], Awaitable[EditResult]]
"""The engine, wherever it runs."""


@dataclass(frozen=True)
class House:
    """The parts of the bot, made once and shared by every turn."""

    history: History
    planner: Planner
    edit: Edit
    exports: Path
    """Where pictures are put that nobody named a file for."""
    adviser: Adviser | None = None
    """A language model that knows better where the planner is unsure; None: the planner alone."""


async def open_history(settings: Settings) -> History:
    """The history where the settings say. Raises: as `History.open`."""
    return await History.open(settings.home, database=settings.storage.database, blobs=settings.storage.blobs)


@dataclass
class Talk:
    """One message while it is being answered."""

    message: Message
    house: House
    head: Revision
    """Where the conversation stands now; edits build on it."""
    clock: Clock
    report: Report | None
    seeds: tuple[int, ...]
    """One for each variation."""
    plan: Plan = NOTHING
    """What the message asks for."""
    answers: tuple[Answer, ...] = ()
    notices: list[Notice] = field(default_factory=list[Notice])
