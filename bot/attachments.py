"""What the pictures of one message are for: to be edited, to say where, or to be an example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.pointing import example_among, means_each
from engine.data import Picture
from engine.imageio.decoded import turned
from engine.selection.given import ASPECT_TOLERANCE, looks_like_mask
from engine.selection.scribbles import WORKING_AREA, fitted

QUARTER_TURNS: Final = (6, 8)
"""How phones held upright turn their photos (EXIF 2.3, orientation)."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What each picture of a message is, by its index; a second mask, or a second example for a reply, is nothing."""

    subjects: tuple[int, ...]
    """Those to be edited, each on its own; empty where the others belong to the picture replied to."""
    mask: int | None = None
    """Where to edit the parent, or the first subject."""
    reference: int | None = None
    """An example for the edit."""


def sort_out(pictures: Sequence[Picture], instruction: str, *, parent: Picture | None, takes_reference: bool) -> Roles:
    """What the pictures are for; it compares up to a million pixels of each, so call it on a thread.

    A mask has the shape of the parent, or else of the first picture, and is black and white, or transparent, or that
    picture with scribbles on it. It may have another resolution, and may lie as the pixels do of a photo whose file
    says how to turn it: `imageio.turned_with` stands it upright. Where only the first is a mask, of the second,
    it came first. Words say whether the others are meant alike ("both", "these") or one is an example ("like the
    second"). Where they say neither, the other of two pictures is one if the plan can use it, and more are subjects.

    parent: the picture replied to, which the message is about. takes_reference: whether the plan can use an example.
    """
    if not pictures:
        return Roles(())
    each = means_each(instruction)
    if parent is not None:
        return _roles_beside(parent, pictures, instruction, each=each)
    masks = _masks_among(pictures, each=each)
    candidates = [index for index in range(len(pictures)) if index not in masks]
    reference = None
    if len(candidates) > 2 or (len(candidates) == 2 and not each):
        reference = example_among(instruction, candidates)
        if reference is None and len(candidates) == 2 and takes_reference:
            reference = candidates[1]
    subjects = tuple(index for index in candidates if index != reference)
    return Roles(subjects, masks[0] if masks else None, reference)


def _roles_beside(parent: Picture, pictures: Sequence[Picture], instruction: str, *, each: bool) -> Roles:
    """The roles of pictures sent in reply to one."""
    masks = [index for index, picture in enumerate(pictures) if _marks(picture, parent)]
    others = [index for index in range(len(pictures)) if index not in masks]
    mask = masks[0] if masks else None
    if each and len(others) > 1:
        return Roles(tuple(others), mask)
    example = example_among(instruction, others)
    return Roles((), mask, others[0] if example is None and others else example)


def _masks_among(pictures: Sequence[Picture], *, each: bool) -> list[int]:
    """Those that are masks of the first, or the first where it is one of the second."""
    first, *rest = pictures
    masks = [index for index, picture in enumerate(rest, 1) if _marks(picture, first, each=each)]
    return masks or ([0] if rest and _marks(first, rest[0], each=each) else [])


def _marks(candidate: Picture, base: Picture, *, each: bool = False) -> bool:
    """Whether it is a mask of the other.

    Two pages of print, and two cut-outs, look like masks of each other. Pages are none where the words mean each
    of them, for a drawing may have a mask; cut-outs never are.
    """
    if not _is_mask_of(candidate, base):
        return False
    cut_out = candidate.opacity is not None and base.opacity is not None
    return not ((each or cut_out) and _is_mask_of(base, candidate))


def _is_mask_of(candidate: Picture, base: Picture) -> bool:
    """Whether it looks like a mask of the other, whatever its resolution, upright or lying."""
    aspect = base.width / base.height
    if _agree(candidate.width / candidate.height, aspect):
        height, width = _working_size(candidate.height, candidate.width)
        ways = [_at(candidate, height, width)]
    elif _agree(candidate.height / candidate.width, aspect):
        height, width = _working_size(candidate.width, candidate.height)
        ways = [turned(_at(candidate, width, height), orientation) for orientation in QUARTER_TURNS]
    else:
        return False
    below = _at(base, height, width)
    return any(looks_like_mask(way, below) for way in ways)


def _working_size(height: int, width: int) -> tuple[int, int]:
    """(height, width) at which a picture of that size is compared with another."""
    shrunk = min(1.0, (WORKING_AREA / (height * width)) ** 0.5)
    return max(1, round(height * shrunk)), max(1, round(width * shrunk))


def _agree(aspect: float, other: float) -> bool:
    return abs(aspect / other - 1) <= ASPECT_TOLERANCE


def _at(picture: Picture, height: int, width: int) -> Picture:
    opacity = None if picture.opacity is None else fitted(picture.opacity, height, width)
    return Picture(fitted(picture.rgb, height, width), opacity)
