"""What an instruction looks like before its words are read: its quotes set aside, its letters and commas as expected.

A language's `[grammar]` may list `letters` that others stand for, and what is `rewritten` as something else that means
the same; `told`, words behind which stands what is to be written; `subordinate`, words with a comma before them that
parts nothing; `openers`, what begins a request with no comma before it, not behind the words `opened`; and `tails`,
what is only heard at the end of a clause.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from engine.expressions import regex
from engine.planner.languages.dictionary import Dictionary, any_of, forms
from engine.planner.languages.words import MAX_QUOTES, QUOTE_BASE

QUOTED: Final = regex(
    r"[\"“”„‟]([^\"“”„‟\n]{1,300})[\"“”‟]|«([^»\n]{1,300})»|‹([^›\n]{1,300})›|「([^」\n]{1,300})」|『([^』\n]{1,300})』"
    r"|(?:(?<![\w'])|(?<=[\u3040-\u9fff]))['‘‚]([^'‘’‚\n]{1,300})['’](?:(?!\w)|(?=[\u3040-\u9fff]))"
)
"""What stands in quotation marks."""
_NOISE = regex("[\x00-\x08\x0b-\x1f\x7f<>\ue000-\uf8ff\U000f0000-\U000fffff]")
_DECIMAL = regex(r"(?<=\d),(?=\d)")
_SPACED_PERCENT = regex(r"(?<=\d) +(?=[%°])")


def without_quotes(text: str, quotes: list[str], dictionary: Dictionary) -> str:
    """The text with a character for each quoted string, which is added to the quotes."""

    def aside(said: str) -> str:
        if len(quotes) == MAX_QUOTES:
            return " "
        quotes.append(said.strip())
        return f" {chr(QUOTE_BASE + len(quotes) - 1)} "

    def set_aside(match: re.Match[str]) -> str:
        return aside(next(group for group in match.groups() if group is not None))

    text = QUOTED.sub(set_aside, _NOISE.sub(" ", text))
    if told := dictionary.grammar.get("told"):
        text = _told(told).sub(lambda match: f"{match[1]}{aside(match[2])}", text)
    return text


def restored(text: str, quotes: list[str]) -> str:
    """The text with its quoted strings back, in marks that they do not hold themselves."""
    for index, quote in enumerate(quotes):
        mark = f'"{quote}"' if '"' not in quote else f"«{quote}»"
        text = text.replace(chr(QUOTE_BASE + index), mark)
    return text


def normalised(text: str, dictionary: Dictionary) -> str:
    """The text with its points and signs of percent as English writes them."""
    text = _SPACED_PERCENT.sub("", _DECIMAL.sub(".", text)).replace("’", "'")
    return text if "、" in dictionary.words else text.replace("、", ",")


def with_commas(text: str, dictionary: Dictionary) -> str:
    """The text with commas only where something new begins."""
    if subordinate := dictionary.grammar.get("subordinate"):
        text = _comma_before(subordinate).sub(" ", text)
    if openers := dictionary.grammar.get("openers"):
        text = _before_openers(openers, dictionary.grammar.get("opened", "")).sub(", ", text)
    return text


def with_letters(text: str, dictionary: Dictionary) -> str:
    """The text in the letters of the language's file."""
    for before, after in dictionary.grammar.get("letters", {}).items():
        text = text.translate(_letters(before, after))
    return text


def plain(said: str, dictionary: Dictionary) -> str:
    """A sentence in the words of the language's file, without what is only heard at its end."""
    for spoken, written in dictionary.grammar.get("rewritten", {}).items():
        said = said.replace(spoken, written)
    tails = dictionary.grammar.get("tails")
    return _tail(tails).sub("", said) if tails else said


@cache
def _told(words: str) -> re.Pattern[str]:
    """What is to be written and stands without quotation marks, behind one of these words."""
    return re.compile(rf"((?>{any_of(words.split())})) *:? *([^\s,:;!?。\ue000-\uf8ff][^,;!?。\n\ue000-\uf8ff]*)")


@cache
def _comma_before(subordinate: str) -> re.Pattern[str]:
    """The comma that a language writes before these words, where nothing new begins: ", dass ..."."""
    return re.compile(rf"(?i), *(?=(?:{any_of(subordinate.split())})\b)")


@cache
def _before_openers(openers: str, opened: str) -> re.Pattern[str]:
    """The space before any of the openers, unless a word before it goes with it: "si tu peux"."""
    behind = "".join(rf"(?<!\b{re.escape(word)})" for word in opened.split())
    return re.compile(rf"(?i)(?<=\w){behind} +(?=(?:{any_of(forms(openers))})\b)")


@cache
def _letters(before: str, after: str) -> dict[int, str]:
    return {ord(one): other for one, other in zip(before, after, strict=True)}


@cache
def _tail(listed: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!^)(?:{any_of(forms(listed))})+(?=,|$)")
