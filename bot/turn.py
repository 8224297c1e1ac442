"""The path of one edit: a message comes in, a reply goes out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import groupby
from typing import cast, get_args

from bot.chat import Message, Reply
from bot.history import Question, Revision
from bot.house import House, Talk
from bot.making import make
from bot.steering import beside, steer
from engine.clock import Clock
from engine.data import Notice
from engine.errors import NoSuchRevision, NotUnderstood
from engine.imageio import preview
from engine.operations import Compare, Context, EditOperation, HistoryOperation, Operation, Plan
from engine.planner import is_doubt
from engine.reporting import Report

STEERING = get_args(HistoryOperation)
GLANCE_SIDE = 512
"""Px: what vision models look at once, without cutting it up."""


async def turn(message: Message, house: House, report: Report | None = None) -> Reply:
    """One message -> one reply; the history has every new revision before this returns.

    A server's desk (`bot.desk`) does the same in two steps, and keeps the talk in the ledger between them.
    Raises: any leaf of EditError; then nothing was committed for the part that failed.
    """
    return await answered(await opened(message, house, report))


async def opened(
    message: Message, house: House, report: Report | None = None, admit: Callable[[Talk], Awaitable[None]] | None = None
) -> Talk:
    """What the message is about and what it asks for; nothing is edited yet.

    Whoever replies to somebody else's picture goes on in a conversation of their own, and never moves another's.
    admit: asked before that is begun, and raises where its author may not have it now.
    Raises: NoSuchRevision, NotUnderstood.
    """
    clock = Clock()
    head = await parent_of(message, house)
    talk = Talk(message, house, head, clock, report, seeds_of(message))
    talk.notices.extend(message.notices)
    if message.picture is None and message.reply_to is None:
        talk.notices.append(Notice("latest", str(talk.head.number)))
    with clock("plan"):
        talk.plan = message.plan or await understood(talk)
    if await moves_anothers(talk):
        if admit is not None:
            await admit(talk)
        talk.head = await house.history.fork(
            talk.head, author=message.author, surface=message.surface, channel=message.channel
        )
    return talk


async def answered(talk: Talk) -> Reply:
    """The plan carried out, part by part. Raises: any leaf of EditError."""
    if asked := talk.plan.question:
        talk.notices.append(Notice("doubt", asked) if is_doubt(asked) else Notice("missed", asked))
    for steering, operations in parts(talk.plan):
        if steering:
            for operation in operations:
                await steer(cast(HistoryOperation, operation), talk)
        else:
            await make(cast("tuple[EditOperation, ...]", operations), talk, talk.plan)
    return Reply(talk.plan, talk.answers, tuple(talk.notices), talk.clock.stages)


async def parent_of(message: Message, house: House) -> Revision:
    """The revision the message is about: its own picture, the one replied to, or the author's latest here.

    Raises: NoSuchRevision.
    """
    if message.picture is not None:
        return await house.history.begin(
            surface=message.surface,
            channel=message.channel,
            author=message.author,
            name=message.name,
            picture=message.picture,
        )
    if message.reply_to is not None:
        return await house.history.revision(message.reply_to)
    latest = await house.history.latest(author=message.author, surface=message.surface, channel=message.channel)
    if latest is None:
        raise NoSuchRevision("latest")
    return latest


async def moves_anothers(talk: Talk) -> bool:
    """Whether the plan would move a conversation that is not its author's; to compare moves nothing."""
    if all(isinstance(operation, Compare) for operation in talk.plan.operations):
        return False
    return not await talk.house.history.belongs(talk.head.conversation, talk.message.author)


async def understood(talk: Talk) -> Plan:
    """The plan of the message, by rules or by the model that they ask. Raises: NotUnderstood with what to ask back."""
    house, context = talk.house, await context_of(talk)
    plan = house.planner.plan(talk.message.instruction, context)
    if house.adviser is not None:
        plan, failure = await house.adviser.advise(plan, context, partial(glance, talk))
        if failure:
            talk.notices.append(Notice("planner_fell_back", failure))
    if not plan.operations:
        await _left_open(talk, plan, context)
        raise NotUnderstood(plan.question or "")
    return plan


async def _left_open(talk: Talk, plan: Plan, context: Context) -> None:
    """What was asked back stays open, so that the next message may answer it: "to silver"."""
    history, conversation = talk.house.history, talk.head.conversation
    if not context.candidates and await history.belongs(conversation, talk.message.author):
        asked = Question(talk.head.id, talk.message.instruction, plan, operation=0, seed=0, candidates=())
        await history.ask(conversation, asked)


async def glance(talk: Talk) -> bytes:
    """The picture that the message is about, as small as a model needs it: a JPEG."""
    return await asyncio.to_thread(preview, await talk.house.history.picture(talk.head), GLANCE_SIDE)


async def context_of(talk: Talk) -> Context:
    """What the words may refer back to."""
    branch = await talk.house.history.branch(talk.head.id)
    made = [revision.plan.operations if revision.plan else () for revision in branch]
    edits = [[operation for operation in run if not isinstance(operation, STEERING)] for run in made]
    question = await talk.house.history.open_question(talk.head.conversation)
    around = await talk.house.history.around(talk.head)
    takes = beside(talk.head, around)
    return Context(
        history=tuple(operation for run in edits for operation in run),
        last=max(1, len(edits[-1])),
        said=branch[-1].instruction,
        candidates=tuple(region.label for region in question.candidates) if question else (),
        takes=tuple(str(one.number) for one in takes) if len(takes) > 1 else (),
        undone=any(one.parent == talk.head.id for one in around),
        unanswered=question.instruction if question and not question.candidates else "",
        mask=talk.message.mask is not None,
    )


def parts(plan: Plan) -> Iterator[tuple[bool, tuple[Operation, ...]]]:
    """The plan in runs: edits that become one revision together, and steps through the history between them."""
    for steering, run in groupby(plan.operations, key=lambda operation: isinstance(operation, STEERING)):
        yield steering, tuple(run)


def seeds_of(message: Message) -> tuple[int, ...]:
    """One seed a variation: counted up from the author's, or from a random one."""
    first = secrets.randbelow(2**31) if message.seed is None else message.seed
    return tuple(first + index for index in range(message.count))
