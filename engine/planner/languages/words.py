"""A word of a clause as tokens: the entry that it is a form of, and what its endings say.

A language's `[grammar]` may list as `compounds` the letters between the halves of a word that is two, as `softened`
what becomes of a letter before an ending, and as `infinitive` what stands inside of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from engine.expressions import regex
from engine.planner.languages.dictionary import PROPERTY, QUOTED, UNKNOWN, Dictionary, Senses, folded, pluralised

MAX_ENDING: Final = 7
QUOTE_BASE: Final = 0xE000
MAX_QUOTES: Final = 64
"""Quoted strings are a private-use character each, from this one on."""
ENDED: Final = {"N", "V", "C", "A", "R", "W"}
"""What takes endings."""
COMPOUNDED: Final = "NCSAV"
"""What the first half of a compound can be."""
VERBAL: Final = ("en", "ln", "rn", "t")
"""What infinitives and participles end in, where a language has verbs with prefixes."""
MIN_PART: Final = 3
"""Letters of half a compound."""
MIN_STEM: Final = 2
"""Letters before an ending of a word that is not listed."""
MAX_ENDINGS: Final = 3
"""Endings that one word may carry."""
_NUMBER = regex(r"[+-]?(?:%\d+|\d[\d.:/×x*]*)(?:%|°|px|k|p|x|×)?|#[0-9a-f]{3,8}")
_LEADING_PERCENT = regex(r"^([+-]?)%(\d+)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a fixed expression of a clause, or an ending that was taken off one."""

    text: str
    """The entry of the dictionary; of an ending, what it says."""
    senses: Senses
    verbs: tuple[str, ...] = ()
    own: str = ""
    """As its author wrote it; endings are written with the word before them."""
    ended: bool = False
    """Whether it had an ending that makes it the last word of a thing."""

    def is_a(self, tags: str) -> bool:
        """Whether it can be one of these."""
        return any(tag in tags for tag in self.senses)

    @property
    def only_commands(self) -> bool:
        """Whether it is a verb before all, and can be no noun."""
        return bool(self.verbs) and next(iter(self.senses)) == "V" and not self.is_a(f"N{UNKNOWN}{QUOTED}")

    def english(self, tags: str = "") -> str:
        """Its English as one of these; its first sense otherwise."""
        for tag in tags:
            if tag in self.senses:
                return self.senses[tag]
        return next(iter(self.senses.values()))

    @property
    def coded(self) -> str:
        """What patterns are matched against."""
        return f"<{''.join(self.senses)}{'E' if self.ended else ''} {' '.join(self.verbs)} {self.text}>"


def known(form: str, senses: Senses, dictionary: Dictionary, own: str) -> Token:
    """The token of an entry."""
    verbs = dictionary.verbs.get(form, ()) or dictionary.verbs.get(folded(form), ()) if "V" in senses else ()
    return Token(dictionary.spelt.get(form, form), senses, verbs, own)


def prefixed(word: str, dictionary: Dictionary) -> list[Token]:
    """A verb with its particle inside, or one that its prefix tells: "aufzuhellen", "rausfiltern"."""
    if len(word) <= MAX_ENDING or not dictionary.prefixes or not word.endswith(VERBAL):
        return []
    bare = word.replace(dictionary.grammar.get("infinitive", ""), "", 1)
    if bare in dictionary.verbs:
        return [known(bare, dictionary.words[bare], dictionary, word)]
    verb = next((verb for prefix, verb in dictionary.prefixes.items() if word.startswith(prefix)), None)
    return [Token(word, {"V": verb}, (verb,), word)] if verb else []


def compound(word: str, dictionary: Dictionary) -> list[Token]:
    """A word that is two: "Weinglas" is a wine glass, "eisblau" ice blue, and of a "Kirschbaum" the tree is known."""
    links = dictionary.grammar.get("compounds", "").split()
    if not links or len(word) < 2 * MIN_PART or not word.isalpha():
        return []
    for cut in range(MIN_PART, len(word) - MIN_PART + 1):
        head = dictionary.find(word[cut:])
        sort = next((tag for tag in "NC" if head and tag in head), None)
        if head and sort:
            return [Token(word, {sort: f"{_described(word[:cut], links, dictionary)} {head[sort]}"}, (), word)]
    return []


def _described(left: str, links: list[str], dictionary: Dictionary) -> str:
    """What stands before the head of a compound, in English where it is known."""
    for stem in (*(left[: -len(link)] for link in links if left.endswith(link)), left):
        senses = dictionary.find(stem)
        if senses and (half := next((senses[tag] for tag in COMPOUNDED if tag in senses), None)):
            return half
    return left


def without_endings(form: str, dictionary: Dictionary, most: int) -> list[Token]:
    """The word's stem and the endings behind it, where that stem is an entry."""
    for size in range(min(MAX_ENDING, len(form) - 2), 0, -1):
        stem = form[:-size].removesuffix("'")
        for endings, of_verbs in ((dictionary.endings, False), (dictionary.endings_of_verbs, True)):
            says = endings.get(form[-size:])
            stemmed = _stem(stem, dictionary, most, of_verbs) if says is not None else []
            if says is not None and stemmed:
                return _with_ending(stemmed, says)
    return []


def _stem(stem: str, dictionary: Dictionary, most: int, of_verbs: bool) -> list[Token]:
    """The stem as an entry of that sort, or as another with endings of its own."""
    for spelt in _softened(stem, dictionary):
        senses = dictionary.find(spelt)
        if senses and of_verbs == ("V" in senses and "N" not in senses) and senses.keys() & ENDED:
            kept = {tag: senses[tag] for tag in senses if tag in ("N", PROPERTY)} if "N" in senses else senses
            return [known(spelt, kept, dictionary, spelt)]
    stemmed = without_endings(stem, dictionary, most - 1) if most > 1 else []
    return stemmed if stemmed and of_verbs == bool(stemmed[0].verbs) else []


def _softened(stem: str, dictionary: Dictionary) -> Iterator[str]:
    """The stem, and how it ends alone: a vowel behind it made its last letter soft."""
    yield stem
    softened: dict[str, str] = dictionary.grammar.get("softened", {})
    if stem[-1:] in softened:
        yield f"{stem[:-1]}{softened[stem[-1]]}"


def _with_ending(stemmed: list[Token], says: str) -> list[Token]:
    if says == "drop":
        return stemmed if stemmed[0].verbs or len(stemmed) > 1 else [replace(stemmed[0], ended=True)]
    if says == "plural":
        first = stemmed[0]
        if "N" not in first.senses:
            return []
        senses = {tag: pluralised(meaning) if tag == "N" else meaning for tag, meaning in first.senses.items()}
        return [Token(first.text, senses, first.verbs, first.own, ended=True), *stemmed[1:]]
    return [*stemmed, Token(says, {"M": ""} if says.startswith("+") else {"R": says})]


def guessed(word: str, dictionary: Dictionary) -> list[Token]:
    """A word that is not listed, and what an ending that can be nothing else says: "çarşıya" is to the "çarşı"."""
    token = unlisted(word)
    plain = folded(token.text) if dictionary.unlisted and UNKNOWN in token.senses else ""
    if len(plain) != len(token.text):
        return [token]
    for size in range(min(MAX_ENDING, len(plain) - MIN_STEM), 0, -1):
        if found := dictionary.unlisted.get(plain[-size:]):
            taken, says = found
            stem = token.senses[UNKNOWN][: len(plain) - taken].rstrip("'")
            stemmed = Token(token.text, {UNKNOWN: stem}, (), word, ended=says == "drop")
            return [stemmed, *_said_by_ending(says)]
    return [token]


def _said_by_ending(says: str) -> list[Token]:
    """The token of an ending that was taken off a word that is not listed."""
    if says == "drop":
        return []
    return [Token(says, {"M": ""}) if says.startswith("+") else Token(says, {"V": says}, (says,))]


def unlisted(word: str) -> Token:
    """A number, or a word in its author's own spelling."""
    if len(word) == 1 and ord(word) >= QUOTE_BASE and ord(word) < QUOTE_BASE + MAX_QUOTES:
        return Token(word, {QUOTED: word}, (), word)
    bare = word.rstrip(".")
    if _NUMBER.fullmatch(bare.lower()):
        number = _LEADING_PERCENT.sub(r"\1\2%", bare)
        return Token(bare.lower(), {"Q": number.replace(",", ".")}, (), word)
    return Token(bare.lower(), {UNKNOWN: bare}, (), word)
