"""Reading repairs of the photo: named defects, better quality, and blurs that are wanted."""

from __future__ import annotations

import re
from typing import Any, cast

from engine.operations import (
    Background,
    Blur,
    Defect,
    Restore,
)
from engine.planner.amounts import take_degree
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.targets import conjuncts
from engine.planner.vocabulary import expression

_DEFECTS = ("noise", "blur", "haze", "rain", "snow", "scratches", "lowlight", "jpeg", "faded", "colour", "blemishes")


_NAMED: dict[str, Defect] = {
    "denois": "noise",
    "degrain": "noise",
    "dehaz": "haze",
    "defog": "haze",
    "unfog": "haze",
    "uncloud": "haze",
    "demist": "haze",
    "derain": "rain",
    "desnow": "snow",
    "deblur": "blur",
    "unblur": "blur",
    "refocus": "blur",
    "colori": "colour",
    "colouri": "colour",
    "unfade": "faded",
    "unyellow": "faded",
    "airbrush": "blemishes",
}


_DEFECT_NOISE = expression("defect_lead")


_DEFECT_TAIL = expression("defect_tail")


_WHOLE_PLACES = expression("whole_photo")


_QUALITY = expression("quality")


def defect_of(reading: Reading, text: str) -> Defect | None:
    """The defect a phrase names and nothing else: "the grain", "any traces of haze"."""
    words = _DEFECT_NOISE.sub("", low(text).strip(" ,."))
    for _ in range(3):
        for name in _DEFECTS:
            if words in reading.vocabulary[f"defects.{name}"]:
                return cast(Defect, name)
        shorter = _DEFECT_TAIL.sub("", words)
        if shorter == words:
            return None
        words = shorter
    return None


def defects_of(reading: Reading, text: str) -> list[Defect] | None:
    """The defects a list names; parts of other kinds are passed over when the first is a defect."""
    found: list[Defect] = []
    for part in re.split(r" (?:, and|and|,|&) ", text):
        defect = defect_of(reading, part)
        if defect is None:
            return found or None
        if defect not in found:
            found.append(defect)
    return found


def read_restore(reading: Reading) -> Operations | None:
    """Defects of the photo undone; snow on a roof and rain on a window are things."""
    text, where = reading["defect"] or reading["free"], reading["where"]
    if reading["free"]:
        return _freed(reading, text, where)
    if reading["verb"] and not re.match(r"\w+(?: \w+)?$", reading["verb"]):
        return None
    defects = _placed_defects(reading, text)
    if not defects:
        return None
    here = not where or _WHOLE_PLACES.match(low(where)) is not None or reading.is_whole(where)
    if not here and any(defect in ("rain", "snow") for defect in defects):
        return None
    if (
        "colour" in defects
        and (reading.does("remove") or reading["verb"])
        and low(_DEFECT_NOISE.sub("", low(text))) in ("color", "colors", "colour", "colours")
    ):
        return None
    if reading["verb"] and (
        reading["verb"].split(" ")[0]
        in (
            "add",
            "more",
            "increase",
            "make",
            "give",
            "paint",
            "draw",
            "insert",
            "show",
            "apply",
            "let",
            "blur",
            "replace",
            "change",
            "turn",
            "include",
            "put",
        )
        or (low(reading["verb"]) not in reading.vocabulary.openings and defects[0] not in ("haze", "noise"))
    ):
        return None
    if reading.verb in ("add", "increase", "apply"):
        return None
    target = None if here else reading.target(where)
    if target is None and (owner := _blemished(reading, text)):
        target = reading.target(owner)
    return [Restore(defect=defect, target=target) for defect in defects]


def _placed_defects(reading: Reading, text: str) -> list[Defect] | None:
    """Defects, also where the phrase says on whose skin they are."""
    if defects := defects_of(reading, text):
        return defects
    head = re.split(r" (?:on|under|around|from|in|of) ", text)[0]
    owner, _, thing = head.rpartition("'s ")
    first = defect_of(reading, thing or head)
    return [first] if first in ("blemishes", "scratches", "noise") and (head != text or owner) else None


def _blemished(reading: Reading, text: str) -> str | None:
    match = re.search(r" (?:on|under|around|from|in) (.+)$", text)
    if match and defect_of(reading, text[: match.start()]):
        return match.group(1)
    owner = text.rpartition("'s ")[0]
    return f"{owner}'s face" if owner else None


def _freed(reading: Reading, text: str, where: str) -> Operations | None:
    """ "make the photo haze-free", "make it less noisy"."""
    if where and not (reading.is_whole(where) or reading.is_pronoun(where)):
        return None
    small = low(text)
    match = re.match(r"(?:less )?([a-z ]+?)(?:-free| free)?\b(?: and .*)?$", small)
    defect = (
        defect_of(reading, match.group(1))
        if match and ("free" in small or "less " in f"{small} " or " less " in f" {low(reading.clause)} ")
        else None
    )
    return [Restore(defect=defect)] if defect else None


def read_restore_named(reading: Reading) -> Operations | None:
    """Verbs that carry their defect, and "improve it by removing the noise"."""
    if repair := reading["repair"]:
        small = low(repair)
        found = expression("repair").match(small)
        defects = defects_of(reading, found.group(1)) if found else None
        named = next((defect for word, defect in _NAMED.items() if word in small), None)
        return [Restore(defect=defect) for defect in defects] if defects else [Restore(defect=named)] if named else None
    first = low(reading.clause).split(" ")[0].replace("-", "")
    thing = reading["thing"]
    defect = next((defect for word, defect in _NAMED.items() if first.startswith(word)), None)
    if defect is None:
        return None
    thing = re.sub(r"(?i) ?(?:for|to) .*$", "", thing) if not reading.is_pronoun(thing) else thing
    whole = (
        not thing
        or reading.is_whole(thing)
        or reading.is_pronoun(thing)
        or _WHOLE_PLACES.match(low(thing)) is not None
        or defect not in ("blur", "noise", "blemishes", "haze")
    )
    return [Restore(defect=defect, target=None if whole else reading.target(thing))]


def read_enhance(reading: Reading) -> Operations | None:
    """Better quality without a named defect: a blurred, an old or a dark photo."""
    where, quality = reading["where"], low(reading["quality"])
    whole = not where or reading.is_whole(where) or _WHOLE_PLACES.match(low(where)) is not None
    if not whole:
        return None
    if quality:
        if re.search(r"\bdark|light", quality) and reading.verb not in ("make", "get", "have"):
            return None
        return [Restore(defect="blur")] if _QUALITY.search(quality) and len(quality.split()) <= 8 else None
    if not where:
        return None
    small = low(where)
    if re.search(r"\b(?:dark|underexposed)\b", small):
        return [Restore(defect="lowlight")]
    if re.search(r"\bblurry\b", small):
        return [Restore(defect="blur")]
    if re.search(r"\b(?:noisy|grainy)\b", small):
        return [Restore(defect="noise")]
    if re.search(r"\bfaded\b", small):
        return [Restore(defect="faded")]
    if re.search(r"\b(?:old|damaged|torn|vintage|scanned|ruined|historic)\b", small) or reading.verb in (
        "restore",
        "repair",
        "revive",
        "rescue",
        "salvage",
        "mend",
        "refurbish",
        "rejuvenate",
    ):
        return [Restore(defect="scratches")] if not reading.is_pronoun(where) else None
    return None


def read_blur(reading: Reading) -> Operations | None:
    """A target made unreadable; with no target the whole picture."""
    target_text = reading["target"]
    if not target_text and reading.verb in ("hide", "soften", "smear", "smudge"):
        return None
    mode = "pixelate" if re.search(r"pixel|mosaic|censor|redact|anonymi", low(reading.clause)) else "gaussian"
    if target_text and reading.is_background(target_text):
        return [Background(action="blur")]
    if reading.verb in ("hide", "obscure", "soften") and not expression("private_part").search(low(target_text)):
        return None
    targets = [reading.scoped(part) for part in conjuncts(target_text, reading.vocabulary)] if target_text else [None]
    return [Blur(target=target, mode=mode, amount=_strength(reading)) for target in targets]


def _strength(reading: Reading) -> float | None:
    return (
        take_degree(reading.clause, reading.vocabulary)[1].percent
        if re.search(r"%|\b(?:heavily|strongly|slightly|a lot|a bit|a little|completely)\b", low(reading.clause))
        else None
    )


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"restore": read_restore, "restore_named": read_restore_named, "enhance": read_enhance, "blur": read_blur}
