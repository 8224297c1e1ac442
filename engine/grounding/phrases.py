"""A noun phrase, taken apart: its colours, its head noun, whether it is plural, and what it quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engine.colours import Colour, colour_of, is_colour_word


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


ARTICLES: Final = vocabulary("a an the this that these those my your his her its our their some any")
_CUTS: Final = vocabulary(
    """on in at with next near beside behind above below under over by from to between inside outside around against
    wearing holding that who which of except but"""
)
"""Where the description of a thing ends and that of its surroundings begins."""
VAGUE: Final = vocabulary("thing one object item part area region spot bit piece stuff place element")
"""Nouns that say nothing of what the thing is."""
_IRREGULAR: Final = {
    "people": "person", "men": "man", "women": "woman", "children": "child", "kids": "kid", "feet": "foot",
    "teeth": "tooth",
    "mice": "mouse", "geese": "goose", "leaves": "leaf", "knives": "knife", "wolves": "wolf", "shelves": "shelf",
    "guys": "guy", "eyes": "eye", "shoes": "shoe", "horses": "horse", "houses": "house", "faces": "face",
    "noses": "nose", "roses": "rose", "vases": "vase", "purses": "purse", "cases": "case", "bases": "base",
    "canoes": "canoe", "toes": "toe", "movies": "movie", "cookies": "cookie", "ties": "tie", "pies": "pie",
}  # fmt: skip
_SINGULAR: Final = vocabulary(
    """grass glass dress bus cactus moss cross canvas lens gas octopus compass princess glasses sunglasses pants
    jeans trousers scissors shorts clothes tights goggles headphones binoculars this his hers its is was surroundings
    circus virus walrus platypus iris tennis chess mess class business wilderness darkness mass brass access"""
)
"""Words that end in s and mean one thing."""


_NAMES: Final = {("golden", "retriever"), ("golden", "gate")}
"""Colour words that are part of a name and promise nothing."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a noun phrase says of the thing itself."""

    text: str
    """Lower case, without articles."""
    words: tuple[str, ...]
    """Of the description, up to the first word that speaks of the surroundings."""
    noun: str
    """The head noun in the singular; "" when only colours are named, or a word as vague as "thing"."""
    plural: bool
    colours: tuple[Colour, ...] = ()
    quoted: str | None = None
    """Letters given in quotation marks, as written."""


def parse(text: str, colour: str | None = None) -> Phrase:
    """Takes a noun phrase apart; `colour` is one that was already told from it."""
    quoted = re.search(r"[\"“«‘']([^\"”»’']+)[\"”»’'](?!\w)", text)
    plain = text.lower() if quoted is None else (text[: quoted.start()] + " " + text[quoted.end() :]).lower()
    words = [word for word in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*|#[0-9a-f]{3,6}", plain) if word not in ARTICLES]
    described = _described(words)
    colours, rest = _split_colours(described)
    told = colour_of(colour) if colour else None
    if told is not None and not colours:
        colours = (told,)
    head = rest[-1] if rest else ""
    noun = singular(head)
    return Phrase(
        text=" ".join(words),
        words=tuple(described),
        noun="" if noun in VAGUE else noun,
        plural=head != noun,
        colours=colours,
        quoted=quoted[1].strip() if quoted else None,
    )


def singular(word: str) -> str:
    """The singular of an English noun: "balls" -> "ball"; a word that is already singular is returned as it is."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _SINGULAR or not word.endswith("s") or word.endswith(("ss", "us", "is", "'s", "’s")) or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes", "oes")):
        return word[:-2]
    return word[:-1]


def _described(words: list[str]) -> list[str]:
    for index, word in enumerate(words):
        if word in _CUTS and index:
            return words[:index]
    return words


def _split_colours(words: list[str]) -> tuple[tuple[Colour, ...], list[str]]:
    """The colours named, each by the longest run of words that is one, and the words left over."""
    colours: list[Colour] = []
    rest: list[str] = []
    index = 0
    while index < len(words):
        if tuple(words[index : index + 2]) in _NAMES:
            rest.append(words[index])
            index += 1
            continue
        length = next((size for size in (3, 2, 1) if _names_colour(words[index : index + size], size)), 0)
        colour = colour_of(" ".join(words[index : index + length])) if length else None
        if colour is None:
            rest.append(words[index])
            index += 1
            continue
        colours.append(colour)
        index += length
    return tuple(colours), [
        word for word in rest if word not in {"and", "or", "coloured", "colored", "colour", "color"}
    ]


def _names_colour(words: list[str], size: int) -> bool:
    if len(words) < size or "and" in words or not any(is_colour_word(word) or word.startswith("#") for word in words):
        return False
    return (is_colour_word(words[-1]) or size == 1) and colour_of(" ".join(words)) is not None
