"""Reading spoken sentences by their words alone: one tone or turn, one way, one amount, whatever stands around them."""

from __future__ import annotations

from typing import Final

from engine.expressions import regex
from engine.operations import Add, Adjust, Alter, Context, Operation, Recolor, Rotate
from engine.planner.amounts import numerals, take_degree
from engine.planner.followups import bare
from engine.planner.normalise import low, only_words
from engine.planner.reading import Operations
from engine.planner.tinting import colour_spoken_of
from engine.planner.tone import Tone, tone_of, verb_tone
from engine.planner.turning import way_of
from engine.planner.vocabulary import Vocabulary, expression

_RAISED: Final = expression("spoken_raising")
_LOWERED: Final = expression("spoken_lowering")
_TURN: Final = regex(r"\b(?:rotat(?:e|ed|ing|ion)|tilt(?:ed|ing)?|turn(?:ed|ing)?|spin|degrees?)\b")
_WAY: Final = regex(r"\b(?:left|right|(?:anti|counter)?[- ]?clock[- ]?wise|anti[- ]?clock)\b")
_NUMBER: Final = regex(r"(?<![\w.])[+-]?\d{1,3}(?:\.\d+)?(?= |%|°|$)")
_ELLIPTICAL: Final = expression("elliptical_word")
_BY_SO_MUCH: Final = expression("by_so_much")
_WORD: Final = regex(r"[a-z]+")
_FILLED: Final = "full"
"""What becomes of a thing that is said to be empty, until it is told what shall be there."""
MAX_WORDS: Final = 40


def spoken(clause: str, context: Context, vocabulary: Vocabulary) -> Operations | None:
    """What a sentence asks for in which a single tone, a turn or the picture's colour is named; None where none is."""
    small = numerals(low(clause))
    words = _WORD.findall(small)
    if len(words) > MAX_WORDS:
        return None
    if coloured := colour_spoken_of(clause, context, vocabulary):
        return [coloured]
    amounts = {float(match.group()) for match in _NUMBER.finditer(small)}
    if len(amounts) != 1:
        return None
    amount = amounts.pop()
    if _TURN.search(small) and (side := _WAY.search(small)):
        return [Rotate(degrees=abs(amount) * way_of(side.group(), 1.0))]
    tone = _tone(words, vocabulary)
    last = context.history[-1] if context.history else None
    if tone is None and isinstance(last, Adjust) and (further := _gone_on(small, last)):
        return [further]
    way = tone.direction or _way(small) if tone else 0
    return [Adjust(property=tone.property, amount=min(100.0, abs(amount)) * way)] if tone and way else None


def _gone_on(small: str, last: Adjust) -> Adjust | None:
    """ "To make it livelier increase further by 30 percent": the last tone by so much more, or less."""
    match = _BY_SO_MUCH.search(small)
    if match is None or not only_words(small[match.start() : match.start("amount")].strip(), _ELLIPTICAL):
        return None
    lowered = _LOWERED.search(match.group()) is not None
    raised = _RAISED.search(match.group()) is not None
    way = (1 if last.amount >= 0 else -1) if raised == lowered else 1 if raised else -1
    return last.model_copy(update={"amount": way * min(100.0, abs(float(match["amount"])))})


def _tone(words: list[str], vocabulary: Vocabulary) -> Tone | None:
    """The only tone that the words name, by a noun or by a verb in any form."""
    bare = [word for word in words if word in vocabulary["scope.spoken"]]
    found = {tone.property: tone for word in bare if (tone := tone_of(word)) is not None and not tone.direction}
    for word in words:
        verb = vocabulary.base_forms.get(word) or vocabulary.participles.get(word) or word.removesuffix("s")
        if (tone := verb_tone(verb)) is not None:
            found.setdefault(tone.property, tone)
    return next(iter(found.values())) if len(found) == 1 else None


def _way(small: str) -> int:
    """1 where the words raise, -1 where they lower, 0 where they do both or neither."""
    return bool(_RAISED.search(small)) - bool(_LOWERED.search(small))


def changed_as_remarked(clause: str, instruction: str, context: Context, vocabulary: Vocabulary) -> Adjust | None:
    """ "The image is so bright, can you reduce it by 50 percent": what a remark is about, changed by so much.

    After an adjustment "it" is that one, whatever was remarked; a clause that says itself what to change is not read.
    """
    words = bare(numerals(low(clause)))
    if not _NUMBER.search(words) or (context.history and isinstance(context.history[-1], Adjust)):
        return None
    text, degree = take_degree(words, vocabulary)
    way = _way(text) if degree.percent and only_words(text, _ELLIPTICAL) else 0
    tone = tone_spoken_of(instruction, vocabulary) if way else None
    return Adjust(property=tone.property, amount=_limited(way * abs(degree.percent or 0))) if tone else None


def tone_spoken_of(text: str, vocabulary: Vocabulary) -> Tone | None:
    """The only tone that a remark is about: "the image is so dark", "I don't like the contrast"."""
    words = _WORD.findall(low(text))[:MAX_WORDS]
    found = {tone.property: tone for word in words if word in vocabulary["scope.remarked"] and (tone := tone_of(word))}
    return next(iter(found.values())) if len(found) == 1 else None


def exacter(last: Operation, found: Operations, clause: str) -> bool:
    """Whether a clause says by how much what the clause before it left open: "more contrast, say by 35"."""
    return len(found) == 1 and is_of(last, found[0]) and _NUMBER.search(numerals(low(clause))) is not None


def how_it_should_be(last: Operation, found: Operations) -> bool:
    """Whether a wish takes the place of what only told how a thing is: "the jersey is blue but should be red"."""
    if isinstance(last, Alter) and last.prompt == _FILLED:
        return all(isinstance(one, Add) for one in found)
    if not isinstance(last, Recolor | Alter) or len(found) != 1 or not isinstance(found[0], type(last)):
        return False
    return last.target is not None and found[0].target == last.target


def is_of(last: Operation, found: Operation) -> bool:
    """Whether both change the same tone of the same thing."""
    if not (isinstance(last, Adjust) and isinstance(found, Adjust)):
        return False
    return (last.property, last.target) == (found.property, found.target)


def _limited(amount: float) -> float:
    return max(-100.0, min(100.0, amount))
