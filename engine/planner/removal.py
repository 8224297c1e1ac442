"""Reading what is taken away, and what is kept of the rest."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import (
    Adjust,
    Alter,
    Background,
    Duplicate,
    EditOperation,
    Extract,
    Remove,
    Restore,
    Style,
    Target,
    Text,
)
from engine.planner.amounts import number
from engine.planner.lettering import removed as lettering_removed
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, decapitalised, definite
from engine.planner.repairs import defects_of
from engine.planner.targets import NUMBERS, conjuncts
from engine.planner.tone import tones_of
from engine.planner.vocabulary import expression

MAX_WORDS_OF_FRAGMENT = 8
_DIRT = re.compile(r"\b(?:stain|dirt|dust|food|mess|clutter|litter|trash|snow|spot|crumb|mud)| off ")
_FEW = re.compile(r"(one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) (?:of (?:the|these|those|my) )?(?=\S)")
_ON_NOTHING = re.compile(
    r"(?i) (?:on|onto|with|against) (?:a |the )?(?:transparent|see-through|clear) (?:background|backdrop|bg)$"
)
_UNSEEN = re.compile(r"(?:the )?(?:obscured|clarity|hidden)")


def read_remove(reading: Reading) -> Operations | None:
    """Things, lettering, defects, tones or the background taken away."""
    text, where = reading["target"], reading["where"]
    if where and low(text).endswith(("est", " away", " far")):
        return None
    if not text or low(text) in ("one", "anything", "nothing"):
        return None
    if reading.is_background(text):
        return [Background(action="remove")]
    if low(text) in reading.vocabulary["hints.all_colour"]:
        return [Style(prompt="black and white", target=reading.scoped(where))]
    if kept := expression("all_except").match(text):
        return [Extract(target=reading.target(kept.group(1)))]
    if reading.verb == "clean" and not where and not _DIRT.search(low(text)) and not defects_of(reading, text):
        return [Alter(target=reading.target(text), prompt="clean")]
    tones = tones_of(text) or []
    if tones and all(tone.property in reading.vocabulary["hints.picture_tones"] for tone in tones):
        return [Adjust(property=tone.property, amount=-100) for tone in tones]
    return _each_removed(reading, text, where)


def _each_removed(reading: Reading, text: str, where: str) -> Operations | None:
    """One operation for each thing of a list."""
    operations: list[EditOperation] = []
    for part in conjuncts(text, reading.vocabulary):
        defects = [] if where else defects_of(reading, part) or []
        target = reading.target(part)
        if lettering := lettering_removed(reading, part):
            operations.append(_lettering_at(reading, lettering, where))
        elif defects:
            operations += [Restore(defect=defect) for defect in defects]
        elif target == Target():
            return None
        else:
            operations.append(Remove(target=_located(reading, target, where)))
    return operations


def _lettering_at(reading: Reading, lettering: Text, where: str) -> Text:
    """The lettering with the thing it is removed from: "the word from the sign"."""
    if not where or reading.is_whole(where):
        return lettering
    if lettering.target is None:
        return lettering.model_copy(update={"target": reading.target(where)})
    return lettering.model_copy(update={"target": _located(reading, lettering.target, where)})


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
    text, source, clause = reading["target"], reading["source"], low(reading.clause)
    text = _ON_NOTHING.sub("", text)
    if (few := _FEW.match(low(text))) and not reading.does("extract"):
        number = NUMBERS.get(few.group(1), few.group(1))
        return [Remove(target=reading.target(text[few.end() :]).model_copy(update={"quantity": f"all but {number}"}))]
    if not text or _UNSEEN.match(low(text)) or defects_of(reading, text):
        return None
    if reading.verb == "separate" and " and " in text:
        return None
    if reading.verb == "mask" and not definite(text, reading.vocabulary):
        return None
    if clause.startswith(("only ", "nothing but")) and clause.count(" ") >= MAX_WORDS_OF_FRAGMENT:
        return None
    if reading.verb == "extract" and "watermark" in clause and (lettering := lettering_removed(reading, text)):
        return [lettering]
    if reading.verb == "extract" and low(text) in ("the shadow", "shadow"):
        return [Remove(target=reading.target(text))]
    return [Extract(target=_located(reading, reading.target(text), "" if reading.is_background(source) else source))]


def read_count(reading: Reading) -> Operations | None:
    """Another number of things: more are copied, fewer removed."""
    clause = low(reading.clause)
    target = reading.target(reading["target"])
    if clause.startswith(("double", "triple")):
        return [Duplicate(target=target, count=2 if clause.startswith("double") else 3)]
    count, old = number(reading["count"]), number(reading["old"])
    if count is None or (reading["old"] and old is None) or not target.phrase:
        return None
    wanted = int(count)
    if old is None and not _is_plural(reading, target):
        return [Text(action="replace", text=str(wanted), target=target)]
    fewer = (
        wanted < old if old is not None else wanted <= 1 or (not reading.does("increase") and reading.does("decrease"))
    )
    if not fewer:
        return [Duplicate(target=target, count=wanted)]
    left = "all" if wanted <= 0 else f"all but {wanted}" if old is None else str(int(old) - wanted)
    return [Remove(target=target.model_copy(update={"quantity": left}))]


def _is_plural(reading: Reading, target: Target) -> bool:
    """Whether there are several, so that their number is how many there are rather than what is written on it."""
    last = low(target.phrase or "").split(" ")[-1]
    return last.endswith("s") or last in reading.vocabulary["hints.plural_nouns"]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"remove": read_remove, "keep_only": read_keep_only, "count": read_count}
