"""What stands behind a long order: what shall stay as it is, and how the new thing looks in every detail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from engine.expressions import regex
from engine.planner.colours import colour_in, trailing_colour
from engine.planner.normalise import low
from engine.planner.vocabulary import Vocabulary, expression

MAX_HEADS = 6
"""Commas at which a long order may end."""
_CONSTRAINTS = tuple(
    expression(f"kept_{name}") for name in ("with", "alone", "staying", "verb", "while", "nothing", "result")
)
_JOINTS = (" but", " and", " yet", " while", " though")
_LEFT_OVER = regex(r"(?i)(?: ,)? (?:but|and|yet|while|though)$")
"""What joined a constraint that is gone."""
_LISTED = regex(r"(?:^| )(?:an?|some|very|more) [\w'-]+$")
"""An adjective behind its article, which a comma parts from the next one: "a broad, gap-toothed grin"."""
_GOING_ON = regex(
    r"(?:with|without|as|like|so|from|under|in|on|at|by|against|each|all|its|their|his|her|complete|yet|but|though|"
    r"lit|softly|slightly|loosely|neatly|gently|crisp|matching|same|the same|bathed|reminiscent|\w+ly|\w+ed|\w+ing)\b"
)
"""How a description goes on behind a comma; a noun there would be the next thing of a list."""
_ABSOLUTE = regex(
    r"(?:[\w'-]+ ){1,4}?\w+(?:ing|ed|en|ung) (?:on|in|at|by|up|down|over|with|into|from|across|along|against|off|out)\b"
)
"""Something else that happens beside it: "wax pooling on the icing"."""
_SAME_AS_EVER = regex(
    r"(.{3,120}?)(?: ,)? (?:but |and )?with (?:all )?(?:the|its|his|her|their) (?:exact |very )?same [^,]{2,40}"
)
_WHERE_IT_IS = regex(r" where (?:they|it|these|those)(?:'re|'s| are| is) (?:now |currently )?([a-z]{3,12})(?: now)?$")
_RESULT = frozenset(["to", "toward", "towards", "into", "with", "as", "for", "from", "like"])
_OF_PLACE = frozenset(["next", "close", "closest", "nearest", "nearer", "closer", "attached", "leading"])
_OF_OTHERS = regex(
    r"(?:with|without|as|like|from|under|its|their|his|her|each|all|lit|\w+ing|\w+ly"
    r"|\w+ed (?:on|in|at|by|to|from|with|over|\w+ly))\b"
)
"""What cannot be one more adjective of the same noun."""
_CARE = regex(
    r"(?:letting|leaving|keeping|preserving|retaining|carefully|respecting|without|yet|but|so|as though|though)\b"
)
"""What tells nothing of how the new thing looks."""


def without_constraints(text: str, vocabulary: Vocabulary) -> str:
    """The order without what shall stay as it is: ", with skin and rings unchanged", ", nothing else moved"."""
    text = _LEFT_OVER.sub("", text) if text.endswith(_JOINTS) else text
    text = _without_old(text, vocabulary) if " same " in text or " where " in text else text
    if vocabulary["hints.constant"].phrases.isdisjoint(low(text).split(" ")):
        return text
    for _ in range(MAX_HEADS):
        matches = (pattern.search(low(text)) for pattern in _CONSTRAINTS)
        starts = [match.start() for match in matches if match]
        start = min((at for at in starts if not _tells_result(text, at, vocabulary)), default=len(text))
        if start == len(text) or text[:start].count(" ") < 1:
            break
        text = text[:start].rstrip(" ,")
    return text


def _without_old(text: str, vocabulary: Vocabulary) -> str:
    """The new colour without what keeps its old look, "with the same spots", or what was there: "where it is blue"."""
    if (there := _WHERE_IT_IS.search(low(text))) and colour_in(there[1], vocabulary):
        return text[: there.start()]
    before = _SAME_AS_EVER.fullmatch(low(text))
    adds = "add" in vocabulary.openings.get(low(text).split(" ")[0], ())
    return text[: before.end(1)] if before and not adds and trailing_colour(before[1], vocabulary) else text


def _tells_result(text: str, start: int, vocabulary: Vocabulary) -> bool:
    """Whether what stands there is what a thing is changed to: "change the scooter so its body is green"."""
    so = low(text).startswith((" so ", " , so "), start)
    return so and is_change_without_result(low(text)[:start].split(" "), vocabulary)


def is_change_without_result(words: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether the words order a change and do not tell into what: "change the woman next to the stall"."""
    joints = (word for before, word in pairwise(words) if word in _RESULT and before not in _OF_PLACE)
    return "change" in vocabulary.openings.get(words[0], ()) and next(joints, None) is None


def torn(operations: Sequence[Any]) -> bool:
    """Whether a target runs on into what is said behind the order: no thing is called by more than one part of it."""
    targets = filter(None, (getattr(one, "target", None) for one in operations))
    return any(" ," in (target.phrase or "") or " ," in (target.relation or "") for target in targets)


def heads(text: str) -> Iterator[tuple[str, str]]:
    """The order up to each comma where a description may follow, with that description, the shortest first."""
    start = 0
    for _ in range(MAX_HEADS):
        comma = text.find(" , ", start)
        if comma < 0:
            return
        head, tail = text[:comma], text[comma + 3 :]
        follows = _GOING_ON.match(low(tail)) or _ABSOLUTE.match(low(tail))
        if follows and not (_LISTED.search(low(head)) and not _OF_OTHERS.match(low(tail))):
            yield head, tail
        start = comma + 3


def described(operation: Any, tail: str) -> Any:
    """The operation with the description of what is new in its prompt."""
    prompt = getattr(operation, "prompt", None)
    if not prompt or _CARE.match(low(tail)):
        return operation
    return operation.model_copy(update={"prompt": f"{prompt}, {tail}"})
