"""Clothes, hair and limbs of a person who is seen: where they must be on a body, and what colours say of their edges.

Measures are in heads, as artists have it: an upright adult is seven and a half heads tall, hips four below the crown
and knees five and a half. The head is where a face is found, or above the neck of the silhouette.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np

from engine.data import Box, Image, Mask, Region
from engine.grounding.faces import Face, skin
from engine.grounding.phrases import vocabulary
from engine.grounding.regions import region_of
from engine.grounding.things import common
from engine.segmentation.edges import reduced, sharpen, tidy
from engine.segmentation.grabcut import cut

_SIDE: Final = 320
"""px of the longer side of the person that is cut."""
_HEAD: Final = 1.25
"""Of the height of a face's box, which goes from brow to chin: the height of the head."""
_ABOVE: Final = 0.64
"""Of the head's height: how far the crown is above the middle of the face's box."""
_HEADS: Final = 7.5
_UPRIGHT: Final = (0.55, 1.25)
"""Stretch of those whose hips and feet are where they are on who stands."""
_ALIKE: Final = 16.0
"""CIE Lab distance within which hair keeps to the colours at the crown."""
_HEADGEAR: Final = frozenset(("hair", "head", "hat"))
_LOW: Final = frozenset(("trousers", "legs", "shoes"))
_LEAST: Final = 0.12
"""Share of its zone that a garment fills: what is smaller is a stripe or a button."""
_FACED, _UNFACED = 0.6, 0.45
"""How sure parts are where the face is seen, and where only the silhouette tells the head."""


class _Zone(NamedTuple):
    """Where a garment is, in heads below the crown: from, to, and the part of it that is surely its own."""

    top: float
    bottom: float
    core_top: float
    core_bottom: float
    skin: bool = False
    """Whether bare skin belongs to it."""


_ZONES: Final = {
    "hair": _Zone(-0.15, 1.7, 0.06, 0.17),
    "head": _Zone(-0.2, 1.12, 0.1, 0.9, skin=True),
    "hat": _Zone(-0.4, 0.4, 0.0, 0.16),
    "top": _Zone(1.05, 4.6, 1.7, 2.8),
    "dress": _Zone(1.05, 7.0, 1.8, 4.2),
    "trousers": _Zone(3.6, 7.4, 4.2, 5.4),
    "legs": _Zone(4.0, 7.2, 4.4, 6.0, skin=True),
    "shoes": _Zone(6.9, 8.2, 7.15, 7.4),
    "clothes": _Zone(1.05, 7.1, 1.6, 5.0),
    "torso": _Zone(1.05, 4.0, 1.5, 3.4, skin=True),
}
_NAMES: Final = {
    "hair": "hair hairstyle haircut ponytail fringe bangs curl braid",
    "head": "head",
    "hat": "hat cap helmet beanie headscarf turban crown hood bonnet headband headwear",
    "top": """shirt t-shirt tshirt tee top blouse jacket coat sweater jumper hoodie sweatshirt pullover cardigan vest
        waistcoat blazer jersey polo tunic anorak parka""",
    "dress": "dress gown robe kimono sari coverall overall jumpsuit",
    "trousers": "trousers pants jeans slacks shorts skirt leggings tights trouser jean short legging",
    "legs": "leg thigh calf knee",
    "shoes": "shoe boot sneaker trainer foot sandal heel slipper footwear",
    "clothes": "clothes clothing outfit garment suit uniform costume attire apparel wear tracksuit wetsuit",
    "torso": "torso chest belly stomach upper-body back",
}
ZONE_OF: Final = {noun: zone for zone, nouns in _NAMES.items() for noun in vocabulary(nouns)}
"""The zone in which a part of a person is, by its noun in the singular."""


@dataclass(frozen=True, eq=False, slots=True)
class _Figure:
    """A small copy of a person, and how their body lies in it; px of the copy."""

    small: Image
    mask: Mask
    crown: float
    head: float
    """Height of the head."""
    middle: float
    """Column of the head's middle."""
    faced: bool
    stretch: float
    """How long the body below the head is, against that of an upright adult; 1 where the feet are out of sight."""

    def rows(self, top: float, bottom: float) -> slice:
        """Rows between two heights in an adult's heads below the crown."""
        height = self.mask.shape[0]
        first, last = (
            min(max(round(self.crown + self.head * (at if at < 1 else 1 + (at - 1) * self.stretch)), 0), height)
            for at in (top, bottom)
        )
        return slice(first, max(first, last))


def body_part(image: Image, noun: str, person: Region, faces: Sequence[Face]) -> Region | None:
    """The part of that noun of a person; None where it is out of sight, or the head cannot be told.

    person: with a mask. faces: of the whole picture; those in other people are passed over.
    """
    figure = _figure(image, person, faces)
    name = ZONE_OF.get(noun)
    if figure is None or name is None:
        return None
    zone = _ZONES[name]
    reach = _reach(figure, name, zone)
    core = _core(figure, name, zone) & reach
    if np.count_nonzero(core) < 4 or not _seen(figure, name, zone):
        return None
    grown = _of_a_colour(figure, reach, core) if name == "hair" else _cut(figure, reach, core, zone)
    found = tidy(grown, speck=0.15)
    if np.count_nonzero(found) < _LEAST * np.count_nonzero(reach):
        return None
    box = _around(person, image)
    fine = sharpen(np.ascontiguousarray(image[box.slices]), found)
    score = (_FACED if figure.faced else _UNFACED) * person.score
    return region_of(fine, score, noun, "body", origin=box)


def _around(person: Region, image: Image) -> Box:
    """The person's box, with room above for what they wear on the head and the masks of people leave out."""
    up = round(0.08 * person.box.height)
    return Box(person.box.x0, max(0, person.box.y0 - up), person.box.x1, min(person.box.y1 + 2, image.shape[0]))


def _figure(image: Image, person: Region, faces: Sequence[Face]) -> _Figure | None:
    if person.mask is None:
        return None
    box = _around(person, image)
    small = reduced(np.ascontiguousarray(image[box.slices]), _SIDE)
    whole = np.zeros((box.height, box.width), np.uint8)
    down, across = person.box.y0 - box.y0, person.box.x0 - box.x0
    whole[down : down + person.box.height, across : across + person.box.width] = person.mask
    mask = np.asarray(cv2.resize(whole, small.shape[1::-1], interpolation=cv2.INTER_AREA), np.bool_)
    scale = small.shape[1] / box.width
    face = _own(faces, person)
    if face is not None:
        head = _HEAD * face.box.height * scale
        crown = ((face.box.y0 + face.box.y1) / 2 - box.y0) * scale - _ABOVE * head
        middle = ((face.box.x0 + face.box.x1) / 2 - box.x0) * scale
        return _Figure(small, mask, crown, head, middle, True, _stretch(mask, crown, head, _cut_off(person, image)))
    return _from_silhouette(small, mask, _cut_off(person, image))


def _cut_off(person: Region, image: Image) -> bool:
    return person.box.y1 >= image.shape[0] - max(2, image.shape[0] // 100)


def _stretch(mask: Mask, crown: float, head: float, cut_off: bool) -> float:
    """As in a figure: children have longer heads, who sits has shorter legs."""
    tall = (float(np.nonzero(mask.any(axis=1))[0][-1]) + 1 - crown) / head
    return 1.0 if cut_off and tall < _HEADS else (tall - 1) / (_HEADS - 1)


def _own(faces: Sequence[Face], person: Region) -> Face | None:
    """The surest face that lies in the person's box, and not at its foot."""
    box = person.box
    upper = Box(box.x0, box.y0 - box.height // 10, box.x1, box.y0 + 2 * box.height // 3)
    mine = [face for face in faces if common(face.box, upper) >= 0.8 * face.box.area]
    return max(mine, key=lambda face: face.score * face.box.area, default=None)


def _from_silhouette(small: Image, mask: Mask, cut_off: bool) -> _Figure | None:
    """The head as what is above the neck: the narrowest rows under the crown before the shoulders."""
    widths = mask.sum(axis=1).astype(np.float32)
    rows = np.nonzero(widths)[0]
    if rows.size < 40:
        return None
    crown, tall = int(rows[0]), int(rows[-1] - rows[0] + 1)
    if tall < 1.6 * float(np.percentile(widths[rows], 90)):
        return None
    smooth = np.asarray(cv2.blur(widths[:, None], (1, max(1, tall // 40))), np.float32).ravel()
    window = slice(crown + round(0.09 * tall), crown + round(0.24 * tall))
    neck = window.start + int(np.argmin(smooth[window]))
    shoulders = float(smooth[neck : neck + round(0.12 * tall)].max())
    if smooth[neck] > 0.75 * shoulders:
        return None
    top = mask[crown:neck]
    middle = float(np.nonzero(top)[1].mean())
    head = 1.1 * (neck - crown)
    return _Figure(small, mask, crown, head, middle, False, _stretch(mask, crown, head, cut_off))


def _seen(figure: _Figure, name: str, zone: _Zone) -> bool:
    """Whether the part is where one would look for it: above what the picture cuts off, on legs that stand."""
    low, high = _UPRIGHT
    if name in _LOW and not low <= figure.stretch <= high:
        return False
    seen = np.nonzero(figure.mask.any(axis=1))[0]
    least = zone.core_top if name in _LOW else zone.top + 0.2
    return bool(seen.size) and figure.rows(least, zone.bottom).start < seen[-1]


def _reach(figure: _Figure, name: str, zone: _Zone) -> Mask:
    """Where the part may be: its rows of the person; about the head, also what the person's mask leaves out.

    The head itself is the oval about it.
    """
    reach = np.zeros_like(figure.mask)
    rows = figure.rows(zone.top, zone.bottom if figure.faced or name != "hair" else 0.9)
    reach[rows] = figure.mask[rows]
    if name not in _HEADGEAR:
        return reach
    if name == "head":
        reach[:] = False
    crown = np.zeros(reach.shape, np.uint8)
    centre = (round(figure.middle), round(figure.crown + 0.45 * figure.head))
    cv2.ellipse(crown, centre, (round(0.42 * figure.head), round(0.55 * figure.head)), 0, 0, 360, 1, cv2.FILLED)
    near = np.zeros_like(reach)
    half = 0.7 * figure.head
    near[: rows.stop, max(round(figure.middle - half), 0) : max(round(figure.middle + half), 0)] = True
    return (reach | crown.astype(np.bool_)) & near


def _core(figure: _Figure, name: str, zone: _Zone) -> Mask:
    """What is surely the part: the middle of its rows, away from arms and outline."""
    core = np.zeros_like(figure.mask)
    rows = figure.rows(zone.core_top, zone.core_bottom)
    if name in _HEADGEAR:
        half = 0.22 * figure.head
        core[rows, max(round(figure.middle - half), 0) : max(round(figure.middle + half), 0)] = True
        return core
    inner = np.asarray(cv2.erode(figure.mask.astype(np.uint8), np.ones((5, 5), np.uint8)), np.bool_)
    if not inner[rows].any():
        seen = np.nonzero(figure.mask[figure.rows(zone.top, zone.bottom)].any(axis=1))[0]
        last = figure.rows(zone.top, zone.bottom).start + int(seen[-1]) if seen.size else 0
        rows = slice(max(0, last - round(0.25 * figure.head)), last + 1)
    core[rows] = inner[rows]
    return core if zone.skin else core & ~_bare(figure)


def _cut(figure: _Figure, reach: Mask, core: Mask, zone: _Zone) -> Mask:
    if zone.skin:
        return reach
    seeds = np.where(reach, cv2.GC_PR_FGD, cv2.GC_BGD)
    seeds[figure.mask & ~reach] = cv2.GC_PR_BGD
    bare = _bare(figure) & ~core
    seeds[bare & reach] = cv2.GC_PR_BGD
    seeds[_face_oval(figure)] = cv2.GC_BGD
    seeds[core & ~_face_oval(figure)] = cv2.GC_FGD
    return cut(figure.small, seeds.astype(np.uint8), 3) & reach


def _of_a_colour(figure: _Figure, reach: Mask, core: Mask) -> Mask:
    """What hangs together with the core and keeps to its colours: hair parts from faces and collars by them alone."""
    smooth = np.asarray(cv2.bilateralFilter(figure.small, 5, 25, 4), np.float32)
    lab = np.asarray(cv2.cvtColor(smooth / 255, cv2.COLOR_RGB2LAB), np.float32)
    distance = np.linalg.norm(lab - np.median(lab[core], axis=0), axis=2)
    like = reach & (distance < _ALIKE) & ~_face_oval(figure)
    pieces = np.asarray(cv2.connectedComponents((like | core).astype(np.uint8), connectivity=4)[1], np.int32)
    return np.isin(pieces, np.unique(pieces[core])) & like


def _bare(figure: _Figure) -> Mask:
    """Skin, where the face shows that this person's is of the colour that skin has in most pictures."""
    bare = skin(figure.small) & figure.mask
    oval = _face_oval(figure)
    return bare if figure.faced and bare[oval].mean() > 0.5 else np.zeros_like(bare)


def _face_oval(figure: _Figure) -> Mask:
    """Brow to chin; nothing where no face was seen."""
    oval = np.zeros(figure.mask.shape, np.uint8)
    if figure.faced:
        centre = (round(figure.middle), round(figure.crown + 0.6 * figure.head))
        cv2.ellipse(oval, centre, (round(0.26 * figure.head), round(0.32 * figure.head)), 0, 0, 360, 1, cv2.FILLED)
    return oval.astype(np.bool_)
