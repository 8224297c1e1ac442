"""What it means when something becomes something else: another colour, another state, another thing, another picture."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.operations import (
    Adjust,
    Alter,
    Background,
    Crop,
    Operation,
    Recolor,
    Replace,
    Rotate,
    Style,
    Target,
    Text,
    Upscale,
)
from engine.planner.amounts import aspect, take_degree
from engine.planner.colours import colour_in, trailing_colour
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, without_article
from engine.planner.scenery import background_becomes, look_in, look_of_thing, scene_in
from engine.planner.tone import Tone, tones_of

_OF = re.compile(r"^(?:the |its |their |his |her )?(.{1,40}?) (?:of|on|in) (.+)$")
_LIKE = re.compile(
    r"^(?:to )?(?:be |become |have |look |appear |seem |resemble |turn |get |show |display |depict |wear |feature |sport |adopt |take on )"
)
_EMPTY = re.compile(
    r"(?:better|nicer|nice|good|great|cool|awesome|perfect|amazing|beautiful|different|interesting|pop|pretty|professional|prettier|cooler|something else|anything|right|best)(?: and .*)?$"
)
_ONES = re.compile(r"\b(?:one|ones)\b")
_AFTER_ACTION = frozenset(
    "a an the at in on to up down out over off away back his her its their him them it with without from by into onto around through across along forward forwards backwards straight left right under behind near next and , like as toward towards water something someone happily hands".split()
)
_SEASONED = re.compile(r"\b(?:season|weather|time of day|daytime|nighttime)\b")


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
        return [Alter(target=reading.target(subject_text), prompt=reading.spoken(_bare(result)))]
    if subject.attribute and (not owner or reading.is_whole(owner)):
        return _picture_attribute(reading, subject, result)
    if subject.attribute == "colour":
        return _coloured(reading, owner, result)
    if subject.attribute == "style":
        return [Style(prompt=reading.spoken(_bare(result)), target=reading.target(owner))]
    if subject.attribute == "display" and not (reading.quoted(result) or _bare(result).isupper()):
        return thing_becomes(reading, subject_text, result, swap=True)
    if (
        subject.attribute
        and subject.word in reading.vocabulary["attributes.display"]
        and (reading.quoted(result) or _bare(result).isupper())
    ):
        return [Text(action="replace", text=reading.quoted(result) or _bare(result), target=reading.target(owner))]
    if subject.attribute:
        if (
            subject.attribute == "state"
            and (colour := colour_in(_bare(result), reading.vocabulary))
            and _is_garment(subject.word)
        ):
            return [Recolor(target=reading.target(subject_text), colour=colour)]
        return [Alter(target=reading.target(owner), prompt=reading.spoken(_state(subject.word, _bare(result))))]
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
    bare = _bare(result)
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
    return [Alter(target=None, prompt=reading.spoken(_state(subject.word, bare)))]


def whole_becomes(reading: Reading, result: str, *, pronoun: bool = False) -> Operations | None:
    """The whole picture turns into the result."""
    bare = _bare(result)
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
        return [Style(prompt=reading.spoken(_plain(bare)))]
    tones = tones_of(text)
    if tones and all(tone.direction for tone in tones):
        plain = reading.vocabulary.tables["tone"]["degrees"]["plain"]
        return [
            Adjust(property=tone.property, amount=max(-100.0, min(100.0, degree.of(plain) * tone.direction)))
            for tone in tones
        ]
    if scene_in(reading, bare):
        return [Alter(target=None, prompt=reading.spoken(_plain(bare)))]
    if colour := colour_in(bare, reading.vocabulary):
        target = Target(previous=True) if pronoun else Target(phrase="image")
        return [Recolor(target=target, colour=colour)]
    if look:
        return [Style(prompt=reading.spoken(_plain(bare)))]
    if pronoun and low(bare).startswith(("a ", "an ", "into a ", "into an ")):
        return [Replace(target=Target(previous=True), prompt=reading.spoken(bare))]
    if len(bare.split()) < 2 and not low(result).startswith(
        ("look like", "appear", "resemble", "depict", "show", "a ")
    ):
        known = reading.vocabulary["states.adjectives"].find(low(bare)) is not None
        return (
            [Alter(target=Target(previous=True) if pronoun else None, prompt=reading.spoken(bare))] if known else None
        )
    return [Alter(target=None, prompt=reading.spoken(_plain(bare)))]


def _adjusts(reading: Reading, tones: list[Tone]) -> Operations:
    plain = reading.vocabulary.tables["tone"]["degrees"]["plain"]
    return [Adjust(property=tone.property, amount=float(plain * tone.direction)) for tone in tones]


def thing_becomes(reading: Reading, thing: str, result: str, *, swap: bool) -> Operations | None:
    """One thing turns into the result: recoloured, altered, restyled or replaced."""
    bare = _bare(result)
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
        return [Style(prompt=reading.spoken(_plain(bare)), target=reading.target(thing))]
    if is_state(reading, result, bare) or not swap and not _is_noun(bare):
        prompt = reading.spoken(bare)
        return [Alter(target=target, prompt=prompt) for target in reading.targets(thing)] if prompt else None
    return [Replace(target=reading.target(thing), prompt=reading.spoken(_plain(bare, keep_article=True)))]


def _is_noun(bare: str) -> bool:
    return low(bare).startswith(("a ", "an ", "another ", "two ", "three ", "some ", "several ", "the "))


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
        thingy = _is_noun(bare) and low(without_article(bare)) in reading.vocabulary["colours.things"]
        return None if lone or thingy else colour
    head = low(re.split(r" (?:on|in|at|of|with|near|behind) ", thing)[0]).split(" ")[-1]
    words = without_article(bare).split(" ")
    if len(words) > 1 and low(words[-1]).rstrip("s") == head.rstrip("s"):
        return colour_in(" ".join(words[:-1]), reading.vocabulary)
    return None


def is_state(reading: Reading, result: str, bare: str) -> bool:
    """Whether the result describes how a thing is rather than what: "wooden", "look frozen", "sitting", "bigger"."""
    small = low(bare)
    words = small.split(" ")
    if re.match(r"(?:to )?(?:look|appear|seem|resemble|have|wear|be (?!an? ))", low(result)) and not re.match(
        r"(?:to )?(?:look|be) (?:an?) ", low(result)
    ):
        return True
    first = words[0]
    if (
        re.match(r"(?:the )?(?:front|back|side|left|right|camera|viewer|other side|other way)\b", small)
        and len(words) <= 5
    ):
        return True
    noun_behind = len(words) > 1 and words[1] not in _AFTER_ACTION and not words[1].endswith("ly")
    if (
        first.endswith("ing")
        and not noun_behind
        and len(first) > 4
        and first
        not in (
            "ring",
            "king",
            "string",
            "wing",
            "spring",
            "ceiling",
            "painting",
            "building",
            "drawing",
            "clothing",
            "dumpling",
            "duckling",
            "wedding",
            "dining",
            "living",
            "swimming",
            "sterling",
            "flooring",
            "bowling",
            "racing",
            "evening",
            "morning",
            "thing",
            "earring",
        )
    ):
        return True
    adjectives = reading.vocabulary["states.adjectives"]
    while words and words[0] in (
        "more",
        "less",
        "a",
        "an",
        "very",
        "really",
        "bit",
        "slightly",
        "much",
        "lot",
        "completely",
        "fully",
        "super",
        "so",
        "all",
        "made",
        "little",
        "totally",
        "and",
        "solid",
        "pure",
        "rough",
    ):
        words = words[1:]
    small_core = " ".join(words)
    if small_core in adjectives or small.startswith(("more ", "less ")):
        return True
    if reading.vocabulary["states.material"].find(small) is not None and not re.search(r" (?:in|on|with a) ", small):
        return True
    return bool(words) and all(word.strip(",") in adjectives or word in ("and", ",") for word in words)


def _coloured(reading: Reading, owner: str, result: str) -> Operations:
    bare = _bare(result)
    colour = colour_in(bare, reading.vocabulary)
    if colour is None and re.search(r"\b(?:pattern|texture|material|finish)\b", low(bare)):
        return [Alter(target=reading.target(owner), prompt=reading.spoken(bare))]
    return [
        Recolor(target=target, colour=reading.spoken(colour or without_article(bare)))
        for target in reading.targets(owner)
    ]


def _bare(result: str) -> str:
    """The result without the words that lead to it: "look like it's made of gold" -> "made of gold"."""
    return re.sub(
        r"(?i)^(?:(?:to |so (?:that )?(?:it|they) )?(?:make (?:it|them|him|her)(?: (?:look|appear))?|give (?:it|them|him|her)|appear as (?:though|if) (?:it|they)(?:'s| is| are| were|'re)|appear as (?:though|if)|look as (?:though|if) (?:it|they)(?:'s| is| are)|look like (?:it|they)(?:'s| is| are)|look (?:more )?like|appear to be|appear like|appear as|look(?! (?:at|up|down|away|to|left|right|into|straight|over|back|forward|out|directly|towards?|off|around)\b)|appear|resemble|seem|depict|show|be|become|have|had|has|get|change into|transform into|morph into|turn into|turn|display|reflect|portray|feature|adopt|take on|into|to|in) )+(?=\S)",
        "",
        result,
    )


def _plain(bare: str, keep_article: bool = False) -> str:
    return bare if keep_article else without_article(bare)


def _state(word: str, result: str) -> str:
    """The state with what it is a state of, said once: "wooden material", "sitting pose"."""
    small = low(result)
    if (
        word
        in (
            "clothes",
            "clothing",
            "outfit",
            "attire",
            "costume",
            "hairstyle",
            "haircut",
            "content",
            "contents",
            "design",
            "face",
            "decoration",
            "decorations",
            "makeup",
            "type",
            "state",
            "condition",
            "action",
        )
        or word.split(" ")[-1] in small
        or " " in small
        and not small.startswith("a ")
    ):
        return result
    return f"{result} {word.split(' ')[-1]}"


def clause_becomes(reading: Reading, clause: str, *, strict: bool = False) -> Operations | None:
    """ "make" without a word between thing and result: "the car blue", "the dog look up", "it a cheese pizza"."""
    if both := _shared(reading, clause):
        return both
    for thing, result in _cuts(reading, clause, strict):
        found = becomes(
            reading,
            thing,
            result,
            swap=low(result).startswith(("into ", "a ", "an ", "be a ", "be an ", "turn into ", "become a ")),
        )
        if found:
            return found
    return None


def _shared(reading: Reading, clause: str) -> Operations | None:
    """ "The car blue and the house red": one verb for both."""
    match = re.search(r" (?:, and|and|,) (?=(?:the|its|his|her|their|my|all) )", clause, re.IGNORECASE)
    if not match or not low(clause).startswith(("the ", "its ", "his ", "her ", "their ", "my ", "all ")):
        return None
    one = clause_becomes(reading, clause[: match.start()], strict=False)
    more = clause_becomes(reading, clause[match.end() :], strict=False)
    return [*one, *more] if one and more else None


def _cuts(reading: Reading, clause: str, strict: bool) -> list[tuple[str, str]]:
    """Where the thing may end and the result begin, best guess first."""
    small = low(clause)
    cuts: list[tuple[str, str]] = []
    pronoun = reading.vocabulary["words.pronoun"].leading(small)
    if (
        pronoun
        and pronoun != small
        and not (
            pronoun in ("this", "that", "these", "those", "her")
            and reading.vocabulary["states.verbs"].leading(small[len(pronoun) + 1 :]) is None
            and _noun_follows(reading, small[len(pronoun) + 1 :])
        )
    ):
        cuts.append((clause[: len(pronoun)], clause[len(pronoun) + 1 :]))
    if coloured := trailing_colour(clause, reading.vocabulary):
        cuts.append(
            (
                re.sub(
                    r"(?i)(?: (?:be|look|to be|become|turn|into|to|a|an|in|have|,|more|were|was|is|are))+$",
                    "",
                    coloured.thing,
                ),
                coloured.colour,
            )
        )
    if match := re.search(r" (?:so (?:that )?(?:it|they) (?:is|are|looks?) )", small):
        cuts.append((clause[: match.start()], clause[match.end() :]))
    if match := re.search(
        r" (?=(?:to )?(?:look|appear|resemble|seem|be|become|have|wear|say|read|change into|transform into|morph into|turn into|turn|more|less|into|as if|made of|made from|made out of|out of|as big as)\b)",
        small,
    ):
        cuts.append((clause[: match.start()], clause[match.end() :]))
    words = clause.split(" ")
    lower = [low(word).strip(",") for word in words]
    for index in range(1, len(words)):
        rest = " ".join(lower[index:])
        verb = reading.vocabulary["states.verbs"].leading(rest)
        adjective = reading.vocabulary["states.adjectives"].leading(rest)
        ends = adjective is not None and (
            adjective == rest
            or rest[len(adjective) :].lstrip().startswith(("and ", "with ", "in ", "as ", "like ", ",", "so "))
        )
        if (
            verb
            and index > (1 if strict else 0)
            and lower[index - 1] not in ("the", "a", "an", "his", "her", "its", "their", "to")
            or ends
            or lower[index].endswith("ing")
            and index > 1
            and lower[index - 1] not in ("the", "a", "an")
        ):
            cuts.append((" ".join(words[:index]), " ".join(words[index:])))
            break
    for index in range(2, len(words)):
        if lower[index] in ("a", "an") and lower[index - 1] not in (
            "in",
            "on",
            "with",
            "of",
            "like",
            "wearing",
            "holding",
            "near",
            "at",
            "by",
            "to",
        ):
            cuts.append((" ".join(words[:index]), " ".join(words[index:])))
            break
    if not strict and len(words) > 1 and lower[0] in reading.vocabulary["words.definite"] and len(words) > 2:
        size = (
            2
            if len(words) > 3
            and lower[-2]
            in (
                "really",
                "very",
                "more",
                "less",
                "so",
                "super",
                "much",
                "completely",
                "bit",
                "totally",
                "all",
                "slightly",
            )
            else 1
        )
        cuts.append((" ".join(words[:-size]), " ".join(words[-size:])))
    return [(thing.strip(), result.strip()) for thing, result in cuts if thing.strip() and result.strip()]


def _noun_follows(reading: Reading, rest: str) -> bool:
    """ "this car blue" against "this blue": whether a noun stands behind the demonstrative."""
    return (
        " " in rest
        and colour_in(rest, reading.vocabulary) is None
        and tones_of(rest) is None
        and not rest.startswith(("a ", "an ", "look", "more ", "less ", "into ", "be "))
    )
