"""A sentence as the requests that stand in it, one behind another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.planner.languages.dictionary import Dictionary
from engine.planner.languages.marks import goes_on, stands_alone, tells_how
from engine.planner.languages.remarks import is_listed, tells
from engine.planner.languages.sayings import MAX_CLAUSE, MAX_SAYING, is_saying
from engine.planner.languages.words import Token


def split(read: list[Token], dictionary: Dictionary) -> Iterator[list[Token]]:
    """The requests of a sentence: parted by "then", by a joiner before another request, or behind a verb at the end."""
    verb_ends = dictionary.grammar.get("verb") == "last"
    verbs = [index for index, token in enumerate(read) if token.verbs or tells(token, dictionary)]
    start, asked = 0, False
    for index, token in enumerate(read):
        more = bool(verbs) and verbs[-1] > index and (verb_ends or not token.is_a("J") or _is_order(read, index))
        if index > start and token.is_a("J") and _parts(read, start, index, asked, more, dictionary):
            yield read[start:index]
            start, asked = index + 1, False
        elif (index > start and verb_ends and index in verbs and not token.is_a("J")) and (
            more or goes_on(read[index + 1 : index + 1 + MAX_CLAUSE], dictionary)
        ):
            yield read[start : index + 1]
            start, asked = index + 1, False
        elif token.verbs:
            asked = True
    yield read[start:]


def _is_order(read: Sequence[Token], joint: int) -> bool:
    """Whether a verb stands between the joiner and the next one: "the dog and the cat, and brighten it"."""
    for before, token in pairwise(read[joint:]):
        if token.verbs or (token.is_a("J") and not before.is_a("J")):
            return bool(token.verbs)
    return False


def _parts(read: list[Token], start: int, joint: int, asked: bool, more: bool, dictionary: Dictionary) -> bool:
    """Whether the joiner at `joint` parts two requests; `asked`: a verb stands between it and `start`, `more`: behind.

    What is too long for a saying is not looked at as a whole, so that a sentence takes time in proportion to it.
    """
    joiner, after = read[joint], read[joint + 1 : joint + 2 + MAX_SAYING]
    if joiner.text == "," and dictionary.remarks:
        return not _parts_nothing(read[start:joint], after, dictionary)
    if joiner.english("J") == "then":
        return bool(after)
    more = more or (asked and any(token.text == dictionary.grammar.get("wish") for token in after))
    asked = asked or is_saying(read[max(start, joint - MAX_SAYING - 1) : joint], dictionary)
    asked = asked or (joiner.text == "," and stands_alone(read[start:joint], dictionary))
    how = _shares_a_verb(after) or tells_how(after, dictionary)
    return asked and (more or how or is_saying(after, dictionary))


def _shares_a_verb(after: Sequence[Token]) -> bool:
    """Whether a thing is followed by how it shall become, its verb said before: "..., und das Bild heller"."""
    return len(after) > 1 and after[-1].is_a("T") and any(token.is_a("N") for token in after[:-1])


def _parts_nothing(part: Sequence[Token], after: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether a comma stands inside of one request: before its verb, or before what describes a thing."""
    if not part or not after:
        return True
    if not any(token.verbs for token in part):
        return is_listed(part[0], "objects", dictionary)
    clause = after[: next((index for index, token in enumerate(after) if token.text == ","), len(after))]
    describes = all(token.is_a("CSATM") for token in clause) and any(token.is_a("CSAT") for token in clause)
    return after[0].english() == "except" or describes
