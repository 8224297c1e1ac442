"""Where words could truly mean two things: what to ask beside the reading that is taken, or instead of one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from engine.expressions import regex
from engine.operations import Add, Context, Operation, Target, Undo, Upscale
from engine.planner.normalise import low
from engine.planner.reading import before_article
from engine.planner.recall import about, another, one_of
from engine.planner.vocabulary import Vocabulary

_ASKED: Final = "Did you mean "
"""How every doubt begins, and no other question does."""
_TALK: Final = regex(
    r"\b(?:i|you|we|if|would|could|should|can (?:you|we|i))\b|^(?:it|is|are|be|was|to|by|for|of|at|with|not|the|a|an)$"
    r"|^(?:less|more)(?: [a-z]+)?$|^(?:up|down|(?:(?:up|down|over|out|in|back) )?(?:there|here))$"
)
"""Words of a sentence about the request, none of which is in the name of a thing."""
_CUT_OFF: Final = regex(
    r" (?:which|who|he|she|they|the|an?|further|closer|nearer|of|into|will|as|and|or|have|has|is|are|was|were|from|"
    r"next|instead)$"
)
"""Words that no name of a thing ends with: the sentence goes on."""
_JUDGED: Final = regex(
    r"\b(?:was|were|is|looked|looks) (?:much |a lot )?(?:the )?(?:best|better|nicer|fine|good|great|wrong|worse)\b"
)
"""A verdict, which is nothing that could be put in."""
_TALK_OF_RESULT: Final = regex(
    r"^(?:i|you|we)\b|(?<!as )(?<!like )\bif (?:i|you|we|it|the)\b|\b(?:can|could|would) you\b"
)


_POINTING: Final = frozenset(["them", "it", "him"])
"""What is there already, and cannot be added."""


def of_things(operations: Sequence[Any], vocabulary: Vocabulary, *, loose: bool) -> bool:
    """Whether what a reading takes for things can be some; "I think I" and "is" are parts of somebody's sentence.

    loose: whether the reading takes anything for a result, which is checked then too.
    """
    return not any(
        ((target := getattr(one, "target", None)) and _is_torn_out(target, vocabulary))
        or (isinstance(one, Add) and low(one.prompt).split(" ")[0] in _POINTING)
        or (isinstance(one, Add) and _is_talk(one))
        or (loose and _TALK_OF_RESULT.search(low(getattr(one, "prompt", None) or "")))
        for one in operations
    )


def _is_talk(addition: Add) -> bool:
    """Whether what is to be put in is a verdict, or where it goes a piece of a sentence."""
    torn = addition.place is not None and _CUT_OFF.search(low(addition.place)) is not None
    return torn or _JUDGED.search(low(addition.prompt)) is not None


def _is_torn_out(target: Target, vocabulary: Vocabulary) -> bool:
    """Whether the target's words are a piece of a sentence rather than a thing and where it is."""
    if target.relation and _CUT_OFF.search(low(target.relation)):
        return True
    return target.phrase is not None and _is_sentence(target.phrase, vocabulary)


def _is_sentence(phrase: str, vocabulary: Vocabulary) -> bool:
    """Whether the words are no name of a thing: "I think I", or an order that was not seen, "boy lick the ice"."""
    if _TALK.search(low(phrase)) or _CUT_OFF.search(low(phrase)):
        return True
    articles = vocabulary["words.articles"]
    return any(
        word in articles and not before_article(before, vocabulary) for before, word in pairwise(phrase.split(" "))
    )


def unknown_step(operation: Operation, context: Context) -> str | None:
    """What to ask where an edit is to be undone that was never made; None where it was, or the branch is not known."""
    if not isinstance(operation, Undo) or operation.what is None or about(operation.what, context.history):
        return None
    return f"No edit here was about \u201c{operation.what[:80]}\u201d. Which step should I undo?"


def is_doubt(question: str) -> bool:
    """Whether the question of a plan is a doubt about the reading taken, rather than about words that were not read."""
    return question.startswith(_ASKED)


def doubt_about(instruction: str, operations: Sequence[Operation], context: Context) -> str | None:
    """The question that goes with the reading taken, where another is as good; None where there is none."""
    first = operations[0]
    if isinstance(first, Upscale) and " it " in f" {low(instruction)} " and context.history:
        return f"{_ASKED}a larger canvas around it rather than more pixels?"
    return _which_of_two(first, context)


def _which_of_two(operation: Any, context: Context) -> str | None:
    """ "It", after a message that changed two different things."""
    if getattr(operation, "target", None) != Target(previous=True):
        return None
    targets = [getattr(one, "target", None) for one in context.history[-context.last :]]
    names = list(dict.fromkeys(one.phrase for one in targets if one is not None and one.phrase))
    if len(names) < 2:
        return None
    return f"{_ASKED}the {names[-2]} too, or only the {names[-1]} as I took it?"


def named(operation: Any, context: Context) -> Any:
    """The operation with "one" told by its name: "the left one" is a car, after cars were spoken of."""
    target = getattr(operation, "target", None)
    if isinstance(operation, Add) and context.history:
        return operation.model_copy(update={"prompt": another(operation.prompt, context.history)})
    if target is None or not context.history:
        return operation
    told = one_of(target, context.history)
    return operation if told is target else operation.model_copy(update={"target": told})
