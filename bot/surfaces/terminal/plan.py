"""`retouch plan`: what would be understood. Nothing is loaded here that only pictures or models need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import typer

from bot.config import load_settings
from bot.replies import notice
from bot.surfaces.terminal.printing import complain, print_json, say
from engine.data import Notice
from engine.errors import NotUnderstood
from engine.operations import Context, Plan
from engine.planner import RulesPlanner, explain
from engine.planner.course import Course

if TYPE_CHECKING:
    from engine.planner.asking import Adviser

_ALONE = Context()
"""What comes before an instruction of no conversation."""


def plan_once(instruction: str, *, as_json: bool) -> None:
    """Print one plan. Raises: NotUnderstood; as JSON its object says so, and only the exit code is the error's."""
    asyncio.run(_print_one(instruction, as_json=as_json))


def plan_lines(lines: Iterable[str], *, dialogue: bool) -> None:
    """One JSON object for each line; as a dialogue, a blank line starts a new conversation and prints nothing."""
    asyncio.run(_print_each(lines, dialogue=dialogue))


async def _print_one(instruction: str, *, as_json: bool) -> None:
    async with _reader() as reader:
        plan = await reader.plan(instruction, _ALONE)
    if as_json:
        print_json(_json(plan))
        if not plan.operations:
            raise typer.Exit(NotUnderstood.exit_code)
    elif plan.operations:
        say(explain(plan))
    else:
        raise NotUnderstood(plan.question or "")


async def _print_each(lines: Iterable[str], *, dialogue: bool) -> None:
    course = Course()
    async with _reader() as reader:
        for line in lines:
            instruction = line.rstrip("\r\n")
            if dialogue and not instruction.strip():
                course = Course()
                continue
            plan = await reader.plan(instruction, course.context() if dialogue else _ALONE)
            print_json(_json(plan))
            if dialogue:
                course = course.after(plan)


class _Reader:
    """Whoever reads instructions, as the settings say; a model that was of no use is complained of on stderr."""

    def __init__(self, rules: RulesPlanner, adviser: Adviser | None) -> None:
        self._rules = rules
        self._adviser = adviser

    async def plan(self, instruction: str, context: Context) -> Plan:
        """The plan of an instruction."""
        plan = self._rules.plan(instruction, context)
        if self._adviser is None:
            return plan
        plan, failure = await self._adviser.advise(plan, context)
        if failure:
            complain(notice(Notice("planner_fell_back", failure)))
        return plan


@asynccontextmanager
async def _reader() -> AsyncGenerator[_Reader]:
    settings, rules = load_settings().planner, RulesPlanner()
    if settings.kind == "rules":
        yield _Reader(rules, None)
        return
    from engine.planner.asking import adviser_for

    async with adviser_for(settings, rules) as adviser:
        yield _Reader(rules, adviser)


def _json(plan: Plan) -> dict[str, Any]:
    """The plan as the contract prints it; without a question it says null."""
    return {"question": None, **plan.flat()}
