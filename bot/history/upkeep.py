"""The chores of a history's home: making it, knowing what is in use, deleting a person's data."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy import delete, null, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.schema import BLOBS, conversations, jobs, preferences, rates, recipes, revisions, shares
from bot.ledger.keys import every_key, own_rates
from engine.blobs import BlobStore, open_blobs
from engine.errors import BadOption

COLLECT_EVERY_S = 24 * 3600.0
COLLECTED = "collected"
"""The file in the home whose time is that of the last collection."""


def furnish(home: Path, blobs: str = "") -> BlobStore:
    """The blobs of the home, which is made for its owner's eyes only where it is not there; or those at a URL.

    Raises: BadOption for a home that cannot be made or written, and whatever open_blobs raises.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return open_blobs(blobs or home / "blobs")
    except OSError as exc:
        raise BadOption("RETOUCH_HOME", home, "a folder that can be written") from exc


def collection_due(home: Path) -> bool:
    """Whether the last collection of orphans was a day ago; a new home is given its first day."""
    try:
        return time.time() - (home / COLLECTED).stat().st_mtime > COLLECT_EVERY_S
    except FileNotFoundError:
        note_collection(home)
        return False


def note_collection(home: Path) -> None:
    """Remember that orphans were collected just now."""
    (home / COLLECTED).touch()


async def referenced(connection: AsyncConnection, among: Collection[str] | None = None) -> set[str]:
    """Every blob that some row names; with `among`, of those only."""
    named = union(*(select(column).where(column.is_not(None)) for column in BLOBS))
    if among is not None:
        named = union(*(select(column).where(column.in_(among)) for column in BLOBS))
    return set(await connection.scalars(named))


async def delete_author(connection: AsyncConnection, author: str) -> int:
    """Delete the author's conversations, jobs, posts, preferences and recipes, and name and words elsewhere.

    Answers with how many conversations there were. What an administrator did stays on record, by id.
    """
    for table in (jobs, preferences, recipes):
        await connection.execute(delete(table).where(table.c.author == author))
    first, end = own_rates(author)
    await connection.execute(delete(rates).where(rates.c.key >= first, rates.c.key < end))
    for table in (rates, shares):
        await connection.execute(delete(table).where(table.c.key.in_(every_key(author))))
    deleted = await connection.execute(delete(conversations).where(conversations.c.author == author))
    blank: dict[str, Any] = {"author": "", "instruction": "", "plan": null(), "warnings": []}
    await connection.execute(update(revisions).where(revisions.c.author == author).values(blank))
    return deleted.rowcount
