"""Reading changes of the frame: crop, expand, rotate, flip, and the camera's place."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import (
    Alter,
    Crop,
    Expand,
    Flip,
    Rotate,
)
from engine.planner.amounts import aspect, number, numerals, side_words
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.vocabulary import expression

_ANTICLOCKWISE = re.compile(r"\b(?:anti|counter|ccw|widdershins)|\bleft\b|\bminus\b")


_CLOCKWISE = re.compile(r"\bclock|\bright\b|\bcw\b")


_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?(?:%|percent)")


def _whole(reading: Reading, text: str) -> bool:
    """The words mean the picture, or nothing was said."""
    return not text or reading.is_whole(text) or reading.is_pronoun(text)


def read_rotate(reading: Reading) -> Operations | None:
    """Turns of the picture, clockwise positive; a turned thing is an alteration of it."""
    turn = numerals(low(f"{reading['turn']} {reading['thing']}" if not reading["turn"] else reading["turn"]))
    thing = reading["thing"]
    if not reading["turn"]:
        thing, turn = _split_turn(thing)
    degrees = number(turn)
    directed = bool(_ANTICLOCKWISE.search(turn) or _CLOCKWISE.search(turn))
    if (
        reading.verb in ("move", "turn", "twist", "rotate", "tilt", "spin", "")
        and degrees is None
        and not directed
        and not re.search(r"\b(?:sideways|around|over|slightly|little|bit)\b", turn)
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
            if re.search(r"\baround\b|\bover\b", turn)
            else 90.0
        )
    if thing and not _whole(reading, thing) and not low(thing).endswith("version"):
        return [Alter(target=reading.target(thing), prompt=f"turned {reading.spoken(turn)}")]
    if reading.verb == "turn" and not directed and reading.degree.percent is None and not re.search(r"deg|°|\d", turn):
        return None
    return [Rotate(degrees=-degrees if _ANTICLOCKWISE.search(turn) else degrees)]


def _split_turn(text: str) -> tuple[str, str]:
    """The thing and how far it turns, when no word stands between: "the image left by 90"."""
    small = numerals(low(text))
    match = expression("turn").search(small)
    if not match:
        return text, ""
    thing = small[: match.start()].strip()
    return (text[: len(thing)] if small[: len(thing)] == low(text)[: len(thing)] else thing), small[match.start() :]


def read_straighten(reading: Reading) -> Operations | None:
    """A small turn; without degrees it levels what is visibly tilted, which only looking can tell."""
    degrees = number(reading["degrees"] or "")
    if degrees is None and (degrees := number(reading.clause)) is None:
        return None
    return [Rotate(degrees=-degrees if _ANTICLOCKWISE.search(low(reading.clause)) else degrees)]


def read_upside_down(reading: Reading) -> Operations | None:
    """Half a turn of the picture, or of a thing in it."""
    thing = reading["thing"]
    if thing and not _whole(reading, thing):
        return [Alter(target=reading.target(thing), prompt="upside down")]
    return [Rotate(degrees=180)]


def read_flip(reading: Reading) -> Operations | None:
    """A mirrored picture; left and right are swapped unless the words say otherwise."""
    small = low(reading.clause)
    vertical = bool(re.search(r"\bvertical|\bupside|top to bottom|up(?:-| and )down|\bbottom", small))
    thing = expression("flip_direction").sub("", reading["thing"]).strip(" ,")
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
    if said:
        ratio = aspect(said)
        return [Crop(aspect=ratio)] if ratio and (reading.verb or _names_aspect(said, reading)) else None
    if reading.verb and reading.does("zoom_in") and not reading["target"]:
        return [Crop(sides=("all",), amount=_tightness(reading))]
    text = reading["result"] or reading["target"]
    if not text or (text and reading.is_whole(text) and "target" not in reading.slots):
        return None
    if ratio := aspect(re.sub(r"(?i)^(?:(?:the|this) (?:image|photo|picture)|it) (?:to|into|in|as) ", "", text)):
        return [Crop(aspect=ratio)]
    if cut := _cut_sides(reading, text):
        return [cut]
    return _crop_target(reading, text)


def _names_aspect(said: str, reading: Reading) -> bool:
    """A bare "square" or "16:9" is a wish; a bare "4 x 3" or "letter" needs more."""
    small = low(said)
    return (
        ":" in small
        or "ratio" in low(reading.clause)
        or small
        in ("square", "a square", "widescreen", "instagram", "instagram story", "portrait format", "landscape format")
    )


def _tightness(reading: Reading) -> float:
    percent = number(reading.clause) if re.search(r"%|percent", reading.clause) else None
    if percent is not None:
        return min(45.0, percent / 2)
    return 5.0 if re.search(r"bit|little|slightly|touch|tad", low(reading.clause)) else 12.5


def _cut_sides(reading: Reading, text: str) -> Crop | None:
    """ "10% off the left", "the top half", "a bit from both sides"."""
    small = numerals(low(text))
    sides = side_words(small)
    percent = _PERCENT.search(small)
    half = re.search(r"\b(left|right|top|bottom|upper|lower) (half|third|quarter|part|portion|side)\b", small)
    if half and not re.search(r"\b(?:off|out|away|remove)\b", low(reading.clause)):
        share = {"half": 50.0, "third": 66.7, "quarter": 75.0}.get(half.group(2))
        opposite = {
            "left": "right",
            "right": "left",
            "top": "bottom",
            "upper": "bottom",
            "bottom": "top",
            "lower": "top",
        }[half.group(1)]
        return Crop(sides=(opposite,), amount=share) if share and expression("half_only").fullmatch(small) else None
    removes = re.search(r"\b(?:off|from|away|by)\b", small) or reading.verb in (
        "cut off",
        "trim",
        "trim off",
        "chop off",
        "shave",
        "crop off",
        "cut",
        "slice off",
        "crop",
    )
    if sides and removes and expression("edge_word").fullmatch(small):
        amount = (
            float(percent.group(1))
            if percent
            else (half and 50.0) or (5.0 if re.search(r"bit|little|slightly|tad|touch", small) else 10.0)
        )
        return Crop(sides=sides, amount=min(95.0, amount))
    if (
        percent
        and reading.verb in ("crop", "trim")
        and re.fullmatch(r"(?:(?:it|the|image|picture|photo|by|in) ?)*\d+(?:\.\d+)? ?(?:%|percent)", small)
    ):
        return Crop(sides=("all",), amount=min(45.0, float(percent.group(1))))
    return None


def _crop_target(reading: Reading, text: str) -> Operations | None:
    small = low(text)
    if reading.verb in (
        "cut",
        "chop",
        "cut off",
        "chop off",
        "shave",
        "slice off",
        "clip off",
        "cut down",
        "crop off",
        "crop away",
        "trim away",
        "trim off",
        "trim",
    ):
        return None
    text = expression("crop_lead").sub("", text)
    text = re.sub(r"(?i)^(?:the )?(?:image|picture|photo) (?:of|so .* only) ", "", text)
    text = expression("crop_tail").sub("", text)
    if expression("tighter").fullmatch(small):
        return [Crop(sides=("all",), amount=_tightness(reading))]
    if not text or (reading.is_whole(text) and not reading.is_pronoun(text)):
        return None
    return [Crop(target=reading.target(text))]


def read_expand(reading: Reading) -> Operations | None:
    """More canvas, by sides or to an aspect."""
    thing = reading["thing"]
    small = numerals(low(reading.clause))
    ratio = aspect(match.group(1)) if (match := re.search(r"\b(?:to|into|for) (?:an? )?(.+)$", small)) else None
    thing_words = expression("canvas_tail").sub("", f" {thing}").strip()
    canvas = low(thing_words) in (
        "canvas",
        "the canvas",
        "frame",
        "the frame",
        "the view",
        "view",
        "the background",
        "background",
        "the scene",
        "the sky",
        "the left side",
        "the right side",
        "the top",
        "the bottom",
        "the borders",
        "borders",
        "the edges",
        "edges",
        "",
    )
    if thing and not canvas and not _whole(reading, thing_words) and not side_words(thing_words):
        return None
    if low(thing_words) in ("the sky", "the background", "background") and not side_words(small):
        return None
    if (
        reading.verb in ("grow", "enlarge", "stretch", "broaden", "expand")
        and not (ratio or side_words(small) or (canvas and thing_words))
        and thing
    ):
        return (
            None if reading.verb in ("grow", "enlarge", "stretch") else [Expand(sides=("all",), amount=_growth(small))]
        )
    if ratio:
        return [Expand(aspect=ratio)]
    sides = side_words(small)
    if (
        reading["sides"]
        and not sides
        and not reading.does("zoom_out")
        and not re.search(r"\d|around|edge|canvas|out|subject", small)
    ):
        return None
    return [Expand(sides=sides or ("all",), amount=_growth(small))]


def _growth(small: str) -> float | None:
    """Percent of the side, where the words give one."""
    if match := _PERCENT.search(small):
        return float(match.group(1))
    if re.search(r"\b(?:bit|little|slightly|touch)\b", small):
        return 10.0
    return 50.0 if re.search(r"\b(?:lot|much|way)\b", small) else None


def read_viewpoint(reading: Reading) -> Operations | None:
    """Another camera: the whole scene is altered."""
    if reading["view"] and not re.search(
        r"above|below|eye|angle|behind|side|front|top|distance|perspective", low(reading["view"])
    ):
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
