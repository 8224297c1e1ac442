"""Reading what is taken away, and what is kept of the rest."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import (
    Adjust,
    Alter,
    Background,
    Duplicate,
    Extract,
    Remove,
    Style,
    Target,
    Text,
)
from engine.planner.amounts import number
from engine.planner.lettering import removed as lettering_removed
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, decapitalised, definite, without_article
from engine.planner.repairs import defects_of
from engine.planner.targets import conjuncts
from engine.planner.tone import tones_of
from engine.planner.vocabulary import expression


def read_remove(reading: Reading) -> Operations | None:
    """Things, lettering, defects or the background taken away."""
    text, where = reading["target"], reading["where"]
    if not text or low(text) in ("one", "anything", "nothing"):
        return None
    if reading.is_background(text):
        return [Background(action="remove")]
    if (
        re.search(r"\b(?:color|colour|colors|colours)\b$", low(text)) and " " not in without_article(text).strip()
    ) or low(text) in ("all color", "all colour", "all the color", "all the colors", "all colors"):
        return [Style(prompt="black and white", target=reading.scoped(where) if where else None)]
    if (match := expression("all_except").match(text)) is not None:
        return [Extract(target=reading.target(match.group(1)))]
    if (
        reading.verb == "clean"
        and not where
        and " off " not in text
        and defects_of(reading, text) is None
        and not re.search(r"\b(?:stain|dirt|dust|food|mess|clutter|litter|trash|snow|spot|crumb|mud)", low(text))
    ):
        return [Alter(target=reading.target(text), prompt="clean")]
    tones = tones_of(text)
    if tones and all(
        one.property in ("vignette", "fade", "saturation", "vibrance", "contrast", "warmth", "tint") for one in tones
    ):
        return [Adjust(property=one.property, amount=-100) for one in tones]
    operations: list[Any] = []
    for part in _listed(reading, text):
        words = lettering_removed(reading, part)
        if words:
            operations.append(words)
            continue
        defect = defects_of(reading, part)
        if defect and not where:
            from engine.operations import Restore

            operations += [Restore(defect=one) for one in defect]
            continue
        target = reading.target(part)
        if target.phrase is None and not target.previous and target.relation is None:
            return None
        operations.append(Remove(target=_located(reading, target, where)))
    return operations or None


def _listed(reading: Reading, text: str) -> list[str]:

    return conjuncts(text, reading.vocabulary)


def _located(reading: Reading, target: Target, where: str) -> Target:
    """The target with the place it is removed from as its relation: "the hat from the man"."""
    if not where or reading.is_whole(where) or target.relation:
        return target
    place = reading.target(where)
    if place.position and not place.phrase and target.ordinal:
        return target.model_copy(update={"ordinal": f"{target.ordinal} from the {place.position}"})
    if place.position and not place.phrase:
        return target.model_copy(update={"position": place.position})
    return target.model_copy(update={"relation": f"on {decapitalised(reading.spoken(where))}"})


def read_keep_only(reading: Reading) -> Operations | None:
    """The target on transparency."""
    text = reading["target"]
    if not text or (
        reading["source"]
        and not (reading.is_whole(reading["source"]) or reading.is_background(reading["source"]) or True)
    ):
        return None
    clause = low(reading.clause)
    if (reading.verb == "separate" and " and " in text) or (
        reading.verb == "mask" and not definite(text, reading.vocabulary)
    ):
        return None
    if clause.startswith(("keep ", "leave ", "show ", "retain ")) and not re.match(
        r"(?:keep|leave|show|retain)(?: me)? (?:only|just)\b", clause
    ):
        return None
    if defects_of(reading, text) or re.match(r"(?i)(?:the )?(?:obscured|clarity|hidden)", text):
        return None
    source = reading["source"]
    if lettering := ("watermark" in clause and reading.verb == "extract" and lettering_removed(reading, text)):
        return [lettering]
    if clause.startswith(("only ", "nothing but")) and len(clause.split()) > 8:
        return None
    if reading.verb == "extract" and low(text) in ("the shadow", "shadow") and source:
        return [Remove(target=reading.target(text))]
    target = reading.target(text)
    return [Extract(target=_located(reading, target, "" if reading.is_background(source) else source))]


def read_count(reading: Reading) -> Operations | None:
    """Another number of things: more are copied, fewer removed."""
    clause = low(reading.clause)
    if clause.startswith(("double", "triple")):
        return [Duplicate(target=reading.target(reading["target"]), count=2 if clause.startswith("double") else 3)]
    count, old = number(reading["count"]), number(reading["old"]) if reading["old"] else None
    if count is None or (reading["old"] and old is None) or not reading["target"]:
        return None
    target = reading.target(reading["target"])
    wanted = int(count)
    if not reading["old"] and _single(target):
        return [Text(action="replace", text=str(wanted), target=target)]
    if wanted <= 0:
        return [Remove(target=target.model_copy(update={"quantity": "all"}))]
    fewer = (old is not None and wanted < old) or (reading.does("decrease") and not reading.does("increase"))
    if fewer or (old is None and wanted == 1):
        return [
            Remove(
                target=target.model_copy(
                    update={"quantity": str(int(old - wanted)) if old is not None else f"all but {wanted}"}
                )
            )
        ]
    return [Duplicate(target=target, count=wanted)]


def _single(target: Target) -> bool:
    """Whether the thing is one, so that its number is written on it rather than how many there are."""
    last = (target.phrase or "").split(" ")[-1].lower()
    return not last.endswith("s") and last not in (
        "people",
        "children",
        "men",
        "women",
        "sheep",
        "fish",
        "deer",
        "geese",
        "mice",
        "persons",
        "kids",
        "cattle",
        "birds",
    )


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"remove": read_remove, "keep_only": read_keep_only, "count": read_count}
