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
    parts = [line.partition(" = ") for line in (FOLDER / f"{code}.toml").read_text("utf-8").splitlines()]
    words = set(_WORD.findall(_plain(lower("\n".join([said for _, _, said in parts])))))
    english = frozenset(_WORD.findall("\n".join([meaning for meaning, _, _ in parts]).lower()))
    return Beginnings(frozenset([word[:3] for word in words] + [word[:4] for word in words]), english)


def _plain(text: str) -> str:
    """Lower-case text without accents, nor the "e" that stands for one in German."""
    undivided = text.replace("ß", "ss").replace("ı", "i")
    bare = unicodedata.normalize("NFKD", undivided).encode("ascii", "ignore").decode()
    return bare.replace("ae", "a").replace("oe", "o").replace("ue", "u")
