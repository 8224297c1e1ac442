"""Where an order begins that follows on a remark without any stop: "the water is murky take that haze away"."""

from __future__ import annotations

from functools import cache

from engine.planner.mentions import mentioned_in, told_of
from engine.planner.normalise import low
from engine.planner.vocabulary import Vocabulary, load

FEWEST = 2
"""Words of a remark."""
LONGEST_CLOSING = 4
"""Words of what a sentence may end in that is about the last edit."""


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(load().tables["measures"]["run_on"][name])


def order_behind(sentence: str, vocabulary: Vocabulary) -> int | None:
    """The index of the character where the order begins; None where none follows on a remark."""
    words = low(sentence).split(" ")
    tell = next((index for index, word in enumerate(words) if _tells(word)), None)
    if (
        len(words) > FEWEST
        and words[-1] in _words("steps")
        and words[-2] not in _words("before_step")
        and "," not in words
    ):
        return len(sentence) - len(words[-1])
    if (closing := _closing(words)) is not None:
        return sum(len(word) + 1 for word in words[:closing])
    if tell is None or "," in words or (tell and words[tell - 1] in _words("relative")):
        return None
    for index in range(max(tell + 1, FEWEST), len(words) - 1):
        if _orders(words, index, vocabulary):
            return sum(len(word) + 1 for word in words[:index])
    return None


def _closing(words: list[str]) -> int | None:
    """The index of the word where an order about the last edit begins: "too orange dial it back"."""
    closings = _words("closings")
    for size in range(LONGEST_CLOSING, 1, -1):
        before = words[:-size]
        if len(before) >= FEWEST and " ".join(words[-size:]) in closings and "," not in words:
            return None if before[-1] in _words("before_step") or before[-1] in _words("attached") else len(before)
    return None


def told_apart(remark: str, order: str, vocabulary: Vocabulary, *, surely: bool = False) -> list[str]:
    """The remark and the order, or only that, told of what the remark is about; one clause of what is unsure.

    surely: they are two.
    """
    thing = mentioned_in(remark, vocabulary)
    if thing and (told := told_of(order, order, thing, vocabulary)):
        return [told]
    first = low(remark).split(" ", 1)[0].removesuffix("'s")
    two = surely or first in _words("pointing") or told_of(order, order, "the thing", vocabulary) is None
    return [remark, order] if two else [f"{remark} {order}"]


def _tells(word: str) -> bool:
    return word in _words("telling") or (word.endswith("'s") and len(word) > 3)


def _orders(words: list[str], index: int, vocabulary: Vocabulary) -> bool:
    """Whether an order begins with a word: a verb and what it is done to."""
    word, before = words[index], words[index - 1]
    if word in _words("scaling") and words[index + 1] in ("it", "that"):
        return before not in _words("attached")
    if word not in vocabulary.base_forms or vocabulary.base_forms[word] != word or word in _words("no_orders"):
        return False
    if (
        before in _words("attached")
        or (_tells(before) and before.endswith("'s"))
        or words[index + 1] not in _words("objects")
    ):
        return False
    return word not in vocabulary["noun_verbs.words"] or words[index + 1] in ("it", "them", "that", "the")
