"""Reading changed minds within one message: "make it red, no wait, blue" is "make it blue".

What is said anew takes the place of the words that it puts right: of the request, where it is one, or of the last words
of its own kind (a colour for a colour, a number for a number, "the cat" for "the dog").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from engine.expressions import regex
from engine.planner.clauses import split
from engine.planner.colours import colour_in
from engine.planner.normalise import low, quotes_in
from engine.planner.openings import begins_request
from engine.planner.vocabulary import Vocabulary, expression

_TURN: Final = expression("change_of_mind")
_ANEW: Final = expression("mind_changed_at_once")
_ADDED: Final = expression("added_thought")
_NOTHING: Final = expression("wish_dropped")
_NUMBER: Final = regex(r"[-+]?\d+(?:[.:]\d+)?(?:%|x|px)?")
_AMOUNT: Final = regex(r"(?:by |to |about )?[-+]?\d+(?:\.\d+)? ?(?:%|percent|degrees?|px|pixels|x)?")
_TURNS: Final = ("left", "right", "up", "down", "top", "bottom", "clockwise", "counterclockwise", "anticlockwise")
_AXES: Final = ("horizontal", "vertical", "horizontally", "vertically", "square", "portrait", "landscape")
_DEGREES: Final = ("bigger", "smaller", "larger", "brighter", "darker", "lighter", "warmer", "cooler")
_WAYS: Final = frozenset((*_TURNS, *_AXES, *_DEGREES))
_ARTICLES: Final = frozenset(["a", "an", "some", "another"])
_DEFINITE: Final = frozenset(["the", "that", "this", "his", "her", "my", "its", "their", "these", "those"])
_BESIDE: Final = frozenset(["of", "on", "in", "behind", "near", "beside", "under", "above", "at", "over", "from", "by"])
_ENDS: Final = frozenset(
    ["with", "to", "into", "for", "and", ",", "on", "in", "at", "behind", "next", "from", "of", "by"]
)
MAX_TURNS: Final = 3
FEW: Final = 4
"""Words of a wish without a verb: "sepia, no, black and white"."""
MAX_WORDS: Final = 16
"""Of what is said anew without a request of its own."""


def reconsidered(sentences: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """The sentences of a message as they were meant in the end."""
    joined: list[str] = []
    for sentence in sentences:
        if joined and _ANEW.match(low(sentence)):
            joined[-1] = f"{joined[-1]} , {sentence}"
        else:
            joined.append(sentence)
    return [_settled(sentence, vocabulary) for sentence in joined]


def _settled(sentence: str, vocabulary: Vocabulary) -> str:
    for _ in range(MAX_TURNS):
        turn = _TURN.search(low(sentence)) if "," in sentence else None
        following = _TURN.search(low(sentence), turn.end()) if turn else None
        if turn is None:
            break
        end = following.start() if following else len(sentence)
        settled = _put_right(sentence[: turn.start()].strip(" ,"), sentence[turn.end() : end].strip(" ,"), vocabulary)
        if settled is None:
            break
        sentence = f"{settled}{sentence[end:]}"
    return sentence


_REMARKED = regex(r"(?:he|she|it|they|i|we|there)(?:'s|'re|'m| is| are| am) \w+")
"""How a remark begins that is none of the orders which are put right: "he's holding a phone, make that a rose"."""


def _put_right(first: str, anew: str, vocabulary: Vocabulary) -> str | None:
    """The first words with those said anew in their place; None where these put nothing right."""
    small = low(anew)
    if low(first) in vocabulary["words.opener"]:
        return None
    if _NOTHING.fullmatch(small):
        return " and ".join(split(first, vocabulary)[:-1])
    if not first or not anew or _ADDED.search(small):
        return None
    words = anew.split(" ")
    orders = low(words[0]) in vocabulary.base_forms and words[1:2] and low(words[1]) in vocabulary["words.pronoun"]
    if orders or begins_request(anew, vocabulary):
        return " and ".join([*split(first, vocabulary)[:-1], anew])
    if not begins_request(first, vocabulary):
        if _REMARKED.match(low(first)):
            return None
        return anew if first.count(" ") < FEW and len(words) <= FEW else None
    if len(words) > MAX_WORDS:
        return None
    return _of_its_kind(first.split(" "), words, vocabulary)


def _of_its_kind(first: list[str], anew: list[str], vocabulary: Vocabulary) -> str | None:
    """The sentence with the last words of the same kind replaced."""
    small = low(" ".join(anew))
    if quotes_in(small):
        return _swapped(first, anew, lambda word: bool(quotes_in(word)))
    if _AMOUNT.fullmatch(small):
        number = [word for word in anew if _NUMBER.fullmatch(word)]
        return _swapped(first, number, lambda word: _NUMBER.fullmatch(word) is not None)
    if colour_in(small, vocabulary):
        return _swapped(first, anew, lambda word: low(word) in vocabulary["colours.names"])
    if len(anew) == 1 and (small in _WAYS or _NUMBER.fullmatch(small)):
        return _swapped(first, anew, lambda word: low(word) in _WAYS or _NUMBER.fullmatch(word) is not None)
    if anew[0].isupper() and len(anew[0]) > 1:
        return _swapped(first, anew, lambda word: word.isupper() and len(word) > 1)
    opening = low(anew[0])
    for kind in (_ARTICLES, _DEFINITE):
        if opening in kind:
            return _noun_swapped(first, anew, kind)
    if opening in _ENDS:
        return _swapped_from(first, anew, opening)
    return " ".join([*first[: -len(anew)], *anew]) if len(first) > len(anew) <= 2 else None


def _swapped(first: list[str], anew: list[str], of_kind: Callable[[str], bool]) -> str | None:
    """The last run of words of a kind replaced, whatever follows it kept."""
    end = next((index for index in range(len(first), 0, -1) if of_kind(first[index - 1])), 0)
    start = end
    while start and of_kind(first[start - 1]):
        start -= 1
    return " ".join([*first[:start], *anew, *first[end:]]) if end and anew else None


def _noun_swapped(first: list[str], anew: list[str], kind: frozenset[str]) -> str | None:
    """The last noun phrase that opens alike replaced, up to the next preposition; one that only says where is left."""
    opens = [index for index, word in enumerate(first) if index and low(word) in kind]
    plain = [index for index in opens if low(first[index - 1]) not in _BESIDE and low(first[index - 2]) != "next"]
    start = next(reversed(plain or opens), 0)
    if not start:
        return None
    end = next((index for index in range(start + 1, len(first)) if low(first[index]) in _ENDS), len(first))
    inner = any(low(word) in _ENDS for word in anew)
    return " ".join([*first[:start], *anew, *([] if inner else first[end:])])


def _swapped_from(first: list[str], anew: list[str], opening: str) -> str | None:
    """Everything from the last preposition of the same name on replaced: "with a cat", "with a fox"."""
    start = next((index for index in range(len(first) - 1, 0, -1) if low(first[index]) == opening), 0)
    return " ".join([*first[:start], *anew]) if start else None
