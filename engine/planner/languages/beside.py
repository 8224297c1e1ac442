"""Clauses beside a request: those that say why are left out, those that tell of something seen stand alone.

Only for languages whose file has `[grammar.beside]`: `because` are words that begin a reason behind a comma or first in
a sentence, `so_that` those that need no comma; `subjects` and `verbs` begin a statement between them. A clause between
a word of `relative` and one of `standing` is where its noun is: "the dog, which on the sofa sits".
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from engine.planner.languages.dictionary import Dictionary, forms, load

_REST: Final = r"\b[^,.!?;:\n]*(?P<after>[,:]?)"
_PLACE: Final = r"(?P<place>[^,.!?;:\n]{1,60}?)"


def without_asides(text: str, dictionary: Dictionary) -> str:
    """The text without its reasons, with a full stop before its statements, and places for relative clauses."""
    if "beside" not in dictionary.grammar:
        return text
    reasons, statement, relative = _patterns(dictionary.code)
    return statement.sub(". ", relative.sub(r" \g<place> ", reasons.sub(_between, text)))


def _between(match: re.Match[str]) -> str:
    """What is left of a reason: the comma between the requests that it stood between."""
    return ", " if match.group("before") == "," and match.group("after") else " "


@cache
def _patterns(code: str) -> tuple[re.Pattern[str], ...]:
    beside = {name: _any(words) for name, words in load(code).grammar["beside"].items()}
    written = (
        rf"(?:(?P<before>,|^|(?<=[.!?;\n])) *(?:{beside['because']})|\s(?:{beside['so_that']})){_REST}",
        rf", *(?=(?:{beside['subjects']}) (?:{beside['verbs']})\b)",
        rf", *(?:{beside['relative']}) {_PLACE} (?:{beside['standing']})(?:,|(?=$|[.!?;:\n]))",
    )
    return tuple(re.compile(one, re.IGNORECASE) for one in written)


def _any(words: str) -> str:
    """Any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(forms(words), key=len, reverse=True))
