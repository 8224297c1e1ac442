"""One message, one reply: conversations held with the real planner, engine and history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from bot.chat import Message, Reply
from bot.history import History
from bot.house import House
from bot.replies import notice
from bot.turn import turn
from engine.data import Image, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import (
    Ambiguous,
    BackendMissing,
    BadOption,
    MaskEmpty,
    MaskMismatch,
    MaskWhole,
    NeedsClarification,
    NoSuchRevision,
    NotGrounded,
    NotUnderstood,
)
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.planner import RulesPlanner
from engine.reporting import Report
from engine.selection.marks import Marks

RED, GREEN_BALL, RIGHT_BALL = (200, 30, 40), (80, 40), (80, 200)
"""Colour, and (row, column) inside the left and the right ball."""


def balls() -> Image:
    """A grey noisy ground with a red ball left and right, 160 x 240."""
    image = np.random.default_rng(7).integers(100, 150, (160, 240, 3), np.uint8)
    y, x = np.mgrid[:160, :240]
    for row, column in ((80, 40), (80, 200)):
        image[(y - row) ** 2 + (x - column) ** 2 < 25**2] = RED
    return image


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    editor = Editor(Grounder().locate, FillInpainter())

    async def edit(request: EditRequest, report: Report | None) -> EditResult:
        return editor.edit(request, report)

    async with await History.open(tmp_path) as history:
        yield House(history, RulesPlanner(), edit, tmp_path)


def first(instruction: str, image: Image | None = None) -> Message:
    picture = Picture(balls() if image is None else image)
    return Message(instruction, "ann", "test", picture=picture, name="balls.png", seed=1)


async def follow(house: House, reply: Reply, instruction: str) -> Reply:
    message = Message(instruction, "ann", "test", reply_to=reply.answer.revision.id, seed=2)
    return await turn(message, house)


def pixels(reply: Reply) -> Image:
    return reply.answer.picture.rgb


async def test_a_conversation(house: House) -> None:
    warmer = await turn(first("make it a bit warmer"), house)
    contrast = await follow(house, warmer, "increase the contrast by 20%")
    undone = await follow(house, contrast, "undo")
    square = await follow(house, undone, "crop to square")
    assert (pixels(warmer) != balls()).any()
    assert (pixels(contrast) != pixels(warmer)).any()
    assert (pixels(undone) == pixels(warmer)).all()
    assert undone.answer.revision.id == warmer.answer.revision.id
    assert pixels(square).shape == (160, 160, 3)
    assert square.answer.offset == (-40, 0)
    assert square.answer.outside_changed == 0


async def test_words_choose_the_ball(house: House) -> None:
    reply = await turn(first("make the red ball on the right green"), house)
    left, right = pixels(reply)[GREEN_BALL].astype(int), pixels(reply)[RIGHT_BALL].astype(int)
    assert tuple(left) == RED
    assert right[1] > right[0] + 30
    assert reply.answer.outside_changed == 0


async def test_a_question_is_answered_in_the_next_message(house: House) -> None:
    with pytest.raises(Ambiguous) as asked:
        await turn(first("make the red ball green"), house)
    assert len(asked.value.candidates) == 2
    answered = await turn(Message("the left one", "ann", "test"), house)
    assert pixels(answered)[GREEN_BALL][1] > 100
    assert tuple(pixels(answered)[RIGHT_BALL]) == RED


async def test_what_is_asked_about_is_named_as_its_author_named_it(house: House) -> None:
    with pytest.raises(Ambiguous) as asked:
        await turn(first("mach den roten Ball grün"), house)
    assert asked.value.phrase == "roten Ball"
    with pytest.raises(NotGrounded) as missing:
        await turn(first("entferne den blauen Hund"), house)
    assert missing.value.phrase == "blauen Hund"


async def test_all_is_an_answer_and_closes_the_question(house: House) -> None:
    with pytest.raises(Ambiguous):
        await turn(first("remove the red ball"), house)
    both = await turn(Message("both", "ann", "test"), house)
    assert not (pixels(both)[[80, 80], [40, 200]] == RED).all(axis=1).any()
    with pytest.raises((NeedsClarification, NotUnderstood)):
        await turn(Message("2", "ann", "test"), house)


async def test_an_answer_that_chooses_nothing_asks_again(house: House) -> None:
    with pytest.raises(Ambiguous):
        await turn(first("remove the red ball"), house)
    with pytest.raises(NeedsClarification):
        await turn(Message("7", "ann", "test"), house)
    assert await turn(Message("2", "ann", "test"), house)


async def test_redo_goto_restart(house: House) -> None:
    one = await turn(first("make it warmer"), house)
    two = await follow(house, one, "flip it horizontally")
    await follow(house, two, "undo")
    redone = await turn(Message("redo", "ann", "test"), house)
    assert redone.answer.revision.id == two.answer.revision.id
    again = await follow(house, redone, "go back to the first picture")
    assert again.answer.revision.number in (0, 1)
    original = await follow(house, again, "start over")
    assert (pixels(original) == balls()).all()
    with pytest.raises(NoSuchRevision):
        await follow(house, original, "undo")


async def test_variations_have_their_own_seeds(house: House) -> None:
    reply = await turn(replace(first("remove the red ball on the left"), count=3), house)
    assert [answer.revision.seed for answer in reply.answers] == [1, 2, 3]
    assert len({answer.revision.parent for answer in reply.answers}) == 1
    assert (reply.answers[0].picture.rgb != reply.answers[1].picture.rgb).any()


async def test_retry_is_a_sibling_with_another_seed(house: House) -> None:
    once = await turn(first("remove the red ball on the left"), house)
    twice = await follow(house, once, "try again")
    assert twice.answer.revision.parent == once.answer.revision.parent
    assert twice.answer.revision.seed != once.answer.revision.seed
    restarted = await follow(house, twice, "start over")
    with pytest.raises(NoSuchRevision):
        await follow(house, restarted, "try again")


async def test_compare_shows_before_and_after_and_changes_nothing(house: House) -> None:
    once = await turn(first("make it warmer"), house)
    compared = await follow(house, once, "compare")
    assert compared.answer.revision.id == once.answer.revision.id
    assert compared.answer.picture.width > 240


async def test_steering_and_editing_in_one_sentence(house: House) -> None:
    one = await turn(first("make it warmer"), house)
    two = await follow(house, one, "flip it horizontally")
    mixed = await follow(house, two, "undo, then crop to square")
    assert mixed.answer.revision.parent == one.answer.revision.id
    assert pixels(mixed).shape == (160, 160, 3)


async def test_the_latest_picture_is_the_authors_own(house: House) -> None:
    mine = await turn(first("make it warmer"), house)
    await turn(replace(first("make it cooler"), author="bob"), house)
    reply = await turn(Message("crop to square", "ann", "test"), house)
    assert reply.answer.revision.parent == mine.answer.revision.id
    assert any(note.kind == "latest" for note in reply.notices)
    with pytest.raises(NoSuchRevision):
        await turn(Message("crop to square", "carl", "test"), house)


async def test_a_mask_goes_with_its_picture(house: House) -> None:
    mask = np.zeros((160, 240, 3), np.uint8)
    mask[10:60, 100:150] = 255
    reply = await turn(replace(first("make this a lot brighter"), mask=Picture(mask)), house)
    changed = (pixels(reply) != balls()).any(axis=2)
    assert changed.any()
    assert not changed[mask[:, :, 0] == 0].any()
    with pytest.raises(MaskMismatch):
        await turn(replace(first("remove this"), mask=Picture(np.zeros((80, 80, 3), np.uint8) + 255)), house)


async def test_marks_go_with_a_message_like_a_mask(house: House) -> None:
    marks = Marks(box=(100, 10, 150, 60))
    reply = await turn(replace(first("make the red ball a lot brighter"), mask=marks), house)
    changed = (pixels(reply) != balls()).any(axis=2)
    assert changed[10:60, 100:150].mean() > 0.9
    assert not changed[:, :100].any()
    with pytest.raises(BadOption):
        await turn(replace(first("remove this"), mask=Marks(box=(500, 10, 600, 60))), house)


def flat_mask(level: int) -> Picture:
    return Picture(np.full((160, 240, 3), level, np.uint8))


@pytest.mark.parametrize(("level", "error"), [(0, MaskEmpty), (255, MaskWhole)])
@pytest.mark.parametrize("answer", ["yes", "everything", "all", "the whole picture", "1"])
async def test_a_mask_of_nothing_or_everything_is_asked_about(
    house: House, level: int, error: type[NeedsClarification], answer: str
) -> None:
    with pytest.raises(error):
        await turn(replace(first("make this brighter"), mask=flat_mask(level)), house)
    reply = await turn(Message(answer, "ann", "test"), house)
    changed = (pixels(reply) != balls()).any(axis=2)
    assert changed.all()
    assert reply.answer.mask is not None
    assert reply.answer.mask.all()


async def test_whoever_says_everything_is_not_asked(house: House) -> None:
    reply = await turn(replace(first("brighten the whole picture"), mask=flat_mask(255)), house)
    assert (pixels(reply) != balls()).any(axis=2).all()
    with pytest.raises(MaskEmpty):
        await turn(replace(first("brighten the whole picture"), mask=flat_mask(0)), house)


@pytest.mark.parametrize(
    ("wish", "answer"), [("mach das heller", "ja, bitte"), ("éclaircis ça", "tout"), ("これを明るくして", "はい")]
)
async def test_the_whole_picture_is_confirmed_in_other_languages(house: House, wish: str, answer: str) -> None:
    with pytest.raises(MaskWhole):
        await turn(replace(first(wish), mask=flat_mask(255)), house)
    reply = await turn(Message(answer, "ann", "test"), house)
    assert (pixels(reply) != balls()).any(axis=2).all()


async def test_whoever_says_everything_in_another_language_is_not_asked(house: House) -> None:
    reply = await turn(replace(first("mach das ganze Bild heller"), mask=flat_mask(255)), house)
    assert (pixels(reply) != balls()).any(axis=2).all()


async def test_what_was_asked_back_can_be_answered(house: House) -> None:
    with pytest.raises(NotUnderstood):
        await turn(first("change the colour of the red ball on the left"), house)
    reply = await turn(Message("to blue", "ann", "test"), house)
    assert [one.kind for one in reply.plan.operations] == ["recolor"]
    assert (pixels(reply) != balls()).any()
    with pytest.raises(NotUnderstood):
        await turn(Message("to blue jeans please thank you", "ann", "test"), house)


async def test_one_of_several_pictures_is_taken_by_its_order(house: House) -> None:
    made = await turn(first("make it warmer"), house)
    takes = await turn(Message("three versions", "ann", "test"), house)
    assert len(takes.answers) == 3
    chosen = await turn(Message("I'll take the second one", "ann", "test"), house)
    assert chosen.answer.revision.number == takes.answers[1].revision.number
    assert chosen.answer.revision.number != made.answer.revision.number


async def test_what_was_undone_is_brought_back(house: House) -> None:
    made = await turn(first("make it warmer"), house)
    await turn(Message("undo", "ann", "test"), house)
    back = await turn(Message("bring it back", "ann", "test"), house)
    assert back.answer.revision.id == made.answer.revision.id


async def test_no_is_an_answer_too(house: House) -> None:
    with pytest.raises(MaskWhole):
        await turn(replace(first("make this brighter"), mask=flat_mask(255)), house)
    with pytest.raises(NeedsClarification):
        await turn(Message("no", "ann", "test"), house)
    latest = await house.history.latest(author="ann")
    assert latest is not None
    assert latest.parent is None


async def test_words_can_tell_an_area(house: House) -> None:
    reply = await turn(first("make it a lot darker in the top left quarter"), house)
    changed = (pixels(reply) != balls()).any(axis=2)
    assert changed[:80, :120].mean() > 0.9
    assert not changed[80:, :].any()
    assert not changed[:, 120:].any()


@pytest.mark.parametrize(
    ("instruction", "error"),
    [
        ("florble the wug", NotUnderstood),
        ("", NotUnderstood),
        ("replace the red ball on the left with a photorealistic lighthouse", BackendMissing),
        ("add a wooden boat", BackendMissing),
        ("remove it", NeedsClarification),
    ],
)
async def test_what_fails_commits_nothing(house: House, instruction: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await turn(first(instruction), house)
    latest = await house.history.latest(author="ann")
    assert latest is not None
    assert latest.parent is None


async def test_what_was_not_understood_is_said_and_the_rest_is_done(house: House) -> None:
    reply = await turn(first("make it brihtxer and crop to square"), house)
    assert pixels(reply).shape == (160, 160, 3)
    assert [note.kind for note in reply.notices] == ["missed"]


async def test_a_doubt_is_told_without_a_rest_that_there_is_not(house: House) -> None:
    image = balls()
    image[:, 120:] = image[:, 120:, ::-1]
    one = await turn(first("make the red ball green and make the blue ball darker", image), house)
    reply = await follow(house, one, "make it brighter")
    assert [note.kind for note in reply.notices] == ["doubt"]
    assert notice(reply.notices[0]) == (
        "Did you mean the red ball too, or only the blue ball as I took it? I went by the likelier reading."
    )


async def test_variations_of_an_exact_edit_are_said_to_be_alike(house: House) -> None:
    reply = await turn(replace(first("make it darker"), count=2), house)
    assert any(note.kind == "same_result" for note in reply.notices)


async def test_do_the_same_to_another_photo(house: House) -> None:
    one = await turn(first("make it warmer"), house)
    await follow(house, one, "crop to square")
    other = balls()[:, ::-1].copy()
    reply = await turn(first("do the same to this photo", other), house)
    assert pixels(reply).shape == (160, 160, 3)
    assert len(await house.history.branch(reply.answer.revision.id)) == 3


async def test_a_bigger_area(house: House) -> None:
    once = await turn(first("remove the red ball on the left"), house)
    bigger = await follow(house, once, "bigger mask")
    assert once.answer.mask is not None
    assert bigger.answer.mask is not None
    assert bigger.answer.mask.sum() > once.answer.mask.sum()
    assert bigger.answer.revision.parent == once.answer.revision.parent


async def test_another_colour_goes_to_the_same_thing_whose_words_no_longer_fit(house: House) -> None:
    await turn(first("make the red ball on the left green"), house)
    for words, channel in (("no, blue", 2), ("actually red", 0)):
        changed = await turn(Message(words, "ann", "test"), house)
        left = pixels(changed)[GREEN_BALL].astype(int)
        assert left.argmax() == channel
        assert np.array_equal(pixels(changed)[:, 120:], balls()[:, 120:])


async def test_what_is_named_once_for_two_edits_is_the_same_thing(house: House) -> None:
    done = await turn(first("make the red ball on the left green, then make it blue"), house)
    assert pixels(done)[GREEN_BALL].argmax() == 2
    assert np.array_equal(pixels(done)[:, 120:], balls()[:, 120:])
