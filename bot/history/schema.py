"""The tables of the history, the ledger and what is kept beside; what `migrations/` builds step by step is this."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, Table
from sqlalchemy import Text as AnyText
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

VERSION = "0003"
"""The head of the migrations, compared with the database without importing alembic; a test keeps them equal."""

ZERO = datetime(1970, 1, 1, tzinfo=UTC)


class Text(TypeDecorator[str]):
    """Text that compares by its bytes everywhere, and without NUL, which PostgreSQL cannot hold."""

    impl = AnyText().with_variant(AnyText(collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The same without NUL."""
        return None if value is None else value.replace("\0", "")


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime as integer microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Microseconds."""
        return None if value is None else (value - ZERO) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """A datetime in UTC."""
        return None if value is None else ZERO + timedelta(microseconds=value)


NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


def _of(target: str, **options: Any) -> Column[str]:
    """A column that dies with the row it names; `conversation.id` -> column `conversation`."""
    table, column = target.split(".")
    return Column(table.removesuffix("s"), Text, ForeignKey(f"{table}.{column}", ondelete="CASCADE"), **options)


conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("surface", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "author"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("parent", Text, ForeignKey("revisions.id")),
    _of("conversations.id", nullable=False),
    Column("number", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("instruction", Text, nullable=False),
    Column("plan", JSON(none_as_null=True)),
    Column("seed", BigInteger),
    Column("backend", Text),
    Column("models", JSON, nullable=False),
    Column("timings_ms", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("height", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("pixels", Text, nullable=False),
    Column("opacity", Boolean, nullable=False),
    Column("based", Boolean, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("drawn", BigInteger, nullable=False),
    Column("mask", Text),
    Column("whole", Boolean, nullable=False),
    Column("offset_x", Integer),
    Column("offset_y", Integer),
    Column("target", Text),
    Column("warnings", JSON, nullable=False),
    Unique("conversation", "number"),
    Index(None, "parent"),
    Index(None, "pixels"),
    Index(None, "author"),
)

pieces = Table(
    "pieces",
    metadata,
    _of("revisions.id", primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("mode", Text, nullable=False),
    Column("key", Integer),
    Column("blob", Text, nullable=False),
)

moves = Table(
    "moves",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _of("conversations.id", nullable=False),
    _of("revisions.id", nullable=False),
    Column("made_at", Moment, nullable=False),
    Index(None, "conversation", "id"),
    Index(None, "revision", "id"),
    sqlite_autoincrement=True,
)

questions = Table(
    "questions",
    metadata,
    _of("conversations.id", primary_key=True),
    _of("revisions.id", nullable=False),
    Column("instruction", Text, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("operation", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
)

candidates = Table(
    "candidates",
    metadata,
    Column("question", Text, ForeignKey("questions.conversation", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("x0", Integer, nullable=False),
    Column("y0", Integer, nullable=False),
    Column("x1", Integer, nullable=False),
    Column("y1", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("label", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("mask", Text),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text),
    Column("surface", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("guild", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("lane", Text, nullable=False),
    _of("conversations.id", nullable=False),
    Column("after", Text),
    Column("request", JSON, nullable=False),
    Column("given", Text),
    Column("reference", Text),
    Column("address", JSON, nullable=False),
    Column("effort", Text, nullable=False),
    Column("expected_s", Float, nullable=False),
    Column("share_start", Float, nullable=False),
    Column("share_end", Float, nullable=False),
    Column("accepted_at", Moment, nullable=False),
    Column("ready_at", Moment, nullable=False),
    Column("owner", Text),
    Column("deadline", Moment),
    Column("attempt", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("stop", Boolean, nullable=False),
    Column("outcome", JSON(none_as_null=True)),
    Column("finished_at", Moment),
    Column("delivered_at", Moment),
    Unique("key"),
    Index(None, "state", "lane", "share_end"),
    Index(None, "author", "state"),
    Index(None, "conversation"),
    Index(None, "delivered_at", "deadline"),
)

steps = Table(
    "steps",
    metadata,
    _of("jobs.id", primary_key=True),
    Column("step", Integer, primary_key=True),
    _of("revisions.id", nullable=False),
)

shares = Table(
    "shares",
    metadata,
    Column("key", Text, primary_key=True),
    Column("virtual_s", Float, nullable=False),
)

rates = Table(
    "rates",
    metadata,
    Column("key", Text, primary_key=True),
    Column("due_at", Moment, nullable=False),
)

efforts = Table(
    "efforts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("seconds", Float, nullable=False),
)

posts = Table(
    "posts",
    metadata,
    Column("surface", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    _of("jobs.id"),
    _of("revisions.id"),
    _of("conversations.id"),
    Column("noted_at", Moment, nullable=False),
    Index(None, "job", "noted_at"),
    Index(None, "revision"),
    Index(None, "conversation"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("surface", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("guild", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("held_until", Moment, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Index(None, "held_until"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("key", Text, primary_key=True),
    Column("author", Text),
    Column("chosen", JSON, nullable=False),
    Index(None, "author"),
)

recipes = Table(
    "recipes",
    metadata,
    Column("author", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("recipe", JSON, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("guild", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Index(None, "guild", "id"),
    sqlite_autoincrement=True,
)

BLOBS = (revisions.c.mask, revisions.c.target, pieces.c.blob, candidates.c.mask, jobs.c.given, jobs.c.reference)
"""Every column that names a blob: one in none of them is an orphan."""
