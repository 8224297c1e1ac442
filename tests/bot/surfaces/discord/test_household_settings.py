"""/settings: saved as it is chosen, the server's below the member's own, and what they change for later messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.config import ElsewhereSettings, Settings
from bot.keeping.preferences import of_guild, of_member
from bot.surfaces.discord.models import Models
from engine.weights import CATALOGUE
from engine.weights.manifest import MANIFEST, Manifest
from tests.bot.surfaces.discord.household_stage import administer, boss, chosen, told
from tests.bot.surfaces.discord.stage import ONE_BALL, Stage, on_stage

MODEL = "sd-1.5-inpainting"


def install(model: str, home: Path) -> None:
    """All that the store looks at before it loads a model."""
    hub = CATALOGUE[model].hub
    assert hub is not None
    folder = home / "models" / model
    folder.mkdir(parents=True)
    files: dict[str, Any] = {"files": [{"path": "a.bin", "size": 1, "url": "https://a/b", "sha256": "0" * 64}]}
    (folder / "a.bin").write_bytes(b"a")
    manifest = Manifest.model_validate(
        {"repository": hub.repository, "revision": hub.revision, "vouched": True, **files}
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(), "utf-8")


async def of_ann(stage: Stage) -> dict[str, Any]:
    return await stage.parts.preferences.get(of_member("discord", str(stage.member("ann").id)))


async def of_server(stage: Stage) -> dict[str, Any]:
    return await stage.parts.preferences.get(of_guild("discord", str(stage.guild.id)))


async def test_what_a_member_chooses_is_saved_at_once_and_holds_for_the_next_answer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        panel = await ann.slash(stage.channel, "settings")
        assert told(panel).startswith("**Your settings**")
        assert chosen(panel) == {
            "format": "Format: As the server says",
            "spoiler": "Spoilers: As the server says",
            "language": "Language: Automatic",
        }
        for name, value in (("format", "jpeg"), ("spoiler", "on"), ("language", "de")):
            await ann.select(panel.response, [value], custom_id=f"household:setting:me:{name}")
        assert await of_ann(stage) == {"format": "jpeg", "spoiler": True, "language": "de"}
        assert told(panel).startswith("**Deine Einstellungen**")
        assert chosen(panel) == {"format": "Format: JPEG", "spoiler": "Spoiler: An", "language": "Sprache: Deutsch"}
        await stage.ask("make the red ball green", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert answer.attachments[0].filename == "SPOILER_ball-1.jpg"
        assert "Fassung 1" in answer.content
        assert "Vorschau" not in answer.content


async def test_what_is_not_chosen_any_more_is_as_the_server_says(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        panel = await ann.slash(stage.channel, "settings")
        await ann.select(panel.response, ["off"], custom_id="household:setting:me:spoiler")
        assert await of_ann(stage) == {"spoiler": False}
        assert chosen(panel)["spoiler"] == "Spoilers: Off"
        await ann.select(panel.response, ["-"], custom_id="household:setting:me:spoiler")
        assert await of_ann(stage) == {}


async def test_the_server_s_settings_hold_for_those_who_chose_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        panel = await boss(stage).slash(stage.channel, "settings", whose="server")
        assert told(panel).startswith("**Settings of this server**")
        assert chosen(panel)["spoiler"] == "Spoilers: Off"
        for name, value in (("format", "webp"), ("spoiler", "on")):
            await boss(stage).select(panel.response, [value], custom_id=f"household:setting:server:{name}")
        assert await of_server(stage) == {"format": "webp", "spoiler": True}
        ann = stage.member("ann")
        own = await ann.slash(stage.channel, "settings")
        await ann.select(own.response, ["off"], custom_id="household:setting:me:spoiler")
        for number, (who, name) in enumerate((("bob", "SPOILER_ball-1.webp"), ("ann", "ball-1.webp")), 1):
            await stage.ask("make the red ball green", who=who, attachments=[("ball.png", ONE_BALL)])
            assert (await stage.answer(number)).attachments[0].filename == name
        record = await administer(stage, "audit")
        assert "set Format to “webp”" in record
        assert "set Spoilers to “On”" in record


async def test_the_server_s_settings_are_for_those_who_manage_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        refused = "Only members who may manage this server can do that."
        assert told(await ann.slash(stage.channel, "settings", whose="server")) == refused
        own = await ann.slash(stage.channel, "settings")
        assert "household:settings:server" not in str(own.response.components)
        panel = await boss(stage).slash(stage.channel, "settings")
        await boss(stage).click(panel.response, label="Settings of this server")
        assert chosen(panel)["format"] == "Format: Automatic"
        # Who was a moderator when the panel was opened, and is none any more.
        stage.env.backend.remove_member_role(stage.guild.id, boss(stage).id, stage.guild.roles["moderators"].id)
        await boss(stage).select(panel.response, ["webp"], custom_id="household:setting:server:format")
        assert told(panel) == refused
        assert await of_server(stage) == {}


async def test_a_panel_outlives_a_restart(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        panel = await ann.slash(stage.channel, "settings")
        await stage.restart()
        await ann.select(panel.response, ["png"], custom_id="household:setting:me:format")
        assert await of_ann(stage) == {"format": "png"}


async def test_installed_models_can_be_chosen(tmp_path: Path) -> None:
    install(MODEL, tmp_path)
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        panel = await ann.slash(stage.channel, "settings")
        await ann.select(panel.response, [MODEL], custom_id="household:setting:me:model")
        assert chosen(panel)["model"] == f"Model: {MODEL}"
        await stage.ask("make the red ball green", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        assert stage.engine.requests[-1].model == MODEL
        # It is still what is chosen when it is not installed any more.
        (tmp_path / "models" / MODEL / MANIFEST).unlink()
        stage.client.models = Models(stage.settings)
        assert chosen(await ann.slash(stage.channel, "settings"))["model"] == f"Model: {MODEL}"


async def test_models_of_an_engine_elsewhere_are_not_known(tmp_path: Path) -> None:
    install(MODEL, tmp_path)
    assert await Models(Settings(home=tmp_path)).installed() == (MODEL,)
    elsewhere = ElsewhereSettings(url="http://gpu.local:8687", exchange="/srv/exchange")
    assert await Models(Settings(home=tmp_path, engine=elsewhere)).installed() == ()
