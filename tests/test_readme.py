"""Every command and every sentence of the README works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.config import Settings
from bot.sample import draw_sample
from engine.operations import Context
from engine.planner import RulesPlanner
from engine.planner.course import Course

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
ELSEWHERE = (
    "models pull",
    "just check",
    "pip install",
    "--backend diffusion",
    "retouch serve",
    "doctor --url",
    "retouch discord",
)
"""Commands that need the network or a downloaded model, or that run these tests."""


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("uv run retouch")]
    return [line for line in lines if not any(words in line for words in ELSEWHERE)]


def sentences() -> list[str]:
    table = README.split("## What you can say")[1].split("\n\n")[1]
    quoted = re.findall(r"`([^`]+)`", table)
    return [sentence for sentence in quoted if not sentence.startswith("--")]


def test_the_commands_run_in_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    Image.fromarray(draw_sample().rgb).save(tmp_path / "photo.jpg", quality=95)
    Image.fromarray(rng.integers(0, 255, (90, 120, 3), np.uint8)).save(tmp_path / "other.jpg")
    environment = {**os.environ, "RETOUCH_HOME": str(tmp_path / "home")}
    found = commands()
    assert len(found) >= 8
    for line in found:
        arguments = shlex.split(line.removeprefix("uv run retouch"))
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
    assert (tmp_path / "photo-edited.jpg").exists()
    assert (tmp_path / "grey.png").exists()
    assert (tmp_path / "tree.png").exists()


@pytest.mark.parametrize("sentence", sentences())
def test_the_sentences_are_understood(sentence: str) -> None:
    plan = RulesPlanner().plan(sentence, Context(mask=sentence == "remove this"))
    assert plan.operations, plan.question


def test_what_is_said_after_an_edit_is_understood() -> None:
    told = README.split("What was done last goes on with")[1].split("\n\n")[0]
    course = Course()
    for before in ("crop to square", "make it warmer", "brighten the boat"):
        course = course.after(RulesPlanner().plan(before, course.context()))
    said = re.findall(r"`([^`]+)`", told)
    assert len(said) == 10
    for sentence in said[:8]:
        assert RulesPlanner().plan(sentence, course.context()).operations, sentence
    takes = course.after(RulesPlanner().plan(said[8], course.context()))
    assert [one.kind for one in RulesPlanner().plan(said[9], takes.context()).operations] == ["goto"]


def test_the_picture_is_there() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file()


def test_the_example_settings_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("RETOUCH_")]:
        monkeypatch.delenv(name)
    example = tomllib.loads((ROOT / "config.example.toml").read_text("utf-8"))
    assert example == Settings().model_dump(exclude={"home"}, exclude_none=True)
