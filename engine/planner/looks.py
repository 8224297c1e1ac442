"""Reading looks, and the weather, season and time of day of the whole scene."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import (
    Alter,
    Style,
)
from engine.planner.colours import colour_in, trailing_colour
from engine.planner.inflection import gerund
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, definite, without_article
from engine.planner.vocabulary import expression

_LOOK_NOUN = expression("look_noun")


_SCENE_FILLER = expression("scene_filler")


_ENDS_IN_LOOK = regex(f"{_LOOK_NOUN.pattern}$")
_LOOKED = (" me", " us", " vibes", " vibe")
"""Endings that only a look has: "anime me", "comic book vibes"."""
_ABOUT_THING = regex(
    r"(?!(?:the|this) style)(?:(?:one|two|three|both|some|each|most|half|several) of )?"
    r"(?:the|everything|all|his|her|my|this)\b(?!.*whole)"
)
_WHOLE_LEAD = regex(r"(?i)^(?:everything|all|it|(?:the|this) (?:whole |entire )?(?:photo|picture|image)) ")
_NAMED_LOOK = expression("named_look")
_DETAILED = regex(r" (?:,|with|à la|a la|in the style of|inspired by|like) ")
_SEASONAL = regex(r"\b(?:a|an|the) (?:winter|summer|snowy|night|sunset)\b")
_DRAWING = ("draw", "paint", "sketch")
_NEW = ("a ", "an ", "some ", "two ", "three ", "several ", "more ")
_MOODS = frozenset(["moody", "cinematic", "dramatic", "dreamy", "dark", "gloomy", "ethereal", "romantic", "magical"])
"""Words that name a look alone, and only the mood of a scene before it."""
_FILMED = regex(r"-(?:film|movie|cinema)\b")
_INSPIRED = regex(r"(?<=\w)-(?:inspired|styled?|esque|themed|era)\b")
_LIGHT = regex(
    r"light(?:s|ing)?\b(?!-)|\b(?:sun|glow|candles?|lamps?|lanterns?|torches|rays?|beams?|neon|fire|flames?|sunset|moon)\b"
)
_THROUGH = regex(r" (?:through|from|on|at|over|under|behind|into|across|around) ")
_HEAD_ENDS = regex(
    r" (?:with|by|of|in|for|,|similar|like|that|featuring|emphasizing|highlighting|reminiscent|inspired|and) "
)
_PUT_ON = regex(
    r" (?:on|onto|over|around|in|under|beside) (?:the|his|her|its|their|my) "
    r"(?!(?:whole |entire )?(?:image|photo|picture|scene)\b)"
)
_BEHIND_WORK = regex(
    r" (?:with|by|of|in|on|from|,|that|which|featuring|made|using|seen|done|drawn|painted|printed|rendered|lit) "
)
_AND_ALL = regex(r" and (?:everything|everyone|all) (?:around|behind|beside|about|near) (?:it|him|her|them|us|me)$")
_PATTERNED = regex(r"\b(?:pattern|texture|makeup)\b")


def _named(small: str) -> str:
    """ "Cyberpunk-inspired" and "war-film look" with the look that they name as a word of its own."""
    return _FILMED.sub(" film", _INSPIRED.sub("", small)) if "-" in small else small


def look_in(reading: Reading, text: str) -> bool:
    """Whether the words name a look for a whole picture."""
    small = _named(low(text))
    return reading.vocabulary["looks.words"].find(small) is not None or bool(
        re.search(r"\b(?:style|filter|aesthetic|art)\b", low(text))
    )


def look_of_thing(reading: Reading, text: str) -> bool:
    """Whether the words name a look for one thing: "3D cartoon style", "sketch"; "a cartoon dog" is another thing."""
    small = _named(low(text))
    looks, heads = reading.vocabulary["looks.words"], reading.vocabulary["looks.heads"]
    if looks.find(small) is None and "style" not in small.split(" "):
        return False
    head = _HEAD_ENDS.split(small)[0]
    return heads.trailing(head) is not None or head in looks


MAX_SPACES_OF_NAME = 3
"""Spaces in the name of an artist: "a Dutch old master"."""


def read_style(reading: Reading) -> Operations | None:
    """A named look for the picture, or for one thing in it."""
    target_text, look = reading["target"], reading["look"]
    if spared := expression("except").search(look):
        return _style_of_the_rest(reading, look[: spared.start()], spared.group(1))
    small = low(look)
    if reading.verb == "do" and trailing_colour(look, reading.vocabulary):
        return None
    dyed = target_text and small not in reading.vocabulary["looks.drains"] and not reading.is_whole(target_text)
    if dyed and reading.does("make") and f" be {look}" in reading.clause and colour_in(look, reading.vocabulary):
        return None
    if not _MOODS.isdisjoint(small.split(" ")) and _is_scene_in_mood(reading, small):
        return None
    if " then " in small or (reading.verb in _DRAWING and low(target_text).startswith(_NEW)):
        return None
    whole = not target_text or reading.is_whole(target_text) or _is_look_noun(target_text)
    whole = whole or reading.is_pictured(target_text)
    whole = whole or any(one.search(low(target_text)) for one in (expression("whole_photo"), _AND_ALL))
    if target_text and _is_work(reading, target_text, small, whole):
        prompt = reading.spoken(expression("look_lead").sub("", look))
        return [Style(prompt=prompt, target=None if whole else reading.target(target_text))]
    fits = _restyles(reading, target_text, small, whole) if target_text else _names_look(reading, small)
    fits = fits or (not target_text and low(reading.clause).endswith(_LOOKED) and look_in(reading, look))
    if not fits or (whole and not reading.is_pronoun(target_text) and not look_in(reading, look)):
        return None
    prompt = reading.spoken(expression("look_lead").sub("", look if target_text else _WHOLE_LEAD.sub("", look)))
    return [Style(prompt=prompt, target=None if whole else reading.target(target_text))] if prompt else None


def read_style_by(reading: Reading) -> Operations | None:
    """ "Draw the dog the way Picasso would have": somebody's manner."""
    target, artist = reading["target"], reading["artist"]
    if artist.count(" ") > MAX_SPACES_OF_NAME or not (definite(target, reading.vocabulary) or reading.is_whole(target)):
        return None
    whole = low(reading.clause).startswith(("how ", "as ")) or reading.is_whole(target) or reading.is_pictured(target)
    return [Style(prompt=f"in the style of {reading.spoken(artist)}", target=None if whole else reading.target(target))]


def _style_of_the_rest(reading: Reading, look: str, kept: str) -> Operations | None:
    """ "Black and white except the girl": the look for everything but one thing."""
    prompt = _WHOLE_LEAD.sub("", look)
    if not (_is_bare_look(reading, low(prompt)) and (not reading["target"] or reading.is_whole(reading["target"]))):
        return None
    return [Style(prompt=reading.spoken(prompt), target=reading.target(f"everything except {kept}"))]


def read_style_evoked(reading: Reading) -> Operations | None:
    """ "Capture the scene with the depth and richness of oil painting": a look, told by what it is praised for."""
    praised, look = low(reading["praised"]).split(" ")[-1], low(reading["look"])
    if reading["praised"] and praised not in reading.vocabulary["looks.praised"]:
        return None
    named = without_article(re.sub(r"(?: style)?s?$", "", look))
    known = reading.vocabulary["looks.words"]
    if look_of_thing(reading, look) or named in known or without_article(look) in known:
        return [Style(prompt=reading.spoken(without_article(reading["look"])))]
    return None


def _is_work(reading: Reading, target_text: str, small: str, whole: bool) -> bool:
    """Whether a picture is to be a kind of picture or of model: "depict it as a stained-glass window"."""
    clause = low(reading.clause)
    joined = any(f"{low(target_text)} {joint} " in clause for joint in ("as", "in"))
    recast = joined and reading.verb in reading.vocabulary["looks.recasting"]
    recast = recast or (reading.does("evoke") and f"{low(target_text)} into " in clause)
    pictured = whole and not reading.is_whole(target_text) and reading.does("change", "make", "style")
    work = reading.vocabulary["looks.works"].trailing(_BEHIND_WORK.split(small)[0]) is not None
    return (recast or pictured) and work and (whole or look_in(reading, small))


def _is_look_noun(text: str) -> bool:
    """The picture's own style: "the overall style of it"."""
    return expression("look_of_picture").fullmatch(low(text)) is not None


def _names_look(reading: Reading, small: str) -> bool:
    """Whether a saying without a target is about a look: "sepia", "apply a film effect", not "add a vintage car"."""
    adds = reading.does("add")
    if adds:
        return _ENDS_IN_LOOK.search(small) is not None or small in reading.vocabulary["looks.bare"]
    if reading.does("make") and not look_in(reading, _THROUGH.split(small)[0]):
        return False
    if reading.verb:
        put = reading.does("put") and (" where " in small or _PUT_ON.search(small) is not None)
        return not (put or _ABOUT_THING.match(small))
    whole = low(reading.clause)
    return _is_bare_look(reading, whole if _NAMED_LOOK.search(whole) else small)


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
    head = _DETAILED.split(small)[0]
    core = without_article(_NAMED_LOOK.sub("", head))
    ends = reading.vocabulary["looks.bare"].trailing(core) if core.count(" ") < 4 and " in " not in core else None
    return (
        ends is not None
        or core in reading.vocabulary["looks.bare"]
        or (head != core and look_in(reading, head) and len(head.split()) <= 5)
    )


def _is_scene_in_mood(reading: Reading, small: str) -> bool:
    """Whether the words end in a scene of which only the mood is a look: "a moody blue hour, with lamps lit"."""
    head = " ".join(word for word in _HEAD_ENDS.split(small)[0].split(" ") if word not in _MOODS)
    return reading.vocabulary["scenes.words"].trailing(head) is not None and not look_in(reading, head)


def scene_in(reading: Reading, text: str) -> bool:
    """Whether the words tell of weather, season or time of day."""
    return reading.vocabulary["scenes.words"].find(low(text)) is not None


def weather_told(reading: Reading, text: str) -> str | None:
    """Weather with what it does, as a prompt: "heavy snow fall over the village" -> "heavy snow falling over ..."."""
    words = without_article(text).split(" ")
    for start in (0, 1):
        weather = reading.vocabulary["weather.words"].leading(low(" ".join(words[start:])))
        does = start + weather.count(" ") + 1 if weather else len(words)
        if does < len(words) and (doing := _doing(reading, low(" ".join(words[does:])))):
            return " ".join((*words[:does], doing, *words[does + 1 :]))
    return None


def _doing(reading: Reading, deed: str) -> str:
    """The verb of a deed as it goes on: "falling" of "fall over it" and of "falling"; empty where there is none."""
    word = deed.split(" ")[0]
    if word.endswith("ing") and word not in reading.vocabulary["states.nouns_in_ing"]:
        return word
    acts = reading.vocabulary["states.verbs"].leading(deed) is not None and word not in ("be", "have", "look")
    return gerund(word) if acts else ""


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


def read_lit(reading: Reading) -> Operations | None:
    """ "Illuminate the room with candlelight": another light on the scene, or on one thing."""
    target, light = reading["target"], low(reading["light"])
    if not _LIGHT.search(light) or (definite(light, reading.vocabulary) and f"{target} in " in reading.clause):
        return None
    return [Alter(target=reading.scoped(target), prompt=f"lit by {reading.spoken(reading['light'])}")]


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
        or " ".join(words[max(0, i - 1) : i + 1]) in scenes
        for i, word in enumerate(words)
    ) or bool(re.match(r"(?:the |this )?(?:scene|image|picture) (?:during|in|at) ", low(text)))


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "style": read_style,
        "style_by": read_style_by,
        "style_evoked": read_style_evoked,
        "lit": read_lit,
        "scene": read_scene,
    }
