"""/privacy: everything that is kept, as a file; and nothing of it any more."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
from sqlalchemy import func, select

from bot.history.schema import audit, conversations, jobs, posts, preferences, revisions
from bot.keeping.preferences import of_guild, of_member
from tests.bot.surfaces.discord.household_stage import administer, told
from tests.bot.surfaces.discord.stage import ONE_BALL, Stage, balls, on_stage, pixels, until

BALL = [("ball.png", ONE_BALL)]
FOLLOWUPS = "/webhooks/*/*"


async def count(stage: Stage, table: Any) -> int:
    async with stage.parts.server.house.history.database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


def blobs(home: Path) -> list[Path]:
    return [path for path in (home / "blobs").rglob("*") if path.is_file()]


async def test_what_is_kept_is_told_to_whoever_asks(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        words = told(await stage.member("ann").slash(stage.channel, "privacy"))
        assert "Nobody else is given them" in words
        assert "Only a ban" in words


async def test_the_export_has_every_picture_and_word_and_nothing_of_others(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("make the red ball green", attachments=BALL)
        await stage.answer()
        await stage.ask("blur the red ball", who="bob", attachments=BALL)
        await stage.answer(2)
        panel = await ann.slash(stage.channel, "privacy")
        done = await ann.click(panel.response, label="Export")
        (sent,) = done.followups
        assert sent.ephemeral
        assert sent.content == "Everything I keep of you, as a zip file."
        with ZipFile(io.BytesIO(await sent.attachments[0].read())) as archive:
            kept = json.loads(archive.read("kept.json"))
            pictures = {name: pixels(archive.read(name)) for name in archive.namelist() if name.startswith("pictures/")}
        assert [one["instruction"] for one in kept["revisions"]] == ["make the red ball green", ""]
        assert {one["author"] for one in kept["conversations"]} == {str(ann.id)}
        original = pictures[kept["revisions"][1]["picture"]]
        assert np.array_equal(original, balls(80))
        assert len(pictures) == 2


async def test_an_export_that_discord_does_not_take_is_made_smaller(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("make the red ball green", attachments=BALL)
        await stage.ask("make it warmer")
        await stage.answer(2)
        ann = stage.member("ann")
        panel = await ann.slash(stage.channel, "privacy")
        stage.env.inject_error("POST", FOLLOWUPS, status=413, code=40005, message="Request entity too large")
        done = await ann.click(panel.response, label="Export")
        (sent,) = done.followups
        assert sent.content == "What I keep of you is too large for one file here: this has the newest picture."
        with ZipFile(io.BytesIO(await sent.attachments[0].read())) as archive:
            assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == 1
            assert len(json.loads(archive.read("left-out.json"))) == 2
        stage.env.inject_error("POST", FOLLOWUPS, status=413, code=40005, message="Request entity too large", times=3)
        (refused,) = (await ann.click(panel.response, label="Export")).followups
        assert refused.content.startswith("Discord takes no file of mine here")


async def test_of_whom_nothing_is_kept_nothing_is_exported(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        panel = await ann.slash(stage.channel, "privacy")
        done = await ann.click(panel.response, label="Export")
        assert [one.content for one in done.followups] == ["I keep nothing of you."]


async def test_forgetting_is_asked_for_twice(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("make the red ball green", attachments=BALL)
        await stage.answer()
        panel = await ann.slash(stage.channel, "privacy")
        await ann.click(panel.response, label="Forget me")
        assert "It cannot be taken back." in told(panel)
        await ann.click(panel.response, label="No")
        assert told(panel).startswith("I keep your pictures")
        assert await count(stage, revisions) == 2


async def test_who_is_forgotten_leaves_no_row_and_no_blob(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("make the red ball green", attachments=BALL)
        answer = await stage.answer()
        settings = await ann.slash(stage.channel, "settings")
        await ann.select(settings.response, ["jpeg"], custom_id="household:setting:me:format")
        await administer(stage, "ban", member=ann)
        assert blobs(tmp_path)
        panel = await ann.slash(stage.channel, "privacy")
        await ann.click(panel.response, label="Forget me")
        await ann.click(panel.response, label="Yes")
        assert told(panel).startswith("Done: I have forgotten you.")
        assert panel.response.components == []
        assert [await count(stage, table) for table in (conversations, revisions, jobs, posts)] == [0, 0, 0, 0]
        assert await stage.parts.preferences.get(of_member("discord", str(ann.id))) == {}
        assert blobs(tmp_path) == []
        # What a server has of them by id stays: a ban cannot be shaken off.
        assert (await stage.parts.preferences.get(of_guild("discord", str(stage.guild.id))))["bans"] == [str(ann.id)]
        assert await count(stage, audit) == 1
        await administer(stage, "unban", member=ann)
        clicked = await ann.click(answer, label="Undo")
        assert [one.content for one in clicked.followups] == ["I do not have that picture any more."]


async def test_what_others_have_made_stays_theirs(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("make the red ball green", attachments=BALL)
        await stage.ask("blur the red ball", who="bob", attachments=BALL)
        answer = await stage.answer(2)
        panel = await ann.slash(stage.channel, "privacy")
        await ann.click(panel.response, label="Forget me")
        await ann.click(panel.response, label="Yes")
        assert await count(stage, conversations) == 1
        assert await count(stage, preferences) == 1, "the commands that Discord was told of"
        await stage.member("bob").click(answer, label="Undo")
        assert np.array_equal(pixels(await (await stage.answer(3)).attachments[0].read()), balls(80))


async def test_a_running_job_is_told_as_cancelled_before_it_is_forgotten(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.engine.go.clear()
        ann = stage.member("ann")
        panel = await ann.slash(stage.channel, "privacy")
        await ann.click(panel.response, label="Forget me")
        stage.post(f"{stage.mention} replace the red ball with a blue cube", attachments=BALL)
        await stage.engine.started.wait()
        await until(lambda: len(stage.written) == 1)
        await ann.click(panel.response, label="Yes")
        assert told(panel).startswith("Done: I have forgotten you.")
        assert [one.content for one in stage.said()] == ["Cancelled. Nothing was changed."]
        assert await count(stage, jobs) == 0
        assert blobs(tmp_path) == []
