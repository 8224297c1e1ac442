"""What an instruction leaves alone: "but not the sky", "don't touch the face", and words that name no thing at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.expressions import regex
from engine.operations import Adjust, Blur, Extract, Remove, Style, Target
from engine.planner.normalise import low
from engine.planner.targets import parse_target
from engine.planner.vocabulary import load

_LEAD = r"^(?:but |and |just |please |only |while |whilst )*"
_SPARED = regex(
    _LEAD + r"(?:(?:leave|keep|leaving|keeping) (?P<kept>.+?) "
    r"(?:alone|(?:exactly |just |precisely )?(?:as|how|where) (?:it|they|he|she|you) "
    r"(?:is|are|stands?|sits?|looks?|lies?|appears?|was|were)"
    r"|(?:exactly )?as is|unchanged|untouched|intact|the same"
    r"|(?:in|its|their) (?:own |full )?colou?rs?|coloured|colored)"
    r"|(?:leave|keep) (?P<trace>(?:the|its|his|her|their) (?:shadow|reflection)s?)"
    r"|(?:don't|do not|dont|never) (?:touch|change|alter|edit|modify|affect) (?P<left>.+?)"
    r"|(?P<own>(?:the|his|her|my|their) .+?) (?:should|must|may|shall) (?:keep|retain) "
    r"(?:its|their|his|her) (?:own |original |full |natural )?colou?rs?"
    r"|not (?P<rest>(?:the|its|his|her|their) .+?))$"
)
_KEPT_BARE = regex(
    _LEAD + r"(?:keep|keeping|preserve|preserving|retain|retaining|maintain|maintaining|leave|leaving) "
    r"((?:the|its|his|her|their|my)(?: (?!on\b|in\b|as\b|with\b|only\b)[a-z'-]+){1,5}?)"
    r"(?: itself| themselves| in place| there)?$"
)
_STAYS = regex(
    _LEAD + r"(?:also |yet )?(?:keep|preserve|retain|maintain|respect|protect|leave|hold on to) "
    r"(?:the|its|his|her|their|my|every|each|everything|all) (?!.* (?:out|away|off)$).+"
)
_LEFT_ALONE = regex(
    r" (?:, )?(?:and |but |while )?(?:without (?:touching|changing|altering|affecting|editing) "
    r"(?P<left>(?:the|his|her|its|their|my) .+)|(?:leaving|keeping) (?P<kept>(?:the|his|her|its|their|my) .+?) "
    r"(?:alone|as (?:it|they) (?:is|are)|unchanged|untouched|intact|in colou?r))$"
)
OF_PICTURE = regex(
    r"\b(?:colou?rs?|lighting|tones?|composition|style|layout|structure|quality|perspective|proportions?|atmosphere|mood|details?"
    r"|effects?|look|identity|poses?|angle|texture|design|expressions?|elements?)\b"
)
"""What a picture and the things in it have: it can be kept, but not spared as a place can."""
_TRACE = regex(r"\b(?:shadow|reflection)s?$")
_FORBIDDEN = regex(_LEAD + r"(?:don't|do not|dont|never) (?!show|let|reveal|display|expose|want|need|like)\w+ \w+")
_NO_THING = regex(
    r"^(?:the|a|an|and|it|this|that|please|i|we|you|with|so|of)$"
    r"|^(?:don't|do not|dont|it|and|i'd|i'm|with|so|please|to) "
    r"| (?:and|with|so|too|looks?|seems?|feels?|please)$| (?:looks?|seems?|feels?) (?:too|so|more|less)\b"
)


def spared_by(clause: str) -> str | None:
    """The thing that the clause wants left alone; None where it says nothing of the kind."""
    match = _SPARED.match(low(clause))
    thing = next(filter(None, match.groups()), None) if match else None
    return None if thing is None or (OF_PICTURE.search(thing) and not _TRACE.search(thing)) else thing


def kept_beside(clause: str) -> str | None:
    """The thing that a clause beside another request keeps, in no more words: "but keep the folds"."""
    match = _KEPT_BARE.match(low(clause))
    return match.group(1) if match else None


def stays(clause: str) -> bool:
    """Whether a clause behind a request only says, at any length, what stays: "keep the folds in the linen"."""
    return _STAYS.match(low(clause)) is not None


def left_alone(clause: str) -> str | None:
    """What a clause that asks for something leaves as it is: "without touching the face"."""
    match = _LEFT_ALONE.search(low(clause))
    thing = next(filter(None, match.groups()), None) if match else None
    return None if thing is None or OF_PICTURE.search(thing) else thing


def of_the_rest(operation: Any, kept: Sequence[str]) -> Any:
    """The operation on everything but what was said to be kept before: "keep the dog as it is, the rest grey"."""
    target = getattr(operation, "target", None)
    if not kept or (target is not None and low(target.phrase or "") not in ("rest", "everything else", "others")):
        return operation
    if isinstance(operation, Remove):
        return Extract(target=parse_target(kept[-1]))
    if target is None:
        return sparing(operation, kept[-1])
    return operation.model_copy(update={"target": parse_target(f"everything except {kept[-1]}")})


def forbids(clause: str) -> bool:
    """Whether the clause only says what not to do: "don't make it darker"."""
    return _FORBIDDEN.match(low(clause)) is not None


def sparing(operation: Any, thing: str) -> Any:
    """The operation on everything but the thing, where it would have been on the whole picture.

    What is taken away leaves its shadow or its reflection where that is to stay.
    """
    if isinstance(operation, Remove) and _TRACE.search(thing):
        return operation.model_copy(update={"target": related(operation.target, f"without {thing}")})
    kept_anyway = low(thing).rsplit(" ", 1)[-1] in load()["words.arrangement"]
    if isinstance(operation, Adjust | Style | Blur) and operation.target is None and not kept_anyway:
        return operation.model_copy(update={"target": parse_target(f"everything except {thing}")})
    return operation


def related(target: Target, relation: str) -> Target:
    """The target with one more relation."""
    return target.model_copy(update={"relation": ", ".join(filter(None, (target.relation, relation)))})


def mended(operation: Any) -> Any | None:
    """The operation, if its target can be a thing and is no torn piece of a sentence.

    A change of tone goes to the whole picture instead; anything else is None: nobody said what it is about.
    """
    target = getattr(operation, "target", None)
    if target is None or not target.phrase or not _NO_THING.search(low(target.phrase)):
        return operation
    return operation.model_copy(update={"target": None}) if isinstance(operation, Adjust) else None
