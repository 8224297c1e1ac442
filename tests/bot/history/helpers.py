"""Small pictures and revisions made of them, and the smallest rows that tell one write from another."""

from __future__ import annotations

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history import Draft, History, Revision
from bot.history.database import Database
from engine.data import Picture


def edited(picture: Picture, step: int) -> Picture:
    """The picture with one small square changed, another for each step."""
    rgb = picture.rgb.copy()
    y, x = 7 * step % 70, 13 * step % 90
    rgb[y : y + 10, x : x + 10] += np.uint8(step % 250 + 1)
    return Picture(rgb, picture.opacity)


async def begin(history: History, picture: Picture, author: str = "ada", channel: str = "c") -> Revision:
    return await history.begin(surface="test", channel=channel, author=author, name="photo.png", picture=picture)


async def commit(history: History, parent: Revision, step: int = 1, author: str = "ada") -> Revision:
    picture = edited(await history.picture(parent.id), step)
    return await history.commit(parent, Draft(picture=picture, instruction=f"step {step}", author=author))


def same(one: Picture, other: Picture) -> bool:
    """Whether both pictures have the very same pixels and opacity."""
    if (one.opacity is None) != (other.opacity is None):
        return False
    opaque = one.opacity is None or other.opacity is None or np.array_equal(one.opacity, other.opacity)
    return np.array_equal(one.rgb, other.rgb) and opaque


async def count(database: Database) -> int:
    async with database.read() as connection:
        return await connection.scalar(text("SELECT count(*) FROM conversations")) or 0


async def insert(connection: AsyncConnection, name: str) -> None:
    await connection.execute(text(f"INSERT INTO conversations VALUES ('{name}', '', '', '', '', 0)"))


async def write(database: Database, name: str) -> None:
    async with database.write() as connection:
        await insert(connection, name)
