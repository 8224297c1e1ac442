"""Clauses reduced to what they ask for: without reasons, purposes, thanks and what they are not."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from engine.expressions import regex
from engine.planner.asides import by_means, without_contrast
from engine.planner.clauses import MAX_CLAUSE, ordered
from engine.planner.colours import colour_in, trailing_colour
from engine.planner.descriptions import is_change_without_result, without_constraints
from engine.planner.normalise import SHARED, low
from engine.planner.openings import begins_request, strip_openers
from engine.planner.purposes import shaped, without_past, without_use
from engine.planner.vocabulary import Vocabulary, expression
from engine.planner.word_order import leads_in, verb_first

_FRAMING = frozenset(["crop", "resize", "upscale", "expand", "rotate", "flip"])
_MAKING = frozenset(["add", "put", "write", "generate"])
_PURPOSE = regex(r" for (?:my|our|your|his|her|their|the) ")
_WIDENING = frozenset(["zoom", "pull", "move", "step", "widen", "take", "dolly", "show"])
"""First words of the ways to zoom out, whose ends tell what is to be seen then."""
_CONTRARY = regex(r"(?: ,)? (?:and not|not|rather than|instead of|and no longer|no longer) (\S+(?: \S+)?)$")
_DOING = regex(r" (?:be|being|is|are) (?:[a-z]+ ){0,3}?[a-z]{3,}ing\b")
_NOT_DOING = regex(
    r"(?: ,)? (?:and |but )?(?:not|instead of|no longer) (?:just |only |simply |still )?[a-z]{3,}ing\b[^,]*$"
)
_POSING = regex(r"(?:have|make|let|get|show) (?:the|my|his|her|their|our|this|that|both) ")
_VERDICT = expression("verdict")
_MEANWHILE = expression("meanwhile")
_CONDITION = expression("condition")
_HOPE = expression("hope")
_REMARK = expression("remark_behind")
_LEFT = frozenset(["left", "kept"])
"""What "as they are" behind them is no reason for."""
_REASON_BEHIND = expression("reason_behind")
_WITHOUT_DOING = regex(r"(?:(?:it|them|him|her|anything|everything) )?\S*ing\b")
_FOR_USE = expression("for_use")
_MANNER = regex(r" , [a-z]{4,14}ly$")
"""How it is to be done, which only a change of the frame needs to know: ", horizontally"."""
_SIZED = regex(r"\d|\b(?:square|twice|double|two|three|four|six|eight|portrait|landscape|widescreen)\b")
"""What tells a shape or a size, whatever it is for."""
_IS = regex(r"(?i) (?:is|are|was|were) ")


@cache
def _picture_phrase(nouns: tuple[str, ...], modifiers: tuple[str, ...]) -> re.Pattern[str]:
    modifier, noun = "|".join(map(re.escape, modifiers)), "|".join(map(re.escape, nouns))
    return re.compile(
        r" (?:to|in|from|of|on|within|into|across|throughout|inside|for|with|at) (?:the|this|that|my|our|your|an|these)"
        rf"(?: (?:{modifier}))* (?:{noun})(?: above| here| shared above| below| itself|{SHARED})?"
        r"(?= (?!on|above|hanging|frame)|$)"
    )


def meanwhile(clause: str) -> str:
    """The clause without small words in its middle that change nothing: "increase contrast now by 20"."""
    return _MEANWHILE.sub("", clause)


def strip_tail(text: str, vocabulary: Vocabulary) -> str:
    """The clause without trailing politeness."""
    while (tail := vocabulary["words.filler_tail"].trailing(low(text))) and len(tail) < len(text):
        text = text[: -len(tail)].rstrip(" ,")
    return text


def _thankless(text: str, vocabulary: Vocabulary) -> str:
    """The clause without the thanks behind what it is for: "square crop for my profile pic thank you"."""
    return strip_tail(text, vocabulary) if " for " in text and " thank" in low(text) else text


def _strip_purpose(text: str, vocabulary: Vocabulary) -> str:
    """The clause without what a change of the frame is for: "crop to 16:9 for my banner"."""
    classes = vocabulary.openings.get(low(text).split(" ")[0], ())
    text = shaped(text) if "crop" in classes else text
    before, purpose, _ = text.partition(" for ")
    if purpose and not _FRAMING.isdisjoint(classes) and _SIZED.search(before):
        return before
    text = without_use(text, vocabulary, written="write" in classes)
    pattern = _FOR_USE if _FRAMING.isdisjoint(classes) and _MAKING.isdisjoint(classes) else _PURPOSE
    match = pattern.search(low(text))
    return text[: match.start()] if match and not (pattern is _PURPOSE and _FRAMING.isdisjoint(classes)) else text


def _strip_reasons(text: str, vocabulary: Vocabulary) -> str:
    """The clause without what must stay as it is, or why: ", keeping its shape", "so it pops"."""
    words = low(text).split(" ")
    openings = (" ".join(words[:size]) for size in range(1, 6)) if words[0] in _WIDENING else ()
    if any("zoom_out" in vocabulary.openings.get(opening, ()) for opening in openings):
        return text
    tails = vocabulary["words.keep_tail"]
    offset = 0
    for index, word in enumerate(words):
        if index > 1 and word == "without" and _WITHOUT_DOING.match(" ".join(words[index + 1 : index + 3])):
            return text[: offset - 1].rstrip(" ,")
        told = index > 1 and words[index - 1] not in _LEFT and tails.opens(word)
        told = told and tails.leading(" ".join(words[index : index + 5])) is not None
        told = told and not (word == "so" and is_change_without_result(words[:index], vocabulary))
        if told and not _measured(word, words[index:]):
            return text[: offset - 1].rstrip(" ,")
        offset += len(word) + 1
    return text


def _without_contrary(text: str, vocabulary: Vocabulary) -> str:
    """The wish without the colour or the number that it is not: "teal not purple", "10, not 7" -> "teal", "10"."""
    if (doing := _NOT_DOING.search(low(text))) and _DOING.search(low(text), 0, doing.start()):
        return text[: doing.start()]
    match = _CONTRARY.search(low(text))
    if match is None:
        return text
    rest = text[: match.start()]
    states = vocabulary["states.adjectives"]
    acts = match.group(1).endswith("ing") and low(rest).rsplit(" ", 1)[-1].endswith("ing")
    stated = match.group(1) in states or (match.group(1).endswith("ing") and low(rest).rsplit(" ", 1)[-1] in states)
    numbers = match.group(1).isdigit() and rest[-1:].isdigit()
    colours = colour_in(match.group(1), vocabulary) and trailing_colour(rest, vocabulary)
    posed = _POSING.match(low(text)) and match.group(1).split(" ")[0] in vocabulary["states.verbs"]
    return rest if numbers or colours or acts or stated or posed else text


def _measured(word: str, rest: list[str]) -> bool:
    """Whether the reason behind a comma tells an amount: ", it's tilting 2 degrees"."""
    return word == "," and any(one[:1].isdigit() for one in rest)


@lru_cache(maxsize=256)
def tidy(clause: str, vocabulary: Vocabulary) -> str:
    """The clause reduced to what it asks for, in the order verb first where a passive hid it."""
    text = strip_openers(clause[:MAX_CLAUSE], vocabulary)
    opened = len(text) < len(clause)
    text = without_past(text, vocabulary)
    if (remark := _REMARK.search(low(text))) and remark.start() > 0 and not _waits(text[: remark.start()], vocabulary):
        text = text[: remark.start()]
    verdict = _VERDICT.search(low(text))
    if verdict and text[: verdict.start()].count(" ") >= 1:
        text = text[: verdict.start()]
    if low(text).split(" ")[0].endswith("ing"):
        text = re.split(r" (?:will|would|may|might|could) ", text)[0]
        text = ordered(text, vocabulary) if opened else text
    words = vocabulary.tables["words"]["words"]
    text = _without_contrary(text, vocabulary)
    text = without_constraints(_strip_reasons(_REASON_BEHIND.sub("", text), vocabulary), vocabulary)
    text = without_contrast(_strip_purpose(_thankless(text, vocabulary), vocabulary), vocabulary)
    if " by " in text:
        text = by_means(text, vocabulary, lambda rest: begins_request(rest, vocabulary))
    text = strip_tail(text, vocabulary)
    picture = _picture_phrase(tuple(words["picture"]), tuple(words["whole_modifier"]))
    shorter = picture.sub("", f" {text}").strip() if len(text.split(" ")) > 2 else text
    turned = verb_first(shorter or text, vocabulary, lambda rest: begins_request(rest, vocabulary))
    text = strip_tail(turned, vocabulary)
    manner = _MANNER.search(low(text))
    if manner and _FRAMING.isdisjoint(vocabulary.openings.get(low(text).split(" ")[0], ())):
        text = text[: manner.start()]
    return text.strip(" ,.")


def _waits(text: str, vocabulary: Vocabulary) -> bool:
    """Whether the words only say where or for what: "on the left", "for the shirt"."""
    return leads_in(text, vocabulary) or (low(text).startswith(("for ", "as ")) and "," not in text)


def conditional(clause: str, vocabulary: Vocabulary) -> list[str]:
    """What is asked for behind "it would be better if you ..." and "... if the boat was pink"; none of no such kind."""
    if match := _CONDITION.match(low(clause)):
        return [tidy(clause[match.end() :], vocabulary)] if match.end() < len(clause) else []
    match = _HOPE.match(low(clause))
    if match is None:
        return []
    wished = _IS.sub(" should be ", clause[match.end() :], count=1)
    return [tidy(wished, vocabulary), f"what if {wished}"]
