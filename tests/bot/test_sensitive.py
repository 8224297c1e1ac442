"""What is sensitive stays known: with the answer, with its revision, and to the doctor and the settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.chat import Message
from bot.config import load_settings
from bot.history import History
from bot.house import House
from bot.making import DRAWN
from bot.replies import notice
from bot.surfaces.terminal.doctor import facts
from bot.turn import turn
from engine.data import Notice, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.fakes import ColourChecker, FillInpainter
from engine.grounding.router import Grounder
from engine.machine import Machine
from engine.planner import RulesPlanner
from engine.reporting import Report
from engine.selection.marks import Marks

SENSITIVE = Notice("sensitive", "colour")


async def edit(request: EditRequest, report: Report | None) -> EditResult:
    """Flipped pictures keep their red; brighter ones lose it."""
    return Editor(Grounder().locate, FillInpainter(), checker=ColourChecker((200, 30, 40))).edit(request, report)


def said(instruction: str, reply_to: str | None = None, mask: Marks | None = None) -> Message:
    image = np.full((80, 90, 3), 120, np.uint8)
    image[20:40, 30:60] = (200, 30, 40)
    picture = None if reply_to else Picture(image)
    return Message(instruction, "ann", "test", picture=picture, name="a.png", reply_to=reply_to, mask=mask, seed=1)


async def test_a_sensitive_revision_stays_known_for_it(tmp_path: Path) -> None:
    async with await History.open(tmp_path) as history:
        house = House(history, RulesPlanner(), edit, tmp_path)
        first = await turn(said("mirror it"), house)
        assert SENSITIVE in first.notices
        assert first.answer.revision.warnings == (SENSITIVE,)
        brighter = await turn(said("much brighter", first.answer.revision.id), house)
        assert brighter.answer.revision.warnings == ()
        back = await turn(said("undo", brighter.answer.revision.id), house)
        assert back.answer.revision.warnings == (SENSITIVE,)
    async with await History.open(tmp_path) as history:
        assert (await history.revision(first.answer.revision.id)).warnings == (SENSITIVE,)


async def test_a_drawn_area_and_what_is_sensitive_are_both_kept(tmp_path: Path) -> None:
    async with await History.open(tmp_path) as history:
        house = House(history, RulesPlanner(), edit, tmp_path)
        reply = await turn(said("make it warmer", mask=Marks(box=(0, 60, 20, 75))), house)
        assert reply.answer.revision.warnings == (DRAWN, SENSITIVE)
        assert "nudity" in notice(SENSITIVE)


def test_the_settings_reach_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().of_engine().safety.check == "auto"
    monkeypatch.setenv("RETOUCH_SAFETY__CHECK", "off")
    assert load_settings().of_engine().safety.check == "off"
    assert "check is off" in dict(facts(Machine(ram=None)))["safety"]


def test_the_doctor_says_whether_anything_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.safety.installed_graph", lambda: None)
    assert "moderation is not installed" in dict(facts(Machine(ram=None)))["safety"]
    monkeypatch.setattr("engine.safety.installed_graph", lambda: Path("320n.onnx"))
    assert dict(facts(Machine(ram=None)))["safety"] == "what edits make is looked at for nudity"
