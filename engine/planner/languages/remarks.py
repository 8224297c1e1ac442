"""What is said around a request in the clauses beside it: a reason, a complaint, what the picture is for.

Where a language parts its clauses by commas alone, a clause that asks for nothing stands beside the one that does. What
it is about goes with the request where that names nothing itself ("口红太深啦, 换豆沙色"); the rest of it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from engine.planner.languages.dictionary import Dictionary
from engine.planner.languages.glossing import NOUN
from engine.planner.languages.lexing import Token

BECOMING: Final = frozenset(["make", "replace", "colour", "change", "turn"])
"""Verbs whose words tell what something is to become, and not what that is."""
FRAMING: Final = frozenset(["crop", "rotate", "flip", "expand", "resize", "zoom"])
"""Verbs that are about the whole picture."""
OF_THE_PICTURE: Final = FRAMING | {"add", "put", "write", "keep"}
"""Verbs that need no object named before them."""
PRONOUNS: Final = frozenset(["it", "them", "him", "her"])
Part = list[Token]


def requests(parts: Sequence[Part], dictionary: Dictionary, says: Callable[[Part], bool]) -> list[Part]:
    """The parts of a sentence that ask for something; all of them where none does.

    says: whether a part is a saying that the language's file lists.
    """
    parts = [_counted_first(part, dictionary) for part in parts]
    said = [
        says(part) and not (after and _complains(part, dictionary) and _mends(after))
        for part, after in zip(parts, [*parts[1:], None], strict=True)
    ]
    asking = [known or _asks(part, dictionary) for known, part in zip(said, parts, strict=True)]
    if not any(asking) or all(asking):
        return parts
    found: list[Part] = []
    topic: Part = []
    for part, asks, known in zip(parts, asking, said, strict=True):
        if asks:
            found += _about(topic, part, known, says)
            topic = []
        elif _is(part[0], "orders", dictionary):
            found.append(part)
        else:
            topic = _topic(part, dictionary)
    return found


def _about(topic: Part, part: Part, known: bool, says: Callable[[Part], bool]) -> list[Part]:
    """The request with what was told before it, where it needs that."""
    if topic and _lacks_its_object(part) and (not known or says([*topic, *part])):
        return [[*topic, *part]]
    spoken_of = any(token.is_a("R") and token.english("R") in PRONOUNS for token in part)
    return [topic, part] if topic and spoken_of else [part]


def parts_nothing(part: Sequence[Token], after: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether a comma stands inside of one request: before its verb, or before what describes a thing."""
    if not part or not after:
        return True
    if not any(token.verbs for token in part):
        return _is(part[0], "objects", dictionary)
    clause = after[: next((index for index, token in enumerate(after) if token.text == ","), len(after))]
    describes = all(token.is_a("CSATM") for token in clause) and any(token.is_a("CSAT") for token in clause)
    return after[0].english() == "except" or describes


def _is(token: Token, sort: str, dictionary: Dictionary) -> bool:
    """Whether the language lists the token among its words of that sort."""
    return token.text in dictionary.remarks.get(sort, ())


def _tells(token: Token, dictionary: Dictionary) -> bool:
    return _is(token, "predicates", dictionary) or _is(token, "complaints", dictionary)


def _asks(part: Part, dictionary: Dictionary) -> bool:
    if not part or _is(part[0], "refuses", dictionary):
        return False
    if any(token.verbs for token in part if not _is(token, "complaints", dictionary)):
        return True
    last = next((token for token in reversed(part) if not token.is_a("GM")), part[-1])
    return last.is_a("TQ") and not any(_tells(token, dictionary) for token in part)


def _complains(part: Part, dictionary: Dictionary) -> bool:
    """Whether a part tells of a thing what is wrong with it."""
    wrong = [token for token in part if _is(token, "complaints", dictionary)]
    return bool(wrong) and not any(token.verbs for token in part if token not in wrong)


def _mends(part: Part) -> bool:
    """Whether a part names nothing but what is to be done, as about what was told before it."""
    return _lacks_its_object(part) or any(not FRAMING.isdisjoint(token.verbs) for token in part)


def _counted_first(part: Part, dictionary: Dictionary) -> Part:
    """The part with what counts a thing before it, which may stand before the verb as well: "玫瑰全部变粉"."""
    for index, token in enumerate(part[1:], 1):
        behind = part[index - 1].is_a("NUCAL") and (index + 1 == len(part) or bool(part[index + 1].verbs))
        if behind and [*token.senses] == ["D"]:
            start = index
            while start and not part[start - 1].verbs and not _is(part[start - 1], "orders", dictionary):
                start -= 1
            return [*part[:start], token, *part[start:index], *part[index + 1 :]]
    return part


def _topic(part: Part, dictionary: Dictionary) -> Part:
    """What a part is about: its words before those that tell something of it, or behind one that says it is there."""
    there = next((index for index, token in enumerate(part) if _is(token, "exists", dictionary)), None)
    if there is not None and any(token.is_a(NOUN) for token in part[there + 1 :]):
        part = [*part[:there], *part[there + 1 :]]
    linked = (index for index in range(len(part) - 1, 0, -1) if _is(part[index - 1], "links", dictionary))
    start = next((index for index in linked if part[index].is_a(NOUN)), 0)
    end = next((index for index in range(start, len(part)) if _tells(part[index], dictionary)), len(part))
    topic = [token for token in part[:end] if token.text != "," and not token.is_a("G")]
    named = [token for token in topic if token.is_a(NOUN)]
    if not named or named[-1] is not topic[-1] or _is(part[0], "refuses", dictionary):
        return []
    return [token for token in topic if token.english() != "picture"]


def _lacks_its_object(part: Part) -> bool:
    """Whether a part names nothing that its verb could be about."""
    rest = [token for token in part if not token.is_a("JG")]
    if rest and all(token.is_a("TM") for token in rest):
        return True
    if not rest or not rest[0].verbs or OF_THE_PICTURE & {*rest[0].verbs}:
        return False
    return bool(BECOMING & {*rest[0].verbs}) or not any(token.is_a(NOUN + "R") for token in rest[1:])
