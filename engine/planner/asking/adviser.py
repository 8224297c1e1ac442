"""A language model asked about an instruction that the rules have read; where it is of no use, their plan stands."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from engine.operations import Context, Plan
from engine.planner.asking.answers import Answer, Unreadable, read_answer
from engine.planner.asking.client import Client, Unanswered
from engine.planner.asking.guard import objection
from engine.planner.asking.prompts import Messages, messages_for, once_more
from engine.planner.asking.unsure import is_step, is_unsure
from engine.planner.asking.wording import Wording
from engine.settings import PlannerSettings

if TYPE_CHECKING:
    from engine.protocols import Planner

Look: TypeAlias = Callable[[], Awaitable[bytes]]
"""Makes a small JPEG of the picture that the instruction is about."""
CONFIDENCE: Final = 0.8
"""Of a plan that a model made and the guard let pass: between the rules' loose readings and their sure ones."""
REST_S: Final = 30.0
"""For how long a model that did not answer in time is not asked again: nobody should wait twice for nothing."""

_log = logging.getLogger(__name__)


class Advice(NamedTuple):
    """The plan to go by, and why the model that was asked had no part in it."""

    plan: Plan
    failure: str = ""
    """The rest of a sentence about the model, such as "cannot be reached"; empty: it was of use, or was not asked."""


class Adviser:
    """Reads an instruction better than the rules where it can, within a fixed time. Use it as a context."""

    def __init__(self, settings: PlannerSettings, rules: Planner) -> None:
        """Raises: BackendMissing without the extra `llm`."""
        self._settings, self._rules = settings, rules
        self._client = Client(settings)
        self._rests_until = 0.0

    async def __aenter__(self) -> Adviser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def advise(self, reading: Plan, context: Context, look: Look | None = None) -> Advice:
        """The plan of the instruction that `reading` is the rules' plan of; never raises but when cancelled.

        Nothing in it goes beyond what the instruction's own words ask for (`guard`). The model is asked always, or
        where the rules are unsure, as the settings say; not about a plain step through the history.
        look: shows the picture, to a model that sees.
        """
        if is_step(reading) or not (self._settings.kind == "llm" or is_unsure(reading)):
            return Advice(reading)
        try:
            return Advice(await self._better(reading, context, look))
        except Unanswered as exc:
            _log.info("the rules go on without the model", exc_info=True)
            return Advice(reading, str(exc))
        except Exception:
            # A server may answer anything, and the plan of the rules is at hand.
            _log.warning("the model could not be asked", exc_info=True)
            return Advice(reading, "could not be asked")

    async def _better(self, reading: Plan, context: Context, look: Look | None) -> Plan:
        """The model's plan, or the rules' where it has none. Raises: Unanswered."""
        if time.monotonic() < self._rests_until:
            raise Unanswered("did not answer a moment ago")
        await self._client.connect()
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._checked(reading, context, await self._picture(reading, context, look))
        except TimeoutError as exc:
            self._rests_until = time.monotonic() + REST_S
            raise Unanswered(f"did not answer in {self._settings.timeout_s:g} s") from exc

    async def _picture(self, reading: Plan, context: Context, look: Look | None) -> bytes | None:
        """The picture, for a model that sees, where what lettering in it says could be told from what was asked."""
        if look is None or not self._client.sees or not Wording(reading.instruction, context).is_english:
            return None
        return await look()

    async def _checked(self, reading: Plan, context: Context, picture: bytes | None) -> Plan:
        """Raises: Unanswered, also for a plan that the instruction does not ask for."""
        answer = await self._answer(reading.instruction, context, picture)
        if not answer.steps:
            return reading if reading.operations else _asking(reading, answer.question)
        if why := objection(answer.steps, reading.instruction, context, reading, self._rules):
            _log.info("the model's plan was dropped: %s", why)
            raise Unanswered("planned what your words do not ask for")
        operations = tuple(step.operation for step in answer.steps)
        return reading.model_copy(update={"operations": operations, "confidence": CONFIDENCE, "question": None})

    async def _answer(self, instruction: str, context: Context, picture: bytes | None) -> Answer:
        """What the model answers, asked once more where that is no plan. Raises: Unanswered."""

        def first(seen: bool) -> Messages:
            return messages_for(instruction, context, picture if seen else None)

        text = await self._client.ask(first)
        try:
            return read_answer(text)
        except Unreadable as exc:
            wrong = str(exc)
        again = await self._client.ask(lambda seen: once_more(first(seen), text, wrong))
        try:
            return read_answer(again)
        except Unreadable as exc:
            raise Unanswered("answered with something that is no plan") from exc


def _asking(reading: Plan, question: str | None) -> Plan:
    """The plan without operations that asks back, in the model's words where it has some."""
    return reading.model_copy(update={"question": question}) if question else reading


@asynccontextmanager
async def adviser_for(settings: PlannerSettings, rules: Planner) -> AsyncGenerator[Adviser | None]:
    """The adviser that the settings name; None: the rules alone. Raises: BackendMissing without the extra `llm`."""
    if settings.kind == "rules":
        yield None
        return
    async with Adviser(settings, rules) as adviser:
        yield adviser
