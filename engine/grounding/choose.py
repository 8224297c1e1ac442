"""Which candidates the words choose: pure geometry on regions, nothing is looked at again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from engine.data import Region
from engine.grounding.wishes import Measure, Relation, Side, Wish, wish_of
from engine.operations import Target

_TIE: Final = 0.02
"""Of the picture's side: candidates nearer to each other than this are not told apart by a place word."""
_ALIKE: Final = 0.05
"""Sizes within this share are the same size to the eye."""


def choose(
    candidates: Sequence[Region],
    target: Target,
    height: int,
    width: int,
    anchors: Sequence[Region] = (),
    likely: float = 0.5,
) -> tuple[Region, ...]:
    """The candidates that the words mean; empty when several fit and no word tells them apart.

    height, width: of the picture, px. anchors: where the things named by the relation are; without them that
    relation chooses nothing. likely: of the best score, what it takes to be in doubt when the words say nothing.
    """
    wish = wish_of(target)
    left = list(candidates)
    if wish.relation is not None and anchors:
        left = _related(left, wish.relation, anchors, wish.many)
    if wish.sides and wish.order is None and wish.size is None:
        left = _placed(left, wish, height, width)
    elif wish.sides:
        left = _half(left, wish.sides, height, width) or left
    if wish.size is not None:
        left = _sized(left, wish)
    elif wish.order is not None:
        left = _nth(_ordered(left, wish.order_from), wish.order)
    return _counted(left, wish, likely)


def _counted(left: list[Region], wish: Wish, likely: float) -> tuple[Region, ...]:
    if wish.every or not left:
        return tuple(left)
    if wish.count is not None and wish.count > 1:
        return tuple(left[: wish.count])
    if wish.plural:
        return tuple(left)
    best = max(region.score for region in left)
    strong = [region for region in left if region.score >= likely * best]
    return (strong[0],) if len(strong) == 1 else ()


def _centre(region: Region) -> tuple[float, float]:
    """(x, y) of the middle of the box, px."""
    return (region.box.x0 + region.box.x1) / 2, (region.box.y0 + region.box.y1) / 2


def _placed(left: list[Region], wish: Wish, height: int, width: int) -> list[Region]:
    """The one furthest to that side (all that tie with it); for a plural, all in that half; for a number, so many."""
    if len(left) < 2:
        return left
    if wish.many and wish.count is None:
        return _half(left, wish.sides, height, width) or left
    distance = {id(region): _distance(region, left, wish.sides, height, width) for region in left}
    ranked = sorted(left, key=lambda region: distance[id(region)])
    if wish.count is not None and wish.count > 1:
        return ranked[: wish.count]
    return [region for region in ranked if distance[id(region)] <= distance[id(ranked[0])] + _TIE + 1e-9]


def _distance(region: Region, among: Sequence[Region], sides: frozenset[Side], height: int, width: int) -> float:
    """How far a candidate is from where the words put it, in picture sides."""
    x, y = _centre(region)
    total = 0.0
    for side in sides:
        match side:
            case "left":
                total += x / width
            case "right":
                total += 1 - x / width
            case "top":
                total += y / height
            case "bottom":
                total += 1 - y / height
            case "front":
                total += 1 - region.box.y1 / height
            case "back":
                total += region.box.y1 / height
            case "middle":
                total += _off_middle(region, among, height, width)
    return total


def _off_middle(region: Region, among: Sequence[Region], height: int, width: int) -> float:
    """From the middle of the group when there are three or more to stand between, else from that of the picture."""
    centres = np.array([_centre(other) for other in among])
    middle = (centres.min(0) + centres.max(0)) / 2 if len(among) > 2 else np.array((width / 2, height / 2))
    x, y = _centre(region)
    return float(np.hypot((x - middle[0]) / width, (y - middle[1]) / height))


def _half(left: list[Region], sides: frozenset[Side], height: int, width: int) -> list[Region]:
    return [region for region in left if all(lies(region, side, height, width) for side in sides)]


def lies(region: Region, side: Side, height: int, width: int) -> bool:
    """Whether the middle of the region is in that part of a (height, width) picture."""
    x, y = _centre(region)
    match side:
        case "left":
            return x < width / 2
        case "right":
            return x > width / 2
        case "top":
            return y < height / 2
        case "bottom":
            return y > height / 2
        case "front":
            return region.box.y1 > height / 2
        case "back":
            return region.box.y1 < height * 2 / 3
        case "middle":
            return abs(x - width / 2) < width / 5


def _measure(region: Region, measure: Measure) -> float:
    match measure:
        case "area":
            return region.area
        case "height":
            return region.box.height
        case "width":
            return region.box.width
        case "length":
            return max(region.box.width, region.box.height)


def _sized(left: list[Region], wish: Wish) -> list[Region]:
    if wish.size is None or len(left) < 2:
        return left
    measure, sign = wish.size
    ranked = sorted(left, key=lambda region: _measure(region, measure), reverse=sign >= 0)
    if sign == 0:
        return [ranked[len(ranked) // 2]]
    if wish.order is not None:
        return _nth(ranked, wish.order)
    if wish.count is not None and wish.count > 1:
        return ranked[: wish.count]
    values = [_measure(region, measure) for region in ranked]
    if wish.many:
        return ranked[: _widest_gap(values)]
    return [
        region for region, value in zip(ranked, values, strict=True) if abs(value - values[0]) <= _ALIKE * values[0]
    ]


def _widest_gap(values: Sequence[float]) -> int:
    """Where sorted sizes fall into large and small: after the biggest jump in ratio; the end when all are alike."""
    jumps = [abs(float(np.log(max(a, 1) / max(b, 1)))) for a, b in pairwise(values)]
    return int(np.argmax(jumps)) + 1 if max(jumps) > _ALIKE else len(values)


def _ordered(left: list[Region], start: Side | None) -> list[Region]:
    """From the side the words name; else left to right, or top to bottom where they stand in one column."""
    centres = np.array([_centre(region) for region in left]).reshape(-1, 2)
    if start is None and len(left) > 1:
        across, down = np.ptp(centres, axis=0)
        start = "top" if across < 0.2 * down else "left"
    keys: dict[Side, Callable[[Region], float]] = {
        "right": lambda region: -_centre(region)[0],
        "top": lambda region: _centre(region)[1],
        "bottom": lambda region: -_centre(region)[1],
        "front": lambda region: -region.box.y1,
        "back": lambda region: region.box.y1,
    }
    return sorted(left, key=keys.get(start or "left", lambda region: _centre(region)[0]))


def _nth(ranked: list[Region], order: int) -> list[Region]:
    index = order - 1 if order > 0 else len(ranked) + order
    return [ranked[index]] if 0 <= index < len(ranked) else []


def _related(left: list[Region], relation: Relation, anchors: Sequence[Region], many: bool) -> list[Region]:
    """Those that stand so to an anchor, nearest first; one of them unless more are asked for or as near."""
    others = [region for region in left if not any(_same(region, anchor) for anchor in anchors)]
    if relation.bond == "between" and len(anchors) > 1:
        gaps = [max(_gap(region, anchors[0]), _gap(region, anchors[1])) for region in others]
        return _nearest(others, gaps, many)
    fitting = [region for region in others if any(_stands(region, relation.bond, anchor) for anchor in anchors)]
    gaps = [_closest(region, relation.bond, anchors) for region in fitting]
    return _nearest(fitting, gaps, many and relation.bond != "near")


def _closest(region: Region, bond: str, anchors: Sequence[Region]) -> float:
    """px to the nearest anchor that it stands so to; less for what lies deeper in or on it, or further away from it."""
    deep = float(np.sqrt(region.box.area)) if bond in {"on", "inside"} else 0.0
    gaps = [
        _gap(region, anchor) - deep * _overlap(region, anchor) for anchor in anchors if _stands(region, bond, anchor)
    ]
    return -min(gaps) if bond == "far" else min(gaps)


def _nearest(regions: list[Region], gaps: list[float], every: bool) -> list[Region]:
    ranked = sorted(zip(gaps, range(len(regions)), strict=True))
    if not ranked or every:
        return [regions[index] for _, index in ranked]
    size = float(np.sqrt(regions[ranked[0][1]].box.area))
    return [regions[index] for gap, index in ranked if gap <= ranked[0][0] + 0.05 * size]


def _stands(region: Region, bond: str, anchor: Region) -> bool:
    (x, y), (anchor_x, anchor_y) = _centre(region), _centre(anchor)
    match bond:
        case "above":
            return y < anchor_y and region.box.y0 < anchor.box.y0
        case "below":
            return y > anchor_y and region.box.y1 > anchor.box.y1
        case "left":
            return x < anchor_x
        case "right":
            return x > anchor_x
        case "inside" | "on":
            return _overlap(region, anchor) > 0.3 or _gap(region, anchor) <= 0.05 * anchor.box.width
        case "front":
            return region.box.y1 >= anchor.box.y1 - 0.1 * anchor.box.height
        case "behind":
            return region.box.y1 <= anchor.box.y1
        case _:
            return True


def _same(region: Region, anchor: Region) -> bool:
    """Whether both are one thing, found twice; who rides lies within the ride's box, but not the ride in theirs."""
    return min(_overlap(region, anchor), _overlap(anchor, region)) > 0.7


def _overlap(region: Region, anchor: Region) -> float:
    """Share of the region's box that lies in the anchor's."""
    across = min(region.box.x1, anchor.box.x1) - max(region.box.x0, anchor.box.x0)
    down = min(region.box.y1, anchor.box.y1) - max(region.box.y0, anchor.box.y0)
    return max(across, 0) * max(down, 0) / max(region.box.area, 1)


def _gap(region: Region, anchor: Region) -> float:
    """px between two boxes, 0 where they touch; centres break ties."""
    across = max(region.box.x0 - anchor.box.x1, anchor.box.x0 - region.box.x1, 0)
    down = max(region.box.y0 - anchor.box.y1, anchor.box.y0 - region.box.y1, 0)
    (x, y), (anchor_x, anchor_y) = _centre(region), _centre(anchor)
    return float(np.hypot(across, down) + 1e-3 * np.hypot(x - anchor_x, y - anchor_y))
