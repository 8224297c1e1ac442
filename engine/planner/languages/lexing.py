"""A clause as tokens: each the longest entry of the dictionary that stands there, endings taken off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

from engine.expressions import regex
from engine.planner.languages.dictionary import PROPERTY, QUOTED, UNKNOWN, Dictionary, Senses, folded, forms, pluralised

MAX_ENDING: Final = 7
QUOTE_BASE: Final = 0xE000
MAX_QUOTES: Final = 64
"""Quoted strings are a private-use character each, from this one on."""
ENDED: Final = {"N", "V", "C", "A", "R", "W"}
"""What takes endings."""
COMPOUNDED: Final = "NCSAV"
"""What the first half of a compound can be."""
NAMING: Final = "NCSALOQBWDE" + UNKNOWN + QUOTED
"""What an article can stand before."""
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
_SPACED = regex(r"[,:]|[^\s,:]+(?:[,:]\d[^\s,:]*)*")
_LATIN = regex(r"[+-]?%?[a-z0-9#][a-z0-9#.:/×*°%'-]*", re.IGNORECASE)
_KATAKANA = regex(r"[ァ-ヺー]")
_SMALL_KANA = regex("[ゃゅょぁぃぅぇぉ]")
"""What belongs to the letter before it."""
_HAN = regex("[\u3400-\u9fff]")
WHOLE: Final = {"N", "V", "A", "C", "S", "T"}
"""What a word of one character can only be where it stands apart from words that are not listed."""


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


def tokens(text: str, dictionary: Dictionary) -> list[Token]:
    """The tokens of a clause, without words of politeness."""
    found = list(_spaced(text, dictionary) if dictionary.spaced else _unspaced(text, dictionary))
    address = dictionary.grammar.get("address", "").split()
    kept: list[Token] = []
    parted = False
    for before, token in zip([None, *found], found, strict=False):
        if token.text in dictionary.polite or (before and token.text in address and _is_formal(before)):
            parted = bool(kept) and kept[-1].text == ","
        elif not (parted and token.text == ","):
            kept.append(token)
            parted = False
        elif len(kept) == 2 and kept[0].verbs:
            del kept[-1]
    return _pointing(_without_particle(kept, dictionary), dictionary)


def _without_particle(found: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens without what stands before infinitives: "durch eine Katze zu ersetzen"."""
    particle = dictionary.grammar.get("infinitive")
    if particle is None:
        return found
    return [
        token
        for token, after in zip_longest(found, found[1:])
        if not (token.text == particle and after and after.verbs and after.text.endswith(VERBAL))
    ]


def _pointing(found: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens with articles as pronouns where no noun follows: "dreh das um 90 Grad"."""
    points = forms(dictionary.grammar.get("pointing", ""))
    if not points:
        return found
    return [
        replace(token, senses={"R": "it"})
        if token.text in points and not _names(found[index + 1 : index + 3])
        else token
        for index, token in enumerate(found)
    ]


def _names(behind: list[Token]) -> bool:
    """Whether a noun or what describes it follows, with a word of degree before it or without."""
    after = next((token for token in behind if not token.is_a("G")), None)
    return after is not None and after.is_a(NAMING)


def _is_formal(before: Token) -> bool:
    """Whether the word before it makes an address a politeness, which as well is a pronoun: "Entfernen Sie"."""
    return bool(before.verbs) and before.own.endswith("en")


def lists(word: str, dictionary: Dictionary) -> bool:
    """Whether the dictionary has the lower-case word, in any form."""
    return all(
        part in dictionary.polite or dictionary.find(part) or without_endings(part, dictionary, MAX_ENDINGS)
        for part in dictionary.parts(word)
    )


def _known(form: str, senses: Senses, dictionary: Dictionary, own: str) -> Token:
    """The token of an entry."""
    verbs = dictionary.verbs.get(form, ()) or dictionary.verbs.get(folded(form), ()) if "V" in senses else ()
    return Token(dictionary.spelt.get(form, form), senses, verbs, own)


def _spaced(text: str, dictionary: Dictionary) -> Iterator[Token]:
    words = [part for word in _SPACED.findall(text) for part in _divided(word, dictionary)]
    small = [word.replace("İ", "i").lower() for word in words]
    start = 0
    while start < len(words):
        size, found = _entry(small, start, dictionary)
        own = " ".join(words[start : start + size])
        yield from (replace(token, own="" if index else own) for index, token in enumerate(found))
        if not found:
            yield from _guessed(own, dictionary)
        start += size


def _divided(word: str, dictionary: Dictionary) -> list[str]:
    """The word as the language divides it, its own capitals kept."""
    parts = dictionary.parts(word)
    if len(parts) == 1:
        return [word]
    divided: list[str] = []
    for part in parts:
        divided.append(word[: len(part)])
        word = word[len(part) :]
    return divided


def _entry(small: list[str], start: int, dictionary: Dictionary) -> tuple[int, list[Token]]:
    """The longest entry at `start` and the words it takes; no token where there is none."""
    most = min(max(dictionary.longest.get(small[start], 1), 1), len(small) - start)
    for size in range(most, 0, -1):
        form = " ".join(small[start : start + size])
        if form in dictionary.polite:
            return size, [Token(form, {"M": ""})]
        if senses := dictionary.find(form):
            return size, [_known(form, senses, dictionary, form)]
        if (dictionary.endings or dictionary.endings_of_verbs) and (
            stemmed := without_endings(form, dictionary, MAX_ENDINGS)
        ):
            return size, stemmed
    return 1, _prefixed(small[start], dictionary) or _compound(small[start], dictionary)


def _prefixed(word: str, dictionary: Dictionary) -> list[Token]:
    """A verb with its particle inside, or one that its prefix tells: "aufzuhellen", "rausfiltern"."""
    if len(word) <= MAX_ENDING or not dictionary.prefixes or not word.endswith(VERBAL):
        return []
    bare = word.replace(dictionary.grammar.get("infinitive", ""), "", 1)
    if bare in dictionary.verbs:
        return [_known(bare, dictionary.words[bare], dictionary, word)]
    verb = next((verb for prefix, verb in dictionary.prefixes.items() if word.startswith(prefix)), None)
    return [Token(word, {"V": verb}, (verb,), word)] if verb else []


def _compound(word: str, dictionary: Dictionary) -> list[Token]:
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
        if senses and (known := next((senses[tag] for tag in COMPOUNDED if tag in senses), None)):
            return known
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
            return [_known(spelt, kept, dictionary, spelt)]
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


def _guessed(word: str, dictionary: Dictionary) -> list[Token]:
    """A word that is not listed, and what an ending that can be nothing else says: "çarşıya" is to the "çarşı"."""
    token = _unlisted(word)
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


def _unlisted(word: str) -> Token:
    """A number, or a word in its author's own spelling."""
    if len(word) == 1 and ord(word) >= QUOTE_BASE and ord(word) < QUOTE_BASE + MAX_QUOTES:
        return Token(word, {QUOTED: word}, (), word)
    bare = word.rstrip(".")
    if _NUMBER.fullmatch(bare.lower()):
        number = _LEADING_PERCENT.sub(r"\1\2%", bare)
        return Token(bare.lower(), {"Q": number.replace(",", ".")}, (), word)
    return Token(bare.lower(), {UNKNOWN: bare}, (), word)


def _unspaced(text: str, dictionary: Dictionary) -> Iterator[Token]:
    small = text.lower()
    if len(small) != len(text):
        small = "".join(one if len(one := letter.lower()) == 1 else letter for letter in text)
    start, unknown = 0, 0
    while start < len(text):
        found = "" if _inside_name(text, unknown, start) else _longest(small, start, dictionary)
        if found and _inside_word(small, start, unknown < start, found, dictionary):
            found = ""
        latin = None if found else _LATIN.match(text, start)
        if not (found or latin or text[start].isspace()):
            start += 1
            continue
        if unknown < start:
            yield _unlisted(text[unknown:start])
        if found:
            senses = dictionary.words.get(found, {"M": ""})
            yield _known(found, senses, dictionary, text[start : start + len(found)])
        elif latin:
            yield _unlisted(latin.group())
        start += len(found) if found else len(latin.group()) if latin else 1
        unknown = start
    if unknown < start:
        yield _unlisted(text[unknown:start])


def _inside_name(text: str, unknown: int, start: int) -> bool:
    """Whether a word in katakana that is not listed goes on here."""
    return unknown < start and all(_KATAKANA.match(letter) for letter in text[start - 1 : start + 1])


def _inside_word(small: str, start: int, unknown: bool, found: str, dictionary: Dictionary) -> bool:
    """Whether a word of one character is but part of a word that is not listed: the sea in "sea gull"."""
    bound = found in dictionary.bound or dictionary.words.get(found, {}).keys() & WHOLE
    if not bound or not _HAN.fullmatch(found):
        return False
    after = small[start + 1 : start + 2]
    if unknown:
        return True
    return bool(_HAN.match(after)) and not _longest(small, start + 1, dictionary)


def _longest(small: str, start: int, dictionary: Dictionary) -> str:
    """The longest entry at `start`, not the beginning of a longer word in kana; empty where there is none."""
    for size in range(min(dictionary.longest.get(small[start], 0), len(small) - start), 0, -1):
        form = small[start : start + size]
        if form in dictionary.words or form in dictionary.polite:
            behind = small[start + size : start + size + 1]
            if not (_SMALL_KANA.match(behind) or (_KATAKANA.match(form[-1]) and _KATAKANA.match(behind))):
                return form
    return ""
