"""Which languages a word may be of, told by the letters it begins with: a look before any dictionary is read."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final, NamedTuple

from engine.expressions import regex
from engine.planner.languages.dictionary import FOLDER, lower

LONG: Final = 7
"""Letters of a word that is looked up by four of them; a shorter one may be all ending behind the third."""
_WORD = regex(r"[a-z]+")
_UNDIVIDED: Final = str.maketrans({"ß": "ss", "ı": "i"})


class Beginnings(NamedTuple):
    """How the words of a language's file begin."""

    letters: frozenset[str]
    """The first three and the first four letters of its words, without accents; shorter words whole."""
    english: frozenset[str]
    """The English words that they are put into."""

    def may_list(self, word: str) -> bool:
        """Whether the language may have the lower-case word, in any form but the shortest irregular ones."""
        plain = _plain(word)
        return plain[: 4 if len(plain) >= LONG else 3] in self.letters or plain[:2] in self.letters


@cache
def beginnings(code: str) -> Beginnings:
    """The beginnings of the words of a language."""
    lines = (FOLDER / f"{code}.toml").read_text("utf-8").splitlines()
    words = set(_WORD.findall(_plain(lower("\n".join(line.partition(" = ")[2] for line in lines)))))
    english = frozenset(_WORD.findall("\n".join(line.partition(" = ")[0] for line in lines).lower()))
    return Beginnings(frozenset(word[:size] for word in words for size in (3, 4)), english)


def _plain(text: str) -> str:
    """Lower-case text without accents, nor the "e" that stands for one in German."""
    bare = unicodedata.normalize("NFKD", text.translate(_UNDIVIDED)).encode("ascii", "ignore").decode()
    return bare.replace("ae", "a").replace("oe", "o").replace("ue", "u")
