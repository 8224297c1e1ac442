"""Reading what only makes sense after something else: undo, "a bit more", "the second one", "the other way"."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Blur,
    Choose,
    Compare,
    Context,
    EditOperation,
    Extract,
    Goto,
    Operation,
    Recolor,
    Redo,
    Refine,
    Remove,
    Replay,
    Restart,
    Restore,
    Retry,
    Rotate,
    Style,
    Target,
    Text,
    Undo,
    Vary,
)
from engine.planner.amounts import number, numerals, take_degree
from engine.planner.colours import colour_in
from engine.planner.normalise import low, only_words
from engine.planner.reading import Operations, Reading
from engine.planner.targets import read_target
from engine.planner.tone import tone_of
from engine.planner.vocabulary import Vocabulary, expression

ORDINALS = {
    "first": "1",
    "second": "2",
    "third": "3",
    "fourth": "4",
    "fifth": "5",
    "sixth": "6",
    "seventh": "7",
    "eighth": "8",
    "ninth": "9",
    "tenth": "10",
    "1st": "1",
    "2nd": "2",
    "3rd": "3",
    "last": "last",
}
_SIMPLE = {"undo": Undo, "redo": Redo, "restart": Restart, "compare": Compare, "retry": Retry}
_MORE = expression("more")
_LESS = expression("less")
_CHOICE = expression("choice")
_CONSENT = ("yes", "yes please", "yes , please", "yeah", "yep", "sure", "ok", "okay", "please do", "do it", "all of it")
"""Answers to a question about a single candidate."""


def read_history(reading: Reading) -> Operations | None:
    """Undo, redo, restart, compare, retry."""
    if reading.kind in ("undo", "redo") and reading["count"]:
        count = _times(reading["count"])
        return [Undo(count=count) if reading.kind == "undo" else Redo(count=count)] if count else None
    return [_SIMPLE[reading.kind]()]


def _times(text: str) -> int | None:
    small = low(text)
    if small in ("twice", "both"):
        return 2
    if small in ("once", "one", "a", "last one"):
        return 1
    if small in ("thrice",):
        return 3
    counted = re.fullmatch(
        r"(?:the )?(?:last |previous )?(\d{1,3})(?: (?:times|steps|edits|changes|of them))?", numerals(small)
    )
    return (
        max(1, int(counted.group(1)))
        if counted
        else {"couple": 2, "a couple": 2, "a couple of": 2, "few": 3, "a few": 3}.get(small)
    )


def read_vary(reading: Reading) -> Operations | None:
    """Several answers to the last request."""
    if not reading["count"]:
        return [Vary()]
    count = _times(re.sub(r"(?i)^(?:me |another |more |some |with )+", "", reading["count"])) or (
        4 if low(reading["count"]) in ("some", "more", "several", "other", "different") else None
    )
    return [Vary(n=max(2, min(16, count)))] if count else None


def read_vary_like(reading: Reading) -> Operations | None:
    """More answers like one of the last: "more like the second one, but darker"."""
    if not reading.context.history:
        return None
    words = low(reading["which"])
    words = re.sub(
        r"(?:^| )(?:one|version|variation|variant|option|picture|image|result|number)(?= |$)", "", words
    ).strip()
    which = "this" if words in ("this", "that", "it") else ORDINALS.get(words, numerals(words))
    if which not in ("this", "last") and not re.fullmatch(r"\d{1,2}", which):
        return None
    change = reading.spoken(reading["change"]) or None
    count = _times(reading["count"]) if reading["count"] else None
    return [Vary(n=max(1, min(16, count or (1 if change else Vary().n))), like=which, change=change)]


def read_goto(reading: Reading) -> Operations | None:
    """A revision by number or id."""
    words = expression("revision_lead").sub("", low(reading["revision"]))
    if words in ORDINALS:
        return [Goto(revision=ORDINALS[words])]
    if words in ("original", "start", "beginning"):
        return [Restart()]
    counted = numerals(words)
    if re.fullmatch(r"\d{1,4}", counted) or re.fullmatch(r"[0-9a-f]{6,40}", counted):
        return [Goto(revision=counted)]
    return None


def read_undo_of(reading: Reading) -> Operations | None:
    """ "Undo the hat": the step, when it was the last one about that thing; else the change is undone in words."""
    words = low(reading["target"]).split(" ")[-1]
    if words in ("change", "edit", "last", "step", "changes"):
        return [Undo()]
    for steps, operation in enumerate(reversed(reading.context.history), 1):
        if words in " ".join(str(value).lower() for value in operation.flat().values()):
            return [Undo(count=steps)] if steps == 1 else [Refine(change=reading.spoken(reading.clause))]
    return [Refine(change=reading.spoken(reading.clause))] if reading.context.history else None


def read_refine(reading: Reading) -> Operations | None:
    """A change to the last edit itself; without one there is nothing to refine, save a mask the author gave."""
    clause = low(reading.clause)
    if reading.kind:
        return [Refine(change=reading.spoken(reading.clause))] if _refinable(reading) else None
    masked = "mask" in clause or "selection" in clause
    if not (reading.context.history or (reading.context.mask and masked)):
        return None
    if clause.startswith(("also the", "without the", "no the", "no , the")) and not reading.context.history:
        return None
    return [Refine(change=reading.spoken(reading.clause))]


def _refinable(reading: Reading) -> bool:
    """Whether words that name no mask are about where the last edit was made, rather than about the thing it made."""
    last = reading.context.history[-1] if reading.context.history else None
    if last is None or (getattr(last, "target", None) is None and not isinstance(last, Background | Add)):
        return False
    if reading.kind == "size":
        return isinstance(last, Remove | Blur | Adjust | Restore | Style | Extract | Background | Text)
    return reading.kind == "edge" or not isinstance(last, Add)


def read_replay(reading: Reading) -> Operations | None:
    """The same edits once more, on another picture."""
    return [Replay(recipe=reading.spoken(reading["recipe"]) or "last")]


def choose(clause: str, context: Context, vocabulary: Vocabulary) -> Choose | None:
    """An answer to the question that is open: a number, an order, a side, a label or all."""
    if not context.candidates:
        return None
    small = low(clause).strip(" .!)#")
    match = _CHOICE.match(small)
    core = numerals(match.group(1) if match else small).removeprefix("one ").removeprefix("ones ")
    if core in ("all", "both", "every", "all of", "everything", "both of", "each", "any", "either") or small in (
        "all of them",
        "both of them",
        "every one",
    ):
        return Choose(candidate="all" if core not in ("any", "either") else "1")
    if len(context.candidates) == 1 and small in _CONSENT:
        return Choose(candidate="all")
    if core in ORDINALS:
        return Choose(candidate=str(len(context.candidates)) if core == "last" else ORDINALS[core])
    if re.fullmatch(r"\d{1,2}(?:(?: ?,| and|,) ?\d{1,2})*", core):
        return Choose(candidate=re.sub(r"(?: ?,| and|,) ?", ", ", core))
    if (
        core in vocabulary["words.position"]
        or core in vocabulary["words.size"]
        or (core.endswith(("most", "est")) and " " not in core)
    ):
        return Choose(candidate=core)
    if re.fullmatch(r"(?:on|in|at|to) (?:the )?.{2,30}", core) and len(core.split()) <= 6:
        return Choose(candidate=re.sub(r"^(?:on|in|at|to) (?:the )?", "", core))
    if any(core == label.lower() or core in label.lower().split() for label in context.candidates):
        return Choose(candidate=core)
    return (
        Choose(candidate=core)
        if match and small.endswith((" one", " ones")) and len(core.split()) <= 3 and colour_in(core, vocabulary)
        else None
    )


def follow_up(clause: str, context: Context, vocabulary: Vocabulary) -> Operations | None:
    """ "A bit more", "less", "by 20 more", "the other way", "blue instead": changes of the last edit."""
    if not context.history:
        return None
    last = context.history[-1]
    if carried := _carried_over(clause, last, vocabulary):
        return [carried]
    text, degree = take_degree(clause, vocabulary)
    small = re.sub(r" +", " ", low(text)).strip(" ,.") or "more"
    small = re.sub(r"^(?:no|yes|but|now|nah|naah|nash|ok|i think|too bright|too dark) (?:, )?", "", small)
    if not isinstance(last, Rotate | Adjust) and not re.search(r"[^\W\d]", clause):
        return None
    if isinstance(last, Rotate):
        return _turn_more(last, low(clause), small, degree.percent)
    if isinstance(last, Adjust):
        whole = low(clause).strip(" ,.")
        less = _LESS.match(whole) and not any(letter.isdigit() for letter in whole)
        return _adjust_more(last, whole if less else small, None if less else degree.percent, whole)
    if low(small) in vocabulary["states.adjectives"] and small.endswith(("er", "er it")):
        return [Alter(target=Target(previous=True), prompt=small)]
    if isinstance(last, Recolor) and (colour := _instead(small, vocabulary)):
        return [last.model_copy(update={"colour": colour})]
    if _MORE.match(small) and _repeatable(last, small):
        return [_strengthened(last, 1.0)]
    if _LESS.match(small) or (_MORE.match(small) and small != "more"):
        return [Refine(change=clause)]
    return [Refine(change=clause)] if small in ("more", "stronger") else None


_TOO = expression("too")
_SAME = expression("same_for")


def _carried_over(clause: str, last: Any, vocabulary: Vocabulary) -> Any:
    """ "And the sea too", "the same for the cat": the last edit on another thing."""
    match = _TOO.match(low(clause)) or _SAME.match(low(clause))
    if not match:
        return None
    thing = clause[match.start("thing") : match.end("thing")]
    if isinstance(last, Adjust) and (tone := tone_of(thing)) and not tone.comparative:
        return last.model_copy(update={"property": tone.property})
    if "photo" in low(thing) or "picture" in low(thing) or low(thing) in ("it", "this", "that", "this one", "that one"):
        return None
    return last.model_copy(update={"target": read_target(thing, vocabulary)}) if hasattr(last, "target") else None


def _instead(small: str, vocabulary: Vocabulary) -> str | None:
    """A bare colour, as an answer to the last recolouring."""
    core = expression("instead_lead").sub("", small).strip(" ,")
    core = re.sub(r"^(?:make it|rather|to) ", "", core)
    return colour_in(core, vocabulary) if core else None


def _repeatable(last: Operation, small: str) -> bool:
    return isinstance(last, Restore) or small in (
        "again",
        "once more",
        "one more time",
        "do it again",
        "same again",
        "repeat",
        "do that again",
        "more",
    )


def _strengthened(last: EditOperation | Any, factor: float) -> Any:
    amount = getattr(last, "amount", None)
    return last.model_copy(update={"amount": max(-100.0, min(100.0, amount * factor))}) if amount is not None else last


def _adjust_more(last: Adjust, small: str, percent: float | None, clause: str) -> Operations | None:
    """The same property again: further, back, or by so much."""
    way = 1.0 if last.amount >= 0 else -1.0
    same = re.search(r"same", small)
    step = (
        abs(percent)
        if percent is not None
        else abs(last.amount)
        if same or small in ("again", "once more", "do it again", "do that again")
        else 10.0
        if re.search(r"\b(?:bit|little|slightly|touch|tad)\b", clause)
        else 20.0
    )
    amount: float | None = None
    if expression("raising_verb").search(small) and _elliptical(small):
        amount = step
    elif re.search(r"\b(?:decrease|reduce|lower|decreasing|reducing|lowering|reduced)\b", small) and _elliptical(small):
        amount = -step
    elif _LESS.match(small):
        amount = -way * (step if percent is not None else min(10.0, abs(last.amount) / 2))
    elif re.search(r"\b(?:other|opposite|reverse|wrong)\b", small) and only_words(small, expression("reversal_word")):
        amount = -way * (abs(percent) if percent is not None else abs(last.amount))
    elif _MORE.match(small) or (percent is not None and only_words(small, expression("amount_word"))):
        amount = way * step
    return [last.model_copy(update={"amount": max(-100.0, min(100.0, amount))})] if amount is not None else None


_ELLIPTICAL = expression("elliptical_word")


def _elliptical(small: str) -> bool:
    """Nothing is said about what to change, so it is what was changed before."""
    return only_words(small, _ELLIPTICAL)


_TURN_WORDS = expression("turn_word")


def _turn_more(last: Rotate, clause: str, small: str, percent: float | None) -> Operations | None:
    """Further, back, or the other way round."""
    said = re.sub(r"[,°]", " ", numerals(clause)).strip()
    if not only_words(said, _TURN_WORDS):
        return None
    named = number(said)
    degrees = (
        abs(named)
        if named is not None
        else 10.0
        if re.search(r"\b(?:bit|little|slightly)\b", said)
        else abs(last.degrees)
    )
    way = 1.0 if last.degrees >= 0 else -1.0
    if re.search(r"\b(?:anti|counter|left|anticlock\w*|counterclock\w*)", said):
        way = -1.0
    elif re.search(r"\bclock\w*|\bright\b", said):
        way = 1.0
    elif re.search(r"\b(?:back|other|opposite|reduce|decrease|less|too much|wrong)\b", said):
        way = -way
    return [Rotate(degrees=degrees * way)]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "history": read_history,
        "vary": read_vary,
        "vary_like": read_vary_like,
        "goto": read_goto,
        "undo_of": read_undo_of,
        "refine": read_refine,
        "replay": read_replay,
    }
