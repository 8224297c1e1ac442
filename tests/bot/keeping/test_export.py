"""What is kept of an author, as a file."""

from __future__ import annotations

import io
import json
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image as PillowImage

from bot.history import Draft, History, Revision
from bot.history.records import new_id
from bot.keeping.audit import Audit
from bot.keeping.export import Exported, export_of
from bot.keeping.posts import Post, Posts
from bot.keeping.preferences import Preferences, of_member
from bot.keeping.shelf import Shelf
from bot.ledger.ledger import Ledger
from bot.ledger.records import Application
from bot.recipes import Recipe
from engine.data import Picture
from engine.operations import Crop, Plan
from tests.bot.conftest import Place
from tests.bot.history.helpers import begin, edited

PLAN = Plan(instruction="crop", operations=(Crop(aspect="1:1"),), confidence=1.0)
PLENTY = 2**30


async def exported(history: History, limit: int = PLENTY, author: str = "ada") -> tuple[Exported, dict[str, bytes]]:
    file = io.BytesIO()
    summary = await export_of(author, history, file, limit)
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        return summary, {"zip": file.getvalue(), **{name: archive.read(name) for name in archive.namelist()}}


def words(files: dict[str, bytes]) -> dict[str, Any]:
    return json.loads(files["kept.json"])


def pixels(png: bytes) -> list[Any]:
    with PillowImage.open(io.BytesIO(png)) as opened:
        assert opened.format == "PNG"
        return np.asarray(opened).tolist()


@pytest.fixture
async def edits(history: History, photo: Picture) -> list[Revision]:
    """An original of ada's, a masked edit of hers, and one by a guest that has the original's pixels again."""
    root = await begin(history, photo)
    mask = np.zeros((80, 100), np.bool_)
    mask[5:9, 6:30] = True
    draft = Draft(picture=edited(photo, 1), instruction="make it blue 🟦", author="ada", plan=PLAN, mask=mask)
    second = await history.commit(root, draft)
    third = await history.commit(second, Draft(picture=photo, instruction="back", author="guest"))
    return [root, second, third]


async def test_pictures_masks_and_words_are_all_there(history: History, photo: Picture, edits: list[Revision]):
    summary, files = await exported(history)
    assert summary == Exported(pictures=2, left_out=0, anything=True)
    told = {each["id"]: each for each in words(files)["revisions"]}
    assert set(told) == {revision.id for revision in edits}
    first, second, third = (told[revision.id] for revision in edits)
    assert pixels(files[first["picture"]]) == photo.rgb.tolist()
    assert third["picture"] == first["picture"]
    assert pixels(files[second["picture"]]) == edited(photo, 1).rgb.tolist()
    assert (second["instruction"], second["plan"]) == ("make it blue 🟦", PLAN.flat())
    assert [each["yours"] for each in (first, second, third)] == [True, True, False]
    assert np.argwhere(pixels(files[second["mask"]])).min(axis=0).tolist() == [5, 6]
    assert "guest" not in files["kept.json"].decode()


async def test_everything_beside_the_pictures_is_told(history: History, photo: Picture, edits: list[Revision]):
    given = await history.put_aside(edited(photo, 9))
    application = Application(
        surface="discord",
        author="ada",
        conversation=edits[0].conversation,
        lane="quick",
        effort="blur",
        request={"instruction": "blur this"},
        address={"channel": "5"},
        given=given,
    )
    job = await Ledger(history.database).accept(application, new_id(), lease_to="host:1")
    await Posts(history.database).note(Post("discord", "99", "5", job.id))
    await Preferences(history.database).change(of_member("discord", "ada"), model="sdxl")
    await Shelf(history.database).keep("ada", "look", Recipe(created_with="retouch", steps=()))
    await Audit(history.database).note("7", "ada", "ban", member="eve.the.banned")
    _, files = await exported(history)
    told = words(files)
    assert told["jobs"][0]["request"] == {"instruction": "blur this"}
    assert pixels(files[told["jobs"][0]["given"]]) == edited(photo, 9).rgb.tolist()
    assert told["posts"][0]["message"] == "99"
    assert told["preferences"] == [{"key": "member discord ada", "chosen": {"model": "sdxl"}}]
    assert told["recipes"][0]["name"] == "look"
    assert told["administration"][0]["action"] == "ban"
    assert b"eve.the.banned" not in files["kept.json"]
    assert b"host:1" not in files["kept.json"]


async def test_a_guest_s_edits_in_another_s_conversation_are_the_guest_s(
    history: History, photo: Picture, edits: list[Revision]
):
    summary, files = await exported(history, author="guest")
    assert summary.pictures == 1
    assert [each["id"] for each in words(files)["revisions"]] == [edits[2].id]
    assert b"make it blue" not in files["kept.json"]


async def test_it_has_at_most_so_many_bytes_and_names_what_is_left_out(history: History, photo: Picture):
    last = await begin(history, photo)
    for step in range(1, 13):
        draft = Draft(picture=Picture(photo.rgb[step:20, step:30]), instruction="", author="ada", offset=None)
        last = await history.commit(last, draft)
    everything, whole = await exported(history)
    assert everything.left_out == 0
    for limit in range(len(whole["zip"]) // 10, len(whole["zip"]), 911):
        summary, files = await exported(history, limit)
        assert len(files["zip"]) <= limit
        if summary.left_out:
            left_out = json.loads(files["left-out.json"])
            assert summary.left_out == len(left_out)
            assert summary.pictures + summary.left_out == everything.pictures
            assert set(left_out).isdisjoint(files)
            assert words(files) == words(whole)
            assert f"pictures/{last.conversation}/000.png" in left_out


async def test_what_is_damaged_is_left_out(history: History, photo: Picture, place: Place, edits: list[Revision]):
    store = place.store()
    store.remove(store.stale(set(), grace_s=-60), grace_s=-60)
    async with await place.open(budget=0) as cold:
        summary, files = await exported(cold)
    assert summary == Exported(pictures=0, left_out=3, anything=True)
    assert len(words(files)["revisions"]) == 3


async def test_of_somebody_unknown_there_is_nothing(history: History, edits: list[Revision]):
    summary, files = await exported(history, author="nobody")
    assert summary == Exported(pictures=0, left_out=0, anything=False)
    assert set(files) == {"zip", "kept.json"}
