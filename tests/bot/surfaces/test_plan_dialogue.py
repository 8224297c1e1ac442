"""`retouch plan - --dialogue` follows a conversation as the bot's history would."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.surfaces.terminal.plan import plan_lines
from engine.operations import Plan
from tests.engine.planner.dialogues import compact, dialogues

TABLE = [turns for turns in dialogues() if not any(turn.candidates for turn in turns)]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETOUCH_HOME", str(tmp_path))
    monkeypatch.delenv("RETOUCH_CONFIG", raising=False)


def test_every_conversation_of_the_table_is_read_from_its_lines(capsys: pytest.CaptureFixture[str]):
    lines = [line for turns in TABLE for line in (*(turn.said for turn in turns), "")]
    plan_lines(lines, dialogue=True)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    plans = [Plan.model_validate(one) for one in printed]
    wanted = [(turn.said, turn.meant) for turns in TABLE for turn in turns]
    assert [(plan.instruction, compact(plan)) for plan in plans] == wanted


def test_a_blank_line_forgets_and_without_dialogue_nothing_is_remembered(capsys: pytest.CaptureFixture[str]):
    plan_lines(["make it warmer", "", "half of that"], dialogue=True)
    plan_lines(["make it warmer", "half of that"], dialogue=False)
    printed = [json.loads(line)["operations"] for line in capsys.readouterr().out.splitlines()]
    assert [len(operations) for operations in printed] == [1, 0, 1, 0]


def test_only_what_words_need_is_loaded():
    script = (
        "import sys; from typer.testing import CliRunner; from bot.__main__ import app; "
        "result = CliRunner().invoke(app, ['plan', 'remove the dog', '--json']); assert result.exit_code == 0, result; "
        "print(sorted({'cv2', 'numpy', 'PIL', 'httpx', 'rich.console', 'sqlalchemy'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
