"""Reading what puts the last edit right: "no, the other way", "I meant 20", "a fox instead", "only the sky"."""

from __future__ import annotations

import re
from typing import Any, Final, get_args

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
    Extract,
    Flip,
    Move,
    Operation,
    Recolor,
    Refine,
    Remove,
    Replace,
    Restore,
    Rotate,
    Style,
    Target,
    Text,
    Undo,
    Upscale,
)
from engine.planner.amounts import aspect, number, numerals, side_words, take_degree
from engine.planner.colours import colour_in
from engine.planner.normalise import is_quote, low, only_words, quotes_in
from engine.planner.openings import begins_request
from engine.planner.reading import Operations, without_article
from engine.planner.respelling import respelt
from engine.planner.sparing import sparing
from engine.planner.targets import read_target
from engine.planner.tinting import colour_meant
from engine.planner.tone import tone_of
from engine.planner.turning import way_of
from engine.planner.vocabulary import Vocabulary, expression

_CORRECTION: Final = expression("correction")
_INSTEAD: Final = regex(r"^(.+?) (?:instead|rather)$")
_REVERSAL_WORD: Final = expression("reversal_word")
_REVERSAL: Final = expression("reversal")
_ONLY_AMOUNT: Final = regex(r"(?:by |to )?[-+]?\d+(?:\.\d+)? ?(?:%|percent|degrees?|°)?")
_INDEFINITE: Final = ("a ", "an ", "some ", "two ", "three ", "another ")
_THE_ONE: Final = expression("the_one")
_RATHER: Final = expression("not_but")
_MEANT_ONLY: Final = expression("meant_only")
_ENOUGH: Final = expression("enough_said")
_UNLIKE: Final = expression("meant_unlike")
_MEANT_THE: Final = regex(r"i (?:meant|mean|said|wanted) ((?:the|that|this|those|these) .{1,60})$")
_AFTERTHOUGHT: Final = expression("afterthought")
_ONLY_ON: Final = expression("only_on")
_NOT_ON: Final = expression("not_on")
_BARE: Final = regex(r"(?!the |that |this |more |less |it |its |not |to )[^\W\d]+(?: [^\W\d]+){0,2}")
_NUMBER: Final = expression("number_meant")
_NEW_WORDS: Final = expression("new_words")
_CAPITALS: Final = expression("capitals")
_PLACE: Final = expression("place_meant")
_REQUEST: Final = expression("request_meant")
_TO_BE: Final = expression("to_be")
_FLIPPED: Final = regex(
    r"\b(?:(?P<across>horizontal|left[- ](?:to[- ])?right|right[- ](?:to[- ])?left|sideways)"
    r"|vertical|upside|top|upright)"
)
IT: Final = Target(previous=True)
_SUCH_A_ONE: Final = regex(
    r"(?:(?:and|but|no|now|maybe|rather|with|hm+|in|as|into|make it|i'd prefer|i prefer|preferably) (?:, )?)*"
    r"(?P<such>an? (?:[^\W\d]\S* ){0,2}[^\W\d]\S*) one(?: please| instead| though)?$"
)
_COLON: Final = regex(r"^(?:(?:no|nope|sorry|oops|rather|actually|correction|i mean|i meant)(?: ,)? )+: (?=\S)")
_SORRY: Final = regex(r"(?: ,)? (?:sorry|oops|my bad|my mistake|apologies)(?: , not .*)?$")
_SUITING: Final = expression("suiting")
_DETERMINER: Final = regex(r"(?i)^(?:an?|the|some) ")
_NO_KIND: Final = frozenset(
    ("a", "an", "some", "the", "that", "this", "no", "not", "more", "less", "and", "my", "his", "her", "its", "one",
     "another", "remove", "delete", "undo")
)  # fmt: skip
"""What no word for the kind of a thing is."""
_WITH: Final = expression("with_more")
_MORE_OF_IT: Final = expression("more_of_it")
PLACED: Final = Remove | Replace | Recolor | Alter | Extract | Adjust | Text
OF_LOOKS: Final = Style | Recolor | Alter | Replace | Add | Background
"""Edits of which something else could suit better."""
MAX_SPACES: Final = 24
"""In a correction: whatever is longer says what it is about."""
_TRYING: Final = regex(r"(?i)^(?:(?:or|and|but|maybe|perhaps|try|let's try|go for|go with|how about|what about) )+")
_MEANT: Final = regex(r"\b(?:meant?|said|wanted|make that|instead)\b")
"""Of a turn: "no, right by 20" turns on from where it is."""
OPPOSITES: Final = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}


def corrected(clause: str, context: Context, vocabulary: Vocabulary, quotes: tuple[str, ...] = ()) -> Operations | None:
    """The last edit taken back and made as it was meant; None where the clause corrects nothing."""
    if not context.history or clause.count(" ") > MAX_SPACES:
        return None
    last = context.history[-1]
    said = _meaning_first(_suited(clause.strip(" ,.!"), last))
    small = low(said)
    if only_words(small, _REVERSAL_WORD) and _REVERSAL.search(small):
        wrong = "wrong" in small or not isinstance(last, Rotate)
        meant = _reversed(last) if wrong else None
        return [Undo(), meant] if meant else None
    if told := _RATHER.match(small):
        thing = said[told.start(1) : told.end(1)]
        if _has_place(last):
            return [Refine(change=f"I meant {thing}")]
        if isinstance(last, Background) and last.action == "blur":
            return [Undo(), Blur(target=read_target(thing, vocabulary))]
    if isinstance(last, Add) and (placed := _placed_there(said, last)):
        return [Undo(), placed]
    if isinstance(last, Recolor) and (colour := colour_meant(said, last)):
        return [last.model_copy(update={"colour": colour, "amount": None})]
    if (the := _MEANT_THE.match(small)) and _has_place(last) and said != clause.strip(" ,.!"):
        return [Refine(change=f"I meant {said[the.start(1) : the.end(1)]}")]
    if narrowed := _narrowed(said, last, vocabulary):
        return [Undo(), narrowed]
    if isinstance(last, Text) and last.text is not None and (worded := _reworded(said, last, vocabulary, quotes)):
        return [Undo(), worded]
    match = _CORRECTION.match(small) or _INSTEAD.match(small)
    if isinstance(last, Expand | Crop | Blur):
        match = _ENOUGH.match(small) or match
    if match and isinstance(last, Rotate) and not _MEANT.search(small):
        return None
    words = _TRYING.sub("", said[match.start(1) : match.end(1)]) if match else ""
    meant = _meant(words, last, vocabulary) if words else None
    if isinstance(meant, Recolor):
        return [meant]
    return [Undo(), meant] if meant else None


def _placed_there(said: str, last: Add) -> Add | None:
    """ "I meant the top shelf", after something was put on a shelf: there instead."""
    meant = _MEANT_THE.match(low(said))
    preposition, _, where = low(last.place or "").partition(" ")
    if not meant or not where or meant[1].split(" ")[-1] != where.split(" ")[-1]:
        return None
    return last.model_copy(update={"place": f"{preposition} {said[meant.start(1) : meant.end(1)]}"})


def _suited(said: str, last: Any) -> str:
    """ "Teal would suit it better" -> "I meant teal", after an edit that made something of another look."""
    suits = _SUITING.match(low(said)) if isinstance(last, OF_LOOKS) else None
    if suits is None or any(tone_of(word) for word in suits["said"].split(" ")):
        return said
    return f"I meant {said[: suits.end('said')]}"


def _meaning_first(said: str) -> str:
    """ "A sunset beach I mean" -> "I meant a sunset beach"."""
    said = said[: sorry.start()] if (sorry := _SORRY.search(low(said))) else said
    if only := _MEANT_ONLY.match(low(said)):
        said = f"I {said[only.end() :]}"
    if unlike := _UNLIKE.match(low(said)):
        said = said[: unlike.end("meant")] if unlike["meant"] else f"I meant {said[: unlike.end('rather')]}"
    match = _AFTERTHOUGHT.match(low(said))
    return f"I meant {said[: match.end('said')].strip(' ,')}" if match else said


def _narrowed(said: str, last: Any, vocabulary: Vocabulary) -> EditOperation | None:
    """An edit of the whole picture as it was meant: on one thing only, or on all but one."""
    if not isinstance(last, Adjust | Style | Blur | Restore) or last.target is not None:
        return None
    if only := _ONLY_ON.match(low(said)):
        thing = said[only.start(only.lastgroup or 0) : only.end(only.lastgroup or 0)]
        if isinstance(last, Adjust) and (tone := tone_of(thing)) and not tone.comparative:
            return last.model_copy(update={"property": tone.property})
        return last.model_copy(update={"target": read_target(thing, vocabulary)})
    spared = _NOT_ON.match(low(said))
    left = sparing(last, said[spared.start("thing") : spared.end("thing")]) if spared else last
    return None if left == last else left


def _reworded(said: str, last: Text, vocabulary: Vocabulary, quotes: tuple[str, ...]) -> Text | None:
    """Lettering in other words: "change it to GOODBYE", "no, 12"; a colour or a size is none."""
    if last.text and (mended := respelt(said, last.text, vocabulary)):
        return last.model_copy(update={"text": mended})
    match = _NEW_WORDS.match(low(said)) or _CORRECTION.match(low(said)) or _INSTEAD.match(low(said))
    words = said[match.start(match.lastgroup or 1) : match.end(match.lastgroup or 1)].strip(" ,") if match else ""
    if is_quote(words):
        return last.model_copy(update={"text": quotes[quotes_in(words)[0]]})
    if (case := _CAPITALS.match(low(said))) and last.text:
        return last.model_copy(update={"text": last.text.upper() if case["upper"] else last.text.lower()})
    small, colon = low(words), _COLON.match(low(said))
    told = said[colon.end() :].strip() if colon else ""
    if colon and is_quote(told):
        return last.model_copy(update={"text": quotes[quotes_in(told)[0]]})
    if colon and not quotes_in(told):
        return last.model_copy(update={"text": told})
    named = match is not None and match.re.pattern == _NEW_WORDS.pattern
    if words.isupper() or small.replace(" ", "").isdigit():
        return last.model_copy(update={"text": words})
    if not words or colour_in(words, vocabulary) or small in vocabulary["states.adjectives"] or tone_of(small):
        return None
    lettered = words.istitle() and small != words
    return last.model_copy(update={"text": words}) if lettered or (named and not quotes_in(words)) else None


def request_meant(clause: str, vocabulary: Vocabulary) -> str | None:
    """The whole request that a correction names: "I meant make it green"; None where it names only what was wrong."""
    match = _REQUEST.match(low(clause))
    request = clause[match.end() :] if match else ""
    whole = begins_request(request, vocabulary) or _TO_BE.search(low(request))
    return request if request and whole else None


def redone(meant: Operations, context: Context) -> Operations:
    """What was meant in the place of the last edit: "it" is what that was about; a colour is laid over the last one."""
    last = context.history[-1]
    target = getattr(last, "target", None)
    if not meant or not all(isinstance(one, get_args(EditOperation)) for one in meant):
        return meant
    if isinstance(last, Recolor) and isinstance(meant[0], Recolor):
        return meant
    about: list[Any] = list(meant)
    for index, one in enumerate(meant):
        if target and getattr(one, "target", None) == IT:
            about[index] = one.model_copy(update={"target": target})
    return [Undo(), *about]


def narrowed_to_rest(context: Context, thing: str) -> Operations:
    """ "Leave the sky alone", after the whole picture was changed: that change on everything else instead."""
    last = context.history[-1] if context.history else None
    rest = sparing(last, thing) if last is not None else None
    return [] if rest == last or rest is None else [Undo(), rest]


def _reversed(last: Any) -> EditOperation | None:
    """The same edit the other way round."""
    if isinstance(last, Adjust):
        return last.model_copy(update={"amount": -last.amount})
    if isinstance(last, Rotate):
        return Rotate(degrees=-last.degrees)
    if isinstance(last, Flip):
        return Flip(axis="vertical" if last.axis == "horizontal" else "horizontal")
    if isinstance(last, Crop | Expand) and last.sides and set(last.sides) <= set(OPPOSITES):
        return last.model_copy(update={"sides": tuple(OPPOSITES[side] for side in last.sides)})
    return None


def _meant(words: str, last: Any, vocabulary: Vocabulary) -> EditOperation | None:
    """The last edit with what the words put in the place of what was done."""
    small = low(words)
    sized = isinstance(last, Expand | Crop) and last.sides
    if (sized or isinstance(last, Adjust | Rotate | Blur)) and _ONLY_AMOUNT.fullmatch(numerals(small)):
        return _by(last, number(small) or 0.0)
    match last:
        case Adjust():
            return _toned(small, last, vocabulary)
        case Rotate() if re.search(r"\b(?:left|right|(?:anti|counter)?-?clockwise)\b", small):
            degrees = number(small)
            return Rotate(degrees=abs(last.degrees if degrees is None else degrees) * way_of(small, 1.0))
        case Flip() if way := _FLIPPED.search(small):
            return Flip(axis="horizontal" if way["across"] else "vertical")
        case Upscale() | Duplicate() if counted := _NUMBER.fullmatch(numerals(small)):
            return _so_many(last, float(counted[1]))
        case Recolor() if "colo" not in small and (colour := colour_in(words, vocabulary)):
            return last.model_copy(update={"colour": colour, "amount": None})
        case Add() | Move() | Text(action="add") if _PLACE.match(small):
            return last.model_copy(update={"place": words})
        case Crop() | Expand() if ratio := aspect(small):
            return last.model_copy(update={"aspect": ratio, "sides": None, "amount": None})
        case Crop() | Expand() if last.sides and (sides := side_words(small)):
            return last.model_copy(update={"sides": sides})
        case Style() if vocabulary["looks.words"].trailing(low(without_article(words))):
            return last.model_copy(update={"prompt": without_article(words)})
        case Background(action="colour") if colour := colour_in(words, vocabulary):
            return last.model_copy(update={"colour": colour})
        case Add() | Replace() | Background(action="replace") | Alter() if small.startswith(_INDEFINITE):
            return last.model_copy(update={"prompt": words})
        case Background(action="replace") if _BARE.fullmatch(small):
            return last.model_copy(update={"prompt": words})
        case Alter(target=Target(), prompt=str(before)) if small in vocabulary["states.stuffs"] and " of " in before:
            return last.model_copy(update={"prompt": f"{before.rpartition(' of ')[0]} of {words}"})
        case Replace() | Add() if _is_such(small, last.prompt):
            return last.model_copy(update={"prompt": f"a {words}"})
        case Recolor() | Alter() | Replace() if small in vocabulary["states.adjectives"]:
            return Alter(target=last.target, prompt=words)
        case _:
            return None


def _is_such(small: str, prompt: str) -> bool:
    """Whether the words are the thing that was put there, and how it should have been: "white horse"."""
    return 0 < small.count(" ") < 3 and small.split(" ")[-1] == low(prompt).split(" ")[-1]


def _so_many(last: Upscale | Duplicate, number: float) -> EditOperation | None:
    """Enlarged so many times, or so many in all; None for a number that makes no sense of it."""
    if isinstance(last, Upscale):
        return last.model_copy(update={"scale": number}) if 1 < number <= 16 else None
    return last.model_copy(update={"count": int(number)}) if 2 <= number <= 100 else None


def _by(last: Adjust | Rotate | Expand | Crop | Blur, value: float) -> EditOperation:
    """The last edit by another amount, the same way."""
    if isinstance(last, Expand | Crop | Blur):
        return last.model_copy(update={"amount": min(100.0, abs(value))})
    way = -1.0 if (last.degrees if isinstance(last, Rotate) else last.amount) < 0 else 1.0
    if isinstance(last, Rotate):
        return Rotate(degrees=way * abs(value))
    return last.model_copy(update={"amount": way * min(100.0, abs(value))})


def _toned(small: str, last: Adjust, vocabulary: Vocabulary) -> EditOperation | None:
    """Another tone than the one that was changed: "I meant brighter", "no, contrast"."""
    text, degree = take_degree(re.sub(r"^(?:make it|a bit of|the) ", "", small), vocabulary)
    tone = tone_of(text)
    if tone is None:
        return None
    way = float(tone.direction) or (1.0 if last.amount >= 0 else -1.0)
    amount = degree.of(abs(last.amount))
    return last.model_copy(update={"property": tone.property, "amount": way * amount})


def further_told(clause: str, last: Any) -> EditOperation | None:
    """What was painted with more said of it: after a beach, "with palm trees"; a bigger one of it, "a bigger smile"."""
    prompt = getattr(last, "prompt", None)
    if not prompt or isinstance(last, Style | Expand):
        return None
    if one := _SUCH_A_ONE.match(low(clause)):
        name = _DETERMINER.sub("", prompt)
        return last.model_copy(update={"prompt": f"{one['such']} {name}"})
    if finer := _finer(clause, prompt):
        return last.model_copy(update={"prompt": finer})
    if more := _WITH.match(low(clause)):
        return last.model_copy(update={"prompt": f"{prompt} {clause[more.start('more') :].strip(' ,.')}"})
    again = _MORE_OF_IT.match(low(clause))
    if again is None or not _named(again, prompt):
        return None
    return last.model_copy(update={"prompt": clause[again.start("thing") :]})


def _finer(clause: str, prompt: str) -> str | None:
    """The prompt with more said of its noun: after a glass of wine, "red wine"."""
    words = clause.split(" ")
    before, _, noun = prompt.rpartition(" ")
    if not 1 < len(words) < 4 or low(words[-1]) != low(noun) or low(words[0]) in _NO_KIND:
        return None
    return f"{before} {clause}".strip()


def _named(again: re.Match[str], prompt: str) -> bool:
    """Whether the noun is that of the prompt, in whatever form: "smile", "smiling"."""
    stem = again["noun"].rstrip("s")
    return any(word.startswith(stem[: max(3, len(stem) - 1)]) for word in low(prompt).split(" "))


def refined_one(whole: str, last: Operation) -> Operations | None:
    """Another thing than the one that was edited: "the red one".

    whole: the clause in lower case without what opens and closes an answer.
    """
    if not isinstance(last, PLACED) or not _has_place(last) or not _THE_ONE.fullmatch(whole):
        return None
    return [Refine(change=f"I meant {whole}")]


def _has_place(last: Any) -> bool:
    return getattr(last, "target", None) is not None
