"""The Hugging Face hub: what a repository holds at one commit, and the user's token.

Written against the hub's HTTP interface, for the base installation has no huggingface_hub. `HF_ENDPOINT`, `HF_TOKEN`
and `HF_TOKEN_PATH` mean what they mean there (its page “Environment variables”).
"""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel, Field

from engine.weights.cache import has_required, home, is_needed
from engine.weights.catalogue import Hub, ModelFile
from engine.weights.download import TIMEOUT, request

ENDPOINT: Final = "https://huggingface.co"


class _Lfs(BaseModel):
    sha256: str
    size: int


class _Sibling(BaseModel):
    rfilename: str
    size: int | None = None
    git_sha1: str | None = Field(default=None, alias="blobId")
    lfs: _Lfs | None = None


class _Listing(BaseModel):
    sha: str
    siblings: list[_Sibling]


def address(url: str) -> str:
    """The address with the hub's host replaced by `HF_ENDPOINT`, where that is set."""
    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/")
    return endpoint + url.removeprefix(ENDPOINT) if endpoint and url.startswith(f"{ENDPOINT}/") else url


def token() -> str | None:
    """The user's token: `HF_TOKEN`, else the file that `hf auth login` wrote."""
    told = os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN")
    if told:
        return told.strip()
    path = Path(os.environ.get("HF_TOKEN_PATH") or home() / "token").expanduser()
    return (path.read_text("utf-8").strip() or None) if path.is_file() else None


def listing(hub: Hub) -> tuple[ModelFile, ...]:
    """The files that are needed, with the sizes and hashes that the hub tells of the commit.

    Raises: OSError when the hub does not answer (urllib.error.HTTPError when it refuses); ValueError when what it
    answers is no listing of that commit.
    """
    url = address(f"{ENDPOINT}/api/models/{hub.repository}/revision/{hub.revision}?blobs=true")
    with urllib.request.urlopen(request(url, token()), timeout=TIMEOUT) as answer:
        told = _Listing.model_validate_json(answer.read())
    if told.sha != hub.revision:
        raise ValueError(f"asked for {hub.revision}, told of {told.sha}")
    files = tuple(_file(hub, entry) for entry in told.siblings if is_needed(hub, entry.rfilename))
    if not has_required(hub, {file.path for file in files}):
        raise ValueError(f"{hub.repository} does not hold the files that are needed")
    return files


def _file(hub: Hub, entry: _Sibling) -> ModelFile:
    url = address(f"{ENDPOINT}/{hub.repository}/resolve/{hub.revision}/{quote(entry.rfilename)}")
    if entry.lfs:
        return ModelFile(path=entry.rfilename, url=url, size=entry.lfs.size, sha256=entry.lfs.sha256)
    return ModelFile(path=entry.rfilename, url=url, size=entry.size or 0, git_sha1=entry.git_sha1)
