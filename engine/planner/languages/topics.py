"""What was told of before it is asked for: the thing that an order is about which names none, or but a pronoun.

What a remark is about goes with the order behind it: "口红太深啦, 换豆沙色". Where a language's file lists
`presenting`, what says that something is there, and `states`, what goes on to say how it is, the thing before a comma
takes the place of the pronoun behind it: "la table, tu peux la décaler ?"; `dative` stands before whom something is
given to, and `mending` are verbs of making right what is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from engine.planner.languages.dictionary import Dictionary, forms
from engine.planner.languages.glossing import NOUN
from engine.planner.languages.lexing import tokens
from engine.planner.languages.sayings import says
from engine.planner.languages.words import Token

_BECOMING: Final = frozenset(["make", "replace", "colour", "change", "turn"])
"""Verbs whose words tell what something is to become, and not what that is."""
_FRAMING: Final = frozenset(["crop", "rotate", "flip", "expand", "resize", "zoom"])
"""Verbs that are about the whole picture."""
_OF_THE_PICTURE: Final = _FRAMING | {"add", "put", "write", "keep"}
"""Verbs that need no object named before them."""
_PRONOUNS: Final = frozenset(["it", "them", "him", "her"])
MAX_TOPIC: Final = 16
"""Tokens of a thing that is said first."""
Part = list[Token]


def about(topic: Part, part: Part, dictionary: Dictionary) -> list[Part]:
    """The request with what was told of before it, where it needs that."""
    if topic and _lacks_its_object(part) and (not says(part, dictionary) or says([*topic, *part], dictionary)):
        return [[*topic, *(token for token in part if not token.is_a("R") and token.text != ",")]]
    spoken_of = any(token.is_a("R") and token.english("R") in _PRONOUNS for token in part)
    return [topic, part] if topic and spoken_of else [part]


def is_bare(part: Part) -> bool:
    """Whether a verb stands alone, or but with how much, or with a pronoun."""
    return all(token.verbs or token.is_a("GJR") for token in part)


def mends(part: Part) -> bool:
    """Whether a part names nothing but what is to be done, as about what was told before it."""
    return _lacks_its_object(part) or any(not _FRAMING.isdisjoint(token.verbs) for token in part)


def _lacks_its_object(part: Part) -> bool:
    """Whether a part names nothing that its verb could be about."""
    if not part or is_bare(part):
        return bool(part)
    rest = [token for token in part if not token.is_a("JG")]
    if rest and all(token.is_a("TM") for token in rest):
        return True
    if rest and all(token.is_a("CSAT") for token in rest[:-1]) and _BECOMING & {*rest[-1].verbs}:
        return True
    if not rest or not rest[0].verbs or _OF_THE_PICTURE & {*rest[0].verbs}:
        return False
    return bool(_BECOMING & {*rest[0].verbs}) or not any(token.is_a(NOUN + "R") for token in rest[1:])


def taken_up(read: list[Token], behind: Collection[str], dictionary: Dictionary) -> list[Token]:
    """The tokens with the thing said before the comma where one of those pronouns behind the next verb takes it up."""
    comma = next((index for index, token in enumerate(read) if token.text == ","), 0)
    topic = _presented(read[:comma], dictionary)
    verb = next((index for index in range(comma, len(read) - 1) if read[index].verbs), None)
    if not topic or verb is None or (_is_mended(read[verb], dictionary) and _tells_how(read[:comma], dictionary)):
        return read
    pronoun = read[verb + 1]
    if pronoun.text not in behind:
        return read
    if pronoun.english("R") in ("it", "them"):
        return [*read[comma + 1 : verb + 1], *topic, *read[verb + 2 :]]
    end = next((index for index in range(verb + 2, len(read)) if read[index].is_a("J")), len(read))
    to = tokens(dictionary.grammar["dative"], dictionary)
    return [*read[comma + 1 : verb + 1], *read[verb + 2 : end], *to, *topic, *read[end:]]


def _is_mended(verb: Token, dictionary: Dictionary) -> bool:
    """Whether the verb only says that what is wrong be made right: it needs to be known what that is."""
    return any(one in dictionary.grammar.get("mending", "").split() for one in verb.verbs)


def _tells_how(part: Sequence[Token], dictionary: Dictionary) -> bool:
    return any(token.text in dictionary.grammar.get("states", "").split() for token in part)


def _presented(part: Sequence[Token], dictionary: Dictionary) -> list[Token]:
    """The thing that a statement or a mere mention is about; nothing where it asks for something."""
    presenting = {dictionary.key(form) for form in forms(dictionary.grammar.get("presenting", ""))}
    part = part[1:] if part and part[0].text in presenting else part
    states = dictionary.grammar.get("states", "").split()
    end = next((index for index, token in enumerate(part) if token.text in states), len(part))
    named = part[:end]
    if not 1 < len(named) <= MAX_TOPIC or not named[0].is_a("DNR") or not any(token.is_a(NOUN) for token in named):
        return []
    return [] if any(token.only_commands for token in named) else list(named)
