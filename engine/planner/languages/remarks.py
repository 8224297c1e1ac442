"""What is said beside a request and asks for nothing: reasons, complaints, what the picture is for. It is left out.

A language's file tells them by one or more of these:

- `explaining` in `[polite]`: what begins a reason that goes on to the end of its clause.
- `[grammar.reasons]`: what else one `begins` with behind a comma or first in a sentence, that goes on to the next mark,
  and `ends` of a clause that only says why.
- `[grammar.statements]`: how a verb `ends` that tells something, and how a word is `describing`; or `subjects` and
  `verbs` that begin a statement between them.
- `[grammar.remarks]`, where commas alone part clauses: words of these sorts.

What a remark is about goes with the request where that names nothing itself, as `topics.py` tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice, pairwise
from typing import Final

from engine.planner.languages.dictionary import Dictionary, any_of, folded, forms
from engine.planner.languages.files import load
from engine.planner.languages.glossing import NOUN
from engine.planner.languages.lexing import tokens
from engine.planner.languages.marks import object_mark, topic_marks
from engine.planner.languages.sayings import says
from engine.planner.languages.topics import about, is_bare, mends
from engine.planner.languages.words import Token
from engine.planner.normalise import MAX_SENTENCES

MAX_REASONS: Final = 3
"""Ends of a reason that are looked at, from the last one on."""
MAX_TOPIC: Final = 20
"""Characters of what a reason is about."""
_REST: Final = r"\b[^,.!?;:\n]*(?P<after>[,:]?)"
Part = list[Token]


def without_reasons(text: str, dictionary: Dictionary) -> str:
    """The text without what words that begin a reason do, and with a full stop before its statements."""
    if "begins" in _table("reasons", dictionary):
        text = _reason(dictionary.code).sub(_between, text)
    return _statement(dictionary.code).sub(". ", text) if "subjects" in _table("statements", dictionary) else text


def _between(match: re.Match[str]) -> str:
    """What is left of a reason: the comma between the requests that it stood between."""
    return ", " if match.group("before") == "," and match.group("after") else " "


@cache
def _reason(code: str) -> re.Pattern[str]:
    begins = any_of(forms(load(code).grammar["reasons"]["begins"]))
    return re.compile(rf"(?i)(?P<before>,|^|(?<=[.!?;\n])) *(?:{begins}){_REST}")


@cache
def _statement(code: str) -> re.Pattern[str]:
    """The comma before a statement."""
    words = {key: any_of(forms(listed)) for key, listed in load(code).grammar["statements"].items()}
    return re.compile(rf"(?i), *(?=(?:{words['subjects']}) (?:{words['verbs']})\b)")


def with_reason_read(said: str, dictionary: Dictionary) -> str:
    """The sentence without the clause that says why, what that was about being what is asked for's object.

    "As the face is dark, brighten": "brighten the face". As it is where nothing is asked for behind the reason.
    """
    ends = _table("reasons", dictionary).get("ends")
    if not ends:
        return said
    for end in reversed(list(_ends_of_reasons(ends).finditer(said))[-MAX_REASONS:]):
        order = said[end.end() :].strip(" ,")
        read = tokens(order, dictionary)
        if not any(token.is_a("VTCQK") for token in read):
            continue
        earlier, comma, reason = said[: end.start() + 1].rpartition(",")
        kept = f"{earlier}{comma}" if any(token.verbs for token in tokens(earlier, dictionary)) else ""
        marks = (*topic_marks(dictionary), object_mark(dictionary), ",")
        topic = "" if any(token.text in marks for token in read) else _topic_of(reason, dictionary)
        return f"{kept}{topic}{order}"
    return said


@cache
def _ends_of_reasons(listed: str) -> re.Pattern[str]:
    """Any of the ends, the longest first; a comma that belongs to one is written as "、" in the file."""
    ends = sorted(forms(listed), key=len, reverse=True)
    return re.compile("|".join(re.escape(end).replace("、", ",") for end in ends))


def _topic_of(reason: str, dictionary: Dictionary) -> str:
    """What the reason is about, as an object."""
    for token in (read := tokens(reason, dictionary)):
        before = read[: read.index(token)]
        if token.text in topic_marks(dictionary) or _says_of(token, before):
            topic = "".join(one.own for one in before)
            return f"{topic}{object_mark(dictionary)}" if 0 < len(topic) <= MAX_TOPIC else ""
    return ""


def _says_of(token: Token, before: Sequence[Token]) -> bool:
    """Whether it is a verb that a thing stands right before, without a mark, and no noun made a verb."""
    return bool(token.verbs and before) and before[-1].is_a(NOUN) and "make" not in token.verbs


def requests(parts: Iterable[Part], dictionary: Dictionary) -> list[Part]:
    """The parts of a sentence that ask for something; all of them where none does."""
    said = list(islice(filter(None, parts), MAX_SENTENCES))
    if dictionary.explaining:
        said = [*filter(None, (_without_explanation(part, dictionary) for part in said))] or said
    if dictionary.remarks:
        said = [_counted_first(part, dictionary) for part in said]
    asking = [_is_asked(part, after, dictionary) for part, after in pairwise([*said, []])]
    return _without_remarks(said, asking, dictionary) if any(asking) and not all(asking) else said


def _without_remarks(parts: Sequence[Part], asking: Sequence[bool], dictionary: Dictionary) -> list[Part]:
    """The parts that are asked for, with what a remark was about where they name nothing themselves.

    Of a complaint that the language's file lists and a bare verb, the complaint: "it is too dark, fix it".
    """
    found: list[Part] = []
    topic: Part = []
    mended = False
    for (part, after), asks in zip(pairwise([*parts, []]), asking, strict=True):
        if asks:
            found += [] if mended else about(topic, part, dictionary)
            topic, mended = [], False
        elif is_listed(part[0], "orders", dictionary) or (mended := _stands_for(part, after, dictionary)):
            found.append(part)
        else:
            topic = _topic(part, dictionary)
    return found


def _stands_for(part: Part, after: Part, dictionary: Dictionary) -> bool:
    """Whether a complaint says itself what the bare verb behind it asks for."""
    return bool(after) and is_bare(after) and says(part, dictionary) and not _complains(part, dictionary)


def _is_asked(part: Part, after: Part, dictionary: Dictionary) -> bool:
    if not dictionary.remarks:
        return not is_statement(part, dictionary)
    mended = _complains(part, dictionary) and mends(after)
    return (says(part, dictionary) and not mended) or _asks(part, dictionary)


def _without_explanation(part: Part, dictionary: Dictionary) -> Part:
    start = next((index for index, token in enumerate(part) if token.text in dictionary.explaining), 0)
    if part and (start or part[0].text in dictionary.explaining):
        before = part[:start]
        return part if start and before[-1].text != "," and says(part, dictionary, part[start].text) else before
    remark = next((index for index in range(1, len(part)) if _is_remark(part, index)), 0)
    asked = part[:remark]
    return asked if any(token.verbs for token in asked) or (asked and says(asked, dictionary)) else part


def _is_remark(part: Sequence[Token], comma: int) -> bool:
    """Whether the comma is followed by how something is: "less brightness, it is burnt"."""
    return part[comma].text == "," and comma + 1 < len(part) and part[comma + 1].senses.get("W") == "is"


def tells(token: Token, dictionary: Dictionary) -> bool:
    """Whether the token is a verb that tells something, and so ends its clause."""
    listed = _table("statements", dictionary).get("ends")
    return bool(listed) and not token.verbs and token.is_a("UWM") and _ends(token.text, listed)


def _ends(word: str, listed: str) -> bool:
    return folded(word).endswith(_endings(listed))


@cache
def _endings(listed: str) -> tuple[str, ...]:
    return tuple(folded(listed).split())


def is_statement(part: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether the clause asks for nothing by itself: it tells something, or how a thing is."""
    words = [token for token in part if token.text != ","]
    if not words or any(token.verbs for token in words):
        return False
    return tells(words[-1], dictionary) or (_describes(words[-1], dictionary) and bool(_named(words[:-1])))


def _describes(token: Token, dictionary: Dictionary) -> bool:
    """Whether a clause that ends with the token says how something is."""
    listed = _table("statements", dictionary).get("describing")
    return bool(listed) and (token.is_a("A") or (token.is_a("U") and _ends(token.text, listed)))


def _named(part: Part) -> Part:
    """The thing that a statement is about: its words up to the last thing that is named, or to how much it is so."""
    part = part[: next((index for index, token in enumerate(part) if index and token.is_a("G")), len(part))]
    named = [index for index, token in enumerate(part) if token.ended or token.is_a("N")]
    return part[: named[-1] + 1] if named else []


def is_listed(token: Token, sort: str, dictionary: Dictionary) -> bool:
    """Whether the language lists the token among its words of that sort."""
    return token.text in dictionary.remarks.get(sort, ())


def is_kept(part: Part, dictionary: Dictionary) -> bool:
    """Whether a part only says what is to stay as it is beside what is asked for."""
    first = next((token for token in part if not token.is_a("J")), None)
    return first is not None and is_listed(first, "keeps", dictionary)


def _predicates(token: Token, dictionary: Dictionary) -> bool:
    return is_listed(token, "predicates", dictionary) or is_listed(token, "complaints", dictionary)


def _asks(part: Part, dictionary: Dictionary) -> bool:
    if not part or is_listed(part[0], "refuses", dictionary):
        return False
    if any(token.verbs for token in part if not is_listed(token, "complaints", dictionary)):
        return True
    last = next((token for token in reversed(part) if not token.is_a("GM")), part[-1])
    return last.is_a("TQ") and not any(_predicates(token, dictionary) for token in part)


def _complains(part: Part, dictionary: Dictionary) -> bool:
    """Whether a part tells of a thing what is wrong with it."""
    wrong = [token for token in part if is_listed(token, "complaints", dictionary)]
    return bool(wrong) and not any(token.verbs for token in part if token not in wrong)


def _counted_first(part: Part, dictionary: Dictionary) -> Part:
    """The part with what counts a thing before it, which may stand before the verb as well: "玫瑰全部变粉"."""
    for index, token in enumerate(part[1:], 1):
        behind = part[index - 1].is_a("NUCAL") and (index + 1 == len(part) or bool(part[index + 1].verbs))
        if behind and [*token.senses] == ["D"]:
            start = index
            while start and not part[start - 1].verbs and not is_listed(part[start - 1], "orders", dictionary):
                start -= 1
            return [*part[:start], token, *part[start:index], *part[index + 1 :]]
    return part


def _topic(part: Part, dictionary: Dictionary) -> Part:
    """What a part is about: its words before those that tell something of it, or behind one that says it is there."""
    if not dictionary.remarks:
        return _named(part)
    there = next((index for index, token in enumerate(part) if is_listed(token, "exists", dictionary)), None)
    if there is not None and any(token.is_a(NOUN) for token in part[there + 1 :]):
        part = [*part[:there], *part[there + 1 :]]
    linked = (index for index in range(len(part) - 1, 0, -1) if is_listed(part[index - 1], "links", dictionary))
    start = next((index for index in linked if part[index].is_a(NOUN)), 0)
    end = next((index for index in range(start, len(part)) if _predicates(part[index], dictionary)), len(part))
    topic = [token for token in part[:end] if token.text != "," and not token.is_a("G")]
    named = [token for token in topic if token.is_a(NOUN)]
    if not named or named[-1] is not topic[-1] or is_listed(part[0], "refuses", dictionary):
        return []
    return [token for token in topic if token.english() != "picture"]


def _table(name: str, dictionary: Dictionary) -> Mapping[str, str]:
    return dictionary.grammar.get(name, {})
