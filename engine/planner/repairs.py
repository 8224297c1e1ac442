"""Reading repairs of the photo: named defects, better quality, and blurs that are wanted."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import (
    Adjust,
    Background,
    Blur,
    Defect,
    Restore,
)
from engine.planner.amounts import take_degree
from engine.planner.background import is_place_behind
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.targets import conjuncts
from engine.planner.vocabulary import expression

_DEFECTS: tuple[Defect, ...] = (
    "noise",
    "blur",
    "haze",
    "rain",
    "snow",
    "scratches",
    "lowlight",
    "jpeg",
    "faded",
    "colour",
    "blemishes",
)


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
    "descratch": "scratches",
    "despeckle": "noise",
    "demoire": "noise",
    "dedust": "blemishes",
    "deblock": "jpeg",
}


_DEFECT_NOISE = expression("defect_lead")


_DEFECT_TAIL = expression("defect_tail")
_CAST = regex(
    r"(?:[a-z]+ ){0,2}"
    r"(?:[a-z]+ish|yellow|orange|red|green|blue|magenta|cyan|purple|pink|warm|cold|cool|unnatural|unwanted)"
    r" (?:colou?r )?(?:cast|tinge)"
)
_MARRING = expression("marring")


_EVERYWHERE = ("jpeg", "faded")
"""Defects of the whole photo, wherever they are told to show."""
_SEEN = regex(
    r" (?:(?:that|which) (?:is|are|can be) )?(?:visible|seen|noticeable|apparent|present|found|introduced|caused)\b.*$"
)
"""Where a defect of the whole photo shows most."""
_WHOLE_PLACES = expression("whole_photo")


_QUALITY = expression("quality")


MAX_WORDS_OF_QUALITY = 8
_OF_PAPER = regex(r"\b(?:tears?|rips?)$")
"""Defects of a print; on anything else they are things, and tears may be wept."""
_YEAR = regex(r"(?:the )?(?:\d{4}|\d0)'?s?$")
"""When the picture was taken, which is no place in it."""
_LIGHT_SOURCE = expression("light_source")
"""Where a cast comes from, which is not where it lies."""
_ALONG = expression("along")
"""What tells where a defect is, or how far it runs."""
_PURPOSE = regex(r"(?i) ?\b(?:for|to) .*$")
_BETTERING = ("enhance", "improve", "optimize", "optimise", "touch up", "auto enhance", "auto-enhance")
_A_LITTLE = 10.0
"""Percent by which a picture that is to be better, and nothing more, gets more of what makes pictures crisp."""
_RESTORING = ("restore", "repair", "revive", "rescue", "salvage", "mend", "refurbish", "rejuvenate")
_REVIVING, _REVIVED = ("bring", "breathe"), (" to life", " glory")
_TOLD: dict[str, Defect] = {
    r"\b(?:dark|underexposed|dim|dimly|gloomy|low-light|murky)\b": "lowlight",
    r"\b(?:blurry|blurred|out-of-focus|unfocused|shaky|fuzzy)\b": "blur",
    r"\b(?:noisy|grainy)\b": "noise",
    r"\b(?:hazy|foggy|misty|smoggy)\b": "haze",
    r"\b(?:faded|washed-out|yellowed|bleached)\b": "faded",
    r"\b(?:old|damaged|torn|vintage|scanned|ruined|historic)\b": "scratches",
}


def defect_of(reading: Reading, text: str) -> Defect | None:
    """The defect a phrase names and nothing else: "the grain", "any traces of haze"."""
    words = _DEFECT_NOISE.sub("", low(text).strip(" ,."))
    words = _SEEN.sub("", _MARRING.sub("", words)) if " " in words else words
    if _CAST.fullmatch(words):
        return "colour"
    for _ in range(3):
        for name in _DEFECTS:
            if words in reading.vocabulary[f"defects.{name}"]:
                return name
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
    text, where = reading["defect"], reading["where"]
    where = "" if _SEEN.search(low(text)) else where
    if reading["free"]:
        return _freed(reading, reading["free"], where)
    defects = _placed_defects(reading, text)
    if not defects or reading.verb in ("add", "increase", "apply"):
        return None
    if reading["verb"] and not _erases(reading, low(reading["verb"]), defects[0], low(text)):
        return None
    here = not where or _WHOLE_PLACES.match(low(where)) is not None or reading.is_whole(where)
    if not here and not {"rain", "snow"}.isdisjoint(defects):
        return None
    if reading.does("remove") and low(text) in reading.vocabulary["hints.all_colour"]:
        return None
    lit_by = "colour" in defects and _LIGHT_SOURCE.search(low(where)) is not None
    here = here or lit_by or _YEAR.match(low(where)) is not None
    owner = where if not here else "" if defects[0] in _EVERYWHERE else _blemished(reading, text)
    if owner and _OF_PAPER.search(low(_ALONG.split(text)[0])):
        return None
    target = reading.target(owner) if owner else None
    return [Restore(defect=defect, target=target) for defect in defects]


def _erases(reading: Reading, verb: str, defect: Defect, text: str) -> bool:
    """Whether an unlisted verb before a defect can only mean its end: "banish the haze"."""
    first, *behind = verb.split(" ")
    if len(behind) > 1 or any(word in reading.vocabulary["words.articles"] for word in behind):
        return False
    if first in reading.vocabulary["hints.not_erasing"] or reading.does("add"):
        return False
    if text in reading.vocabulary["hints.all_colour"]:
        return False
    return verb in reading.vocabulary.openings or defect in ("haze", "noise")


def _placed_defects(reading: Reading, text: str) -> list[Defect] | None:
    """Defects, also where the phrase says on whose skin they are."""
    if defects := defects_of(reading, text):
        return defects
    head = _ALONG.split(text)[0]
    owner, _, thing = head.rpartition("'s ")
    first = defect_of(reading, thing or head)
    return [first] if first in ("blemishes", "scratches", "noise") and (head != text or owner) else None


def _blemished(reading: Reading, text: str) -> str | None:
    """On whose skin, or where, the defect is."""
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


_OF_NEW = regex(r"[a-z]+ (?:an?|some|two|three|several) ")
"""How an order for something new begins: "add a lighthouse hidden by mist"."""


def read_restore_named(reading: Reading) -> Operations | None:
    """Verbs that carry their defect, and "improve it by removing the noise"."""
    if repair := low(reading["repair"]):
        if _OF_NEW.match(low(reading.clause)):
            return None
        found = expression("repair").match(repair)
        named = _named_in(repair)
        defects = (defects_of(reading, found.group(1)) if found else None) or ([named] if named else [])
        return [Restore(defect=defect) for defect in defects]
    defect = _named_in(low(reading.clause).split(" ")[0].replace("-", ""))
    if defect is None or low(reading["thing"]).startswith(("out ", "away ")):
        return None
    thing = reading["thing"] if reading.is_pronoun(reading["thing"]) else _PURPOSE.sub("", reading["thing"])
    thing = "" if thing.strip("+-%").isdigit() else thing
    local = thing and defect in ("blur", "noise", "blemishes", "haze") and not reading.is_pronoun(thing)
    whole = not local or reading.is_whole(thing) or _WHOLE_PLACES.match(low(thing))
    return [Restore(defect=defect, target=None if whole else reading.target(thing))]


def _named_in(words: str) -> Defect | None:
    """The defect that a verb such as "dehazing" carries in itself."""
    return next((defect for word, defect in _NAMED.items() if word in words), None)


def read_enhance(reading: Reading) -> Operations | None:
    """Better quality without a named defect: a blurred, an old or a dark photo, or just a better one."""
    where, quality = low(reading["where"]), low(reading["quality"])
    if where and not (reading.is_whole(where) or _WHOLE_PLACES.match(where)):
        return None
    if quality:
        better = _QUALITY.search(quality) and quality.count(" ") < MAX_WORDS_OF_QUALITY
        return [Restore(defect=_told(where) or "blur")] if better else None
    if reading.verb in _BETTERING:
        return [Adjust(property=name, amount=_A_LITTLE) for name in ("contrast", "vibrance", "sharpness")]
    revived = reading.verb in _RESTORING or low(reading.clause).endswith(_REVIVED)
    if reading.is_pronoun(where) and reading.verb not in _REVIVING:
        return None
    defect = _told(where) or ("scratches" if revived else None)
    return [Restore(defect=defect)] if defect else None


def _told(where: str) -> Defect | None:
    """The defect that the words for the photo tell: "this hazy shot"."""
    return next((defect for word, defect in _TOLD.items() if re.search(word, where)), None)


_TO_BLUR = (" blur", " mosaic", " pixels", " pixelation", " blurring", " pixelating", " censor bar", " censoring")
"""How a thing is hidden, rather than taken away: "behind a blur"."""


def read_blur(reading: Reading) -> Operations | None:
    """A target made unreadable; with no target the whole picture."""
    target_text = take_degree(reading["target"], reading.vocabulary)[0] if reading["target"] else ""
    if not target_text and reading.verb in ("hide", "soften", "smear", "smudge"):
        return None
    mode = "pixelate" if re.search(r"pixel|mosaic|censor|redact|anonymi", low(reading.clause)) else "gaussian"
    if target_text and (reading.is_background(target_text) or is_place_behind(reading, target_text)):
        return [Background(action="blur")]
    rest = low(target_text).startswith(("everything ", "all "))
    told = low(reading.clause).endswith(_TO_BLUR)
    private = rest or told or expression("private_part").search(low(target_text))
    if reading.verb in ("hide", "obscure", "soften") and not private:
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
