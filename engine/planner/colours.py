"""Colour words in sentences: is a phrase a colour, which one ends it, which one describes a thing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from engine.expressions import regex
from engine.planner.normalise import low
from engine.planner.vocabulary import Vocabulary

MAX_COLOUR_WORDS = 7
_SWATCH = regex(r"(?:pantone|pms|ral) \d{2,4}(?: ?[a-z]{1,2})? (?=\S)")
"""The number of a printer's or a painter's swatch, before the name of its colour."""


_FINISH = regex(
    r"(?i) with (?:(?:an?|some|the|its|just|hints? of|touch of) )?(?:[\w-]+ ){0,4}"
    r"(?:finish|sheen|undertones?|gloss|shine|shimmer|lustre|luster|tinge|accents?|highlights)$"
)
"""What a colour has beside its name."""
_NEARLY = regex(r"(?i)(?<=\w)(?: ,)? (?:something like|roughly|around|about|approximately|close to|say|near) (?=#)")
"""What joins a colour's name and its code."""
_FURTHER = regex(r"(?i)(?<=\w) (?:that|which) (?!is |are |of ).+$")
"""What a colour does where it is."""
_DEGREE = frozenset(["little", "bit", "lot", "touch", "tad", "tiny", "shade", "hint", "notch"])
_OWN_ARTICLE = regex(r"(?i)(?<!of)(?<!on)(?<!in)(?<!with)(?<!to)(?<!from)(?<!by)(?<!at) (an?) (?=\S)")
_POINTED = regex(
    r"(?:in |to |into |with )?(?:the |a )?(?:(?:same|similar|matching) )?colou?r (?:of|as)(?: that of| those of)? "
    r"((?:the|his|her|my|their|its|that|this|those|these) \S.{0,60})"
)
"""What tells a colour by the thing that has it."""


class Coloured(NamedTuple):
    """A phrase that ends in a colour."""

    thing: str
    colour: str


@lru_cache(maxsize=4096)
def colour_in(phrase: str, vocabulary: Vocabulary) -> str | None:
    """The colour a whole phrase names ("a bright red hue" -> "bright red"), or the words that point at one.

    None when it names anything else.
    """
    if "colo" in phrase and (pointed := _POINTED.fullmatch(low(phrase))):
        return f"the colour of {phrase[pointed.start(1) :]}"
    phrase = _FINISH.sub("", phrase) if " with " in phrase else phrase
    if " th" in phrase or " wh" in phrase:
        phrase = _told_further(phrase, vocabulary)
    phrase = _NEARLY.sub(" ", phrase) if "#" in phrase else phrase
    comparatives = vocabulary.tables["colours"]["comparatives"]
    words = phrase.replace(" ,", "").split(" ")
    if len(words) > 2 and (swatch := _SWATCH.match(low(phrase))):
        return colour_in(phrase[swatch.end() :], vocabulary)
    if len(words) > 1 and _is_code(low(words[-1])) and colour_in(" ".join(words[:-1]), vocabulary):
        return words[-1]
    if len(words) == 1:
        words = [comparatives.get(low(words[0]), words[0])]
    small = [low(word) for word in words]
    while small and small[0] in ("a", "an", "the", "in", "to", "with", "all", "some", "of", "hex"):
        words, small = words[1:], small[1:]
    signed = False
    while len(small) > 1 and (noun := vocabulary["colours.nouns"].trailing(" ".join(small))):
        words, small = words[: -noun.count(" ") - 1], small[: -noun.count(" ") - 1]
        signed = True
    if not small or len(small) > MAX_COLOUR_WORDS + 2:
        return None
    if _gradient(small, vocabulary):
        return " ".join(words)
    while len(small) > 1 and small[0] in vocabulary["colours.fillers"]:
        words, small = words[1:], small[1:]
    return " ".join(words) if _names_colour(small, vocabulary, signed) or _is_code(" ".join(small)) else None


def _told_further(phrase: str, vocabulary: Vocabulary) -> str:
    """The words for a colour without what it does: "a smoky lilac that deepens towards the roots"."""
    named = _FURTHER.sub("", phrase)
    return phrase if low(named.rpartition("a ")[2]) in vocabulary["colours.things"] else named


def _names_colour(small: list[str], vocabulary: Vocabulary, signed: bool) -> bool:
    """Whether the words are colours with their shades, and nothing else."""
    named = ends = False
    index = 0
    while index < len(small):
        name = vocabulary["colours.names"].leading(" ".join(small[index:]))
        if name:
            named, ends, index = True, True, index + name.count(" ") + 1
        elif small[index] in vocabulary["colours.modifiers"] or (
            named and small[index] in vocabulary["colours.joiners"]
        ):
            ends, index = False, index + 1
        elif "-" in small[index] and _is_hyphened(small[index], vocabulary):
            named, ends, index = True, True, index + 1
        else:
            return False
    return named and ends


def _is_hyphened(word: str, vocabulary: Vocabulary) -> bool:
    """Whether hyphens join a colour's own words, or several colours: "off-white", "blue-green"."""
    names = vocabulary["colours.names"]
    first, *rest = word.split("-")
    shaded = first in names or first in vocabulary["colours.modifiers"]
    return word.replace("-", " ") in names or (shaded and all(part in names for part in rest))


def _is_code(text: str) -> bool:
    """ "#ff8800" or "rgb(255, 0, 0)"."""
    digits = text.removeprefix("#")
    return text.startswith("#") and len(digits) in (3, 6) and all(letter in "0123456789abcdef" for letter in digits)


def _gradient(small: list[str], vocabulary: Vocabulary) -> bool:
    return "gradient" in small and vocabulary["colours.names"].find(" ".join(small)) is not None


DETERMINERS = frozenset(["the", "a", "an", "my", "his", "her", "its", "their", "our", "your", "this", "that"])


def trailing_colour(phrase: str, vocabulary: Vocabulary) -> Coloured | None:
    """The thing and the longest colour that ends the phrase: "sky a deep blue" -> ("sky", "deep blue")."""
    if " a" in phrase and (further := _FURTHER.search(phrase) or _FINISH.search(phrase)):
        named = phrase[: further.start()]
        parted = trailing_colour(named, vocabulary) if _OWN_ARTICLE.search(named) else None
        if parted:
            return parted if low(parted.colour) not in vocabulary["colours.things"] else None
    words = phrase.split(" ")
    best = None
    for size in range(1, min(len(words) - 1, MAX_COLOUR_WORDS) + 1):
        colour = colour_in(" ".join(words[-size:]), vocabulary)
        thing = low(" ".join(words[:-size]))
        named = low(words[-1]).startswith(("color", "colour"))
        if colour and not named and low(words[-size]) in ("the", "of") and low(colour) in vocabulary["colours.things"]:
            continue
        if colour and low(words[-size - 1]) not in ("of", "from", "like") and thing not in DETERMINERS:
            best = Coloured(" ".join(words[:-size]), colour)
    return _by_article(best, phrase, vocabulary) if best else None


def _by_article(parted: Coloured, phrase: str, vocabulary: Vocabulary) -> Coloured:
    """The colour from the article that opens it, whatever its first words are: "the door a deep peacock teal"."""
    article = _OWN_ARTICLE.search(parted.thing)
    if article is None or parted.thing[: article.start()].endswith("ing"):
        return parted
    shades = low(parted.thing[article.end() :]).split()
    known = vocabulary["colours.modifiers"]
    if not _DEGREE.isdisjoint(shades) or sum(word not in known for word in shades) > 1:
        return parted
    return Coloured(parted.thing[: article.start()], phrase[article.end() :])


def coloured_list(phrase: str, vocabulary: Vocabulary) -> list[Coloured]:
    """Each thing with its colour in "the flowers pink and the vase yellow"; empty where a part has none."""
    parts = [
        part.strip()
        for part in re.split(r" (?:, and|and|,) (?=(?:the|his|her|its|their|my|a|an|this|that|all) )", phrase)
    ]
    found = [trailing_colour(part, vocabulary) for part in parts]
    return [one for one in found if one] if all(found) else []


def describing_colour(phrase: str, vocabulary: Vocabulary) -> str | None:
    """The colour that describes a noun phrase's head: "red ball" -> "red"; "orange" alone is a fruit."""
    words = [word.strip(",") for word in low(phrase).split(" ")]
    for index in range(len(words)):
        for size in (3, 2, 1):
            name = " ".join(words[index : index + size])
            plain = name not in vocabulary["colours.things"] or name in vocabulary["colours.adjectives"]
            if name in vocabulary["colours.names"] and plain and index + size < len(words):
                return _with_shades(words, index, size, vocabulary)
    return None


def _with_shades(words: list[str], index: int, size: int, vocabulary: Vocabulary) -> str:
    """The colour with its shade before it and another colour after it: "dark red", "red and white"."""
    start, end = index, index + size
    if start and words[start - 1] in vocabulary["colours.modifiers"]:
        start -= 1
    while end + 2 < len(words) and words[end] == "and" and words[end + 1] in vocabulary["colours.names"]:
        end += 2
    return " ".join(words[start:end])
