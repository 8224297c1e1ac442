"""From operations to committed revisions: the engine's half of a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from bot.chat import Answer
from bot.history import Draft, Question, Revision
from bot.house import Talk
from bot.receipts import answer_of
from engine.data import Mask, Notice, Picture
from engine.edits import EditRequest, EditResult
from engine.errors import Ambiguous, MaskWhole, NeedsClarification, NotGrounded
from engine.operations import Add, Alter, EditOperation, Plan, Refine, Replace, Target
from engine.planner.languages.consent import means_everything
from engine.planner.languages.own_words import in_own_words
from engine.refining.again import Again
from engine.reporting import shared
from engine.safety import of_safety

DRAWN = Notice("drawn")
"""Notice that is kept with a revision whose area its author drew, so that it is obeyed when refined."""
NO_ANSWERS: Mapping[int, Mask] = {}


async def make(
    operations: tuple[EditOperation, ...],
    talk: Talk,
    plan: Plan,
    *,
    parent: Revision | None = None,
    mask: Mask | None = None,
    answers: Mapping[int, Mask] = NO_ANSWERS,
    again: Again | None = None,
    start: Picture | None = None,
) -> None:
    """Edit `parent` (default: the head) once for each seed; every result is a revision, the last of them the head.

    again: where the same edit worked before, to work there once more.
    start: what the only operation made of `parent` before, to paint something like it.
    Raises: any leaf of EditError; one with candidates leaves the question open in the history, to be answered in words.
    """
    base = parent or talk.head
    if earlier := await talk.house.history.recalled(len(talk.seeds)):
        _answer([await answer_of(revision, talk.house.history) for revision in earlier], talk)
        return
    picture = await talk.house.history.picture(base)
    operations = tuple(_named(operation, base.plan) for operation in _in_turn(operations, talk.message.instruction))
    previous = await talk.house.history.target_mask(base)
    if previous is not None and not answers and _is_same(operations[0], base.plan, talk.message.instruction):
        answers = {0: previous}
    request = EditRequest(
        picture=picture,
        operations=operations,
        given=talk.message.mask,
        mask=mask,
        previous=previous,
        answers=answers,
        again=again,
        start=start,
        reference=talk.message.reference,
        backend=talk.message.backend,
        model=talk.message.model,
    )
    done: list[Answer] = []
    for seed, result in zip(talk.seeds, await _edit(request, talk, base, plan), strict=True):
        done.append(await _commit(result, base, talk, _plan_done(plan, request), seed, drawn=_is_drawn(request)))
    _answer(done, talk)


def _answer(done: list[Answer], talk: Talk) -> None:
    """The talk's answers so far are these pictures, and it stands at the last of them."""
    if len(done) > 1 and all(answer.revision.picture.pixels == done[0].revision.picture.pixels for answer in done):
        talk.notices.append(Notice("same_result"))
    talk.answers = tuple(done)
    talk.head = done[-1].revision


def _named(operation: EditOperation, before: Plan | None) -> EditOperation:
    """The operation with the name of what "it" is, where that was painted before: a model is told by words alone."""
    last = before.operations[-1] if before else None
    thing = last.prompt if isinstance(last, Add | Replace) else None
    if isinstance(last, Alter) and last.target is not None:
        thing = last.target.phrase
    target = operation.target if isinstance(operation, Alter) else None
    if not thing or target is None or target != Target(previous=True):
        return operation
    return operation.model_copy(update={"target": target.model_copy(update={"phrase": thing})})


def _is_same(operation: EditOperation, before: Plan | None, instruction: str) -> bool:
    """Whether it is about the very thing of the edit before, which the instruction does not name again: "no, pink".

    The words of that edit may not fit the thing any more: the yellow ball is blue by now.
    """
    last = before.operations[-1] if before else None
    target: Target | None = getattr(operation, "target", None)
    return target is not None and target == getattr(last, "target", None) and not _named_in(instruction, target, 1)


def _in_turn(operations: Sequence[EditOperation], instruction: str) -> Iterator[EditOperation]:
    """The operations; what one does to the thing of the one before, named once for both, is done to "it"."""
    before: Target | None = None
    for operation in operations:
        target: Target | None = getattr(operation, "target", None)
        same = target is not None and target == before and not _named_in(instruction, target, 2)
        yield operation.model_copy(update={"target": Target(previous=True)}) if same else operation
        before = target


def _named_in(instruction: str, target: Target, times: int) -> bool:
    """Whether the instruction says the words of the target so often; without words of its own it is not a name."""
    return not target.phrase or instruction.lower().count(target.phrase.lower()) >= times


async def _edit(request: EditRequest, talk: Talk, base: Revision, plan: Plan) -> list[EditResult]:
    """One result for each seed, all made at the same time."""
    alike = [replace(request, seed=seed, company=len(talk.seeds)) for seed in talk.seeds]
    try:
        results = await _together(
            talk.house.edit(one, report) for one, report in zip(alike, shared(talk.report, len(alike)), strict=True)
        )
    except NeedsClarification as asked:
        if isinstance(asked, MaskWhole) and means_everything(talk.message.instruction, plan.language):
            everything = np.ones(request.picture.rgb.shape[:2], np.bool_)
            return await _edit(replace(request, mask=everything), talk, base, plan)
        if asked.candidates:
            await _keep_open(asked, alike[0], talk, base, plan)
        if isinstance(asked, Ambiguous):
            asked.phrase = in_own_words(asked.phrase, talk.message.instruction, plan.language)
        raise
    except NotGrounded as missing:
        missing.phrase = in_own_words(missing.phrase, talk.message.instruction, plan.language)
        raise
    for stage in dict.fromkeys(stage for result in results for stage in result.timings_ms):
        talk.clock.add(stage, max(result.timings_ms.get(stage, 0.0) for result in results))
    for note in (note for result in results for note in result.notices):
        if note not in talk.notices:
            talk.notices.append(note)
    return results


async def _together(edits: Iterable[Awaitable[EditResult]]) -> list[EditResult]:
    """All results in order; when one edit fails, or nobody waits any more, the others are stopped."""
    tasks = [asyncio.ensure_future(edit) for edit in edits]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _keep_open(asked: NeedsClarification, request: EditRequest, talk: Talk, base: Revision, plan: Plan) -> None:
    question = Question(
        revision=base.id,
        instruction=talk.message.instruction,
        plan=plan.model_copy(update={"operations": request.operations}),
        operation=asked.operation if isinstance(asked, Ambiguous) else 0,
        seed=request.seed,
        candidates=asked.candidates,
    )
    await talk.house.history.ask(base.conversation, question)


def _plan_done(plan: Plan, request: EditRequest) -> Plan:
    """The plan as it was carried out: the edits, and how the place of the last was reshaped since."""
    said = (*request.again.changes, request.again.change) if request.again else ()
    return plan.model_copy(
        update={"operations": (*request.operations, *(Refine(change=change) for change in said if change))}
    )


def _is_drawn(request: EditRequest) -> bool:
    return request.again.drawn if request.again else request.given is not None or request.mask is not None


async def _commit(result: EditResult, base: Revision, talk: Talk, plan: Plan, seed: int, *, drawn: bool) -> Answer:
    draft = Draft(
        picture=result.picture,
        instruction=talk.message.instruction,
        author=talk.message.author,
        plan=plan,
        seed=seed,
        backend=result.backend,
        mask=result.mask,
        whole=result.mask is None,
        offset=result.offset,
        target=result.target,
        warnings=(*((DRAWN,) if drawn else ()), *of_safety(result.notices)),
        timings_ms=result.timings_ms,
    )
    with talk.clock("commit"):
        revision = await talk.house.history.commit(base, draft)
    return Answer(
        revision,
        result.picture,
        result.mask,
        result.offset,
        result.outside_changed,
        whole=result.mask is None,
        resized=(revision.height, revision.width) != (base.height, base.width),
    )
