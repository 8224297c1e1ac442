"""How much: percents, degrees, pixels, ratios, counts and words of degree."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from engine.expressions import regex
from engine.planner.normalise import low
from engine.planner.vocabulary import Vocabulary, expression, load

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMERALS = (
    {word: value for value, word in enumerate(ONES)}
    | {word: 20 + 10 * index for index, word in enumerate(TENS)}
    | {"hundred": 100, "fourty": 40}
)


_DIGIT = regex(r"\d")
_NUMBER = r"[+-]?\d+(?:[.,]\d+)?"
_PERCENT = regex(
    r"(?:^| )(?:(?:, )?(?:let us |lets |let's )?say )?"
    r"(?:(?:by|to|of|with|at|say|around|about|roughly|approximately|another|further|a further|"
    r"an additional|additional|again|more|another) )*"
    rf"({_NUMBER}) ?(more |additional |further )?(%|percent|per cent|pct|percents|points|opacity)?"
    r"(?: (?:more|further|additional|opacity|again))*(?= |$)"
)
_LEAD = regex(r"(?:by|to|of|with|at|say|around|about|another|more|additional|further|again)")
_TIMES = regex(r"(?:^| )(?:by )?(?:a factor of )?(\d+(?:\.\d+)?) ?(?:x|times)(?: as)?(?= |$)")
_RATIO = regex(r"(\d+(?:\.\d+)?) ?(?::|x|by|/|to) ?(\d+(?:\.\d+)?)$")


_ORIENTED = expression("oriented")
"""What a shape by name says twice: "3:2 landscape", "a vertical story"."""
_HYPHENED = regex(rf"\b({'|'.join(TENS)})-({'|'.join(ONES[1:10])})\b")


class Degree(NamedTuple):
    """How strongly a change is wished; None and False where nothing was said."""

    percent: float | None = None
    signed: bool = False
    """Whether the number itself carried a sign."""
    words: str = ""

    def of(self, plain: float) -> float:
        """The percent meant, `plain` where the words give none."""
        return plain if self.percent is None else abs(self.percent)


HUNDRED = 100


@lru_cache(maxsize=4096)
def numerals(text: str) -> str:
    """The text with numbers in words as digits: "by forty five percent" -> "by 45 percent"."""
    hyphened = "-" in text
    words = (_HYPHENED.sub(r"\1 \2", text).replace("-", " - ") if hyphened else text).split(" ")
    out: list[str] = []
    for word in words:
        value = NUMERALS.get(word.lower())
        if value is None:
            out.append(word)
        elif not _counted_on(out, value):
            out.append(str(value) if value != 1 or out[-1:] == ["by"] else word)
    return " ".join(out).replace(" - ", "-")


def _counted_on(out: list[str], value: int) -> bool:
    """Whether the number goes on from the words before it, which then hold both: "forty" "five"."""
    previous = out[-1] if out else ""
    if value == HUNDRED:
        times = 1 if previous in ("a", "one") else int(previous) if len(previous) == 1 and previous.isdecimal() else 0
        out[-1:] = [str(HUNDRED * times)] if times else out[-1:]
        return times > 0
    size = 2 if previous == "and" else 1
    whole = int(out[-size]) if len(out) >= size and out[-size].isdecimal() and len(out[-size]) < 4 else 0
    tens = 0 < value < 10 and size == 1 and whole % 10 == 0 and 20 <= whole < HUNDRED
    hundreds = whole >= HUNDRED and whole % HUNDRED == 0 and 0 < value < HUNDRED
    tens = tens or (size == 1 and 0 < value < 10 and whole > HUNDRED and whole % 10 == 0)
    if tens or hundreds:
        out[-size:] = [str(whole + value)]
    return tens or hundreds


def number(text: str) -> float | None:
    """The first number in a text, digits or words; None where there is none."""
    match = re.search(_NUMBER, numerals(text))
    return float(match.group().replace(",", ".")) if match else None


@cache
def _degree_words(words: tuple[str, ...]) -> re.Pattern[str]:
    ordered = sorted((word for word in words if word != "plain"), key=len, reverse=True)
    return re.compile(rf"(?:^| )(?:by )?(?:just )?(?:only )?({'|'.join(map(re.escape, ordered))})(?: bit)?(?= |$)")


@lru_cache(maxsize=256)
def take_degree(clause: str, vocabulary: Vocabulary) -> tuple[str, Degree]:
    """The clause without its words of degree, and what they say in percent."""
    text = numerals(clause)
    counted = _DIGIT.search(text) is not None
    for match in _PERCENT.finditer(low(text)) if counted else ():
        lead = match.group()[: match.start(1) - match.start()].strip()
        sign = match.group(1)[0] in "+-"
        if match.group(3) or match.group(2) or sign or _LEAD.search(lead) or match.end() == len(text):
            value = float(match.group(1).replace(",", "."))
            return _without_words(_without(text, match), vocabulary)[0], Degree(value, sign, match.group().strip())
    if counted and (match := _TIMES.search(low(text))):
        return _without(text, match), Degree((float(match.group(1)) - 1) * 100, False, match.group().strip())
    text, strongest, said = _without_words(text, vocabulary)
    return text, Degree(strongest, False, said)


def _without_words(text: str, vocabulary: Vocabulary) -> tuple[str, float | None, str]:
    """The text without words of degree, the strongest of them in percent, and the last one's words."""
    degrees = vocabulary.tables["tone"]["degrees"]
    strongest: float | None = None
    said = ""
    pattern = _degree_words(tuple(degrees))
    while match := pattern.search(low(text)):
        value = degrees[match.group(1)]
        strongest = value if strongest is None else max(strongest, value)
        said, text = match.group(1), _without(text, match)
    return text, strongest, said


def _without(text: str, match: re.Match[str]) -> str:
    return re.sub(r" {2,}", " ", f"{text[: match.start()]} {text[match.end() :]}").strip(" ,")


def aspect(text: str) -> str | None:
    """The aspect ratio a phrase names, as "W:H"; None where it names none."""
    small = re.sub(r"^(?:a|an|the|into|to|in|for) ", "", numerals(low(text))).strip()
    small = expression("aspect_noun").sub("", small)
    small = re.sub(r"^(?:an?|the|perfect) ", "", small)
    named: dict[str, str] = load().tables["aspects"]["names"]
    small = _ORIENTED.sub("", small)
    if small in named:
        return named[small]
    match = _RATIO.match(small)
    if not match or not all(0 < float(side) <= 64 for side in match.groups()):
        return None
    return f"{match.group(1)}:{match.group(2)}"


def side_words(text: str) -> tuple[str, ...]:
    """The sides named in a text, in the order left, right, top, bottom; "all" where every side is meant."""
    small = low(text)
    if re.search(r"\b(?:all|every|each|around|four|edges|(?<!both )(?<!either )sides)\b", small) and not re.search(
        r"\b(?:left|right|top|bottom)\b", small
    ):
        return ("all",)
    names = {
        "left": r"\bleft",
        "right": r"\bright",
        "top": r"\b(?:top|above|up|upwards?|upper|headroom|sky)\b",
        "bottom": r"\b(?:bottom|below|down|downwards?|lower|underneath)\b",
    }
    found = [side for side, pattern in names.items() if re.search(pattern, small)]
    if re.search(r"\b(?:horizontally|wider|both sides|sideways|either side)\b", small):
        found += [side for side in ("left", "right") if side not in found]
    if re.search(r"\b(?:vertically|taller)\b", small):
        found += [side for side in ("top", "bottom") if side not in found]
    return tuple(found)
