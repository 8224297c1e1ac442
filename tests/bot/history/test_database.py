from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from bot.history import History, sqlite_file, upgrades
from bot.history.database import Database
from bot.history.schema import VERSION, metadata
from bot.history.upgrades import MIGRATIONS, stored_version, upgrade
from engine.data import Picture
from engine.errors import BackendMissing, BadOption, StorageFailed, TimedOut
from tests.bot.history.helpers import begin, same

NEXT = '''"""Stars."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("revisions", sa.Column("stars", sa.Integer(), nullable=False, server_default="3"))
'''


def tables(path: Path) -> dict[str, str]:
    """The SQL of every table and index, without its spacing."""
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: "".join(sql.split()) for name, sql in found}


def script_head(folder: Path) -> str | None:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config).get_current_head()


def migrate(path: Path) -> None:
    """Make a database the long way: every migration, from nothing."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()


def test_the_version_is_the_head_of_the_migrations():
    assert script_head(MIGRATIONS) == VERSION


async def test_a_created_database_is_a_migrated_one(tmp_path: Path):
    migrate(tmp_path / "migrated.db")
    await (await Database.open(tmp_path / "created.db")).close()
    assert tables(tmp_path / "created.db") == tables(tmp_path / "migrated.db")

    def drift(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    opened = await Database.open(tmp_path / "migrated.db")
    async with opened.read() as connection:
        assert await connection.run_sync(drift) == []
        assert await connection.run_sync(stored_version) == VERSION
    await opened.close()


async def test_an_older_history_is_migrated_with_what_is_in_it(
    tmp_path: Path, photo: Picture, monkeypatch: pytest.MonkeyPatch
):
    async with await History.open(tmp_path) as history:
        root = await begin(history, photo)
    scripts = tmp_path / "100% migrations"
    shutil.copytree(MIGRATIONS, scripts)
    (scripts / "versions" / "0004_stars.py").write_text(NEXT)
    monkeypatch.setattr(upgrades, "VERSION", "0004")
    monkeypatch.setattr(upgrades, "upgrade", lambda connection: upgrade(connection, scripts))  # pyright: ignore
    async with await History.open(tmp_path) as history:
        assert same(await history.picture(root.id), photo)
        await begin(history, photo)
    with sqlite3.connect(tmp_path / "retouch.db") as connection:
        assert connection.execute("SELECT stars FROM revisions").fetchall() == [(3,), (3,)]
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0004",)]
    connection.close()


async def test_a_migration_that_fails_leaves_the_history_as_it_was(
    tmp_path: Path, photo: Picture, monkeypatch: pytest.MonkeyPatch
):
    async with await History.open(tmp_path) as history:
        root = await begin(history, photo)
    before = tables(tmp_path / "retouch.db")
    scripts = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, scripts)
    (scripts / "versions" / "0004_stars.py").write_text(NEXT + "    raise RuntimeError('half way')\n")
    with monkeypatch.context() as patched:
        patched.setattr(upgrades, "VERSION", "0004")
        patched.setattr(upgrades, "upgrade", lambda connection: upgrade(connection, scripts))  # pyright: ignore
        with pytest.raises(RuntimeError, match="half way"):
            await History.open(tmp_path)
    assert tables(tmp_path / "retouch.db") == before
    async with await History.open(tmp_path) as history:
        assert same(await history.picture(root.id), photo)


async def test_a_history_of_a_later_release_is_refused(tmp_path: Path):
    await (await History.open(tmp_path)).close()
    with sqlite3.connect(tmp_path / "retouch.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(BadOption) as refused:
        await History.open(tmp_path)
    assert (refused.value.name, refused.value.value) == ("RETOUCH_HOME", "9999")


async def test_every_connection_is_durable_and_checks_foreign_keys(tmp_path: Path):
    opened = await Database.open(tmp_path / "it's #1?.db")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1}
    async with opened.read() as one, opened.read() as another:
        for connection in (one, another):
            found = {name: await connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
            assert found == wanted
    await opened.close()
    assert (tmp_path / "it's #1?.db").exists()


async def test_a_write_that_fails_is_rolled_back(tmp_path: Path):
    opened = await Database.open(tmp_path / "retouch.db")

    async def write_and_fail() -> None:
        async with opened.write() as connection:
            await connection.execute(text("DELETE FROM alembic_version"))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await write_and_fail()
    async with opened.read() as connection:
        assert await connection.run_sync(stored_version) == VERSION
    await opened.close()


async def test_a_read_sees_one_state_throughout(tmp_path: Path):
    opened = await Database.open(tmp_path / "retouch.db")
    async with opened.read() as reader:
        assert await reader.run_sync(stored_version) == VERSION
        async with opened.write() as writer:
            await writer.execute(text("UPDATE alembic_version SET version_num = 'later'"))
        assert await reader.run_sync(stored_version) == VERSION
    async with opened.read() as reader:
        assert await reader.run_sync(stored_version) == "later"
    await opened.close()


async def test_a_file_that_stays_locked_is_a_time_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite_file, "PRAGMAS", ("busy_timeout=10", *sqlite_file.PRAGMAS[1:]))
    monkeypatch.setattr(sqlite_file, "ATTEMPTS", 3)
    opened = await Database.open(tmp_path / "retouch.db")
    other = sqlite3.connect(tmp_path / "retouch.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    start = time.monotonic()
    with pytest.raises(TimedOut) as locked:
        async with opened.write():
            raise AssertionError("the lock was not held")
    assert locked.value.backend == "history"
    assert 0 < locked.value.seconds <= time.monotonic() - start
    other.close()
    async with opened.write() as connection:
        assert await connection.run_sync(stored_version) == VERSION
    await opened.close()


async def test_postgresql_without_its_driver_says_what_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(BackendMissing) as missing:
        await Database.open("postgresql://retouch@127.0.0.1/retouch")
    assert "cluster" in missing.value.backend


async def test_what_is_wrong_with_the_file_is_a_failed_storage(tmp_path: Path):
    (tmp_path / "retouch.db").mkdir()
    with pytest.raises(StorageFailed):
        await Database.open(tmp_path / "retouch.db")
    # The driver's thread takes leave of the event loop, which must still be there.
    await asyncio.sleep(0.1)


def test_neither_a_new_nor_a_known_history_imports_alembic_and_records_are_light(tmp_path: Path):
    script = """
import asyncio, sys
from pathlib import Path
from bot.history import Draft, Revision
assert "sqlalchemy" not in sys.modules
from bot.history import History
async def main():
    for _ in range(2):
        await (await History.open(Path(sys.argv[1]))).close()
asyncio.run(main())
assert "sqlalchemy" in sys.modules
assert "alembic" not in sys.modules, "alembic was imported"
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
