"""What people tell beside what they ask for: "..., because it hides the sea", "... for my passport"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from engine.planner.languages.dictionary import Dictionary
from engine.planner.languages.lexing import Token


def without_explanations(
    parts: Iterable[list[Token]], dictionary: Dictionary, says: Callable[[list[Token]], bool]
) -> list[list[Token]]:
    """The requests of a sentence without what explains them, unless it is nothing but an explanation.

    A request that `says` something with its explanation keeps it: "edit it so that it looks like winter".
    """
    asked = list(parts)
    orders = [_without_explanation(part, dictionary, says) for part in asked]
    return orders if any(orders) else asked


def _without_explanation(part: list[Token], dictionary: Dictionary, says: Callable[[list[Token]], bool]) -> list[Token]:
    start = next((index for index, token in enumerate(part) if token.text in dictionary.explaining), 0)
    if part and (start or part[0].text in dictionary.explaining):
        return part if start and part[start - 1].text != "," and says(part) else part[:start]
    remark = next((index for index in range(1, len(part)) if _is_remark(part, index)), 0)
    asked = part[:remark]
    return asked if any(token.verbs for token in asked) or (asked and says(asked)) else part


def _is_remark(part: Sequence[Token], comma: int) -> bool:
    """Whether the comma is followed by how something is: "less brightness, it is burnt"."""
    return part[comma].text == "," and comma + 1 < len(part) and part[comma + 1].senses.get("W") == "is"


def purpose(part: Sequence[Token]) -> int:
    """Where it is told what the picture is for, behind all else; 0 where it is not."""
    return next((index for index in range(len(part) - 1, 0, -1) if part[index].english("P") == "for"), 0)
