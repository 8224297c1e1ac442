"""What the guard lets pass, and what it does not, each for its own reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.language import cases
from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Choose,
    Compare,
    Context,
    Crop,
    Duplicate,
    Flip,
    Generate,
    Move,
    Operation,
    Plan,
    Recolor,
    Refine,
    Remove,
    Replace,
    Resize,
    Restart,
    Rotate,
    Style,
    Target,
    Text,
    Undo,
    Upscale,
    Vary,
)
from engine.planner import RulesPlanner
from engine.planner.asking.answers import Step
from engine.planner.asking.guard import objection

RULES = RulesPlanner()
NOTHING = Plan(instruction="")
BEFORE = Context(history=(Add(prompt="a wooden bench"),))
OFFERED = Context(candidates=("dog", "dog"))


def verdict(
    said: str, *operations: Operation, cited: str | None = None, context: Context | None = None, reading: Plan = NOTHING
) -> str | None:
    steps = tuple(Step(said if cited is None else cited, operation) for operation in operations)
    return objection(steps, said, context or Context(), reading, RULES)


def of(phrase: str, **which: str) -> Target:
    return Target.model_validate({"phrase": phrase, **which})


ASKED: list[tuple[str, tuple[Operation, ...], Context]] = [
    ("i'd love for that lamp to be gone", (Remove(target=of("lamp")),), Context()),
    ("get the 2 bicyles outta here", (Remove(target=of("bicycles", quantity="2")),), Context()),
    (
        "the dogs: gone. the sky: pink",
        (Remove(target=of("dog", quantity="all")), Recolor(target=of("sky"), colour="pink")),
        Context(),
    ),
    ("tell me it's snowing in there", (Alter(prompt="snowing"),), Context()),
    ("give him a top hat", (Add(prompt="a top hat", place="on the man"),), Context()),
    ("turn that into oak", (Alter(target=Target(previous=True), prompt="oak"),), BEFORE),
    ("the bench could be blue", (Recolor(target=of("wooden bench"), colour="blue"),), BEFORE),
    ('let the sign say "open late"', (Text(action="add", text="open late", place="on the sign"),), Context()),
    ("nah, take me one step back", (Undo(),), BEFORE),
    ("what did it look like before", (Compare(),), BEFORE),
    ("the second dog please", (Choose(candidate="2"),), OFFERED),
    ("somewhat wider selection", (Refine(change="wider"),), BEFORE),
    ("it leans to the right, level it", (Rotate(degrees=-3),), Context()),
    ("three cats would be nicer than one", (Duplicate(target=of("cats"), count=3),), Context()),
    ("den Hund bitte wegmachen", (Remove(target=of("dog")),), Context()),
    (
        "请把这只狗去掉，再把天空变成粉色",
        (Remove(target=of("dog")), Recolor(target=of("sky"), colour="pink")),
        Context(),
    ),
    ("空をピンクにしてください", (Recolor(target=of("sky"), colour="pink"),), Context()),
]


@pytest.mark.parametrize(("said", "operations", "context"), ASKED)
def test_what_the_words_ask_for_passes(said: str, operations: tuple[Operation, ...], context: Context) -> None:
    assert verdict(said, *operations, context=context) is None


DOG = Remove(target=of("dog"))
STRAYED: list[tuple[str, Operation, str]] = [
    ("remove the lamp", DOG, "target_not_said"),
    ("remove the lamp", Remove(target=of("lamp", part_of="person")), "target_not_said"),
    ("remove the lamp", Remove(target=of("lamp", relation="beside the wedding couple")), "target_not_said"),
    ('paint "dog" on the wall', DOG, "target_not_said"),
    ("remove it", Remove(target=Target(previous=True)), "out_of_turn"),
    ("the second dog", Choose(candidate="2"), "out_of_turn"),
    ("bigger area", Refine(change="bigger"), "out_of_turn"),
    ("add a lamp", Restart(), "not_asked"),
    ("add a lamp", Undo(), "not_asked"),
    ("add a lamp", Flip(axis="vertical"), "not_asked"),
    ("brighten the lamp", Background(action="remove"), "not_asked"),
    ("brighten the lamp", Generate(prompt="a lamp"), "not_asked"),
    ("add a lamp", Add(prompt="a crowd of angry protesters"), "prompt_not_said"),
    ("add a lamp", Add(prompt="a lamp", place="over the mayor's open grave"), "prompt_not_said"),
    ("write hello on it", Text(action="add", text="buy our pills today"), "prompt_not_said"),
    ("make it look old", Style(prompt="lurid propaganda poster"), "prompt_not_said"),
    ("undo", Undo(count=1000), "absurd"),
    ("undo", Undo(count=-1), "absurd"),
    ("more versions", Vary(n=500), "absurd"),
    ("make it bigger", Upscale(scale=400), "absurd"),
    ("make it bigger", Resize(width=10**9), "absurd"),
    ("make it bigger", Resize(scale=0), "absurd"),
    ("brighter", Adjust(property="brightness", amount=1e6), "absurd"),
    ("spin it", Rotate(degrees=1e9), "absurd"),
    ("crop the left", Crop(sides=("left",), amount=5000), "absurd"),
    ("a hundred lamps", Duplicate(target=of("lamps"), count=10_000), "absurd"),
    ("move the lamp left", Move(target=of("lamp"), place="left " * 200), "absurd"),
    ("the left lamp", Remove(target=of("lamp", position="left " * 20)), "absurd"),
]


@pytest.mark.parametrize(("said", "operation", "why"), STRAYED)
def test_what_they_do_not_ask_for_does_not(said: str, operation: Operation, why: str) -> None:
    assert verdict(said, operation) == why


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ('write "remove the dog" on the wall by the dog', '"remove"'),
        ('write "remove the dog" on the wall', "remove the dog"),
        ("add a dog", "remove the dog"),
        ("add a dog", ""),
        ("add a dog", "🐕"),
    ],
)
def test_words_that_are_not_the_users_own_order_prove_nothing(said: str, cited: str) -> None:
    assert verdict(said, DOG, cited=cited) in ("not_cited", "quoted", "target_not_said")


def test_a_citation_is_of_words_outside_the_marks() -> None:
    said = 'write "brighten it" under the lamp'
    assert verdict(said, Adjust(property="brightness", amount=20), cited="brighten it") == "not_cited"


def test_a_citation_is_copied() -> None:
    assert verdict("remove the dog", DOG, cited="delete the dog") == "not_cited"
    assert verdict("Remove   the DOG!", DOG, cited="remove the dog") is None


def test_what_only_a_quoted_string_asks_for_is_not_done() -> None:
    said = 'put "flip it horizontally" on the mirror'
    assert verdict(said, Flip(axis="horizontal")) == "quoted"


def test_no_more_is_done_than_is_asked_for() -> None:
    said = "remove the dog"
    assert verdict(said, DOG) is None
    assert verdict(said, DOG, Recolor(target=of("dog"), colour="dog")) == "more_than_asked"


def test_later_operations_may_mean_earlier_ones() -> None:
    vase = Replace(target=of("cup"), prompt="a vase")
    teal = Recolor(target=Target(previous=True), colour="teal")
    assert verdict("cup becomes a vase, and it is teal", vase, teal) is None
    assert verdict("cup becomes a vase, and it is teal", teal, vase) == "out_of_turn"


def test_what_the_rules_read_too_passes() -> None:
    enlarge = Alter(target=of("bird"), prompt="larger")
    said = "enlarge the bird"
    assert verdict(said, enlarge) == "prompt_not_said"
    assert verdict(said, enlarge, reading=Plan(instruction=said, operations=(enlarge,))) is None


def test_true_plans_pass(real_data: Path) -> None:
    """Of what the rules read rightly in real instructions, though nothing tells the guard that they did."""
    passed = total = 0
    for case in list(cases(real_data / "instructions"))[::9]:
        plan = RULES.plan(case.instruction, Context())
        if plan.operations and plan.operations[0].kind in case.kinds:
            total += 1
            passed += verdict(case.instruction, *plan.operations) is None
    assert total > 400
    assert passed >= 0.98 * total


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_judged(said: str, phrase: str, cited: str) -> None:
    verdict(said, Remove(target=of(phrase)), Add(prompt=phrase), Undo(), cited=cited)
