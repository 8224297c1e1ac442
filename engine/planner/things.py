"""Reading changes of the things in a picture: replaced, recoloured, reshaped, in another state."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import (
    Add,
    Alter,
    Background,
    Recolor,
    Style,
    Target,
)
from engine.planner.additions import added, on_owner, split_place, tinted
from engine.planner.changes import PATTERN, becomes, subject_of
from engine.planner.colours import colour_in, coloured_list, trailing_colour
from engine.planner.cuts import at_article, clause_becomes, unlinked
from engine.planner.inflection import participle
from engine.planner.looks import scene_in, weather_told
from engine.planner.normalise import low
from engine.planner.placing import shifted_into
from engine.planner.reading import Operations, Reading, definite, without_article
from engine.planner.replacing import read_replace, read_replace_place
from engine.planner.states import bare_result, is_other_sort, is_state
from engine.planner.vocabulary import expression

_TIMES = {
    "double": "twice as large",
    "triple": "three times as large",
    "quadruple": "four times as large",
    "halve": "half as large",
}
_OUTCOME_LEAD = regex(r"^(?:that )?(?:(?:it|they|he|she)(?: (?:is|are))? )?")
_OF_SIZE = regex(r" of | (?:size|height)$")
_SCALE = {"enlarge": "larger", "diminish": "smaller", "increase": "larger", "decrease": "smaller"}
MAX_WORDS_OF_THING = 8
_WISHING = regex(r" (?:shall|should|must|will|is|adorn|cover|please|instead)\b")
_COLOUR_WORD = regex(r"\b(?:colou?r|hue|shade|tint|tone)")
_ORDERS = {"remove", "replace", "add", "put", "change", "make", "write", "give", "generate"}
_OUT = regex(r"(?i)^(?:out|up) (?=(?:the|his|her|my|their|its|that|this|all) )")
"""A particle of the verb that its object followed: "straighten out the fence"."""
_INDEFINITE = ("a ", "an ", "some ", "two ", "three ", "several ")
_JOINTS = frozenset(["into", "to", "for", "with", "as", "in", "by", "becomes"])
"""What stands between a thing and what it becomes."""
_BECOMES_NOUN = ("be a ", "be an ", "a ", "an ", "become a ")
_PRESENT = regex(r"(?i)^(?:also |to )*(?:be )?(?:visible|present|there|added|shown)?")
_BEING = regex(r"(?i) (?:to )?be (?:(?:added|placed|put|inserted|shown|seen|visible|present) )?(?=\S)")
_APPEARING = regex(
    r"(?i)(?<=\w) appear(?:ing)?(?=$| (?:in|on|at|over|above|behind|beside|next|near|under|from|between) )"
)
"""What is not there yet, article or not: "let the moon appear over the barn"."""
_ITSELF = regex(r"(?i)^(?:it|they|he|she)(?:'s|'re)? (?:(?:is|are|looks?|appears?|seems?|becomes?) )?(?=\S)")
_HAVING = regex(r"(?i)(.{1,120}?) (?:to have|have|had|has|having|with) (.+)$")
_ON_ITSELF = regex(r"(?i)(?<=\S) (?:on|in|inside)(?: (?:it|them|him|her))?$")
_SEEMING = regex(r" (?:as if|as though|like|so|so that)(?: (?:it|he|she|they))?$")
_DOING = regex(r" be(?: |$)|ing$")
_GERUND = regex(r"(?:^| )[a-z]{3,}ing(?: |$)")
_FEATURE = regex(r"\b(?:face|look|smile|expression|mouth|pose|head of (?:[a-z]+ )*hair)\b")
_MEASURE = expression("measure_of_change")
_PARTICLE = regex(r"(?<=\S) (?:over|up|off|down)$")
_EXTENT = regex(
    r"(?<=\w) (?:(?:wide|halfway|fully|slightly|tightly|partially|gently|subtly|lightly|noticeably|significantly"
    r"|all the way)$|(?:towards?|away from|in the direction of|(?:down|up) to) .+$)"
    r"|(?<=\w) to (?:the|his|her|its|their) (?:ankles?|knees?|waist|hips?|shoulders?|elbows?|floor|ground|chin)\b.*$"
    r"|(?<!'s)(?<!his)(?<!her)(?<!the)(?<!its)(?<!my)(?<!their) "
    r"(?:back|backwards?|forwards?|sideways|skywards?|to one side)(?: .+)?$"
)
"""How far a state goes, behind the thing: "open the mouth wide"."""
_MORE = regex(r"(?i)(?<=\w)(?: (?:a bit|a little|a lot|some|even|much))? (?:more|further|less)$")
_CANVAS = regex(r"(?i)(?:the )?(?:image|picture|photo|canvas)\b")
_VAGUE = ("enhance", "improve", "focus", "correct", "fix", "refine", "retouch", "fill")


def read_recolor(reading: Reading) -> Operations | None:
    """The colour of things; of lettering and backgrounds too."""
    phrase = reading["phrase"]
    if phrase and len(each := coloured_list(phrase, reading.vocabulary)) > 1:
        return [Recolor(target=reading.target(one.thing), colour=one.colour) for one in each]
    text, said = reading["target"], reading["colour"]
    if phrase:
        parted = trailing_colour(phrase, reading.vocabulary)
        text, said = (unlinked(parted.thing), parted.colour) if parted else ("", "")
    colour = said if phrase else colour_in(said, reading.vocabulary)
    is_thing = low(reading.clause).endswith((f" be a {said}", f" be an {said}"))
    if colour and is_thing and low(colour) in reading.vocabulary["colours.things"]:
        return None
    if not colour or not text or not _plausible(reading, text, colour) or _is_colour_of(reading, said, text):
        return None
    if reading.does("add") and (laid := tinted(reading, said, text)):
        return [laid]
    if low(colour) in reading.vocabulary["looks.drains"]:
        return [Style(prompt=colour, target=reading.scoped(text))]
    subject = subject_of(reading, text)
    owner = subject.owner if subject.attribute == "colour" and subject.owner else text
    if reading.is_clear_background(text) or reading.is_clear_background(owner):
        return [Background(action="colour", colour=colour)]
    if reading.is_whole(owner):
        return becomes(reading, owner, colour, swap=False)
    return [Recolor(target=target, colour=reading.spoken(colour)) for target in reading.targets(owner)]


def _is_colour_of(reading: Reading, said: str, text: str) -> bool:
    """Whether what seems to get the colour is none: in "the colour of the car, red" and "a bit less, yellow"."""
    if low(text).split(" ")[-1] in ("less", "more", "too", "so"):
        return True
    return " of the " in f" {low(said)} " and colour_in(text, reading.vocabulary) is not None


def _said_as_wish(reading: Reading, text: str) -> bool:
    """ "car blue" is a wish; "blue car" alone and "a red and" are not, nor are whole sentences about something else."""
    if reading["colour"] and reading.clause.startswith(reading["colour"]):
        meant = f"{reading['colour']} for {text}" in reading.clause and definite(text, reading.vocabulary)
        return meant or _WISHING.search(low(reading.clause)) is not None
    words = low(text).split(" ")
    if colour_in(text, reading.vocabulary) or low(text) in reading.vocabulary["hints.no_thing"]:
        return False
    return len(words) <= MAX_WORDS_OF_THING and words[-1] not in reading.vocabulary["hints.cut_short"]


def _plausible(reading: Reading, text: str, colour: str) -> bool:
    """Whether the words before the colour can be a thing: "add a dog" and "brown" cannot."""
    first = low(text).split(" ")[0]
    if " be " in low(text) or _orders_state(reading, low(text)):
        return False
    if first in ("there", "what", "who", "how", "if", "why", "let") or reading["colour"].startswith("of "):
        return False
    if not reading.verb and not _said_as_wish(reading, text):
        return False
    if reading.does("add", "apply", "put") and not (reading.verb == "put" and definite(text, reading.vocabulary)):
        return _COLOUR_WORD.search(low(reading.clause)) is not None
    if " with " in low(text) and "enrich" in reading.vocabulary.openings.get(first, ()):
        return False
    if reading.verb or first in reading.vocabulary["words.determiner"]:
        lone = low(colour) in reading.vocabulary["colours.things"] and low(reading["colour"]).startswith(("a ", "an "))
        return not lone or _COLOUR_WORD.search(low(reading["colour"])) is not None
    return _ORDERS.isdisjoint(reading.vocabulary.openings.get(first, ()))


def _orders_state(reading: Reading, small: str) -> bool:
    """Whether what stands before a colour's name is an order: "melt the ice" before "cream"."""
    verb, _, rest = small.partition(" ")
    return rest.split(" ")[0] in ("the", "a", "an") and verb in reading.vocabulary.tables["words"]["state_verbs"]


def read_paint(reading: Reading) -> Operations | None:
    """Painted with something that is no colour: a pattern, autumn colours."""
    text = reading["target"]
    if not definite(text, reading.vocabulary) or reading.is_whole(text):
        return None
    if definite(reading["prompt"], reading.vocabulary) and f"{text} in {reading['prompt']}" in reading.clause:
        return None
    if reading.does("enrich") and not PATTERN.search(low(reading["prompt"])):
        return None
    return [Alter(target=target, prompt=reading.spoken(reading["prompt"])) for target in reading.targets(text)]


def read_change(reading: Reading) -> Operations | None:
    """ "Change X to Y", whatever X and Y are."""
    target, result = reading["target"], reading["result"]
    if outcome := reading["outcome"]:
        return _so_changed(reading, target, outcome)
    if not result or (reading.verb in ("turn", "switch") and low(target).startswith(("on ", "off "))):
        return None
    along = low(target).endswith((" over", " across", " along"))
    nudged = reading.does("move") and (along or expression("goal_of_move").match(f" {low(result)}") is not None)
    if nudged or (reading.does("move") and expression("side_of_thing").match(low(result))):
        return None
    if shifted_into(reading, result) and definite(result, reading.vocabulary):
        return None
    from_place = definite(reading["old"], reading.vocabulary) if reading["old"] else " from the " in low(target)
    if from_place and reading.does("move") and definite(result, reading.vocabulary):
        return None
    if reading["old"]:
        shades = (trailing_colour(f"it {reading[slot]}", reading.vocabulary) for slot in ("old", "result"))
        if all(shades) and not (reading.is_whole(target) or subject_of(reading, target).attribute):
            return [Recolor(target=one, colour=without_article(result)) for one in reading.targets(target)]
        return becomes(reading, target, result, swap=not subject_of(reading, target).attribute)
    joint = reading.joint(target, _JOINTS)
    placed = joint == "in" and low(target).startswith(_INDEFINITE)
    placed = placed or (joint is None and low(f"{target} {result}").startswith(_INDEFINITE))
    if reading.verb == "set" and (joint == "with" or placed):
        return None
    if joint is None and reading.does("move") and expression("goal_of_move").search(f" {low(target)} {low(result)}"):
        return None
    if joint is None and f"{target} so " in reading.clause and reading.target(target).relation:
        return _so_changed(reading, target, _OUTCOME_LEAD.sub("", reading.clause.partition(f"{target} so ")[2]))
    if joint is None:
        return clause_becomes(reading, f"{target} {result}", strict=True)
    if joint == "in" and definite(result, reading.vocabulary) and trailing_colour(result, reading.vocabulary):
        return clause_becomes(reading, f"{target} in {result}", strict=True)
    named = low(result).startswith(_BECOMES_NOUN)
    if named and joint == "as" and reading.is_pronoun(target) and not reading.does("change"):
        return None
    swap = joint not in ("in", "by") and not low(result).startswith(("be ", "have ", "look "))
    return becomes(reading, target, result, swap=swap or named)


def read_so_changed(reading: Reading) -> Operations | None:
    """ "Rearrange the room so that it looks tidy": whatever the verb is, the end is told."""
    if " " in reading["verb"] or reading.is_background(reading["target"]):
        return None
    return _so_changed(reading, reading["target"], reading["outcome"])


def _so_changed(reading: Reading, target: str, outcome: str) -> Operations | None:
    """ "Change the lighting so that the sun comes from the left": the end is told, not the way."""
    subject = subject_of(reading, target)
    if not definite(target, reading.vocabulary) or subject.attribute == "colour":
        return None
    whole = reading.is_whole(target) or (not subject.owner and subject.attribute in ("scene", "style"))
    told = bare_result(_ITSELF.sub("", outcome))
    return [Alter(target=None if whole else reading.target(subject.owner or target), prompt=reading.spoken(told))]


def read_make(reading: Reading) -> Operations | None:
    """ "Make X Y", "let X Y", "what if X were Y", "X should be Y"."""
    clause, subject = reading["clause"].removeprefix("if "), reading["subject"]
    if low(clause).startswith(("sure ", "sense", "up ", "out ", "do ", "that happen")):
        return None
    if subject:
        return _wished(reading, subject, clause)
    said = low(reading.clause)
    if said.startswith("it ") and reading.verb != "make":
        return becomes(reading, "it", clause, swap=True)
    if said.startswith(("imagine", "i want", "i need", "i would", "i 'd")):
        return clause_becomes(reading, clause, strict=True)
    if having := _having(reading, clause):
        return having
    thing, leading, action = clause.partition(" to ")
    if leading and reading.verb == "get" and _is_deed(reading, thing, low(action)):
        return [Alter(target=reading.target(thing), prompt=reading.spoken(action))]
    thing, being, other = clause.partition(" be ")
    if being and definite(thing, reading.vocabulary) and is_other_sort(reading, thing, other):
        return becomes(reading, thing, other, swap=True)
    if (weather := weather_told(reading, clause)) and reading.verb != "get":
        return [Alter(prompt=reading.spoken(weather))]
    if (appearing := _APPEARING.search(clause)) or _speaks_of_new(reading, low(clause)):
        shown = _APPEARING.sub("", clause) if appearing else clause
        return [added(reading, _BEING.sub(" ", shown, count=1))]
    return clause_becomes(reading, clause, strict=reading.verb not in ("make", "let", "have", "get"))


def _is_deed(reading: Reading, thing: str, action: str) -> bool:
    """Whether a thing that is there is to do something: "get the eagle to spread its wings"."""
    first = action.split(" ")[0]
    there = definite(thing, reading.vocabulary) and not reading.is_whole(thing) and not reading.is_background(thing)
    return (
        there
        and first not in reading.vocabulary["words.determiner"]
        and first != "be"
        and not colour_in(action, reading.vocabulary)
    )


def _speaks_of_new(reading: Reading, clause: str) -> bool:
    """Whether what is to be or to do something is not there yet: "a man sit on the bench"."""
    rest = clause.split(" ", 2)[-1]
    acts = " move" in f" {rest}" or reading.vocabulary["states.verbs"].find(rest) is not None
    acts = acts or _GERUND.search(rest) is not None
    if clause.startswith(_INDEFINITE):
        placed = reading.verb == "get" and split_place(reading, clause)[1] is not None
        return reading.verb in ("let", "have", "") or (reading.verb in ("make", "get") and acts) or placed
    if clause.startswith(("someone ", "somebody ", "people ")):
        return True
    first = clause.split(" ")[0]
    appears = reading.verb in ("have", "let") or first in reading.vocabulary["hints.phenomena"]
    placed = appears and first not in reading.vocabulary["words.determiner"] and clause.count(" ") > 1
    return placed and not reading.is_pronoun(first) and split_place(reading, clause)[1] is not None


def _wished(reading: Reading, subject: str, clause: str) -> Operations | None:
    """ "X should be Y": an indefinite X is to be there, a definite one to change."""
    if (
        low(subject) in reading.vocabulary["hints.no_subject"]
        or low(subject).startswith(("needs", "need ", "has to"))
        or low(subject).endswith(("n't", " not", " never"))
        or low(clause).startswith(("too ", "not ", "so "))
    ):
        return None
    if low(subject).startswith(_INDEFINITE):
        return [added(reading, f"{subject} {_PRESENT.sub('', clause)}".strip())]
    clause = clause[4:] if low(clause).startswith("now be ") else clause
    having = _having(reading, f"{subject} {clause}") if low(clause).startswith("have ") else None
    if low(clause).startswith("be ") or low(reading.clause) == f"{low(subject)} be {low(clause)}":
        other = clause.removeprefix("be ")
        if is_other_sort(reading, subject, other):
            return becomes(reading, subject, other, swap=True)
    return having or becomes(reading, subject, clause, swap=_is_other_thing(low(clause)))


def _is_other_thing(clause: str) -> bool:
    """Whether a thing is wished to be another: "become a boat", "become paper boats"."""
    becoming = clause.startswith("become ") and clause.endswith("s") and not clause.endswith("ss")
    return becoming or clause.startswith((*_BECOMES_NOUN, "turn into "))


def _having(reading: Reading, clause: str) -> Operations | None:
    """ "the woman have red hair": a colour of a part; "the man have a hat": something new."""
    match = _HAVING.match(clause)
    if not match:
        return None
    owner, thing = match[1], _ON_ITSELF.sub("", match[2])
    last = low(owner).rpartition(" ")[2]
    if low(clause[len(owner) : len(owner) + 6]) == " with " and " " in owner and is_state(reading, last, last):
        return None
    owned = _DOING.search(low(owner)) or _SEEMING.search(low(owner)) or at_article(low(owner).split(" "))
    if owned or low(owner).startswith("it "):
        return None
    if coloured := _coloured_part(reading, owner, thing):
        return [coloured]
    stated = _FEATURE.search(low(thing)) or is_state(reading, thing, without_article(thing))
    if stated and not reading.is_whole(owner):
        return [Alter(target=reading.target(owner), prompt=reading.spoken(thing))]
    if low(thing) != low(match[2]) and not reading.is_whole(owner):
        return [Add(prompt=reading.spoken(thing), place=on_owner(reading, owner))]
    if " had " in low(clause) and not (low(thing).startswith(_INDEFINITE) or reading.is_whole(owner)):
        return [Alter(target=reading.target(owner), prompt=reading.spoken(thing))]
    if low(thing).startswith(_INDEFINITE):
        return [Add(prompt=reading.spoken(thing), place=None if reading.is_whole(owner) else on_owner(reading, owner))]
    return None


def _coloured_part(reading: Reading, owner: str, thing: str) -> Recolor | None:
    """The part of the owner that is to have a colour: "red hair"."""
    mass = low(thing).split(" ")[-1] in ("hair", "fur", "skin", "beard", "wool")
    words = (without_article(thing) if mass else thing).split(" ")
    if low(words[0]) in ("a", "an"):
        return None
    for size in range(min(4, len(words) - 1), 0, -1):
        colour = colour_in(" ".join(words[:size]), reading.vocabulary)
        if colour and len(words) - size <= 2:
            whose = reading.target(owner)
            part = Target(phrase=" ".join(words[size:]), part_of=whose.phrase, position=whose.position)
            return Recolor(target=part, colour=colour)
    return None


def read_enlarge(reading: Reading) -> Operations | None:
    """Another size of a thing; the picture's own size is the frame's business."""
    text = _MEASURE.sub("", reading["target"])
    of_size = _OF_SIZE.search(low(reading.clause)) is not None and reading.does("decrease")
    if not text or (reading.verb == "reduce" and not of_size) or _CANVAS.match(text):
        return None
    if reading.is_whole(text) or reading.is_clear_background(text):
        return None
    if subject_of(reading, text).attribute in ("colour", "style", "scene"):
        return None
    match = expression("bigger").search(low(reading.clause))
    prompt = _TIMES.get(low(reading.clause).split(" ")[0])
    prompt = prompt or next((prompt for name, prompt in _SCALE.items() if reading.does(name)), match and match.group())
    measured = _MEASURE.search(reading["target"])
    if prompt and measured and (told := measured["to"] or measured["until"]):
        prompt = f"{prompt}, {told}"
    return [Alter(target=target, prompt=prompt) for target in reading.targets(text)] if prompt else None


def read_state(reading: Reading) -> Operations | None:
    """Verbs that say the state themselves: "open the window", "whiten the teeth"."""
    text = reading["target"]
    if not text or reading.is_whole(text):
        return None
    verb = low(reading.clause)[: len(reading.clause) - len(text)].strip()
    if verb == "tone" and low(text).endswith(" down"):
        return None
    text = _OUT.sub("", text)
    until = measured["until"] if (measured := _MEASURE.search(text)) else None
    text = expression("for_look").sub("", _PARTICLE.sub("", _MEASURE.sub("", text)))
    text = _MORE.sub("", text)
    text, extent = (text[: far.start()], far.group()) if (far := _EXTENT.search(text)) else (text, "")
    bare = " " in text and not definite(text, reading.vocabulary)
    if (bare and verb in reading.vocabulary["hints.nouns_too"]) or (verb in _VAGUE and scene_in(reading, text)):
        return None
    if verb == "whiten" and re.search(r"teeth|tooth", low(text)):
        return [Recolor(target=target, colour="white") for target in reading.targets(text)]
    prompt = reading.vocabulary.tables["words"]["state_verbs"].get(verb, verb)
    prompt = f"{prompt} {until}" if until else f"{prompt}{extent}"
    return [Alter(target=target, prompt=reading.spoken(prompt)) for target in reading.targets(text)]


def read_transformed(reading: Reading) -> Operations | None:
    """ "Bury the town under snow", "calm the sea until it is smooth": the verb is what becomes of the thing."""
    target, how = reading["target"], reading["how"]
    if how and reading.is_whole(target) and not reading.is_pronoun(target):
        return [
            Alter(prompt=reading.spoken(f"{participle(reading.verb)} {reading.clause.partition(target)[2].strip()}"))
        ]
    if not (definite(target, reading.vocabulary) or reading.is_pronoun(target)):
        return None
    done = reading.vocabulary.tables["words"]["participles"].get(reading.verb) or participle(reading.verb)
    behind = reading.clause.partition(target)[2].strip() if how else ""
    prompt = f"{done} {reading.spoken(behind)}".strip()
    if reading.is_whole(target) or reading.is_background(target):
        return [Alter(prompt=prompt)]
    return [Alter(target=one, prompt=prompt) for one in reading.targets(target)]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "replace": read_replace,
        "replace_place": read_replace_place,
        "recolor": read_recolor,
        "paint": read_paint,
        "change": read_change,
        "make": read_make,
        "enlarge": read_enlarge,
        "state": read_state,
        "so_changed": read_so_changed,
        "transformed": read_transformed,
    }
