"""Reading looks, and the weather, season and time of day of the whole scene."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import (
    Alter,
    Style,
)
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, without_article
from engine.planner.vocabulary import expression

_LOOK_NOUN = expression("look_noun")


_SCENE_FILLER = expression("scene_filler")


_ENDS_IN_LOOK = re.compile(f"{_LOOK_NOUN.pattern}$")
_ABOUT_THING = re.compile(r"(?!(?:the|this) style)(?:the|everything|all|his|her|my|this)\b(?!.*whole)")
_WHOLE_LEAD = re.compile(r"(?i)^(?:everything|all|it|(?:the|this) (?:whole |entire )?(?:photo|picture|image)) ")
_SEASONAL = re.compile(r"\b(?:a|an|the) (?:winter|summer|snowy|night|sunset)\b")
_PATTERNED = re.compile(r"\b(?:pattern|texture|makeup)\b")


def look_in(reading: Reading, text: str) -> bool:
    """Whether the words name a look for a whole picture."""
    small = low(text)
    return reading.vocabulary["looks.words"].find(small) is not None or bool(
        re.search(r"\b(?:style|filter|aesthetic|art)\b", small)
    )


def look_of_thing(reading: Reading, text: str) -> bool:
    """Whether the words name a look for one thing: "3D cartoon style", "sketch"; "a cartoon dog" is another thing."""
    small = low(text)
    looks, heads = reading.vocabulary["looks.words"], reading.vocabulary["looks.heads"]
    if looks.find(small) is None and "style" not in small.split(" "):
        return False
    head = re.split(r" (?:with|by|of|in|,|similar|like|that|featuring|emphasizing|highlighting|and) ", small)[0]
    return heads.trailing(head) is not None or head in looks


def read_style(reading: Reading) -> Operations | None:
    """A named look for the picture, or for one thing in it."""
    target_text, look = reading["target"], reading["look"]
    if spared := expression("except").search(look):
        return _style_of_the_rest(reading, look[: spared.start()], spared.group(1))
    small = low(look)
    if " then " in small:
        return None
    whole = not target_text or reading.is_whole(target_text) or _is_look_noun(target_text)
    fits = _restyles(reading, target_text, small, whole) if target_text else _names_look(reading, small)
    if not fits or (whole and not reading.is_pronoun(target_text) and not look_in(reading, look)):
        return None
    prompt = reading.spoken(expression("look_lead").sub("", look))
    return [Style(prompt=prompt, target=None if whole else reading.target(target_text))] if prompt else None


def _style_of_the_rest(reading: Reading, look: str, kept: str) -> Operations | None:
    """ "Black and white except the girl": the look for everything but one thing."""
    prompt = _WHOLE_LEAD.sub("", look)
    if not (_is_bare_look(reading, low(prompt)) and (not reading["target"] or reading.is_whole(reading["target"]))):
        return None
    return [Style(prompt=reading.spoken(prompt), target=reading.target(f"everything except {kept}"))]


def _is_look_noun(text: str) -> bool:
    """The picture's own style: "the overall style of it"."""
    return expression("look_of_picture").fullmatch(low(text)) is not None


def _names_look(reading: Reading, small: str) -> bool:
    """Whether a saying without a target is about a look: "sepia", "apply a film effect", not "add a vintage car"."""
    adds = reading.does("add")
    if adds:
        return _ENDS_IN_LOOK.search(small) is not None or small in reading.vocabulary["looks.bare"]
    return not _ABOUT_THING.match(small) if reading.verb else _is_bare_look(reading, small)


def _restyles(reading: Reading, target_text: str, small: str, whole: bool) -> bool:
    """Whether the target gets a look rather than another attribute, season or shape."""
    if low(target_text).startswith("there") or reading.is_background(target_text):
        return False
    if reading.is_pronoun(target_text):
        return look_of_thing(reading, small) or small in reading.vocabulary["looks.bare"]
    if whole:
        return not (_SEASONAL.search(small) and "style" not in small and "painting" not in small)
    if changes_attribute(reading, target_text) or not look_of_thing(reading, small):
        return False
    named = "style" in small or "filter" in small or "effect" in small
    if reading.verb in ("replace", "add", "put", "apply") and not named:
        return False
    return reading.verb != "paint" and not _PATTERNED.search(small)


def changes_attribute(reading: Reading, text: str) -> bool:
    """Whether the words are about a thing's content, pose or colour rather than the thing."""
    match = re.match(r"(?:the )?(\w+(?: \w+)?) (?:of|on) ", low(text))
    words = match.group(1) if match else low(text).rpartition("'s ")[2]
    return any(words in reading.vocabulary[f"attributes.{name}"] for name in ("state", "display", "colour"))


def _is_bare_look(reading: Reading, small: str) -> bool:
    core = without_article(re.sub(r" (?:style|filter|effect|look|version)$", "", small))
    return core in reading.vocabulary["looks.bare"] or (
        small != core and look_in(reading, small) and len(small.split()) <= 5
    )


def scene_in(reading: Reading, text: str) -> bool:
    """Whether the words tell of weather, season or time of day."""
    return reading.vocabulary["scenes.words"].find(low(text)) is not None


def read_scene(reading: Reading) -> Operations | None:
    """Another weather, season or time of day for the whole scene."""
    whole, scene = reading["whole"], reading["scene"]
    if reading["weather"]:
        here = not whole or reading.is_whole(whole)
        return [Alter(prompt=reading.spoken(reading["weather"]))] if here and _is_weather(reading) else None
    only = _is_scene_only(reading, scene)
    about_scene = reading.is_whole(whole) or _is_scene_noun(whole) or (reading.is_pronoun(whole) and only)
    if not (about_scene and scene_in(reading, scene) if whole else only):
        return None
    if reading["old"] and not scene_in(reading, reading["old"]):
        return None
    return [Alter(prompt=reading.spoken(expression("scene_lead").sub("", scene)))]


def _is_weather(reading: Reading) -> bool:
    """Weather that is added to the scene: "some light rain"."""
    weather = low(reading["weather"])
    known = reading.vocabulary["weather.words"]
    return weather in known or expression("weather_lead").sub("", weather) in known


def _is_scene_noun(text: str) -> bool:
    return expression("scene_noun").fullmatch(low(text)) is not None


def _is_scene_only(reading: Reading, text: str) -> bool:
    """The phrase is nothing but weather, season or time: "a snowy night", "late autumn"; "snow on the roof" is more."""
    if not text or not scene_in(reading, text):
        return False
    words = low(text).split(" ")
    scenes = reading.vocabulary["scenes.words"]
    return all(
        word.strip(",") in scenes
        or not word.strip(",")
        or _SCENE_FILLER.match(word.strip(","))
        or " ".join(words[i : i + 2]) in scenes
        for i, word in enumerate(words)
    ) or bool(re.match(r"(?:the |this )?(?:scene|image|picture) (?:during|in|at) ", low(text)))


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"style": read_style, "scene": read_scene}
