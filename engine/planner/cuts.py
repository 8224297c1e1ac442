""" "Make X Y" without a word between X and Y: where the thing ends and what becomes of it begins."""

from __future__ import annotations

import re

from engine.planner.changes import becomes
from engine.planner.colours import colour_in, trailing_colour
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.tone import tones_of


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
            (
                verb
                and index > (1 if strict else 0)
                and lower[index - 1] not in ("the", "a", "an", "his", "her", "its", "their", "to")
            )
            or ends
            or (lower[index].endswith("ing") and index > 1 and lower[index - 1] not in ("the", "a", "an"))
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
