"""Operations that keep every pixel where it is: colour, tone, looks, blur, restoration."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from engine.colours import Colour, colour_of
from engine.data import Image, Mask
from engine.errors import BackendMissing, BadOption, NeedsClarification
from engine.grounding.faces import FACE_NOUNS
from engine.grounding.phrases import parse
from engine.handlers.blend import retouch
from engine.handlers.generate import apply_generative
from engine.masks import union
from engine.named_looks import look_of
from engine.operations import Adjust, Blur, Recolor, Restore, Style
from engine.planner import parse_target
from engine.scene import Scene, Step
from engine.specialists import Restorer
from engine.tools.blur import block_for, blur, pixelate, sigma_for
from engine.tools.looks import apply_look, partly
from engine.tools.recolor import recolor, surface_colour
from engine.tools.restore import can_restore, restore
from engine.tools.rim import carried_over_rim
from engine.tools.tone import adjust
from engine.tools.wash import USUAL, wash

_POINTED: Final = re.compile(r"(?i)(?:the )?(?:same )?(?:colou?rs?|shade|tint) (?:of|as|from) (.+)")
FACE_DEFECTS: Final = ("blur", "jpeg", "noise", "scratches")
"""What a model of faces draws over."""


def apply_recolor(operation: Recolor, scene: Scene) -> Step:
    """The target in another colour, its shading kept; the whole picture under a wash of it.

    Raises: BadOption for a word that names no colour, NotGrounded where the thing that has it is not there.
    """
    colour = colour_meant(operation.colour, scene)
    region = scene.where(operation.target)
    if region is None and operation.target.previous:
        raise NeedsClarification(f"What should become {operation.colour}?")

    def tool(crop: Image, inside: Mask) -> Image:
        if region is None:
            return wash(crop, colour, USUAL if operation.amount is None else operation.amount)
        painted = recolor(crop, inside, colour)
        painted = painted if scene.mask is not None else carried_over_rim(crop, painted, inside)
        return painted if operation.amount is None else partly(crop, painted, operation.amount)

    return retouch(scene, region, tool)


def colour_meant(words: str, scene: Scene) -> Colour:
    """The colour that words name, or that of the thing in the picture at which they point.

    Raises: BadOption, NotGrounded.
    """
    if colour := colour_of(words):
        return colour
    pointed = _POINTED.fullmatch(words.strip())
    if pointed is None:
        raise BadOption("colour", words, "a colour name, a shade of one, or #rrggbb")
    image = scene.picture.rgb
    found = scene.locate(image, parse_target(pointed[1]))
    regions = found.chosen or found.regions[:1]
    mask = union(*(region.on(*image.shape[:2]) for region in regions))
    return Colour(words.strip().lower(), surface_colour(image, mask))


def apply_adjust(operation: Adjust, scene: Scene) -> Step:
    """A tonal property shifted, in the target or everywhere."""
    region = scene.where(operation.target)
    return retouch(scene, region, lambda crop, _: adjust(crop, operation.property, operation.amount))


def apply_style(operation: Style, scene: Scene) -> Step:
    """A look: by filters where they can give it, else painted. Raises: BackendMissing where no model is installed."""
    look = look_of(operation.prompt)
    if look is None or scene.backend not in (None, "exact"):
        return apply_generative(operation, scene)
    return retouch(scene, scene.where(operation.target), lambda crop, _: apply_look(crop, look))


def apply_blur(operation: Blur, scene: Scene) -> Step:
    """The target made soft, or unreadable squares."""

    def tool(crop: Image, inside: Mask) -> Image:
        if operation.mode == "pixelate":
            return pixelate(crop, block_for(inside, operation.amount))
        return blur(crop, sigma_for(inside, operation.amount))

    if operation.target is None:
        return retouch(scene, scene.where(None), tool)
    return retouch(scene, scene.must_find(operation.target, "What should be blurred?"), tool)


def apply_restore(operation: Restore, scene: Scene) -> Step:
    """A defect of the photo undone: by a model trained to, else without. Raises: BackendMissing where only that can."""
    restorer = _restorer(operation, scene)
    if restorer is not None:
        step = retouch(scene, scene.where(operation.target), lambda crop, _: restorer.restore(crop, scene.progress))
        return replace(step, backend="restorer")
    if not can_restore(operation.defect):
        raise BackendMissing(f"restoring {operation.defect}", "diffusion")
    region = scene.where(operation.target)
    return retouch(scene, region, lambda crop, inside: restore(crop, operation.defect, inside))


def _restorer(operation: Restore, scene: Scene) -> Restorer | None:
    """The model for the defect; for a blurred or damaged face, the one for faces."""
    if scene.backend is not None:
        return None
    phrase = operation.target.phrase if operation.target else None
    faces = scene.specialists.faces
    if faces is not None and phrase and operation.defect in FACE_DEFECTS and parse(phrase).noun in FACE_NOUNS:
        return faces
    return scene.specialists.restorer_of(operation.defect)
