"""What many writers of one PostgreSQL database may rely on, also when connections break and the server stops."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, make_url, text

from bot.history import Draft, History, postgres, upgrades
from bot.history.database import Database
from bot.history.schema import metadata
from bot.history.upgrades import create_or_upgrade, stored_version, upgrade
from engine.data import Picture
from engine.errors import BadOption, StorageFailed, TimedOut
from tests.bot.history.conftest import Place
from tests.bot.history.helpers import begin, commit, count, edited, insert, same, write
from tests.servers import PostgresProcess, free_port

pytest.importorskip("asyncpg")
pytestmark = pytest.mark.cluster


@pytest.fixture
def place(postgres_server: PostgresProcess, tmp_path: Path) -> Place:
    """PostgreSQL, and blobs in a folder that all share."""
    return Place(tmp_path / "home", postgres_server.new_database())


async def test_a_backend_that_is_killed_in_the_middle_leaves_nothing(place: Place, photo: Picture):
    async with await place.open() as history:
        root = await begin(history, photo)

        async def half() -> None:
            async with history.database.write(root.conversation) as connection:
                await insert(connection, "half written")
                pid = await connection.scalar(text("SELECT pg_backend_pid()"))
                async with history.database.write() as other:
                    await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
                await insert(connection, "the other half")

        with pytest.raises(StorageFailed):
            await half()
        assert await count(history.database) == 1
        assert (await commit(history, root)).number == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
async def test_after_a_restart_of_the_server_the_next_call_works(
    place: Place, photo: Picture, postgres_server: PostgresProcess, how: signal.Signals
):
    async with await place.open(budget=0) as history:
        root = await begin(history, photo)
        first = await commit(history, root)
        await asyncio.gather(*(history.head(root.conversation) for _ in range(6)))
        postgres_server.stop(how)
        try:
            with pytest.raises(StorageFailed):
                await commit(history, first, 2)
            with pytest.raises(StorageFailed):
                await history.head(root.conversation)
        finally:
            postgres_server.start()
        assert await history.head(root.conversation) == first
        assert same(await history.picture((await commit(history, first, 2)).id), edited(edited(photo, 1), 2))


async def test_writers_of_one_conversation_number_its_revisions_without_a_gap(place: Place, photo: Picture):
    writers, each = 8, 6
    async with await place.open() as one, await place.open() as other:
        root = await begin(one, photo)

        async def writer(history: History, number: int) -> list[int]:
            made: list[int] = []
            for step in range(each):
                await history.goto(root.conversation, step) if step % 3 == 2 else None
                above = await history.head(root.conversation)
                made.append((await commit(history, above, 10 * number + step)).number)
            return made

        histories = (one, other) * (writers // 2)
        made = await asyncio.gather(*(writer(history, number) for number, history in enumerate(histories)))
        assert sorted(number for numbers in made for number in numbers) == list(range(1, writers * each + 1))
        assert all(numbers == sorted(numbers) for numbers in made)
        tree = await one.tree(root.conversation)
        assert [revision.number for revision in tree] == list(range(writers * each + 1))
        assert await one.head(root.conversation) == await other.head(root.conversation)
        async with one.database.read() as connection:
            visited = (await connection.scalars(text("SELECT revision FROM moves ORDER BY id"))).all()
        commits = [revision for index, revision in enumerate(visited) if revision not in visited[:index]]
        assert commits == [revision.id for revision in tree]


async def test_a_racing_collection_leaves_every_blob_that_a_commit_names(place: Place, photo: Picture, s3_url: str):
    place = replace(place, blobs=s3_url)
    async with await place.open(budget=0) as one, await place.open(budget=0) as other:
        root = await begin(one, photo)
        done = asyncio.Event()

        async def collect() -> int:
            removed = 0
            while not done.is_set():
                removed += await other.collect(grace_s=-60)
            return removed

        async def write_and_step_back(history: History, first: int) -> None:
            for step in range(first, first + 10):
                # The same pixels again and again, so that a blob is an orphan, known, and named by turns.
                started = await begin(history, edited(photo, step % 3), author=f"guest {first}")
                await commit(history, started, step % 3)
                await history.forget(f"guest {first}")
                await commit(history, root, step)

        collecting = asyncio.create_task(collect())
        await asyncio.gather(*(write_and_step_back(history, 10 * n) for n, history in enumerate((one, other, one))))
        done.set()
        await collecting
        for revision in await one.tree(root.conversation):
            assert (await one.picture(revision.id)).height == photo.height
        assert place.digests() == await named(one.database)


async def named(database: Database) -> set[str]:
    async with database.read() as connection:
        return {str(blob) for blob in await connection.scalars(text("SELECT blob FROM pieces"))}


async def test_one_at_a_time_waits_for_all_and_on_other_things_for_nobody(place: Place):
    database = await Database.open(place.database)
    order: list[str] = []

    async def write_on(on: str | None, name: str, alone: bool = False) -> None:
        async with database.write(on, alone=alone):
            order.append(name)
            await asyncio.sleep(0.1)
            order.append(f"{name} done")

    await asyncio.gather(write_on("one", "a"), write_on("other", "b"), write_on(None, "c"))
    assert {order[0], order[1], order[2]} == {"a", "b", "c"}
    order.clear()
    await asyncio.gather(write_on("one", "a"), write_on("one", "b"))
    assert order in (["a", "a done", "b", "b done"], ["b", "b done", "a", "a done"])
    order.clear()
    await asyncio.gather(write_on("one", "a", alone=True), write_on("other", "b"))
    assert order in (["a", "a done", "b", "b done"], ["b", "b done", "a", "a done"])
    await database.close()


async def test_a_lock_that_is_never_given_is_a_time_out(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(postgres.SESSION, "lock_timeout", "100ms")
    database = await Database.open(place.database)
    async with database.write("one"):
        with pytest.raises(TimedOut) as late:
            await write_on_one(database)
    assert late.value.backend == "history"
    assert 0.1 <= late.value.seconds < 10
    await write_on_one(database)
    await database.close()


async def test_a_statement_that_hangs_is_a_time_out_and_its_transaction_is_over(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgres, "HUNG_S", 1)
    database = await Database.open(place.database)

    async def hang() -> None:
        async with database.write("one") as connection:
            await insert(connection, "hung")
            await connection.execute(text("SELECT pg_sleep(20)"))

    with pytest.raises(TimedOut):
        await hang()
    await write_on_one(database)
    assert await count(database) == 0
    await database.close()


async def write_on_one(database: Database) -> None:
    async with database.write("one"):
        pass


async def test_a_read_sees_one_state_throughout_and_changes_nothing(place: Place):
    database = await Database.open(place.database)
    async with database.read() as reader:
        assert await reader.scalar(text("SELECT count(*) FROM conversations")) == 0
        await write(database, "later")
        assert await reader.scalar(text("SELECT count(*) FROM conversations")) == 0
    assert await count(database) == 1
    with pytest.raises(StorageFailed):
        async with database.read() as reader:
            await insert(reader, "by a reader")
    await database.close()


async def test_many_processes_may_open_a_new_database_at_once(place: Place):
    databases = await asyncio.gather(*(Database.open(place.database) for _ in range(6)))
    await asyncio.gather(*(write(database, str(number)) for number, database in enumerate(databases)))
    assert await count(databases[0]) == 6
    for database in databases:
        await database.close()


def described(connection: Connection) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """Every column with its type and order, every index and constraint, whatever the schema is called."""
    schema = connection.scalar(text("SELECT current_schema()"))
    columns = """SELECT table_name, column_name, data_type, is_nullable, collation_name, column_default
        FROM information_schema.columns WHERE table_schema = current_schema()"""
    rules = """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
        UNION SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace"""
    found = [
        {tuple(str(value).replace(f"{schema}.", "") for value in row) for row in connection.execute(text(query))}
        for query in (columns, rules)
    ]
    return found[0], found[1]


async def test_a_created_database_is_a_migrated_one(postgres_server: PostgresProcess, monkeypatch: pytest.MonkeyPatch):
    created = await Database.open(postgres_server.new_database())
    monkeypatch.setattr(upgrades, "create_or_upgrade", upgrade)
    migrated = await Database.open(postgres_server.new_database())
    monkeypatch.setattr(upgrades, "create_or_upgrade", create_or_upgrade)
    found: list[object] = []
    for database in (created, migrated):
        async with database.read() as connection:
            found.append(await connection.run_sync(described))
            assert await connection.run_sync(drift) == []
            assert await connection.run_sync(stored_version) == upgrades.VERSION
        await database.close()
    assert found[0] == found[1]


def drift(connection: Connection) -> list[object]:
    return compare_metadata(MigrationContext.configure(connection), metadata)


async def test_every_text_is_compared_by_its_bytes(place: Place):
    database = await Database.open(place.database)

    def reflected(connection: Connection) -> set[object]:
        found = MetaData()
        found.reflect(connection)
        columns = [column for table in found.sorted_tables for column in table.columns if table.name in metadata.tables]
        return {getattr(column.type, "collation", "C") for column in columns if str(column.type).startswith("TEXT")}

    async with database.write() as connection:
        assert await connection.run_sync(reflected) == {"C"}
        for name in ("b", "B", "a~", "a", "ab"):
            await insert(connection, name)
        ordered = (await connection.scalars(text("SELECT id FROM conversations ORDER BY id"))).all()
    assert ordered == ["B", "a", "ab", "a~", "b"]
    await database.close()


async def test_a_later_release_s_database_is_refused(place: Place):
    database = await Database.open(place.database)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(BadOption) as refused:
        await Database.open(place.database)
    assert (refused.value.name, refused.value.value) == ("storage.database", "9999")


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"database": "nobody_made_this"}, "nobody_made_this"),
        ({"username": "stranger"}, "stranger"),
        ({"query": {"channel": "x"}}, "channel"),
        ({"query": {"sslmode": "perhaps"}}, "perhaps"),
        ({"drivername": "mysql"}, "mysql"),
    ],
)
async def test_a_url_that_leads_nowhere_is_named_without_its_password(
    postgres_server: PostgresProcess, change: dict[str, object], shown: str
):
    url = make_url(postgres_server.new_database()).set(password="SECRET").set(**change)  # pyright: ignore
    with pytest.raises(BadOption) as bad:
        await Database.open(url.render_as_string(hide_password=False))
    assert bad.value.name == "storage.database"
    assert shown in str(bad.value.value)
    assert "SECRET" not in str(bad.value.args)


@pytest.mark.parametrize("words", ["retouch.db", "postgresql:/SECRET", "://SECRET"])
async def test_what_is_no_url_is_refused_unseen(words: str):
    with pytest.raises(BadOption) as bad:
        await Database.open(words)
    assert "SECRET" not in str(bad.value.args)


async def test_a_server_that_is_not_there_is_a_failed_storage():
    with pytest.raises(StorageFailed):
        await Database.open(f"postgresql://retouch@127.0.0.1:{free_port()}/retouch?sslmode=disable")


async def test_a_mistake_of_ours_stays_what_it_is(place: Place):
    database = await Database.open(place.database)
    await write(database, "once")
    with pytest.raises(Exception, match="pk_conversations"):
        await write(database, "once")
    assert await count(database) == 1
    await database.close()


async def test_numbers_of_pictures_are_kept_exactly(place: Place):
    """What numpy hands over, and the largest seed, on a driver that takes types at their word."""
    async with await place.open() as history:
        root = await begin(history, Picture(np.zeros((64, 64, 3), np.uint8)))
        draft = Draft(
            picture=Picture(np.ones((64, 64, 3), np.uint8)),
            instruction="",
            author="ada",
            seed=2**63 - 1,
            timings_ms={"edit": float(np.float32(1.5))},
        )
        made = await history.commit(root, draft)
        assert await history.revision(made.id) == made
