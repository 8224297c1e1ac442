"""`retouch ground`: what a phrase would find in a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bot.config import load_settings
from bot.surfaces.terminal.printing import print_json, region_json, say
from engine.assembly import parts_for
from engine.data import Located, Mask
from engine.imageio import encode_mask, read_picture, write_atomically
from engine.masks import union
from engine.planner import parse_target
from engine.weights import ModelStore


def ground(photo: Path, phrase: str, out: Path | None, *, as_json: bool) -> None:
    """Print the regions of a phrase, those it means first, and write their mask. Raises: BadInput, NotGrounded."""
    settings = load_settings()
    picture = read_picture(photo, settings.limits.of_pictures()).picture
    parts = parts_for(ModelStore(settings.home / "models"), settings.models)
    located = parts.grounder.locate(picture.rgb, parse_target(phrase))
    if out is not None:
        write_atomically(out, encode_mask(_meant(located, picture.height, picture.width)))
    others = [region for region in located.regions if all(region is not chosen for chosen in located.chosen)]
    regions = (*located.chosen, *others)
    if as_json:
        print_json({"phrase": phrase, "regions": [region_json(region) for region in regions]})
        return
    for number, region in enumerate(regions, 1):
        box = region.box
        where = f"({box.x0}, {box.y0}) to ({box.x1}, {box.y1})"
        say(f"{number}. {region.label}  {where}  {region.area} px  {region.score:.0%}  by {region.source}")


def _meant(located: Located, height: int, width: int) -> Mask:
    """The chosen regions; where the words leave several, the best one."""
    regions = located.chosen or located.regions[:1]
    return union(*(region.on(height, width) for region in regions)) if regions else np.zeros((height, width), np.bool_)
