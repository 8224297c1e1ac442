"""`retouch generate`: a new picture from words; `retouch edit --continue` goes on with the conversation it begins."""

from __future__ import annotations

import secrets
from importlib.metadata import version
from pathlib import Path

import numpy as np

from bot.recipes import Recipe, Step
from bot.surfaces.terminal.edit import EditOptions
from engine.data import Picture
from engine.errors import BadOption
from engine.operations import Context, Generate
from engine.planner import RulesPlanner

BLANK_SIDE = 64
"""Px of the white square that stands before the first picture in the history."""


def generating(
    words: list[str],
    *,
    reference: Path | None,
    model: str | None,
    seed: int | None,
    count: int,
    out: Path | None,
    as_json: bool,
) -> EditOptions:
    """The conversation that begins with what the words describe. Raises: BadOption where there are none."""
    prompt = " ".join(words).strip()
    if not prompt:
        raise BadOption("PROMPT", "", "what should be seen, in quotes")
    first = secrets.randbelow(2**31) if seed is None else seed
    step = Step(instruction=f"generate {prompt}", operations=(read_prompt(prompt),), seed=first)
    return EditOptions(
        photo=None,
        start=Picture(np.full((BLANK_SIDE, BLANK_SIDE, 3), 255, np.uint8)),
        recipe=Recipe(created_with=f"retouch {version('retouch')}", steps=(step,)),
        reference=reference,
        model=model,
        count=count,
        out=out,
        as_json=as_json,
    )


def read_prompt(prompt: str) -> Generate:
    """What the words ask for, their size or aspect read: "a square picture of a fox", "a fox, 16:9"."""
    planner = RulesPlanner()
    for said in (prompt, f"generate {prompt}", f"generate a picture of {prompt}"):
        match planner.plan(said, Context()).operations:
            case (Generate() as operation,):
                return operation
            case _:
                continue
    return Generate(prompt=prompt)
