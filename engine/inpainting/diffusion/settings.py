"""How each operation is painted, and how each family of models wants to be asked: every such number is here.

Sources: (K) krita-ai-diffusion, (F) Fooocus, (A) an article on in- and outpainting of 2026; all three as collected in
the project's notes; (D) the defaults of the diffusers pipeline; (C) the model's own card.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from engine.data import Box
from engine.protocols import Fill

Kind: TypeAlias = Literal["replace", "add", "alter", "style", "background", "expand", "generate"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How one kind of operation is painted."""

    strength: float
    """Share of the noise schedule run, in (0, 1]: 1 forgets what was there, less keeps its layout and colours."""
    fill: Fill
    """What stands in the hole before the first step; it only shows where strength is below 1."""
    grow: float = 0.0
    """How far past the region to paint fully, in diagonals of its box; never less than LEAST_GROW px."""
    feather: float = 0.0
    """How wide the soft border beyond that is, in diagonals; never less than LEAST_FEATHER px."""
    opaque: bool = True
    """Whether what is painted over transparency becomes visible."""


MANNERS: Final[dict[Kind, Manner]] = {
    # The old silhouette must not shape the new thing: noise only (A: 0.7 to 0.9 for new objects; K: 1), a wide rim.
    "replace": Manner(strength=1.0, fill="grey", grow=0.03, feather=0.05),
    "add": Manner(strength=1.0, fill="grey", feather=0.06),
    # A: 0.65 to 0.8 for most edits; the silhouette stays.
    "alter": Manner(strength=0.75, fill="keep", grow=0.01, feather=0.03, opaque=False),
    "style": Manner(strength=0.6, fill="keep", feather=0.03, opaque=False),
    # Its border is cut by a matte, not feathered.
    "background": Manner(strength=1.0, fill="grey"),
    # K fills by diffusion of the border and blurs; just below 1 so that its light and colours carry over.
    "expand": Manner(strength=0.97, fill="surroundings"),
    "generate": Manner(strength=1.0, fill="grey"),
}
LEAST_GROW: Final = 4
LEAST_FEATHER: Final = 8
SPARE: Final = 8
"""Px that are regenerated beyond the soft border, so that it blends two finished pictures (diffusers#5808)."""
EXPANSION: Final = 30.0
"""Percent of the picture's side that is added where the author does not say how much (F)."""
OVERLAP: Final = 64
"""Px of the original, at most, that new canvas may blend into."""


class Reach(NamedTuple):
    """How far a painted region goes past what was meant, px."""

    grow: int
    feather: int


def reach_of(manner: Manner, box: Box) -> Reach:
    """The reach for a region with that box: in all at most max(64, a tenth of its diagonal)."""
    diagonal = float(np.hypot(box.width, box.height))
    return Reach(LEAST_GROW + int(manner.grow * diagonal), max(LEAST_FEATHER, int(manner.feather * diagonal)))


@dataclass(frozen=True, slots=True)
class Family:
    """How models of one kind want to be asked."""

    steps: int
    guidance_scale: float | None
    """None: the pipeline's own default."""
    strongest: float = 1.0
    """Strength is cut to this."""


FAMILIES: Final[tuple[tuple[str, Family], ...]] = (
    # C: 15 to 30 steps, guidance 8, and a strength below 1, at which it was not trained.
    ("StableDiffusionXL", Family(steps=25, guidance_scale=8.0, strongest=0.99)),
    ("StableDiffusion3", Family(steps=28, guidance_scale=7.0)),
    # D: guidance 7.5; 50 steps is the default for samplers slower than today's.
    ("StableDiffusion", Family(steps=30, guidance_scale=7.5)),
    # C: guidance 30 (distilled into the model, so that it costs nothing) and 50 steps; 28 is what
    # the performance notes reckon with, at about half the time.
    ("FluxFill", Family(steps=28, guidance_scale=30.0)),
    ("Flux", Family(steps=28, guidance_scale=None)),
)
"""By how the name of the pipeline's class begins; the first that fits counts."""
UNKNOWN_FAMILY: Final = Family(steps=30, guidance_scale=None)
NEGATIVE: Final = "blurry, low quality, watermark, text, frame, border"
"""What the models that can be told so are steered away from."""


def family_of(pipeline_class: str) -> Family:
    """The family of a pipeline, by the name of its class."""
    return next((family for start, family in FAMILIES if pipeline_class.startswith(start)), UNKNOWN_FAMILY)
