"""Steps through a conversation's history: the half of a turn that changes no pixel."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final, assert_never, cast, get_args

from bot.chat import Answer
from bot.history import Revision
from bot.house import Talk
from bot.making import DRAWN, make
from bot.receipts import comparison
from bot.recipes import recipe_of
from engine.data import UNMOVED, Notice, Region
from engine.errors import EditError, NeedsClarification, NoSuchRevision, NotUnderstood
from engine.grounding.choose import choose
from engine.masks import union
from engine.operations import (
    Alter,
    Choose,
    Compare,
    Context,
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
from engine.planner.course import without
from engine.refining.again import NO_AREA, Again, subject_of

NO_QUESTION: Final = "There is no question open. Say what should change."


async def steer(operation: HistoryOperation, talk: Talk) -> None:
    """One step from where the talk stands, answered from the history.

    Raises: NoSuchRevision where there is nothing to step to.
    """
    history, conversation, here = talk.house.history, talk.head.conversation, talk.head.id
    match operation:
        case Undo(what=str(what)):
            await _leave_out(what, talk)
        case Undo():
            await _show(await history.undo(conversation, operation.count, here), talk)
        case Redo():
            await _show(await history.redo(conversation, operation.count, here), talk)
        case Goto():
            await _show(await history.goto(conversation, operation.revision), talk)
        case Restart():
            await _show(await history.restart(conversation), talk)
        case Compare():
            talk.answers = (await comparison(talk.head, talk.house.history),)
        case Retry():
            await _again(talk, 1)
        case Vary():
            await _vary(operation, talk)
        case Refine():
            await _refine(operation.change, talk)
        case Choose():
            await _choose(operation.candidate, talk)
        case Replay():
            await _replay(talk)
        case _:
            assert_never(operation)


async def _show(revision: Revision, talk: Talk) -> None:
    picture = await talk.house.history.picture(revision)
    resized = (revision.height, revision.width) != (talk.head.height, talk.head.width)
    talk.answers = (Answer(revision, picture, offset=None if resized else UNMOVED, resized=resized),)
    talk.head = revision


async def _leave_out(what: str, talk: Talk) -> None:
    """The branch without one of its edits: whatever came after that is made again, where it was made before.

    Where an edit cannot be made without it, the talk stands where it stood. Raises: NoSuchRevision, any of `make`.
    """
    branch = await talk.house.history.branch(talk.head.id)
    kept = without(what, [edits_of(revision.plan)[0] if revision.plan else () for revision in branch])
    if kept is None:
        raise NoSuchRevision("edit")
    await _show(branch[kept.depth], talk)
    try:
        for place, edits in kept.again:
            await _remade(branch[place], edits, talk, moved=kept.moved)
    except EditError as exc:
        if not (isinstance(exc, NeedsClarification) and exc.candidates):
            await talk.house.history.goto(talk.head.conversation, branch[-1].id)
        raise


async def _remade(was: Revision, edits: tuple[EditOperation, ...], talk: Talk, *, moved: bool) -> None:
    """A revision's edits once more on the head. moved: what it shows does not lie where it lay then."""
    plan = Plan(instruction=was.instruction, operations=edits, confidence=1.0)
    changes = edits_of(was.plan)[1] if was.plan else ()
    alone = len(edits) == 1 and subject_of(edits[0]) is not None and not moved
    again = await _place_of(talk, was, talk.head, changes) if alone else None
    talk.seeds = (was.seed or 0,)
    await make(edits, talk, plan, again=again)


async def _vary(operation: Vary, talk: Talk) -> None:
    """Several takes: of the last edit from nothing, of one answer to it, or of a picture that was never edited."""
    if operation.like is not None:
        talk.head = await _named(operation.like, talk)
        await _again(talk, operation.n, like=True, change=operation.change)
    elif talk.head.parent is not None:
        await _again(talk, operation.n)
    else:
        _sow(talk, operation.n)
        take = Alter(prompt="")
        await make((take,), talk, Plan(instruction=talk.message.instruction, operations=(take,), confidence=1.0))
        talk.notices.append(Notice("redrawn"))


async def _named(like: str, talk: Talk) -> Revision:
    """The answer meant by "2", "last" or "this", counted among the pictures made at the same time as the head.

    Where there is but one of those, the number is that of a revision. Raises: NoSuchRevision.
    """
    if like == "this":
        return talk.head
    tree = await talk.house.history.tree(talk.head.conversation)
    made = beside(talk.head, tree)
    if like == "last":
        return made[-1]
    numbered = dict(enumerate(made, 1)) if len(made) > 1 else {one.number: one for one in tree}
    if int(like) not in numbered:
        raise NoSuchRevision(like)
    return numbered[int(like)]


def beside(head: Revision, among: Iterable[Revision]) -> list[Revision]:
    """The pictures of a conversation that were made together with its head, in order, itself among them."""
    return [one for one in among if (one.parent, one.instruction) == (head.parent, head.instruction)]


async def _again(talk: Talk, count: int, *, like: bool = False, change: str | None = None) -> None:
    """The last edit once more, or several times: on the same parent, in the same place, with new seeds.

    like: what it paints begins from how it turned out. change: how it is to differ, in words for its prompt.
    """
    plan, parent = await _last_edit(talk)
    _sow(talk, count)
    operations, changes = edits_of(plan)
    if change:
        worded = tuple(_reworded(operation, change) for operation in operations)
        if worded == operations:
            await _adjusted(change, operations, talk)
            return
        operations = worded
    single = len(operations) == 1
    again = await _there(talk, parent, changes) if single and subject_of(operations[0]) is not None else None
    start = await talk.house.history.picture(talk.head) if like and single else None
    await make(operations, talk, plan, parent=parent, again=again, start=start)


def _sow(talk: Talk, count: int) -> None:
    """A seed for each of so many pictures: counted up from the author's, or from a random one."""
    first = secrets.randbelow(2**31) if talk.message.seed is None else talk.message.seed
    talk.seeds = tuple(first + index for index in range(count))


def _reworded(operation: EditOperation, change: str) -> EditOperation:
    """The operation with the change in its prompt; as it was where it has none."""
    prompt = getattr(operation, "prompt", None)
    return operation.model_copy(update={"prompt": f"{prompt}, {change}"}) if prompt else operation


async def _adjusted(change: str, operations: tuple[EditOperation, ...], talk: Talk) -> None:
    """The change as an edit of its own, after one that has no prompt to put it in. Raises: NotUnderstood."""
    plan = talk.house.planner.plan(change, Context(history=operations))
    edits = tuple(one for one in plan.operations if not isinstance(one, get_args(HistoryOperation)))
    if not edits:
        raise NotUnderstood(plan.question or "")
    await make(cast("tuple[EditOperation, ...]", edits), talk, plan)


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
    return await _place_of(talk, talk.head, parent, changes, change)


async def _place_of(
    talk: Talk, made: Revision, parent: Revision, changes: tuple[str, ...], change: str = ""
) -> Again | None:
    area = await talk.house.history.target_mask(made)
    if area is None or area.shape != (parent.height, parent.width):
        return None
    return Again(area, DRAWN in made.warnings, changes, change)


async def _choose(words: str, talk: Talk) -> None:
    """The open question answered: its plan goes on with the candidates that the words pick."""
    question = await talk.house.history.open_question(talk.head.conversation)
    if question is None or not question.candidates:
        raise NeedsClarification(NO_QUESTION)
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
