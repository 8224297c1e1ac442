"""Messages that a surface posted, found again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.history import History, Revision
from bot.history.records import new_id
from bot.keeping.posts import Post, Posts
from bot.ledger.ledger import Ledger
from bot.ledger.records import Application, Job
from engine.data import Picture
from tests.bot.conftest import Place
from tests.bot.history.helpers import begin


@pytest.fixture
async def original(history: History, photo: Picture) -> Revision:
    return await begin(history, photo)


@pytest.fixture
def posts(history: History) -> Posts:
    return Posts(history.database)


async def asked(history: History, original: Revision, author: str = "ada") -> Job:
    application = Application(
        surface="test", author=author, conversation=original.conversation, lane="quick", request={}, effort="blur"
    )
    return await Ledger(history.database).accept(application, new_id())


async def test_a_post_is_found_by_its_message_and_by_its_job(posts: Posts, history: History, original: Revision):
    job = await asked(history, original)
    post = Post("discord", "17", "general", job.id, original.id, original.conversation)
    await posts.note(post)
    assert await posts.of_message("discord", "17") == post
    assert await posts.of_job(job.id) == post
    assert await posts.of_message("web", "17") is None
    assert await posts.of_message("discord", "18") is None
    assert await posts.of_job("") is None


async def test_a_message_shows_what_was_noted_last(posts: Posts, history: History, original: Revision):
    job = await asked(history, original)
    living, later = Post("discord", "1", "c", job.id), Post("discord", "2", "c", job.id)
    await posts.note(living)
    await posts.note(later)
    assert await posts.of_job(job.id) == later
    answer = replace(living, revision=original.id, conversation=original.conversation)
    await posts.note(answer)
    assert await posts.of_message("discord", "1") == answer
    assert await posts.of_job(job.id) == answer


async def test_posts_outlive_the_process(posts: Posts, history: History, original: Revision, place: Place):
    await posts.note(Post("discord", "1", "c", revision=original.id))
    async with await place.open() as another:
        found = await Posts(another.database).of_message("discord", "1")
    assert found is not None
    assert (found.job, found.revision) == (None, original.id)


async def test_forgetting_takes_the_posts_of_what_was_forgotten(posts: Posts, history: History, original: Revision):
    guests = await asked(history, original, "guest")
    await posts.note(Post("discord", "1", "c", guests.id))
    await posts.note(Post("discord", "2", "c", revision=original.id))
    await posts.note(Post("discord", "3", "c", conversation=original.conversation))
    await history.forget("guest")
    assert await posts.of_message("discord", "1") is None
    assert await posts.of_message("discord", "2") is not None
    await history.forget("ada")
    assert await posts.of_message("discord", "2") is None
    assert await posts.of_message("discord", "3") is None


async def test_what_was_forgotten_meanwhile_is_not_noted(posts: Posts, history: History, original: Revision):
    job = await asked(history, original)
    await history.forget("ada")
    for post in (Post("discord", "1", "c", job.id), Post("discord", "1", "c", None, original.id)):
        await posts.note(post)
    assert await posts.of_message("discord", "1") is None
