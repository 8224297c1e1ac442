"""The tree of a conversation: what is on it, what is lit, and going on from any picture of it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from bot.drawing import ACCENT
from bot.history import Draft, Revision
from bot.history.records import Stored
from bot.history.rows import now
from bot.replies import say
from bot.surfaces.discord.address import Address
from bot.surfaces.discord.panels.history import chosen, drawable_title, history_look
from bot.words import LANGUAGES
from engine.data import Notice, Picture
from engine.operations import Flip, Plan, Style
from engine.tools.fonts import choose as choose_face
from engine.tools.fonts import runs
from tests.bot.surfaces.discord.hand import choose, from_more, options, press, whispered
from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, Stage, balls, on_stage, picture_of, pixels

LIMIT = 10 * 2**20


async def branched(stage: Stage) -> list[discord.Message]:
    """A mirrored picture, one that was flipped after that, and one flipped instead of it."""
    await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
    first = await stage.answer()
    ann = stage.member("ann")
    await ann.send(stage.channel, "flip it top to bottom", reply_to=first)
    second = await stage.answer(2)
    await ann.click(first, label="Undo")
    await ann.send(stage.channel, "flip it top to bottom", reply_to=await stage.answer(3))
    return [first, second, await stage.answer(4)]


def lit(sheet: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Where a sheet has the colour of the current picture."""
    return np.abs(sheet.astype(int) - ACCENT).sum(-1) < 40


async def test_the_sheet_shows_the_tree_and_where_it_stands(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first, _, _ = await branched(stage)
        shown, _ = await from_more(stage, "bob", first, "sheet")
        assert shown.ephemeral
        assert shown.content == say("discord.history.summary", count=4)
        assert "4" in shown.content
        assert list(options(shown).values()) == [
            "3 · Flipped the picture top to bottom.",
            "2 · Flipped the picture top to bottom.",
            "1 · Mirrored the picture left to right.",
            "0 · original",
        ]
        sheet = pixels(await shown.attachments[0].read())
        assert sheet.shape[1] == 3 * 280 + 2 * 56 + 80
        assert not lit(sheet[: sheet.shape[0] // 2 - 20, 400:]).any()
        assert lit(sheet[sheet.shape[0] // 2 :]).any()


async def test_going_on_from_one_moves_its_owner_there_and_others_to_a_branch(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first, second, _ = await branched(stage)
        bobs, _ = await from_more(stage, "bob", first, "sheet")
        anns, _ = await from_more(stage, "ann", first, "sheet")
        await stage.restart()
        to_second = next(value for value, label in options(bobs).items() if label.startswith("2"))
        await choose(stage, "bob", bobs, to_second)
        went = await stage.answer(5)
        assert "revision 2" in went.content
        assert np.array_equal(await picture_of(went), await picture_of(second))
        await stage.ask("mirror it", who="bob")
        assert np.array_equal(await picture_of(await stage.answer(6)), balls(80)[::-1])
        await stage.ask("undo", who="ann")
        assert np.array_equal(await picture_of(await stage.answer(7)), balls(80))
        assert (await choose(stage, "ann", anns, to_second)).response is None
        back = await stage.answer(8)
        assert back.reference is not None
        assert back.reference.message_id == first.id
        assert np.array_equal(await picture_of(back), await picture_of(second))


async def test_what_was_forgotten_meanwhile_is_told_of(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first, _, _ = await branched(stage)
        shown, _ = await from_more(stage, "bob", first, "sheet")
        await stage.parts.server.house.history.forget(str(stage.member("ann").id))
        done = await choose(stage, "bob", shown, next(iter(options(shown))))
        assert whispered(done) == say("discord.forgotten")


async def test_others_pick_a_variation_and_answer_no_question_of_somebody_else(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("make the red ball green", attachments=[("balls.png", TWO_BALLS)])
        question = await stage.answer()
        refused = await press(stage, "bob", question, "2")
        assert whispered(refused) == say("discord.only_author", member=f"<@{stage.member('ann').id}>")
        assert len(stage.said()) == 1
        await press(stage, "ann", question, "2")
        answer = await stage.answer(2)
        assert (await picture_of(answer))[48, 130, 1] == 150
        await press(stage, "ann", answer, "Variations")
        await press(stage, "bob", await stage.answer(3), "2")
        picked = await stage.answer(4)
        assert "revision 3" in picked.content
        await stage.ask("undo", who="bob")
        assert np.array_equal(await picture_of(await stage.answer(5)), balls(30, 130))


async def test_a_long_history_is_one_sheet_of_bounded_size_without_what_is_sensitive(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        history = stage.parts.server.house.history
        head = await history.begin(surface="discord", channel="1", author="7", name="a.png", picture=Picture(balls(80)))
        for column in range(46):
            noted = (Notice("sensitive", "test"),) if column == 45 else ()
            draft = Draft(picture=Picture(balls(20 + column)), instruction="move it", author="7", warnings=noted)
            head = await history.commit(head, draft)
        looks = [
            await history_look(stage.client, head, "en", LIMIT, address)
            for address in (Address(channel=1), Address(channel=1, adult=True))
        ]
        assert all(len(look.files[0].data) < 2**20 for look in looks)
        hidden, whole = (PillowImage.open(io.BytesIO(look.files[0].data)) for look in looks)
        assert hidden.width == whole.width <= 4096
        last = (hidden.width - 113, 40, hidden.width - 40, 110)
        red = [np.asarray(sheet.crop(last)).astype(int) for sheet in (hidden, whole)]
        assert [bool((one[..., 0] - one[..., 1] > 100).any()) for one in red] == [False, True]
        menu = looks[0].view
        assert menu is not None
        assert len(menu.to_components()[0]["components"][0]["options"]) == 25


def revision(number: int, parent: int | None) -> Revision:
    """One of a tree, by its number."""
    return Revision(
        id=str(number),
        parent=None if parent is None else str(parent),
        conversation="c",
        number=number,
        author="a",
        instruction="",
        plan=None,
        seed=None,
        backend=None,
        models={},
        timings_ms={},
        created_at=now(),
        height=1,
        width=1,
        picture=Stored("", opacity=False, based=False),
        mask=None,
        whole=False,
        offset=None,
        target=None,
        warnings=(),
    )


@given(st.lists(st.integers(0, 10**6), max_size=120), st.integers(0, 10**6))
@example(list(range(100)), 60)
@settings(deadline=None, max_examples=60)
def test_a_sheet_has_the_original_the_head_and_the_newest(draws: list[int], at: int) -> None:
    tree = [revision(0, None), *(revision(1 + i, draw % (1 + i)) for i, draw in enumerate(draws))]
    head = tree[at % len(tree)]
    kept = chosen(tree, head, 25)
    assert len(kept) == min(25, len(tree))
    assert [one.number for one in kept] == sorted({one.number for one in kept})
    assert {tree[0].id, head.id} | {one.id for one in tree[-9:]} <= {one.id for one in kept}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_on_the_sheet_can_be_drawn_here(language: str) -> None:
    first = replace(revision(1, 0), plan=Plan(instruction="mirror it", operations=(Flip(axis="horizontal"),)))
    second = replace(revision(2, 0), plan=Plan(instruction="ruins", operations=(Style(prompt="\ue123"),)))
    told = drawable_title(first, language)
    assert told.startswith("1 · ")
    assert "?" not in "".join(run.text for run in runs(told, choose_face(told), strict=False))
    assert drawable_title(second, language) == "2"
