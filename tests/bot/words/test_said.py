"""What the code says is there to be said: every key that it names, with the facts that the sentence needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from bot.words import ENGLISH, LANGUAGES, load
from bot.words.quoting import quoted
from engine.operations import Context, Remove, Target
from engine.planner import RulesPlanner

ROOT = Path(__file__).parents[3]
SPEAKERS = ("say", "voice", "_voice", "worded")
ASKERS = ("NeedsClarification", "NotUnderstood", "must_find")


def calls(*packages: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the code, with the file that it is in."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            yield from ((path.name, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def pattern_of(node: ast.expr) -> str | None:
    """A regular expression of the string that the expression makes; None where it is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(pattern_of(part) or r"[\w.]+" for part in node.values)
    return None


def stems() -> dict[str, set[str]]:
    """Keys without their variant, and the facts that any variant needs."""
    found: dict[str, set[str]] = {}
    for key, text in load(ENGLISH).items():
        stem = re.sub(r"\.(terminal|chat|one|other)$", "", key)
        facts = {fact for _, fact, _, _ in Formatter().parse(text) if fact is not None}
        found.setdefault(stem, set()).update(facts)
        found.setdefault(key, set()).update(facts)
    return found


def test_every_key_that_the_code_names_is_there_with_its_facts() -> None:
    known, seen = stems(), 0
    tables = {key.partition(".")[0] for key in known}
    for file, call in calls("bot"):
        key = pattern_of(call.args[0]) if name_of(call) in SPEAKERS and call.args else None
        if key is None or key.partition("\\.")[0] not in tables:
            continue
        seen += 1
        named = [facts for stem, facts in known.items() if re.fullmatch(key, stem)]
        assert named, f"{file}: no words for {key}"
        given = {keyword.arg for keyword in call.keywords}
        if None not in given and isinstance(call.args[0], ast.Constant):
            assert named[0] <= given, f"{file}: {key} needs {named[0] - given}"
    assert seen > 30


def test_every_question_of_the_engine_is_known_in_other_languages() -> None:
    asked = 0
    for file, call in calls("engine", "bot"):
        if name_of(call) not in ASKERS or not call.args:
            continue
        literal = next((node for node in call.args if isinstance(node, ast.Constant | ast.JoinedStr)), None)
        if literal is None or pattern_of(literal) in (None, ""):
            continue
        text = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "7"
            for part in (literal.values if isinstance(literal, ast.JoinedStr) else [literal])
        )
        asked += 1
        assert quoted(text, "de") != text, f"{file}: {text}"
    assert asked > 8


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("What should become blue?", "Was soll blue werden?"),
        ("Which of the 3? Answer with a number, “left”, “biggest” or “all”.", None),
        ("I did not understand “a “b” c”. What should I change, and how?", "„a “b” c“ habe ich nicht verstanden."),
        ("What did you mean by “two\nlines”?", "Was meintest du mit „two\nlines“?"),
        ("the model's own safety filter refuses the result", None),
    ],
)
def test_facts_of_a_question_are_kept(english: str, german: str | None) -> None:
    said = quoted(english, "de")
    assert said != english
    assert german is None or said.startswith(german)
    assert quoted(english, ENGLISH) == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_people_are_told_to_type_is_understood(language: str) -> None:
    planner, words = RulesPlanner(), load(language)
    examples = words["discord.help.examples"].split("**")[-1].lstrip(" :：\u00a0").split(" · ")
    examples += words["discord.ask.examples"].split(" · ")
    examples += [words["discord.ask.placeholder"]]
    for example in examples:
        assert planner.plan(example, Context()).operations, example
    for change in words["discord.refine.placeholder"].split(" · "):
        assert planner.plan(change, Context(history=(Remove(target=Target(phrase="ball")),))).operations, change


def test_what_nobody_translated_stays_english() -> None:
    assert quoted("Sing a song about {braces}?", "ja") == "Sing a song about {braces}?"
