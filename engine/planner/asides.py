"""What stands beside a request and asks for nothing of its own: reasons, what stays as it is, the end in view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.expressions import regex
from engine.operations import Alter
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.sparing import OF_PICTURE
from engine.planner.vocabulary import Vocabulary, expression

_KEEPING = ("keeping", "leaving", "preserving", "maintaining", "retaining", "respecting", "ensuring", "conserving")
_WHY = ("given", "since", "because", "as", "seeing", "considering", "now", "in", "to", "for", "using", "with")
_OPENINGS = frozenset(["and", "but", "by", "while", "whilst", "without", "keep", "leave", *_KEEPING, *_WHY])
_SAME_MANNER = ("using the same ", "using a similar ", "with the same ", "in the same ")
_MEANS = frozenset(["remove", "replace", "add", "put", "write", "blur", "pixelate", "recolor", "crop", "flip"])
_TONING = frozenset(["increase", "decrease", "raise", "lower", "reduce", "boost"])
_MADE_NEW = frozenset(["put", "add", "show", "give", "replace", "apply", "have", "write"])
"""What brings something new, which stands in the place of what the contrast names."""
MOST_OF_VERB = 3
"""Words of the longest verb that is read as a means: "getting rid of"."""
_STAYING, _REASON = expression("staying"), expression("reason")
_OUTCOME, _CONTRAST = expression("outcome"), expression("contrast")
_CONTRAST_FIRST, _OLD_STUFF = expression("contrast_first"), expression("old_stuff")
_REST = regex(
    r"^(?:but |and |by |please |, )*(?:while |whilst )?(?:keep|leav)(?:ing|e)? (?:everything|all|anything|the rest)\b.*"
    r"(?:unchanged|untouched|intact|alone|the same|identical|constant|as (?:it|they) (?:is|are|was|were)|as is)$"
)
_REMAINING = regex(
    r"(?:(?:while|whilst|and|but) )?(?:the|its|his|her|their|my|everything|all) (?:\S+ ){0,8}?(?:remains?|stays?) \S"
    r"|(?:and |but )?keep(?:ing)? (?:(?:it|them|him|her) (?:all )?\S+(?: \S+)?"
    r"|(?:all )?(?:of )?(?:the|our|their|my|both) (?:\S+ ){1,3}in(?: (?:frame|shot|view))?)$"
)
"""What is as it was already, said beside what changes."""
_SAME = regex(
    r"(?:everything|all|anything|any|the (?:rest|same|original|existing|other|entire)"
    r"|(?:its|their|his|her) (?:original|own)) "
)
_OTHER_STUFF = regex(
    r"(?i)(?<= made)( (?:out )?(?:of|from) \S.{1,60}?)(?: ,)? "
    r"(?:rather than|instead of|in place of) (?:from |of )?[a-z]+$"
)
"""What something is made of, and behind it what not: "made of glass rather than wood"."""
_NAMED_THING = regex(r"(?:the|his|her|its|their|my) .* (?:unchanged|untouched|intact|alone|the same|as |in )")


def is_aside(clause: str, *, following: bool, asked: bool) -> bool:
    """Whether the clause only says why, or what stays as it is.

    following: another clause of the sentence follows; asked: something was asked for before.
    """
    small = low(clause)
    if asked and (_REMAINING.match(small) or small.endswith(" accordingly")):
        return True
    if following and small.startswith("why "):
        return True
    if small.split(" ", 1)[0] not in _OPENINGS:
        return False
    if _REST.match(small):
        return True
    if (following or asked) and (staying := _STAYING.match(small)):
        what = staying["what"]
        kept = _SAME.match(what) is not None or not (staying["keeps"] or _NAMED_THING.match(what))
        return kept or OF_PICTURE.search(what) is not None
    return following and (_REASON.match(small) is not None or small.startswith(_SAME_MANNER))


def by_means(text: str, vocabulary: Vocabulary, begins: Callable[[str], bool]) -> str:
    """What is really to be done: "clean up the sky by taking out the power lines" -> "take out the power lines".

    begins: whether a request begins with a text.
    """
    rest = text.partition(" by ")[2]
    words = rest.split(" ", MOST_OF_VERB)
    for size in range(min(MOST_OF_VERB, len(words) - 1), 0, -1):
        gerund = low(" ".join(words[:size]))
        done = vocabulary.openings.get(gerund, ()) if gerund.split(" ")[0].endswith("ing") else ()
        plain = not _MEANS.isdisjoint(done) or vocabulary.base_forms.get(gerund) in _TONING
        if plain and not words[size][:1].isdigit():
            object_, *how = words[size].split(" ") if len(words) == size + 1 else words[size:]
            thing = [*_done_to(text, vocabulary), *how] if low(object_) in ("it", "them") else words[size:]
            request = " ".join((vocabulary.base_forms[gerund], *thing))
            return request if begins(request) else text
    return text


def _done_to(text: str, vocabulary: Vocabulary) -> list[str]:
    """What "it" is of the means: "hide the plate by blurring it" -> the plate."""
    before = text.partition(" by ")[0].split(" ")
    size = next((size for size in (3, 2, 1) if low(" ".join(before[:size])) in vocabulary.base_forms), 1)
    return before[size:]


def with_outcome(operation: Any, clause: str) -> Any:
    """The alteration with what the clause says shall come of it: "rotate the statue so that it faces us"."""
    if not isinstance(operation, Alter) or operation.target is None:
        return operation
    match, prompt = _OUTCOME.search(low(clause)), low(operation.prompt)
    if match is None or prompt in match.group(1) or match.group(1) in prompt:
        return operation
    return operation.model_copy(update={"prompt": f"{operation.prompt} {clause[match.start(1) :].strip(' ,.')}"})


_OTHER_PLACE = regex(
    r"(?<=\w)(?:(?: ,)? (?:instead|in place) of| , (?:and )?not) "
    r"(?:in|on|at|inside|under|behind|through|across|along|near) [^,]+$"
)
"""Where somebody is not to be any more."""
_DRESSED = regex(
    r"(?P<worn>(?:have|make|let|get|show|put|dress) (?:the|this|that|my|his|her|our|their|him|her|them)\b.{0,60}? "
    r"(?:wear|wearing|dressed in) .{2,80}?) (?:instead|in place) of "
)
"""What somebody is to wear, which says enough: what was worn before goes with it."""


def without_contrast(text: str, vocabulary: Vocabulary) -> str:
    """The wish without the state it is the opposite of: "laughing instead of frowning" -> "laughing"."""
    text = _OTHER_STUFF.sub(r"\1", text) if " made " in text else text
    small = low(text)
    if (" of " in small or " not " in small) and (elsewhere := _OTHER_PLACE.search(small)):
        return text[: elsewhere.start()]
    if " of " not in small or (" instead of " not in f" {small}" and "in place of " not in small):
        return text
    first = _CONTRAST_FIRST.match(small)
    if first and first.group(1) not in vocabulary["states.nouns_in_ing"]:
        return text[first.end() :]
    if (made := _OLD_STUFF.match(small)) and _MADE_NEW.isdisjoint(vocabulary.openings.get(made["verb"], ())):
        return f"{text[: made.end('new')]}{text[made.end('old') :]}"
    if dressed := _DRESSED.match(small):
        return text[: dressed.end("worn")].rstrip(" ,")
    match = _CONTRAST.search(small)
    if match is None:
        return text
    word, rest = match.group(1), low(text)[match.start(1) :]
    acts = word.endswith("ing") and word not in vocabulary["states.nouns_in_ing"]
    acts = acts or (word.endswith("ed") and word in vocabulary.participles and rest.count(" ") < 2)
    stated = (
        colour_in(rest, vocabulary) or rest in vocabulary["states.adjectives"] or rest in vocabulary["states.verbs"]
    )
    return text[: match.start()].rstrip(" ,") if acts or stated else text
