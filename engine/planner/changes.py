"""What it means when something becomes something else: another colour, another state, another thing, another picture."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.operations import (
    Adjust,
    Alter,
    Background,
    Crop,
    Recolor,
    Replace,
    Rotate,
    Style,
    Target,
    Text,
    Upscale,
)
from engine.planner.amounts import aspect, take_degree
from engine.planner.background import background_becomes
from engine.planner.colours import colour_in
from engine.planner.looks import look_in, look_of_thing, scene_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, without_article
from engine.planner.states import bare_result, is_noun, is_state, plain_result, state_prompt
from engine.planner.tone import Tone, tones_of

_OF = re.compile(r"^(?:the |its |their |his |her )?(.{1,40}?) (?:of|on|in) (.+)$")


_EMPTY = re.compile(
    r"(?:better|nicer|nice|good|great|cool|awesome|perfect|amazing|beautiful|different|interesting|pop|pretty|professional|prettier|cooler|something else|anything|right|best)(?: and .*)?$"
)


class Subject(NamedTuple):
    """What is to change: an attribute, and of what."""

    attribute: str
    """"colour", "state", "style", "scene", "count", or empty where the thing itself changes."""
    word: str
    owner: str


def subject_of(reading: Reading, text: str) -> Subject:
    """ "the colour of the car", "the man's expression", "hair colour", "the car"."""
    small = low(text)
    match = _OF.match(small)
    if match and (kind := _attribute(reading, without_article(match.group(1)))):
        return Subject(kind, match.group(1), text[match.start(2) :])
    owner, possessive, rest = small.rpartition("'s ")
    if possessive and (kind := _attribute(reading, rest)):
        return Subject(kind, rest, text[: len(owner)])
    words = without_article(small).split(" ")
    for size in (3, 2, 1):
        possessive_only = len(words) == size + 1 and words[0] in reading.vocabulary["words.determiner"]
        if (
            len(words) > size
            and not possessive_only
            and (kind := _attribute(reading, " ".join(words[-size:]))) not in ("", "scene")
        ):
            owner_text = text[: len(text) - len(" ".join(words[-size:])) - 1]
            return Subject(kind, " ".join(words[-size:]), owner_text)
    if kind := _attribute(reading, re.sub(r"^(?:the|his|her|my|their|our|your|its|a|an) ", "", small)):
        return Subject(kind, without_article(small), "")
    return Subject("", "", text)


def _attribute(reading: Reading, words: str) -> str:
    for kind in ("colour", "style", "scene", "state", "display"):
        if words in reading.vocabulary[f"attributes.{kind}"]:
            return kind
    return ""


def becomes(reading: Reading, subject_text: str, result: str, *, swap: bool) -> Operations | None:
    """The operations that turn the subject into the result; `swap`: a plain noun means another thing, not a state."""
    result, subject_text = result.strip(" ,."), subject_text.strip(" ,.")
    if not result or not subject_text:
        return None
    if reading.is_clear_background(subject_text):
        return background_becomes(reading, result)
    subject = subject_of(reading, subject_text)
    owner = subject.owner
    if (
        subject.attribute
        and owner
        and reading.is_clear_background(owner)
        and subject.attribute in ("colour", "style", "scene")
    ):
        return background_becomes(reading, result)
    if not subject.attribute and reading.is_whole(subject_text):
        return whole_becomes(reading, result, pronoun=reading.is_pronoun(subject_text))
    if (
        subject.attribute == "state"
        and not owner
        and low(subject_text).startswith(("his ", "her ", "my ", "their ", "our ", "your "))
    ):
        return [Alter(target=reading.target(subject_text), prompt=reading.spoken(bare_result(result)))]
    if subject.attribute and (not owner or reading.is_whole(owner)):
        return _picture_attribute(reading, subject, result)
    if subject.attribute == "colour":
        return _coloured(reading, owner, result)
    if subject.attribute == "style":
        return [Style(prompt=reading.spoken(bare_result(result)), target=reading.target(owner))]
    if subject.attribute == "display" and not (reading.quoted(result) or bare_result(result).isupper()):
        return thing_becomes(reading, subject_text, result, swap=True)
    if (
        subject.attribute
        and subject.word in reading.vocabulary["attributes.display"]
        and (reading.quoted(result) or bare_result(result).isupper())
    ):
        return [
            Text(action="replace", text=reading.quoted(result) or bare_result(result), target=reading.target(owner))
        ]
    if subject.attribute:
        if (
            subject.attribute == "state"
            and (colour := colour_in(bare_result(result), reading.vocabulary))
            and _is_garment(subject.word)
        ):
            return [Recolor(target=reading.target(subject_text), colour=colour)]
        return [
            Alter(target=reading.target(owner), prompt=reading.spoken(state_prompt(subject.word, bare_result(result))))
        ]
    return thing_becomes(reading, subject_text, result, swap=swap)


def _is_garment(word: str) -> bool:
    return word in (
        "outfit",
        "clothes",
        "clothing",
        "attire",
        "costume",
        "makeup",
        "hairstyle",
        "print",
        "pattern",
        "design",
        "decoration",
        "decorations",
    )


def _picture_attribute(reading: Reading, subject: Subject, result: str) -> Operations | None:
    """The picture's own colour, style, season or angle changes."""
    bare = bare_result(result)
    if subject.attribute == "colour":
        tones = tones_of(bare)
        if tones and all(tone.direction for tone in tones):
            return _adjusts(reading, tones)
        target = Target(phrase=low(without_article(subject.owner)) or "image")
        return [Recolor(target=target, colour=reading.spoken(colour_in(bare, reading.vocabulary) or bare))]
    if subject.attribute == "style" and not (
        subject.word in ("look", "appearance", "feel", "vibe") and not look_in(reading, bare)
    ):
        return [Style(prompt=reading.spoken(bare))]
    tones = tones_of(bare)
    if tones and all(tone.direction for tone in tones):
        return _adjusts(reading, tones)
    if subject.attribute in ("scene", "style"):
        return [Alter(target=None, prompt=reading.spoken(bare))]
    if subject.word in ("size", "height", "width", "length"):
        return None
    return [Alter(target=None, prompt=reading.spoken(state_prompt(subject.word, bare)))]


def whole_becomes(reading: Reading, result: str, *, pronoun: bool = False) -> Operations | None:
    """The whole picture turns into the result."""
    bare = bare_result(result)
    text, degree = take_degree(bare, reading.vocabulary)
    if _EMPTY.match(low(text)):
        return None
    if ratio := aspect(text):
        return [Crop(aspect=ratio)]
    if low(bare) in ("upside down", "upside-down"):
        return [Rotate(degrees=180)]
    if low(text) in ("bigger", "larger", "higher resolution", "high resolution", "hd", "4k"):
        return [Upscale()]
    if low(text) in ("transparent", "see-through"):
        return [Background(action="remove")]
    if (look := look_in(reading, bare)) and (not scene_in(reading, bare) or look_of_thing(reading, bare)):
        return [Style(prompt=reading.spoken(plain_result(bare)))]
    tones = tones_of(text)
    if tones and all(tone.direction for tone in tones):
        plain = reading.vocabulary.tables["tone"]["degrees"]["plain"]
        return [
            Adjust(property=tone.property, amount=max(-100.0, min(100.0, degree.of(plain) * tone.direction)))
            for tone in tones
        ]
    if scene_in(reading, bare):
        return [Alter(target=None, prompt=reading.spoken(plain_result(bare)))]
    if colour := colour_in(bare, reading.vocabulary):
        target = Target(previous=True) if pronoun else Target(phrase="image")
        return [Recolor(target=target, colour=colour)]
    if look:
        return [Style(prompt=reading.spoken(plain_result(bare)))]
    if pronoun and low(bare).startswith(("a ", "an ", "into a ", "into an ")):
        return [Replace(target=Target(previous=True), prompt=reading.spoken(bare))]
    if len(bare.split()) < 2 and not low(result).startswith(
        ("look like", "appear", "resemble", "depict", "show", "a ")
    ):
        known = reading.vocabulary["states.adjectives"].find(low(bare)) is not None
        return (
            [Alter(target=Target(previous=True) if pronoun else None, prompt=reading.spoken(bare))] if known else None
        )
    return [Alter(target=None, prompt=reading.spoken(plain_result(bare)))]


def _adjusts(reading: Reading, tones: list[Tone]) -> Operations:
    plain = reading.vocabulary.tables["tone"]["degrees"]["plain"]
    return [Adjust(property=tone.property, amount=float(plain * tone.direction)) for tone in tones]


def thing_becomes(reading: Reading, thing: str, result: str, *, swap: bool) -> Operations | None:
    """One thing turns into the result: recoloured, altered, restyled or replaced."""
    bare = bare_result(result)
    if low(bare) in reading.vocabulary["looks.drains"]:
        return [Style(prompt=reading.spoken(bare), target=reading.target(thing))]
    if colour := _colour_of_same(reading, thing, bare):
        return [Recolor(target=target, colour=colour) for target in reading.targets(thing)]
    text, degree = take_degree(bare, reading.vocabulary)
    tones = tones_of(text)
    if tones and all(tone.direction and tone.comparative for tone in tones):
        plain = reading.vocabulary.tables["tone"]["degrees"]["plain"]
        return [
            Adjust(
                target=reading.target(thing),
                property=tone.property,
                amount=max(-100.0, min(100.0, degree.of(plain) * tone.direction)),
            )
            for tone in tones
        ]
    if look_of_thing(reading, bare) and (swap or "style" in low(bare)) and not is_state(reading, result, bare):
        return [Style(prompt=reading.spoken(plain_result(bare)), target=reading.target(thing))]
    if is_state(reading, result, bare) or (not swap and not is_noun(bare)):
        prompt = reading.spoken(bare)
        return [Alter(target=target, prompt=prompt) for target in reading.targets(thing)] if prompt else None
    return [Replace(target=reading.target(thing), prompt=reading.spoken(plain_result(bare, keep_article=True)))]


def _colour_of_same(reading: Reading, thing: str, bare: str) -> str | None:
    """The colour, where nothing but the colour changes: "green", "a blue one", "a red car" for the car."""
    if colour := colour_in(bare, reading.vocabulary):
        lone = low(bare) in reading.vocabulary["colours.things"] and low(bare) not in (
            "gold",
            "silver",
            "orange",
            "turquoise",
            "violet",
            "tan",
            "ivory",
            "olive",
            "bronze",
            "copper",
            "rainbow",
            "lavender",
            "lilac",
            "coral",
            "salmon",
            "peach",
            "colorful",
            "mint",
            "emerald",
            "charcoal",
            "cream",
            "amber",
            "mustard",
            "platinum",
            "lime",
        )
        thingy = is_noun(bare) and low(without_article(bare)) in reading.vocabulary["colours.things"]
        return None if lone or thingy else colour
    head = low(re.split(r" (?:on|in|at|of|with|near|behind) ", thing)[0]).split(" ")[-1]
    words = without_article(bare).split(" ")
    if len(words) > 1 and low(words[-1]).rstrip("s") == head.rstrip("s"):
        return colour_in(" ".join(words[:-1]), reading.vocabulary)
    return None


def _coloured(reading: Reading, owner: str, result: str) -> Operations:
    bare = bare_result(result)
    colour = colour_in(bare, reading.vocabulary)
    if colour is None and re.search(r"\b(?:pattern|texture|material|finish)\b", low(bare)):
        return [Alter(target=reading.target(owner), prompt=reading.spoken(bare))]
    return [
        Recolor(target=target, colour=reading.spoken(colour or without_article(bare)))
        for target in reading.targets(owner)
    ]
