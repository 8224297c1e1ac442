"""The things that remarks are about, and sentences in which "it" is told by their names."""

from __future__ import annotations

from engine.expressions import regex
from engine.planner.colours import colour_in
from engine.planner.normalise import low, quotes_in
from engine.planner.vocabulary import Vocabulary, expression

_PLACE = regex(r" (?:in|on|at|of|behind|under|over|near|from|to|with) ")
_FRAMING = frozenset(["crop", "flip", "resize", "upscale", "expand"])
_CHOOSING = regex(r"^(?:(?:try|go|pick|choose|use) )?(?:with |for )?(?:an? )?")
_BARE = frozenset(["remove", "blur", "pixelate", "extract"])
"""Orders that need a thing, so that without one they are about what was spoken of."""


def mentioned_in(remark: str, vocabulary: Vocabulary) -> str | None:
    """The thing a remark is about, as "the lamp"; None where it names none, or only the picture itself."""
    match = expression("mentioned").search(low(remark))
    thing = remark[match.start("thing") : match.end("thing")].strip(" ,") if match else ""
    if quotes_in(thing):
        return None
    head = _PLACE.split(low(thing))[0].split(" ")[-1]
    whole = low(thing) in vocabulary["words.whole"] or head in vocabulary["words.picture"]
    return None if whole or not thing else f"the {thing}"


def told_of(clause: str, request: str, thing: str, vocabulary: Vocabulary) -> str | None:
    """The clause with its "it" told by name: "delete it" -> "delete the lamp", "remove" -> "remove the lamp".

    request: the clause without what leads to it. None where it points at nothing, or at the picture: "crop it".
    """
    verb, _, rest = low(request).partition(" ")
    does = frozenset(vocabulary.openings.get(verb, ()))
    if not rest and not does.isdisjoint(_BARE):
        return f"{request} {thing}"
    if colour_in(chosen := _CHOOSING.sub("", low(request)), vocabulary):
        return f"make {thing} {chosen}"
    match = expression("pointing_back").search(low(clause))
    if match is None or not does.isdisjoint(_FRAMING):
        return None
    before, behind = clause[: match.start()], clause[match.end() :].strip()
    if low(behind) in vocabulary["hints.particles"]:
        return f"{before} {behind} {thing}".strip()
    return f"{before} {thing} {behind}".strip()
