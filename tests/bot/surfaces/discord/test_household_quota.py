"""/quota: what is left, and when there is more, at the usual rate and at a role's own."""

from __future__ import annotations

from pathlib import Path

from tests.bot.surfaces.discord.household_stage import administer, busy_elsewhere, told
from tests.bot.surfaces.discord.stage import ONE_BALL, on_stage


async def test_jobs_that_wait_and_what_is_left_are_told(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        before = told(await ann.slash(stage.channel, "quota")).splitlines()
        assert before[1:] == [
            "0 of 10 edits are waiting or being made.",
            "10 more at once.",
            "20 a minute for long.",
        ]
        await stage.ask("make the red ball green", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        await busy_elsewhere(stage, "ann")
        during = told(await ann.slash(stage.channel, "quota")).splitlines()
        assert during[1:3] == ["1 of 10 edits are waiting or being made.", "9 more at once."]


async def test_a_role_s_limit_is_told_and_when_the_next_edit_is_free(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        guests = stage.guild.create_role("guests")
        ann = stage.member("ann", roles=[guests])
        await administer(stage, "limit set", role=guests, per_day=1)
        assert told(await ann.slash(stage.channel, "quota")).splitlines()[2:] == [
            "1 more at once.",
            "Your roles allow 1 a day; what you use comes back little by little.",
        ]
        await stage.ask("make the red ball green", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        assert told(await ann.slash(stage.channel, "quota")).splitlines()[2] == "The next one in 24 h."
