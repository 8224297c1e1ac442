""" "Make X Y" without a word between X and Y: where the thing ends and what becomes of it begins."""

from __future__ import annotations

import re

from engine.expressions import regex
from engine.planner.changes import becomes
from engine.planner.colours import colour_in, trailing_colour
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, before_article
from engine.planner.states import is_other_sort
from engine.planner.tone import tones_of
from engine.planner.vocabulary import expression

_SO_THAT = regex(r" (?:so (?:that )?(?:it|they) (?:is|are|looks?|appears?|turns?|becomes?) )")
_AS_IF = regex(r" as (?:if|though) ")
_JOINTS = (" and", " then", " ,", " or")
"""Behind these another action of the same thing begins, which does not part it from what it does first."""
_LINKED = expression("linked")
_ARTICLES = ("the", "a", "an")
_HOW_FAR = ("half", "already", "fully", "partly", "partially", "nearly", "almost", "completely", "entirely")
_WHICH_HALF = ("top", "bottom", "left", "right", "upper", "lower", "other", "front", "back", "first", "second", "the")
_OF_WHAT = (" of", " in", " with")
_LISTING = ("and", "or", "then", ",")
_MANNER = regex(r"(?!butterfly|dragonfly|family|assembly)[a-z]{3,}[a-z]ly")
"""What says of a state how it came about: "the sheep freshly shorn"."""
_OWN = ("its", "his", "her", "their")
_BEHIND_ADJECTIVE = ("than ", "and ", "with ", "in ", "as ", "like ", ",", "so ")
_BEFORE_NOUNS = ("in", "on", "with", "of", "like", "wearing", "holding", "near", "at", "by", "to")

_ALIKE = regex(r" (?:just |exactly )?(?:like|as in) (?:the|an?|in|on|that|those) .+$")
"""What a colour is compared with: "red like a fire engine"."""
_LESS = regex(
    r"(?:(?:it|this|that|everything) )?"
    r"(?:(?:a )?(?:little bit|bit|little|touch|tad|lot) |slightly |much |way |far )?less \S+$"
)
"""Less of a colour is no colour that the picture gets."""


def clause_becomes(reading: Reading, clause: str, *, strict: bool = False) -> Operations | None:
    """ "make" without a word between thing and result: "the car blue", "the dog look up", "it a cheese pizza"."""
    if _LESS.match(low(clause)):
        return None
    alike = _ALIKE.search(low(clause))
    if alike and trailing_colour(clause[: alike.start()], reading.vocabulary):
        clause = clause[: alike.start()]
    if both := _shared(reading, clause):
        return both
    for thing, result in _cuts(reading, clause, strict):
        found = becomes(
            reading,
            thing,
            result,
            swap=low(result).startswith(("into ", "a ", "an ", "be a ", "be an ", "turn into ", "become a "))
            or is_other_sort(reading, thing, result),
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
    cuts: list[tuple[str, str]] = []
    if size := _pronoun(reading, low(clause)):
        cuts.append((clause[:size], clause[size + 1 :]))
    coloured = trailing_colour(clause, reading.vocabulary)
    if coloured and " be " not in low(coloured.thing) and not low(coloured.thing).endswith(_JOINTS):
        cuts.append((coloured.thing, coloured.colour))
    words = clause.split(" ")
    lower = [low(word).strip(",") or "," for word in words]
    for pattern in (_SO_THAT, expression("result_lead")):
        match = pattern.search(low(clause))
        if match and not clause[: match.start()].endswith(_JOINTS):
            ends = clause.count(" ", 0, match.start())
            acts = match.re is not _SO_THAT and ends > 1 and lower[ends] in reading.vocabulary["states.verbs"]
            index = ends if acts and lower[ends + 1] == "into" else 0
            cuts.append((" ".join(words[:index]), " ".join(words[index:])) if index else _parted(clause, match))
    as_if = _AS_IF.search(low(clause))
    if as_if and (acting := _at_state(reading, low(clause)[: as_if.start()].split(" "), strict)):
        cuts.insert(0, (" ".join(words[:acting]), " ".join(words[acting:])))
    state = _at_state(reading, lower, strict)
    if (deed := _at_deed(reading, lower)) and deed <= (state or deed):
        cuts.insert(0, (" ".join(words[:deed]), " ".join(words[deed:])))
    for index in (state, at_article(lower), None if strict else _at_end(reading, lower)):
        if index:
            cuts.append((" ".join(words[:index]), " ".join(words[index:])))
    parted = [(unlinked(thing).strip(), result.strip()) for thing, result in map(_half_told, cuts)]
    return [(thing, result) for thing, result in parted if thing and result]


def _parted(clause: str, match: re.Match[str]) -> tuple[str, str]:
    return clause[: match.start()], clause[match.end() :]


def _half_told(cut: tuple[str, str]) -> tuple[str, str]:
    """ "The banana half | peeled": how far belongs to the state."""
    thing, result = cut
    head, _, last = thing.rpartition(" ")
    told = low(last) in _HOW_FAR and " " in head and low(head).rsplit(" ", 1)[-1] not in _WHICH_HALF
    return (head, f"{last} {result}") if told else cut


def unlinked(thing: str) -> str:
    """The thing without the words that lead on to what becomes of it: "the sky needs to be a bit more" -> "the sky"."""
    return _LINKED.sub("", thing)


def _pronoun(reading: Reading, small: str) -> int:
    """The length of the pronoun a clause opens with; 0 where it only points: "this car", "the area at the top"."""
    pronoun = reading.vocabulary["words.pronoun"].leading(small)
    if not pronoun or pronoun == small:
        return 0
    rest = small[len(pronoun) + 1 :]
    acts = reading.vocabulary["states.verbs"].leading(rest) is not None
    points = pronoun in ("this", "that", "these", "those", "her") and not acts and _noun_follows(reading, rest)
    placed = " " in pronoun and rest.startswith(("at the ", "in the ", "on the "))
    return 0 if points or placed else len(pronoun)


def _at_state(reading: Reading, lower: list[str], strict: bool) -> int | None:
    """The first word that says what the thing does or is like: "the dog | look up", "the door | open"."""
    verbs, adjectives = reading.vocabulary["states.verbs"], reading.vocabulary["states.adjectives"]
    for index in range(1, len(lower)):
        rest, before = " ".join(lower[index:]), lower[index - 1]
        acts = (
            verbs.leading(rest)
            and index > int(strict)
            and not at_article(lower[:index])
            and before not in (*_ARTICLES, "his", "her", "its", "their", "to")
            # "The blue | box": a colour is of the noun behind it.
            and not colour_in(before, reading.vocabulary)
        )
        adjective = adjectives.leading(rest)
        is_like = adjective is not None and (
            adjective == rest
            or adjective.endswith(_OF_WHAT)
            or rest[len(adjective) + 1 :].startswith(_BEHIND_ADJECTIVE)
        )
        going_on = lower[index].endswith("ing") and index > 1 and before not in (*_ARTICLES, *_LISTING)
        if acts or is_like or going_on:
            return index
    return None


def _at_deed(reading: Reading, lower: list[str]) -> int | None:
    """The verb before what it is done to: "the dog | shut its mouth", "the boy | lick the ice cream"."""
    vocabulary, told = reading.vocabulary, reading.verb in ("let", "have")
    for index in range(1, len(lower) - 1):
        verb, article = lower[index], lower[index + 1]
        if index == 1 and not (article in _OWN and verb in vocabulary["states.verbs"]):
            continue
        acts = told or verb in vocabulary["states.verbs"] or verb in vocabulary["states.deeds"]
        done = article in _OWN or (acts and article in _ARTICLES)
        named = lower[index - 1] in (*_BEFORE_NOUNS, *_LISTING, *_ARTICLES, *_OWN)
        if done and not named and not before_article(verb, vocabulary):
            return index
    return None


def at_article(lower: list[str]) -> int | None:
    """The article that opens what the thing becomes: "the dog | a cat"; not one behind a preposition."""
    for index in range(2, len(lower)):
        if lower[index] in ("a", "an") and lower[index - 1] not in _BEFORE_NOUNS:
            return index
    return None


def _at_end(reading: Reading, lower: list[str]) -> int | None:
    """The last word, with what strengthens it: "the train | really modern"."""
    if len(lower) < 3 or lower[0] not in reading.vocabulary["words.definite"]:
        return None
    if lower[-2] in (*_ARTICLES, *_OWN, *_BEFORE_NOUNS):
        return None
    strengthened = lower[-2] in reading.vocabulary["states.strengtheners"] or _MANNER.fullmatch(lower[-2])
    strengthened = len(lower) > 3 and strengthened
    return len(lower) - (2 if strengthened else 1)


def _noun_follows(reading: Reading, rest: str) -> bool:
    """ "this car blue" against "this blue": whether a noun stands behind the demonstrative."""
    return (
        " " in rest
        and colour_in(rest, reading.vocabulary) is None
        and tones_of(rest) is None
        and not rest.startswith(("a ", "an ", "look", "more ", "less ", "into ", "be "))
    )
