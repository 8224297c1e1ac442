"""Reading tonal changes: "a bit warmer", "increase the contrast of the sky by 20%", "brightness +10, contrast -5"."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from engine.operations import Adjust, Property, Target
from engine.planner.amounts import Degree, numerals
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.vocabulary import load

_PARAMETER = re.compile(r"(?:and )?([a-z][a-z -]{2,24}?) ?:? ?([+-]?\d{1,3})(?: ?%| percent)?$")


_VERDICT = re.compile(r" (?:will|would|might|may) (?:be|look) (?:better|good|great|nice|perfect|fine|much better)$")
"""Behind a wish that is put as a hope: "a brighter image will be better"."""
RAISED = frozenset(
    ["more", "higher", "extra", "added", "increased", "additional", "stronger", "greater", "deeper", "up"]
)
LOWERED = frozenset(
    ["less", "lower", "reduced", "fewer", "not so", "not as", "not too", "decreased", "weaker", "down", "not that"]
)
EXCESS = frozenset(["too", "way too", "far too", "a bit too", "much too", "overly", "a little too"])
NEGATIVE = 2
FIELDS = {
    "nouns": (0, "noun"),
    "negative_nouns": (NEGATIVE, "noun"),
    "more": (1, "adjective"),
    "less": (-1, "adjective"),
    "raise": (1, "verb"),
    "lower": (-1, "verb"),
}


class Tone(NamedTuple):
    """A property and which way: 1 up, -1 down, 0 where only a verb can tell."""

    property: Property
    direction: int
    comparative: bool


@cache
def _words(language: str) -> dict[str, tuple[str, int, str]]:
    """Word -> (property, direction, "noun", "adjective" or "verb"); verbs are keyed with a "!" before them."""
    table: dict[str, tuple[str, int, str]] = {}
    for name, entry in load(language).tables["tone"].items():
        if name in ("degrees", "scope"):
            continue
        for field, (direction, sort) in FIELDS.items():
            for word in entry.get(field, ()):
                table.setdefault(f"!{word}" if sort == "verb" else word, (name, direction, sort))
    return table


@lru_cache(maxsize=4096)
def tone_of(text: str) -> Tone | None:
    """The tone a phrase names: "more contrast", "darker", "less saturated", "the brightness"."""
    words, sign, comparative, excess = _stripped(low(text).split(" "))
    entry = _words("english").get(" ".join(words))
    if entry is None:
        return None
    name, way, sort = entry
    noun_way = -1 if way == NEGATIVE else 1
    signed = way * sign if sort != "noun" else noun_way * sign if comparative else 0
    grown = words[-1].endswith("er") and words[-1] != "silver"
    return Tone(cast(Property, name), -signed if excess else signed, comparative or grown)


def _stripped(words: list[str]) -> tuple[list[str], int, bool, bool]:
    """The words of the tone itself, the sign before them, and whether they compared or complained ("too ...")."""
    scope = load()
    sign, comparative, excess = 1, False, False
    while words:
        two = " ".join(words[:2])
        if two in LOWERED or words[0] in LOWERED:
            sign, comparative, words = -sign, True, words[2 if two in LOWERED else 1 :]
        elif words[0] in RAISED:
            comparative, words = True, words[1:]
        elif two in EXCESS or words[0] in EXCESS:
            excess, comparative, words = True, True, words[2 if two in EXCESS else 1 :]
        elif words[0] in scope["scope.neutral"] and len(words) > 1:
            words = words[1:]
        else:
            break
    while len(words) > 1 and words[-1] in scope["scope.endings"] and " ".join(words) not in _words("english"):
        words = words[:-1]
    return (words[2:] if words[:2] in (["level", "of"], ["amount", "of"]) else words), sign, comparative, excess


def verb_tone(verb: str) -> Tone | None:
    """The tone of a verb: "brighten", "cool down"."""
    entry = _words("english").get(f"!{verb}")
    return Tone(cast(Property, entry[0]), entry[1], True) if entry else None


def tones_of(text: str) -> list[Tone] | None:
    """The tones of a list: "brighter and warmer", "contrast and saturation"; None when any part is something else."""
    parts = [part for part in re.split(r" (?:, and|and|,|but|&) ", text.strip(" ,")) if part]
    tones: list[Tone] = []
    for part in parts:
        tone = tone_of(part)
        if tone is None:
            return None
        if not tone.direction and tones and not tone.comparative:
            tone = tone._replace(direction=tones[-1].direction)
        tones.append(tone)
    return tones or None


def read_parameters(reading: Reading) -> Operations | None:
    """ "exposure +8, highlights -22": one adjust each."""
    text = numerals(low(reading["parameters"]))
    text = re.sub(r"^.{0,60}? : ", "", text)
    parts = [part.strip() for part in re.split(r" , | and ", text)]
    found: list[Adjust] = []
    for part in parts:
        match = _PARAMETER.match(part)
        tone = tone_of(match.group(1)) if match else None
        if not match or tone is None or tone.direction:
            if len(found) >= 2 and match:
                continue
            return None
        signed = match.group(2)[0] in "+-" or len(parts) > 1 or part.endswith("%")
        if not signed:
            return None
        way = -1 if match.group(1).split(" ")[-1] in LOWERED else 1
        found.append(Adjust(property=tone.property, amount=_limited(way * float(match.group(2)))))
    return found or None


def read_tone(reading: Reading) -> Operations | None:
    """Adjusts of the whole picture or of a target."""
    said = _directed(reading)
    if said is None:
        return None
    tones, target_text = said
    bare = reading.vocabulary["scope.bare_of_picture_only"]
    if target_text and not reading.is_whole(target_text):
        if (
            low(reading["property"] or _parted(reading["phrase"])[1]).split(" ")[-1]
            in reading.vocabulary.tables["colours"]["comparatives"]
        ):
            return None
        if any(tone.property == "tint" for tone in tones) and "give" in reading.vocabulary.openings.get(
            reading.verb, ()
        ):
            return None
        core = low(reading["property"] or _parted(reading["phrase"])[1])
        if not reading.verb and core in bare and not reading.is_pronoun(target_text):
            return None
    return [
        adjust
        for tone in tones
        for adjust in adjusts(reading, [tone], target=_place(reading, tone, target_text), degree=reading.degree)
    ]


def _directed(reading: Reading) -> tuple[list[Tone], str] | None:
    """The tones with every direction known, and the words for where."""
    target_text, words = reading["target"], reading["property"]
    if reading["phrase"]:
        target_text, words = _parted(_VERDICT.sub("", reading["phrase"]))
    if not words:
        return _verb_directed(reading) if not reading["phrase"] else None
    tones = tones_of(words)
    if tones is None:
        owner, _, thing = words.rpartition("'s ")
        tones = tones_of(thing) if owner and not target_text else None
        target_text = owner
        if tones is None:
            return None
    if (
        reading["phrase"]
        and reading.verb
        and reading.degree.percent is None
        and not all(tone.direction for tone in tones)
    ):
        return None
    way = _verb_direction(reading)
    settled: list[Tone] = []
    for tone in tones:
        direction = tone.direction * way if tone.direction and way < 0 else tone.direction or way
        if not direction:
            return None
        settled.append(tone._replace(direction=direction))
    if not _makes_sense(reading, tones, target_text):
        return None
    return settled, target_text


def _parted(phrase: str) -> tuple[str, str]:
    """Where and what of "the sky darker" and "darker sky": the tones are the longest end or beginning that is one."""
    words = phrase.split(" ")
    for size in range(min(len(words), 10), 0, -1):
        if tones_of(" ".join(words[-size:])) and not (size < len(words) and words[-size] in ("and", ",")):
            target = " ".join(words[:-size])
            return re.sub(
                r"(?i) (?:be|look|to be|to look|get|become|appear|is|are|needs?|should)$|,$", "", target
            ).strip(), " ".join(words[-size:])
    for size in range(min(len(words) - 1, 6), 0, -1):
        if tones_of(" ".join(words[:size])) and low(words[size - 1]) != "and":
            return re.sub(r"(?i)^(?:on|in|for|of|to) ", "", " ".join(words[size:])), " ".join(words[:size])
    return phrase, ""


def _verb_directed(reading: Reading) -> tuple[list[Tone], str] | None:
    tone = verb_tone(reading.verb)
    if tone is None:
        return None
    tones, target = [tone], reading["target"]
    if " with " in target or ((parts := target.rsplit(" to ", 1))[1:] and colour_in(parts[1], reading.vocabulary)):
        return None
    target = re.sub(r"(?i)^(?:up|down) | (?:up|down|off)$", "", target)
    if target:
        first, _, rest = target.partition(" and ")
        also = verb_tone(low(first))
        if also and rest:
            tones, target = [tone, also], rest
        elif (
            tone_of(target)
            and (more := tone_of(target))
            and more.property != tone.property
            and not reading.context.mask
            and tone.property == "brightness"
            and more.property in ("shadows", "highlights", "blacks", "whites", "gamma")
        ):
            return [more._replace(direction=tone.direction)], ""
    return tones, target


def _verb_direction(reading: Reading) -> int:
    """Which way the verb, the sign or a word such as "down" points; 0 where nothing does."""
    clause = f" {low(reading.clause)} "
    vocabulary = reading.vocabulary
    classes = vocabulary.openings.get(reading.verb, ())
    sign = -1 if reading.degree.percent is not None and reading.degree.percent < 0 else 1
    if re.search(r" (?:down|lower|back|reduced|decreased|lowered) ", clause) and "increase" not in classes:
        return -1
    if "decrease" in classes and "increase" not in classes:
        return -1
    if "increase" in classes or "apply" in classes or "give" in classes or "evoke" in classes:
        return sign
    if (
        re.search(r" (?:up|higher|raised|increased|increment|max) ", clause)
        or reading.degree.signed
        or reading.degree.percent is not None
    ):
        return sign
    return 0


def _makes_sense(reading: Reading, tones: list[Tone], target: str) -> bool:
    """Whether a saying without a verb is a wish at all: "dark car" is only a noun phrase, "darker car" is one."""
    if reading.verb:
        verbal = reading.vocabulary.openings.get(reading.verb, ())
        noun = all(not tone.direction for tone in tones)
        return (
            not noun
            or bool({"increase", "decrease", "set", "apply", "evoke", "increment"} & set(verbal))
            or reading.degree.percent is not None
        )
    if all(tone.comparative for tone in tones):
        return True
    if reading.degree.percent is not None and (not target or all(not tone.direction for tone in tones)):
        return True
    return any(
        word in f" {low(reading.clause)} "
        for word in (" up ", " down ", " higher ", " should ", " needs ", " must ", " could ", " is ", " looks ")
    )


def adjusts(
    reading: Reading, tones: list[Tone], *, target: Target | None = None, degree: Degree | None = None
) -> list[Adjust]:
    """One adjust a tone, by the degree said or the plain one, at most 100 percent."""
    amount = (degree or Degree()).of(reading.vocabulary.tables["tone"]["degrees"]["plain"])
    return [Adjust(target=target, property=tone.property, amount=_limited(amount * tone.direction)) for tone in tones]


def directed_tones(text: str) -> list[Tone] | None:
    """The tones of a list when each of them says which way it goes."""
    tones = tones_of(text)
    return tones if tones and all(tone.direction for tone in tones) else None


def _place(reading: Reading, tone: Tone, target_text: str) -> Target | None:
    """Where the tone changes; "it" means the picture for tones that belong to whole pictures."""
    if not target_text or reading.is_whole(target_text):
        return None
    if (
        reading.is_pronoun(target_text)
        and not reading.context.mask
        and tone.property in reading.vocabulary["scope.whole"]
    ):
        return None
    target = reading.target(target_text)
    bare = target.position in ("background", "foreground") and not target.phrase
    return target.model_copy(update={"phrase": target.position}) if bare else target


def _limited(amount: float) -> float:
    return max(-100.0, min(100.0, amount))


def readers() -> dict[str, Any]:
    """The readers of module by name."""
    return {"tone": read_tone, "tone_list": read_parameters}
