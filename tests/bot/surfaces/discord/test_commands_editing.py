"""/edit, /expand and /variations: what a message does, with everything said in options."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from bot.config import QueueSettings, Settings
from engine.weights import ModelFile, model_named
from engine.weights.manifest import MANIFEST, Manifest
from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, Engine, Stage, balls, on_stage, picture_of, png

LEFT: Any = np.zeros((96, 160, 3), np.uint8)
LEFT[24:72, 8:56] = 255
"""A mask of the left part of the picture."""


def put_in_place(name: str, models: Path) -> None:
    """The model as far as anybody looks who does not load it."""
    hub = model_named(name).hub
    assert hub is not None
    file = ModelFile(path="model_index.json", size=2, sha256=hashlib.sha256(b"{}").hexdigest())
    manifest = Manifest(repository=hub.repository, revision=hub.revision, vouched=False, files=(file,))
    (models / name).mkdir(parents=True)
    (models / name / file.path).write_bytes(b"{}")
    (models / name / MANIFEST).write_text(manifest.model_dump_json())


async def told(stage: Stage, command: str, **options: Any) -> str:
    """What the answer to ann's command says, once nothing is left to do."""
    result = await stage.member("ann").slash(stage.channel, command, **options)
    await stage.quiet()
    assert result.response is not None
    content: str = result.response.content
    return content


async def test_an_edit_is_answered_in_the_message_that_acknowledged_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        result = await stage.member("ann").slash(
            stage.channel, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL)
        )
        answer = await stage.answer()
        assert stage.written[0].content == "Starting…"
        assert answer.id == result.response.id
        assert len(stage.said()) == 1
        assert answer.content.startswith("Made the red ball green.")
        shown = await picture_of(answer)
        assert shown[48, 80, 1] > shown[48, 80, 0]
        assert np.array_equal(shown[:, :40], balls(80)[:, :40])


async def test_replies_and_commands_go_on_from_the_answer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await told(stage, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL))
        words = await told(stage, "edit", instruction="make it 30% darker")
        assert "revision 2" in words
        assert "Going on from your latest picture here (revision 1)" in words
        await stage.member("ann").send(stage.channel, "flip it", reply_to=await stage.answer())
        assert "revision 3" in (await stage.answer(3)).content


async def test_a_photo_posted_since_is_what_is_meant(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await told(stage, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL))
        await stage.member("ann").send(stage.channel, "look", attachments=[("two.png", TWO_BALLS)])
        await stage.member("bob").send(stage.channel, "and mine", attachments=[("one.png", ONE_BALL)])
        words = await told(stage, "edit", instruction="crop to square")
        assert "so I took your latest one here" in words
        assert (await stage.answer(2)).attachments[0].filename == "two-1.png"
        assert "revision 2" in await told(stage, "edit", instruction="make it 30% darker"), "the photo is taken once"


async def test_a_message_does_not_go_back_behind_a_command(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.member("ann").send(stage.channel, "look", attachments=[("two.png", TWO_BALLS)])
        await told(stage, "edit", instruction="crop to square", image=("ball.png", ONE_BALL))
        await stage.ask("make it 30% darker")
        answer = await stage.answer(2)
        assert answer.attachments[0].filename == "ball-2.png"


async def test_only_what_the_mask_selects_changes(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        files = {"image": ("two.png", TWO_BALLS), "mask": ("mask.png", png(LEFT))}
        await told(stage, "edit", instruction="make it 60% darker", **files)
        before, after = balls(30, 130).astype(int), (await picture_of(await stage.answer())).astype(int)
        changed = (before != after).any(axis=2)
        assert changed[30:66, 14:50].mean() > 0.9
        assert not changed[~(LEFT[..., 0] > 0)].any()


async def test_a_mask_alone_belongs_to_the_latest(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await told(stage, "edit", instruction="flip it", image=("two.png", TWO_BALLS))
        await told(stage, "edit", instruction="make it 60% darker", mask=("mask.png", png(LEFT)))
        before, after = await picture_of(await stage.answer(1)), await picture_of(await stage.answer(2))
        assert not (before != after).any(axis=2)[~(LEFT[..., 0] > 0)].any()


async def test_the_reference_and_the_seed_reach_the_engine(tmp_path: Path) -> None:
    engine = Engine()
    async with on_stage(tmp_path, engine) as stage:
        files = {"image": ("two.png", TWO_BALLS), "reference": ("ball.png", ONE_BALL)}
        await told(stage, "edit", instruction="make it 60% darker", seed=41, variations=2, **files)
        assert [request.seed for request in engine.requests] == [41, 42]
        reference = engine.requests[0].reference
        assert reference is not None
        assert np.array_equal(reference.rgb, balls(80))
        assert (await stage.answer()).attachments[0].filename.startswith("variations")


async def test_only_installed_models_are_taken_and_never_a_path(tmp_path: Path) -> None:
    engine = Engine()
    async with on_stage(tmp_path, engine) as stage:
        for model in ("sd-1.5-inpainting", "no-such-model", "/etc", "."):
            words = await told(stage, "edit", instruction="add a hat", image=("ball.png", ONE_BALL), model=model)
            assert model in words
            assert "Starting" not in words
        assert not engine.requests


async def test_an_installed_model_is_offered_and_goes_to_its_own_backend(tmp_path: Path) -> None:
    put_in_place("flux-2-klein", tmp_path / "models")
    engine = Engine()
    async with on_stage(tmp_path, engine) as stage:
        offered = await stage.member("ann").autocomplete(stage.channel, "edit", "model", "KLEIN")
        assert [choice["value"] for choice in offered] == ["flux-2-klein"]
        image = ("ball.png", ONE_BALL)
        await told(stage, "edit", instruction="make it warmer", image=image, model="flux-2-klein")
        assert (engine.requests[0].model, engine.requests[0].backend) == ("flux-2-klein", "instruct")


async def test_what_is_no_picture_is_told_in_the_same_message(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for name, data, said in (
            ("ball.png", ONE_BALL[:200], "damaged"),
            ("notes.txt", b"a few notes", "not a picture I can read"),
            ("film.mp4", b"\0\0\0 ftypisom", "I cannot edit videos"),
        ):
            assert said in await told(stage, "edit", instruction="make it warmer", image=(name, data))
        assert len(stage.said()) == 3


async def test_what_cannot_be_begun_is_told_in_the_same_message(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert "I have no picture of yours here" in await told(stage, "edit", instruction="make it warmer")
        assert "I have no picture of yours here" in await told(stage, "variations")
        assert "generative model" in await told(stage, "edit", instruction="draw a picture of a cat"), "it needs none"
        words = await told(stage, "edit", instruction="xyzzy plugh", image=("ball.png", ONE_BALL))
        assert words.endswith("?")
        assert len(stage.said()) == 4


async def test_who_asks_too_often_is_told_when_there_is_more(tmp_path: Path) -> None:
    queue = QueueSettings(member_per_minute=1, member_burst=1)
    async with on_stage(tmp_path, settings=Settings(home=tmp_path, queue=queue)) as stage:
        await told(stage, "edit", instruction="make it warmer", image=("ball.png", ONE_BALL))
        words = await told(stage, "edit", instruction="make it warmer", image=("ball.png", ONE_BALL))
        assert "That was a lot at once" in words


async def test_variations_are_numbered_to_pick_from(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await told(stage, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL))
        words = await told(stage, "variations", count=3)
        assert words.startswith("Made 3 variations.")
        labels = [one.buttons for one in stage.written][-1]
        assert labels[:3] == ("1", "2", "3")


async def test_expand_asks_for_just_that(tmp_path: Path) -> None:
    engine = Engine()
    options: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        ({}, {"sides": ("all",)}),
        ({"aspect": "16:9"}, {"aspect": "16:9"}),
        ({"sides": "left right", "amount": 50}, {"sides": ("left", "right"), "amount": 50.0}),
        ({"aspect": "9:16", "prompt": "a meadow"}, {"aspect": "9:16", "prompt": "a meadow"}),
    )
    async with on_stage(tmp_path, engine) as stage:
        await stage.member("ann").send(stage.channel, "look", attachments=[("ball.png", ONE_BALL)])
        for given, asked in options:
            assert "generative model" in await told(stage, "expand", **given)
            operation = engine.requests[-1].operations[0]
            assert operation.model_dump(exclude_none=True) == {"kind": "expand", **asked}
        assert "“potato” does not work here" in await told(stage, "expand", aspect="potato")
