"""Conversations of which a language model reads the words: the real path, and a scripted model on loopback."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import pytest_asyncio

from bot.chat import Message
from bot.config import load_settings
from bot.desk import Desk
from bot.history import History
from bot.house import House
from bot.ledger.ledger import Ledger
from bot.replies import notice
from bot.turn import turn
from bot.workbench import Tools
from engine.data import Notice, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import BackendMissing, BadOption, NotUnderstood
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.operations import Adjust, Context, Crop, Plan
from engine.planner import RulesPlanner
from engine.planner.asking import Adviser, adviser_for
from engine.reporting import Report
from engine.settings import PlannerSettings
from tests.engine.planner.asking.endpoint import Endpoint, endpoint, fails, hangs, plans, says

MOODY = "frobnicate it until it is dark and moody"
DARKER = Adjust(property="brightness", amount=-30)
FELL_BACK = "planner_fell_back"


@pytest_asyncio.fixture
async def model() -> AsyncGenerator[Endpoint]:
    async with endpoint() as server:
        yield server


@asynccontextmanager
async def opened(home: Path, model: Endpoint, **wanted: Any) -> AsyncGenerator[House]:
    """A house whose adviser asks that model."""
    editor, rules = Editor(Grounder().locate, FillInpainter()), RulesPlanner()
    settings = PlannerSettings.model_validate({"kind": "llm", "url": model.url, "model": "tiny", **wanted})

    async def edit(request: EditRequest, report: Report | None) -> EditResult:
        return editor.edit(request, report)

    async with await History.open(home) as history, adviser_for(settings, rules) as adviser:
        yield House(history, rules, edit, home, adviser)


@pytest_asyncio.fixture
async def house(tmp_path: Path, model: Endpoint) -> AsyncGenerator[House]:
    async with opened(tmp_path, model) as house:
        yield house


def first(instruction: str) -> Message:
    image = np.full((80, 1200, 3), 120, np.uint8)
    return Message(instruction, "ann", "test", picture=Picture(image), name="grey.png", seed=1)


async def test_the_models_plan_is_carried_out(house: House, model: Endpoint) -> None:
    model.script = [plans(("dark and moody", DARKER))]
    reply = await turn(first(MOODY), house)
    assert reply.plan.operations == (DARKER,)
    assert reply.answer.revision.plan == reply.plan
    assert reply.answer.picture.rgb.mean() < 120
    assert reply.notices == ()


async def test_it_is_told_what_came_before(house: House, model: Endpoint) -> None:
    model.script = [plans(("dark and moody", DARKER)), plans(("a good deal darker", DARKER))]
    reply = await turn(first(MOODY), house)
    message = Message("and a good deal darker", "ann", "test", reply_to=reply.answer.revision.id, seed=2)
    await turn(message, house)
    assert model.told()["edits"] == [DARKER.flat()]


async def test_who_could_not_ask_says_so(house: House, model: Endpoint) -> None:
    model.script = [fails(401)]
    reply = await turn(first("make it a bit warmer"), house)
    (remark,) = reply.notices
    assert remark == Notice(FELL_BACK, "does not accept the key")
    assert [one.kind for one in reply.plan.operations] == ["adjust"]
    assert notice(remark) == "The language model does not accept the key, so your words were read by rules alone."
    assert "Sprachmodell" in notice(remark, "de", surface="chat")


async def test_a_question_of_the_models_is_asked(house: House, model: Endpoint) -> None:
    model.script = [says('{"operations": [], "question": "How dark?"}')]
    with pytest.raises(NotUnderstood) as asked:
        await turn(first("frobnicate the wug"), house)
    assert asked.value.question == "How dark?"


async def test_a_plan_that_is_fixed_is_not_asked_about(house: House, model: Endpoint) -> None:
    plan = Plan(instruction="a step", operations=(Crop(aspect="1:1"),), confidence=1)
    await turn(replace(first("a step"), plan=plan), house)
    assert model.requests == []


async def test_others_are_answered_while_a_model_thinks(house: House, model: Endpoint) -> None:
    model.script = [hangs, plans(("dark and moody", DARKER))]
    slow = asyncio.create_task(turn(first(MOODY), house))
    while not model.requests:  # noqa: ASYNC110 (the server tells nobody)
        await asyncio.sleep(0.01)
    assert (await turn(first(MOODY), house)).plan.operations == (DARKER,)
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    await asyncio.wait_for(model.left.wait(), 5)


async def test_a_model_that_sees_is_shown_the_picture_small(tmp_path: Path, model: Endpoint) -> None:
    model.script = [plans(("dark and moody", DARKER))]
    async with opened(tmp_path, model, vision=True) as house:
        await turn(first(MOODY), house)
    _, shown = model.requests[0]["messages"][1]["content"]
    with PIL.Image.open(io.BytesIO(base64.b64decode(shown["image_url"]["url"].partition(",")[2]))) as picture:
        assert (picture.format, picture.width) == ("JPEG", 512)


async def test_a_server_asks_once_and_the_remark_survives_the_ledger(house: House, model: Endpoint) -> None:
    model.script = [fails(401)]
    async with Desk(Tools(house=house, ledger=Ledger(house.history.database))) as desk:
        reply = await desk.answer(await desk.take(first("make it a bit warmer")))
    assert [note.kind for note in reply.notices] == [FELL_BACK]
    assert len(model.requests) == 1


@pytest.mark.parametrize("words", [("make it a bit warmer",), ("-",)])
async def test_the_command_line_keeps_the_remark_out_of_the_json(model: Endpoint, words: tuple[str, ...]) -> None:
    model.script = [fails(404)]
    done, told = await plan_command(model, *words)
    assert [one["kind"] for one in json.loads(done)["operations"]] == ["adjust"]
    assert set(json.loads(done)) == {"instruction", "operations", "confidence", "question"}
    assert told == "The language model does not have that model, so your words were read by rules alone.\n"


async def test_the_command_line_asks(model: Endpoint) -> None:
    model.script = [plans(("warmer", DARKER))]
    done, told = await plan_command(model, "make it a bit warmer")
    assert [one["property"] for one in json.loads(done)["operations"]] == ["brightness"]
    assert told == ""


async def plan_command(model: Endpoint, *words: str) -> tuple[str, str]:
    """What `retouch plan --json` prints on stdout and on stderr."""
    planner = {"KIND": "llm", "URL": model.url, "MODEL": "tiny"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "plan", *words, "--json"),
        env={"PYTHONWARNINGS": "error", **{f"RETOUCH_PLANNER__{name}": value for name, value in planner.items()}},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    done, told = await asyncio.wait_for(process.communicate(b"make it a bit warmer\n"), 60)
    return done.decode(), told.decode()


@pytest.mark.parametrize("missing", ["URL", "MODEL"])
def test_a_model_needs_an_address_and_a_name(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name, value in {"KIND": "auto", "URL": "http://127.0.0.1:9/v1", "MODEL": "tiny"}.items():
        monkeypatch.setenv(f"RETOUCH_PLANNER__{name}", "" if name == missing else value)
    with pytest.raises(BadOption, match="planner"):
        load_settings()


async def test_without_the_package_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        return None

    monkeypatch.setattr("engine.planner.asking.client.find_spec", missing)
    wanted = PlannerSettings(kind="llm", url="http://127.0.0.1:9/v1", model="tiny")
    with pytest.raises(BackendMissing, match="extra “llm”"):
        Adviser(wanted, RulesPlanner())


def test_the_package_is_not_loaded_before_it_is_needed() -> None:
    async def ask_nothing() -> bool:
        settings = PlannerSettings(kind="auto", url="http://127.0.0.1:9/v1", model="tiny")
        async with adviser_for(settings, RulesPlanner()) as adviser:
            assert adviser is not None
            plan = RulesPlanner().plan("remove the red car", Context())
            return (await adviser.advise(plan, Context())).plan == plan

    loaded = "openai" in sys.modules
    assert asyncio.run(ask_nothing())
    assert ("openai" in sys.modules) == loaded
