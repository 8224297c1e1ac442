"""The words of every language, as data: `<language>.toml` holds sentences by dotted key, their {facts} in braces.

A sentence that reads differently on different surfaces, or for different numbers, is a table of variants:

    latest.terminal = "..."         what the command line says; only English has it
    latest.chat = "..."             what people in a chat are told
    queued.one = "{count} edit"     chosen by the fact `count`, as the language's plural asks (`_is_one`)
    queued.other = "{count} edits"  languages whose nouns do not change have this one alone

What a language lacks is said in English. Whatever people are told to type is in their language too, and is tested to be
understood: `engine.planner.languages` reads the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import tomli

Surface: TypeAlias = Literal["terminal", "chat"]

ENGLISH: Final = "en"
LANGUAGES: Final[Mapping[str, str]] = {
    ENGLISH: "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt": "Português",
    "tr": "Türkçe",
    "zh": "中文",
    "ja": "日本語",
}
"""Each language by its own name."""


def language_for(locale: str | None) -> str:
    """Our language for a locale such as Discord's "pt-BR", "zh-TW" or "en-US"; English where there is none of ours."""
    language = (locale or "").replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


def worded(key: str, language: str, surface: Surface, facts: Mapping[str, object]) -> str:
    """The sentence of that key, its facts filled in. Raises: KeyError for a key or a fact that is not there."""
    words = load(language_for(language))
    for name in (f"{key}.{surface}", key):
        if name in words:
            return words[name].format(**facts)
        if f"{name}.other" in words:
            number = "one" if _is_one(facts["count"], language) else "other"
            return words[f"{name}.{number}"].format(**facts)
    raise KeyError(key)


@cache
def load(language: str) -> Mapping[str, str]:
    """Sentences by dotted key: the language's own, and the English ones that it lacks; parsed once."""
    file = Path(__file__).with_name(f"{language}.toml")
    own = dict(_flattened(tomli.loads(file.read_text("utf-8"))))
    return own if language == ENGLISH else {**load(ENGLISH), **own}


def _flattened(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield prefix + name, value
        else:
            yield from _flattened(value, f"{prefix}{name}.")


def _is_one(count: object, language: str) -> bool:
    """Whether the noun after this number is singular, as CLDR's plural rules say; it never changes in tr, zh and ja."""
    if language in ("fr", "pt"):
        return count in (0, 1)
    return count == 1 and language not in ("tr", "zh", "ja")
