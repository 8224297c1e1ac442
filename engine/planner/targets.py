"""Noun phrases: the thing, and apart from it the words that say which one."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from engine.expressions import regex
from engine.operations import Target
from engine.planner.colours import describing_colour
from engine.planner.normalise import low
from engine.planner.vocabulary import Vocabulary, expression, load
from engine.selection.areas import is_area, within_area

NUMBERS = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
}

MAX_PHRASE = 320
"""Characters of a noun phrase that are read."""
_PLACED = expression("placed")
_BARE_PLACED = expression("bare_position")
_RELATION = expression("relation")
_EXCEPT = expression("except")
_OWNER = regex(r"^(.{1,120}?)(?:'s|s')(?= )")
_OF = expression("owner_behind")
_MEASURES = expression("measure")
_ORDER_FROM = regex(r" (?:from|on) (?:the )?(left|right|top|bottom|front|back)(?: side)?(?: of .+)?$")
ORDER_BEHIND = regex(r" (?:that is |who is )?(first|second|third|fourth|fifth|sixth|last|1st|2nd|3rd|4th|5th)$")
_ING_RELATION = expression("action_relation")
_OBJECT = ("the ", "a ", "an ", "his ", "her ", "its ", "their ")
_APPOSED, _WHATEVER, _PLACE_ALONE = expression("apposed"), expression("whatever"), expression("place_alone")
_MADE_HERE = expression("made_here")
_ALL_BUT, _SHARE = expression("all_but_number"), expression("share")
_AREA_OF = expression("area_of_thing")
_ORDINALS = expression("two_ordinals")
_SEEN_THERE = expression("seen_there")
_SIDEWAYS_FIRST = regex(r"^(left|right)[- ](top|bottom|upper|lower)$")


def parse_target(phrase: str) -> Target:
    """What a noun phrase is about; every phrase gives a target, an empty one the whole picture."""
    return read_target(phrase.strip(), load())


def read_target(phrase: str, vocabulary: Vocabulary) -> Target:
    """The target of a phrase; its words keep the user's spelling."""
    text = re.sub(r"\s+", " ", phrase[:MAX_PHRASE]).strip(" ,.").removesuffix("'s")
    if low(text) in vocabulary["words.pronoun"]:
        return Target(previous=True)
    fields: dict[str, Any] = {}
    text = _take_exception(_take_rest(_plainer(within_area(text)), fields), fields)
    if any(digit in text for digit in "0123456789") and is_area(text):
        return Target(phrase=text, **fields)
    if part := _part_of_thing(text, vocabulary):
        return Target(phrase=part[0], part_of=part[1], **fields)
    text = _strip_leading(text, fields, vocabulary)
    if fields.keys() & {"quantity", "ordinal"} and _PLACE_ALONE.match(low(text)):
        fields.update({"quantity": None} if fields.get("quantity") == "one" else {})
        text = f"ones {text}"
    text = _take_ordinal_origin(text, fields)
    text = _take_relation(text, fields)
    text = _take_owner(text, fields, vocabulary)
    text = _strip_leading(text, fields, vocabulary)
    if low(text) in ("one", "ones"):
        return Target(previous=True, **fields)
    if low(text) in vocabulary["words.size"]:
        return Target(size=low(text), quantity=fields.get("quantity"))
    if low(text).strip() in vocabulary["words.position"] and "position" not in fields:
        return Target(position=low(text), **fields)
    if colour := describing_colour(text, vocabulary):
        fields["colour"] = colour
    return Target(phrase=text or None, **fields)


def _plainer(text: str) -> str:
    """ "The ball, the one on the left" -> "the ball on the left"; "the hat you added" -> "the hat"."""
    if made := _MADE_HERE.search(low(text)):
        text = text[: made.start()]
    text = _SEEN_THERE.sub("", text)
    small = low(text)
    if (apposed := _APPOSED.search(small)) and apposed.start() > 0:
        return f"{text[: apposed.start()]} {text[apposed.end() :]}"
    if whatever := _WHATEVER.match(small):
        return f"{'thing' if whatever.group(1) else 'everything'} {text[whatever.end() :]}"
    return text


def _take_rest(text: str, fields: dict[str, Any]) -> str:
    """ "All but one of the birds" -> "birds", all but 1; "most of the birds" -> "birds", most."""
    if spared := _ALL_BUT.match(low(text)):
        number = NUMBERS.get(spared.group(1), spared.group(1))
        fields["quantity"] = f"all but {number}"
        return text[spared.end() :]
    if share := _SHARE.match(low(text)):
        fields["quantity"] = share.group(share.lastindex or 1)
        return text[share.end() :]
    return text


def _take_exception(text: str, fields: dict[str, Any]) -> str:
    match = _EXCEPT.search(low(text))
    if not match:
        return text
    fields["relation"] = f"except {text[match.start(1) : match.end(1)]}"
    before = text[: match.start()]
    return "everything" if low(before) == "all" else before


def _part_of_thing(text: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """The area of a thing and the thing: "the left half of the dog"; an area of the picture is none."""
    match = _AREA_OF.match(low(text))
    if match is None:
        return None
    owner = _strip_leading(text[match.end() :], {}, vocabulary)
    known = low(owner).split(" ")[-1] in vocabulary["words.picture"] or low(owner) in vocabulary["words.whole"]
    return None if known else (text[match.start(1) : match.end(1)], owner)


def _take_ordinal_origin(text: str, fields: dict[str, Any]) -> str:
    """ "second car from the left": the direction belongs to the order."""
    match = _ORDER_FROM.search(low(text))
    if match and "ordinal" not in fields:
        behind = ORDER_BEHIND.search(low(text)[: match.start()])
        if behind is None or behind.start() == 0:
            return text
        fields["ordinal"], text = behind.group(1), text[: behind.start()]
        fields["ordinal"] = f"{fields['ordinal']} from the {match.group(1)}"
        return text
    if not match:
        return text
    fields["ordinal"] = f"{fields['ordinal']} from the {match.group(1)}"
    return text[: match.start()]


@cache
def _position_word(vocabulary_words: tuple[str, ...]) -> re.Pattern[str]:
    sides = r"(?:top|bottom|upper|lower|middle|center|centre|front|back|far|near|extreme)[- ](?:left|right|most)"
    sides += r"|(?:left|right)[- ](?:top|bottom|upper|lower)"
    words = sorted((re.escape(word) for word in vocabulary_words), key=len, reverse=True)
    return re.compile(rf"(?:{sides}|{'|'.join(words)})(?:-?most)?(?:[- ]hand)?(?:[- ]side)? (?=\S)")


def _strip_leading(text: str, fields: dict[str, Any], vocabulary: Vocabulary) -> str:
    """The phrase without determiners, counts, order, position and size words before its noun."""
    position = _position_word(vocabulary.classes["position"])
    while True:
        small = low(text)
        first, _, rest = small.partition(" ")
        taken = vocabulary["words.all_of"].leading(small)
        if taken and rest and taken != small:
            fields.setdefault("quantity", "all")
        elif first in ("both",) and rest:
            taken = first
            fields.setdefault("quantity", "2")
        elif (first in NUMBERS or first.isdigit()) and rest:
            taken = _count(small, first, fields)
        elif (rest and any(first in vocabulary[f"words.{name}"] for name in ("determiner", "judging"))) or first in (
            "of",
            "only",
            "just",
            "visible",
            "existing",
        ):
            taken = first
        elif first in vocabulary["words.ordinal"] and rest:
            taken = first
            fields.setdefault("ordinal", first)
        elif (size := vocabulary["words.size"].leading(small)) and size != small:
            taken = size
            fields.setdefault("size", size)
        elif (match := position.match(small)) and not _named_by_place(small, match.end(), vocabulary):
            taken = match.group().strip()
            fields.setdefault("position", _plain_position(taken))
        else:
            return text
        text = text[len(taken) :].strip(" ,")


def _named_by_place(small: str, end: int, vocabulary: Vocabulary) -> bool:
    """Whether the words up to `end` are part of a name: the "front door" need not stand in front of another."""
    named = vocabulary["hints.named_by_place"].leading(small[end:]) is not None
    return named and small[:end].rstrip(" -") in ("front", "back", "rear", "top", "upper", "lower", "middle")


def _count(small: str, first: str, fields: dict[str, Any]) -> str:
    """One, two, 3 ...; "one of the" counts too, and "the two biggest" keeps its size for the next word."""
    number = NUMBERS.get(first, first)
    if fields.get("quantity") in (None, "all"):
        fields["quantity"] = "one" if number == "1" else number
    return f"{first} of" if small.startswith(f"{first} of ") else first


def _plain_position(words: str) -> str:
    """ "top left corner" -> "top left"; "left-hand side" -> "left"; a bare "corner" stays."""
    plain = re.sub(
        r"[- ](?:hand|side|corner|edge|part|half|portion|area|section)s?\b",
        "",
        words.replace("top-", "top ").replace("bottom-", "bottom "),
    )
    plain = _SIDEWAYS_FIRST.sub(r"\2 \1", plain.removeprefix("very ").strip(" -,"))
    return {"above": "top", "below": "bottom"}.get(plain, plain)


def _take_relation(text: str, fields: dict[str, Any]) -> str:
    """Positions and relations behind the noun go to their fields, whatever order they came in."""
    small = low(text)
    placed = _PLACED.search(small)
    if placed and not _ends_place(small[placed.end() :]):
        placed = None
    relation = min(
        (match for match in (_behind_noun(small), _doing(small)) if match),
        key=lambda match: match.start(),
        default=None,
    )
    if placed and (relation is None or placed.start() <= relation.start()):
        fields.setdefault("position", _plain_position(placed.group(1).strip()))
        remainder = text[: placed.start()] + text[placed.end() :]
        return _take_relation(remainder, fields) if remainder.strip() else text
    if relation and relation.start() > 0:
        said = text[relation.end() :].strip(" ,")
        fields["relation"] = f"{fields['relation']}, {said}" if "relation" in fields else said
        return text[: relation.start()]
    bare = _BARE_PLACED.search(small)
    if bare and bare.start() > 0:
        fields.setdefault("position", _plain_position(bare.group(1)))
        return text[: bare.start()]
    return text


def _behind_noun(small: str) -> re.Match[str] | None:
    """Where the thing is or what it does, behind its noun.

    "The athlete's running shoes" are a kind of shoes, and "the arch and surrounding walls" two things.
    """
    match = _RELATION.search(small)
    again = match and small.endswith(("'s", " and", " of"), 0, match.start())
    return _RELATION.search(small, match.end()) if match and again else match


def _doing(small: str) -> re.Match[str] | None:
    """What the thing is doing: "the man painting the fence"; a "painting in the hall" is itself the thing."""
    nouns = load()["states.nouns_in_ing"]
    for match in _ING_RELATION.finditer(small):
        word, _, rest = small[match.end() :].partition(" ")
        if word not in nouns or rest.startswith(_OBJECT):
            return match
    return None


def _ends_place(rest: str) -> bool:
    """Whether a position ends here, and no noun follows that it describes, as in "the front yard"."""
    return (
        not rest
        or rest.startswith((" ,", " and ", " or "))
        or any(pattern.match(rest) for pattern in (_RELATION, _ING_RELATION))
    )


def _take_owner(text: str, fields: dict[str, Any], vocabulary: Vocabulary) -> str:
    """ "man's hat" and "hat of the man" -> hat, part of man; the owner's position says which man."""
    small = low(text)
    match = _OWNER.match(small)
    if match:
        plural = small[match.end(1) : match.end()] == "s'"
        owner, thing = text[: match.end(1) + plural], text[match.end() :].strip()
    else:
        match = _OF.search(small)
        if not match or (_MEASURES.match(small[: match.start()]) and not _worn(small, match.start())):
            return text
        thing, owner = text[: match.start()], text[match.end() :]
    inner: dict[str, Any] = {}
    owner = _strip_leading(owner, inner, vocabulary)
    if not owner or not thing:
        return text
    for name in ("position", "ordinal", "size"):
        if name in inner:
            fields.setdefault(name, inner[name])
    fields["part_of"] = owner
    return thing


def _worn(small: str, of: int) -> bool:
    """Whether glasses are somebody's and hold nothing: "the glasses of the man"."""
    return small[:of].endswith("glasses") and small[of + 4 :].startswith(
        ("the ", "his ", "her ", "my ", "that ", "this ")
    )


def conjuncts(phrase: str, vocabulary: Vocabulary) -> list[str]:
    """The separate things a list names; "salt and pepper shakers" is one."""
    if ordered := _ORDINALS.match(low(phrase)):
        thing = phrase[ordered.end() :]
        return [f"the {ordinal} {thing}" for ordinal in ordered.groups()]
    pieces = re.split(r" (, and|and|,|as well as|plus|&) ", phrase)
    joined = [pieces[0].strip()]
    for joint, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        part = piece.strip()
        if not part:
            continue
        if joined[-1] and _stands_alone(joined[-1], part, vocabulary):
            joined.append(part)
        else:
            joined[-1] = f"{joined[-1]} {joint} {part}".strip()
    if len(joined) > 1 and low(joined[0]).startswith("both ") and not joined[0].endswith("s"):
        joined[0] = joined[0].split(" ", 1)[1]
    return joined


def _stands_alone(before: str, part: str, vocabulary: Vocabulary) -> bool:
    """Whether `part` is a thing of its own rather than the rest of the one before it."""
    small, earlier = low(part), low(before)
    last = earlier.split(" ")[-1]
    first = small.split(" ")[0]
    if _RELATION.search(f" {earlier} ") and first not in vocabulary["words.determiner"]:
        return False
    if last in vocabulary["colours.names"] or last in vocabulary["words.size"] or last in vocabulary["words.position"]:
        return last in vocabulary["colours.things"] and first in vocabulary["words.determiner"]
    if first in vocabulary["words.determiner"]:
        return True
    bare = " " not in small
    return bare or (last.endswith("s") and not last.endswith("ss"))
