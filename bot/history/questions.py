"""The question a conversation waits on: open until it moves on, by whatever it does next."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history import moves
from bot.history.records import Question, Revision
from bot.history.schema import candidates, questions
from engine.data import Box, Region
from engine.operations import Plan


async def ask(connection: AsyncConnection, head: Revision, question: Question, masks: Sequence[str | None]) -> None:
    """Put the question in place of an earlier one; `masks`: the blob of each candidate's mask.

    Asking uses the conversation, so it appends a move that stays at the head: the question is open until the next.
    """
    await moves.move(connection, head)
    values = {
        "conversation": head.conversation,
        "revision": question.revision,
        "instruction": question.instruction,
        "plan": question.plan.flat(),
        "operation": question.operation,
        "seed": question.seed,
    }
    await connection.execute(insert(questions).values(values))
    rows = [
        {
            "question": head.conversation,
            "position": position,
            "x0": region.box.x0,
            "y0": region.box.y0,
            "x1": region.box.x1,
            "y1": region.box.y1,
            "score": region.score,
            "label": region.label,
            "source": region.source,
            "mask": mask,
        }
        for position, (region, mask) in enumerate(zip(question.candidates, masks, strict=True))
    ]
    if rows:
        await connection.execute(insert(candidates), rows)


async def close(connection: AsyncConnection, conversation: str) -> None:
    """Forget the question of the conversation, if there is one."""
    await connection.execute(delete(questions).where(questions.c.conversation == conversation))


async def open_question(
    connection: AsyncConnection, conversation: str
) -> tuple[Question, tuple[str | None, ...]] | None:
    """The open question, its candidates without masks, and the blob of each mask; None when none is open."""
    row = (await connection.execute(select(questions).where(questions.c.conversation == conversation))).first()
    if row is None:
        return None
    among = select(candidates).where(candidates.c.question == conversation).order_by(candidates.c.position)
    offered = (await connection.execute(among)).all()
    question = Question(
        revision=row.revision,
        instruction=row.instruction,
        plan=Plan.model_validate(row.plan),
        operation=row.operation,
        seed=row.seed,
        candidates=tuple(_region(each) for each in offered),
    )
    return question, tuple(each.mask for each in offered)


def _region(row: Row[tuple[object, ...]]) -> Region:
    return Region(Box(row.x0, row.y0, row.x1, row.y1), row.score, row.label, row.source)
