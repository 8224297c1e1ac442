"""One sentence into the clauses that each ask for something, in the order they are to be done."""

from __future__ import annotations

from functools import partial
from itertools import islice

from engine.expressions import regex
from engine.planner.mending import is_explained
from engine.planner.mentions import mentioned_in
from engine.planner.normalise import low
from engine.planner.openings import MAX_OPENING, begins_request, opens_phrase, strip_openers
from engine.planner.purposes import is_another_wish, led_up_to
from engine.planner.run_on import order_behind, told_apart
from engine.planner.sharing import with_shared_thing, with_shared_verb
from engine.planner.vocabulary import Vocabulary, expression
from engine.planner.word_order import leads_in, placed_last, wished_for

_NEEDING = frozenset(["crop", "cut", "trim", "cut out", "crop out"])
"""Orders that wait for their thing: "crop and give me the left half"."""
MAX_CLAUSES = 20
MAX_JOINTS = 60
"""Conjunctions and commas of a sentence that may join requests."""
MAX_CLAUSE = 320
"""Characters of one clause that are read: what follows is description."""
_JOINT = expression("joint")
_CHAIN = regex(r"then|after that|while")
_ORDERED = tuple(expression(f"{name}_said") for name in ("before", "after", "last", "first"))
"""Sentences that say what comes before what."""
_ANNOUNCED = expression("announced")
_ASKED = expression("asked")
_POINTING = expression("pointing_wish")
_CONFIRMING = expression("confirming")
_SUGGESTED = expression("suggested")
_LINES = regex(r"(?:top|bottom|upper|lower) (?:text|caption|line) \S")
"""How a line of a meme begins."""
_RUN_ON = expression("run_on")
""" "The cable is ugly get rid of it"."""
_ANSWERING = expression("answering")
_WISHING = regex(r"\b(?:should|must|needs? to|has to|have to|want|would|could|can|let|make)\b")
"""Words of a clause that wishes for something itself."""


def split(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """The clauses of a sentence, in order; a conjunction splits only where a new request begins behind it."""
    if " : " in sentence and (announced := _ANNOUNCED.match(low(sentence))):
        sentence = sentence[announced.end() :]
    sentence = led_up_to(sentence, vocabulary, partial(begins_request, vocabulary=vocabulary))
    parts = [
        part
        for asked in _asked(sentence, vocabulary)
        for one in _in_order(_favour_dropped(asked, vocabulary), vocabulary)
        for part in _joined(one, vocabulary)
    ]
    bare = [strip_openers(part, vocabulary) for part in parts]
    whole = with_shared_thing(bare, vocabulary)
    parts = [part if one == before else one for part, before, one in zip(parts, bare, whole, strict=True)]
    clauses = [clause for part in parts for clause in _with_verbs(part, vocabulary)]
    return [clause[:MAX_CLAUSE] for clause in clauses[:MAX_CLAUSES]]


def _joined(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """The requests that conjunctions and commas join."""
    clauses: list[str] = []
    start = 0
    sentence = placed_last(sentence, vocabulary)
    begins = partial(begins_request, vocabulary=vocabulary)
    for joint in islice(_JOINT.finditer(sentence := f" {sentence} "), MAX_JOINTS):
        behind = sentence[joint.end() : joint.end() + MAX_OPENING].strip()
        lead = sentence[: joint.start()].strip() if not start and joint.start() < MAX_OPENING else ""
        if lead and (leads_in(opening := strip_openers(lead, vocabulary), vocabulary) or low(opening) in _NEEDING):
            continue
        if lead and low(lead).startswith(("for ", "as ")) and wished_for(sentence.strip(), vocabulary):
            continue
        new = begins_request(behind, vocabulary, bool(_CHAIN.search(joint.group())))
        told = lead and not new and _POINTING.match(low(behind)) and mentioned_in(lead, vocabulary)
        suggested = lead and not new and _SUGGESTED.match(low(behind)) and not begins_request(lead, vocabulary)
        remarked = "," in joint.group() or lead.count(" ") > 1
        answers = remarked and lead and not new and _answers(low(lead), low(behind), vocabulary)
        suggested = suggested or answers or _LINES.match(low(behind))
        suggested = suggested or (lead and not begins(lead) and is_explained(lead, behind, vocabulary))
        vague = _CONFIRMING.fullmatch(low(behind)) is not None
        wished = not new and is_another_wish(sentence[start : joint.start()], behind, begins)
        if joint.start() >= start and (new or told or suggested or vague or wished):
            clauses.append(sentence[start : joint.start()])
            start = joint.end()
    clauses.append(sentence[start:])
    return [clause for part in clauses if (clause := part.strip(" ,"))]


def _answers(lead: str, behind: str, vocabulary: Vocabulary) -> bool:
    """Whether a wish follows on a remark that asks for nothing yet: "it's so empty, a boat would be cool"."""
    if not _ANSWERING.match(behind) or _WISHING.search(lead):
        return False
    first, _, second = lead.partition(" ")
    described = first in vocabulary["states.adjectives"] and second.split(" ")[0] not in vocabulary["words.determiner"]
    return described or not begins_request(lead, vocabulary)


def _favour_dropped(sentence: str, vocabulary: Vocabulary) -> str:
    """The sentence from its request on, where what leads to it joins with "and": "do me a favour and ..."."""
    text = strip_openers(sentence, vocabulary)
    return text if low(sentence[: len(sentence) - len(text)]).rstrip().endswith(" and") else sentence


def _with_verbs(clause: str, vocabulary: Vocabulary) -> list[str]:
    """The clause, or the clauses of things that share its verb."""
    shared = with_shared_verb(strip_openers(clause, vocabulary), vocabulary)
    return shared if len(shared) > 1 else [clause]


def _in_order(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """What is to be done first, first: "blur it after removing the lamp", "before you crop, remove the lamp"."""
    for pattern in _ORDERED:
        match = pattern.match(low(sentence))
        if match is None:
            continue
        first, last = (sentence[match.start(name) : match.end(name)] for name in ("first", "last"))
        if all(begins_request(_plain(part, vocabulary), vocabulary) for part in (first, last)):
            return [_plain(first, vocabulary), _plain(last, vocabulary)]
    return [sentence]


def _plain(part: str, vocabulary: Vocabulary) -> str:
    """ "Removing the lamp" -> "remove the lamp"."""
    first, space, rest = strip_openers(part, vocabulary).partition(" ")
    verb = vocabulary.base_forms.get(low(first)) if low(first).endswith("ing") else None
    return f"{verb or first}{space}{rest}"


def ordered(text: str, vocabulary: Vocabulary) -> str:
    """ "(How about) making it blue" -> "make it blue"."""
    first, _, rest = text.partition(" ")
    return _plain(text, vocabulary) if low(first).endswith("ing") and opens_phrase(low(rest), vocabulary) else text


def _asked(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """The sentence from "can you ..." on, where what stands before it asks for nothing: "dark, can you light it".

    What stands before it stays a clause of its own where it tells what "it" is: "the lamp is ugly, can you hide it".
    """
    small = low(sentence)
    if begins_request(small[:MAX_OPENING], vocabulary):
        return [sentence]
    for match in islice(_ASKED.finditer(small), MAX_JOINTS):
        if begins_request(small[match.end() : match.end() + MAX_OPENING], vocabulary):
            remark, request = sentence[: match.start()].rstrip(" ,"), sentence[match.end() :]
            tells = mentioned_in(remark, vocabulary) or _CONFIRMING.fullmatch(low(request).rstrip(" ,"))
            return [remark, request] if tells else [request]
    if run_on := _RUN_ON.match(small):
        remark, order = sentence[: run_on.end()].rstrip(), sentence[run_on.end() :]
        return told_apart(remark, order, vocabulary, surely=True)
    behind = order_behind(sentence, vocabulary)
    return [sentence] if behind is None else told_apart(sentence[:behind].rstrip(), sentence[behind:], vocabulary)
