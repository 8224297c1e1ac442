"""Reading one thing for another: swapped, traded, "a cat where the dog is", "instead of the dog, a cat"."""

from __future__ import annotations

import re

from engine.expressions import regex
from engine.operations import Alter, Background, Recolor, Remove, Replace
from engine.planner.additions import given, split_place
from engine.planner.amounts import number
from engine.planner.background import background_becomes, is_place_behind, is_scenery
from engine.planner.changes import becomes, subject_of
from engine.planner.colours import colour_in
from engine.planner.looks import scene_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, definite, without_article
from engine.planner.states import is_expression, is_state
from engine.planner.targets import NUMBERS
from engine.planner.vocabulary import expression

_THIS_ONE = regex(
    r"(?:this|that)(?: one)?|the (?:current|old|existing|present|original|real|actual) one|what's there(?: now)?"
)
_MADE_TO = regex(r"(?:let|make|get) (?!(?:there|it (?:be )?(?:an?|some)) )")
_PLACED = regex(r"(?i).{2,80}? (?:in|on|at|inside) (.+)$")
_SHALL_BE = regex(
    r"(?i)((?:the|this|that|his|her|my|their|its|our|these|those) .{1,60}?) "
    r"(?:should|must|could|ought to|needs to) be (.+)"
)
_SEATED = regex(
    r"(?i)(?:(?:show|put|place|have|let) )?"
    r"(?:he|she|it|they|we|i|me|us|him|her|them|(?:the|this|that|his|her|my|their|our|these|those) .{1,60}?) "
    r"(?:(?:should|must|could|ought to|needs? to) (?:now )?be )?(?:[a-z]+ing )?(?:in|on|at|inside) (?P<where>.+)"
)
_JOINT_OF_NEW = regex(r" (?:with|for|by) (?=(?:an?|some|another|two|three|four|five|several) )")
_STANDS = regex(
    r"(?i)(?: (?:is|are|was|were|used to be))?(?: (?:now|currently|standing|sitting|lying|hanging|parked|placed|"
    r"stands?|stood|sits?|sat|hangs?|hung|lies|lay|used to (?:be|stand|sit|hang)))?(?: (?:now|currently|right now))?$"
)
"""How a thing is where it is, said behind it: "where the lamp stands now"."""
_NAMED_ONE = regex(
    r"(?i)((?:the|this|that|his|her|their|its|my|our) (?!current|old|existing|present|original|real|actual)\S+) one"
)
"""What is called by what comes for it: "a round door instead of the square one"."""
_THERE_IS = regex(r"(?i)^there (?:is|are|was|were) ")
_POSED = regex(r" (?:sitting|standing|lying|resting|hanging|parked|floating)$")
"""How the new thing is to be there, said before "where the old one is"."""
_IN_BACKGROUND = regex(r"(.+) (?:in|of) the (?:background|backdrop)")
_ASKING = ("could", "would", "can", "should", "may")
"""How a question begins that tells of somebody, and of nothing that is to be put in."""
_JOINTS = frozenset(["with", "by", "for", "into", "against"])
_BEHIND_NOUN = regex(r" (?:in|on|with|of|at|over|behind) ")
_NOTHING_NEW = regex(
    r"(?:.* )?(?:me|us|it|them|him|her)|(?:the|this|that|my|his|her|its|our|their) .*(?: should | must | could ).*"
)
"""Before "where it is": somebody who is told of, or what is there already and shall do something else."""
_INDEFINITE = ("a ", "an ", "some ", "two ", "three ", "several ")


def read_replace(reading: Reading) -> Operations | None:
    """One thing for another; where only its colour differs it is recoloured."""
    target, prompt = _parted_later(reading, reading["target"], reading["prompt"])
    if not target or not prompt:
        return None
    if _stands_in(reading, target, prompt):
        target, prompt = prompt, target
    if low(prompt).startswith(_INDEFINITE) and reading.vocabulary["words.background"].trailing(low(prompt)):
        return background_becomes(reading, without_article(prompt))
    placed = _IN_BACKGROUND.fullmatch(low(target))
    surroundings = placed and reading.vocabulary["scenes.behind"].trailing(placed[1])
    if surroundings and is_scenery(reading, prompt):
        return [Background(action="replace", prompt=reading.spoken(without_article(prompt)))]
    behind, _, somebody = target.partition(" behind ")
    if somebody and reading.is_clear_background(behind):
        return background_becomes(reading, prompt)
    if is_place_behind(reading, target):
        return [Background(action="replace", prompt=reading.spoken(without_article(prompt)))]
    if subject_of(reading, target).attribute or reading.is_clear_background(target):
        return becomes(reading, target, prompt, swap=True)
    if reading.is_whole(target) and not reading.is_pronoun(target):
        return None
    if is_expression(_BEHIND_NOUN.split(low(target))[0]):
        return [Alter(target=reading.target(target), prompt=reading.spoken(prompt))]
    same = becomes(reading, target, prompt, swap=True)
    shaded = bool(reading["old"]) and colour_in(reading["old"], reading.vocabulary) is not None
    fruit = not shaded and without_article(low(prompt)) in reading.vocabulary["colours.things"]
    if same and isinstance(same[0], Recolor) and not fruit:
        behind = (same[0].target.relation or "").startswith("behind ")
        return [Background(action="colour", colour=same[0].colour)] if behind and " a " in f" {prompt}" else same
    if low(prompt) in reading.vocabulary["hints.nothing"]:
        return [Remove(target=reading.target(target))]
    return [Replace(target=reading.target(target), prompt=reading.spoken(prompt))]


def _parted_later(reading: Reading, target: str, prompt: str) -> tuple[str, str]:
    """The thing and what comes for it where the first joint belongs to the thing: "the man with the hat | a robot"."""
    later = _JOINT_OF_NEW.search(low(prompt)) if definite(prompt, reading.vocabulary) else None
    joint = reading.joint(target, _JOINTS, prompt) if later else None
    if later is None or joint is None:
        return target, prompt
    return f"{target} {joint} {prompt[: later.start()]}", prompt[later.end() :]


def _stands_in(reading: Reading, one: str, other: str) -> bool:
    """Whether the first thing named is the new one: "substitute a taco for the hot dog"."""
    stand_in = reading.verb in ("substitute", "sub") and not definite(one, reading.vocabulary)
    swapped = stand_in or low(one).startswith(_INDEFINITE)
    return swapped and " for " in low(reading.clause) and definite(other, reading.vocabulary)


def read_replace_place(reading: Reading) -> Operations | None:
    """ "Put a cat where the dog is", "instead of the dog, a cat"."""
    if low(reading["prompt"]).split(" ")[0] in _ASKING:
        return None
    where = " where " in reading.clause
    if where and (split_place(reading, reading["prompt"])[1] or low(reading["target"]) in ("it", "they")):
        return None
    if where and _NOTHING_NEW.fullmatch(low(reading["prompt"])):
        return None
    named = _NAMED_ONE.fullmatch(reading["target"])
    head = _BEHIND_NOUN.split(low(reading["prompt"]))[0].split(" ")[-1] if named else ""
    target = reading.target(f"{named[1]} {head}" if named else _STANDS.sub("", _THERE_IS.sub("", reading["target"])))
    placed = _PLACED.match(reading["prompt"]) if reading.does("put", "show") else None
    if placed and definite(reading["prompt"], reading.vocabulary) and is_scenery(reading, placed.group(1)):
        return [Background(action="replace", prompt=reading.spoken(placed.group(1)))]
    old = reading["target"]
    seated = _SEATED.fullmatch(reading["prompt"])
    if seated and (is_scenery(reading, old) or is_scenery(reading, seated["where"])):
        return [Background(action="replace", prompt=reading.spoken(seated["where"]))]
    told = _SHALL_BE.fullmatch(reading["prompt"])
    if told and (colour_in(old, reading.vocabulary) or is_state(reading, old, old)):
        return becomes(reading, told[1], told[2], swap=False)
    stuff = low(reading["target"]) in reading.vocabulary["states.stuffs"]
    counted = number(reading["target"]) is not None or low(reading["target"]) in NUMBERS
    if (
        (not target.phrase and not target.previous)
        or counted
        or (not stuff and is_state(reading, reading["target"], reading["target"]))
    ):
        return None
    prompt = expression("instead_prompt").sub("", _POSED.sub("", reading["prompt"]))
    prompt = given(reading, f"{reading['who']} {prompt}") if reading["who"] else prompt
    verb, _, new = prompt.partition(" ")
    prompt = new if low(verb) in reading.vocabulary.base_forms and low(new).startswith(_INDEFINITE) else prompt
    held = expression("held_prompt").sub("", prompt)
    if held == prompt and _MADE_TO.match(low(reading.clause)):
        return None
    prompt = held
    if scene_in(reading, reading["target"]) and scene_in(reading, prompt):
        return [Alter(prompt=reading.spoken(prompt))]
    if (stuff or colour_in(reading["target"], reading.vocabulary)) and (coloured := _leading_colour(prompt, reading)):
        return [coloured]
    if not reading.verb and low(prompt).split(" ")[0] in reading.vocabulary.base_forms:
        return None
    if _THIS_ONE.fullmatch(low(reading["target"])) and not (reading.context.history or reading.context.mask):
        prompt = re.sub(r"(?i)^in (?=an? )", "", prompt)
        target = reading.target(_BEHIND_NOUN.split(prompt)[0].split(" ")[-1])
    return [Replace(target=target, prompt=reading.spoken(prompt))]


def _leading_colour(prompt: str, reading: Reading) -> Recolor | None:
    """ "Green eyes", said instead of "brown": the eyes are to be green."""
    words = without_article(prompt).split(" ")
    for size in (2, 1):
        colour = colour_in(" ".join(words[:size]), reading.vocabulary) if len(words) > size else None
        if colour:
            return Recolor(target=reading.target(" ".join(words[size:])), colour=colour)
    return None
