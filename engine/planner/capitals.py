"""Words in capitals put somewhere, which are to be written there: "slap HAPPY BIRTHDAY across the top"."""

from __future__ import annotations

from engine.expressions import regex
from engine.operations import Text
from engine.planner.normalise import low
from engine.planner.reading import Reading

_DATED = regex(
    r"(?P<text>(?:[A-ZÀ-Þ][\w'-]+ ){1,4}(?:19|20)\d\d)"
    r"(?: (?:small|tiny|big|large|in [a-z]+ (?:letters|type|print)))?"
)
"""A name and a year: "Porto 1998"."""
_AT_EDGE = regex(r"\b(?:bottom|top|corner|edge|underneath|footer)\b")
LEAST_LETTERS = 4
"""Of words that are written rather than added: a TV, a UFO and an SUV are things."""
_TITLE = regex(r"(?!The |A |An )[A-Z][\w'!]*(?: (?:[A-Z][\w'!]*|of|the|and|to|for|in|&|\d+))+")
_GREETING = frozenset(
    [
        *("happy", "merry", "congratulations", "congrats", "welcome", "just", "thank", "thanks", "get", "best", "good"),
        *("class", "season's", "save", "game", "home", "keep", "made", "est", "since", "bon", "feliz", "world's"),
    ]
)
"""First words of what stands on cards, banners and shirts."""
_ALONG = regex(
    r"(?:right )?(?:across|along) (?:the|its|his|her|their) (?:very )?(?:top|bottom|front|side|back|middle)\b"
)


def written_there(reading: Reading, words: str, place: str | None) -> Text | None:
    """The lettering, where the words stand out by their capitals and the clause says where they go."""
    letters = sum(map(str.isalpha, words))
    if place and (dated := _DATED.fullmatch(words)) and _AT_EDGE.search(place):
        return Text(action="add", text=dated["text"], place=reading.spoken(place))
    loud = words.isupper() and letters >= LEAST_LETTERS and not reading.clause.isupper()
    if not place or not (loud or _is_title(words, low(place))):
        return None
    return Text(action="add", text=words, place=reading.spoken(place))


def _is_title(words: str, place: str) -> bool:
    """Whether the words are capitalised as lettering is, and run along something or greet somebody."""
    if _TITLE.fullmatch(words) is None:
        return False
    return _ALONG.match(place) is not None or low(words).split(" ")[0] in _GREETING
