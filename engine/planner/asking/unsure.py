"""Whether somebody should be asked about an instruction that the rules have read.

`benchmarks/asking.py` measures this on the clear-cut labels of `benchmarks/language.py`. A question, or two words or
more that nobody accounts for in a plan that is not sure of itself: those are 2 % of the instructions, two of three of
them misread, and nearly half of all that are. To ask about every plan that is not sure would find half as many more
and ask eight times as often; words in plans that are sure of themselves point at nothing.
"""

from __future__ import annotations

from typing import Final, get_args

from engine.operations import HistoryOperation, Plan
from engine.planner.asking.wording import is_known, strings_in, words_of
from engine.planner.normalise import normalise
from engine.planner.vocabulary import load

SURE: Final = 0.7
"""Confidence from which a reading is taken as it is."""
UNREAD: Final = 2
"""So many words that nobody accounts for are a wish that was lost."""
STEM: Final = 5
"""Letters that two forms of a word share."""


def is_unsure(plan: Plan) -> bool:
    """Whether the rules may have misread the instruction of their plan."""
    return plan.question is not None or (plan.confidence < SURE and len(unread_words(plan)) >= UNREAD)


def unread_words(plan: Plan) -> list[str]:
    """The words of the instruction, outside quoted strings, that are neither in the plan nor known to say how."""
    told = {word for operation in plan.operations for text in strings_in(operation.flat()) for word in words_of(text)}
    stems = {word[:STEM] for word in told}
    said = (word for sentence in normalise(plan.instruction, load()).sentences for word in words_of(sentence))
    return [word for word in said if not (word in told or word[:STEM] in stems or is_known(word) or word.isdigit())]


def is_step(plan: Plan) -> bool:
    """Whether it is a step through the history that the rules are sure of, which nobody needs to be asked about."""
    steps = bool(plan.operations) and all(isinstance(one, get_args(HistoryOperation)) for one in plan.operations)
    return steps and plan.confidence >= SURE and plan.question is None
