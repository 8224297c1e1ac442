"""Blobs of the exchange live exactly as long as an edit of this process uses them."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from bot.parcels import Parcels
from engine.blobs import BlobLost, Blobs
from engine.errors import StorageFailed


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path)


def test_a_blob_goes_with_the_last_edit_that_uses_it(blobs: Blobs) -> None:
    parcels = Parcels(blobs, linger_s=0)
    one, other = parcels.open(), parcels.open()
    shared, own = one.put(b"shared"), one.put(b"own")
    assert other.put(b"shared") == shared
    one.close()
    assert blobs.has(shared)
    assert not blobs.has(own)
    other.close()
    assert not blobs.has(shared)


def test_a_blob_lingers_while_others_run_for_they_may_be_given_the_same(blobs: Blobs) -> None:
    parcels = Parcels(blobs, linger_s=60)
    one, other = parcels.open(), parcels.open()
    digest = one.put(b"result")
    one.close()
    assert other.get(digest) == b"result"
    other.close()
    assert not blobs.has(digest)


def test_a_result_goes_when_it_was_read(blobs: Blobs) -> None:
    parcel = Parcels(blobs).open()
    digest = blobs.put(b"made by the engine", durable=False)
    assert parcel.get(digest) == b"made by the engine"
    parcel.close()
    with pytest.raises(BlobLost):
        blobs.get(digest)


def test_what_a_cancelled_edit_still_puts_goes_at_once(blobs: Blobs) -> None:
    parcel = Parcels(blobs).open()
    parcel.close()
    assert not blobs.has(parcel.put(b"late"))


def test_results_that_nobody_reads_are_swept(blobs: Blobs) -> None:
    parcels = Parcels(blobs, orphaned_s=0.2)
    orphan, fresh = blobs.put(b"orphan", durable=False), blobs.put(b"fresh", durable=False)
    past = time.time() - 10
    os.utime(blobs.path(orphan), (past, past))
    time.sleep(0.25)
    os.utime(blobs.path(fresh))
    parcels.open().close()
    assert not blobs.has(orphan)
    assert blobs.has(fresh)


def test_a_full_disk_is_the_exchange_s(blobs: Blobs) -> None:
    (blobs.folder / "incoming").rmdir()
    with pytest.raises(StorageFailed, match="exchange"):
        Parcels(blobs).open().put(b"pixels")


def test_threads_that_share_blobs_never_take_them_from_each_other(blobs: Blobs) -> None:
    parcels = Parcels(blobs, linger_s=0)
    lost: list[str] = []

    def use() -> None:
        for turn in range(60):
            parcel = parcels.open()
            digest = parcel.put(b"%d" % (turn % 3))
            if not blobs.has(digest):
                lost.append(digest)
            parcel.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lost == []
    assert not any(path.is_file() for path in blobs.folder.rglob("*"))
