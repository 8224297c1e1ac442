from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.history import Draft, History, Revision
from engine.data import Picture
from engine.errors import NoSuchRevision
from tests.bot.history.conftest import Place
from tests.bot.history.helpers import begin, commit, edited, same

T = TypeVar("T")


async def chain(history: History, photo: Picture, length: int) -> list[Revision]:
    line = [await begin(history, photo)]
    for step in range(1, length + 1):
        line.append(await commit(history, line[-1], step))
    return line


async def test_undo_gives_the_parent_and_redo_the_way_back(history: History, photo: Picture):
    root, first, second = await chain(history, photo, 2)
    talk = root.conversation
    assert await history.undo(talk) == first
    assert await history.undo(talk) == root
    assert await history.redo(talk) == first
    assert await history.redo(talk) == second
    assert await history.undo(talk, 2) == root
    assert await history.redo(talk, 2) == second
    assert await history.head(talk) == second


async def test_a_step_too_many_moves_nothing(history: History, photo: Picture):
    root, first, second = await chain(history, photo, 2)
    talk = root.conversation
    for call, count, wanted in ((history.undo, 3, "undo"), (history.redo, 1, "redo"), (history.undo, 0, "undo")):
        with pytest.raises(NoSuchRevision) as none:
            await call(talk, count)
        assert none.value.wanted == wanted
    assert await history.head(talk) == second
    await history.undo(talk)
    with pytest.raises(NoSuchRevision):
        await history.redo(talk, 2)
    assert await history.head(talk) == first


async def test_redo_follows_the_branch_visited_last(history: History, photo: Picture):
    root, first, second = await chain(history, photo, 2)
    talk = root.conversation
    await history.undo(talk)
    other = await commit(history, first, 9)
    with pytest.raises(NoSuchRevision):
        await history.redo(talk)
    assert await history.undo(talk, 2) == root
    assert await history.redo(talk, 2) == other
    assert await history.goto(talk, second.id) == second
    assert await history.restart(talk) == root
    assert await history.redo(talk, 2) == second
    assert (second.number, other.number, other.parent) == (2, 3, first.id)


async def test_goto_takes_numbers_ids_and_their_beginnings(history: History, photo: Picture):
    root, first, second = await chain(history, photo, 2)
    talk = root.conversation
    assert await history.goto(talk, 1) == first
    assert await history.goto(talk, "2") == second
    assert await history.goto(talk, root.id) == root
    assert await history.goto(talk, first.id) == first
    elsewhere = await begin(history, photo)
    for wanted in ("7", 7, -1, elsewhere.id, "", "zzz"):
        with pytest.raises(NoSuchRevision) as none:
            await history.goto(talk, wanted)
        assert none.value.wanted == str(wanted)
    assert await history.head(talk) == first


async def test_steps_from_a_revision_that_is_not_the_head(history: History, photo: Picture):
    root, first, second = await chain(history, photo, 2)
    talk = root.conversation
    other = await commit(history, first, 9)
    assert await history.undo(talk, at=second.id) == first
    assert await history.head(talk) == first
    assert await history.undo(talk, 2, at=other.id) == root
    assert await history.redo(talk, at=first.id) == other
    assert await history.redo(talk, 2, at=root.id) == other
    elsewhere = await begin(history, photo)
    for call, at, wanted in (
        (history.undo, root.id, "undo"),
        (history.redo, second.id, "redo"),
        (history.undo, elsewhere.id, elsewhere.id),
        (history.redo, elsewhere.id, elsewhere.id),
    ):
        with pytest.raises(NoSuchRevision) as none:
            await call(talk, at=at)
        assert none.value.wanted == wanted
    assert await history.head(talk) == other


async def test_the_branch_and_the_tree(history: History, photo: Picture):
    root, first, second = await chain(history, photo, 2)
    other = await commit(history, root, 9)
    assert await history.branch(second.id) == [root, first, second]
    assert await history.branch(other.id) == [root, other]
    assert await history.branch(root.id) == [root]
    assert await history.tree(root.conversation) == [root, first, second, other]


class TreeMachine(RuleBasedStateMachine):
    """Any order of commits and moves, against a list of parents and a list of visits."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.loop, self.place = asyncio.new_event_loop(), place
        self.history = self.run(place.open())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.history.close())
        self.run(self.loop.shutdown_default_executor())
        self.loop.close()

    @initialize()
    def begin(self) -> None:
        photo = Picture(np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8))
        root = self.run(begin(self.history, photo))
        self.talk, self.ids, self.pictures = root.conversation, [root.id], [photo]
        self.parents: list[int] = [-1]
        self.visits = [0]

    @property
    def head(self) -> int:
        return self.visits[-1]

    def line(self, number: int) -> list[int]:
        """The number, its parent, and so on up to the original."""
        return [number] if number == 0 else [number, *self.line(self.parents[number])]

    def went_to(self, expected: int | None, work: Coroutine[Any, Any, Revision]) -> None:
        if expected is None:
            with pytest.raises(NoSuchRevision):
                self.run(work)
            return
        assert self.run(work).id == self.ids[expected]
        self.visits.append(expected)

    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        below = data.draw(st.one_of(st.just(self.head), st.integers(0, len(self.ids) - 1)))
        picture = edited(self.pictures[below], len(self.ids))
        draft = Draft(picture=picture, instruction="", author="ada")
        made = self.run(self.history.commit(self.ids[below], draft))
        assert (made.number, made.parent) == (len(self.ids), self.ids[below])
        self.visits.append(len(self.ids))
        self.ids.append(made.id)
        self.pictures.append(picture)
        self.parents.append(below)

    @rule(count=st.integers(1, 3))
    def undo(self, count: int) -> None:
        line = self.line(self.head)
        self.went_to(line[count] if count < len(line) else None, self.history.undo(self.talk, count))

    @rule(count=st.integers(1, 3))
    def redo(self, count: int) -> None:
        here: int | None = self.head
        for _ in range(count):
            here = None if here is None else self.below(here)
        self.went_to(here, self.history.redo(self.talk, count))

    def below(self, number: int) -> int | None:
        """The child of the number on the way to the last visit beneath it."""
        for visit in reversed(self.visits):
            line = self.line(visit)
            if number in line[1:]:
                return line[line.index(number) - 1]
        return None

    @rule(number=st.integers(0, 8))
    def goto(self, number: int) -> None:
        self.went_to(number if number < len(self.ids) else None, self.history.goto(self.talk, number))

    @rule()
    def restart(self) -> None:
        self.went_to(0, self.history.restart(self.talk))

    @rule()
    def reopen(self) -> None:
        self.run(self.history.close())
        self.history = self.run(self.place.open())

    @invariant()
    def the_head_and_its_pixels_are_the_models(self) -> None:
        head = self.run(self.history.head(self.talk))
        assert head.id == self.ids[self.head]
        assert same(self.run(self.history.picture(head.id)), self.pictures[self.head])
        branch = self.run(self.history.branch(head.id))
        assert [revision.number for revision in branch] == self.line(self.head)[::-1]


def test_any_order_of_commits_and_moves(place: Place):
    examples = 4 if place.database else 12
    quick = settings(
        deadline=None, max_examples=examples, stateful_step_count=14, suppress_health_check=[HealthCheck.too_slow]
    )

    class Here(TreeMachine):
        def __init__(self) -> None:
            super().__init__(place)

    run_state_machine_as_test(Here, settings=quick)
