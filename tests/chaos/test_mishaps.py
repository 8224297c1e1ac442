"""What happens to a server now and then: jobs forgotten, blobs damaged, surfaces that hang, storage that pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import courier, desk, workbench
from bot.chat import Reply
from bot.history import History
from bot.ledger import ledger as ledger_module
from bot.ledger.ledger import Ledger
from bot.ledger.records import Application, Job
from engine.edits import EditRequest, EditResult
from engine.errors import DamagedImage, EditError, EngineLost, NoSuchRevision, StorageFailed, Withdrawn
from engine.reporting import Report
from tests.chaos.chat import photo
from tests.chaos.local import Post, amiss, blurred, editing, kept_for_nobody, serving

pytestmark = pytest.mark.usefixtures("quickly")


class Slow:
    """An engine that waits to be told to go on."""

    def __init__(self) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def edit(self, request: EditRequest, report: Report | None) -> EditResult:
        self.begun.set()
        await self.go.wait()
        return await editing(request, report)


async def test_two_desks_share_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Long enough for sixty messages at once on a busy machine: a lease that is lost is brought twice.
    monkeypatch.setattr(ledger_module, "LEASE", timedelta(seconds=4))
    posts = [Post(), Post()]
    async with serving(tmp_path, posts[0]) as one, serving(tmp_path, posts[1]) as other:
        takes = [(one, other)[n % 2].desk.take(blurred(n, f"member {n % 5}"), key=f"k{n}") for n in range(60)]
        accepted = await asyncio.gather(*takes)
        await one.over(60)
    assert len({job.id for job in accepted}) == 60
    together = Post()
    for post in posts:
        for job, answers in post.brought.items():
            together.brought[job] += answers
    assert all(len(answers) == 1 for answers in together.brought.values())
    assert all(post.brought for post in posts)
    assert amiss(tmp_path, together) == []


async def test_who_waits_for_what_was_forgotten_is_told(tmp_path: Path) -> None:
    slow = Slow()
    async with serving(tmp_path, edit=slow.edit) as local:
        running = await local.desk.take(blurred(0))
        await slow.begun.wait()
        waiting = await local.desk.take(blurred(1, picture=None, mask=None, instruction="make it warmer"))
        answers = [asyncio.create_task(local.desk.answer(job)) for job in (running, waiting)]
        await asyncio.sleep(0.1)
        await local.house.history.forget("ann")
        async with asyncio.timeout(5):
            told = await asyncio.gather(*answers, return_exceptions=True)
        assert [type(one) for one in told] == [Withdrawn, Withdrawn]
        slow.go.set()
        reply = await local.desk.answer(await local.desk.take(blurred(2)))
        assert reply.answer.revision.number == 1
        assert kept_for_nobody(local.desk) == {}
    assert amiss(tmp_path) == []


async def test_what_was_forgotten_is_brought_to_nobody(tmp_path: Path) -> None:
    tried = asyncio.Event()

    async def deliver(job: Job, answer: Reply | EditError) -> None:
        tried.set()
        raise ConnectionError("down")

    async with serving(tmp_path) as local:
        local.desk.deliver_by("test", deliver)
        await local.desk.take(blurred(0))
        await tried.wait()
        await local.house.history.forget("ann")
        async with asyncio.timeout(5):
            while kept_for_nobody(local.desk):  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0.02)


async def test_a_person_forgotten_while_a_message_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accept = Ledger.accept

    async with serving(tmp_path) as local:

        async def forgotten(ledger: Ledger, application: Application, *args: Any, **options: Any) -> Job:
            await local.house.history.forget("ann")
            return await accept(ledger, application, *args, **options)

        monkeypatch.setattr(Ledger, "accept", forgotten)
        with pytest.raises(NoSuchRevision):
            await local.desk.take(blurred(0))


@pytest.mark.parametrize("brought", [True, False])
async def test_an_answer_whose_picture_is_damaged_is_an_error_told_once(tmp_path: Path, brought: bool) -> None:
    async with serving(tmp_path) as local:
        job = await local.desk.take(blurred(0))
        await local.no_work_left()
        damage_everything(tmp_path)
    post = Post()
    async with serving(tmp_path, post if brought else None) as local:
        if brought:
            await local.over()
            assert post.brought == {job.id: ["DamagedImage"]}
        else:
            with pytest.raises(DamagedImage):
                await local.desk.answer(job)
        assert kept_for_nobody(local.desk) == {}


async def test_a_job_whose_picture_is_damaged_fails_and_others_do_not(tmp_path: Path) -> None:
    slow = Slow()
    async with serving(tmp_path, edit=slow.edit) as local:
        damaged = await local.desk.take(blurred(0))
        await slow.begun.wait()
    damage_everything(tmp_path)
    async with serving(tmp_path) as local:
        with pytest.raises(DamagedImage):
            await local.desk.answer(damaged)
        await local.desk.answer(await local.desk.take(blurred(1)))


async def test_a_surface_that_hangs_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "PATIENCE_S", 0.2)
    post, hung = Post(), list[str]()

    async def deliver(job: Job, answer: Reply | EditError) -> None:
        if job.channel == "hangs" and len(hung) < 2:
            hung.append(job.id)
            await asyncio.Event().wait()
        await post.deliver(job, answer)

    async with serving(tmp_path) as local:
        local.desk.deliver_by("test", deliver)
        for number in range(6):
            await local.desk.take(blurred(number, channel="hangs" if number % 2 else "works"))
        await local.over()
    assert len(hung) == 2
    assert amiss(tmp_path, post) == []


async def test_a_desk_closes_although_everything_hangs(tmp_path: Path) -> None:
    slow, hung = Slow(), asyncio.Event()

    async def deliver(job: Job, answer: Reply | EditError) -> None:
        hung.set()
        await asyncio.Event().wait()

    async with serving(tmp_path) as local:
        local.desk.deliver_by("test", deliver)
        await local.desk.take(blurred(0))
        await hung.wait()
    async with asyncio.timeout(5):
        async with serving(tmp_path, edit=slow.edit) as local:
            await local.desk.take(blurred(1))
            await slow.begun.wait()
            assert await local.desk.cancel((await local.desk.take(blurred(2))).id, "ann")
            answer = asyncio.create_task(local.desk.answer(await local.desk.take(blurred(3))))
            await asyncio.sleep(0.05)
    answer.cancel()
    await asyncio.gather(answer, return_exceptions=True)
    async with serving(tmp_path, Post()) as local:
        await local.over()


async def test_an_answer_arrives_although_its_delivery_is_not_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise StorageFailed

    monkeypatch.setattr(Ledger, "delivered", fails)
    async with serving(tmp_path) as local:
        assert (await local.desk.answer(await local.desk.take(blurred(0)))).answer.revision.number == 1


@pytest.mark.parametrize("words", ["blur this", "compare"])
async def test_what_was_accepted_is_acknowledged_whatever_fails_then(
    tmp_path: Path, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise StorageFailed

    async with serving(tmp_path) as local:
        with monkeypatch.context() as patched:
            patched.setattr(Ledger, "job", fails)
            job = await local.desk.take(blurred(0, instruction=words))
        assert (await local.desk.current(job)).id == job.id


async def test_who_takes_a_step_back_and_cancels_it_is_not_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job of a step is worked on while `take` waits; its end is none of `take`."""
    undo, begun = History.undo, asyncio.Event()

    async def slowly(history: History, conversation: str, count: int = 1, at: str | None = None) -> Any:
        begun.set()
        await asyncio.sleep(0.5)
        return await undo(history, conversation, count, at)

    async with serving(tmp_path) as local:
        made = await local.desk.answer(await local.desk.take(blurred(0)))
        monkeypatch.setattr(History, "undo", slowly)
        back = blurred(0, picture=None, mask=None, reply_to=made.answer.revision.id, instruction="undo")
        taking = asyncio.create_task(local.desk.take(back, key="click"))
        await begun.wait()
        known = await local.ledger.known("click")
        assert known is not None
        assert await local.desk.cancel(known.id, "ann")
        assert (await taking).state == "cancelled"
        assert (await local.house.history.head(made.answer.revision.conversation)).number == 1
        assert kept_for_nobody(local.desk) == {}


async def test_who_waits_for_a_job_that_waits_again_does_not_spin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, job_of = list[str](), Ledger.job
    lost, held = asyncio.Event(), asyncio.Event()

    async def loses(request: EditRequest, report: Report | None) -> EditResult:
        if not lost.is_set():
            lost.set()
            raise EngineLost("died")
        return await editing(request, report)

    async def counted(ledger: Ledger, wanted: str) -> Job | None:
        asked.append(wanted)
        return await job_of(ledger, wanted)

    monkeypatch.setattr(Ledger, "job", counted)
    for module in (desk, workbench):
        monkeypatch.setattr(module, "POLL_S", 0.3)
    async with serving(tmp_path, edit=loses, hold=held.is_set) as local:
        job = await local.desk.take(blurred(0))
        answer = asyncio.create_task(local.desk.answer(job))
        await lost.wait()
        held.set()
        await asyncio.sleep(1)
        held.clear()
        await answer
    assert len(asked) < 15


async def test_an_exchange_that_is_full_for_a_while_costs_no_job(tmp_path: Path) -> None:
    """Nothing is tried so fast that it is given up before the trouble is over."""
    tried, healthy = list[float](), asyncio.Event()

    async def full(request: EditRequest, report: Report | None) -> EditResult:
        tried.append(asyncio.get_running_loop().time())
        if not healthy.is_set():
            raise EngineLost("blob")
        return await editing(request, report)

    async with serving(tmp_path, edit=full) as local:
        job = await local.desk.take(blurred(0))
        await asyncio.sleep(2)
        healthy.set()
        assert (await local.desk.answer(job)).answer.revision.number == 1
    assert len(tried) < 6


@pytest.mark.parametrize("method", ["lease", "sweep", "renew", "undelivered"])
async def test_the_loops_outlive_what_nobody_thought_of(
    tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original: Callable[..., Any] = getattr(Ledger, method)
    failures = [RuntimeError("a bug")] * 3

    async def breaks(*args: Any, **options: Any) -> Any:
        if failures:
            raise failures.pop()
        return await original(*args, **options)

    monkeypatch.setattr(Ledger, method, breaks)
    async with serving(tmp_path, post := Post()) as local:
        await local.desk.take(blurred(0))
        async with asyncio.timeout(5):
            while failures:  # noqa: ASYNC110 (a loop tells nobody)
                await asyncio.sleep(0.02)
        await local.desk.take(blurred(1))
        await local.over()
    assert len(post.brought) == 2
    assert amiss(tmp_path, post) == []


async def test_who_is_cancelled_again_and_again_writes_to_the_end_and_leaves_no_lock(tmp_path: Path) -> None:
    async with await History.open(tmp_path) as history:
        where = {"surface": "test", "channel": "", "author": "ann", "name": ""}
        for number in range(20):
            writing = asyncio.create_task(history.begin(**where, picture=photo(number)))
            await asyncio.sleep(0)
            while not writing.done():
                writing.cancel()
                await asyncio.sleep(0)
            assert writing.cancelled()
        assert len(await history.conversations(100)) == 20


async def test_what_is_closed_is_not_opened_again(tmp_path: Path) -> None:
    """Whoever still waits for an answer then would leave a connection that nobody closes."""
    history = await History.open(tmp_path)
    async with history.database.read():
        closing = asyncio.create_task(history.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
    await closing
    with pytest.raises(StorageFailed):
        await history.conversations()


def damage_everything(home: Path) -> None:
    """Every blob loses its last byte."""
    for path in home.glob("blobs/??/*"):
        path.write_bytes(path.read_bytes()[:-1])
