"""Steps through a conversation's history: the half of a turn that changes no pixel."""

from __future__ import annotations

import secrets
from typing import assert_never, cast

from bot.chat import Answer
from bot.history import Revision
from bot.house import Talk
from bot.making import DRAWN, make
from bot.pictures import side_by_side
from bot.recipes import recipe_of
from engine.data import UNMOVED, Region
from engine.errors import NeedsClarification, NoSuchRevision
from engine.grounding.choose import choose
from engine.masks import union
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
from engine.refining.again import NO_AREA, Again, subject_of


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
    operations, changes = edits_of(plan)
    placed = len(operations) == 1 and subject_of(operations[0]) is not None
    again = await _there(talk, parent, changes) if placed else None
    await make(operations, talk, plan, parent=parent, again=again)


async def _last_edit(talk: Talk) -> tuple[Plan, Revision]:
    head = talk.head
    if head.parent is None or head.plan is None:
        raise NoSuchRevision("edit")
    return head.plan, await talk.house.history.revision(head.parent)


async def _refine(change: str, talk: Talk) -> None:
    """The last edit again, in the place where it was made, that place reshaped by the words."""
    plan, parent = await _last_edit(talk)
    operations, changes = edits_of(plan)
    again = await _there(talk, parent, changes, change)
    if again is None:
        raise NeedsClarification(NO_AREA)
    await make(operations, talk, plan, parent=parent, again=again)


def edits_of(plan: Plan) -> tuple[tuple[EditOperation, ...], tuple[str, ...]]:
    """What a revision's plan edits, and how the place of that was reshaped since."""
    changes = tuple(operation.change for operation in plan.operations if isinstance(operation, Refine))
    edits = tuple(operation for operation in plan.operations if not isinstance(operation, Refine))
    return cast("tuple[EditOperation, ...]", edits), changes


async def _there(talk: Talk, parent: Revision, changes: tuple[str, ...], change: str = "") -> Again | None:
    """Where the last edit was made; None where it had no place of its own in the frame of its parent."""
    area = await talk.house.history.target_mask(talk.head.id)
    if area is None or area.shape != (parent.height, parent.width):
        return None
    return Again(area, DRAWN in talk.head.warnings, changes, change)


async def _choose(words: str, talk: Talk) -> None:
    """The open question answered: its plan goes on with the candidates that the words pick."""
    question = await talk.house.history.open_question(talk.head.conversation)
    if question is None:
        raise NeedsClarification("There is no question open. Say what should change.")
    parent = await talk.house.history.revision(question.revision)
    picked = pick(words, question.candidates, parent)
    area = union(*(region.on(parent.height, parent.width) for region in picked))
    operations = cast("tuple[EditOperation, ...]", question.plan.operations)
    if picked[0].source == "whole":
        await make(operations, talk, question.plan, parent=parent, mask=area)
    else:
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
    if not chosen or len(chosen) == len(candidates) > 1:
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
