"""Words in capitals put somewhere, which are to be written there: "slap HAPPY BIRTHDAY across the top"."""

from __future__ import annotations

from engine.operations import Text
from engine.planner.reading import Reading

LEAST_LETTERS = 4
"""Of words that are written rather than added: a TV, a UFO and an SUV are things."""


def written_there(reading: Reading, words: str, place: str | None) -> Text | None:
    """The lettering, where the words stand out by their capitals and the clause says where they go."""
    letters = sum(map(str.isalpha, words))
    if not place or not words.isupper() or letters < LEAST_LETTERS or reading.clause.isupper():
        return None
    return Text(action="add", text=words, place=reading.spoken(place))
