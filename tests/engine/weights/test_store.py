"""Models arrive whole or not at all, and what is there is what was promised."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.errors import (
    AccessDenied,
    BadOption,
    DamagedWeights,
    DiskFull,
    DownloadFailed,
    PictureUnreadable,
    StorageFailed,
)
from engine.weights import CATALOGUE, Model, ModelStore
from engine.weights import download as download_module
from tests.engine.weights.conftest import REPOSITORY, REVISION, SOURCE, WEIGHTS, ignore, pair, repository, single
from tests.engine.weights.fake_hub import FakeHub

BROUGHT = {"model_index.json", "unet/config.json", "unet/weights.fp16.safetensors"}
LISTING = f"/api/models/someone/painter/revision/{REVISION}"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hub: FakeHub) -> ModelStore:
    for made in (single(hub), pair(hub), repository()):
        monkeypatch.setitem(CATALOGUE, made.name, made)
    return ModelStore(tmp_path / "models")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_file(hub: FakeHub, store: ModelStore) -> None:
    seen: list[tuple[str, int, int]] = []
    path = store.pull(single(hub), lambda file, there, size: seen.append((file, there, size)))
    assert path == store.installed("yolox-nano")
    assert path.name == "weights.onnx"
    assert path.read_bytes() == WEIGHTS
    assert seen[-1] == ("weights.onnx", len(WEIGHTS), len(WEIGHTS))
    assert [there for _, there, _ in seen] == sorted(there for _, there, _ in seen)
    assert store.damaged(single(hub)) == []


def test_several_files_are_a_folder_and_half_of_them_is_not_installed(hub: FakeHub, store: ModelStore) -> None:
    hub.statuses["/decoder"] = 500
    with pytest.raises(DownloadFailed) as failed:
        store.pull(pair(hub), ignore)
    assert failed.value.status == 500
    assert store.installed("mobile-sam") is None
    hub.statuses.clear()
    folder = store.pull(pair(hub), ignore)
    assert set(contents(folder)) == {"encoder.onnx", "decoder.onnx"}
    assert [path for path, _ in hub.asked].count("/encoder") == 1


def test_connections_that_break_are_taken_up_again(hub: FakeHub, store: ModelStore) -> None:
    hub.cut_at = 300_000
    assert store.pull(single(hub), ignore).read_bytes() == WEIGHTS
    assert hub.ranges() == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_the_next_pull_goes_on_where_the_last_gave_up(hub: FakeHub, store: ModelStore) -> None:
    hub.cut_at = 100_000
    with pytest.raises(DownloadFailed):
        store.pull(single(hub), ignore)
    assert len(hub.asked) == download_module.TRIES
    assert store.installed("yolox-nano") is None
    assert store.begun(single(hub)) == 500_000
    hub.cut_at = None
    hub.asked.clear()
    assert store.pull(single(hub), ignore).read_bytes() == WEIGHTS
    assert hub.ranges() == ["bytes=500000-"]


def test_a_server_that_ignores_ranges_starts_the_file_again(hub: FakeHub, store: ModelStore) -> None:
    partial = store.path(single(hub)).with_name("weights.onnx.part")
    partial.parent.mkdir(parents=True)
    partial.write_bytes(WEIGHTS[:1000])
    hub.ranges_work = False
    assert store.pull(single(hub), ignore).read_bytes() == WEIGHTS


def test_a_silent_server_is_given_up(hub: FakeHub, store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(download_module, "TIMEOUT", 0.2)
        nowhere = single(hub).files[0].model_copy(update={"url": f"http://127.0.0.1:{silent.getsockname()[1]}/w"})
        with pytest.raises(DownloadFailed):
            store.pull(single(hub).model_copy(update={"files": (nowhere,)}), ignore)


def test_wrong_bytes_are_thrown_away(hub: FakeHub, store: ModelStore) -> None:
    hub.files["/weights"] = WEIGHTS[::-1]
    with pytest.raises(DamagedWeights):
        store.pull(single(hub), ignore)
    assert store.installed("yolox-nano") is None
    assert store.begun(single(hub)) == 0


def test_more_than_was_promised_is_not_written(hub: FakeHub, store: ModelStore) -> None:
    hub.files["/weights"] = WEIGHTS + b"more"
    assert store.pull(single(hub), ignore).read_bytes() == WEIGHTS


def test_no_room_is_said_before_anything_is_asked(
    hub: FakeHub, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nearly_full(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=1000)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    with pytest.raises(DiskFull) as full:
        store.pull(single(hub), ignore)
    assert (full.value.needed, full.value.free) == (len(WEIGHTS), 1000)
    assert hub.asked == []


def test_a_folder_that_cannot_be_made_is_said_so(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(StorageFailed):
        ModelStore(tmp_path / "models").pull(single(hub), ignore)


def test_a_repository_brings_what_is_needed_and_no_pickle(hub: FakeHub, store: ModelStore) -> None:
    hub.hold(SOURCE, REPOSITORY)
    folder = store.pull(repository(), ignore)
    assert folder == store.installed("sdxl")
    assert set(contents(folder)) == BROUGHT | {"manifest.json"}
    assert (folder / "unet/weights.fp16.safetensors").read_bytes() == WEIGHTS
    assert store.damaged(repository()) == []


def test_every_damage_is_reported_and_a_pull_repairs_it(hub: FakeHub, store: ModelStore) -> None:
    hub.hold(SOURCE, REPOSITORY)
    folder = store.pull(repository(), ignore)
    (folder / "unet/config.json").write_bytes(b'{"_class_name": "V"}')
    (folder / "unet/weights.fp16.safetensors").write_bytes(WEIGHTS[:-1] + b"?")
    assert store.damaged(repository()) == ["unet/config.json", "unet/weights.fp16.safetensors"]
    hub.asked.clear()
    store.pull(repository(), ignore)
    assert store.damaged(repository()) == []
    assert len(hub.asked) == 3


def test_a_listing_of_another_commit_or_without_weights_is_refused(hub: FakeHub, store: ModelStore) -> None:
    hub.hold(SOURCE, REPOSITORY, told="f" * 40)
    with pytest.raises(DownloadFailed):
        store.pull(repository(), ignore)
    hub.hold(SOURCE, {path: body for path, body in REPOSITORY.items() if not path.endswith(".safetensors")})
    with pytest.raises(DownloadFailed):
        store.pull(repository(), ignore)
    hub.files[LISTING] = b"<html>"
    with pytest.raises(DownloadFailed):
        store.pull(repository(), ignore)


def test_a_path_that_leads_out_of_the_folder_is_refused(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    hub.hold(SOURCE, {**REPOSITORY, "x/../../../evil.json": b"{}"})
    with pytest.raises(DownloadFailed):
        store.pull(repository(), ignore)
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("token", [None, "hf_mine"])
def test_a_gate_is_explained(
    hub: FakeHub, store: ModelStore, monkeypatch: pytest.MonkeyPatch, status: int, token: str | None
) -> None:
    hub.hold(SOURCE, REPOSITORY)
    hub.statuses |= dict.fromkeys((path for path in hub.files if "/resolve/" in path), status)
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(AccessDenied) as denied:
        store.pull(repository(), ignore)
    assert denied.value.page == "https://page"
    assert denied.value.known == (token is not None)


def test_the_token_goes_to_the_hub_and_not_on_to_its_storage(
    hub: FakeHub, elsewhere: FakeHub, store: ModelStore, tmp_path: Path
) -> None:
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf" / "token").write_text("hf_mine\n")
    hub.hold(SOURCE, REPOSITORY)
    elsewhere.hold(SOURCE, REPOSITORY)
    hub.redirect_to = elsewhere.url
    store.pull(repository(), ignore)
    assert {headers.get("Authorization") for _, headers in hub.asked} == {"Bearer hf_mine"}
    assert {headers.get("Authorization") for _, headers in elsewhere.asked} == {None}


def test_a_token_is_sent_to_the_hub_alone(hub: FakeHub, store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    store.pull(single(hub), ignore)
    assert "Authorization" not in hub.asked[0][1]


def test_one_file_installs_under_any_name(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    mine = tmp_path / "my download (1)"
    mine.write_bytes(WEIGHTS)
    assert store.install(single(hub), mine)
    assert store.path(single(hub)).read_bytes() == WEIGHTS
    assert mine.exists()
    assert hub.asked == []


def test_what_cannot_be_installed(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    junk = tmp_path / "junk.onnx"
    junk.write_bytes(b"junk")
    with pytest.raises(DamagedWeights):
        store.install(single(hub), junk)
    with pytest.raises(PictureUnreadable):
        store.install(single(hub), tmp_path / "none.onnx")
    with pytest.raises(BadOption):
        store.install(pair(hub), junk)
    assert store.installed("yolox-nano") is None


def test_several_files_install_from_a_folder(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "encoder.onnx").write_bytes(WEIGHTS)
    with pytest.raises(BadOption):
        store.install(pair(hub), folder)
    (folder / "decoder.onnx").write_bytes(b"small" * 100)
    assert store.install(pair(hub), folder)
    assert store.installed("mobile-sam") is not None


def copy_of_repository(folder: Path) -> Path:
    for path, body in REPOSITORY.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    return folder


def test_a_copy_of_a_repository_is_checked_against_the_hub(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    mine = copy_of_repository(tmp_path / "mine")
    hub.hold(SOURCE, REPOSITORY)
    assert store.install(repository(), mine)
    assert set(contents(store.path(repository()))) == BROUGHT | {"manifest.json"}
    (mine / "unet/weights.fp16.safetensors").write_bytes(WEIGHTS[::-1])
    with pytest.raises(DamagedWeights):
        store.install(repository(), mine)


def test_without_a_hub_a_whole_copy_is_taken_as_it_is(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    mine = copy_of_repository(tmp_path / "mine")
    assert not store.install(repository(), mine)
    assert store.damaged(repository()) == []
    (mine / "unet/weights.fp16.safetensors").unlink()
    store.remove(repository())
    with pytest.raises(BadOption):
        store.install(repository(), mine)


def test_what_another_store_installed_needs_no_hub(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    hub.hold(SOURCE, REPOSITORY)
    there = store.pull(repository(), ignore)
    hub.asked.clear()
    other = ModelStore(tmp_path / "other")
    assert other.install(repository(), there)
    assert hub.asked == []
    assert other.damaged(repository()) == []


def test_the_hugging_face_cache_counts_at_the_right_commit(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    snapshots = tmp_path / "hf/hub/models--someone--painter/snapshots"
    copy_of_repository(snapshots / ("f" * 40))
    assert store.installed("sdxl") is None
    folder = copy_of_repository(snapshots / REVISION)
    assert store.installed("sdxl") == folder
    (folder / "unet/weights.fp16.safetensors").unlink()
    assert store.installed("sdxl") is None


def test_a_cache_that_lacks_one_shard_is_no_installation(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    folder = copy_of_repository(tmp_path / "hf/hub/models--someone--painter/snapshots" / REVISION)
    shard = "other.fp16.safetensors"
    index = {"weight_map": {"a": "weights.fp16.safetensors", "b": shard}}
    (folder / "unet/x.safetensors.index.json").write_text(json.dumps(index))
    assert store.installed("sdxl") is None
    (folder / "unet" / shard).write_bytes(WEIGHTS)
    assert store.installed("sdxl") == folder


def test_a_cached_file_is_checked_by_the_name_of_its_blob(hub: FakeHub, store: ModelStore, tmp_path: Path) -> None:
    cache = tmp_path / "hf/hub/models--someone--painter"
    folder = copy_of_repository(cache / "snapshots" / REVISION)
    weights = folder / "unet/weights.fp16.safetensors"
    blob = cache / "blobs" / hashlib.sha256(WEIGHTS).hexdigest()
    blob.parent.mkdir()
    weights.rename(blob)
    weights.symlink_to(blob)
    assert store.damaged(repository()) == []
    blob.write_bytes(WEIGHTS[::-1])
    assert store.damaged(repository()) == ["unet/weights.fp16.safetensors"]


def test_removing_frees_the_space(hub: FakeHub, store: ModelStore) -> None:
    store.pull(single(hub), ignore)
    assert store.remove(single(hub)) == len(WEIGHTS)
    assert store.installed("yolox-nano") is None
    assert store.remove(single(hub)) == 0


def test_a_manifest_of_another_commit_or_a_broken_one_is_no_installation(hub: FakeHub, store: ModelStore) -> None:
    hub.hold(SOURCE, REPOSITORY)
    manifest = store.pull(repository(), ignore) / "manifest.json"
    whole = manifest.read_text()
    manifest.write_text(whole.replace(REVISION, "f" * 40))
    assert store.installed("sdxl") is None
    manifest.write_text(whole[:40])
    assert store.installed("sdxl") is None


def test_the_real_detector_installs(real_data: Path, tmp_path: Path) -> None:
    store, nano = ModelStore(tmp_path), CATALOGUE["yolox-nano"]
    assert store.install(nano, real_data.parent / "weights" / "yolox_nano.onnx")
    assert store.damaged(nano) == []
    store.path(nano).write_bytes(b"changed")
    assert store.damaged(nano) == ["yolox_nano.onnx"]


def test_the_network_is_loaded_only_to_pull() -> None:
    code = "import sys, engine.weights; print(sorted({'urllib.request', 'http.client', 'ssl'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(BadOption):
        ModelStore(tmp_path).installed("gpt-9")


def test_a_model_has_one_source() -> None:
    with pytest.raises(ValueError, match="files or a repository"):
        Model(name="none", kind="eraser", purpose="", licence="", page="")
