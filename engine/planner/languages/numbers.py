"""Numbers as their languages say them, in digits: "on beş" is 15, "fünfundvierzig" 45, "百分之三十" 30%, "四比三" 4:3.

`[grammar.counting]` of a language's file lists, commas between them, its words from zero on (`ones`), from ten on
(`tens`) and from a hundred on (`powers`), "/" between two for one number, and `between`, what may stand between two
words of one number, a bar between each. What else it may have: `ones_first`, whether ones come before tens; `percent`
before a percentage and `points` behind one, `tenths` behind tens of percent, `ratio` between two numbers; and
`counters`, behind the number of what stands, with the mark of objects, before it: "fish three" is 3 fish.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from engine.expressions import regex
from engine.planner.languages.dictionary import Dictionary, any_of, folded, forms, lower
from engine.planner.languages.files import load

SMALL: Final = 10
"""A number up to this stays a word: it may be an article, or part of another word. So does a hundred alone."""
HUNDRED: Final = 100
_WORTH: Final = {"ones": range(HUNDRED), "tens": range(10, HUNDRED, 10), "powers": (HUNDRED, 1000, 10000)}
_FIGURE: Final = r"\d+(?:\.\d+)?"
_COUNTED: Final = r"([^\s,をはがにへで]{{1,20}})を"
_SHAPES: Final = (
    ("percent", r"{mark} ?{number}", "{}%"),
    ("tenths", r"{number}{mark}(?=\W|左右|就|吧|$)", "{}0%"),
    ("points", r"{number}{mark}", "{}%"),
    ("ratio", r"(?<!{mark}){number}{mark}{number}(?!下)", "{}:{}"),
    ("counters", rf"{_COUNTED}[1一]{{mark}}(?!目)", "{}を"),
    ("counters", rf"{_COUNTED}{{number}}{{mark}}(?!目)", " {1} {0}を"),
)
"""The key of what is said with a number, how that is said, and how it is written."""
Written = Callable[[re.Match[str]], str]


def in_digits(text: str, dictionary: Dictionary) -> str:
    """The text with its numbers as digits, where the language's file lists them."""
    for marks, pattern, written in _rules(dictionary.code) if "counting" in dictionary.grammar else ():
        if any(mark in lower(text) for mark in marks):
            text = pattern.sub(written, text)
    return text


@cache
def _rules(code: str) -> list[tuple[list[str], re.Pattern[str], Written]]:
    """Of which a text must have one, what is looked for, and how it is written instead."""
    dictionary = load(code)
    counting: Mapping[str, Any] = dictionary.grammar["counting"]
    listed = {other: worth for form, worth in _listed(counting) for other in (form, *dictionary.misspelt(form))}
    word, values = any_of(listed), {folded(form): worth for form, worth in listed.items()}
    start, end = (r"(?<!\w)", r"(?!\w)") if dictionary.spaced else ("", "")
    several = rf"{start}(?:{word})(?:(?:{counting['between']})(?:{word}))*{end}"
    rules = [([""], regex(several, re.IGNORECASE), _words(regex(word, re.IGNORECASE), values, counting))]
    for key, shape, instead in _SHAPES:
        if key in counting:
            marks = [other for form in forms(counting[key]) for other in (form, *dictionary.misspelt(form))]
            marked = shape.format(mark=f"(?:{any_of(marks)})", number=rf"({_FIGURE}|{word})")
            rules.append((marks, regex(f"{start}{marked}{end}", re.IGNORECASE), _figures(instead, values)))
    return rules


def _listed(counting: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Each word for a number, and what it is worth."""
    for table, values in _WORTH.items():
        for value, written in zip(values, forms(counting.get(table, "")), strict=False):
            yield from ((form, value) for form in written.split("/"))


def _words(word: re.Pattern[str], values: Mapping[str, int], counting: Mapping[str, Any]) -> Written:
    def digits(match: re.Match[str]) -> str:
        said = [values[folded(lower(one))] for one in word.findall(match.group())]
        worth = _together(said, counting)
        return str(worth) if worth > SMALL and (len(said) > 1 or worth < HUNDRED) else match.group()

    return digits


def _figures(instead: str, values: Mapping[str, int]) -> Written:
    return lambda match: instead.format(*(values.get(folded(lower(said)), said) for said in match.groups()))


def _together(values: Sequence[int], counting: Mapping[str, Any]) -> int:
    """What the words of one number are worth; 0 where they are not of one: "three, four".

    No language says "one hundred" that sets the words of a number apart: "bir yüz" is a face.
    """
    whole, rest, least = 0, 0, sys.maxsize
    apart, ones_first = counting["between"].startswith(" "), counting.get("ones_first", False)
    for value in values:
        if HUNDRED <= value < least and not (apart and rest == 1):
            whole, rest, least = whole + max(rest, 1) * value, 0, value
        elif not (value < HUNDRED and _goes_on(rest, value, ones_first)):
            return 0
        else:
            rest += value
    return whole + rest


def _goes_on(rest: int, value: int, ones_first: bool) -> bool:
    """Whether a number below a hundred can follow that one: "twenty", "five"; "five", "and twenty"."""
    if rest == 0 or value == 0:
        return True
    if ones_first and rest < 10:
        return value % 10 == 0
    return rest % 10 == 0 and value < (10 if rest == 10 else 20)
