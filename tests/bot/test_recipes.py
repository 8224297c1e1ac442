from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.history import Revision, Stored
from bot.recipes import Recipe, Step, load, recipe_of, save
from engine.errors import BadOption
from engine.operations import Adjust, Crop, Operation, Plan, Recolor, Target, Undo

BLUE = Recolor(target=Target(phrase="car", position="left"), colour="blue")
WARM = Adjust(property="warmth", amount=20)


def revision(number: int, *operations: Operation, seed: int | None = None) -> Revision:
    plan = Plan(instruction=f"step {number}", operations=operations) if operations else None
    return Revision(
        id=f"r{number}",
        parent=f"r{number - 1}" if number else None,
        conversation="c",
        number=number,
        author="ada",
        instruction=f"step {number}",
        plan=plan,
        seed=seed,
        backend=None,
        models={},
        timings_ms={},
        created_at=datetime.now(UTC),
        height=64,
        width=64,
        picture=Stored("0" * 64, opacity=False, based=False),
        mask=None,
        whole=False,
        offset=None,
        target=None,
        warnings=(),
    )


def test_a_recipe_has_the_edits_of_a_branch_in_order_with_their_seeds():
    branch = [revision(0), revision(1, BLUE, seed=7), revision(4, Undo(), WARM), revision(5, Undo())]
    recipe = recipe_of(branch)
    assert recipe.steps == (
        Step(instruction="step 1", operations=(BLUE,), seed=7),
        Step(instruction="step 4", operations=(WARM,), seed=0),
    )
    assert recipe.version == 1
    assert re.fullmatch(r"retouch \d+\.\d+.*", recipe.created_with)
    assert recipe_of([revision(0)]).steps == ()


def test_a_recipe_comes_back_from_its_file(tmp_path: Path):
    crop = Crop(box=(1, 2, 70, 80))
    recipe = recipe_of([revision(0), revision(1, BLUE, WARM, seed=3), revision(2, crop)])
    path = tmp_path / "blue car.json"
    for _ in range(2):
        save(recipe, path)
    assert load(path) == recipe
    assert [each.name for each in tmp_path.iterdir()] == ["blue car.json"]
    written = json.loads(path.read_text())
    assert written["steps"][0]["operations"][1] == {"kind": "adjust", "property": "warmth", "amount": 20.0}


GOOD = '{"version": 1, "created_with": "retouch 0.1.0", "steps": [%s]}'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the file"),
        ("\x89PNG", "the file"),
        ("[]", "the file"),
        ("{}", "created_with"),
        (GOOD.replace('"version": 1', '"version": 2') % "", "version"),
        (GOOD % '{"instruction": "x", "operations": []}', "steps.0.operations"),
        (GOOD % '{"instruction": "x", "operations": [{"kind": "undo"}]}', "steps.0.operations.0"),
        (GOOD % '{"instruction": "x", "operations": [{"kind": "explode"}]}', "steps.0.operations.0"),
        (GOOD % '{"instruction": "x", "operations": [{"kind": "recolor"}]}', "steps.0.operations.0.recolor.target"),
        (GOOD % '{"instruction": "x", "extra": 1, "operations": [{"kind": "retry"}]}', "steps.0"),
    ],
)
def test_a_file_that_is_no_recipe_is_told_its_fault(tmp_path: Path, text: str, fault: str):
    path = tmp_path / "junk.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(BadOption) as bad:
        load(path)
    assert (bad.value.name, bad.value.value) == ("recipe", "junk.json")
    assert fault in bad.value.allowed


def test_a_file_that_is_not_there_or_far_too_long_is_told(tmp_path: Path):
    (tmp_path / "long.json").write_bytes(b" " * (2 << 20))
    for name, allowed in (("missing.json", "can be read"), (".", "can be read"), ("long.json", "bytes")):
        with pytest.raises(BadOption) as bad:
            load(tmp_path / name)
        assert allowed in bad.value.allowed


def test_a_recipe_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path: Path):
    recipe = Recipe(created_with="retouch", steps=())
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "nowhere" / "r.json", tmp_path / "folder"):
        with pytest.raises(BadOption):
            save(recipe, path)
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
