"""Reading what changes the last edit: "a bit more", "half of that", "by 20 more", "the other way", "no, a fox"."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple, cast

from engine.expressions import regex
from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Blur,
    Context,
    Crop,
    Duplicate,
    EditOperation,
    Expand,
    Move,
    Operation,
    Recolor,
    Refine,
    Remove,
    Replace,
    Restore,
    Rotate,
    Target,
    Text,
    Undo,
    Upscale,
    Vary,
)
from engine.planner.amounts import numerals, take_degree
from engine.planner.backing import backed
from engine.planner.carrying import USUAL, carried_over, listed
from engine.planner.copies import copied
from engine.planner.corrections import further_told, refined_one
from engine.planner.dialogue import AGAIN
from engine.planner.normalise import low, only_words
from engine.planner.placing import moved_over, placed_at
from engine.planner.reading import Operations
from engine.planner.reframing import USUAL as FRAMED
from engine.planner.reframing import reframed
from engine.planner.restyling import adorned, colour_instead, coloured_too, in_colour, made_so, styled
from engine.planner.targets import read_target
from engine.planner.tinting import colour_spoken_of, colour_wished
from engine.planner.tone import tone_of
from engine.planner.turning import turned_more
from engine.planner.vocabulary import Vocabulary, expression

_MORE: Final = expression("more")
_LESS: Final = expression("less")
_ELLIPTICAL: Final = expression("elliptical_word")
_OPENING: Final = expression("follow_opening")
_CLOSING: Final = expression("follow_closing")
_SHADE: Final = regex(
    r"\b((?:light|dark|bright|deep|pal)er) (?:shade|tone|version)(?: of (?:it|that|the same(?: colou?r)?))?$"
)
_SHADED: Final = regex(r"^(?:(?:light|dark|bright|deep|pal)er )+")
_BACK: Final = expression("undone_in_words")
_BLURRIER: Final = regex(r"(?:make it |blur it )?(?:more (?:blur|blurry|blurred)|blurrier|more)")
_PIXELS: Final = regex(
    r"(?:(?:use|with|make it|try|go for|i'd prefer|do|as|in|into) )*"
    r"(?:(?:big|bigger|large|chunky|coarse|fat|proper|huge) )?"
    r"(?:pixels|pixelate|pixelated|pixellate|squares|blocks|mosaic|a mosaic|pixelation)"
)
_SHARPER: Final = regex(r"(?:make it |blur it )?less (?:blur|blurry|blurred)")
_NEXT: Final = expression("next_thing")
_OWNED: Final = regex(r"(?:its|his|her|their) [^\W\d]+(?: [^\W\d]+)?")
_SLIGHTLY: Final = regex(r"\b(?:bit|little|slightly|slight|touch|tad)\b")
_TAKEN_OFF: Final = regex(r"\btake (?:another )?(\d+(?:\.\d+)?(?: ?%| percent)?) (?:off|away|back)\b(?: (?:it|again))?")
_LOWERING: Final = regex(r"\b(?:decrease|reduce|lower|decreasing|reducing|lowering|reduced|decreased)\b")
_OUTRIGHT: Final = regex(
    r"(?:(?:another|further|by|more|again|and|go|take it|bring it) )*(?:(?P<up>up|higher)|down|lower)"
)
""" "Another 10 down" is darker still, whichever way the last step went."""
_OTHERS: Final = regex(r"(?:(?:any|some|show me|maybe|a few|give me) )*(?:other|different|more) [^\W\d]{3,20}s")
_AGAIN_BUT: Final = regex(
    r"(?:(?:do |try )?(?:it|that|this|the same|same)(?: thing)? )?(?:again|once more|over) (?:, )?"
    r"but (?:(?:with|just|only|do it|make it) )*(?P<how>[^,]{3,40})"
)
_MORE_SUCH: Final = regex(r"(?:(?:some|a few|even|a lot|lots|a bit) )?more [a-z]+(?: [a-z]+)?")
_ONLY_SO_MUCH: Final = regex(r"(?:only|just|merely|no more than) (?P<what>(?:an?|the (?:hint|trace)) [^\d]{3,60})$")
_OF_LETTERS: Final = regex(
    r"(?:make (?:it|them) )?(?:(?:a bit|a little|slightly|much|a lot|even) )?[a-z]{3,9}er "
    r"(?:writing|letters|lettering|text|font|type|words|print|script|handwriting)"
    r"|(?:(?:use|try|in|with) )*(?:an? )?(?:different|another|other|serif|sans[- ]serif|handwritten) (?:font|typeface)"
)
_NOT_SO_MUCH: Final = regex(
    r"^not (?:quite |all )?(?:that|so|too|as) (?:much|far|strong|strongly)(?: ,)? "
    r"(?=(?:up|down|just|only|more|less|by|a|\d))"
)
""" "Not that much, up a smidge": what follows says how much."""
_ONE_MORE: Final = frozenset(["one more", "another one"])
_REVERSING: Final = regex(r"\b(?:other|opposite|reverse|wrong)\b")
_STRENGTH: Final = regex(r"\b(?:opacity|intensity|strength)\b")
_DIGIT: Final = regex(r"\d")
MAX_SPACES: Final = 24
"""In a follow-up: whatever is longer says what it is about."""
WASHED: Final = 50.0
"""Percent of the way to a colour that is laid over the whole picture."""
PLAIN: Final = 20.0
"""Percent of a step of which nothing is said."""


class Said(NamedTuple):
    """A clause as a follow-up is read: with nothing around it, and without its amount."""

    clause: str
    whole: str
    """In lower case, politeness and "no," taken off."""
    small: str
    """Without words of degree; "more" where they were all."""
    percent: float | None


def follow_up(clause: str, context: Context, vocabulary: Vocabulary) -> Operations | None:
    """The last edit further, back, otherwise or on another thing; None where the clause is about something else."""
    if not context.history or clause.count(" ") > MAX_SPACES:
        return None
    last = context.history[-1]
    if more := copied(clause, context.history):
        return more
    if carried := carried_over(clause, last, vocabulary):
        return [carried]
    if isinstance(last, Recolor) and (coloured := colour_spoken_of(clause, context, vocabulary)):
        return [coloured]
    said = _said(clause, vocabulary)
    if framed := reframed(said.whole, last) or backed(said.whole, last, vocabulary):
        return framed
    if _BACK.fullmatch(said.whole):
        return [Undo()]
    if anew := _AGAIN_BUT.fullmatch(said.whole):
        return follow_up(anew["how"], context, vocabulary)
    if isinstance(last, Text) and _OF_LETTERS.fullmatch(said.whole):
        return [Refine(change=clause)]
    if isinstance(last, Add) and _MORE_SUCH.fullmatch(said.whole) and _is_of_prompt(said.whole, last):
        return [last.model_copy(update={"prompt": said.whole})]
    if _OTHERS.fullmatch(said.whole) and _is_of_prompt(said.whole, last):
        return [Vary()]
    if isinstance(last, Add | Alter | Replace) and (milder := _ONLY_SO_MUCH.match(said.whole)):
        return [Undo(), last.model_copy(update={"prompt": milder["what"]})]
    if scaled := _scaled(said, context, vocabulary):
        return scaled
    if isinstance(last, Rotate):
        return turned_more(last, low(clause))
    if isinstance(last, Adjust) and (adjusted := _adjusted_more(said, context) or _adjusted_there(said, last)):
        return adjusted
    if not re.search(r"[^\W\d]", clause):
        return None
    return _changed_thing(said, context.history, vocabulary)


def carried_late(clause: str, context: Context, vocabulary: Vocabulary) -> Operations | None:
    """Bare noun phrases that nothing else reads: "now the curtain", "and its shadow" go on, "the red one" corrects."""
    last: Any = context.history[-1] if context.history else None
    if prompted := further_told(clause, last):
        return [Undo(), prompted]
    if more := coloured_too(clause, last, vocabulary) or adorned(clause, last):
        return [more]
    if placed := placed_at(clause, last):
        return [placed]
    if getattr(last, "target", None) is None:
        return [added] if isinstance(last, Add) and (added := listed(clause, last, vocabulary)) else None
    if isinstance(last, Remove | Blur) and _OWNED.fullmatch(low(clause)):
        return [Refine(change=f"also {clause}")]
    match = _NEXT.match(low(clause))
    if match is None:
        if refined := refined_one(bare(low(clause)), last):
            return refined
        return [added] if (added := listed(clause, last, vocabulary)) else None
    thing = clause[match.start("thing") : match.end("thing")]
    if match["owned"]:
        return [Refine(change=f"also {thing}")]
    return [last.model_copy(update={"target": read_target(thing, vocabulary)})]


def _is_of_prompt(small: str, last: Any) -> bool:
    """Whether the last word is what was painted, in the plural: "other beaches" after a beach."""
    noun = small.split(" ")[-1].removesuffix("s").removesuffix("e")
    return any(word.startswith(noun) for word in low(getattr(last, "prompt", None) or "").split(" "))


def _said(clause: str, vocabulary: Vocabulary) -> Said:
    whole = _TAKEN_OFF.sub(r"reduce it by \1", _NOT_SO_MUCH.sub("", bare(low(clause))))
    text, degree = take_degree(whole, vocabulary)
    small = bare(re.sub(r" +", " ", text).strip(" ,."))
    small = small or ("more" if degree.percent is not None else "")
    return Said(clause, whole, small, degree.percent)


def bare(small: str) -> str:
    """A clause without what opens and closes any answer: "no, could you ... please"."""
    return _CLOSING.sub("", _OPENING.sub("", small.strip(" ,.!"))).strip(" ,.!")


def _amount_of(last: Any) -> float:
    """The percent of an edit; 0 where it has none."""
    return getattr(last, "amount", None) or 0.0


def scales(clause: str, context: Context, vocabulary: Vocabulary) -> bool:
    """Whether a clause says nothing but how strong the last edit should have been: "half of that would do"."""
    if not context.history:
        return False
    said = _said(clause, vocabulary)
    return (_scaled(said, context, vocabulary) or reframed(said.whole, context.history[-1])) is not None


def _scaled(said: Said, context: Context, vocabulary: Vocabulary) -> Operations | None:
    """ "Half of that", "twice as much", "too much": everything the last message did, so many times as strong."""
    factors: dict[str, float] = vocabulary.tables["dialogue"]["factors"]
    whole = re.sub(
        r"^(?:(?:make it|that's|that is|that was|it's|it is|it was|this is|just|only|do|now) )+", "", said.whole
    )
    factor = factors.get(whole)
    if factor is None:
        return None
    scaled = [one for last in context.history[-context.last :] if (one := _times(last, factor)) is not None]
    anew = next((one for one in scaled if not isinstance(one, Adjust | Rotate)), None)
    return [Undo(), anew] if anew is not None and len(scaled) == 1 else scaled or None


def _times(last: Operation, factor: float) -> EditOperation | None:
    """What makes the edit so many times as strong: on top of it, or (what cannot be added to) instead of it."""
    if isinstance(last, Adjust):
        return last.model_copy(update={"amount": _limited(last.amount * (factor - 1))})
    if isinstance(last, Rotate):
        return Rotate(degrees=round(last.degrees * (factor - 1), 3))
    if isinstance(last, Blur):
        return last.model_copy(update={"amount": _limited((last.amount or USUAL[Blur]) * factor)})
    if isinstance(last, Recolor):
        usual = WASHED if last.target == Target(phrase="image") else 100.0
        return last.model_copy(update={"amount": _limited((last.amount or usual) * factor)})
    framing = isinstance(last, Crop | Expand) and last.sides
    amount = _amount_of(last) or (FRAMED[last.kind] if framing else 0.0)
    return cast(Any, last).model_copy(update={"amount": _limited(amount * factor)}) if amount else None


def _limited(amount: float) -> float:
    return round(max(-100.0, min(100.0, amount)), 3)


def _adjusted_more(said: Said, context: Context) -> Operations | None:
    """The same properties again: further, back, or by so much."""
    latest = [one for one in context.history[-context.last :] if isinstance(one, Adjust)]
    changes = [(one, _amount(one, said, told=_told(one, context.said))) for one in latest]
    found = [one.model_copy(update={"amount": _limited(by)}) for one, by in changes if by is not None]
    return found or None


def _adjusted_there(said: Said, last: Adjust) -> Operations | None:
    """ "Darker", "no, brighter", after a thing was darkened: that thing, not the picture."""
    tone = tone_of(said.small) if last.target is not None else None
    if tone is None or not (tone.comparative and tone.direction) or tone.property != last.property:
        return None
    step = PLAIN if said.percent is None else abs(said.percent)
    return [last.model_copy(update={"amount": _limited(step * tone.direction)})]


def _told(last: Adjust, words: str) -> bool:
    """Whether the author gave the amount of an adjustment in figures, as the size of a step."""
    return re.search(rf"(?<!\d){abs(last.amount):g}(?!\d)", numerals(low(words))) is not None


def _amount(last: Adjust, said: Said, *, told: bool) -> float | None:
    """By how much an adjustment goes on; None where nothing of the kind is said."""
    small, percent, way = said.small, said.percent, 1.0 if last.amount >= 0 else -1.0
    whole = said.whole
    if (less := _LESS.match(whole)) and not _DIGIT.search(numerals(whole)) and not small.startswith("increase"):
        small, percent = (whole, None) if less else (small, percent)
    step = _step(last, said, percent, told=told)
    if percent is not None and (told_way := _OUTRIGHT.fullmatch(small)):
        return step if told_way["up"] else -step
    if expression("raising_verb").search(small) and _elliptical(small):
        return step
    if _LOWERING.search(small) and _elliptical(small):
        return -step
    if _LESS.match(small):
        return -way * (step if percent is not None else min(10.0, abs(last.amount) / 2))
    if _REVERSING.search(small) and only_words(small, expression("reversal_word")):
        return -way * (abs(percent) if percent is not None else abs(last.amount))
    measured = percent is not None and only_words(small, expression("amount_word"))
    return way * step if measured or small in _ONE_MORE or _MORE.match(small) else None


def _step(last: Adjust, said: Said, percent: float | None, *, told: bool) -> float:
    """The percent of one more step: as said, as before, a little or the plain one.

    "By 15", "a little more" is by 15 again: whoever gave a step in figures need not give it twice.
    """
    slightly = _SLIGHTLY.search(said.whole) is not None
    if told and slightly and not _DIGIT.search(numerals(said.whole)):
        return min(PLAIN, abs(last.amount))
    if percent is not None:
        return abs(percent)
    if told or said.small in AGAIN or re.search(r"\bsame\b", said.small):
        return abs(last.amount)
    return 10.0 if slightly else PLAIN


def _elliptical(small: str) -> bool:
    """Nothing is said about what to change, so it is what was changed before."""
    return only_words(small, _ELLIPTICAL)


def _changed_thing(said: Said, history: tuple[Operation, ...], vocabulary: Vocabulary) -> Operations | None:
    """The last edit of a thing in another colour or size, further away, stronger or once more."""
    small, last = said.small, history[-1]
    if coloured := _coloured(said, history, vocabulary):
        return [coloured]
    more = small == "more" or _MORE.match(said.whole) is not None
    if moved := moved_over(said.whole, last):
        return [moved]
    if isinstance(last, Move) and more:
        return [Move(target=Target(previous=True), place=_nearer(last.place, said.whole))]
    if blurred := _blurred(last, said, more):
        return [Undo(), blurred]
    again = small in AGAIN
    weaker = _LESS.match(small) is not None
    if look := styled(last, less=weaker, more=not again and (more or small in ("stronger", "bolder"))):
        return [Undo(), look]
    if changed := in_colour(last, small, vocabulary) or made_so(last, small, vocabulary):
        return [changed]
    if isinstance(last, Add | Move | Alter | Recolor) and " and " in small and _only_describes(small, vocabulary):
        return [Alter(target=Target(previous=True), prompt=small)]
    if isinstance(last, Add) and small in ("one more", "another", "another one"):
        return [last]
    if isinstance(last, Duplicate) and small in ("more", "another", "one more", "another one"):
        return [last.model_copy(update={"count": last.count + 1})]
    repeats = isinstance(last, Restore | Upscale) or _amount_of(last)
    if small in AGAIN or (repeats and _MORE.match(small)):
        return [cast(EditOperation, last)]
    less, more = _LESS.match(small) is not None, more and small not in ("it", "by")
    if isinstance(last, Alter) and last.prompt and (less or more):
        prompt = last.prompt.removeprefix("even more ").removeprefix("less ")
        return [Undo(), last.model_copy(update={"prompt": f"{'less' if less else 'even more'} {prompt}"})]
    placed = isinstance(last, Background) or getattr(last, "target", None) is not None
    if placed and (less or more or small == "stronger"):
        return [Refine(change=said.clause)]
    return None


def _only_describes(small: str, vocabulary: Vocabulary) -> bool:
    """Whether the words only say what a thing is like: "bigger and red"."""
    known = vocabulary["states.adjectives"].phrases | vocabulary["colours.names"].phrases | {"and", ",", "more", "much"}
    return all(word in known for word in small.split(" "))


def _coloured(said: Said, history: tuple[Operation, ...], vocabulary: Vocabulary) -> Recolor | Adjust | None:
    """What was coloured in another colour or shade: "no, green", "a darker shade of it", "a bit darker"."""
    last = history[-1]
    recolored = next((one for one in reversed(history) if isinstance(one, Recolor)), None)
    if recolored is None or not _is_about(last, recolored):
        return None
    colour = _shaded(said.whole, recolored) or colour_instead(said.small, vocabulary)
    if colour := colour or colour_wished(said.whole, vocabulary):
        return recolored.model_copy(update={"colour": colour, "amount": None})
    if strength := _strengthened(said, recolored):
        return strength
    tone = tone_of(said.small) if last is recolored else None
    if tone is None or not (tone.direction and tone.comparative) or tone.property in vocabulary["scope.whole"]:
        return None
    step = abs(said.percent) if said.percent is not None else 20.0
    return Adjust(target=Target(previous=True), property=tone.property, amount=step * tone.direction)


def _strengthened(said: Said, recolored: Recolor) -> Recolor | None:
    """ "Increase the opacity" of a colour that was laid on: more of it, on top."""
    if not _STRENGTH.search(said.whole) or not expression("raising_verb").search(said.whole):
        return None
    return recolored.model_copy(update={"amount": PLAIN if said.percent is None else abs(said.percent)})


def _is_about(last: Any, recolored: Recolor) -> bool:
    """Whether the last edit was that recolouring, or one of the thing that it coloured."""
    target = getattr(last, "target", None)
    return last is recolored or (target is not None and (target.previous or target == recolored.target))


def _blurred(last: Operation, said: Said, more: bool) -> Blur | None:
    """The blur that takes the place of the last one where that is to be stronger or weaker."""
    if isinstance(last, Background) and last.action == "blur":
        last = Blur(target=Target(phrase="background"))
    if not isinstance(last, Blur) or said.small in AGAIN:
        return None
    thing = re.escape(low(last.target.phrase)) if last.target is not None and last.target.phrase else "it"
    said = said._replace(small=re.sub(rf" (?:on|for|over|to) (?:it|them|that|(?:the )?{thing})$", "", said.small))
    amount = last.amount or USUAL[Blur]
    if _PIXELS.fullmatch(said.small):
        return last.model_copy(update={"mode": "pixelate"})
    if more or _BLURRIER.fullmatch(said.small):
        return last.model_copy(update={"amount": _limited(amount * 2)})
    less = _LESS.match(said.small) or _SHARPER.fullmatch(said.small)
    return last.model_copy(update={"amount": amount / 2}) if less else None


def _shaded(whole: str, last: Recolor) -> str | None:
    """ "A darker shade of it": the last colour, darker."""
    match = _SHADE.search(whole)
    return f"{match[1]} {_SHADED.sub('', last.colour)}" if match else None


def _nearer(place: str, whole: str) -> str:
    """The same way once more, a little of it where that is said."""
    return f"a bit {place}" if _SLIGHTLY.search(whole) and not place.startswith("a bit") else place
