"""What every store of blobs does: a folder, an S3 server, and obstore's memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from obstore.store import MemoryStore, S3Store

from engine import object_blobs
from engine.blobs import DIGEST, BlobLost, Blobs, BlobStore, open_blobs, place_of
from engine.errors import BadOption, StorageFailed
from engine.object_blobs import ObjectBlobs


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(params=["folder", "memory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, memory: MemoryStore) -> BlobStore:
    if request.param == "memory":
        return ObjectBlobs(memory)
    return open_blobs(tmp_path / "blobs" if request.param == "folder" else request.getfixturevalue("s3_url"))


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("data", [b"", b"pixels", bytes(range(256)) * 3000])
def test_a_blob_is_named_by_its_sha256_and_comes_back(blobs: BlobStore, data: bytes, durable: bool):
    digest = blobs.put(data, durable=durable)
    assert digest == hashlib.sha256(data).hexdigest()
    assert blobs.has(digest)
    assert blobs.get(digest) == data
    assert isinstance(blobs.get(digest), bytes)


@pytest.mark.parametrize("digest", ["", "ab", "../../etc/passwd", "A" * 64, "g" * 64, "a" * 65, "a" * 64 + "\n"])
def test_anything_but_a_digest_is_refused(blobs: BlobStore, digest: str):
    calls: list[Callable[[], object]] = [
        lambda: blobs.get(digest),
        lambda: blobs.has(digest),
        lambda: blobs.remove([digest]),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="not a sha256"):
            call()


def test_a_missing_blob_says_so(blobs: BlobStore):
    assert not blobs.has("0" * 64)
    with pytest.raises(BlobLost) as missing:
        blobs.get("0" * 64)
    assert (missing.value.digest, missing.value.reason) == ("0" * 64, "missing")


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_a_damaged_blob_says_so(tmp_path: Path, memory: MemoryStore, kind: str):
    blobs = Blobs(tmp_path) if kind == "folder" else ObjectBlobs(memory)
    damage: dict[str, Callable[[str], object]] = {
        "folder": lambda digest: Blobs(tmp_path).path(digest).write_bytes(b"pixelz"),
        "memory": lambda digest: memory.put(place_of(digest), b"pixelz"),
    }
    digest = blobs.put(b"pixels")
    damage[kind](digest)
    with pytest.raises(BlobLost) as damaged:
        blobs.get(digest)
    assert (damaged.value.digest, damaged.value.reason) == (digest, "damaged")
    assert blobs.get(digest, verify=False) == b"pixelz"


def test_what_is_stale_is_collected_and_what_is_kept_or_young_stays(blobs: BlobStore):
    kept, *others = (blobs.put(bytes([number])) for number in range(20))
    assert blobs.stale(set()) == []
    assert blobs.collect(set()) == 0
    assert sorted(blobs.stale({kept}, grace_s=-60)) == sorted(others)
    blobs.tidy()
    assert blobs.collect({kept}, grace_s=-60) == 19
    assert blobs.stale(set(), grace_s=-60) == [kept]
    assert blobs.get(kept) == b"\0"


def test_removing(blobs: BlobStore):
    one, other = blobs.put(b"one"), blobs.put(b"other")
    blobs.remove([one, "0" * 64])
    blobs.remove([])
    assert (blobs.has(one), blobs.has(other)) == (False, True)
    blobs.remove([other, "0" * 64], grace_s=60)
    assert blobs.has(other)
    blobs.remove([other, "0" * 64], grace_s=-60)
    assert not blobs.has(other)


def test_many_threads_put_the_same_and_other_blobs(blobs: BlobStore):
    wanted = {bytes([number % 5]) * 2000 for number in range(16)}
    threads = [Thread(target=blobs.put, args=(data,)) for data in [*wanted, *wanted, *wanted]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {blobs.get(digest) for digest in blobs.stale(set(), grace_s=-60)} == wanted


def test_a_store_within_another_keeps_its_own(s3_url: str):
    outer, inner = open_blobs(s3_url), open_blobs(f"{s3_url}/exchange")
    mine, other = outer.put(b"history"), inner.put(b"on its way")
    assert outer.stale(set(), grace_s=-60) == [mine]
    assert outer.collect({mine}, grace_s=-60) == 0
    assert inner.get(other) == b"on its way"


def test_a_copied_folder_is_a_store(tmp_path: Path, memory: MemoryStore):
    digest = Blobs(tmp_path).put(b"pixels")
    for path in tmp_path.rglob("*"):
        if DIGEST.fullmatch(path.name):
            memory.put(str(path.relative_to(tmp_path)), path.read_bytes())
    assert ObjectBlobs(memory).get(digest) == b"pixels"


@pytest.mark.parametrize("url", ["s3://nobody-made-this/x", "s3://", "s3:///x", "gs://bucket/x", "file:///tmp/x"])
def test_what_is_no_place_for_blobs_is_named(s3_url: str, url: str):
    with pytest.raises(BadOption) as bad:
        open_blobs(url)
    assert (bad.value.name, bad.value.value) == ("storage.blobs", url)


def test_a_server_that_is_gone_is_a_failed_storage_and_no_lost_blob(s3_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(object_blobs.RETRIES, "max_retries", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StorageFailed):
        open_blobs(s3_url)
    store = S3Store.from_url(s3_url, retry_config={"max_retries": 0}, client_options={"allow_http": True})
    blobs = ObjectBlobs(store)
    digest = "0" * 64
    calls: list[Callable[[], object]] = [
        lambda: blobs.put(b"pixels"),
        lambda: blobs.get(digest),
        lambda: blobs.has(digest),
        lambda: blobs.remove([digest]),
        lambda: blobs.stale(set()),
    ]
    for call in calls:
        with pytest.raises(StorageFailed):
            call()
