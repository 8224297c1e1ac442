"""What the words of a target say about which of several candidates is meant: place, order, size, number, neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from engine.grounding.phrases import parse, vocabulary
from engine.operations import Target

Side: TypeAlias = Literal["left", "right", "top", "bottom", "middle", "front", "back"]
Measure: TypeAlias = Literal["area", "height", "width", "length"]
Bond: TypeAlias = Literal[
    "near", "above", "below", "left", "right", "between", "inside", "on", "front", "behind", "far"
]

_SIDES: Final[dict[str, Side]] = {
    **dict.fromkeys(vocabulary("left leftmost lefthand left-hand west"), "left"),
    **dict.fromkeys(vocabulary("right rightmost righthand right-hand east"), "right"),
    **dict.fromkeys(vocabulary("top upper uppermost topmost highest north"), "top"),
    **dict.fromkeys(vocabulary("bottom lower lowest bottommost south"), "bottom"),
    **dict.fromkeys(vocabulary("middle centre center central"), "middle"),
    **dict.fromkeys(vocabulary("front foreground forefront closest nearest"), "front"),
    **dict.fromkeys(vocabulary("back background distance farthest furthest"), "back"),
}
_ORDINALS: Final = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "sixth": 6, "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9, "tenth": 10, "10th": 10,
    "last": -1, "final": -1, "penultimate": -2, "next-to-last": -2,
}  # fmt: skip
_SIZES: Final[dict[str, tuple[Measure, int]]] = {
    **dict.fromkeys(vocabulary("biggest largest bigger larger big large huge giant enormous main"), ("area", 1)),
    **dict.fromkeys(vocabulary("smallest smaller small little tiny tiniest littlest mini"), ("area", -1)),
    **dict.fromkeys(vocabulary("tallest taller tall highest"), ("height", 1)),
    **dict.fromkeys(vocabulary("shortest shorter short"), ("height", -1)),
    **dict.fromkeys(vocabulary("widest wider wide broadest broad thickest thick fattest"), ("width", 1)),
    **dict.fromkeys(vocabulary("narrowest narrower narrow thinnest thin slimmest"), ("width", -1)),
    **dict.fromkeys(vocabulary("longest longer long"), ("length", 1)),
    **dict.fromkeys(vocabulary("medium medium-sized mid-sized middle-sized"), ("area", 0)),
}  # fmt: skip
_NUMBERS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "couple": 2, "pair": 2, "single": 1,
}  # fmt: skip
_MASS: Final = vocabulary("text writing lettering signage handwriting watermark")
"""Nouns whose singular means all there is of it."""
_ALL: Final = vocabulary("all both every each everything entire")
_BONDS: Final[tuple[tuple[str, Bond], ...]] = (
    (r"(?:to |on |at )?the (?:far )?left (?:side )?of|left of", "left"),
    (r"(?:to |on |at )?the (?:far )?right (?:side )?of|right of", "right"),
    (r"next to|besides?|near(?:est|by)?(?: to)?|close(?:st)? to|by|alongside|adjacent to|touching|with", "near"),
    (r"in front of|before", "front"),
    (r"on top of|on|upon|from|hanging on|riding(?: on)?|wearing|holding|carrying", "on"),
    (r"above|over|higher than", "above"),
    (r"below|under|underneath|beneath|lower than", "below"),
    (r"between|in between|in the middle of|among|amongst", "between"),
    (r"inside(?: of)?|in|within|of", "inside"),
    (r"behind|at the back of", "behind"),
    (r"far(?:thest|thest away)? from|away from", "far"),
    (r"on ?to|to(?= (?:the|his|her|my|their|its|this) (?!(?:far )?(?:left|right|side|front|back|top|bottom)\b))", "on"),
)  # fmt: skip
_EXCEPT: Final = re.compile(
    r"^(?:everything |all )?(?:except(?: for)?|but(?: for| not)?|other than|besides|apart from|without) +(.+)$"
)


@dataclass(frozen=True, slots=True)
class Relation:
    """How the thing stands to others, and the phrases that name those."""

    bond: Bond
    anchors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which of several candidates is meant, as far as the words say; all empty: they do not say."""

    sides: frozenset[Side] = frozenset()
    order: int | None = None
    """1 = first, -1 = last."""
    order_from: Side | None = None
    size: tuple[Measure, int] | None = None
    """What to compare, and whether the largest (1), smallest (-1) or middle one (0) is meant."""
    count: int | None = None
    every: bool = False
    plural: bool = False
    relation: Relation | None = None
    excluded: str | None = None
    """What everything is meant but: "the dog" of "except the dog"."""

    @property
    def many(self) -> bool:
        """Whether more than one thing is asked for."""
        return self.every or self.plural or (self.count or 1) > 1


def wish_of(target: Target) -> Wish:
    """What the target's words say of which; words left in the phrase count where their own field is empty."""
    phrase = parse(target.phrase or "", target.colour)
    count, every = _count(target.quantity or " ".join(phrase.words))
    order, order_from = _order(target.ordinal or " ".join(phrase.words))
    sides = _sides(target.position or ("" if target.ordinal else _leading(phrase.words)))
    if order_from is None and order is not None and target.ordinal and len(sides) == 1:
        order_from, sides = next(iter(sides)), frozenset[Side]()
    relation = (target.relation or "").strip().lower()
    excluded = _EXCEPT.match(relation)
    return Wish(
        sides=sides,
        order=order,
        order_from=order_from,
        size=_size(target.size or " ".join(phrase.words[:-1])),
        count=count,
        every=every or (phrase.noun in _MASS and not (order or sides or phrase.quoted)),
        plural=phrase.plural and target.quantity != "one",
        relation=None if excluded or not relation else _relation(relation),
        excluded=excluded[1] if excluded else None,
    )


def noun_phrase(target: Target) -> str:
    """The target's phrase without words that only say which one: "second red ball" -> "red ball"."""
    chosen = {
        *_ORDINALS,
        *_SIZES,
        *_NUMBERS,
        *_ALL,
        *(word for word in _SIDES if word not in {"background", "foreground"}),
    }
    kept = [word for word in (target.phrase or "").split() if word.lower() not in chosen]
    return " ".join(kept) if parse(" ".join(kept)).words else (target.phrase or "")


def _leading(words: tuple[str, ...]) -> str:
    """Words before the noun, where a place may stand ("left ball"); the last is the thing itself ("the background")."""
    return " ".join(words[:-1])


def _sides(words: str) -> frozenset[Side]:
    return frozenset(_SIDES[word] for word in re.findall(r"[a-z-]+", words.lower()) if word in _SIDES)


def _order(words: str) -> tuple[int | None, Side | None]:
    found = [word for word in re.findall(r"[\w-]+", words.lower()) if word in _ORDINALS]
    if not found:
        return None, None
    order = _ORDINALS[found[0]]
    if found[0] in {"second", "third"} and _ORDINALS[found[-1]] == -1 and len(found) > 1:
        order = -order
    sides = _sides(words)
    return order, next((side for side in ("left", "right", "top", "bottom", "front", "back") if side in sides), None)


def _size(words: str) -> tuple[Measure, int] | None:
    return next((_SIZES[word] for word in re.findall(r"[a-z-]+", words.lower()) if word in _SIZES), None)


def _count(words: str) -> tuple[int | None, bool]:
    found = re.findall(r"[a-z]+|\d+", words.lower())
    before = found[: max(1, len(found) - 1)]
    numbers = [_NUMBERS.get(word) or int(word) for word in before if word.isdigit() or word in _NUMBERS]
    return (numbers[0] if numbers else None), any(word in _ALL for word in found)


def _relation(words: str) -> Relation | None:
    for pattern, bond in _BONDS:
        match = re.match(rf"(?:{pattern}) +(.+)$", words)
        if match:
            rest = re.split(r" and | & |, ", match[1]) if bond == "between" else [match[1]]
            return Relation(bond, tuple(anchor.strip() for anchor in rest))
    return None
