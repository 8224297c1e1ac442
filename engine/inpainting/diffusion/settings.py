"""How each operation is painted, and how each family of models wants to be asked: every such number is here.

Sources: (K) krita-ai-diffusion, (F) Fooocus, (A) an article on in- and outpainting of 2026; all three as collected in
the project's notes; (D) the defaults of the diffusers pipeline; (C) the model's own card. Of the words that models are
led away from, the general ones are the usual ones of (C), and the rest is what each operation is known to go wrong in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from engine.data import Box
from engine.protocols import Fill

Kind: TypeAlias = Literal[
    "remove", "replace", "add", "alter", "style", "background", "expand", "generate", "upscale", "vary"
]


UNWANTED: Final = ("blurry", "low quality")
"""What nobody wants to see in any picture."""
MISSHAPEN: Final = (*UNWANTED, "deformed")
"""And in a thing that is new."""
OVERLAID: Final = ("watermark", "text", "frame", "border")
"""What models like to end a picture with, as so many that they saw did: nothing that belongs to a place."""


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
    structured: bool = False
    """Whether outlines or depth of what is there are kept, where the model has a ControlNet."""
    emptied: bool = False
    """Whether the hole is filled from the rest of the picture first, without a model, for the model to start from."""
    fitting: bool = True
    """Whether what is painted is of the picture's own medium, and not of one that the words choose."""
    avoided: tuple[str, ...] = UNWANTED
    """What models that can be told so are led away from."""


MANNERS: Final[dict[Kind, Manner]] = {
    # A: 0.4 to 0.6; from noise alone a model puts something new where the old thing was (diffusers#4943).
    "remove": Manner(
        strength=0.6,
        fill="keep",
        grow=0.03,
        feather=0.05,
        emptied=True,
        avoided=(*UNWANTED, "object", "person", "text"),
    ),
    # The old silhouette must not shape the new thing: noise only (A: 0.7 to 0.9 for new objects; K: 1), a wide rim.
    "replace": Manner(strength=1.0, fill="grey", grow=0.03, feather=0.05, avoided=(*MISSHAPEN, *OVERLAID)),
    "add": Manner(strength=1.0, fill="grey", feather=0.06, avoided=(*MISSHAPEN, *OVERLAID)),
    # A: 0.65 to 0.8 for most edits; the silhouette stays.
    "alter": Manner(strength=0.75, fill="keep", grow=0.01, feather=0.03, opaque=False, structured=True, fitting=False),
    "style": Manner(strength=0.6, fill="keep", feather=0.03, opaque=False, structured=True, fitting=False),
    # Its border is cut by a matte, not feathered.
    "background": Manner(strength=1.0, fill="grey", avoided=(*UNWANTED, *OVERLAID)),
    # K fills by diffusion of the border and blurs; just below 1 so that its light and colours carry over.
    "expand": Manner(strength=0.97, fill="surroundings", avoided=(*UNWANTED, *OVERLAID)),
    "generate": Manner(strength=1.0, fill="grey", fitting=False, avoided=(*MISSHAPEN, *OVERLAID)),
    # Tile by tile, where a word for a thing would put one into every tile.
    "upscale": Manner(strength=0.3, fill="keep"),
    # D: the guide to image-to-image goes on at 0.5 from a picture that a model made.
    "vary": Manner(strength=0.5, fill="keep"),
}
DETAILED: Final = "sharp, highly detailed"
"""What is asked for where an enlarged picture is to get detail and nothing new: no thing is named."""
OPENED: Final = 0.25
"""Level from which on a softly selected pixel is shown as it was painted: below, the model hardly had a step for it."""

LEAST_GROW: Final = 4
LEAST_FEATHER: Final = 8
SPARE: Final = 8
"""Px that are regenerated beyond the soft border, so that it blends two finished pictures (diffusers#5808)."""
REFINING: Final = 0.4
"""Strength of the passes that make a large painted region as sharp as the photo (K)."""
SEAM: Final = 0.35
"""Strength of the pass along the border of new canvas (A: 0.3 to 0.4)."""
EXPANSION: Final = 30.0
"""Percent of the picture's side that is added where the author does not say how much (F)."""
OVERLAP: Final = 64
"""Px of the original, at most, that new canvas may blend into."""


def avoiding(manner: Manner, names: Iterable[str]) -> Manner:
    """The manner, and those things are not to be seen either, first of all."""
    return replace(manner, avoided=tuple(dict.fromkeys((*filter(None, names), *manner.avoided))))


def varied(manner: Manner) -> Manner:
    """The manner of going on from what was painted in this one before: the same reach, and no start from nothing."""
    vary = MANNERS["vary"]
    strength = min(vary.strength, manner.strength)
    return replace(manner, strength=strength, fill=vary.fill, structured=vary.structured, emptied=vary.emptied)


class Reach(NamedTuple):
    """How far a painted region goes past what was meant, px."""

    grow: int
    feather: int


def reach_of(manner: Manner, box: Box) -> Reach:
    """The reach for a region with that box: in all at most max(64, a tenth of its diagonal)."""
    diagonal = float(np.hypot(box.width, box.height))
    return Reach(LEAST_GROW + int(manner.grow * diagonal), max(LEAST_FEATHER, int(manner.feather * diagonal)))


class Scaling(NamedTuple):
    """The frame a pipeline brings every picture to: about side * side px in its aspect, sides multiples of a number."""

    side: int
    multiple: int


@dataclass(frozen=True, slots=True)
class Family:
    """How models of one kind want to be asked."""

    steps: int
    guidance_scale: float | None
    """None: the pipeline's own default."""
    strongest: float = 1.0
    """Strength is cut to this."""
    true_cfg_scale: float | None = None
    """Guidance away from a negative prompt, for models whose own guidance is distilled; None: not asked for."""
    several_pictures: bool = False
    """Whether it takes a list of pictures: the one to edit, then references."""
    eta: float | None = None
    """Share of fresh noise in each step, for samplers that add some; None: the pipeline's own default."""
    scaling: Scaling | None = None
    """How its pipeline scales the picture itself, whatever size comes; None: it takes it as it is."""

    def steps_at(self, strength: float) -> int:
        """The length of a schedule of which that share still has a step: a few-step model has little to cut from."""
        return max(self.steps, math.ceil(1 / strength))


FAMILIES: Final[tuple[tuple[str, Family], ...]] = (
    # C: 15 to 30 steps, guidance 8, and a strength below 1, at which it was not trained.
    ("StableDiffusionXL", Family(steps=25, guidance_scale=8.0, strongest=0.99)),
    ("StableDiffusion3", Family(steps=28, guidance_scale=7.0)),
    # D: 50 steps and guidance 5 are for the model before it was distilled; the one that is, has a pace.
    ("ZImage", Family(steps=50, guidance_scale=5.0)),
    # D: guidance 7.5; 50 steps is the default for samplers slower than today's.
    ("StableDiffusion", Family(steps=30, guidance_scale=7.5)),
    # C: guidance 30 (distilled into the model, so that it costs nothing) and 50 steps; 28 is what
    # the performance notes reckon with, at about half the time.
    # C: the card of Kontext gives guidance 2.5; 28 steps are D.
    ("FluxKontext", Family(steps=28, guidance_scale=2.5)),
    # C: 40 steps, true guidance 4 and an empty distilled one (Qwen-Image-Edit-2509, the "Plus" one); 50 for the first.
    # D: a result of another frame than their own shows the picture shifted and scaled (Qwen-Image#229).
    (
        "QwenImageEditPlus",
        Family(steps=40, guidance_scale=None, true_cfg_scale=4.0, several_pictures=True, scaling=Scaling(1024, 32)),
    ),
    ("QwenImageEdit", Family(steps=50, guidance_scale=None, true_cfg_scale=4.0, scaling=Scaling(1024, 32))),
    # C: distilled to 4 steps without guidance.
    ("Flux2Klein", Family(steps=4, guidance_scale=1.0, several_pictures=True)),
    # D: guidance 4 and 50 steps, of which 28 do, as for FLUX.1.
    ("Flux2", Family(steps=28, guidance_scale=4.0, several_pictures=True)),
    ("FluxFill", Family(steps=28, guidance_scale=30.0)),
    ("Flux", Family(steps=28, guidance_scale=None)),
)
"""By how the name of the pipeline's class begins; the first that fits counts."""
UNKNOWN_FAMILY: Final = Family(steps=30, guidance_scale=None)


def family_of(pipeline_class: str) -> Family:
    """The family of a pipeline, by the name of its class."""
    return next((family for start, family in FAMILIES if pipeline_class.startswith(start)), UNKNOWN_FAMILY)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a checkpoint or a LoRA that was distilled to few steps, or not yet, wants to be run."""

    steps: int
    """Where its name tells none."""
    guidance_scale: float
    """Not of models that have guidance as an input of their network (FLUX): theirs stays."""
    scheduler: str = "FlowMatchEulerDiscreteScheduler"
    """The class of diffusers that samples it; models that flow (FLUX, Qwen-Image, SD 3) keep their own, which is it."""
    trailing: bool = True
    """Whether its steps are counted from the end of the schedule, which so few need to begin in pure noise."""
    eta: float | None = None
    lora_scale: float = 1.0
    """How strongly a LoRA acts whose weight nobody names."""


PACES: Final[tuple[tuple[str, Pace], ...]] = (
    # C: 2 to 8 steps, guidance 1 to 2; at 1 a step costs half.
    (r"(?<![a-z])lcm", Pace(steps=4, guidance_scale=1.0, scheduler="LCMScheduler", trailing=False)),
    # C: 1 to 4 steps and no guidance, which it never learnt.
    (r"schnell", Pace(steps=4, guidance_scale=0.0)),
    # D: FLUX.2 klein before it was distilled.
    (r"klein-base", Pace(steps=50, guidance_scale=4.0)),
    # C: 8 steps for FLUX.1-Turbo-Alpha; D: 8 steps, no guidance for Z-Image-Turbo.
    (r"(flux|z-?image).*turbo", Pace(steps=8, guidance_scale=0.0)),
    # C: 1 to 4 steps, no guidance; SD 3.5 Large Turbo is one of them and keeps its sampler.
    (r"turbo", Pace(steps=4, guidance_scale=0.0, scheduler="EulerAncestralDiscreteScheduler")),
    # C: exactly as many steps as its name says, no guidance.
    (r"lightning", Pace(steps=4, guidance_scale=0.0, scheduler="EulerDiscreteScheduler")),
    # C: for FLUX and SD 3 an eighth of the LoRA; guidance 3, 5 and 7 at 4, 8 and 16 steps of SD 3.
    (r"hyper-?flux", Pace(steps=8, guidance_scale=3.5, lora_scale=0.125)),
    (r"hyper-?sd3.*4-?steps", Pace(steps=4, guidance_scale=3.0, lora_scale=0.125)),
    (r"hyper-?sd3.*16-?steps", Pace(steps=16, guidance_scale=7.0, lora_scale=0.125)),
    (r"hyper-?sd3", Pace(steps=8, guidance_scale=5.0, lora_scale=0.125)),
    # C: the ones that keep guidance want 5 to 8; the one for every number of steps wants another sampler.
    (r"hyper.*cfg", Pace(steps=8, guidance_scale=5.0, scheduler="DDIMScheduler")),
    (r"hyper.*1-?step", Pace(steps=4, guidance_scale=0.0, scheduler="TCDScheduler", eta=1.0)),
    (r"hyper", Pace(steps=4, guidance_scale=0.0, scheduler="DDIMScheduler")),
)
"""By what the name of the checkpoint holds; the first that fits counts."""
_STEPS_IN_NAME: Final = re.compile(r"(\d+)-?_?steps?")


def pace_of(name: str) -> Pace | None:
    """How a checkpoint of that name is run; None: like any of its family."""
    lower = name.lower()
    pace = next((pace for pattern, pace in PACES if re.search(pattern, lower)), None)
    told = _STEPS_IN_NAME.search(lower)
    return replace(pace, steps=int(told[1])) if pace and told and int(told[1]) > 1 else pace


def lora_scale_of(name: str) -> float:
    """How strongly a LoRA of that name acts where nobody says: fully, but for those whose card says less."""
    pace = pace_of(name)
    return pace.lora_scale if pace else 1.0


LEAST_STRENGTH: Final = 0.02
"""Strength is raised to this: LCM's schedule, of 50 steps, has no smaller part (D)."""
CONTROL_SCALE: Final = 0.5
"""How strongly a ControlNet acts: what its card recommends for SDXL, and the default of D when inpainting."""
REFERENCE_SCALE: Final = 0.6
"""How strongly an IP-Adapter acts; C: 1 lets the reference alone speak, 0.5 to 0.6 balances it with the words."""
CANNY: Final = (100, 200)
"""Thresholds of the outlines that ControlNets were trained on (D, after Zhang et al., "Adding Conditional Control")."""
