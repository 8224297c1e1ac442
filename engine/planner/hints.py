"""Hints taken for the orders they are: "the tourist ruins it", "not enough clouds", "I wish the sky were orange".

A remark becomes an order in plain words, which is then read like any other: "too much noise" is "less noise".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from engine.expressions import regex
from engine.planner.clauses import begins_request
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.sayings import Fit, Sayings
from engine.planner.vocabulary import Vocabulary, load

MAX_WORDS = 30
MAX_WORDS_OF_SLOT = 12
_INDEFINITE = regex(
    r"(?:a|an|another|some|more|two|three|four|five|several|a few|a couple of|lots of|a bit of|a second|[2-9]) (?=\S)"
)
_ASIDE = (" to", " that", " which", " who", " because it", " and it", " as it", " since it")
_PLACE = regex(r" (?:on|in|at|of|around|over|under|behind|from|near|for|to|[a-z]{3,}ing) ")
_PICTURED = ("the image", "the picture", "the photo", "this image", "this picture", "this photo")
_DEFINITE = ("the ", "my ", "his ", "her ", "their ", "our ", "that ", "this ", "these ", "those ", "your ")


class Hints:
    """The hints of a language; those marked `last` are only taken where nothing else could be meant."""

    def __init__(self, vocabulary: Vocabulary, *, last: bool) -> None:
        entries = [one for one in vocabulary.tables["hints"]["hint"] if one.get("last", False) == last]
        self._vocabulary = vocabulary
        self._sayings = Sayings.of(entries, vocabulary)
        self._telling = self._sayings.telling
        """Words of which any hint has one: most clauses are told from hints by them alone."""

    def may_hint(self, clause: str) -> bool:
        """Whether any word of the clause is one that hints have: a quick look before patterns are tried."""
        return not self._telling.isdisjoint(low(clause).split(" "))

    def orders(self, clause: str) -> Iterator[str]:
        """The orders a clause amounts to, the likeliest first."""
        small = low(clause)
        if small.count(" ") >= MAX_WORDS or not self.may_hint(clause):
            return
        for _, fit in self._sayings.fits(small, clause, degree=False):
            slots = self._told(fit)
            if slots is not None:
                yield from (order.format(**slots) for order in fit.saying.entry["orders"])

    def _told(self, fit: Fit) -> dict[str, str] | None:
        """The words for an order's slots; None where a slot holds what it cannot be."""
        slots = dict(fit.slots)
        for name, words in fit.slots.items():
            small = low(words)
            if name != "anything" and small.count(" ") >= MAX_WORDS_OF_SLOT:
                return None
            if name == "excess":
                opposite = self._vocabulary.tables["hints"]["opposites"].get(small)
                if opposite is None:
                    return None
                slots[name] = opposite
            elif not self._fits(name, small):
                return None
        return slots

    def _fits(self, name: str, small: str) -> bool:
        """Whether the words can fill a slot of that name."""
        match name:
            case "target":
                return self._is_thing(small)
            case "who":
                return small in ("this", "it", "me", "us", "him", "her", "them") or small.startswith("my ")
            case "things":
                last = _PLACE.split(small)[0].split(" ")[-1]
                if colour_in(small.split(" ")[0], self._vocabulary):
                    return False
                plural = last.endswith("s") and not last.endswith(("ss", "us"))
                return plural or last in self._vocabulary["hints.masses"]
            case "new":
                return _INDEFINITE.match(small) is not None
            case "state":
                return small.split(" ")[-1] not in self._vocabulary["words.picture"] and not small.startswith(_PICTURED)
            case "wish":
                return self._is_thing(small) and not small.startswith(_DEFINITE)
            case _:
                return True

    def _is_thing(self, small: str) -> bool:
        """Whether the words name a thing, and are neither a pronoun nor the beginning of a request."""
        first = small.split(" ")[0]
        pointing = first in self._vocabulary["hints.no_thing_first"] or small in self._vocabulary["words.pronoun"]
        torn = " but " in small or " and it" in small or small.endswith(_ASIDE) or first[:1].isdigit()
        return not (pointing or torn or begins_request(small, self._vocabulary))


@cache
def hints(language: str = "english", *, last: bool = False) -> Hints:
    """The hints of a language, built once."""
    return Hints(load(language), last=last)
