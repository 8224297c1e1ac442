"""From operations to committed revisions: the engine's half of a turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.chat import Answer
from bot.history import Draft, Question, Revision
from bot.house import Talk
from engine.data import Mask, Notice
from engine.editor import EditRequest, EditResult
from engine.errors import Ambiguous
from engine.masks_given import given_mask
from engine.operations import EditOperation, Plan

NO_ANSWERS: Mapping[int, Mask] = {}


async def make(
    operations: tuple[EditOperation, ...],
    talk: Talk,
    plan: Plan,
    *,
    parent: Revision | None = None,
    mask: Mask | None = None,
    answers: Mapping[int, Mask] = NO_ANSWERS,
) -> None:
    """Edit `parent` (default: the head) once for each seed; every result is a revision, the last of them the head.

    Raises: any leaf of EditError; Ambiguous leaves the question open in the history, to be answered in words.
    """
    base = parent or talk.head
    picture = await talk.house.history.picture(base.id)
    if mask is None and talk.message.mask is not None:
        mask = given_mask(talk.message.mask, picture)
    request = EditRequest(
        picture=picture,
        operations=operations,
        mask=mask,
        previous=await talk.house.history.target_mask(base.id),
        answers=answers,
        reference=talk.message.reference,
        backend=talk.message.backend,
        model=talk.message.model,
    )
    done: list[Answer] = []
    for seed in talk.seeds:
        result = await _edit(replace(request, seed=seed), talk, base, plan)
        done.append(await _commit(result, base, talk, plan.model_copy(update={"operations": operations}), seed))
    if len(done) > 1 and all(answer.revision.picture.pixels == done[0].revision.picture.pixels for answer in done):
        talk.notices.append(Notice("same_result"))
    talk.answers = tuple(done)
    talk.head = done[-1].revision


async def _edit(request: EditRequest, talk: Talk, base: Revision, plan: Plan) -> EditResult:
    try:
        result = await talk.house.edit(request, talk.report)
    except Ambiguous as ambiguous:
        question = Question(
            revision=base.id,
            instruction=talk.message.instruction,
            plan=plan.model_copy(update={"operations": request.operations}),
            operation=ambiguous.operation,
            seed=request.seed,
            candidates=ambiguous.candidates,
        )
        await talk.house.history.ask(base.conversation, question)
        raise
    for stage, milliseconds in result.timings_ms.items():
        talk.clock.add(stage, milliseconds)
    talk.notices.extend(note for note in result.notices if note not in talk.notices)
    return result


async def _commit(result: EditResult, base: Revision, talk: Talk, plan: Plan, seed: int) -> Answer:
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
        timings_ms=result.timings_ms,
    )
    with talk.clock("commit"):
        revision = await talk.house.history.commit(base.id, draft)
    return Answer(
        revision,
        result.picture,
        result.mask,
        result.offset,
        result.outside_changed,
        whole=result.mask is None,
        resized=(revision.height, revision.width) != (base.height, base.width),
    )
