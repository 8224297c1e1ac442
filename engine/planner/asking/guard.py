"""What no answer of a model may do: an operation is carried out only where the words of the instruction ask for it.

The model may be mistaken, or talked into something by a quoted string, by lettering in the picture or by a pasted text.
So nothing here believes it: every check is made against the instruction itself, by fixed rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from engine.expressions import regex
from engine.operations import Choose, Context, EditOperation, HistoryOperation, Plan, Refine, Target
from engine.planner.asking.answers import Step
from engine.planner.asking.wording import Wording

if TYPE_CHECKING:
    from engine.protocols import Planner

LIMITS: Final[dict[str, tuple[float, float]]] = {
    "amount": (-400, 400),
    "degrees": (-360, 360),
    "count": (1, 50),
    "n": (1, 16),
    "scale": (0.01, 8),
    "width": (1, 20_000),
    "height": (1, 20_000),
}
"""The least and the most that a number may be, by field: percents, degrees, px, things and steps."""
MOST_OF_A_TONE: Final = 100
LONGEST: Final = 600
"""Characters of one field that holds a description."""
SHORTEST: Final = 40
"""Characters of a field that holds but a word or two."""
HALF: Final = 0.5
CHOICES: Final = ("kind", "action", "axis", "mode", "property", "defect")
"""Fields that hold one of a few words, which the schema checks."""
SHORT: Final = ("ordinal", "position", "size", "quantity", "aspect", "revision", "candidate", "like", "recipe")
THINGS: Final = ("phrase", "part_of")
"""Fields of a target that name what is edited: all their words must have been said."""
EVIDENCE: Final[dict[str, re.Pattern[str]]] = {
    kind: regex(rf"\b(?:{words})")
    for kind, words in {
        "undo": r"undo|revert|back|before|previous|take|cancel|never ?mind|mistake|without|unmade|not th|don",
        "redo": r"redo|again|forward|back|after all",
        "goto": r"go|back|return|version|picture|image|step|number|revision|first|second|third|last|\d",
        "restart": r"restart|start|reset|original|over|scratch|beginning|all|everything|clean",
        "retry": r"retry|again|another|once more|try|redo|different|repeat",
        "vary": r"var|version|option|different|another|alternative|more|few|several|take|two|three|four|\d",
        "compare": r"compar|before|difference|side|original|changed",
        "replay": r"same|again|recipe|repeat|also|too|replay|likewise",
        "flip": r"flip|mirror|revers|invert|other|opposite|upside|fac|left|right|horizontal|vertical",
        "rotate": r"rotat|turn|spin|tilt|straight|level|crooked|upright|sideways|degree|clockwise|anti|counter|upside|"
        r"horizon|skew|lean|slant|wonky|portrait|landscape|\d",
        "crop": r"crop|cut|trim|tight|close|zoom|square|fram|focus|only|just|aspect|ratio|portrait|landscape|chop|slic|"
        r"edge|border|side|fit|story|shape|half|top|bottom|left|right|\d",
        "expand": r"expand|exten|wid|big|larg|more|room|space|canvas|zoom|outpaint|uncrop|around|border|aspect|ratio|"
        r"grow|tall|continu|fit|story|landscape|portrait|square|beyond|\d",
        "resize": r"resiz|siz|scal|px|pixel|small|big|larg|half|doubl|twice|wid|height|tall|shrink|thumbnail|\d",
        "upscale": r"upscal|enlarg|resolution|big|larg|hd|4k|8k|times|quality|detail|sharp|enhanc|siz|scal|print|\d",
        "generate": r"generat|creat|draw|mak|paint|picture|image|imagin|photo|render|design|new|show|giv|want|need",
        "background": r"background|backdrop|behind|scene|setting|surround|around|plac|location|sky|transparen|cut|"
        r"isolat|subject|bokeh|else|in front|view|environment|landscape|at the|on the|in the|in a|on a",
    }.items()
}
"""What asks for kinds that are not known by the thing that they name: the beginning of a word, in English."""


def objection(steps: tuple[Step, ...], instruction: str, context: Context, reading: Plan, rules: Planner) -> str | None:
    """Why the steps must not be taken, in a word for the log; None where all are asked for.

    reading: what the rules made of the instruction. rules: read its quoted strings, to see what those would ask for.
    """
    wording = Wording(instruction, context)
    if len(steps) > max(wording.wishes, len(reading.operations)):
        return "more_than_asked"
    lured = _lured(wording, reading, rules)
    seen = context
    for step in steps:
        found = _misread(step, wording, seen) or ("quoted" if step.operation.kind in lured else None)
        # What the rules read in the same words needs no other proof.
        if found and step.operation not in reading.operations:
            return found
        if not isinstance(step.operation, HISTORY):
            seen = seen.model_copy(update={"history": (*seen.history, step.operation)})
    return None


HISTORY: Final = get_args(HistoryOperation)


def _lured(wording: Wording, reading: Plan, rules: Planner) -> set[str]:
    """Kinds that the quoted strings ask for and the words around them do not."""
    lured = {one.kind for quote in wording.quotes for one in rules.plan(quote, Context()).operations}
    return lured - {one.kind for one in reading.operations}


def _misread(step: Step, wording: Wording, context: Context) -> str | None:
    """What is wrong with one step; None where nothing is."""
    operation = step.operation
    if not wording.cites(step.said):
        return "not_cited"
    if not _is_sane(operation):
        return "absurd"
    if not _is_due(operation, context):
        return "out_of_turn"
    if not wording.is_english:
        return None
    evidence = EVIDENCE.get(operation.kind)
    if evidence is not None and not wording.matches(evidence):
        return "not_asked"
    target = getattr(operation, "target", None)
    if target is not None and not _is_said(target, wording):
        return "target_not_said"
    texts = _texts(operation)
    return None if all(wording.share(text, quoted=True) >= HALF for text in texts) else "prompt_not_said"


def _is_due(operation: EditOperation | HistoryOperation, context: Context) -> bool:
    """Whether what came before allows it: nothing is chosen, refined or meant by "it" where there is nothing."""
    match operation:
        case Choose():
            return _is_offered(operation.candidate, context.candidates)
        case Refine():
            return bool(context.history) or context.mask
        case _:
            target: Target | None = getattr(operation, "target", None)
            return target is None or not target.previous or bool(context.history) or context.mask


def _is_offered(candidate: str, candidates: tuple[str, ...]) -> bool:
    """Whether it can be one of them: every number is in range."""
    numbers = [int(number) for number in re.findall(r"\d{1,6}", candidate)]
    return bool(candidates) and all(1 <= number <= len(candidates) for number in numbers)


def _is_sane(operation: EditOperation | HistoryOperation) -> bool:
    """Whether every number and every text is of a size that somebody may mean."""
    fields = operation.flat()
    for name, value in fields.items():
        least, most = LIMITS.get(name, (0, 0))
        if name in LIMITS and not least <= value <= most:
            return False
    if operation.kind == "adjust" and abs(operation.amount) > MOST_OF_A_TONE:
        return False
    return all(len(text) <= (SHORTEST if name in SHORT else LONGEST) for name, text in _named_texts(fields))


def _is_said(target: Target, wording: Wording) -> bool:
    """Whether the instruction, outside its quoted strings, names the target."""
    named = (getattr(target, name) or "" for name in THINGS)
    told = (target.relation or "", target.colour or "")
    return all(wording.share(text) == 1 for text in named) and all(wording.share(text) >= HALF for text in told)


def _texts(operation: EditOperation | HistoryOperation) -> Iterator[str]:
    """What is to be seen, written or done, in words; not what it is done to."""
    fields = {name: value for name, value in operation.flat().items() if name != "target"}
    return (text for name, text in _named_texts(fields) if name not in (*CHOICES, *SHORT))


def _named_texts(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, dict):
            yield from _named_texts(cast("dict[str, Any]", value))
