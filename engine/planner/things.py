"""Reading changes of the things in a picture: replaced, recoloured, reshaped, in another state."""

from __future__ import annotations

from typing import Any

from engine.expressions import regex
from engine.operations import (
    Add,
    Alter,
    Recolor,
    Target,
)
from engine.planner.additions import added, on_owner, split_place
from engine.planner.changes import becomes, subject_of
from engine.planner.colours import colour_in, trailing_colour
from engine.planner.cuts import at_article, clause_becomes
from engine.planner.looks import weather_told
from engine.planner.normalise import low
from engine.planner.placing import shifted_into
from engine.planner.reading import Operations, Reading, definite, without_article
from engine.planner.replacing import read_replace, read_replace_place
from engine.planner.states import bare_result, is_other_sort, is_state
from engine.planner.tone import tones_of
from engine.planner.vocabulary import expression

_OUTCOME_LEAD = regex(r"^(?:that )?(?:(?:it|they|he|she)(?: (?:is|are))? )?")
_INDEFINITE = ("a ", "an ", "some ", "two ", "three ", "several ")
_JOINTS = frozenset(["into", "to", "for", "with", "as", "in", "by", "becomes"])
"""What stands between a thing and what it becomes."""
_BECOMES_NOUN = ("be a ", "be an ", "a ", "an ", "become a ")
_SOMEBODY_BE = regex(r"some(?:one|body) be ")
_PRESENT = regex(r"(?i)^(?:also |to )*(?:be )?(?:visible|present|there|added|shown)?")
_BEING = regex(r"(?i) (?:to )?be (?:(?:added|placed|put|inserted|shown|seen|visible|present) )?(?=\S)")
_APPEARING = regex(
    r"(?i)(?<=\w) appear(?:ing)?(?=$| (?:in|on|at|over|above|behind|beside|next|near|under|from|between) )"
)
"""What is not there yet, article or not: "let the moon appear over the barn"."""
_TONES = regex(
    r"(?:it|this|that|everything|the (?:picture|photo|image)) (?P<how>[^,]+) , "
    r"(?:and |but )?(?:less|more|not (?:so|as)) "
)
"""What of the whole picture is a list of wishes, and no description: "it warmer, less blue"."""
_ITSELF = regex(r"(?i)^(?:it|they|he|she)(?:'s|'re)? (?:(?:is|are|looks?|appears?|seems?|becomes?) )?(?=\S)")
_HAVING = regex(r"(?i)(.{1,120}?) (?:to have|have|had|has|having|with) (.+)$")
_ON_ITSELF = regex(r"(?i)(?<=\S) (?:on|in|inside)(?: (?:it|them|him|her))?$")
_SEEMING = regex(r" (?:as if|as though|like|so|so that)(?: (?:it|he|she|they))?$")
_DOING = regex(r" be(?: |$)|ing$")
_GERUND = regex(r"(?:^| )[a-z]{3,}ing(?: |$)")
_FEATURE = regex(r"\b(?:face|look|smile|expression|mouth|pose|head of (?:[a-z]+ )*hair)\b")


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
    if (listed := _TONES.match(low(clause))) and tones_of(listed["how"]):
        return None
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
    named = " " not in thing and not reading.is_pronoun(thing) and first in reading.vocabulary["states.verbs"]
    there = named or definite(thing, reading.vocabulary)
    return (
        there
        and not (reading.is_whole(thing) or reading.is_background(thing))
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
    if low(subject).startswith(_INDEFINITE) or _SOMEBODY_BE.match(f"{low(subject)} {low(clause)}"):
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
    told = low(thing).split(" ")
    acts = len(told) > 2 and told[0] == "the" and told[-1] in reading.vocabulary["states.verbs"]
    with_it = low(clause[len(owner) : len(owner) + 6]) == " with "
    if with_it and (acts or _has_state(reading, low(owner).split(" "))):
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


def _has_state(reading: Reading, owner: list[str]) -> bool:
    """Whether the words tell what the owner does or is like, to which the rest belongs: "the dog sit", "he cry"."""
    last, verbs = owner[-1], reading.vocabulary["states.verbs"]
    if len(owner) > 1 and (last in verbs or is_state(reading, last, last)):
        return True
    return any(word in verbs and owner[index + 3] == "the" for index, word in enumerate(owner[2:-2]))


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


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "replace": read_replace,
        "replace_place": read_replace_place,
        "change": read_change,
        "make": read_make,
        "so_changed": read_so_changed,
    }
