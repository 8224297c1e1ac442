"""Steps through a conversation's history: the half of a turn that changes no pixel."""

from __future__ import annotations

import secrets
from typing import assert_never, cast

import numpy as np

from bot.chat import Answer
from bot.history import Revision
from bot.house import Talk
from bot.making import make
from bot.pictures import side_by_side
from bot.recipes import recipe_of
from engine.data import UNMOVED, Mask, Region
from engine.errors import NeedsClarification, NoSuchRevision
from engine.grounding.choose import choose
from engine.masks import grow, invert, shrink, union
from engine.operations import (
    Choose,
    Compare,
    EditOperation,
    Goto,
    HistoryOperation,
    Plan,
    Redo,
    Refine,
    Replay,
    Restart,
    Retry,
    Undo,
    Vary,
)
from engine.planner import parse_target


async def steer(operation: HistoryOperation, talk: Talk) -> None:
    """One step, answered from the history. Raises: NoSuchRevision where there is nothing to step to."""
    history, conversation = talk.house.history, talk.head.conversation
    match operation:
        case Undo():
            await _show(await history.undo(conversation, operation.count), talk)
        case Redo():
            await _show(await history.redo(conversation, operation.count), talk)
        case Goto():
            await _show(await history.goto(conversation, operation.revision), talk)
        case Restart():
            await _show(await history.restart(conversation), talk)
        case Compare():
            await _compare(talk)
        case Retry():
            await _again(talk, 1)
        case Vary():
            await _again(talk, operation.n)
        case Refine():
            await _refine(operation.change, talk)
        case Choose():
            await _choose(operation.candidate, talk)
        case Replay():
            await _replay(talk)
        case _:
            assert_never(operation)


async def _show(revision: Revision, talk: Talk) -> None:
    picture = await talk.house.history.picture(revision.id)
    resized = (revision.height, revision.width) != (talk.head.height, talk.head.width)
    talk.answers = (Answer(revision, picture, offset=None if resized else UNMOVED, resized=resized),)
    talk.head = revision


async def _compare(talk: Talk) -> None:
    branch = await talk.house.history.branch(talk.head.id)
    before = await talk.house.history.picture(branch[0].id)
    after = await talk.house.history.picture(talk.head.id)
    picture = side_by_side(before, after, ("before", "after"))
    talk.answers = (Answer(talk.head, picture, offset=None, resized=True),)


async def _again(talk: Talk, count: int) -> None:
    """The last edit once more, or several times: on the same parent, in the same place, with new seeds."""
    plan, parent = await _last_edit(talk)
    first = secrets.randbelow(2**31) if talk.message.seed is None else talk.message.seed
    talk.seeds = tuple(first + index for index in range(count))
    operations = cast("tuple[EditOperation, ...]", plan.operations)
    mask = await talk.house.history.target_mask(talk.head.id) if len(operations) == 1 else None
    same_frame = mask is not None and mask.shape == (parent.height, parent.width)
    await make(operations, talk, plan, parent=parent, answers={0: mask} if mask is not None and same_frame else {})


async def _last_edit(talk: Talk) -> tuple[Plan, Revision]:
    head = talk.head
    if head.parent is None or head.plan is None:
        raise NoSuchRevision("edit")
    return head.plan, await talk.house.history.revision(head.parent)


async def _refine(change: str, talk: Talk) -> None:
    """The last edit again in a larger, smaller or inverted area."""
    plan, parent = await _last_edit(talk)
    area = await talk.house.history.target_mask(talk.head.id)
    if area is None:
        raise NeedsClarification("The last edit had no area of its own. Say what should change, and where.")
    operations = cast("tuple[EditOperation, ...]", plan.operations)
    await make(operations, talk, plan, parent=parent, mask=_reshaped(area, change))


def _reshaped(area: Mask, change: str) -> Mask:
    """The area by the words of the change; a step is 6 % of its extent."""
    step = max(3, int(0.06 * np.sqrt(np.count_nonzero(area))))
    words = set(change.lower().split())
    if words & {"bigger", "larger", "grow", "wider", "more"}:
        return grow(area, step)
    if words & {"smaller", "shrink", "tighter", "narrower", "less"}:
        return shrink(area, step)
    if words & {"invert", "inverted", "opposite"}:
        return invert(area)
    raise NeedsClarification("Should the area of the last edit be bigger, smaller or inverted?")


async def _choose(words: str, talk: Talk) -> None:
    """The open question answered: its plan goes on with the candidates that the words pick."""
    question = await talk.house.history.open_question(talk.head.conversation)
    if question is None:
        raise NeedsClarification("There is no question open. Say what should change.")
    parent = await talk.house.history.revision(question.revision)
    picked = pick(words, question.candidates, parent)
    area = union(*(region.on(parent.height, parent.width) for region in picked))
    operations = cast("tuple[EditOperation, ...]", question.plan.operations)
    await make(operations, talk, question.plan, parent=parent, answers={question.operation: area})


def pick(words: str, candidates: tuple[Region, ...], parent: Revision) -> tuple[Region, ...]:
    """The candidates meant by a number as shown, a place, a size, "both" or "all".

    Raises: NeedsClarification when the words fit none, or still several.
    """
    plain = words.strip().lower().removeprefix("number ").removeprefix("#")
    if plain.isdigit() and 1 <= int(plain) <= len(candidates):
        return (candidates[int(plain) - 1],)
    if plain in {"all", "both", "everything", "all of them", "both of them"}:
        return candidates
    chosen = choose(candidates, parse_target(f"the {plain} one"), parent.height, parent.width)
    if not chosen or len(chosen) == len(candidates):
        raise NeedsClarification(f"Which of the {len(candidates)}? Answer with a number, “left”, “biggest” or “all”.")
    return chosen


async def _replay(talk: Talk) -> None:
    """The edits of the author's conversation before this one, on this picture."""
    earlier = await talk.house.history.latest_before(talk.head.conversation, author=talk.message.author)
    if earlier is None:
        raise NoSuchRevision("edit")
    recipe = recipe_of(await talk.house.history.branch(earlier.id))
    for step in recipe.steps:
        plan = Plan(instruction=step.instruction, operations=step.operations, confidence=1.0)
        talk.seeds = (step.seed,)
        await make(cast("tuple[EditOperation, ...]", plan.operations), talk, plan)
