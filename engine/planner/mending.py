"""Reading orders that want what a remark complained of put right: "too dark, lift it", "it's on a slant, level it"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from engine.expressions import regex
from engine.planner.colours import colour_in
from engine.planner.mentions import is_remark, mentioned_in, written_out
from engine.planner.normalise import low
from engine.planner.tone import tone_of
from engine.planner.vocabulary import Vocabulary, expression, load

MAX_WORDS: Final = 24
"""Of a remark or an order that are read here."""
_ARTICLE: Final = regex(r"^(?:the|this|that|my|our|these|those) ")
_SHORT: Final = regex(r"^(it|that|this|he|she|everything)'s(?= )")
_BACK_THEN: Final = regex(
    r" (?:that|on the|the|when|at the|this) (?:day|time|morning|evening|afternoon|night|week|i|we)\b.*$"
)
_POINTING: Final = regex(r"(?P<order>.{3,80} (?:on|in|for|over)) (?:it|that|them|there|those|this|him|her)$")
_OF_SORT: Final = expression("of_sort")
"""What shall be there instead of what was complained of: "a sky with big clouds", "a nice blue one"."""
_ANOTHER: Final = regex(
    r"(?P<order>(?:put|add|have|place|stick|give me|i want|pop)) (?:another|a second|one more)(?: one)?(?= |$)"
)
_CUT_OUT: Final = regex(r"(?:cut out|isolate|extract|crop out|lift out) \S")


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(load().tables["mending"][name])


@cache
def _either(*names: str) -> str:
    return _any(set[str]().union(*map(_words, names)))


def _any(words: Iterable[str]) -> str:
    """An expression for any of some words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _order() -> re.Pattern[str]:
    """A verb, what it points at, and how much: "tone it down a bit"."""
    sorts = ("anything", "raised", "lowered", "levelled", "turned", "cleared")
    verbs = {part for name in sorts for verb in _words(name) for part in (verb, verb.split(" ")[0])}
    return re.compile(
        rf"(?P<verb>{_any(verbs)})(?: (?:{_either('pronouns')}))?"
        rf"(?: (?P<particle>{_either('particles', 'around')}))?(?: (?P<degree>{_either('degrees')}))?"
    )


@cache
def _remark() -> re.Pattern[str]:
    """What something is like: "the horse is way too dark", "isn't level", "a bit flat"."""
    return re.compile(
        rf"(?:(?P<thing>.{{1,60}}?) (?P<link>{_either('linking')}) |(?P<bare>(?:looks?|came out|still) )|)"
        rf"(?:(?:{_either('strengthening')}) )*(?P<look>\S.{{0,40}})"
    )


_TILTED = regex(
    r"(?:turn|rotate|tilt|tip|swing) (?:it|that|this) "
    r"(?P<way>(?:.* )?(?:left|right|(?:anti-?|counter-?)?clockwise)(?: .*)?)"
)
"""Which way the picture is to be turned that leans."""


def put_right(remark: str, order: str, vocabulary: Vocabulary) -> str | None:
    """What an order behind a remark comes to, said in one; None where it says something of its own.

    order: without what leads to it.
    """
    told = _SHORT.sub(r"\1 is", low(written_out(remark, vocabulary)))
    said = low(order).removesuffix(" please")
    if max(told.count(" "), said.count(" ")) > MAX_WORDS:
        return None
    how, what = _order().fullmatch(said), _remark().fullmatch(told)
    tilted = _TILTED.fullmatch(said)
    if what and tilted and _leans(what) and _is_upright(what["thing"] or "it", vocabulary):
        return f"rotate the picture {tilted['way']}"
    if how and what:
        return _righted(how, what, vocabulary)
    return _of_that_sort(remark, said, vocabulary)


def _righted(how: re.Match[str], what: re.Match[str], vocabulary: Vocabulary) -> str | None:
    """The picture levelled or turned, or the tone changed that the remark complained of."""
    thing, look = what["thing"] or "it", what["look"]
    verbs = {how["verb"], f"{how['verb']} {how['particle']}"}
    anything = not verbs.isdisjoint(_words("anything"))
    if (anything or not verbs.isdisjoint(_words("levelled"))) and _leans(what) and _is_upright(thing, vocabulary):
        return "straighten the picture"
    if look == "upside down" and how["verb"] in _words("turned"):
        whole = _is_upright(thing, vocabulary)
        return "rotate the picture by 180 degrees" if whole else f"rotate {thing} by 180 degrees"
    flips = anything or how["verb"] in ("flip", "turn")
    if flips and look in _words("mirrored") and _is_picture(thing, vocabulary):
        return "mirror the picture"
    if (anything or not verbs.isdisjoint(_words("cleared"))) and (defect := _defect(look, vocabulary)):
        return f"suppress the {defect}" if _is_picture(thing, vocabulary) else f"suppress the {defect} on {thing}"
    lowers = not verbs.isdisjoint(_words("lowered"))
    if (lowers or anything) and colour_in(look, vocabulary) and not _is_picture(thing, vocabulary):
        return f"reduce the saturation of {thing} {how['degree'] or ''}".strip()
    look = load().tables["mending"]["tones"].get(look, look)
    wished = tone_of(f"too {look}")
    right = wished and (anything or wished.direction == -1 or not lowers)
    if not wished or not right or not (anything or lowers or not verbs.isdisjoint(_words("raised"))):
        return None
    much = f"{how['degree']} " if how["degree"] and how["degree"] != "some" else ""
    linked = "are" if thing.endswith("s") else "is"
    return f"{thing} {linked} {much}too {look}"


def _defect(look: str, vocabulary: Vocabulary) -> str | None:
    """The defect that how a picture is said to be amounts to: "foggy that day"."""
    bare = _BACK_THEN.sub("", look)
    return next((name for name in ("haze", "noise", "blur") if bare in vocabulary[f"defects.{name}"]), None)


def _leans(what: re.Match[str]) -> bool:
    """Whether a remark says that something is not level."""
    denied = (what["link"] or "").endswith(("n't", "not", "n't look"))
    return what["look"] in _words("unlevel") if denied else what["look"] in _words("leaning")


def _is_picture(thing: str, vocabulary: Vocabulary) -> bool:
    head = thing.rsplit(" ", 1)[-1]
    known = any(thing in vocabulary[f"words.{name}"] for name in ("pronoun", "whole"))
    return known or head in vocabulary["words.picture"]


def _is_upright(thing: str, vocabulary: Vocabulary) -> bool:
    """Whether it leans only where the picture does."""
    return _is_picture(thing, vocabulary) or _ARTICLE.sub("", thing) in _words("upright")


def _of_that_sort(remark: str, said: str, vocabulary: Vocabulary) -> str | None:
    """Another one of the things, one of another sort, or a tone of it: "love the plant, put another on the shelf"."""
    thing = mentioned_in(remark, vocabulary)
    if thing is None:
        return None
    name = _ARTICLE.sub("", thing)
    if (more := _ANOTHER.match(said)) and name.count(" ") < 3:
        return f"{more['order']} another {name}{said[more.end() :]}"
    if new := _OF_SORT.fullmatch(said):
        head = name.rsplit(" ", 1)[-1]
        described, more = said[new.start("new") : new.start("head")], said[new.end("head") : new.end("new")]
        if new["head"] in (head, "one", "ones"):
            return f"replace {thing} with {described}{head}{more}"
    if (there := _POINTING.match(said)) and _is_tone_there(said):
        return f"{there['order']} {thing}"
    return None


def is_explained(remark: str, order: str, vocabulary: Vocabulary) -> bool:
    """Whether only the remark before it explains an order: "calm it down", "bit brighter on it"."""
    said = low(order).removesuffix(" please")
    follows = _is_tone_there(said) or _OF_SORT.fullmatch(said) or _order().fullmatch(said)
    if follows:
        return mentioned_in(remark, vocabulary) is not None
    return tone_of(said) is not None and is_remark(low(remark))


def _is_tone_there(text: str) -> bool:
    """Whether a text is a tone, by how much, and what it points at: "bit brighter on it"."""
    there = _POINTING.match(text)
    words = there["order"].rsplit(" ", 1)[0].split(" ") if there else []
    return bool(words) and tone_of(words[-1]) is not None and len(words) < 5


def cut_out_alone(sentence: str) -> str | None:
    """An order to cut something out without the words that say so again; None where none are there."""
    order, comma, rest = sentence.partition(" , ")
    if not comma or low(rest) not in _words("alone") or not _CUT_OUT.match(low(order)):
        return None
    return order
