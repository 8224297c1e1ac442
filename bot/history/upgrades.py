"""The schema in a database: which one it has, and how it comes to have that of this release."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.history.schema import VERSION, metadata
from engine.errors import BadOption

VERSION_TABLE = """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""
"""As alembic makes it."""
MIGRATIONS = Path(__file__).parent / "migrations"


def stored_version(connection: Connection) -> str | None:
    """The migration that the database is at; None where it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def create_or_upgrade(connection: Connection) -> None:
    """Make the tables, or apply every migration that they lack, in the transaction at hand, which nobody shares.

    Raises: BadOption for a database of a later release.
    """
    version = stored_version(connection)
    if version is None:
        metadata.create_all(connection)
        connection.execute(text(VERSION_TABLE))
        connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": VERSION})
    elif version != VERSION:
        upgrade(connection)


def upgrade(connection: Connection, scripts: Path = MIGRATIONS) -> None:
    """Apply every migration that the database lacks, in the transaction at hand. Raises: BadOption if it is newer."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as exc:
        name = "RETOUCH_HOME" if connection.dialect.name == "sqlite" else "storage.database"
        allowed = f"a history of this release (schema {VERSION}) or before"
        raise BadOption(name, stored_version(connection), allowed) from exc
