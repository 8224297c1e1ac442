"""From what a person typed to clauses' plain words: quotes set aside, spelling mended, politeness removed."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from engine.expressions import regex
from engine.planner.spelling import slips
from engine.planner.stops import in_percents
from engine.planner.vocabulary import Vocabulary, expression
from engine.selection.areas import measured_areas_in

MAX_CHARACTERS = 2000
MAX_SENTENCES = 24
QUOTE_BASE = 0xE000
"""Quoted text is replaced by one private-use character each while the sentence is read, so it is never an order."""
MAX_QUOTES = 64
AREA_BASE = 0xF0000
"""So are areas told in numbers, to be one noun each: their commas, brackets and percents have other meanings here."""
MAX_AREAS = 64
SHARED = (
    r"(?: (?:that|which))? (?:i|you)(?:'ve| have)?(?: just)? (?:shared|sent|made|posted|uploaded|gave|showed)"
    r"(?: (?:me|us|you|here|above))?"
)
"""What tells which picture is meant, behind its noun: "the photo you just sent me"."""
_DIGIT = regex(r"\d")
_RESHAPING = regex(r"(?i)\b(?:crop|trim|cut|chop|shave|slice|expand|extend|outpaint|shift|move|zoom|resize)")
"""Verbs for which "the bottom 20 %" is an amount."""
_MEASURED_SIDE = regex(r"(?i)(?:top|upper|bottom|lower|left|right|outer|outermost) (?:most )?\d")

_QUOTED = regex(
    r'"([^"\n]{1,300})"|«([^»\n]{1,300})»|「([^」\n]{1,300})」|(?<![^\s(\[,:])\'([^\'\n]{1,300})\'(?![A-Za-z])'
)
_SMART = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "‛": "'",
        "`": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "‟": '"',
        "『": "「",
        "』": "」",
        "–": "-",
        "—": ",",
        "→": " to ",
    }
)
_FACE = regex(r"(?<!\S)(?:[:;=]['-]?[()\[\]DPpOo/\\|*]+|<3+|\^_?\^|-_-|T_T)(?!\S)")
"""Faces made of punctuation, which end a sentence."""
_DRAWN_OUT = regex(r"([A-Za-z])\1{2,}")
_BRACKETED = regex(r"\([^()\n]{0,200}\)")
_NOISE = regex("[\\x00-\\x08\\x0b-\\x1f\\x7f\ue000-\uf8ff\U000f0000-\U000fffff]")
_ENDLESS = regex(r"(\d{18})\d+")
"""Numbers beyond all measure, which would be infinite as floats."""
_HALVES = regex("[\ud800-\udfff]")
_SENTENCE = regex(r"[!?;\n]+|\.+(?<!\b[A-Z]\.[A-Z]\.)(?=\s|$)")
_COMMA = regex(r"(?<!\d),|,(?!\d)")
_LIST = regex(r"\s*\(?1[.)] ")
_LISTED = regex(r"(?<!\S)\(?\d{1,2}[.)]\s+(?=[^\W\d])")
"""Numbers of a list of requests, where it begins with the first."""
_POSSESSIVE_SPACE = regex(r" '\s?s\b")


class Normal(NamedTuple):
    """Sentences ready to be read, and the quoted texts and the areas in numbers that were set aside."""

    sentences: tuple[str, ...]
    quotes: tuple[str, ...]
    areas: tuple[str, ...] = ()

    def spoken(self, text: str) -> str:
        """The text as the user wrote it, quotes put back in their marks and commas closed up."""
        return self.with_areas(restore(text, self.quotes))

    def is_area(self, text: str) -> bool:
        """Whether the text is one of the areas, with or without an article."""
        return bool(self.areas) and AREA_BASE <= ord(text[-1]) < AREA_BASE + MAX_AREAS and text.count(" ") <= 1

    def with_areas(self, text: str) -> str:
        """The text with its areas back in place."""
        for index, area in enumerate(self.areas):
            text = text.replace(chr(AREA_BASE + index), area)
        return text


def encodable(text: str) -> str:
    """The text without halves of surrogate pairs, which no encoding can write."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)


@lru_cache(maxsize=4096)
def low(text: str) -> str:
    """Lower case, character by character, so that positions stay those of `text`."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(one if len(one := letter.lower()) == 1 else letter for letter in text)


def only_words(text: str, word: re.Pattern[str]) -> bool:
    """Whether every word of the text is one of those the pattern matches; linear, whatever the text."""
    return all(word.fullmatch(part) for part in text.split() if part != ",")


def is_quote(text: str) -> bool:
    """Whether the text is one quoted string and nothing else."""
    return len(text) == 1 and QUOTE_BASE <= ord(text) < QUOTE_BASE + MAX_QUOTES


def quotes_in(text: str) -> list[int]:
    """Indices of the quoted strings in a text, in order."""
    return [ord(letter) - QUOTE_BASE for letter in text if QUOTE_BASE <= ord(letter) < QUOTE_BASE + MAX_QUOTES]


def restore(text: str, quotes: tuple[str, ...], mark: str = '"') -> str:
    """The text with its quoted strings back in place, between marks."""
    for index in quotes_in(text):
        text = text.replace(chr(QUOTE_BASE + index), f"{mark}{quotes[index]}{mark}")
    return text.replace(" ,", ",").strip(" ,.")


def normalise(instruction: str, vocabulary: Vocabulary) -> Normal:
    """The instruction as clean sentences; takes any characters and cuts after 2000."""
    text = unicodedata.normalize("NFKC", instruction[:MAX_CHARACTERS])[:MAX_CHARACTERS].translate(_SMART)
    text = _ENDLESS.sub(r"\1", _NOISE.sub(" ", text))
    quotes: list[str] = []

    def set_aside(match: re.Match[str]) -> str:
        if len(quotes) == MAX_QUOTES:
            return match.group(0)
        quotes.append(next(group for group in match.groups() if group is not None))
        return f" {chr(QUOTE_BASE + len(quotes) - 1)} "

    text = _LISTED.sub("\n", text) if _LIST.match(text) else text
    text, areas = _without_areas(_QUOTED.sub(set_aside, text))
    text = _BRACKETED.sub(" ", _FACE.sub("\n", text))
    sentences = (_clean(part, vocabulary) for part in _SENTENCE.split(text))
    return Normal(tuple(islice(filter(None, sentences), MAX_SENTENCES)), tuple(quotes), areas)


def _without_areas(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with a single character for each area told in numbers, and those areas."""
    if _DIGIT.search(text) is None:
        return text, ()
    reshapes = _RESHAPING.search(text) is not None
    pieces: list[str] = []
    areas: list[str] = []
    end = 0
    for start, stop in measured_areas_in(text):
        if len(areas) < MAX_AREAS and not (reshapes and _MEASURED_SIDE.match(text, start)):
            article = "the " if text[start : start + 4].lower() == "what" else ""
            pieces += [text[end:start], article, chr(AREA_BASE + len(areas))]
            areas.append(text[start:stop])
            end = stop
    return "".join((*pieces, text[end:])), tuple(areas)


def _clean(sentence: str, vocabulary: Vocabulary) -> str:
    """One sentence with single spaces, commas as words of their own and common misspellings mended."""
    spelling = slips()
    symbols = sentence if sentence.isascii() else "".join(map(_without_symbol, sentence))
    symbols = _IS.sub(r"\1 is ", symbols) if "'s " in symbols else symbols
    symbols = _ITS.sub(r"\1 its ", symbols) if " it's " in symbols else symbols
    symbols = _DASHED.sub(" , ", symbols) if " -" in symbols else symbols
    words = _COMMA.sub(" , ", symbols.replace('"', " ").replace(":", " : ")).split()
    spoken = _spoken_out(words, vocabulary)
    mended = [word if _is_letter(word, sentence) else spelling.get(word.lower(), word) for word in spoken]
    phrases: dict[str, str] = vocabulary.tables["words"]["phrases"]
    joined = _written_apart(tuple(phrases)).sub(lambda found: phrases[found.group().lower()], " ".join(mended))
    text = _RATIO.sub(r"\1:\2", _POSSESSIVE_SPACE.sub("'s", _UNLISTED.sub(r"\1 , ", joined)))
    return in_percents(_ENDS.sub("", text))


def _spoken_out(words: list[str], vocabulary: Vocabulary) -> list[str]:
    """The words without sounds and chatter, drawn-out ones at their length, a comma for a laugh: "soooo dark lol"."""
    drawn = _DRAWN_OUT.search(" ".join(words)) is not None
    words = [_drawn_in(word, vocabulary) for word in words] if drawn else words
    small = [word.lower() for word in words]
    chat = not any(word in vocabulary["words.writing"] for word in small)
    sounds, chatter = vocabulary["words.hesitation"].phrases, vocabulary["words.chatter"].phrases
    laughs = vocabulary["words.laughs"].phrases
    return [
        "," if chat and one in laughs else word
        for word, one in zip(words, small, strict=True)
        if one not in sounds and not (chat and one in chatter)
    ]


def _is_letter(word: str, sentence: str) -> bool:
    """Whether a single capital stands for itself, and is no short word: "the letter U", but not in "CAN U"."""
    return len(word) == 1 and word.isupper() and not sentence.isupper()


def _drawn_in(word: str, vocabulary: Vocabulary) -> str:
    """ "soooo" -> "so", "coool" -> "cool"; what is no word either way stays as it is."""
    if _DRAWN_OUT.search(word) is None:
        return word
    single, double = _DRAWN_OUT.sub(r"\1", word), _DRAWN_OUT.sub(r"\1\1", word)
    return next((one for one in (single, double) if one.lower() in vocabulary.words), word)


def _without_symbol(letter: str) -> str:
    return " " if unicodedata.category(letter) in ("So", "Cf", "Cs") and letter not in "©®™" else letter


@cache
def _written_apart(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})", re.IGNORECASE)


_RATIO = regex(r"(\d) : (\d)")
_IS = expression("contracted_is")
""" "The shot's a bit dark": what is said of it, and nothing it has."""
_ITS = regex(
    r"(?i)\b(in|on|of|with|from|at|off|over|under|behind|around|into|onto|stick|wag|lick|raise|lift|open|close|shut|"
    r"shake|flap|spread|tilt|lower|hold|bare|arch|curl|stretch|bite|chase|wave|flick|twitch|wiggle|show|remove|change|"
    r"hide|cross|fold|turn|move|recolou?r|crop|has|have) "
    r"it's (?=[a-z])(?!(?:an?|the|so|too|very|not|just|really|all|still|\w+ing) )"
)
""" "Wag it's tail": what somebody has, spelt as what it is."""
_DASHED = regex(r"(?<=[a-z\ue000-\uf8ff]) -{1,2} (?=[a-zA-Z])")
"""A dash between clauses."""
_ENDS = regex(r"^(?:[ ,.]|-(?!\d))+|[ ,.-]+$")
"""What no sentence begins or ends with; a minus sign before a number is one."""
_UNLISTED = regex(r"([+-]\d{1,3}%?) (?=[a-z]+ [+-]\d)")
"""Parameters without the commas between them: "shadows +30 highlights -20"."""
