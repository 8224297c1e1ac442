"""Reading what is put in: added, given, or made anew."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import (
    Add,
    Alter,
    Generate,
    Recolor,
    Target,
)
from engine.planner.amounts import Degree, aspect, take_degree
from engine.planner.capitals import written_there
from engine.planner.changes import becomes
from engine.planner.colours import colour_in
from engine.planner.inflection import gerund
from engine.planner.looks import weather_told
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, decapitalised, definite
from engine.planner.states import is_somebody_acting
from engine.planner.tone import tones_of
from engine.planner.vocabulary import Vocabulary, expression

_SIZE_AT_END = regex(r"(.+?)(?:,| at| in| of)* (\d{2,5}) ?(?:px)? ?[x×] ?(\d{2,5})(?: ?px| pixels)?")
_SHAPE_AT_END = regex(
    r"(?i)(.+?)(?:,| in| at| as)* (?:an? )?"
    r"(\d+(?:\.\d+)?:\d+|\w+ (?:format|aspect|orientation))(?: format| aspect| ratio)*"
)
_PLACE = expression("place_of_addition")
_CALLED = ("bring ", "summon ", "unleash ", "conjure ", "call ", "send ", "roll ")
"""Verbs that weather comes by, whatever place is named with it."""
_PARTICLES = frozenset(["out", "up", "down", "in", "over", "away", "around", "by", "past"])
_THAT_SAYS = regex(
    r" (?:(?:that|which) (?:says|reads|spells)|saying|reading|spelling|with the (?:words?|text)) "
    r"(?=[A-Z0-9\ue000-\uf8ff]).+$"
)
"""What is written on the new thing, though its place is told before: "a sign on the door that says Closed"."""
_WORN = regex(r"\b(?:outfit|costume|uniform|attire|clothes|clothing)\b")
_TINT = regex(
    r"(?:an? |some |the )?(?P<little>bit of )?"
    r"(?:(?P<shade>light|dark|pal|bright|deep)(?:er)? |(?P<faint>subtle|slight|soft|faint|gentle) |strong |nice )*"
    r"(?:(?P<dose>hint|touch|tint|shade|tone|tinge|cast|wash|coat|lick) of (?P<named>.+)"
    r"|(?P<tinted>.+?) (?:tint|tinge|wash|hue|overlay|colou?r|colou?r cast))"
)
_LAID_ON = regex(r"(?i)^(?:to|on|onto|over|in|into|across|for) ")
HINT = 20.0
"""Percent of the way to a colour of which there shall be a hint."""
_SHADES = {"light": "light ", "dark": "dark ", "pal": "pale ", "bright": "bright ", "deep": "deep "}
_GROWN = regex(
    r" (hair|fur|skin|eyes|beard|moustache|mustache|eyebrows|lips|lipstick|nails|nail polish|feathers|wool)$"
)
"""What somebody has anyway: of another colour it is coloured, not put on."""
_WHERE = {"fill": "in", "stock": "in", "pack": "in", "line": "along"} | dict.fromkeys(
    ("surround", "encircle", "frame"), "around"
)
"""Where what fills or surrounds a thing goes."""
_NO_THING = ("of ", "on ", "in ", "out ", "up ", "at ", "from ", "off ")
"""What stands behind a verb that is a noun here: "stack of books", or a part of it: "spread out"."""
_STEERED = regex(r"(?:up|down|back|off) (?:the|this|that|his|her|its|their|my|all) ")
"""What is brought up, down or back, which is there already."""
NEARER = regex(r" (?:higher|lower|closer|nearer|further|farther)(?= (?:on|in|to|up|down|along|from|against)\b|$)")
"""Where something goes that hangs or stands there already."""
_SHOWING = ("show ", "depict ", "picture ", "feature ")
_ARTICLED = regex(r"(?i)^.+? ((?:an?|some|two|three|another|several|a pair of) .+)$")
_WHATEVER = regex(r"(?:whatever|what|everything|anything|all that|the stuff)\b")
_IT = ("it", "them", "him", "her")
_NOBODY = ("a", "an", "some", "the", "me", "us", "i", "we")
"""Words behind "give" that nothing is put on."""
_OBJECTS = {"he": "him", "she": "her", "they": "them", "i": "me", "we": "us"}


_LET = regex(r"\b(?:let|have|has|make|see)\b")
_INDEFINITE = ("a ", "an ", "some ", "two ", "three ", "more ", "several ", "many ")
_WHOLE_PLACE = expression("whole_place")


def read_there(reading: Reading) -> Operations | None:
    """ "Let there be X": X is added."""
    if reading.kind:
        placed = added(reading, reading.clause.partition(" ")[2])
        acting = low(reading.clause).startswith(_SHOWING) and is_somebody_acting(reading, low(placed.prompt))
        return [placed] if placed.place or acting else None
    prompt = low(reading["prompt"])
    if prompt in ("light", "it", "that", "this") or prompt.startswith(("no ", "nothing", "to be ", "you ", "it ")):
        return None
    needed = low(reading.clause).startswith(("i ", "it needs", "need"))
    if needed and not prompt.startswith(_INDEFINITE):
        return None
    return [added(reading, reading["prompt"])]


def read_add(reading: Reading) -> Operations | None:
    """Something new; "put the cup on the shelf" moves what is there."""
    prompt, place = reading["prompt"], reading["place"]
    if not prompt or low(prompt) in ("it", "that", "this", "them", "to", "in", "everything", "everything else"):
        return None
    if (place and not _PLACE.match(low(place))) or _STEERED.match(low(prompt)):
        return None
    if laid := tinted(reading, prompt, place):
        return [laid]
    thing = low(split_place(reading, prompt)[0])
    if low(reading.clause).startswith(_CALLED) and reading.vocabulary["weather.words"].trailing(thing):
        return [Alter(prompt=reading.spoken(f"{prompt} {place}".strip()))]
    if reading.verb in reading.vocabulary["hints.attaching"] and low(prompt).startswith(_NO_THING):
        return None
    if definite(prompt, reading.vocabulary) and (
        reading.verb in reading.vocabulary["hints.attaching"] or NEARER.search(low(prompt))
    ):
        return None
    carried = reading.verb == "drop" or (reading.does("move") and reading.does("add"))
    if carried and definite(prompt, reading.vocabulary) and not place:
        return None
    if place.startswith("off ") or (definite(prompt, reading.vocabulary) and " off " in low(prompt)):
        return None
    if low(prompt).startswith(("out the ", "out his ", "out her ", "out its ", "out their ")):
        return None
    if reading.verb == "drop" and _WHATEVER.match(low(prompt)):
        return None
    moved = existing(reading, prompt) or low(prompt).split(" ")[0] in _IT
    if reading.does("put") and not reading.does("add") and moved:
        return None
    if lettering := written_there(reading, *((prompt, place) if place else split_place(reading, prompt))):
        return [lettering]
    if not place:
        return [added(reading, prompt)]
    whole = _WHOLE_PLACE.match(low(place))
    told = reading.spoken(place)
    return [Add(prompt=reading.spoken(prompt), place=None if whole else f"{told[:1].lower()}{told[1:]}")]


def tinted(reading: Reading, prompt: str, place: str) -> Recolor | None:
    """ "Add a hint of blue to the sky": a colour is laid over what is there."""
    what, where = (prompt, place) if place else split_place(reading, prompt)
    what, degree = take_degree(what, reading.vocabulary) if any(map(str.isdigit, what)) else (what, Degree())
    match = _TINT.fullmatch(low(what))
    colour = colour_in((match["named"] or match["tinted"]).strip(), reading.vocabulary) if match else None
    if not (match and colour):
        return None
    thing = _LAID_ON.sub("", where or "")
    faint = match["little"] or match["faint"] or match["dose"] in ("hint", "touch", "tinge")
    return Recolor(
        target=reading.scoped(thing) or Target(phrase="image"),
        colour=f"{_SHADES.get(match['shade'] or '', '')}{reading.spoken(colour)}",
        amount=HINT if faint else degree.percent,
    )


def settled(operation: Any, clause: str, vocabulary: Vocabulary) -> Any:
    """An addition that is let do something does it: "let a dog sit on the sofa" adds a dog sitting there."""
    if not isinstance(operation, Add):
        return operation
    words = operation.prompt.split(" ")
    at = len(words) - (2 if low(words[-1]) in _PARTICLES else 1)
    acts = at > 1 and low(words[at]) in vocabulary["states.verbs"] and _LET.search(low(clause)) is not None
    if not acts or not low(operation.prompt).startswith(_INDEFINITE):
        return operation
    return operation.model_copy(update={"prompt": " ".join([*words[:at], gerund(low(words[at])), *words[at + 1 :]])})


def existing(reading: Reading, text: str) -> bool:
    """Whether a phrase with a place speaks of a thing already in the picture."""
    return (
        (definite(text, reading.vocabulary) or low(text).split(" ")[0] in _IT)
        and not re.match(r"(?:the )?(?:moon|sun|word|words|text)\b", low(text))
        and _PLACE.search(low(text)) is not None
    )


def added(reading: Reading, prompt: str) -> Add:
    """The addition of what a prompt describes, at the place it names."""
    what, place = split_place(reading, prompt)
    return Add(prompt=reading.spoken(what), place=place)


def split_place(reading: Reading, text: str) -> tuple[str, str | None]:
    """The thing and the place among things already there: only a definite place is one, "a man in a hat" is a thing."""
    if worded := _THAT_SAYS.search(text):
        what, place = split_place(reading, text[: worded.start()])
        return (f"{what} {reading.spoken(worded.group()[1:])}", place) if place else (text, None)
    small = low(text)
    start = 0
    while match := _PLACE.search(small, start):
        place = match.group(1)
        if _WHOLE_PLACE.match(place):
            return text[: match.start()].rstrip(" ,"), None
        if match.start() > 0 and _definite_place(reading, place):
            return text[: match.start()].rstrip(" ,"), reading.spoken(text[match.start(1) : match.end(1)])
        start = match.start(1) + 1
    return text, None


def _definite_place(reading: Reading, place: str) -> bool:
    after = expression("place_preposition").sub("", place)
    first = after.split(" ")[0]
    return (
        place.startswith("to the ")
        or first in reading.vocabulary["words.definite"]
        or first in ("top", "it", "them", "him", "one", "front", "each", "two")
        or first in reading.vocabulary["words.position"]
        or "'s" in " ".join(after.split(" ")[:2])
    )


def read_give(reading: Reading) -> Operations | None:
    """ "Give the man a hat" adds; "give him a smile" and "give it a rougher texture" alter."""
    target, prompt = reading["target"], reading["prompt"]
    if reading["place"] and not target:
        return _enriched(reading, prompt, reading["place"])
    if reading["phrase"]:
        target, prompt = _given(reading, reading["phrase"])
    target = re.sub(r"(?i) with$", "", target)
    own = low(target) == "me" and _GROWN.search(low(prompt)) is not None
    nobody = not own and (low(target) in _NOBODY or low(target).startswith(("me ", "us ")))
    if not target or not prompt or (nobody and reading.verb != "put"):
        return None
    if reading.verb == "put" and low(prompt).split(" ")[-1] not in reading.vocabulary["hints.garments"]:
        return None
    if reading.verb == "put" and low(target).startswith(_INDEFINITE) and definite(prompt, reading.vocabulary):
        return [Alter(target=reading.target(prompt), prompt=f"with {reading.spoken(target)}")]
    if reading.verb in ("dress", "put", "outfit", "clothe", "attire"):
        before = reading.clause.removesuffix(prompt).rstrip(" ") if reading.clause.endswith(f" {prompt}") else ""
        dressed = next((f"dressed{joint}" for joint in (" as", " like") if before.endswith(joint)), "wearing")
        return [Alter(target=reading.target(target), prompt=f"{dressed} {reading.spoken(prompt)}")]
    if reading.is_whole(target) and not reading.is_pronoun(target):
        return becomes(reading, target, f"have {prompt}", swap=False)
    part = _GROWN.search(low(prompt))
    colour = colour_in(prompt[: part.start()], reading.vocabulary) if part else None
    if part and colour:
        whose = reading.target(target)
        grown = Target(phrase=prompt[part.start(1) :], part_of=whose.phrase, position=whose.position)
        return [Recolor(target=grown if whose.phrase else Target(phrase=grown.phrase), colour=colour)]
    article = re.search(rf"\b(a|an|some|two|three|another|several|a pair of) {re.escape(prompt)}$", reading.clause)
    described = not article and low(prompt).split(" ")[0] in reading.vocabulary["states.adjectives"]
    if described or expression("given_state").search(low(prompt)):
        return [Alter(target=reading.target(target), prompt=reading.spoken(prompt))]
    thing = f"{article.group(1)} {prompt}" if article else prompt
    if _WORN.search(low(prompt)):
        return [Alter(target=reading.target(target), prompt=f"wearing {reading.spoken(thing)}")]
    return [Add(prompt=reading.spoken(thing), place=on_owner(reading, target))]


def on_owner(reading: Reading, owner: str, preposition: str = "on") -> str:
    """Where something for somebody goes: "on the man", "on her"."""
    return f"{preposition} {_OBJECTS.get(low(owner)) or decapitalised(reading.spoken(owner))}"


def _enriched(reading: Reading, prompt: str, place: str) -> Operations | None:
    """ "Fill the bowl with cherries"; with a colour it is painted instead."""
    core = re.sub(r"(?i)^(?:the )?(?:essence|presence|inclusion) of ", "", prompt)
    if reading.verb in ("cover", "fill") and colour_in(core, reading.vocabulary):
        return None
    if place.endswith(",") and not definite(place, reading.vocabulary):
        return None
    if " , " in core and tones_of(core.partition(" , ")[0]):
        return None
    if reading.verb == "cover" and reading.is_whole(place):
        return [Alter(prompt=f"covered with {reading.spoken(core)}")]
    inside = _WHERE.get(reading.verb, "on")
    return [
        Add(prompt=reading.spoken(core), place=None if reading.is_whole(place) else on_owner(reading, place, inside))
    ]


def given(reading: Reading, phrase: str) -> str:
    """What somebody is given, without whom: "the old pirate a hook" -> "a hook", "him gloves" -> "gloves"."""
    articled = _ARTICLED.search(phrase)
    return articled[1] if articled else _given(reading, phrase)[1]


def _given(reading: Reading, phrase: str) -> tuple[str, str]:
    """Whom and what of "him sunglasses" and "the man sunglasses": without an article only one noun can be whom."""
    words = phrase.split(" ")
    described = len(words) == 2 or (
        len(words) > 2
        and (
            low(words[1]) in reading.vocabulary["states.adjectives"]
            or low(words[1]) in reading.vocabulary["colours.names"]
        )
    )
    pronoun = (
        low(words[0]) in reading.vocabulary["words.pronoun"] and low(words[0]) not in ("this", "that", "her")
    ) or (low(words[0]) == "her" and described)
    size = 1 if pronoun else _whom_ends(reading, words)
    return " ".join(words[:size]), " ".join(words[size:])


def _whom_ends(reading: Reading, words: list[str]) -> int:
    """How many words whom takes: "the old man | blond hair"; up to the next description, or to the first noun."""
    known = [reading.vocabulary[name] for name in ("states.adjectives", "colours.names", "words.size")]
    describes = [any(low(word) in words_of for words_of in known) for word in words]
    owned = (at for at in range(1, len(words) - 1) if not describes[at] and not words[at - 1].endswith("'s"))
    first = next((at + words[at].endswith("'s") for at in owned), 1)
    later = (at for at in range(first + 1, min(len(words), first + 4)) if describes[at])
    return next(later, min(first + 1, len(words) - 1))


def read_generate(reading: Reading) -> Operations | None:
    """A new picture; "a drawing of a cat" on the wall is none."""
    prompt = reading["prompt"]
    if (
        not prompt
        or reading.is_pronoun(prompt)
        or (definite(prompt, reading.vocabulary) and not re.search(r"\b(?:style|image)\b", low(reading.clause)))
    ):
        return None
    if reading.verb == "imagine" and (weather := weather_told(reading, reading.clause.partition(" ")[2])):
        return [Alter(prompt=reading.spoken(weather))]
    if reading.verb == "imagine" and (there := added(reading, reading.clause.partition(" ")[2])).place:
        return [there]
    shape = aspect(reading["shape"])
    if reading["shape"] and not shape:
        return None
    if not reading.verb:
        return [Generate(prompt=reading.spoken(reading.clause))]
    words, width, height, ratio = _framed(reading.spoken(prompt))
    return [Generate(prompt=words, width=width, height=height, aspect=shape or ratio)]


def _framed(words: str) -> tuple[str, int | None, int | None, str | None]:
    """The prompt without the size or the aspect at its end: width and height in px, or the aspect."""
    if sized := _SIZE_AT_END.fullmatch(words):
        return sized[1], int(sized[2]), int(sized[3]), None
    shaped = _SHAPE_AT_END.fullmatch(words)
    ratio = aspect(shaped[2]) if shaped else None
    return (shaped[1], None, None, ratio) if shaped and ratio else (words, None, None, None)


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "there": read_there,
        "add": read_add,
        "give": read_give,
        "generate": read_generate,
    }
