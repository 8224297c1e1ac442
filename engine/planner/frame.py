"""Reading changes of the frame: crop, expand, rotate, flip, and the camera's place."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import (
    Alter,
    Crop,
    Expand,
    Flip,
    Rotate,
)
from engine.planner.amounts import aspect, number, numerals, side_words
from engine.planner.normalise import low, only_words
from engine.planner.reading import Operations, Reading
from engine.planner.sizes import wants_detail
from engine.planner.tone import tones_of
from engine.planner.vocabulary import expression

_ANTICLOCKWISE = regex(r"\b(?:(?:anti|counter)[ -]?clo|ccw|widdershins)|\bleft\b|\bminus\b")


_CLOCKWISE = regex(r"\bclock[ -]?wise|\bright\b|\bcw\b")


_PERCENT = regex(r"(\d+(?:\.\d+)?) ?(?:%|percent)")


_HALF = regex(r"\b(left|right|top|bottom|upper|lower) (half|third|quarter|part|portion|side)\b")
_AWAY = regex(r"\b(?:off|out|away|from|by|remove)\b")
_BEHIND_SIDE = regex(r" (?:where|so that|so|with|because|which|that) .*$")
"""What is there, or why, behind the side that is cut off."""
_SHARES = {"half": 50.0, "third": 66.7, "quarter": 75.0}
"""Percent cut off where a part is kept; the rest of 100 is cut where it goes."""
_OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "upper": "bottom", "bottom": "top", "lower": "top"}
_MEASURED = regex(r"(?:about |another )?\d+(?:\.\d+)? ?(?:px|pixels?|%|percent|mm|cm|in|inch|inches)")
_PIXELS = regex(r"(\d{1,5}) ?(?:px|pixels?)\b")
_BORDERS = frozenset(["borders", "the borders", "the border", "margins", "the margins", "the edges"])
_TRIMMING = ("trim", "trim off", "trim away", "crop off", "crop away", "cut off")
_SLIGHT = regex(r"\b(?:bit|little|slightly|tad|touch)\b")
_EVENLY = regex(r"it|the|image|picture|photo|by|in|\d+(?:\.\d+)?%?|%|percent")
_PICTURE_OF = regex(r"(?i)^(?:the )?(?:image|picture|photo) (?:of|so .* only) ")
_PLURAL = regex(r"(?i)(?<=image)s$|(?<=photo)s$|(?<=picture)s$")
_TILTED = expression("tilted")
"""What is level in a picture that is."""
_SHEET = expression("sheet")
"""What a picture of is nothing else."""
_LEANING = regex(r"\b(?:lean|tilt|slop|slant|skew|list)(?:s|ing|ed)\b|\b(?:crooked|off|askew)\b")
"""How a picture stands that is to be turned the other way."""
_SIDE_IN_NAME = regex(
    r"(?:the|my|his|her|its|their|our) (?:left|right) (?!by|and|way|side|hand|until|please|about|a |\d)[a-z]"
)
"""A side that opens the name of a thing: "the left page"."""
_SHAPED_AROUND = regex(
    r"(?:(?:the|this) (?:image|photo|picture)|it)?(?: ?(?:to|into|in|as|for) )?(?:an? )?(.{1,30}?)(?: ,)? "
    r"(?:(?:cent(?:er|re)d|focus(?:s?ed)|cent(?:er|r)ing|focus(?:s?ing)) )?(?:on|around) "
    r"(?=the |his |her |my |their |both )"
)
"""A shape, and behind it what it is laid around."""
_TO_ASPECT = regex(r"\b(?:to|into|for) (?:an? )?(.+)$")
MAX_WORDS_OF_SIDE = 5
"""Words of a phrase that can be no more than a side of the picture: "the left side of it"."""
_AROUND = regex(r"\d|around|edge|canvas|out|subject")


def _whole(reading: Reading, text: str) -> bool:
    """The words mean the picture, or nothing was said; more than one picture is still the one that is here."""
    text = _PLURAL.sub("", text)
    if low(text) in ("both", "both of them", "all of them", "them all", "them both", "all"):
        return True
    return not text or reading.is_whole(text) or reading.is_pronoun(text)


_UPWARDS = regex(r"(?i)(?<=\w) (up|down|upwards?|downwards?)$")
_ON = regex(r"(?i) (?:on|in|of) ")
"""Between a tone and the thing that has it: "turn the exposure on the face down"."""


_INTO = ("it into ", "this into ", "that into ", "him into ", "her into ", "them into ")
"""What is turned into something else, whatever number is told behind: "turn it into a drawing by a five year old"."""


def read_rotate(reading: Reading) -> Operations | None:
    """Turns of the picture, clockwise positive; a turned thing is an alteration of it."""
    turn = numerals(low(f"{reading['turn']} {reading['thing']}" if not reading["turn"] else reading["turn"]))
    thing = reading["thing"]
    if not reading["turn"]:
        thing, turn = _split_turn(thing)
    elif not reading.verb:
        turn = numerals(low(reading.clause))
    if turn.endswith((" off", " on")) or (reading.verb == "turn" and low(thing).startswith(_INTO)):
        return None
    if low(thing).endswith((" up", " down")) and tones_of(_ON.split(thing.rpartition(" ")[0])[0]):
        return None
    degrees = number(turn)
    directed = bool(_ANTICLOCKWISE.search(turn) or _CLOCKWISE.search(turn))
    if (
        reading.verb in ("move", "turn", "twist", "rotate", "tilt", "spin", "")
        and degrees is None
        and not directed
        and not re.search(r"\b(?:sideways|around|over|slightly|little|bit)\b", turn)
        and not (reading.verb == "rotate" and thing and _whole(reading, thing))
    ):
        return None
    if degrees is not None and re.search(r"\b(?:px|pixels?)\b", turn):
        return None
    if reading.verb == "move" and (degrees is None or not re.search(r"deg|°", turn)):
        return None
    if degrees is None:
        small = f" {turn} {low(reading.clause)}"
        degrees = (
            10.0
            if re.search(r"slightly|a bit|a little|touch|tad", small)
            else 180.0
            if " half " in f" {turn} "
            else 180.0
            if re.search(r"\baround\b|\bover\b", turn)
            else 10.0
            if reading.verb == "tilt"
            else 90.0
        )
    whole = not thing or _whole(reading, thing) or _SHEET.fullmatch(low(thing)) is not None
    if not whole and (upwards := _UPWARDS.search(thing)):
        thing, turn = thing[: upwards.start()], f"{low(upwards[1])} {turn.strip()}"
    if not whole and not low(thing).endswith("version"):
        return [Alter(target=reading.target(thing), prompt=f"turned {reading.spoken(turn)}")]
    if reading.verb == "turn" and not directed and reading.degree.percent is None and not re.search(r"deg|°|\d", turn):
        return None
    return [Rotate(degrees=-degrees if _ANTICLOCKWISE.search(turn) else degrees)]


def _split_turn(text: str) -> tuple[str, str]:
    """The thing and how far it turns, when no word stands between: "the image left by 90"."""
    small = numerals(low(text))
    match = expression("turn").search(small)
    if not match or _SIDE_IN_NAME.match(small):
        return text, ""
    thing = small[: match.start()].strip()
    return (text[: len(thing)] if small[: len(thing)] == low(text)[: len(thing)] else thing), small[match.start() :]


def read_straighten(reading: Reading) -> Operations | None:
    """A small turn; without degrees it levels what is visibly tilted, which only looking can tell."""
    thing, small = reading["thing"].partition(" , ")[0], low(reading.clause)
    if thing and not (_whole(reading, thing) or _TILTED.search(low(thing))):
        return None
    degrees = number(reading["degrees"])
    if reading["degrees"] and degrees is None:
        return None
    if degrees is None and (degrees := number(small)) is None:
        return [Rotate(degrees=0, level=True)]
    leans = _LEANING.search(small) is not None and "rotat" not in small
    return [Rotate(degrees=-degrees if bool(_ANTICLOCKWISE.search(small)) != leans else degrees)]


def read_upside_down(reading: Reading) -> Operations | None:
    """Half a turn of the picture, or of a thing in it."""
    thing = reading["thing"]
    if thing and not _whole(reading, thing):
        return [Alter(target=reading.target(thing), prompt="upside down")]
    return [Rotate(degrees=180)]


def read_flip(reading: Reading) -> Operations | None:
    """A mirrored picture; left and right are swapped unless the words say otherwise."""
    small = low(reading.clause)
    vertical = bool(
        re.search(r"\bvertical(?! axis)|\bhorizontal axis|\bupside|top to bottom|up(?:-| and )down|\bbottom", small)
    )
    thing = expression("flip_direction").sub("", reading["thing"]).strip(" ,").removeprefix("of ")
    if thing and not _whole(reading, thing):
        if reading.verb in ("invert", "reverse", "reflect"):
            return None
        return [Alter(target=reading.target(thing), prompt="mirrored")]
    if reading.verb == "invert" and not re.search(r"horizontal|vertical|left|right", small):
        return None
    return [Flip(axis="vertical" if vertical else "horizontal")]


def read_crop(reading: Reading) -> Operations | None:
    """Crops to an aspect, to a target, by percents of sides, or tighter all round."""
    said = reading["aspect"]
    if (reading.verb == "frame" and " with " in reading.clause) or _CUT_OUT.search(low(reading.clause)):
        return None
    if said:
        ratio = aspect(said)
        return [Crop(aspect=ratio)] if ratio and (reading.verb or _names_aspect(said, reading)) else None
    if reading.verb and reading.does("zoom_in") and not reading["target"]:
        return [Crop(sides=("all",), amount=_tightness(reading))]
    text = reading["result"] or reading["target"]
    if not text or (text and reading.is_whole(text) and "target" not in reading.slots):
        return None
    if ratio := aspect(
        re.sub(r"(?i)^(?:(?:the|this) (?:image|photo|picture)|it|that|this) (?:(?:to|into|in|as|for) )?", "", text)
    ):
        return [Crop(aspect=ratio)]
    if expression("plain_border").fullmatch(low(text)) or (low(text) in _BORDERS and reading.verb in _TRIMMING):
        return [Crop(trim=True)]
    cut = _cut_sides(reading, text)
    if cut or reading.kind:
        return [cut] if cut and (not reading.kind or any(letter.isdigit() for letter in text)) else None
    return _crop_target(reading, text)


def _names_aspect(said: str, reading: Reading) -> bool:
    """A bare "square" or "16:9" is a wish; a bare "4 x 3" or "letter" needs more."""
    named = low(said) in reading.vocabulary["hints.bare_aspects"]
    sized = low(reading.clause).split(" ")[-1] in ("size", "sized", "dimensions", "shape", "shaped", "ratio", "format")
    return ":" in said or sized or "ratio" in low(reading.clause) or named


def _tightness(reading: Reading) -> float:
    percent = number(reading.clause) if re.search(r"%|percent", reading.clause) else None
    if percent is not None:
        return min(45.0, percent / 2)
    return 5.0 if re.search(r"bit|little|slightly|touch|tad", low(reading.clause)) else 12.5


def _cut_sides(reading: Reading, text: str) -> Crop | None:
    """ "10% off the left", "the top half", "a bit from both sides"."""
    small = _BEHIND_SIDE.sub("", numerals(low(text)))
    half = _HALF.search(small)
    if half and not _AWAY.search(low(reading.clause)):
        share = _SHARES.get(half.group(2))
        return Crop(sides=(_OPPOSITE[half.group(1)],), amount=share) if share and _only_half(small) else None
    sides, percent = side_words(small), _PERCENT.search(small)
    cuts = reading.verb == "crop" or reading.verb in reading.vocabulary["hints.cutting_off"] or _AWAY.search(small)
    if sides and cuts and only_words(small, expression("edge_word")):
        if pixels := _PIXELS.search(small):
            return Crop(sides=sides, pixels=int(pixels.group(1)))
        amount = 5.0 if _SLIGHT.search(small) else 10.0
        gone = 100 - _SHARES.get(half.group(2), 50.0) if half else amount
        return Crop(sides=sides, amount=min(95.0, float(percent.group(1)) if percent else gone if half else amount))
    if percent and reading.verb in ("crop", "trim") and only_words(small, _EVENLY):
        return Crop(sides=("all",), amount=min(45.0, float(percent.group(1))))
    return None


def _only_half(small: str) -> bool:
    """The phrase is about a half of the picture and nothing more."""
    return expression("half_only").fullmatch(small) is not None


_CUT_OUT = regex(r" out (?:on|onto|to) (?:a )?(?:transparent|see-through|clear) (?:background|backdrop|layer|png)$")
_MARGIN = expression("empty_margin")


def _crop_target(reading: Reading, text: str) -> Operations | None:
    """A crop to a thing, or tighter; what is cut off is no target."""
    down_to = bool(reading["thing"]) and reading.is_whole(reading["thing"])
    cuts = reading.verb in reading.vocabulary["hints.cutting_off"] and not down_to
    sides = side_words(low(text))
    if _MARGIN.match(low(text)) and (sides or not cuts):
        return [Crop(sides=sides or ("all",), amount=10.0)]
    if cuts:
        return None
    if only_words(low(text), expression("tighter_word")):
        return [Crop(sides=("all",), amount=_tightness(reading))]
    thing, comma, shape = text.rpartition(" , ")
    if comma and (ratio := aspect(shape)):
        return [Crop(aspect=ratio, target=reading.target(thing))]
    if (shaped := _SHAPED_AROUND.match(low(text))) and (ratio := aspect(shaped[1])):
        return [Crop(aspect=ratio, target=reading.target(text[shaped.end() :]))]
    text = _PICTURE_OF.sub("", expression("crop_lead").sub("", text))
    text = expression("crop_tail").sub("", text)
    if not text or (reading.is_whole(text) and not reading.is_pronoun(text)):
        return None
    return [Crop(target=reading.target(text))]


_SHOWING = regex(
    r"(?i)\b(?:with|showing|revealing|that (?:includes|shows|reveals)|to (?:show|reveal|include)) "
    r"(?!.*(?:\d|\b(?:border|margins?|padding|space|canvas|blur|mirror|aspect|ratio|white|black)\b))(.+)$"
)
_SIDE_OF_VIEW, _SHOWN = expression("side_of_view"), expression("shown_beyond")
_TO_PIXELS = regex(r"\bto \d+ ?(?:px|pixels?)\b")


def _within(small: str) -> str:
    """The clause without what is seen in the new part, behind the sides: "on the left , continuing the sky"."""
    head, _, tail = small.partition(" , ")
    return head if tail.split(" ")[0].endswith("ing") and side_words(head) else small


def read_expand(reading: Reading) -> Operations | None:
    """More canvas, by sides or to an aspect."""
    small = numerals(low(reading.clause))
    if reading["amount"] and not _MEASURED.fullmatch(numerals(low(reading["amount"]))):
        return None
    to = _TO_ASPECT.search(small)
    ratio = aspect(to.group(1).split(",")[0].strip()) if to else None
    sides = side_words(_within(small.removeprefix("open up ")))
    if _TO_PIXELS.search(small) or " until " in small or (wants_detail(small) and not (ratio or sides)):
        return None
    if tones_of(reading["thing"] or reading["sides"]):
        return None
    if reading["thing"] and not _expandable(reading, reading["thing"], bool(ratio or sides)):
        return None
    if ratio:
        return [Expand(aspect=ratio, prompt=_beyond(reading))]
    if reading["amount"] and reading["sides"] and not sides:
        return None
    if reading["sides"] and not (sides or reading.does("zoom_out") or _AROUND.search(small)):
        return None
    pixels = _PIXELS.search(small)
    return [
        Expand(
            sides=sides or ("all",),
            amount=None if pixels else _growth(small),
            pixels=int(pixels.group(1)) if pixels else None,
            prompt=_beyond(reading),
        )
    ]


def _beyond(reading: Reading) -> str | None:
    """What is to be seen there, where the words say it: "with more trees", "showing the sea"."""
    told = _SHOWN.search(reading.clause) or _SHOWING.search(reading.clause)
    return told.group(1).strip(" ,.") if told else None


def _expandable(reading: Reading, thing: str, directed: bool) -> bool:
    """Whether the thing is the canvas: the picture, its frame or a side; the sky only where a direction is said."""
    if reading.verb in ("uncrop", "outpaint"):
        return True
    words = low(expression("canvas_tail").sub("", f" {thing}").strip())
    hints = reading.vocabulary
    canvas = words in hints["hints.canvas"] or bool(words.count(" ") < MAX_WORDS_OF_SIDE and side_words(words))
    if not canvas and not _whole(reading, words):
        return False
    if words in hints["hints.backdrops_of_canvas"] and not directed:
        return False
    return directed or bool(canvas and words) or reading.verb not in hints["hints.growing"]


def _growth(small: str) -> float | None:
    """Percent of the side, where the words give one."""
    if match := _PERCENT.search(small):
        return float(match.group(1))
    if re.search(r"\b(?:bit|little|slightly|touch)\b", small):
        return 10.0
    return 50.0 if re.search(r"\b(?:lot|much|way)\b", small) else None


def read_viewpoint(reading: Reading) -> Operations | None:
    """Another camera: the whole scene is altered."""
    if reading["view"] and not _SIDE_OF_VIEW.search(low(reading["view"])):
        return None
    return [Alter(target=None, prompt=reading.spoken(reading.clause))]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "rotate": read_rotate,
        "straighten": read_straighten,
        "upside_down": read_upside_down,
        "flip": read_flip,
        "crop": read_crop,
        "expand": read_expand,
        "viewpoint": read_viewpoint,
    }
