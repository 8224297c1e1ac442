"""Wishes taken for the orders they are: what somebody only imagines, hopes for, or finds would be better.

A wish is a frame that only wishes ("I keep picturing", "... is what I had in mind", "it'd be cosier if") around a core
("a fire were burning", "no crumbs", "the moon as a disco ball"). The frame is left aside, and with it reasons and
judgements; the core becomes an order as hints do, by the patterns under `wish` in hints.toml.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice

from engine.expressions import regex
from engine.planner.hints import MAX_WORDS, Hints, hints
from engine.planner.mentions import mentioned_in
from engine.planner.normalise import low
from engine.planner.openings import begins_request
from engine.planner.vocabulary import Vocabulary, expression, load
from engine.planner.word_order import wished_for

MAX_FRAMES = 3
"""Tails of a wish that are left aside, one after the other."""
_LEAD, _TAIL, _REASON = expression("wish_lead"), expression("wish_tail"), expression("wish_reason")
_CONSEQUENCE = expression("wish_consequence")
_WOULD_BE = regex(r"(?i)^((?:the|my|our|his|her|their|this|that|these|those)(?: [\w'-]+){1,4}?) (?:would|should) be ")
_JOINT = regex(r" (?:, (?:and |but |so )?|and |but |so )")
_JOINT_OF_KEPT = regex(r" (?:, )?(?=(?:i|we|he|she)(?:'m|'d|'ve| am| was| were| picture| imagine| see| envision) )")
_KEPT = regex(r"(?:instead of|in place of|rather than|where) ")
"""How words begin that stand before a frame and belong to the wish."""
_POINTING = regex(r"^(?:it|they|them|he|she|him)(?= )")
_STATED = regex(
    r"(?i)^((?:the|my|our|his|her|their|its|this|that|these|those)"
    r"(?: (?!(?:is|are|was|were|had|has|being|would|ought)\b)[\w'-]+){1,4}?) "
    r"(?!(?:disappear|vanish|happen|exist|turn)ed\b)"
    r"(?=(?:mid-\w+|\w{3,}ing|\w{3,}ed|made|built|drawn|worn|asleep|awake|open|closed|frozen|full|half|bare)"
    r"(?: (?!the )|$))"
)
"""A thing and the state it is pictured in: "the ballerina mid-leap", "the house covered in snow"."""
_POLITE = regex(r"(?i)(?: ,)? (?:please|thanks|thank you)$")
_THERE = regex(r" (?:(?:up|over|down|right|in) )?there$")


class Wishes:
    """The wishes of a language."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._cores = Hints(vocabulary, vocabulary.tables["hints"]["wish"])
        self._hints = hints()
        framing = vocabulary.tables["hints"]["wishing"]
        self._telling, self._first = frozenset[str](framing["words"]), frozenset[str](framing["first"])

    def orders(self, clause: str) -> Iterator[str]:
        """The orders a wish amounts to, the likeliest first; none where nothing is wished for."""
        small = low(clause)
        reason, words = _REASON.match(small), small.split(" ")
        if len(words) > MAX_WORDS or not (reason or words[0] in self._first or not self._telling.isdisjoint(words)):
            return
        if small.startswith("for ") and wished_for(clause, self._vocabulary):
            return
        text = _POLITE.sub("", clause[reason.end() :] if reason else clause)
        if core := self._core(text):
            yield from self._cores.meant(core)
        if reason and not reason["hedge"]:
            yield from (text, *self._hints.orders(text))

    def _core(self, text: str) -> str | None:
        """What is wished for; None where no frame stands around it."""
        core = self._behind_lead(text)
        bare = _without_tails(_stating(core, text) if core else text)
        return _STATED.sub(r"\1 being ", bare, count=1) if core or bare != text else None

    def _behind_lead(self, text: str) -> str | None:
        """What stands behind a frame that opens the text, or that a remark opens: "it looks bare, I imagine ..."."""
        small = low(text)
        if lead := _LEAD.match(small):
            return _told(text[lead.end() :], lead["seen"] or lead["judged"])
        joints = _JOINT_OF_KEPT if _KEPT.match(small) else _JOINT
        for joint in islice(joints.finditer(small), MAX_FRAMES):
            lead = _LEAD.match(small[joint.end() :])
            if lead and not begins_request(small[: joint.start()], self._vocabulary):
                return self._named(text[joint.end() + lead.end() :], text[: joint.start()])
        return None

    def _named(self, core: str, remark: str) -> str:
        """The core with what it points at by name: "the tulips are closed, I wish they were open"."""
        if _KEPT.match(low(remark)):
            return f"{remark} , {core}"
        about = mentioned_in(remark, self._vocabulary)
        if about is None:
            return core
        if _POINTING.match(low(core)):
            return _told(core, about)
        return f"{core[: there.start()]} on {about}" if (there := _THERE.search(low(core))) else core


def _stating(core: str, text: str) -> str:
    """The core without what would come of it ("if the hose were gone the lawn would be tidy"), or as what it says."""
    end = _CONSEQUENCE.search(low(core)) if low(text).startswith("if ") else None
    return _WOULD_BE.sub(r"\1 being ", core[: end.start()] if end and end.start() else core, count=1)


def _told(core: str, about: str | None) -> str:
    """The core that begins with what it is about, where it begins with a pronoun."""
    pointing = _POINTING.match(low(core)) if about else None
    return f"{about}{core[pointing.end() :]}" if pointing else core


def _without_tails(text: str) -> str:
    """The text without judgements and questions behind the wish."""
    for _ in range(MAX_FRAMES):
        tail = _TAIL.search(low(text))
        if tail is None or not tail.start():
            break
        text = text[: tail.start()].rstrip(" ,")
    return text


@cache
def wishes(language: str = "english") -> Wishes:
    """The wishes of a language, built once."""
    return Wishes(load(language))
