"""Messages taken in by a server's desk: durable, answered once, in turn, and delivered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from bot import courier
from bot.chat import Message, Reply
from bot.desk import Desk
from bot.history.rows import now
from bot.history.schema import jobs, revisions, steps
from bot.house import House
from bot.ledger.ledger import Ledger
from bot.ledger.limits import QueueLimits, Rate
from bot.ledger.records import Job
from bot.recipes import recipe_of
from bot.workbench import Tools
from engine.data import Image, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import (
    Ambiguous,
    BackendFailed,
    BackendMissing,
    Busy,
    EditError,
    EngineLost,
    GaveUp,
    NotUnderstood,
    Withdrawn,
)
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.planner import RulesPlanner
from engine.reporting import Report
from engine.selection.marks import Marks
from tests.bot.conftest import Place

Edit = Callable[[EditRequest, Report | None], Awaitable[EditResult]]


def photo() -> Image:
    """A noisy ground with a red ball left and right, 96 x 160."""
    image = np.random.default_rng(7).integers(100, 150, (96, 160, 3), np.uint8)
    y, x = np.mgrid[:96, :160]
    for column in (30, 130):
        image[(y - 48) ** 2 + (x - column) ** 2 < 15**2] = (200, 30, 40)
    return image


class Engine:
    """The real editor in this process, which can be told to wait, to die or to break."""

    def __init__(self) -> None:
        self._editor = Editor(Grounder().locate, FillInpainter())
        self.go = asyncio.Event()
        self.go.set()
        self.started = asyncio.Event()
        self.losses = 0
        self.breaks = False
        self.begun = 0

    async def edit(self, request: EditRequest, report: Report | None) -> EditResult:
        self.begun += 1
        self.started.set()
        await self.go.wait()
        if self.losses:
            self.losses -= 1
            raise EngineLost("died")
        if self.breaks:
            raise RuntimeError("a bug")
        return await asyncio.to_thread(self._editor.edit, request, report)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
async def house(place: Place, tmp_path: Path, engine: Engine) -> AsyncGenerator[House]:
    async with await place.open() as history:
        yield House(history, RulesPlanner(), engine.edit, tmp_path)


@pytest.fixture
def ledger(house: House) -> Ledger:
    return Ledger(house.history.database, QueueLimits(per_member=3))


@pytest.fixture
async def desk(house: House, ledger: Ledger) -> AsyncGenerator[Desk]:
    async with Desk(Tools(house=house, ledger=ledger)) as open_desk:
        yield open_desk


def first(instruction: str, author: str = "ann") -> Message:
    return Message(instruction, author, "test", picture=Picture(photo()), name="balls.png", seed=1)


async def until(look: Callable[[], Awaitable[Job | None]], seen: Callable[[Job], bool]) -> None:
    """Wait for a job to be so."""
    async with asyncio.timeout(10):
        while not (job := await look()) or not seen(job):  # noqa: ASYNC110 (the database tells nobody)
            await asyncio.sleep(0.01)


async def count(house: House, table: str) -> int:
    of = {"revisions": revisions, "jobs": jobs, "steps": steps}[table]
    async with house.history.database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(of)) or 0


async def test_a_message_is_answered(desk: Desk, house: House) -> None:
    job = await desk.take(first("make it warmer"))
    assert job.state in ("accepted", "leased")
    reply = await desk.answer(job)
    assert reply.answer.outside_changed in (0, None)
    assert (reply.answer.picture.rgb != photo()).any()
    stored = await house.history.head(reply.answer.revision.conversation)
    assert stored.id == reply.answer.revision.id
    assert (await desk.current(job)).delivered_at is not None


async def test_an_answer_is_the_same_when_it_is_told_from_the_ledger(desk: Desk, house: House, ledger: Ledger) -> None:
    message = replace(first("make the red ball on the left green"), count=2)
    fresh = await desk.answer(await desk.take(message, key="k"))
    async with Desk(Tools(house=house, ledger=ledger)) as another:
        told = await another.answer(await another.take(message, key="k"))
    assert [one.revision for one in told.answers] == [one.revision for one in fresh.answers]
    for one, other in zip(told.answers, fresh.answers, strict=True):
        assert (one.picture.rgb == other.picture.rgb).all()
        assert one.mask is not None
        assert other.mask is not None
        assert (one.mask == other.mask).all()
        assert (one.offset, one.outside_changed, one.whole) == (other.offset, other.outside_changed, other.whole)
    assert (told.plan, told.notices) == (fresh.plan, fresh.notices)
    assert await count(house, "revisions") == 3


async def test_steps_through_the_history_are_answered_at_once(desk: Desk, engine: Engine) -> None:
    made = await desk.answer(await desk.take(first("make it warmer")))
    engine.go.clear()
    await desk.take(first("make it warmer", "bob"))
    here = replace(first("undo"), picture=None, reply_to=made.answer.revision.id)
    undone = await desk.take(here, key="click")
    assert undone.state == "done"
    assert (await desk.answer(undone)).answer.revision.number == 0
    again = await desk.take(here, key="click")
    assert again.id == undone.id
    compared = await desk.take(replace(here, instruction="compare"))
    assert (await desk.answer(compared)).answer.picture.width > 160
    engine.go.set()


async def test_what_cannot_be_understood_is_no_job(desk: Desk, house: House) -> None:
    with pytest.raises(NotUnderstood):
        await desk.take(first("florble the wug"))
    assert await count(house, "jobs") == 0


async def test_a_question_is_an_answer(desk: Desk, house: House, ledger: Ledger) -> None:
    job = await desk.take(first("make the red ball green"), key="q")
    with pytest.raises(Ambiguous) as asked:
        await desk.answer(job)
    assert len(asked.value.candidates) == 2
    async with Desk(Tools(house=house, ledger=ledger)) as another:
        with pytest.raises(Ambiguous) as told:
            await another.answer(job)
    assert [region.box for region in told.value.candidates] == [region.box for region in asked.value.candidates]
    chosen = await desk.answer(await desk.take(Message("the left one", "ann", "test")))
    assert chosen.answer.picture.rgb[48, 30, 1] > 100


async def test_errors_arrive_as_they_were(desk: Desk) -> None:
    with pytest.raises(BackendMissing) as missing:
        await desk.answer(await desk.take(first("add a volcano")))
    assert missing.value.backend == "diffusion"


async def test_a_bug_is_a_failure_and_the_desk_goes_on(desk: Desk, engine: Engine) -> None:
    engine.breaks = True
    with pytest.raises(BackendFailed):
        await desk.answer(await desk.take(first("make it warmer")))
    engine.breaks = False
    await desk.answer(await desk.take(first("make it warmer")))


async def test_a_lost_engine_is_tried_again(desk: Desk, engine: Engine, house: House) -> None:
    engine.losses = 1
    reply = await desk.answer(await desk.take(first("make it warmer")))
    assert (reply.answer.revision.number, engine.begun) == (1, 2)
    assert await count(house, "revisions") == 2


async def test_what_kills_the_engine_is_given_up(desk: Desk, engine: Engine, house: House) -> None:
    engine.losses = 100
    with pytest.raises(GaveUp) as gave_up:
        await desk.answer(await desk.take(first("make it warmer")))
    assert (gave_up.value.attempts, engine.begun) == (3, 3)
    assert await count(house, "revisions") == 1


async def test_its_author_cancels_a_job_that_runs(desk: Desk, engine: Engine, house: House) -> None:
    engine.go.clear()
    job = await desk.take(first("make it warmer"))
    await engine.started.wait()
    assert not await desk.cancel(job.id, "bob")
    assert await desk.cancel(job.id, "ann")
    with pytest.raises(Withdrawn):
        await asyncio.wait_for(desk.answer(job), 5)
    engine.go.set()
    assert await count(house, "revisions") == 1


async def test_a_job_that_waits_is_cancelled_elsewhere(desk: Desk, ledger: Ledger, engine: Engine) -> None:
    engine.go.clear()
    job = await desk.take(first("make it warmer"))
    await engine.started.wait()
    assert await ledger.cancel(job.id, "ann")
    with pytest.raises(Withdrawn):
        await asyncio.wait_for(desk.answer(job), 5)


async def test_what_comes_right_after_goes_on_from_the_answer(desk: Desk, engine: Engine) -> None:
    engine.go.clear()
    one = await desk.take(first("make the red ball on the left green"))
    two = await desk.take(Message("now make it darker", "ann", "test"))
    three = await desk.take(Message("undo", "ann", "test"))
    engine.go.set()
    green = await desk.answer(one)
    darker = await desk.answer(two)
    assert darker.answer.revision.parent == green.answer.revision.id
    assert not [note for note in darker.notices if note.kind == "latest"]
    assert (await desk.answer(three)).answer.revision.id == green.answer.revision.id


async def test_too_much_is_turned_away(desk: Desk, engine: Engine, house: House) -> None:
    engine.go.clear()
    for _ in range(3):
        await desk.take(first("make it warmer"))
    kept = await count(house, "revisions")
    with pytest.raises(Busy):
        await desk.take(first("make it warmer"))
    assert await count(house, "revisions") == kept
    await desk.take(first("make it warmer", "bob"))
    engine.go.set()


async def test_masks_and_references_wait_with_their_job(desk: Desk, engine: Engine, house: House) -> None:
    engine.go.clear()
    white = np.zeros((96, 160, 3), np.uint8)
    white[20:40, 60:90] = 255
    drawn = await desk.take(replace(first("blur this"), mask=Picture(white)))
    shapes = await desk.take(replace(first("blur this", "bob"), mask=Marks(box=(60, 20, 90, 40))))
    assert await house.history.collect(grace_s=-1) == 0
    engine.go.set()
    for job in (drawn, shapes):
        changed = (await desk.answer(job)).answer.picture.rgb != photo()
        assert changed[20:40, 60:90].any()
        changed[20:40, 60:90] = False
        assert not changed.any()


async def test_a_job_of_a_desk_that_closed_is_done_by_the_next(house: House, ledger: Ledger, engine: Engine) -> None:
    engine.go.clear()
    async with Desk(Tools(house=house, ledger=ledger)) as one:
        job = await one.take(first("make it warmer"))
        await engine.started.wait()
    waiting = await ledger.job(job.id)
    assert waiting is not None
    assert (waiting.state, waiting.crashes) == ("accepted", 0)
    engine.go.set()
    async with Desk(Tools(house=house, ledger=ledger)) as two:
        assert (await two.answer(job)).answer.revision.number == 1
    assert await count(house, "revisions") == 2


@pytest.mark.parametrize("tries", [1, 3])
async def test_answers_are_delivered_until_they_arrive(
    house: House, ledger: Ledger, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "LONGEST_PAUSE_S", 0.01)
    brought: list[tuple[str, Reply | EditError]] = []
    arrived = asyncio.Event()

    async def deliver(job: Job, answer: Reply | EditError) -> None:
        brought.append((job.address["channel"], answer))
        if len(brought) < tries:
            raise ConnectionError("down")
        arrived.set()

    async with Desk(Tools(house=house, ledger=ledger)) as desk:
        desk.deliver_by("test", deliver)
        job = await desk.take(first("make it warmer"), address={"channel": "general"})
        await asyncio.wait_for(arrived.wait(), 10)
        await until(lambda: ledger.job(job.id), lambda now: now.delivered_at is not None)
    assert [where for where, _ in brought] == ["general"] * tries
    assert isinstance(brought[-1][1], Reply)


@pytest.mark.parametrize("days", [0, 3])
async def test_what_never_arrives_is_given_up_after_three_days(
    house: House, ledger: Ledger, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(courier, "LONGEST_PAUSE_S", 0.004)
    tries: list[str] = []
    monkeypatch.setattr(courier, "now", lambda: now() + timedelta(days=days if tries else 0))

    async def deliver(job: Job, answer: Reply | EditError) -> None:
        tries.append(job.id)
        raise ConnectionError("no such channel")

    async with Desk(Tools(house=house, ledger=ledger)) as desk:
        desk.deliver_by("test", deliver)
        job = await desk.take(first("make it warmer"))
        await until(lambda: ledger.job(job.id), lambda found: bool(found.delivered_at) or len(tries) > 5)
        found = await desk.current(job)
    assert (found.delivered_at is not None, len(tries) > 5) == ((True, False) if days == 3 else (False, True))
    assert days == 0 or len(tries) == 3


async def test_a_member_s_own_rate_takes_the_place_of_everybody_s(desk: Desk, engine: Engine) -> None:
    engine.go.clear()
    await desk.take(first("make it warmer"), rate=Rate(per_minute=1, burst=1))
    with pytest.raises(Busy) as busy:
        await desk.take(first("make it warmer"), rate=Rate(per_minute=1, burst=1))
    assert busy.value.reason == "rate"
    assert 50 < busy.value.seconds <= 60
    await desk.take(first("make it warmer"))
    engine.go.set()


async def test_what_was_not_delivered_is_delivered_by_the_next(house: House, ledger: Ledger) -> None:
    async with Desk(Tools(house=house, ledger=ledger)) as one:
        job = await one.take(first("make it warmer"), key="m", address={"channel": "general"})
        await until(lambda: ledger.job(job.id), lambda now: now.is_over)
    arrived: asyncio.Queue[Reply | EditError] = asyncio.Queue()

    async def deliver(job: Job, answer: Reply | EditError) -> None:
        await arrived.put(answer)

    async with Desk(Tools(house=house, ledger=ledger)) as two:
        two.deliver_by("test", deliver)
        reply = await asyncio.wait_for(arrived.get(), 15)
    assert isinstance(reply, Reply)
    assert reply.answer.revision.number == 1
    assert arrived.empty()


async def test_an_attempt_goes_on_where_the_last_one_stopped(
    house: House, ledger: Ledger, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two edits with a step through the history between them; the engine dies in the second."""
    made = engine.edit

    async def dies_in_the_second(request: EditRequest, report: Report | None) -> EditResult:
        if engine.begun == 1:
            engine.losses = 1
        return await made(request, report)

    working = replace(house, edit=dies_in_the_second)
    async with Desk(Tools(house=working, ledger=ledger)) as desk:
        reply = await desk.answer(await desk.take(first("make it warmer, then undo, then crop to square")))
    branch = await house.history.branch(reply.answer.revision.id)
    assert [revision.number for revision in branch] == [0, 2]
    assert [step.operations[0].kind for step in recipe_of(branch).steps] == ["crop"]
    assert engine.begun == 3
    assert await count(house, "revisions") == 3
    assert await count(house, "steps") == 3


async def test_a_job_whose_lease_was_lost_writes_nothing(house: House, ledger: Ledger, engine: Engine) -> None:
    engine.go.clear()
    async with Desk(Tools(house=house, ledger=ledger)) as slow:
        job = await slow.take(first("make it warmer"))
        await engine.started.wait()
        running = await ledger.job(job.id)
        assert running is not None
        await ledger.give_back(running, crashed=False)
        other = await ledger.lease("other", "quick")
        assert other is not None
        engine.go.set()
        await asyncio.sleep(0.3)
        assert await count(house, "revisions") == 1
        await ledger.finish(other, "failed", {"type": "NotUnderstood", "args": {"question": "?"}})
