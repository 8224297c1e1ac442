"""Numbers that are written in Han characters, as digits."""

from __future__ import annotations

import re
from typing import Final

from engine.expressions import regex

DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ONE: Final = "[一二两三四五六七八九]"
_WRITTEN: Final = rf"(?:{_ONE}千)?(?:{_ONE}百零?)?(?:{_ONE}十{_ONE}?|十{_ONE})|{_ONE}千(?:{_ONE}百)?|{_ONE}百"
_PERCENT = regex(rf"百分之({_WRITTEN}|{_ONE}|十|\d+)|({_ONE}|半|\d)成(?=\W|左右|就|吧|$)")
_NUMBER = regex(rf"(?<![几数好十百千])(?:{_WRITTEN})(?![十百千万分])")
_POINTS = regex(rf"({_ONE}|\d+)个(?:百分)?点")
_RATIO = regex(rf"(?<!比)({_ONE}|\d+)比({_ONE}|\d+)(?!下)")


def in_digits(text: str) -> str:
    """The text with its numbers of several characters as digits, "百分之三十" as 30%, "四比三" as 4:3."""
    text = _NUMBER.sub(lambda match: str(_value(match.group())), _PERCENT.sub(_percentage, text))
    text = _POINTS.sub(lambda match: f"{_value(match[1])}%", text)
    return _RATIO.sub(lambda match: ":".join(str(_value(side)) for side in match.groups()), text)


def _percentage(match: re.Match[str]) -> str:
    of_hundred, of_ten = match.groups()
    return f"{_value(of_hundred)}%" if of_hundred else f"{_value(of_ten) * 10}%"


def _value(written: str) -> int:
    if written.isdecimal():
        return int(written)
    if written == "半":
        return 5
    value, digit = 0, None
    for character in written:
        if character in DIGITS:
            digit = DIGITS[character]
        else:
            value += (1 if digit is None else digit) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = None
    return value + (digit or 0)
