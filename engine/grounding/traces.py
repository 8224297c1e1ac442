"""What goes with a thing that is taken away: its shadow on the ground and its reflection below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

import cv2
import numpy as np

from engine.data import Image, Located, Mask
from engine.errors import NotGrounded
from engine.grounding.reflections import reflection
from engine.grounding.regions import region_of
from engine.grounding.shadows import cast_shadow
from engine.masks import connected_parts, grow
from engine.operations import Target

Trace: TypeAlias = Literal["shadow", "reflection"]

FINDERS: Final[Mapping[Trace, Callable[[Image, Mask], Mask]]] = {"shadow": cast_shadow, "reflection": reflection}
_NOUNS: Final[Mapping[str, Trace]] = {
    "shadow": "shadow", "shadows": "shadow", "reflection": "reflection", "reflections": "reflection",
    "mirror image": "reflection",
}  # fmt: skip
_OWNED: Final = r"(?:cast |own )?(shadows?|reflections?|mirror image)"
_TOLD: Final = re.compile(
    r"(?:, |^)(?P<how>without|except|but not|(?:(?:along|together) )?with|including) "
    rf"(?:its|his|her|their|the) {_OWNED}"
    rf"(?: and (?:its |his |her |their |the )?{_OWNED})?"
)


class Wish(NamedTuple):
    """What a target's words say of its traces, and the target without those words."""

    target: Target
    kept: frozenset[Trace] = frozenset()
    """Traces that must stay."""


def trace_in(words: str) -> Trace | None:
    """The trace that a noun phrase names; None where it names another thing: "its shadow" -> shadow."""
    plain = re.sub(r"^(?:(?:the|its|his|her|their|a|any|cast|own|whole) )+", "", words.lower().strip())
    return _NOUNS.get(plain)


def wish_for(target: Target) -> Wish:
    """What the relation says ("without its shadow"), told apart from where the thing stands."""
    match = _TOLD.search((target.relation or "").lower())
    if match is None:
        return Wish(target)
    relation = ((target.relation or "")[: match.start()] + (target.relation or "")[match.end() :]).strip(" ,")
    named = frozenset[Trace](_NOUNS[word] for word in (match[2], match[3]) if word)
    kept = match["how"] in ("without", "except", "but not")
    return Wish(target.model_copy(update={"relation": relation or None}), named if kept else frozenset[Trace]())


def separate(region: Mask) -> tuple[Mask, ...]:
    """The things that a region is made of, largest first: its pieces, those a few px apart being one."""
    joined, stats = connected_parts(grow(region, max(3, round(0.03 * float(np.sqrt(np.count_nonzero(region)))))))
    sizes = stats[1:, cv2.CC_STAT_AREA]
    order = np.argsort(-sizes, kind="stable")
    return tuple(region & (joined == label + 1) for label in order if sizes[label] >= 0.1 * sizes[order[0]])


def traces_of(image: Image, things: tuple[Mask, ...], kinds: frozenset[Trace]) -> dict[Trace, Mask]:
    """Those kinds of traces that are surely there, each as an (H, W) mask that leaves all of the things out.

    things: (H, W) masks, each of one thing.
    """
    found: dict[Trace, Mask] = {}
    for kind, finder in FINDERS.items():
        if kind in kinds and things:
            mask = np.logical_or.reduce([finder(image, thing) for thing in things])
            mask &= ~np.logical_or.reduce(things)
            if mask.any():
                found[kind] = mask
    return found


def located_trace(locate: Callable[[Image, Target], Located], image: Image, target: Target) -> Located | None:
    """Where the trace of a thing is ("the dog's shadow"); None where the target is no trace of a thing.

    Raises: NotGrounded where the thing is not there, or where nothing below it is surely its trace.
    """
    kind = trace_in(target.phrase or "")
    if kind is None or target.part_of is None:
        return None
    owner = target.model_copy(update={"phrase": target.part_of, "part_of": None, "relation": None})
    located = locate(image, owner)
    if not located.chosen:
        return located
    things = tuple(region.on(*image.shape[:2]) for region in located.chosen)
    mask = traces_of(image, things, frozenset((kind,))).get(kind)
    region = None if mask is None else region_of(mask, located.chosen[0].score, kind, "trace")
    if region is None:
        raise NotGrounded(f"the {kind} of {target.part_of}", 0.0, tuple(one.label for one in located.chosen))
    return Located((region,), (region,), located.notices)
