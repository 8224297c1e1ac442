"""`retouch plan` and `retouch ground`: what would be understood, and what would be found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import typer

from bot.config import load_settings
from bot.replies import notice
from bot.surfaces.terminal.printing import complain, print_json, region_json, say
from engine.assembly import parts_for
from engine.data import Located, Mask, Notice
from engine.errors import NotUnderstood
from engine.imageio import encode_mask, read_picture, write_atomically
from engine.masks import union
from engine.operations import Context, Plan
from engine.planner import RulesPlanner, explain, parse_target
from engine.planner.asking import adviser_for
from engine.planner.course import Course
from engine.weights import ModelStore


def plan_once(instruction: str, *, as_json: bool) -> None:
    """Print one plan. Raises: NotUnderstood; as JSON its object says so, and only the exit code is the error's."""
    plan = asyncio.run(_planned(instruction))
    if as_json:
        print_json(_plan_json(plan))
        if not plan.operations:
            raise typer.Exit(NotUnderstood.exit_code)
    elif plan.operations:
        say(explain(plan))
    else:
        raise NotUnderstood(plan.question or "")


def plan_lines(lines: Iterable[str], *, dialogue: bool) -> None:
    """One JSON object for each line; as a dialogue, a blank line starts a new conversation and prints nothing."""
    asyncio.run(_print_plans(lines, dialogue=dialogue))


async def _planned(instruction: str) -> Plan:
    async with _reading() as plan_of:
        return await plan_of(instruction, Context())


async def _print_plans(lines: Iterable[str], *, dialogue: bool) -> None:
    course = Course()
    async with _reading() as plan_of:
        for line in lines:
            instruction = line.rstrip("\r\n")
            if dialogue and not instruction.strip():
                course = Course()
                continue
            plan = await plan_of(instruction, course.context())
            print_json(_plan_json(plan))
            if dialogue:
                course = course.after(plan)


@asynccontextmanager
async def _reading() -> AsyncGenerator[Callable[[str, Context], Awaitable[Plan]]]:
    """Whoever reads instructions, as the settings say; a model that was of no use is complained of on stderr."""
    planner = RulesPlanner()
    async with adviser_for(load_settings().planner, planner) as adviser:

        async def plan_of(instruction: str, context: Context) -> Plan:
            plan = planner.plan(instruction, context)
            if adviser is None:
                return plan
            plan, failure = await adviser.advise(plan, context)
            if failure:
                complain(notice(Notice("planner_fell_back", failure)))
            return plan

        yield plan_of


def _plan_json(plan: Plan) -> dict[str, Any]:
    return {"question": None, **plan.flat()}


def ground(photo: Path, phrase: str, out: Path | None, *, as_json: bool) -> None:
    """Print the regions of a phrase, those it means first, and write their mask. Raises: BadInput, NotGrounded."""
    settings = load_settings()
    picture = read_picture(photo, settings.limits.of_pictures()).picture
    parts = parts_for(ModelStore(settings.home / "models"), settings.models)
    located = parts.grounder.locate(picture.rgb, parse_target(phrase))
    if out is not None:
        write_atomically(out, encode_mask(_meant(located, picture.height, picture.width)))
    others = [region for region in located.regions if all(region is not chosen for chosen in located.chosen)]
    regions = (*located.chosen, *others)
    if as_json:
        print_json({"phrase": phrase, "regions": [region_json(region) for region in regions]})
        return
    for number, region in enumerate(regions, 1):
        box = region.box
        where = f"({box.x0}, {box.y0}) to ({box.x1}, {box.y1})"
        say(f"{number}. {region.label}  {where}  {region.area} px  {region.score:.0%}  by {region.source}")


def _meant(located: Located, height: int, width: int) -> Mask:
    """The chosen regions; where the words leave several, the best one."""
    regions = located.chosen or located.regions[:1]
    return union(*(region.on(height, width) for region in regions)) if regions else np.zeros((height, width), np.bool_)
