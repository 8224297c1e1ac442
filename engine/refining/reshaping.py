"""Where an edit was made, changed in words: larger, without a part, with something more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.data import Box, Image, Located, Mask, Region
from engine.errors import Ambiguous, NeedsClarification, NotGrounded
from engine.geometry import bounding_box, crop_window
from engine.grounding.guesses import is_guess
from engine.grounding.traces import Trace, trace_in, traces_of
from engine.masks import grow, invert, shrink, union
from engine.operations import Target
from engine.planner import parse_target
from engine.refining.changes import Change, changes_in, stride

Locate = Callable[[Image, Target], Located]

_NEAR: Final = 0.4
"""Of the area's longer side: how far around it is looked closely for what is too small to be seen from afar."""
_INSIDE: Final = 0.15
"""Of a found thing: how much of it must lie in the area for the area to have held it."""
_COVERED: Final = 0.9
"""Of a found thing: from which share on it is in the area already."""
_SIDES: Final = re.compile(
    r"^(?:the )?(?:very )?(?P<first>left|right|top|upper|bottom|lower)(?:[ -](?P<second>left|right))?(?:[ -]hand)?"
    r" (?P<share>half|third|quarter|part|side|end|edge|bit|portion|corner)(?: of (?:it|the (?:mask|area|selection)))?$"
)
_SHARES: Final = {"third": 1 / 3, "quarter": 1 / 4, "edge": 1 / 8}
WHAT_CHANGE: Final = (
    "How should the area of the last edit change? “Bigger”, “smaller”, “softer”, “inverted”, “also the hat” "
    "and “not the arm” work."
)


@dataclass(frozen=True, eq=False)
class Ground:
    """What an area is reshaped on."""

    image: Image
    locate: Locate
    subject: Target | None = None
    """What the edit was about, in words: "the left one" is another of these."""
    index: int = 0
    """Which of the plan's operations that was."""


def reshaped(area: Mask, words: str, ground: Ground) -> Mask:
    """The area after the change; never empty, and what only softens its border leaves it as it is.

    "Bigger" covers the area, "smaller" lies in it; things named are looked for in and near it first, then anywhere.
    area: (H, W), not empty; unchanged.
    Raises: NotGrounded where a thing is not there, NeedsClarification where the words ask for nothing of the kind or
    would leave nothing.
    """
    changes = changes_in(words)
    if not changes:
        raise NeedsClarification(WHAT_CHANGE)
    for change in changes:
        area = _changed(area, change, ground)
        if not area.any():
            raise NeedsClarification("That would leave nothing of the area. Which part should stay?")
    return area


def _changed(area: Mask, change: Change, ground: Ground) -> Mask:
    match change.way:
        case "grow":
            return grow(area, stride(change, extent_of(area)))
        case "shrink":
            return _shrunk(area, stride(change, extent_of(area)))
        case "invert":
            return invert(area)
        case "soften" | "harden":
            return area
        case "include":
            return area | _wanted(area, change.thing, ground)
        case "exclude":
            return _without(area, change.thing, ground)
        case "only":
            return area & _held(area, change.thing, ground)
        case "instead":
            return _other(area, change.thing, ground)


def extent_of(area: Mask) -> float:
    """The root of the pixels selected."""
    return float(np.sqrt(np.count_nonzero(area)))


def _shrunk(area: Mask, px: int) -> Mask:
    """The area less a rim, as much of it as leaves something: a thin thing has no 20 px to give."""
    while px > 0:
        smaller = shrink(area, px)
        if smaller.any():
            return smaller
        px //= 2
    return area


def _without(area: Mask, thing: str, ground: Ground) -> Mask:
    kind = trace_in(thing)
    if kind is None:
        return area & ~_held(area, thing, ground)
    owners = _owners(area, ground)
    return area & (~grow(_trace(kind, owners, thing, ground), 2) | union(*owners))


def _held(area: Mask, thing: str, ground: Ground) -> Mask:
    """What the words mean in the area. Raises: NotGrounded."""
    side = _side(area, thing)
    if side is not None:
        return side
    if (kind := trace_in(thing)) is not None:
        return _trace(kind, _owners(area, ground), thing, ground)
    seen: tuple[str, ...] = ()
    for located in _looks(area, _meant(thing, ground), ground):
        masks = [region.on(*area.shape) for region in located]
        inside = [mask for mask in masks if np.count_nonzero(mask & area) >= _INSIDE * np.count_nonzero(mask)]
        if inside:
            return union(*inside)
        seen = seen or tuple(dict.fromkeys(region.label for region in located))
    raise NotGrounded(thing, 0.0, seen)


def _wanted(area: Mask, thing: str, ground: Ground) -> Mask:
    """What the words mean that the area lacks, the nearest where several fit. Raises: NotGrounded."""
    side = _side(area, thing)
    if side is not None:
        return side
    if (kind := trace_in(thing)) is not None:
        return _trace(kind, _owners(area, ground), thing, ground)
    for located in _looks(area, _meant(thing, ground), ground):
        masks = [region.on(*area.shape) for region in located]
        missing = [mask for mask in masks if np.count_nonzero(mask & area) < _COVERED * np.count_nonzero(mask)]
        if missing:
            return min(missing, key=lambda mask: _gap(mask, area))
    raise NotGrounded(thing)


def _other(area: Mask, thing: str, ground: Ground) -> Mask:
    """What was meant instead: the thing named, else the one other that the words of the edit fit.

    Raises: NotGrounded, NeedsClarification, Ambiguous with the others where there are several.
    """
    if thing:
        return union(
            *(region.on(*area.shape) for region in _chosen(ground.locate(ground.image, _meant(thing, ground))))
        )
    if ground.subject is None or ground.subject.phrase is None:
        raise NeedsClarification("What should it have been? Name it, or draw a mask.")
    anywhere = ground.subject.model_copy(
        update={"position": None, "ordinal": None, "size": None, "quantity": None, "relation": None}
    )
    regions = ground.locate(ground.image, anywhere).regions
    masks = [(region, region.on(*area.shape)) for region in regions]
    others = [one for one, mask in masks if np.count_nonzero(mask & area) < _INSIDE * np.count_nonzero(mask)]
    if not others:
        raise NotGrounded(f"another {ground.subject.phrase}", 0.0, tuple(region.label for region in regions[:1]))
    if len(others) > 1:
        raise Ambiguous(ground.subject.phrase, tuple(others), ground.index)
    return others[0].on(*area.shape)


def _chosen(located: Located) -> Sequence[Region]:
    if not located.chosen:
        raise NeedsClarification("Which one? Say it by place: “no, the left one”.")
    return located.chosen


def _meant(thing: str, ground: Ground) -> Target:
    """The target of the words; "the left one" is one of what the edit was about."""
    target = parse_target(thing)
    if not target.previous and target.phrase is not None:
        return target
    if ground.subject is None or ground.subject.phrase is None:
        raise NotGrounded(thing)
    return target.model_copy(
        update={"previous": False, "phrase": ground.subject.phrase, "colour": target.colour or ground.subject.colour}
    )


def _looks(area: Mask, target: Target, ground: Ground) -> Iterator[Sequence[Region]]:
    """What the target may be, likeliest first: a part of what the edit was about, anywhere, or small and near the area.

    Where the words tell one by its place, its order or its size, that one alone; else all that bear the name.
    """
    told = any((target.position, target.ordinal, target.size, target.relation))
    owner = ground.subject.phrase if ground.subject is not None else None
    box = bounding_box(area)
    assert box is not None
    near = crop_window(box, *area.shape, context=_NEAR, minimum=64)
    asked: list[tuple[Target, Box | None]] = [(target, None), (target, near)]
    if owner is not None and target.part_of is None and owner != target.phrase:
        asked.insert(0, (target.model_copy(update={"part_of": owner}), None))
    for words, window in asked:
        located = _located(ground, words, window)
        if located is not None:
            yield located.chosen if told and located.chosen else located.regions


def _located(ground: Ground, target: Target, window: Box | None = None) -> Located | None:
    """Where the target is in the window, in the frame of the picture; None where nothing bears its name.

    The main subject never stands in for a thing to include or leave out.
    """
    image = ground.image if window is None else np.ascontiguousarray(ground.image[window.slices])
    try:
        located = ground.locate(image, target)
    except NotGrounded:
        return None
    if any(note.kind == "main_subject" for note in located.notices) or is_guess(located.regions):
        return None
    if window is None:
        return located
    return Located(
        tuple(_moved(region, window) for region in located.regions),
        tuple(_moved(region, window) for region in located.chosen),
    )


def _moved(region: Region, window: Box) -> Region:
    box = region.box
    return replace(region, box=Box(box.x0 + window.x0, box.y0 + window.y0, box.x1 + window.x0, box.y1 + window.y0))


def _owners(area: Mask, ground: Ground) -> tuple[Mask, ...]:
    """The things whose traces are in the area: what the edit was about where that is found there, else the area."""
    if ground.subject is not None and ground.subject.phrase is not None:
        located = _located(ground, ground.subject)
        masks = [region.on(*area.shape) for region in (located.chosen or located.regions)] if located else []
        inside = [mask for mask in masks if np.count_nonzero(mask & area) > np.count_nonzero(mask) / 2]
        if inside:
            return tuple(inside)
    return (area,)


def _trace(kind: Trace, owners: tuple[Mask, ...], thing: str, ground: Ground) -> Mask:
    found = traces_of(ground.image, owners, frozenset((kind,)))
    if kind not in found:
        raise NotGrounded(thing)
    return found[kind]


def _side(area: Mask, thing: str) -> Mask | None:
    """A side of the area's box, such as "the left half" or "the top part"; None where the words name a thing."""
    match = _SIDES.match(thing)
    box = bounding_box(area)
    if match is None or box is None:
        return None
    words = {match["first"], match["second"]}
    quartered = match["second"] is not None and match["share"] in ("quarter", "corner")
    share = 1 / 2 if quartered else _SHARES.get(match["share"], 1 / 2)
    across, down = round(share * box.width), round(share * box.height)
    x0 = box.x1 - across if "right" in words else box.x0
    x1 = box.x0 + across if "left" in words else box.x1
    y0 = box.y1 - down if words & {"bottom", "lower"} else box.y0
    y1 = box.y0 + down if words & {"top", "upper"} else box.y1
    side = np.zeros_like(area)
    side[y0:y1, x0:x1] = True
    return side


def _gap(mask: Mask, area: Mask) -> float:
    """px between the middles of both boxes."""
    first, second = bounding_box(mask), bounding_box(area)
    if first is None or second is None:
        return float("inf")
    return float(np.hypot(first.x0 + first.x1 - second.x0 - second.x1, first.y0 + first.y1 - second.y0 - second.y1)) / 2
