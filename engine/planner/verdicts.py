"""Reading verdicts that lead up to a step: "straight was nicer, go back one", "five legs! do over"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from engine.expressions import regex
from engine.operations import Compare, Goto, Redo, Restart, Retry, Undo
from engine.planner.dialogue import AGAIN
from engine.planner.normalise import low, only_words
from engine.planner.openings import begins_request
from engine.planner.tone import tone_of
from engine.planner.vocabulary import Vocabulary, expression

IsStep = Callable[[str, bool], bool]
"""Whether words are a step through the conversation, or (where asked) one more or less of the last edit."""
STEPS: Final = Undo | Redo | Restart | Retry | Compare | Goto
"""What a verdict leads up to."""
_APPROVAL: Final = expression("approval_word")
_APPROVING: Final = expression("approving")
_JUDGED: Final = expression("judged")
_REASON: Final = regex(
    r"(?:(?:because|as|since|cause|cos) )?(?!.*\b(?:should|instead|please|too)\b)"
    r"(?:(?:it|that|this|they|he|she|you|i|there)(?:'s|'re|'ve|'m| [a-z']+)|(?:the|my|his|her|its|their|that) [^ ,]+ "
    r"(?:is|are|was|were|isn't|aren't|looks?|shows?|has|have|came|got|went|lost|sticks?|fills?|hides?|covers?|stands?))"
    r"(?: [^\d,]*)?"
)
"""Why, behind a step: "you lost her hand", "it's worse"."""
MAX_SPACES: Final = 8
"""In a step."""


def led_up_to(sentences: Sequence[str], is_step: IsStep, vocabulary: Vocabulary) -> Sequence[str]:
    """The step alone that a message ends in, where all before it only judges; else the sentences as they are.

    "Again" behind a fault that was found is another try, not more of the same.
    """
    if len(sentences) == 1 and (first := _before_reason(sentences[0], is_step)):
        return [first]
    *before, last = sentences or ("",)
    behind, comma, step = last.rpartition(" , ")
    behind, but, step = (behind, "", step) if comma else last.rpartition(" but ")
    step = step.strip(" .!")
    said = [*before, *(behind.split(" , ") if comma or but else ())]
    if not said or step.count(" ") > MAX_SPACES or any(begins_request(one, vocabulary) for one in said):
        return sentences
    faulty = any(_finds_fault(low(one), vocabulary) for one in said)
    if low(step) in AGAIN:
        return ["retry"] if faulty else sentences
    toned = any(tone_of(word) for one in said for word in low(one).split(" "))
    return [step] if faulty and is_step(step, not (toned or but)) else sentences


def _before_reason(sentence: str, is_step: IsStep) -> str | None:
    """The step that a sentence opens with, where nothing but the reason follows: "go back, that was silly"."""
    step, comma, why = sentence.partition(" , ")
    if not comma or step.count(" ") > MAX_SPACES or not _REASON.fullmatch(low(why)):
        return None
    if low(step) in AGAIN:
        return "retry"
    return step if is_step(step, True) else None


def _finds_fault(small: str, vocabulary: Vocabulary) -> bool:
    """Whether a remark says how it came out, and that this is not good."""
    approved = only_words(small, _APPROVAL) and _APPROVING.search(small)
    approved = approved or small in vocabulary["words.opener"]
    return not approved and _JUDGED.search(small) is not None
