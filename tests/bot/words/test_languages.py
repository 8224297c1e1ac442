"""Every language says everything, with the same facts, and as short as Discord wants it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import bot.words
from bot.words import ENGLISH, LANGUAGES, language_for, load, worded

FOLDER = Path(bot.words.__file__).parent
OTHERS = [language for language in LANGUAGES if language != ENGLISH]
UNCHANGING = ("tr", "zh", "ja")
"""Languages whose nouns are the same after any number."""
LIMITS = {
    r"discord\.command\..*|.*_about": 100,
    r"discord\.button\..*": 34,
    r"discord\.stage\..*": 40,
    r"discord\.(?!help|privacy).*(title|label)": 45,
    r"discord\.ask\.menu": 32,
    r"discord\..*placeholder": 100,
}
"""Characters: Discord's own limits, but for buttons and stages, which a phone shows in one line."""


def flattened(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield prefix + name, value
        else:
            yield from flattened(value, f"{prefix}{name}.")


def own(language: str) -> dict[str, str]:
    """What the language's own file has."""
    return dict(flattened(tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))))


def facts_in(text: str) -> set[str]:
    return {fact for _, fact, _, _ in Formatter().parse(text) if fact is not None}


def singular(key: str) -> bool:
    stem, _, variant = key.rpartition(".")
    return variant == "one" and f"{stem}.other" in own(ENGLISH)


def test_there_is_a_file_for_each_language() -> None:
    assert {file.stem for file in FOLDER.glob("*.toml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_it_says_all_that_english_says_outside_the_terminal(language: str) -> None:
    wanted = {key for key in own(ENGLISH) if not key.endswith(".terminal")}
    if language in UNCHANGING:
        wanted = {key for key in wanted if not singular(key)}
    assert set(own(language)) == wanted


@pytest.mark.parametrize("language", OTHERS)
def test_it_tells_the_same_facts(language: str) -> None:
    english = own(ENGLISH)
    for key, text in own(language).items():
        told, wanted = facts_in(text), facts_in(english[key])
        assert told == wanted or (singular(key) and told ^ wanted == {"count"}), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_it_says_is_worth_reading(language: str) -> None:
    english = own(ENGLISH)
    for key, text in own(language).items():
        # What is joined to something else may begin or end with a space.
        assert text.strip(), key
        assert text == text.strip() or key in ("understood.then", "understood.side.and"), key
        assert "" not in facts_in(text), key
        if english[key].endswith((".", "?", "!")):
            assert text.endswith((".", "?", "!", "。", "？", "！")), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_as_short_as_discord_wants_it(language: str) -> None:
    for key, text in own(language).items():
        for pattern, limit in LIMITS.items():
            assert len(text) <= limit or not re.fullmatch(pattern, key), key


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("pt-BR", "pt"),
        ("zh-CN", "zh"),
        ("zh-TW", "zh"),
        ("es-419", "es"),
        ("en-GB", "en"),
        ("tr_TR", "tr"),
        ("JA", "ja"),
        ("sv-SE", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_locales_lead_to_a_language(locale: str | None, language: str) -> None:
    assert language_for(locale) == language


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 1, "1 pixel changed outside the mask"),
        ("en", 0, "0 pixels changed outside the mask"),
        ("fr", 0, "0 pixel changé hors du masque"),
        ("fr", 2, "2 pixels changés hors du masque"),
        ("tr", 1, "maske dışında 1 piksel değişti"),
    ],
)
def test_nouns_agree_with_their_number(language: str, count: int, said: str) -> None:
    assert worded("receipt.changed", language, "chat", {"count": count}) == said


def test_the_terminal_speaks_english_and_a_chat_does_not_hear_of_it() -> None:
    assert "retouch edit" in worded("error.no_latest", "en", "terminal", {})
    assert "retouch edit" not in worded("error.no_latest", "en", "chat", {})
    assert worded("error.no_latest", "de", "terminal", {}) == worded("error.no_latest", "en", "terminal", {})


def test_people_in_a_chat_are_not_told_of_command_lines() -> None:
    for key, text in load(ENGLISH).items():
        if not key.endswith(".terminal"):
            assert not any(word in text for word in ("--", "uv run", "`retouch", "errors.log", "HF_TOKEN")), key


def test_an_unknown_key_is_a_fault_and_an_unknown_language_is_english() -> None:
    with pytest.raises(KeyError):
        worded("discord.no_such_thing", "de", "chat", {})
    with pytest.raises(KeyError):
        worded("error.refused", "de", "chat", {})
    assert worded("error.withdrawn", "xx", "chat", {}) == worded("error.withdrawn", "en", "chat", {})


def test_help_is_printed_before_any_language_is_read() -> None:
    code = (
        "import sys\n"
        "from bot.__main__ import main\n"
        "from bot.words import load\n"
        "sys.argv = ['retouch', '--help']\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    sys.stderr.write(f'parsed {load.cache_info().currsize}')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "Usage" in done.stdout
    assert "parsed 0" in done.stderr
