"""Operations on the words inside the picture."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from engine.colours import colour_of
from engine.data import Box, Mask
from engine.errors import BadOption, NotGrounded
from engine.geometry import bounding_box
from engine.grounding.lettering import TextLine, matching, read_text
from engine.handlers.erase import erase, fill
from engine.masks import union
from engine.operations import Text
from engine.scene import Scene, Step
from engine.tools.lettering import Lettered, add_text, replace_text, text_mask

_IN_COLOUR = re.compile(
    r"(?:^|\s)in ((?:\w+ ){0,2}?\w+?)(?: (?:letters|lettering|text|font|type|colou?r))?$", re.IGNORECASE
)


def apply_text(operation: Text, scene: Scene) -> Step:
    """Lettering added, replaced in the style of the old, or removed."""
    match operation.action:
        case "add":
            return _add(operation, scene)
        case "replace":
            return _replace(operation, scene)
        case "remove":
            return erase(scene, _written(operation, scene))


def _add(operation: Text, scene: Scene) -> Step:
    text = _words(operation)
    box = _surface(operation, scene)
    with scene.clock("edit"):
        place, colour = _place_and_colour(operation.place)
        done = add_text(scene.picture.rgb, text, box=box, place=place if box is None else None, colour=colour)
    return _step(scene, done)


def _place_and_colour(words: str | None) -> tuple[str | None, tuple[int, int, int] | None]:
    """ "at the top in yellow letters" -> ("at the top", yellow)."""
    match = _IN_COLOUR.search(words or "")
    colour = colour_of(match.group(1)) if match else None
    if not words or not match or colour is None:
        return words, None
    return words[: match.start()].strip() or None, colour.rgb


def _surface(operation: Text, scene: Scene) -> Box | None:
    """The box to letter: the mask or the thing named; None leaves the place to words such as "top left"."""
    if scene.mask is None and operation.target is None:
        return None
    mask = scene.where(operation.target)
    return None if mask is None else bounding_box(mask)


def _replace(operation: Text, scene: Scene) -> Step:
    text = _words(operation)
    line = _line(operation, scene)
    with scene.clock("edit"):
        done = replace_text(scene.picture.rgb, line, text, lambda image, hole: fill(scene, image, hole))
    return _step(scene, done)


def _line(operation: Text, scene: Scene) -> TextLine:
    """The line that reads most like the old words; without old words, the largest one."""
    lines = _read(operation, scene)
    return lines[0] if operation.old else max(lines, key=lambda line: line.box.area)


def _written(operation: Text, scene: Scene) -> Mask:
    """The glyphs to remove: those under the mask, those that read like the old words, those of the target, or all."""
    if scene.mask is not None:
        return scene.mask
    if operation.target is None or operation.old:
        return union(*(text_mask(scene.picture.rgb, line) for line in _read(operation, scene)))
    area = scene.must_find(operation.target, "Which words should go?")
    with scene.clock("ground"):
        inside = [line for line in read_text(scene.picture.rgb) if area[line.box.slices].mean() > 0.5]
    return union(*(text_mask(scene.picture.rgb, line) for line in inside)) if inside else area


def _read(operation: Text, scene: Scene) -> list[TextLine]:
    """Lines in the picture, most alike first where old words are given. Raises: NotGrounded."""
    with scene.clock("ground"):
        lines = read_text(scene.picture.rgb)
    found = matching(lines, operation.old) if operation.old else lines
    if not found:
        wanted = f"“{operation.old}”" if operation.old else "text"
        raise NotGrounded(wanted, 0.0, tuple(line.text for line in lines[:5]))
    return found


def _words(operation: Text) -> str:
    if not operation.text or not operation.text.strip():
        raise BadOption("text", "", "the words to write, in quotes")
    return operation.text


def _step(scene: Scene, done: Lettered) -> Step:
    """The lettering, cut off at a mask the author gave."""
    if scene.mask is None:
        return Step(replace(scene.picture, rgb=done.image), changed=done.mask, target=done.mask)
    within = done.mask & scene.mask
    rgb = np.where(within[:, :, None], done.image, scene.picture.rgb)
    return Step(replace(scene.picture, rgb=rgb), changed=within, target=within)
