"""Reading tonal changes: "a bit warmer", "increase the contrast of the sky by 20%", "brightness +10, contrast -5"."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple, cast

from engine.expressions import regex
from engine.operations import Adjust, Property, Target
from engine.planner.amounts import Degree, numerals
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.vocabulary import expression, load

_PARAMETER = regex(r"(?:and )?([a-z][a-z -]{2,24}?) ?:? ?([+-]?\d{1,3})(?: ?%| percent)?$")
_NUMBER_FIRST = regex(r"(?:and )?([+-]\d{1,3})(?: ?%| percent)? ?([a-z][a-z -]{2,24})$")
_DIGIT = regex(r"\d")
_SLIGHT = regex(
    r"(?:and )?(?:a )?(?:(?P<little>slight|subtle|touch of|hint of|bit of|little|light|soft|gentle)|strong|heavy|some) "
)
_LITTLE = 10.0
"""Percent of a slight effect in a list of them."""


_VERDICT = regex(r" (?:will|would|might|may) (?:be|look) (?:better|good|great|nice|perfect|fine|much better)$")
"""Behind a wish that is put as a hope: "a brighter image will be better"."""
_ASIDE = frozenset(["are", "is", "was", "were", "look", "looks", "my", "i", "we", "can't", "i'm"])
"""Words that open no thing behind a tone: "too bright my eyes hurt"."""
RAISED = frozenset(["more", "higher", "extra", "added", "increased", "additional", "stronger", "greater", "up"])
LOWERED = frozenset(
    ["less", "lower", "reduced", "fewer", "not so", "not as", "not too", "decreased", "weaker", "down", "not that"]
)
EXCESS = frozenset(["too", "way too", "far too", "a bit too", "much too", "overly", "a little too"])
DEEPER = frozenset(["deeper", "richer", "stronger", "deep", "rich"])
"""Of dark tones, these are lower."""
MILDER = frozenset(["softer", "gentler", "subtler", "milder", "smaller", "fainter", "finer"])
HARSHER = frozenset(["heavier", "harder", "harsher", "bigger", "bolder", "coarser"])
DARK = ("shadows", "blacks")
AREAS = ("shadows", "highlights", "blacks", "whites", "gamma", "exposure")
"""Tones that are themselves light or dark."""
_BROUGHT_BACK = regex(r"(?:bring|get) .{2,60} back$")
"""What is lost is found again, which is no lower."""
_LINKING = regex(
    r"(?i) (?:be|look|to be|to look|get|become|appear|is|are|needs?|should|came out|turned out|ended up)$|,$"
)
"""What leads from a thing to its tone."""
_PARTICLE = regex(r" (?:up|down|back|in)$")
_VERBAL = frozenset(["up", "down"])
"""Behind a first word that is no tone these belong to a verb: "clean up the grain"."""
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
        return _qualified(words, sign, excess)
    name, way, sort = entry
    noun_way = -1 if way == NEGATIVE else 1
    signed = way * sign if sort != "noun" else noun_way * sign if comparative else 0
    grown = words[-1].endswith("er") and words[-1] != "silver"
    return Tone(cast(Property, name), -signed if excess else signed, comparative or grown)


def _qualified(words: list[str], sign: int, excess: bool) -> Tone | None:
    """A tone's noun behind an adjective that tells its way: "cooler white balance", "richer blacks"."""
    noun = _words("english").get(" ".join(words[1:])) if len(words) > 1 else None
    if noun is None or noun[2] != "noun":
        return None
    if words[0] in DEEPER:
        way = -1 if noun[0] in DARK else 1
    elif words[0] in MILDER or words[0] in HARSHER:
        way = -1 if words[0] in MILDER else 1
    else:
        adjective = _words("english").get(words[0])
        lit = adjective is not None and adjective[0] == "brightness" and noun[0] in AREAS
        if adjective is None or adjective[2] != "adjective" or not (lit or adjective[0] == noun[0]):
            return None
        way = adjective[1]
    return Tone(cast(Property, noun[0]), -way * sign if excess else way * sign, True)


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
    """ "exposure +8, -22 highlights, a slight vignette": one adjust each."""
    text = re.sub(r"^.{0,60}? : (?![+-]?\d)", "", numerals(low(reading["parameters"])))
    if _DIGIT.search(text) is None:
        return None
    parts = [part.strip() for part in re.split(r" , | and ", text)]
    found: list[Adjust] = []
    for part in parts:
        numbered = _numbered(part, alone=len(parts) == 1)
        if numbered is None and (effect := _effect(part) if len(parts) > 1 else None):
            numbered = effect
        if numbered is None:
            if len(found) >= 2 and _PARAMETER.match(part):
                continue
            return None
        found.append(numbered)
    return found


def _numbered(part: str, *, alone: bool) -> Adjust | None:
    """ "contrast -5", "-5 contrast", and in a list "contrast 5"."""
    if first := _NUMBER_FIRST.match(part):
        words, amount = first.group(2), first.group(1)
    elif match := _PARAMETER.match(part):
        words, amount = match.groups()
        if alone and amount[0] not in "+-" and not part.endswith("%"):
            return None
    else:
        return None
    tone = tone_of(words)
    if mixed := _mixed(words):
        return Adjust(target=mixed, property="saturation", amount=_limited(float(amount)))
    if tone is None or tone.direction:
        return None
    way = -1 if words.split(" ")[-1] in LOWERED else 1
    return Adjust(property=tone.property, amount=_limited(way * float(amount)))


def _mixed(words: str) -> Target | None:
    """All that is of a colour, named as on a colour mixer: "the greens"."""
    family = low(words).removeprefix("the ")
    colour = load().tables["colours"]["families"].get(family)
    return Target(phrase=family, colour=colour, quantity="all") if colour else None


def _effect(part: str) -> Adjust | None:
    """ "A slight vignette", "some grain": told without a number."""
    match = _SLIGHT.match(part)
    tone = tone_of(part[match.end() :]) if match else None
    if not match or tone is None or tone.direction:
        return None
    return Adjust(property=tone.property, amount=_LITTLE if match["little"] else 2 * _LITTLE)


_CAST: Final = regex(
    r" (?:an?|its|the) (?:shadow|highlight)\b| shadows? (?:under|beneath|behind|below|next to|beside|from) "
)


def read_tone(reading: Reading) -> Operations | None:
    """Adjusts of the whole picture or of a target; a shadow that is added is a thing."""
    if reading.does("add") and _CAST.search(low(reading.clause)):
        return None
    said = _directed(reading)
    if said is None:
        return None
    tones, target_text = said[0], expression("for_look").sub("", said[1]).removesuffix(" only").removesuffix(" alone")
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
    purpose = expression("tone_purpose")
    target_text, words = (purpose.sub("", reading[slot]) for slot in ("target", "property"))
    if reading["phrase"]:
        target_text, words = _parted(_VERDICT.sub("", purpose.sub("", reading["phrase"])))
    if not words:
        return _verb_directed(reading) if not reading["phrase"] else None
    tones = tones_of(words)
    if tones is None:
        owner, _, thing = words.rpartition("'s ")
        tones = tones_of(thing) if owner and not target_text else None
        target_text = owner
        if tones is None and _mixed(words):
            tones, target_text = [Tone("saturation", 0, False)], words
        if tones is None:
            return None
    if (
        reading["phrase"]
        and reading.verb
        and reading.degree.percent is None
        and not all(tone.direction for tone in tones)
    ):
        return None
    if _BROUGHT_BACK.match(low(reading.clause)) and not all(tone.property in AREAS for tone in tones):
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
    if len(words) > 2 and low(words[1]) in _VERBAL and tone_of(words[0]) is None:
        return phrase, ""
    if len(words) > 1 and tone_of(turned := f"{words[-1]} {' '.join(words[:-1])}".replace(" the ", " ")) is not None:
        return "", turned
    for size in range(min(len(words), 10), 0, -1):
        if tones_of(" ".join(words[-size:])) and not (size < len(words) and words[-size] in ("and", ",")):
            target = " ".join(words[:-size])
            if low(target).endswith((" with", " of", " in", " like", " and")):
                return phrase, ""
            return _LINKING.sub("", target).strip(), " ".join(words[-size:])
    for size in range(min(len(words) - 1, 6), 0, -1):
        if low(words[size]) in _ASIDE:
            continue
        if tones_of(" ".join(words[:size])) and low(words[size - 1]) != "and":
            return re.sub(r"(?i)^(?:on|in|for|of|to) ", "", " ".join(words[size:])), " ".join(words[:size])
    return phrase, ""


def _verb_directed(reading: Reading) -> tuple[list[Tone], str] | None:
    tone = verb_tone(reading.verb)
    if tone is None:
        return None
    tones, target = [tone], reading["target"]
    if reading.verb == "flatten" and target and not reading.is_whole(target):
        return None
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
            or _PARTICLE.search(low(reading.clause)) is not None
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
    if not target_text or reading.is_whole(target_text) or _is_photo(reading, target_text):
        return None
    named = tone_of(target_text)
    if named and named.property == tone.property and not named.direction:
        return None
    if (
        reading.is_pronoun(target_text)
        and not reading.context.mask
        and tone.property in reading.vocabulary["scope.whole"]
    ):
        return None
    if mixed := _mixed(target_text):
        return mixed
    target = reading.target(target_text)
    bare = target.position in ("background", "foreground") and not target.phrase
    return target.model_copy(update={"phrase": target.position}) if bare else target


def _is_photo(reading: Reading, text: str) -> bool:
    """Whether the words are of the photo and what is wrong with it: "the blurry photograph"."""
    return not reading.is_pronoun(text) and expression("whole_photo").match(low(text)) is not None


def _limited(amount: float) -> float:
    return max(-100.0, min(100.0, amount))


def readers() -> dict[str, Any]:
    """The readers of module by name."""
    return {"tone": read_tone, "tone_list": read_parameters}
