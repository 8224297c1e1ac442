"""A language's file as a dictionary: every form of every word, with what it is and its English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import tomli

UNKNOWN: Final = "U"
QUOTED: Final = "K"
PROPERTY: Final = "B"
"""A noun that names a property of pictures, beside being a noun."""
TAGS: Final = {
    "verbs": "V",
    "nouns": "N",
    "properties": PROPERTY,
    "colours": "C",
    "shades": "S",
    "adjectives": "A",
    "positions": "L",
    "ordinals": "O",
    "numbers": "Q",
    "tones": "T",
    "degrees": "G",
    "places": "X",
    "determiners": "D",
    "pronouns": "R",
    "prepositions": "P",
    "joiners": "J",
    "words": "W",
    "actions": "E",
    "marks": "M",
}
"""Table of a language's file -> the letter that stands for its words while a clause is read."""
DESCRIBING: Final = "CSALO"
"""Words that describe a noun, and change their endings with it."""
FOLDER: Final = Path(__file__).parent

Senses = dict[str, str]
"""What a form can be -> its English; the table that comes first in the file comes first here."""


@dataclass(eq=False)
class Dictionary:
    """The words of one language."""

    code: str
    grammar: Mapping[str, Any]
    sayings: Mapping[str, list[str]]
    phrases: Mapping[str, list[str]]
    polite: frozenset[str]
    asking: frozenset[str]
    """Words of politeness that make a wish of what has no verb: "please"."""
    explaining: frozenset[str] = frozenset()
    """What begins an explanation, which goes on to the end of its clause: "because", "it is for"."""
    words: dict[str, Senses] = field(default_factory=dict[str, Senses])
    spelt: dict[str, str] = field(default_factory=dict[str, str])
    """Form typed without accents -> as it is listed."""
    verbs: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Form -> the classes of verbs it belongs to."""
    longest: dict[str, int] = field(default_factory=dict[str, int])
    """First word (first character without spaces) -> words (characters) of the longest entry that begins with it."""
    endings: Mapping[str, str] = field(default_factory=dict[str, str])
    """Ending of a noun -> what it says: "plural", "drop", an English pronoun, or a mark such as "+of"."""
    prefixes: Mapping[str, str] = field(default_factory=dict[str, str])
    """Beginning of a verb -> the verb that it makes of any."""
    endings_of_verbs: Mapping[str, str] = field(default_factory=dict[str, str])
    unlisted: Mapping[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    """How a word that is not listed may end, without accents -> the letters that are taken off, and what they say."""

    @cached_property
    def spaced(self) -> bool:
        """Whether words stand apart."""
        return bool(self.grammar.get("spaces", True))

    @cached_property
    def bound(self) -> frozenset[str]:
        """Characters of sayings that are more often part of a longer word than a word."""
        return frozenset(self.grammar.get("bound", ""))

    @cached_property
    def remarks(self) -> Mapping[str, frozenset[str]]:
        """What tells remarks from requests, where commas alone part them: a sort of words -> those words."""
        return {sort: frozenset(forms(words)) for sort, words in self.grammar.get("remarks", {}).items()}

    @property
    def articles(self) -> bool:
        """Whether nouns have articles of their own."""
        return bool(self.grammar.get("articles", True))

    @property
    def describes_after(self) -> bool:
        """Whether adjectives follow their nouns."""
        return self.grammar.get("describing") == "after"

    def key(self, form: str) -> str:
        """A form as the dictionary lists it: lower case, its words a space apart."""
        return " ".join(self.parts(form)) if self.spaced else form.strip().lower()

    def parts(self, text: str) -> list[str]:
        """Words of lower-case text as this language divides them: elided articles and clitics stand alone."""
        small = lower(text)
        if not self._joined and "'" not in small and "-" not in small:
            return small.split()
        if small.isalpha() and not small.endswith(self._joined):
            return [small]
        return self._clitics.sub(r" \g<0> ", small).split()

    @cached_property
    def whole_sayings(self) -> Mapping[str, str]:
        """Whole clauses that are said just so -> their English."""
        pairs = [
            (self.key(one), english) for english, sources in self.sayings.items() for one in sources if is_whole(one)
        ]
        misspelt = {other: english for said, english in reversed(pairs) for other in self.misspelt(said)}
        return misspelt | dict(reversed(pairs))

    def misspelt(self, form: str) -> set[str]:
        """The form as people type it who have no accents on their keyboard, where that differs."""
        if not self.spaced or form.isascii():
            return set()
        spelt = form
        for letter, instead in self.grammar.get("instead", {}).items():
            spelt = spelt.replace(letter, instead)
        return {spelt, folded(form)} - {form}

    @cached_property
    def _clitics(self) -> re.Pattern[str]:
        return _clitics(self.grammar.get("clitics", ""))

    @cached_property
    def _joined(self) -> tuple[str, ...]:
        """What is written on to a word without a mark."""
        return tuple(word[1:] for word in self.grammar.get("clitics", "").split() if word.startswith("+"))

    def pieces(self, literal: str) -> list[str]:
        """Words of a pattern as clauses are divided: the longest entries, and what is between them."""
        if self.spaced:
            return self._pieces_of_words(self.parts(literal))
        found: list[str] = []
        start = between = 0
        while start < len(literal):
            most = min(self.longest.get(literal[start].lower(), 0), len(literal) - start)
            size = next((size for size in range(most, 0, -1) if literal[start : start + size].lower() in self.words), 0)
            if size:
                found += [literal[between:start], literal[start : start + size]]
                between = start + size
            start += size or 1
        return [piece for piece in (*found, literal[between:]) if piece]

    def _pieces_of_words(self, words: list[str]) -> list[str]:
        if len(words) == 1:
            return words
        found: list[str] = []
        while words:
            most = min(self.longest.get(words[0], 1), len(words))
            size = next((size for size in range(most, 0, -1) if " ".join(words[:size]) in self.words), 1)
            found.append(" ".join(words[:size]))
            words = words[size:]
        return found

    def find(self, form: str) -> Senses | None:
        """The senses of a form as it is listed, or with its accents left out."""
        return self.words.get(form) or (self.words.get(folded(form)) if self.spaced else None)


def is_whole(source: str) -> bool:
    """Whether a way of saying something is without slots and classes: a whole clause."""
    return not {*"{<[("} & set(source)


def _clitics(words: str) -> re.Pattern[str]:
    """Short words that are written on to another: "l'" before it, "-la" behind it, "+stil" without a hyphen."""
    leading = "|".join(re.escape(word) for word in words.split() if word.endswith("'"))
    trailing = "|".join(re.escape(word) for word in words.split() if word.startswith(("-", "'")))
    joined = "|".join(re.escape(word[1:]) for word in words.split() if word.startswith("+"))
    behind = rf"(?:{trailing or '(?!)'}|(?<=\w)(?:{joined or '(?!)'}))(?!\w)"
    return re.compile(rf"\b(?:{leading or '(?!)'})(?=\w)|{behind}")


def lower(text: str) -> str:
    """Lower case, Turkish capital I with a dot included."""
    return text.replace("İ", "i").lower()


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("ß", "ss"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


_LATIN: Final = range(0x80, 0x250)
_BARE: Final = {code: _bare(chr(code)) for code in _LATIN}


@cache
def folded(text: str) -> str:
    """The letters without their accents: people leave them out."""
    return text if text.isascii() else text.translate(_BARE) if ord(max(text)) in _LATIN else _bare(text)


@cache
def english() -> Mapping[str, Any]:
    """What English asks of the words that other languages are put into."""
    return tomli.loads((FOLDER / "english.toml").read_text("utf-8"))


def pluralised(noun: str) -> str:
    """The English plural: the last word's, unless a word before "of" is the head."""
    head, of, rest = noun.partition(" of ")
    first, space, last = head.rpartition(" ")
    irregular: Mapping[str, str] = english()["plurals"]
    if last in irregular:
        plural = irregular[last]
    elif last.endswith(("s", "sh", "ch", "x", "z")):
        plural = last if last.endswith("s") and not last.endswith(("ss", "us")) else f"{last}es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        plural = f"{last[:-1]}ies"
    else:
        plural = f"{last}s"
    return f"{first}{space}{plural}{of}{rest}"


def forms(text: str) -> list[str]:
    """The forms of a list, commas between them."""
    return [form for part in text.split(",") if (form := part.strip())]


def any_of(words: Iterable[str]) -> str:
    """An expression for any of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
