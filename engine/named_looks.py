"""Which of the looks that need no model an author's words name."""

from __future__ import annotations

import re
from typing import Final

from engine.expressions import regex

_NEEDS_A_MODEL: Final = regex(
    r"\b(water ?colou?r|oil|acrylic|anime|manga|ghibli|disney|pixar|comic|van gogh|monet|picasso|impression|cubis|paint"
    r"|draw(n|ing) by|3d|clay|lego|render|origami|stained glass|mosaic|woodcut|graffiti|cyberpunk|steampunk|style of)"
)
_GREY = r"(black.{1,5}white|\bb ?(&|and|n|/)? ?w\b|\bmono(chrome|chromatic)?\b|\bgr[ea]y ?-?scale\b)"
_WORDS: Final = {
    "noir": rf"\bnoir\b|\b(high|strong|dramatic|hard).contrast.*{_GREY}"
    rf"|{_GREY}.*\b(high|strong|dramatic|hard).contrast",
    "sepia": r"\bsepia\b",
    "cyanotype": r"\bcyanotype\b|\bblueprint\b",
    "black and white": rf"{_GREY}|\bdesaturated?\b|\bcolou?rless\b",
    "negative": r"\bnegative\b|\binvert(ed)?\b|\binverse\b",
    "posterize": r"\bposteri[sz]ed?\b",
    "solarize": r"\bsolari[sz]ed?\b",
    "pencil sketch": r"\bpencil\b|\bsketch(ed|y)?\b|\bgraphite\b",
    "cartoon": r"\bcartoon(ish|y|ed)?\b|\bcel.?shad(ed|ing)\b",
    "pixel art": r"\bpixel ?-?art\b|\b8 ?-?bit\b|\bretro game\b",
    "emboss": r"\bemboss(ed)?\b|\bbas.relief\b",
    "cinematic": r"\bcinema(tic)?\b|\bteal (and|&) orange\b|\bmovie (look|still|colou?rs)\b|\bblockbuster\b",
    "hdr": r"\bhdr\b",
    "lomo": r"\blomo(graphy)?\b|\btoy camera\b",
    "polaroid": r"\bpolaroid\b|\binstant (film|photo|camera)\b",
    "dreamy": r"\bdreamy\b|\bsoft ?-?glow\b|\borton\b|\bsoft focus\b|\bethereal\b",
    "faded film": r"\bfaded\b|\bmatte (film|look|filter|finish)\b|\bwashed ?-?out\b",
    "vintage": r"\bvintage\b|\bretro\b|\bold (photo|film|picture)|\bold.(fashioned|timey)\b"
    r"|\b(19)?[5-8]0'?s\b|\bnostalgi\w+",
    "warm film": r"\bwarm (film|tone[sd]?|look|filter)\b",
    "cool film": r"\b(cool|cold) (film|tone[sd]?|look|filter)\b",
    "cross process": r"\bcross ?-?process(ed|ing)?\b",
    "duotone": r"\bduo ?-?tone\b|\btwo ?-?tone\b",
}
"""Tried in order: the first that matches is meant."""


def look_of(words: str) -> str | None:
    """Which of `engine.tools.looks.LOOKS` the words name; None when they name none, or one that only a model paints."""
    lowered = words.lower()
    if _NEEDS_A_MODEL.search(lowered):
        return None
    return next((name for name, pattern in _WORDS.items() if re.search(pattern, lowered)), None)
