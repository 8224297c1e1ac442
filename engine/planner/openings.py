"""How clauses open: what asks, begs, commands or only leads up to the request."""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache

from engine.expressions import regex
from engine.planner.normalise import low, quotes_in
from engine.planner.telling import tone_words
from engine.planner.vocabulary import Vocabulary

_TURNING = frozenset(["increase", "decrease", "increment"])
STEPS = frozenset(["undo", "redo", "compare", "retry", "restart"])
"""Requests of a single word."""
AFTER_STEPS = frozenset([",", "and", "then", "it", "that", "this", "the", "everything", "all", "twice", "please"])
"""What may stand behind such a word in a chain of requests."""
MAX_OPENING = 160
"""Characters in which a request shows whether it is one."""
_OBJECTS = ("it ", "the ", "them ", "down ", "off ", "my ")
_OBJECTS_ASKED = frozenset(["the", "it", "this", "that", "them", "my", "his", "her", "those", "these"])
_TO_THING = regex(r" to (?:the|a|an|my|his|her|it)\b")
"""Behind an opener that is a verb as well, whose thing this is."""
_SOMEBODY_THERE = regex(r" (?:on|in|at|with|looks?|is|has|was|wearing|holding|next|behind|who|needs?) ")
"""Behind who may be spoken to, but is spoken of: "bro on the right looks bored"."""
_PLEADING = regex(r" (?:please|pls|plz|thanks|thank you|thx|in (?:it|this|here|there|the \w+))$")
_ASKING_ANYBODY = regex(
    r"((?P<modal>(?:can|could|would|will|might) )?(?:some(?:one|body)|any(?:one|body)|one of you)"
    r"(?: (?:here|please|kindly|just|mind))*) (?!(?:be|on|in|at|with|who|from|near|behind|by|else)\b)"
    r"(?=(?P<verb>[a-z]+) (?(modal)|(?:(?:out|off|away|up|down|rid of) )?"
    r"(?:the|that|this|these|those|my|his|her|their|our|it|him|them)\b))"
)
""" "Could somebody", and "somebody" alone before an order."""
_ADVISING = regex(
    r"((?:if (?:it were|it was|i were|i was) (?:me|you|up to me) (?:, )?)?(?:i|we)(?:'d| would)"
    r"(?: (?:just|personally|totally|definitely|maybe|probably|honestly))?) "
    r"(?!(?:have|see|be|say|do|like|love|prefer|want|need|picture|imagine|expect)\b)"
)
"""How somebody begins who says what they would do: "I'd blur the background"."""


@lru_cache(maxsize=256)
def begins_request(text: str, vocabulary: Vocabulary, chained: bool = False) -> bool:
    """Whether a clause of its own begins here: a verb that can only be one, or one before a determiner."""
    if low(text) in vocabulary["words.step_back"] or low(text).startswith(("go back to ", "back to the ", "let it ")):
        return True
    text = strip_openers(low(text), vocabulary)
    words = text.split(" ", 6)
    bare = words[0] in STEPS or words[0] in vocabulary["words.bare_order"]
    if bare and (len(words) == 1 or words[1] in AFTER_STEPS):
        return True
    if " with " in text and "enrich" in vocabulary.openings.get(words[0], ()):
        return opens_phrase(" ".join(words[1:]), vocabulary)
    for size in range(min(5, len(words)), 0, -1):
        opening = " ".join(words[:size])
        if opening not in vocabulary.base_forms or opening in vocabulary["words.determiner"]:
            continue
        first = opening.split(" ")[0]
        if first.endswith("ing") and vocabulary.base_forms.get(first) != first and not chained:
            return False
        following = words[size] if len(words) > size else ""
        sure = size > 1 or opening not in vocabulary["noun_verbs.words"] or _tones(opening, following, vocabulary)
        return bool(following or chained) and (sure or chained or opens_phrase(" ".join(words[size:]), vocabulary))
    if words[0] in vocabulary.tables["words"]["state_verbs"] and opens_phrase(text.partition(" ")[2], vocabulary):
        return True
    return (chained and (len(words) > 1 or words[0] in STEPS)) or text.startswith(
        ("make ", "let there be ", "what if ")
    )


def _tones(verb: str, following: str, vocabulary: Vocabulary) -> bool:
    """Whether a tone is turned up or down: "bump contrast"."""
    return following in tone_words(vocabulary) and not _TURNING.isdisjoint(vocabulary.openings.get(verb, ()))


def opens_phrase(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a noun phrase clearly begins: a determiner, a pronoun or something quoted."""
    first = text.split(" ", 1)[0]
    known = any(first in vocabulary[f"words.{name}"] for name in ("determiner", "pronoun", "everything"))
    known = known or first in ("me", "us", "only", "just")
    return known or bool(quotes_in(first))


@lru_cache(maxsize=256)
def strip_openers(text: str, vocabulary: Vocabulary) -> str:
    """The clause from its first word that matters: no greetings, no "could you please"."""
    small = rest = low(text)
    while opener := _opener(rest, vocabulary) or _asking(rest, vocabulary):
        behind = rest[len(opener) + 1 :]
        if not behind or (opener == "no" and _refuses(behind, vocabulary)) or _commands(opener, behind, vocabulary):
            break
        rest = behind
        while rest.startswith((", ", ": ")):
            rest = rest[2:]
    return text[len(small) - len(rest) :]


def _opener(small: str, vocabulary: Vocabulary) -> str:
    """The greeting or politeness that a clause opens with, and a comma behind it; empty where there is none."""
    feeling = vocabulary["words.feeling"].leading(small)
    if feeling and opens_phrase(small[len(feeling) + 1 :], vocabulary):
        return feeling
    for phrase in vocabulary["words.opener"].openings(small):
        someone = phrase in vocabulary["words.people"] and _SOMEBODY_THERE.match(small, len(phrase))
        if not (someone or _TO_THING.match(small, len(phrase))):
            comma = small.startswith(" , ", len(phrase)) or small[len(phrase) :] == " ,"
            return f"{phrase} ," if comma else phrase
    advising = _ADVISING.match(small)
    behind = small[advising.end() : advising.end() + MAX_OPENING] if advising else ""
    return advising[1] if advising and begins_request(behind, vocabulary) else ""


def _asking(small: str, vocabulary: Vocabulary) -> str:
    """The "could" of an order that leaves out who is asked: "could make the sky blue"."""
    if asked := _ASKING_ANYBODY.match(small):
        verb = vocabulary.base_forms.get(asked["verb"], "") or asked["verb"]
        orders = verb == asked["verb"] and (verb in vocabulary.base_forms or verb in _state_verbs(vocabulary))
        return asked[1] if asked["modal"] or orders else ""
    first, verb, object_, *_ = (*small.split(" ", 3), "", "", "")
    orders = verb in vocabulary.openings and vocabulary.base_forms.get(verb) == verb and object_ in _OBJECTS_ASKED
    return first if first in ("could", "can", "would") and orders else ""


def _state_verbs(vocabulary: Vocabulary) -> Container[str]:
    return vocabulary.tables["words"]["state_verbs"]


def _commands(word: str, behind: str, vocabulary: Vocabulary) -> bool:
    """Whether a word of approval is the order that it may be as well: "cool it down"."""
    return word in vocabulary["scope.interjections"] and behind.startswith(_OBJECTS) and word in vocabulary.base_forms


def _refuses(small: str, vocabulary: Vocabulary) -> bool:
    """Whether a "no" is of the things behind it: "no cars please"; "no, cars please" and "no warmer" are not."""
    first = small.split(" ", 1)[0]
    plural = first.endswith("s") and len(first) > 3 and not first.endswith(("ss", "us", "'s"))
    listed = any(first in vocabulary[name] for name in ("words.background", "hints.masses", "hints.garments"))
    head = _PLEADING.sub("", small).rsplit(" ", 1)[-1]
    plural = plural or (small.count(" ") < 4 and head.endswith("s") and len(head) > 3 and first not in vocabulary.words)
    unheard = first not in vocabulary.words and not (first.endswith("er") and len(first) < 8) and small.count(" ") < 2
    return small.startswith("more ") or (
        (plural or listed or (unheard and first.isalpha()))
        and first not in vocabulary.base_forms
        and first not in vocabulary["words.determiner"]
    )
