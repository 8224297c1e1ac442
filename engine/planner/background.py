"""Reading changes of what is behind the subject: removed, blurred, coloured, replaced."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import (
    Background,
)
from engine.planner.amounts import take_degree
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, without_article
from engine.planner.tone import tones_of
from engine.planner.vocabulary import expression

_BEHIND = re.compile(r"^(?:everything|what's|whatever is|all|what is) behind ")


def _backdrop(reading: Reading) -> bool:
    return reading.is_clear_background(reading["backdrop"])


def read_background_remove(reading: Reading) -> Operations | None:
    """A cutout of the subject."""
    if reading["whole"]:
        return (
            [Background(action="remove")]
            if reading.is_whole(reading["whole"]) or reading.is_pronoun(reading["whole"])
            else None
        )
    if reading["thing"]:
        return [Background(action="remove")] if reading.is_whole(reading["thing"]) else None
    if reading["backdrop"] and not (_backdrop(reading) or _BEHIND.match(low(reading["backdrop"]))):
        return None
    return [Background(action="remove")]


def read_background_blur(reading: Reading) -> Operations | None:
    """Only what is behind the subject goes soft."""
    if reading["backdrop"] and not _backdrop(reading):
        return None
    return [Background(action="blur")]


def read_background_change(reading: Reading) -> Operations | None:
    """A new background: a colour where one is named, else whatever the prompt describes."""
    backdrop, prompt = reading["backdrop"], reading["prompt"]
    if without_article(low(prompt)) in reading.vocabulary["hints.positions"]:
        return None
    if (backdrop and not _backdrop(reading)) or not prompt or reading.verb in ("set", "lay", "rest", "drop"):
        return None
    headed = reading.vocabulary["words.background"].trailing(low(reading.clause))
    if headed and low(prompt).split(" ")[0] in reading.vocabulary.base_forms:
        return None
    if not backdrop and headed and re.search(r" (?:in|of|on|with|to|from|behind|at) ", f" {low(prompt)} "):
        return None
    return background_becomes(reading, prompt)


def background_becomes(reading: Reading, prompt: str) -> Operations | None:
    """What happens to the background when it turns into `prompt`."""

    small = low(take_degree(re.sub(r"(?i)^(?:bit|little|lot|touch) ", "", prompt), reading.vocabulary)[0])
    if small in ("blurry", "blurred", "out of focus", "softer", "bokeh", "blurrier") or (
        "bokeh" in small and len(small.split()) < 4
    ):
        return [Background(action="blur")]
    if small in ("transparent", "transparency", "nothing", "invisible", "none"):
        return [Background(action="remove")]
    if colour := colour_in(
        re.sub(r"(?i)^(?:solid |plain |flat |pure |a |be |clean |simple |just )*", "", prompt) or prompt,
        reading.vocabulary,
    ):
        return [Background(action="colour", colour=colour)]
    tones = tones_of(prompt)
    if tones or small.startswith(("more ", "less ")) or _is_lookless(small):
        return None
    prompt = expression("backdrop_lead").sub("", prompt)
    return [Background(action="replace", prompt=reading.spoken(prompt))] if prompt else None


def _is_lookless(small: str) -> bool:
    return small in ("better", "nicer", "different", "good", "nice", "beautiful", "cool", "great", "interesting")


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "background_remove": read_background_remove,
        "background_blur": read_background_blur,
        "background_change": read_background_change,
    }
