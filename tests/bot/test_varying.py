"""Variations in a conversation: like one of the answers, like one but different, and of a photo nobody edited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from bot.chat import Message, Reply
from bot.history import History
from bot.house import House
from bot.turn import turn
from engine.data import Image, Mask, Notice, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import BackendMissing, NoSuchRevision
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.inpainting.diffusion.settings import MANNERS
from engine.operations import Replace
from engine.planner import RulesPlanner
from engine.protocols import Brief, Painter, Progress
from engine.reporting import Report
from tests.bot.test_turn import balls


@dataclass
class Recorder:
    """Paints one colour, told by the seed, and keeps what it was given."""

    side: int = 512
    briefs: list[Brief] = field(default_factory=list[Brief])
    seen: list[Image] = field(default_factory=list[Image])

    def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
        self.briefs.append(brief)
        self.seen.append(image)
        return np.full_like(image, 20 + 40 * (brief.seed % 5))


@pytest.fixture
def painter() -> Recorder:
    return Recorder()


def keep_house(history: History, painter: Painter | None, tmp_path: Path) -> House:
    def painter_for(_: str | None) -> Painter:
        if painter is None:
            raise BackendMissing("painting", "diffusion")
        return painter

    editor = Editor(Grounder().locate, FillInpainter(), painter_for)

    async def edit(request: EditRequest, report: Report | None) -> EditResult:
        return editor.edit(request, report)

    return House(history, RulesPlanner(), edit, tmp_path)


@pytest_asyncio.fixture
async def house(tmp_path: Path, painter: Recorder) -> AsyncIterator[House]:
    async with await History.open(tmp_path) as history:
        yield keep_house(history, painter, tmp_path)


FIRST = Message(
    "replace the red ball on the left with a cake", "ann", "test", picture=Picture(balls()), seed=1, count=3
)


async def follow(house: House, reply: Reply, instruction: str) -> Reply:
    last = reply.answers[-1].revision.id
    return await turn(Message(instruction, "ann", "test", reply_to=last, seed=11), house)


def crop_holds(seen: Image, colour: int) -> bool:
    """Whether some of what the painter was shown has been painted in that colour."""
    return bool((seen == colour).all(axis=2).any())


async def test_more_like_the_second_begins_from_its_pixels(house: House, painter: Recorder) -> None:
    three = await turn(FIRST, house)
    more = await follow(house, three, "2 more like the second one")
    assert len(more.answers) == 2
    for answer in more.answers:
        assert answer.revision.parent == three.answers[0].revision.parent
        assert answer.outside_changed == 0
        assert answer.mask is not None
        assert three.answers[1].mask is not None
        assert (answer.mask == three.answers[1].mask).all()
    assert [brief.prompt for brief in painter.briefs] == [painter.briefs[0].prompt] * 5
    for brief, seen in zip(painter.briefs[3:], painter.seen[3:], strict=True):
        assert (brief.strength, brief.fill) == (MANNERS["vary"].strength, "keep")
        assert crop_holds(seen, 20 + 40 * 2)
        assert not crop_holds(seen, 20 + 40 * 3)
    assert not crop_holds(painter.seen[0], 20 + 40 * 2)


async def test_like_the_second_but_different_says_so_to_the_model(house: House, painter: Recorder) -> None:
    three = await turn(FIRST, house)
    other = await follow(house, three, "like the second one but darker")
    assert len(other.answers) == 1
    assert painter.briefs[-1].prompt == "a cake, darker"
    assert painter.briefs[-1].strength == MANNERS["vary"].strength
    plan = other.answer.revision.plan
    assert plan is not None
    operation = plan.operations[0]
    assert isinstance(operation, Replace)
    assert operation.prompt == "a cake, darker"
    again = await follow(house, other, "try again")
    assert again.answer.revision.parent == three.answers[0].revision.parent
    assert painter.briefs[-1].strength == MANNERS["replace"].strength


async def test_this_is_the_picture_replied_to(house: House, painter: Recorder) -> None:
    three = await turn(FIRST, house)
    first = three.answers[0].revision.id
    await turn(Message("more like this", "ann", "test", reply_to=first, seed=11), house)
    assert len(painter.seen) == 3 + 4
    assert all(crop_holds(seen, 20 + 40) for seen in painter.seen[3:])


async def test_the_ninth_of_three_is_not_there(house: House) -> None:
    three = await turn(FIRST, house)
    with pytest.raises(NoSuchRevision):
        await follow(house, three, "more like the ninth")


async def test_an_exact_edit_has_no_prompt_so_the_change_is_an_edit_of_its_own(house: House) -> None:
    warm = await turn(replace(FIRST, instruction="make it warmer", count=1), house)
    darker = await follow(house, warm, "like this but darker")
    assert darker.answer.revision.parent == warm.answer.revision.id
    assert darker.answer.picture.rgb.mean() < warm.answer.picture.rgb.mean() - 5


async def test_variations_of_a_fresh_photo_redraw_it(house: House, painter: Recorder) -> None:
    made = await turn(replace(FIRST, instruction="make 2 variations of this", count=1), house)
    assert len(made.answers) == 2
    assert made.notices == (Notice("redrawn"),)
    assert all(answer.whole for answer in made.answers)
    assert {brief.strength for brief in painter.briefs} == {MANNERS["vary"].strength}
    assert (painter.seen[0] == balls()).all()
    assert (made.answers[0].picture.rgb != made.answers[1].picture.rgb).all()
    again = await follow(house, made, "try again")
    assert again.answer.revision.parent == made.answer.revision.parent


async def test_variations_of_a_fresh_photo_need_a_model(tmp_path: Path) -> None:
    async with await History.open(tmp_path) as history:
        with pytest.raises(BackendMissing):
            await turn(replace(FIRST, instruction="vary it", count=1), keep_house(history, None, tmp_path))


async def test_it_is_called_by_its_name_when_it_is_changed(house: House, painter: Recorder) -> None:
    cake = await turn(replace(FIRST, count=1), house)
    wooden = await follow(house, cake, "make it wooden")
    worn = await follow(house, wooden, "make it look old and worn")
    assert [brief.prompt for brief in painter.briefs] == ["a cake", "a cake, wooden", "a cake, old and worn"]
    assert crop_holds(painter.seen[1], 20 + 40)
    assert wooden.answer.revision.parent == cake.answer.revision.id
    assert worn.answer.outside_changed == 0


@dataclass
class SoftRecorder(Recorder):
    """One that heeds levels."""

    denoises_softly: bool = True


@pytest.mark.parametrize("softly", [True, False])
async def test_a_softer_edge_is_denoised_softly(tmp_path: Path, *, softly: bool) -> None:
    painter = SoftRecorder(denoises_softly=softly)
    async with await History.open(tmp_path) as history:
        house = keep_house(history, painter, tmp_path)
        cake = await turn(replace(FIRST, count=1), house)
        softer = await follow(house, cake, "feather the edge by 20 px")
    assert painter.briefs[0].levels is None
    assert softer.answer.outside_changed == 0
    assert softer.answer.mask is not None
    levels = painter.briefs[-1].levels
    assert (levels is not None) is softly
    if levels is not None:
        assert np.count_nonzero((levels > 0) & (levels < 1)) > 0
        assert levels.max() == 1
