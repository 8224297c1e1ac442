"""What people are told to type, in every language, means what its English means."""

from __future__ import annotations

import re

import pytest

from bot.words import ENGLISH, LANGUAGES, load
from engine.operations import Context, Plan, Remove, Target
from engine.planner import RulesPlanner

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
QUOTED = re.compile(r"[“„«「]([^“”„«»「」{}]+)[”“»」]")
AFTER = Context(history=(Remove(target=Target(phrase="ball")),))
BETWEEN = Context(candidates=("dog", "dog", "cat"))
ALONE = Context(candidates=("whole picture",))
TYPED = {
    "error.mask_empty_or_all": ALONE,
    "error.mask_whole": ALONE,
    "error.ambiguous.chat": BETWEEN,
    "notice.shadow_too": AFTER,
    "notice.reflection_too": AFTER,
    "engine.how_change": AFTER,
    "engine.which_one": AFTER,
    "engine.which_of": BETWEEN,
    "discord.help.start": Context(),
    "discord.help.go_on": Context(),
}
PLANNER = RulesPlanner()


def typed(key: str, language: str) -> list[str]:
    """What the sentence tells people to type."""
    return [words.strip() for words in QUOTED.findall(load(language)[key])]


def kinds(plan: Plan) -> list[str]:
    return [operation.kind for operation in plan.operations]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("key", TYPED)
def test_what_is_quoted_means_what_the_english_means(key: str, language: str) -> None:
    said, english = typed(key, language), typed(key, ENGLISH)
    assert len(said) == len(english) > 0
    for own, plain in zip(said, english, strict=True):
        wanted = kinds(PLANNER.plan(plain, TYPED[key]))
        assert wanted, plain
        assert kinds(PLANNER.plan(own, TYPED[key])) == wanted, own


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("key", ["discord.help.examples", "discord.ask.examples"])
def test_examples_mean_what_the_english_ones_mean(key: str, language: str) -> None:
    said, english = (load(one)[key].split("**")[-1].lstrip(" :：\u00a0").split(" · ") for one in (language, ENGLISH))
    assert len(said) == len(english)
    for own, plain in zip(said, english, strict=True):
        assert kinds(PLANNER.plan(own, Context())) == kinds(PLANNER.plan(plain, Context())), own


@pytest.mark.parametrize("language", OTHERS)
def test_nobody_is_told_to_write_in_english(language: str) -> None:
    words = ("English", "Englisch", "anglais", "inglés", "inglês", "İngilizce", "英语", "英語")
    assert not [key for key, text in load(language).items() if any(word in text for word in words)]
