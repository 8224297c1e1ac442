"""What stands behind a word and says what it is for: marks of objects, topics, owners and lists, and verbs at the end.

Only for languages whose file names the marks: `object` behind what a verb is done to, `topics` behind what is spoken
of, `owner_mark` behind an owner, and `listing` between things.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.planner.languages.dictionary import Dictionary
from engine.planner.languages.glossing import NOUN, PHRASE
from engine.planner.languages.lexing import tokens
from engine.planner.languages.words import Token

PLACING: Final = ("+in", "+to", "+from", "+placed")
"""Endings that say where."""


def goes_on(behind: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether another request without a verb follows: "..., the background transparent"."""
    marks = (object_mark(dictionary), *topic_marks(dictionary))
    return "object" in dictionary.grammar and any(token.text in marks for token in behind[1:-1])


def tells_how(behind: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether no more follows than how it shall become: "..., a bit brighter"."""
    return "object" in dictionary.grammar and bool(behind) and behind[-1].is_a("T")


def stands_alone(part: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether what stands before a comma can be a request though it has no verb, and is no mere topic or list."""
    if "object" not in dictionary.grammar:
        return True
    marks = (object_mark(dictionary), *topic_marks(dictionary))
    return any(token.text in marks for token in part) and not part[-1].is_a(NOUN)


def with_commas_read(part: list[Token], dictionary: Dictionary) -> list[Token]:
    """The clause with each comma as what it stands for: "and" in a list, the mark of an object or of an owner."""
    if "object" not in dictionary.grammar:
        return part
    read: list[Token] = []
    for index, token in enumerate(part):
        if token.text != ",":
            read.append(token)
        elif read and read[-1].is_a(NOUN):
            read += _mark(_meant(part[index + 1 :], dictionary), dictionary)
    return read


def with_object(part: list[Token], dictionary: Dictionary) -> list[Token]:
    """The clause with its topic as the object of its verb; as an owner where the verb has an object."""
    for index, token in enumerate(part[1:-1], 1):
        if token.verbs:
            break
        if token.text in topic_marks(dictionary):
            behind = part[index + 1 :]
            owned = any(one.text == object_mark(dictionary) for one in behind)
            mark = "owner_mark" if owned else "object"
            return [*part[:index], *_mark(mark, dictionary), *behind]
    return part


def without_marks(ordered: list[Token], dictionary: Dictionary) -> list[Token]:
    """A clause with its verb first, without the marks behind what that is done to."""
    end = len(ordered)
    while "object" in dictionary.grammar and end > 1 and ordered[end - 1].is_a("M") and not ordered[end - 1].english():
        end -= 1
    return ordered[:end]


def _meant(behind: Sequence[Token], dictionary: Dictionary) -> str:
    """The key of the mark that a comma before these tokens stands for."""
    joined = (",", dictionary.grammar["owner_mark"], dictionary.grammar["listing"])
    for token in behind:
        if token.text == object_mark(dictionary):
            return "listing"
        if not (token.is_a(PHRASE) or token.text in joined):
            break
    return "owner_mark" if any(token.text == object_mark(dictionary) for token in behind) else "object"


def _mark(key: str, dictionary: Dictionary) -> list[Token]:
    return tokens(dictionary.grammar[key], dictionary)


def topic_marks(dictionary: Dictionary) -> list[str]:
    """The marks behind what is spoken of."""
    return dictionary.grammar.get("topics", "").split()


def object_mark(dictionary: Dictionary) -> str:
    """The mark behind what a verb is done to; empty where a language has none."""
    return dictionary.grammar.get("object", "")


def with_verb_last(part: list[Token], dictionary: Dictionary) -> list[Token]:
    """The clause with its verb at the end, where what was added behind it goes to the front; empty where it is there.

    What stands behind the verb and is neither its object nor a place is left out: a remark.
    """
    verb = next((index for index, token in enumerate(part) if token.verbs), len(part))
    if dictionary.grammar.get("verb") != "last" or verb >= len(part) - 1:
        return []
    before, behind = part[:verb], part[verb + 1 :]
    belongs = not before or any(token.ended or token.is_a("DX") or token.text in PLACING for token in behind)
    return [*(behind if belongs else ()), *before, part[verb]]
