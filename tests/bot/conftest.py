"""Where the bot keeps things: on a disk, and on servers that are the test's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.history import History
from engine.blobs import BlobStore, open_blobs

PLACES = ("disk", pytest.param("servers", marks=pytest.mark.cluster))


@dataclass(frozen=True)
class Place:
    """Where a history is: a home, and the servers that hold what is not there."""

    home: Path
    database: str = ""
    blobs: str = ""

    async def open(self, **options: Any) -> History:
        return await History.open(self.home, database=self.database, blobs=self.blobs, **options)

    def store(self) -> BlobStore:
        return open_blobs(self.blobs or self.home / "blobs")

    def digests(self) -> set[str]:
        """Every blob that is there."""
        return set(self.store().stale(set(), grace_s=-60))


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """SQLite and a folder; then PostgreSQL and S3."""
    if request.param == "disk":
        return Place(tmp_path / "home")
    server, blobs = request.getfixturevalue("postgres_server"), request.getfixturevalue("s3_url")
    return Place(tmp_path / "home", server.new_database(), blobs)
