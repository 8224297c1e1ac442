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

_LOOK_NOUN = re.compile(
    r" (?:style|styles|filter|effect|look|aesthetic|aesthetics|vibe|feel|treatment|art style|styling)\b"
)


_SCENE_FILLER = re.compile(
    r"^(?:a|an|the|in|at|to|of|it|its|it's|be|is|are|during|like|look|looks|scene|scenes|setting|time|day|very|light|heavy|more|with|some|season|weather|bright|dark|deep|late|early|clear|on|as|if|though|were|was|taken|under|into|whole|entire|for|happening|appear|night|by|full|beautiful|cold|warm|there|and|for|but|sky|mood|atmosphere|outside|slightly|nice|landscape|lighting|version|photo|image|picture|ing|evening|foliage|s|'s|through|that|this|set|place|takes|mid|middle|from|just|bit|lot|little|really|vibe|sunny|so|shot)$"
)


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
    small = low(look)
    if low(target_text) in ("there", "there be"):
        return None
    whole = (
        not target_text
        or reading.is_whole(target_text)
        or re.fullmatch(
            r"(?:the |this )?(?:overall |image |art |artistic |photo |visual |entire )*(?:style|aesthetic|look|appearance|theme)(?: of (?:it|the scene))?",
            low(target_text),
        )
        is not None
    )
    if target_text and (reading.is_background(target_text) or (not whole and changes_attribute(reading, target_text))):
        return None
    if (
        not target_text
        and reading.verb
        and re.match(r"(?:the|everything|all|his|her|my|this)\b", small)
        and "whole" not in small
        and not re.match(r"(?:the|this) style", small)
    ):
        return None
    if not target_text and not reading.verb and not _is_bare_look(reading, small):
        return None
    if (
        not target_text
        and "add" in reading.vocabulary.openings.get(reading.verb, ())
        and not (re.search(rf"{_LOOK_NOUN.pattern}$", small) or small in reading.vocabulary["looks.bare"])
    ):
        return None
    if whole and reading.is_pronoun(target_text) is False and not look_in(reading, look):
        return None
    if reading.is_pronoun(target_text) and not (
        look_of_thing(reading, look) or small in reading.vocabulary["looks.bare"]
    ):
        return None
    if not whole and not (
        look_of_thing(reading, look)
        and (
            "style" in small
            or small in reading.vocabulary["looks.bare"]
            or not small.startswith(("a painting", "a drawing"))
            or reading.verb not in ("put", "add")
        )
    ):
        return None
    if (
        whole
        and re.search(r"\b(?:a|an|the) (?:winter|summer|snowy|night|sunset)\b", small)
        and "style" not in small
        and "painting" not in small
    ):
        return None
    if (
        not whole
        and reading.verb in ("replace", "add", "put", "apply")
        and "style" not in small
        and "filter" not in small
        and "effect" not in small
    ):
        return None
    if not whole and (reading.verb == "paint" or re.search(r"\b(?:pattern|texture|makeup)\b", small)):
        return None
    prompt = reading.spoken(_plain_look(look))
    return [Style(prompt=prompt, target=None if whole else reading.target(target_text))] if prompt else None


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


def _plain_look(look: str) -> str:
    """The look without the words that lead to it, its own words kept."""
    return re.sub(
        r"(?i)^(?:(?:be|look like|look|resemble|appear as if it is|appear as|in|into|like|have|a|an|the|that of|style of|of|become|as|to|it|something|one|if it is|if it's|if it were|as if) )+",
        "",
        look,
    )


def scene_in(reading: Reading, text: str) -> bool:
    """Whether the words tell of weather, season or time of day."""
    return reading.vocabulary["scenes.words"].find(low(text)) is not None


def read_scene(reading: Reading) -> Operations | None:
    """Another weather, season or time of day for the whole scene."""
    weather = reading["weather"]
    if weather:
        core = re.sub(
            r"^(?:some|a bit of|a little|heavy|light|falling|more|a light|thick|gentle|soft|lots of|a layer of|dense|a|an|the|warm|morning|bright|golden) ",
            "",
            low(weather),
        )
        known = core in reading.vocabulary["weather.words"] or low(weather) in reading.vocabulary["weather.words"]
        return (
            [Alter(target=None, prompt=reading.spoken(weather))]
            if known and (not reading["whole"] or reading.is_whole(reading["whole"]))
            else None
        )
    scene = reading["scene"]
    if reading["whole"] and not (
        reading.is_whole(reading["whole"])
        or _is_scene_noun(reading["whole"])
        or (reading.is_pronoun(reading["whole"]) and _is_scene_only(reading, scene))
    ):
        return None
    if not reading["whole"] and not _is_scene_only(reading, scene):
        return None
    if reading["whole"] and not scene_in(reading, scene):
        return None
    if reading["old"] and not scene_in(reading, reading["old"]):
        return None
    return [Alter(target=None, prompt=reading.spoken(_plain_scene(scene)))]


def _is_scene_noun(text: str) -> bool:
    return (
        re.fullmatch(
            r"(?:the |its )?(?:scene|season|weather|time of day|time|atmosphere|lighting|daytime|mood|light|sky and scene|day|climate|setting)(?: of (?:the scene|day|it))?",
            low(text),
        )
        is not None
    )


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


def _plain_scene(scene: str) -> str:
    return re.sub(
        r"(?i)^(?:(?:the (?:whole |entire )?(?:scene|image|photo|picture)|as if it's|as if it is|as if it were|as though it is|happening|it's happening|set|taking place|taken|during|be|to be|look like|look|appear to be|appear as if it's|appear as if it is|appear|depict|show|to|into|like|it's|it is|it|is|the scene in|the scene during|having|have) )+",
        "",
        scene,
    )


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"style": read_style, "scene": read_scene}
