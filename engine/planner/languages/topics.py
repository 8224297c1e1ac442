"""What a clause is about, said first: "the table, make it a sofa", "as the face is dark, make it brighter".

Only for languages whose file names the marks: `object` behind what a verb is done to, `topics` behind what is spoken
of, `owner_mark` behind an owner, `listing` between things, and `reasons`, the ends of a clause that only says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest
from typing import Final

from engine.planner.languages.dictionary import UNKNOWN, Dictionary, forms
from engine.planner.languages.glossing import NOUN, PHRASE
from engine.planner.languages.lexing import Token, tokens

MAX_REASONS: Final = 3
"""Ends of a reason that are looked at, from the last one on."""
NUMERALS: Final = dict(zip("一二三四五六七八九十", map(str, range(1, 11)), strict=True))
_CASES = "をはがにへで"
_END: Final = Token("", {"M": ""})
MAX_TOPIC: Final = 20
"""Characters of a topic."""


def plain(said: str, dictionary: Dictionary) -> str:
    """The sentence without what is only heard at its end, its counts before what is counted: "fish three" is 3 fish."""
    for spoken, written in dictionary.grammar.get("rewritten", {}).items():
        said = said.replace(spoken, written)
    if tails := dictionary.grammar.get("tails"):
        said = _tail(tails).sub("", said)
    if counters := dictionary.grammar.get("counters"):
        said = _counted(counters, _object(dictionary)).sub(_count_first, said)
    return without_reason(said, dictionary)


@cache
def _tail(listed: str) -> re.Pattern[str]:
    ends = "|".join(map(re.escape, forms(listed)))
    return re.compile(rf"(?<!^)(?:{ends})+(?=,|$)")


@cache
def _counted(listed: str, mark: str) -> re.Pattern[str]:
    """A thing, the mark of objects, and how many."""
    counters = "|".join(map(re.escape, forms(listed)))
    return re.compile(rf"([^\s,{_CASES}]{{1,20}}){mark}(\d{{1,3}}|[{''.join(NUMERALS)}])(?:{counters})(?!目)")


def _count_first(match: re.Match[str]) -> str:
    number = NUMERALS.get(match[2], match[2])
    return f"{match[1]}を" if number == "1" else f" {number} {match[1]}を"


def without_reason(said: str, dictionary: Dictionary) -> str:
    """The sentence without the clause that says why, what that was about being what is asked for's object.

    "As the face is dark, brighten": "brighten the face". As it is where nothing is asked for behind the reason.
    """
    ends = dictionary.grammar.get("reasons")
    if not ends:
        return said
    for end in reversed(list(_ends(ends).finditer(said))[-MAX_REASONS:]):
        order = said[end.end() :].strip(" ,")
        read = tokens(order, dictionary)
        if not any(token.is_a("VTCQK") for token in read):
            continue
        earlier, comma, reason = said[: end.start() + 1].rpartition(",")
        kept = f"{earlier}{comma}" if any(token.verbs for token in tokens(earlier, dictionary)) else ""
        marks = (*_topics(dictionary), _object(dictionary), ",")
        topic = "" if any(token.text in marks for token in read) else _topic_of(reason, dictionary)
        return f"{kept}{topic}{order}"
    return said


@cache
def _ends(listed: str) -> re.Pattern[str]:
    """Any of the ends, the longest first; a comma that belongs to one is written as "、" in the file."""
    ends = sorted(forms(listed), key=len, reverse=True)
    return re.compile("|".join(re.escape(end).replace("、", ",") for end in ends))


def _topic_of(reason: str, dictionary: Dictionary) -> str:
    """What the reason is about, as an object."""
    for token in (read := tokens(reason, dictionary)):
        before = read[: read.index(token)]
        if token.text in _topics(dictionary) or _says_of(token, before):
            topic = "".join(one.own for one in before)
            return f"{topic}{_object(dictionary)}" if 0 < len(topic) <= MAX_TOPIC else ""
    return ""


def _says_of(token: Token, before: Sequence[Token]) -> bool:
    """Whether it is a verb that a thing stands right before, without a mark, and no noun made a verb."""
    return bool(token.verbs and before) and before[-1].is_a(NOUN) and "make" not in token.verbs


def goes_on(behind: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether another request without a verb follows: "..., the background transparent"."""
    marks = (_object(dictionary), *_topics(dictionary))
    return "object" in dictionary.grammar and any(token.text in marks for token in behind[1:-1])


def tells_how(behind: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether no more follows than how it shall become: "..., a bit brighter"."""
    return "object" in dictionary.grammar and bool(behind) and behind[-1].is_a("T")


def without_described(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens, a verb that tells of the noun behind it being none that asks: "the picture that he drew"."""
    relative = tuple(dictionary.grammar.get("relative", "").split())
    if not relative:
        return read
    return [
        Token(token.text, {UNKNOWN: token.own}, (), token.own)
        if token.verbs and token.own.endswith(relative) and after.is_a("NDCS" + UNKNOWN)
        else token
        for token, after in zip_longest(read, read[1:], fillvalue=_END)
    ]


def stands_alone(part: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether what stands before a comma can be a request though it has no verb, and is no mere topic or list."""
    if "object" not in dictionary.grammar:
        return True
    marks = (_object(dictionary), *_topics(dictionary))
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
        if token.text in _topics(dictionary):
            behind = part[index + 1 :]
            owned = any(one.text == _object(dictionary) for one in behind)
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
        if token.text == _object(dictionary):
            return "listing"
        if not (token.is_a(PHRASE) or token.text in joined):
            break
    return "owner_mark" if any(token.text == _object(dictionary) for token in behind) else "object"


def _mark(key: str, dictionary: Dictionary) -> list[Token]:
    return tokens(dictionary.grammar[key], dictionary)


def _topics(dictionary: Dictionary) -> list[str]:
    return dictionary.grammar.get("topics", "").split()


def _object(dictionary: Dictionary) -> str:
    return dictionary.grammar.get("object", "")
