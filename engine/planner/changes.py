"""What it means when something becomes something else: in another colour or state, another thing, another picture."""

from __future__ import annotations

from typing import NamedTuple

from engine.expressions import regex
from engine.operations import (
    Alter,
    Background,
    Crop,
    EditOperation,
    Recolor,
    Replace,
    Rotate,
    Style,
    Target,
    Text,
    Upscale,
)
from engine.planner.amounts import aspect, take_degree
from engine.planner.background import background_becomes, is_place_behind, is_scenery
from engine.planner.colours import colour_in
from engine.planner.looks import look_in, look_of_thing, scene_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, without_article
from engine.planner.states import bare_result, is_noun, is_state, plain_result, state_prompt
from engine.planner.tone import adjusts, directed_tones
from engine.planner.vocabulary import Vocabulary, expression

_OF = regex(r"^(?:the |its |their |his |her )?(.{1,40}?) (?:of|on|in) (.+)$")


_AT_PLACE = regex(r"(?i) (?:on|in|at) ")
_KINDS_OF_COLOUR = frozenset(["main", "dominant", "primary", "base", "accent", "predominant", "key", "skin"])
_AS_BEFORE = regex(r"(?:be|look|appear|seem)$|(?:look )?(?:as|like|the way|how) it (?:once )?(?:did|was|used to)\b")
"""What says of no thing how it should be, but that it was otherwise before."""
_EMPTY = expression("empty_wish")
_ARTICLE = regex(r"^(?:the|his|her|my|their|our|your|its|a|an) ")
_POSSESSIVES = ("his ", "her ", "my ", "their ", "our ", "your ")
_READY = expression("ready")
"""What a shape is to be good for."""
_DESCRIBING = ("look like", "appear", "resemble", "depict", "show", "a ")
_SHADED = regex(r"(?:an? |the )?(?!keep |retain |lose |hold |stay |its |their )(.{3,40}) (?:colou?r|hue|shade)$")
_SHADE = regex(
    r"(?i)an? (?P<name>(?!village )[a-z'-]+(?<!ing) (?P<colour>[a-z]+))"
    r"(?: (?:, )?(?:something like|roughly|around|about|approximately|close to|say|near|like)? ?"
    r"(?P<code>#[0-9a-f]{3,6}))?"
)
PATTERN = regex(r"\b(?:pattern|texture|material|finish|stripes|dots|squares|tiles|print)\b")
"""What a surface may have that is no colour."""
_WHAT_ONE = regex(
    r"what ((?:the|his|her|this|that|my|their|each|both) .{1,60}?|he|she|they) (?:is|are|has|have) (doing|wearing|on)$"
)
_OF_ONE = {"doing": "action", "wearing": "clothes", "on": "clothes"}
_SHOWING = regex(r"(?:to )?(?:display|show|feature) ")
_IN_OTHER_LIGHT = expression("in_other_light")
_TIME_OR_WEATHER = regex(
    r"\b(?:day|daytime|daylight|morning|noon|afternoon|evening|dusk|dawn|night|sunset|sunrise|weather|summer|winter|"
    r"autumn|spring|rain|storm|fog|drizzle|conditions)$"
)
_BEHIND_HEAD = regex(r" (?:on|in|at|of|with|near|behind) ")


class Subject(NamedTuple):
    """What is to change: an attribute, and of what."""

    attribute: str
    """"colour", "state", "style", "scene", "count", or empty where the thing itself changes."""
    word: str
    owner: str


def subject_of(reading: Reading, text: str) -> Subject:
    """ "the colour of the car", "the man's expression", "hair colour", "the car"."""
    small = low(text)
    if doing := _WHAT_ONE.match(small):
        return Subject("state", _OF_ONE[doing.group(2)], text[doing.start(1) : doing.end(1)])
    if match := _OF.match(small):
        words = without_article(match.group(1))
        if _is_shade(reading, words):
            return Subject("colour", words, text[match.start(2) :])
        for said in (words, words.split(" ")[-1]):
            if kind := _attribute(reading, said):
                if part := _coloured_part(reading, text, words, said):
                    return Subject(kind, said, part)
                return Subject(kind, said, text[match.start(2) :])
    owner, possessive, rest = small.rpartition("'s ")
    if possessive and _is_shade(reading, rest):
        return Subject("colour", rest, text[: len(owner)])
    if possessive and (kind := _attribute(reading, rest)):
        return Subject(kind, rest, text[: len(owner)])
    return _compound(reading, text) or Subject("", "", text)


def _coloured_part(reading: Reading, text: str, words: str, attribute: str) -> str | None:
    """The thing named before the word for its colour, at its place: "hat colour on the left man" -> "hat on ..."."""
    place = _AT_PLACE.search(text)
    part = words.removesuffix(attribute).strip()
    described = part in reading.vocabulary["states.adjectives"] or part in reading.vocabulary["words.whole_modifier"]
    if not part or place is None or described or attribute not in reading.vocabulary["attributes.colour"]:
        return None
    plain = part in _KINDS_OF_COLOUR or part in reading.vocabulary["words.background"] or _is_shade(reading, part)
    return None if plain else f"{part}{text[place.start() :]}"


def _is_shade(reading: Reading, words: str) -> bool:
    """Whether the words are nothing but a colour, which is then what changes: "the helmet's red"."""
    colours = reading.vocabulary
    return words not in colours["colours.things"] and words in colours["colours.names"]


def _compound(reading: Reading, text: str) -> Subject | None:
    """ "hair colour" and "her expression": an attribute at the end, with or without a thing before it."""
    words = without_article(low(text)).split(" ")
    for size in (3, 2, 1):
        ending = " ".join(words[-size:])
        kind = _attribute(reading, ending) if len(words) > size else ""
        bare_owner = len(words) == size + 1 and words[0] in reading.vocabulary["words.determiner"]
        if kind not in ("", "scene") and not bare_owner:
            return Subject(kind, ending, text[: len(text) - len(ending) - 1])
    kind = _attribute(reading, _ARTICLE.sub("", low(text)))
    return Subject(kind, without_article(low(text)), "") if kind else None


def _attribute(reading: Reading, words: str) -> str:
    """The kind of attribute the words name; empty where they name a thing."""
    for kind in ("colour", "style", "scene", "state", "display"):
        if words in reading.vocabulary[f"attributes.{kind}"]:
            return kind
    return ""


def becomes(reading: Reading, subject_text: str, result: str, *, swap: bool) -> Operations | None:
    """The operations that turn the subject into the result; `swap`: a plain noun means another thing, not a state."""
    result, subject_text = result.strip(" ,."), subject_text.strip(" ,.")
    if not result or not subject_text or _AS_BEFORE.match(low(result)):
        return None
    subject = subject_of(reading, subject_text)
    behind = subject.owner if subject.attribute in ("colour", "style", "scene") else ""
    pictured = reading.is_pictured(subject_text)
    if pictured and look_of_thing(reading, bare_result(result)):
        return [Style(prompt=reading.spoken(plain_result(bare_result(result))))]
    if reading.is_clear_background(subject_text) or (behind and reading.is_clear_background(behind)):
        return background_becomes(reading, result)
    if swap and " behind " in subject_text and is_place_behind(reading, subject_text) and is_scenery(reading, result):
        return [Background(action="replace", prompt=reading.spoken(plain_result(bare_result(result))))]
    if not subject.attribute:
        if swap and _is_place_in_other_light(reading, subject_text, result):
            return [Alter(prompt=reading.spoken(plain_result(bare_result(result))))]
        if reading.is_whole(subject_text):
            return whole_becomes(reading, result, pronoun=reading.is_pronoun(subject_text))
        return thing_becomes(reading, subject_text, result, swap=swap)
    seen = low(subject_text).startswith(_POSSESSIVES) or subject.word in reading.vocabulary["states.seen_alone"]
    if subject.attribute == "state" and not subject.owner and seen:
        return _recoloured(reading, subject, subject_text, result) or [
            Alter(target=reading.target(subject_text), prompt=reading.spoken(bare_result(result)))
        ]
    if subject.attribute == "display" and not subject.owner:
        return thing_becomes(reading, subject_text, result, swap=swap)
    if not subject.owner or reading.is_whole(subject.owner):
        recoloured = None if subject.owner else _recoloured(reading, subject, subject_text, result)
        return recoloured or _picture_attribute(reading, subject, result)
    return _attribute_becomes(reading, subject, subject_text, result)


def _recoloured(reading: Reading, subject: Subject, subject_text: str, result: str) -> Operations | None:
    """Clothes and the like in another colour, of which it is no other state."""
    colour = colour_in(bare_result(result), reading.vocabulary)
    if colour is None or subject.word not in reading.vocabulary["attributes.coloured"]:
        return None
    return [Recolor(target=reading.target(subject_text), colour=colour)]


def _attribute_becomes(reading: Reading, subject: Subject, subject_text: str, result: str) -> Operations | None:
    """A thing's colour, look, lettering or state changes."""
    bare = bare_result(result)
    if subject.attribute == "colour":
        return _coloured(reading, subject.owner, bare)
    if subject.attribute == "style":
        return [Style(prompt=reading.spoken(bare), target=reading.target(subject.owner))]
    written = reading.quoted(result) or (bare if bare.isupper() else None)
    if written and subject.word in reading.vocabulary["attributes.display"]:
        return [Text(action="replace", text=written, target=reading.target(subject.owner))]
    if subject.attribute == "display":
        return thing_becomes(reading, subject_text, result, swap=True)
    if recoloured := _recoloured(reading, subject, subject_text, result):
        return recoloured
    prompt = state_prompt(reading, subject.word, bare)
    return [Alter(target=reading.target(subject.owner), prompt=reading.spoken(prompt))]


def _picture_attribute(reading: Reading, subject: Subject, result: str) -> Operations | None:
    """The picture's own colour, style, season or angle changes."""
    bare = bare_result(result)
    if tones := directed_tones(bare):
        return adjusts(reading, tones)
    if subject.attribute == "colour":
        target = Target(phrase=low(without_article(subject.owner)) or "image")
        return [Recolor(target=target, colour=reading.spoken(colour_in(bare, reading.vocabulary) or bare))]
    vague = subject.word in ("look", "appearance", "feel", "vibe") and not look_in(reading, bare)
    if subject.attribute == "style" and not vague:
        return [Style(prompt=reading.spoken(bare))]
    if subject.attribute in ("scene", "style"):
        return [Alter(prompt=reading.spoken(bare))]
    if subject.word in ("size", "height", "width", "length"):
        return None
    return [Alter(prompt=reading.spoken(state_prompt(reading, subject.word, bare)))]


def whole_becomes(reading: Reading, result: str, *, pronoun: bool = False) -> Operations | None:
    """The whole picture turns into the result; `pronoun`: it was called "it", which may as well be a thing."""
    bare = bare_result(result)
    text, degree = take_degree(bare, reading.vocabulary)
    if _EMPTY.match(low(text)):
        return None
    if framed := _reframed(text):
        return [framed]
    spoken = reading.spoken(plain_result(bare))
    look, scene = look_in(reading, bare), scene_in(reading, bare)
    if look and (not scene or look_of_thing(reading, bare)):
        return [Style(prompt=spoken)]
    if tones := directed_tones(text):
        return adjusts(reading, tones, degree=degree)
    if scene:
        return [Alter(prompt=spoken)]
    it = Target(previous=True) if pronoun else None
    if colour := colour_in(bare, reading.vocabulary):
        return [Recolor(target=it or Target(phrase="image"), colour=colour)]
    if it and low(bare).startswith(("a ", "an ", "into a ", "into an ")):
        return _become_of_picture(reading, bare) or [Replace(target=it, prompt=reading.spoken(bare))]
    if " " in bare or low(result).startswith(_DESCRIBING):
        return [Alter(prompt=spoken)]
    known = any(reading.vocabulary[f"states.{name}"].find(low(bare)) for name in ("adjectives", "verbs"))
    return [Alter(target=it, prompt=reading.spoken(bare))] if known else None


def _become_of_picture(reading: Reading, bare: str) -> Operations | None:
    """ "Make it a desert", "turn it into a book page", where nothing was spoken of before that "it" could mean."""
    if reading.context.history or reading.context.mask:
        return None
    if is_scenery(reading, bare):
        return [Background(action="replace", prompt=reading.spoken(bare))]
    work = reading.vocabulary["looks.works"].trailing(low(bare))
    return [Style(prompt=reading.spoken(plain_result(bare)))] if work else None


def _is_place_in_other_light(reading: Reading, subject: str, result: str) -> bool:
    """Whether a place becomes the same at another time or in other weather: "the street into a snowy night scene"."""
    before, after = (low(_BEHIND_HEAD.split(one)[0]).rstrip(" ,") for one in (subject, result))
    if _TIME_OR_WEATHER.search(before) and scene_in(reading, result):
        return True
    placed = reading.vocabulary["scenes.places"].trailing(before) is not None and not before.endswith(("sky", "clouds"))
    return placed and _IN_OTHER_LIGHT.search(after) is not None and scene_in(reading, after)


def _reframed(text: str) -> EditOperation | None:
    """What "square", "upside down", "bigger" and "transparent" do to a picture."""
    if ratio := aspect(_READY.sub("", text)):
        return Crop(aspect=ratio)
    small = low(text)
    if small in ("upside down", "upside-down"):
        return Rotate(degrees=180)
    if small in ("bigger", "larger", "higher resolution", "high resolution", "hd", "4k"):
        return Upscale()
    return Background(action="remove") if small in ("transparent", "see-through") else None


def thing_becomes(reading: Reading, thing: str, result: str, *, swap: bool) -> Operations | None:
    """One thing turns into the result: recoloured, altered, restyled or replaced."""
    bare = bare_result(result)
    if low(bare) in reading.vocabulary["looks.drains"]:
        return [Style(prompt=reading.spoken(bare), target=reading.target(thing))]
    if colour := _colour_of_same(reading, thing, bare):
        return [Recolor(target=target, colour=colour) for target in reading.targets(thing)]
    if shaded := _SHADED.match(low(bare)):
        return [Recolor(target=reading.target(thing), colour=shaded.group(1))]
    text, degree = take_degree(bare, reading.vocabulary)
    tones = directed_tones(text)
    if tones and all(tone.comparative for tone in tones):
        return adjusts(reading, tones, target=reading.target(thing), degree=degree)
    state = is_state(reading, result, bare)
    bare = f"showing {bare}" if _SHOWING.match(low(result)) else bare
    if look_of_thing(reading, bare) and (swap or "style" in low(bare)) and not state:
        return [Style(prompt=reading.spoken(plain_result(bare)), target=reading.target(thing))]
    if state or (not swap and not is_noun(bare)):
        return [Alter(target=target, prompt=reading.spoken(bare)) for target in reading.targets(thing)]
    return [Replace(target=reading.target(thing), prompt=reading.spoken(bare))]


def _shade_named(bare: str, vocabulary: Vocabulary) -> str | None:
    """The colour of "a heritage navy, something like #1f2a44", whatever word comes before its name."""
    shade = _SHADE.fullmatch(bare)
    known = shade is not None and low(shade["colour"]) in vocabulary["colours.names"]
    if shade is None or not known or low(shade["colour"]) in vocabulary["colours.things"]:
        return None
    return shade["code"] or shade["name"]


def _colour_of_same(reading: Reading, thing: str, bare: str) -> str | None:
    """The colour, where nothing but the colour changes: "green", "a blue one", "a red car" for the car."""
    colours = reading.vocabulary
    if shade := _shade_named(bare, colours):
        return shade
    if colour := colour_in(bare, colours):
        core = low(without_article(bare))
        is_thing = core in colours["colours.things"] and (is_noun(bare) or core not in colours["colours.alone"])
        return None if is_thing else colour
    head = low(_BEHIND_HEAD.split(thing)[0]).split(" ")[-1]
    words = without_article(bare).split(" ")
    same = len(words) > 1 and low(words[-1]).rstrip("s") == head.rstrip("s")
    return colour_in(" ".join(words[:-1]), colours) if same else None


def _coloured(reading: Reading, owner: str, bare: str) -> Operations:
    """A thing in another colour; a pattern is no colour."""
    colour = colour_in(bare, reading.vocabulary)
    if colour is None and PATTERN.search(low(bare)):
        return [Alter(target=reading.target(owner), prompt=reading.spoken(bare))]
    said = reading.spoken(colour or without_article(bare))
    return [Recolor(target=target, colour=said) for target in reading.targets(owner)]
