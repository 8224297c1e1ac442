"""Things that any such picture has, wished for in another colour or of other stuff: "how about a black front door"."""

from __future__ import annotations

from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.reading import without_article
from engine.planner.vocabulary import Vocabulary

_STUFFS = ("states.stuffs", "states.materials")


def refitted(words: str, vocabulary: Vocabulary) -> str | None:
    """The thing before how it should be: "a black front door" -> "the front door black"; None of other things."""
    bare = low(without_article(words))
    thing = vocabulary["hints.fixtures"].trailing(bare)
    how = bare.removesuffix(thing or "").strip()
    if not thing or not how:
        return None
    if colour_in(how, vocabulary) or how in vocabulary["states.adjectives"]:
        return f"the {thing} {how}"
    return f"the {thing} made of {how}" if any(how in vocabulary[name] for name in _STUFFS) else None
