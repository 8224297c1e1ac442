"""/help: words that lead to the commands, and pictures of real edits."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from bot.replies import say
from bot.showcase import NAMES
from bot.surfaces.discord.commands.syncing import key_of
from bot.surfaces.discord.household.guide import PARTS
from bot.surfaces.discord.wording import LONGEST
from bot.words import LANGUAGES
from tests.bot.surfaces.discord.household_stage import told
from tests.bot.surfaces.discord.stage import ONE_BALL, on_stage


def draw(folder: Path) -> None:
    """Four pictures where help looks for those that were drawn before."""
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / f"{name}.png").write_bytes(ONE_BALL)


async def test_help_has_pictures_and_commands_to_click_on(tmp_path: Path) -> None:
    draw(tmp_path / "showcase" / version("retouch"))
    async with on_stage(tmp_path) as stage:
        shown = await stage.member("ann").slash(stage.channel, "help")
        ids = (await stage.parts.preferences.get(key_of(stage.client)))["ids"]
        words = told(shown)
        assert f"</quota:{ids['quota']}> </privacy:{ids['privacy']}>" in words
        # A command with others below it cannot be clicked on.
        assert "`/recipe`" in words
        files = shown.response.attachments
        assert [file.filename for file in files] == [f"{name}.png" for name in NAMES]
        assert [await file.read() for file in files] == [ONE_BALL] * len(NAMES)


async def test_help_works_where_discord_was_not_told_of_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(folder: Path) -> list[Path]:
        return []

    monkeypatch.setattr("bot.surfaces.discord.household.guide.showcase", none)
    async with on_stage(tmp_path) as stage:
        await stage.parts.preferences.change(key_of(stage.client), ids=None)
        words = told(await stage.member("ann").slash(stage.channel, "help"))
        assert "`/quota`" in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_fits_a_message_in_every_language(language: str) -> None:
    parts = [say(f"discord.help.{part}", language) for part in ("title", *PARTS, "footer")]
    # Each command that can be clicked on takes some more.
    assert len("\n".join(parts)) + 7 * 25 < LONGEST
