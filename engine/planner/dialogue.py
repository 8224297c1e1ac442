"""Reading steps through a conversation and answers to its questions: undo, back to the second, "the left one"."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import (
    Add,
    Adjust,
    Background,
    Blur,
    Choose,
    Compare,
    Context,
    Duplicate,
    Expand,
    Extract,
    Goto,
    Redo,
    Refine,
    Remove,
    Replay,
    Restart,
    Restore,
    Retry,
    Rotate,
    Style,
    Text,
    Undo,
    Vary,
)
from engine.planner.amounts import numerals
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.recall import about
from engine.planner.regrets import regretted
from engine.planner.tone import tone_of
from engine.planner.vocabulary import Vocabulary, expression

AGAIN = frozenset(
    ("again", "once more", "one more time", "do it again", "same again", "repeat", "repeat it", "repeat that",
     "do that again", "do this again", "the same again", "and again")
)  # fmt: skip
"""The last edit once more."""
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
_CHOICE = expression("choice")
_KEPT = expression("kept")
_TAKE = expression("named_take")
_EVERYWHERE = expression("everywhere")
_RETURNED = regex(r"(?:bring|put|get) (?:it|that) back")
_ANOTHER = regex(r"(?:(?:and |give me |make |do |add )*another(?: one)?|one more)(?: please)?")
_DONE_ANEW = frozenset(["redo it", "redo that", "redo this", "redo this one", "redo that one"])
"""Where nothing was undone, another try."""
_POINT = regex(r"(?:since|after|from|before)\b")
_ONCE = regex(r"(?:original|lost|true|natural|faded) (?:colou?r|tone|vibran|detail)")
"""What an old photo had once."""
_TO_BE_BACK = regex(r"\bback\b")
_OWNED = regex(r"\b(?:his|her|its|their) ")
_DETERMINED = regex(r"(?:the|an?|some|that|this|those|these) ")
_AS_IT_WAS = regex(r"^(?:(?:own|old|real|original|actual|usual|previous|former|first|normal|proper) )+")
"""Before what was there once."""
BROUGHT = Add | Text | Expand | Duplicate
"""Edits that put something there which can be had "without"."""
MAX_SPACES = 12
"""In words that choose a picture: whatever is longer says what to do with it."""
_BEFORE = expression("as_before")


def read_history(reading: Reading) -> Operations | None:
    """Undo, redo, restart, compare, retry."""
    if reading.kind in ("undo", "redo") and reading["count"]:
        count = _times(reading["count"])
        return [Undo(count=count) if reading.kind == "undo" else Redo(count=count)] if count else None
    last = reading.context.history[-1] if reading.context.history else None
    clause = low(reading.clause)
    if reading.kind == "undo" and clause.startswith("reverse") and last is None:
        return None
    if reading.kind == "undo" and reading.context.undone and _RETURNED.match(clause):
        return [Redo()]
    if reading.kind == "redo" and last and not reading.context.undone and clause in _DONE_ANEW:
        return [Retry()]
    if reading.kind == "retry" and isinstance(last, Add | Duplicate) and _ANOTHER.fullmatch(clause):
        return None
    if reading.kind == "retry" and isinstance(last, Adjust | Rotate | Restore) and clause in AGAIN:
        return None
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
    count = _times(
        re.sub(r"(?i)^(?:me |another |more |some |with )+| (?:more|other|different|new|further)$", "", reading["count"])
    ) or (4 if low(reading["count"]) in ("some", "more", "several", "other", "different") else None)
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
    if not words or words in ("latest", "newest", "most recent"):
        return [Goto(revision="last")]
    if take := _numbered(ORDINALS.get(words, numerals(words)), reading.context):
        return [Goto(revision=take)]
    if words in ORDINALS:
        return [Goto(revision=ORDINALS[words])]
    if words in ("original", "start", "beginning"):
        return [Restart()]
    counted = numerals(words)
    if re.fullmatch(r"\d{1,4}", counted) or re.fullmatch(r"[0-9a-f]{6,40}", counted):
        return [Goto(revision=counted)]
    return None


def take_named(clause: str, context: Context) -> Goto | None:
    """One of the pictures that were made side by side: "the second one", "I'll take number 3"."""
    match = _TAKE.match(low(clause).strip(" .!)#")) if context.takes and clause.count(" ") <= MAX_SPACES else None
    take = _numbered(ORDINALS.get(match["which"], numerals(match["which"])), context) if match else None
    return Goto(revision=take) if take else None


def _numbered(word: str, context: Context) -> str | None:
    """The number of the picture that is the one so counted of those made side by side; None where there is none."""
    if not context.takes:
        return None
    place = len(context.takes) if word == "last" else int(word) if word.isdecimal() and len(word) <= 2 else 0
    return context.takes[place - 1] if 1 <= place <= len(context.takes) else None


def read_undo_of(reading: Reading) -> Operations | None:
    """ "Undo the hat": the edit that was about it; whether there is one is asked later, of a point in time at once."""
    point, context = reading["since"] or reading["before"], reading.context
    if not (context.history or reading["target"]) or " to " in reading["target"]:
        return None
    if low(reading["target"]).startswith(("only ", "just ")):
        return None
    what = f"since {reading['state']}" if reading["state"] else reading["target"] or point or _done(reading)
    found = about(what, context.history)
    if not found and not reading["target"]:
        return None
    first = context.history[found[0]] if found else None
    if (reading["effect"] and not _is_effect(first)) or (reading["brought"] and not isinstance(first, BROUGHT)):
        return None
    if not found and tone_of(what) and "undo" not in low(reading.clause):
        returned = reading["target"] and context.undone and _TO_BE_BACK.search(low(reading.clause))
        return [Redo()] if returned else None
    if not found and reading["target"] and (back := _brought_back(reading)):
        return back
    if (point and not _POINT.match(low(point))) or (not found and _ONCE.match(low(what))):
        return None
    edits = len(context.history)
    last = found == tuple(range(edits - context.last, edits)) and edits
    return [Undo()] if last else [Undo(what=reading.spoken(what))]


def _brought_back(reading: Reading) -> Operations | None:
    """ "Put the charcoal back" where it was undone, "put his own face back" where the last edit changed that."""
    if not _TO_BE_BACK.search(low(reading.clause)) or _DETERMINED.match(low(reading["target"])):
        return None
    if reading.context.undone:
        return [Redo()]
    plain = _AS_IT_WAS.sub("", low(reading["target"]))
    if found := about(plain, reading.context.history):
        last = found == (len(reading.context.history) - 1,)
        return [Undo() if last else Undo(what=plain)]
    owned = plain != low(reading["target"]) or _OWNED.search(low(reading.clause))
    return [Undo()] if owned and reading.context.history else None


def _done(reading: Reading) -> str:
    """The words for what an earlier edit did, where they could as well be about the picture."""
    return reading["made"] or reading["effect"] or reading["brought"] or reading["regretted"]


def _is_effect(operation: Any) -> bool:
    """Whether an edit put nothing into the picture that could be taken for a thing of its own."""
    blurred = isinstance(operation, Background) and operation.action == "blur"
    return blurred or isinstance(operation, Adjust | Blur | Style)


def read_refine(reading: Reading) -> Operations | None:
    """A change to the last edit itself; without one there is nothing to refine, save a mask the author gave."""
    clause = low(reading.clause)
    if _EVERYWHERE.fullmatch(clause) or regretted(clause, reading.context):
        return None
    if clause.startswith(("i meant", "i mean")) and any(letter.isdigit() for letter in clause):
        return None
    if reading.kind:
        return [Refine(change=reading.spoken(reading.clause))] if _refinable(reading) else None
    masked = "mask" in clause or "selection" in clause
    if not (reading.context.history or (reading.context.mask and masked)):
        return None
    if not (masked or reading.context.mask or _placed(reading.context.history[-1])):
        return None
    if clause.startswith(("also the", "without the", "no the", "no , the")) and not reading.context.history:
        return None
    return [Refine(change=reading.spoken(reading.clause))]


def _placed(last: Any) -> bool:
    """Whether an edit was made in a place of its own."""
    return getattr(last, "target", None) is not None or isinstance(last, Background | Add | Text)


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
    if core in ORDINALS:
        return Choose(candidate=str(len(context.candidates)) if core == "last" else ORDINALS[core])
    if re.fullmatch(r"\d{1,2}(?:(?: ?,| and|,) ?\d{1,2})*", core):
        return Choose(candidate=re.sub(r"(?: ?,| and|,) ?", ", ", core))
    if (
        all(word in vocabulary["words.position"] for word in core.split(" ", 3))
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


def unfolded(sentence: str) -> tuple[bool, str]:
    """What a sentence asks for behind "keep that but", and whether it first goes back: "like before but warmer"."""
    small = low(sentence)
    if kept := _KEPT.match(small):
        return False, sentence[kept.end() :]
    if before := _BEFORE.match(small):
        return True, sentence[before.end() :]
    return False, sentence


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
