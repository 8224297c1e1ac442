"""One clause of a message into the operations that it asks for, however it is put."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter

from engine.expressions import regex
from engine.operations import Adjust, Alter, Blur, Context, Recolor, Refine, Restore, Style, Target
from engine.planner import (
    additions,
    background,
    darkroom,
    dialogue,
    frame,
    lettering,
    looks,
    moving,
    poses,
    recolouring,
    removal,
    repairs,
    sizes,
    stating,
    things,
    tinting,
    told,
    tone,
)
from engine.planner.amounts import Degree, take_degree
from engine.planner.carrying import so_much_less
from engine.planner.corrections import redone, request_meant
from engine.planner.descriptions import described, heads, torn
from engine.planner.doubts import of_things
from engine.planner.followups import carried_late, follow_up
from engine.planner.hints import Hints, hints
from engine.planner.joining import said_twice
from engine.planner.measured import measured
from engine.planner.measures import may_measure
from engine.planner.normalise import Normal, low
from engine.planner.openings import begins_request, strip_openers
from engine.planner.particles import rejoined
from engine.planner.reading import Operations, Reader, Reading
from engine.planner.recall import continued
from engine.planner.results import of_result, still_so
from engine.planner.sayings import Fit, Sayings, sayings
from engine.planner.sparing import mended, spared_by, sparing
from engine.planner.spelling import mend_verb, mend_words
from engine.planner.targets import parse_target
from engine.planner.tidying import conditional, meanwhile, strip_tail, tidy
from engine.planner.verdicts import STEPS
from engine.planner.vocabulary import Vocabulary, expression, load
from engine.planner.wishing import Wishes, wishes
from engine.selection.areas import is_area

READERS: dict[str, Reader] = {
    name: reader
    for module in (
        dialogue,
        frame,
        sizes,
        lettering,
        tinting,
        background,
        darkroom,
        tone,
        poses,
        repairs,
        looks,
        removal,
        additions,
        moving,
        recolouring,
        stating,
        things,
        told,
    )
    for name, reader in module.readers().items()
}
SURE, MENDED, LOOSE = 0.9, 0.7, 0.6
"""Confidence in what a saying tells, in what it tells once words were respelt, and in sayings that fit very much."""
LOOSE_READERS = frozenset(["make", "state", "stated", "shown", "change", "enhance"])
STEERING = frozenset(dialogue.readers())
"""Readers of the conversation, whose sayings come first: politeness is part of some ("try again")."""
REMARKING = ("it's ", "its ", "it ", "everything ", "the ", "this ", "that ", "those ", "these ", "my ", "there's ")
"""How a remark begins that stands behind "but" or "and"."""
MAX_OF_STEP = 8
"""Spaces of a clause that may be a step through the conversation."""
MAX_PIECES = 6
_IN_PLACE = ("in place of ", "instead of ")
LIMITED = Adjust | Style | Blur | Restore
"""What can be done to the whole picture and as well to an area of it."""

_MADE_SO = ("make it so ", "have it so ", "get it so ")
"""How an order begins whose wish may stand behind politeness."""
_PIECES = regex(r"(?i) (?:, and|,|(?<!black )and|and(?! white)|&) ")
_ARTICLES = frozenset(["the", "this", "that", "these", "those", "his", "her", "my", "its", "their"])
_QUESTION = expression("question")
_EXCLAIMED = expression("exclaimed")
_EXCEPT = expression("except")
_FINITE = regex(r" (?:is|are|was|were|looks?|came) ")
"""What is left out has no verb: "cool but the trees are green"."""
_IN_AREA = regex(
    r"(?i)(.{2,200}) (?:only )?(?:in|on|at|to|over|across|within|inside|for) ((?:the |a )?\S.{0,80}?)(?: only)?$"
)
_PLAIN_ORDERS = frozenset(["add", "remove", "replace", "delete", "erase", "put", "place", "swap"])
"""Verbs that open an order and never a hint."""
_order = itemgetter(0)

Found = tuple[Operations, float]
"""Operations and how sure they are; no operations where nothing fits."""


class ClauseReader:
    """Reads clauses of a language; the same words mean the same after the same history."""

    def __init__(self, language: str = "english") -> None:
        self._vocabulary: Vocabulary = load(language)
        self._sayings: Sayings = sayings(language)
        self._steering: Sayings = self._sayings.only(STEERING)
        self._hints: Hints = hints(language)
        self._last_hints: Hints = hints(language, "last")
        self._begun_hints: Hints = hints(language, "begun")
        self._whole_hints: Hints = hints(language, "whole")
        self._wishes: Wishes = wishes(language)

    def read(self, clause: str, normal: Normal, context: Context) -> Found:
        """The operations of one clause and how sure they are; empty where nothing fits."""
        if choice := dialogue.choose(clause, context, self._vocabulary) or dialogue.take_named(clause, context):
            return [choice], SURE
        steps = (clause, _EXCLAIMED.sub("", clause)) if clause.count(" ") < MAX_OF_STEP else ()
        for text in dict.fromkeys(steps):
            if steered := self._steered(text, normal, context):
                return steered
        tidied = tidy(clause, self._vocabulary)
        for text in dict.fromkeys((clause, tidied)):
            if limited := self._all_but_one(text, normal, context) or self._in_one_area(text, normal, context):
                return limited
        adjusted = self.measured(clause, context)
        if adjusted and isinstance(adjusted[0], Adjust) and self._names(adjusted[0].target, clause):
            return adjusted, SURE
        wished = conditional(clause, self._vocabulary)
        if context.history or context.undone:
            for text in dict.fromkeys((clause, tidied, *wished)):
                if more := follow_up(text, context, self._vocabulary) or of_result(text, context, self._vocabulary):
                    return more, SURE
        if adjusted:
            return adjusted, SURE
        turned = rejoined(tidied, self._vocabulary)
        whole = (strip_tail(clause, self._vocabulary), clause)
        for text in dict.fromkeys((turned, tidied, *whole, strip_openers(clause, self._vocabulary), *wished)):
            if text and (found := self._said(text, normal, context)):
                return self._headed(text, normal, context, found) or found
            if text and text == tidied and (found := self._headed(text, normal, context, None)):
                return found
        for respelt in self._respelt((tidied, *wished[:1])):
            if found := self._said(respelt, normal, context):
                return found[0], MENDED
        if adjusted := measured(clause, context, self._vocabulary, loose=True):
            return adjusted, MENDED
        if context.history and (anew := still_so(clause)):
            return self.read(anew, normal, context)
        late = carried_late(clause, context, self._vocabulary) or self._hinted_late(clause, normal, context)
        return late, LOOSE

    def measured(self, clause: str, context: Context) -> Operations | None:
        """The adjustment that a clause is, in whatever order its words stand; None where it is none."""
        if not may_measure(clause):
            return None
        texts = dict.fromkeys((clause, tidy(clause, self._vocabulary)))
        return next((found for text in texts if (found := measured(text, context, self._vocabulary))), None)

    def hinted(self, clause: str, normal: Normal, context: Context) -> Operations:
        """What a remark amounts to, as an order that is read like any other; empty where it is none."""
        return self._hinted_by(self._hints, clause, normal, context)

    def _hinted_late(self, clause: str, normal: Normal, context: Context) -> Operations:
        """What words amount to that nothing else reads; in a conversation a few words tell more than before it."""
        found = self._hinted_by(self._last_hints, clause, normal, context)
        return found or (self._hinted_by(self._begun_hints, clause, normal, context) if context.history else [])

    def _hinted_by(self, known: Hints, clause: str, normal: Normal, context: Context) -> Operations:
        if low(clause).split(" ", 1)[0] in _PLAIN_ORDERS or not known.may_hint(clause):
            return []
        bare = strip_openers(clause, self._vocabulary)
        behind = (strip_openers(bare.rpartition(joint)[2], self._vocabulary) for joint in (" but ", " and "))
        ends = (end for end in behind if end.startswith(REMARKING))
        texts = dict.fromkeys((clause, bare, tidy(clause, self._vocabulary), *ends))
        return self._ordered((order for text in texts for order in known.orders(text)), normal, context)

    def wished(self, clause: str, normal: Normal, context: Context) -> Operations:
        """What a wish amounts to ("it'd be cosier if a fire were burning"); empty where nothing is only wished for."""
        bare = strip_openers(clause, self._vocabulary)
        text = bare if low(bare).startswith(_MADE_SO) else clause
        return self._ordered(self._wishes.orders(text), normal, context)

    def _ordered(self, orders: Iterable[str], normal: Normal, context: Context) -> Operations:
        """The first of the orders that is understood."""
        for order in orders:
            found = self._said(tidy(order, self._vocabulary), normal, context)
            if found and all(mended(one) is not None for one in found[0]):
                return found[0]
        return []

    def order_of(self, sentence: str, normal: Normal, context: Context) -> str | None:
        """The order that a whole sentence amounts to whose clauses say nothing alone; None where it is no such one."""
        bare = strip_openers(sentence, self._vocabulary)
        for text in dict.fromkeys((sentence, bare)) if self._whole_hints.may_hint(sentence) else ():
            for order in self._whole_hints.orders(text):
                if self._said(tidy(order, self._vocabulary), normal, context):
                    return order
        return None

    def request_meant(self, clause: str, normal: Normal, context: Context) -> Operations:
        """The request behind "no, I meant ...", made instead of the last edit; empty where only part of it is said."""
        request = request_meant(clause, self._vocabulary) if context.history else None
        if request is None:
            return []
        read, sure = self.read(request, normal, context)
        return redone(read, context) if sure > LOOSE else []

    def is_step(self, text: str, normal: Normal, context: Context, *, further: bool) -> bool:
        """Whether the words alone are a step through the conversation: "go back one", "do over".

        further: or one more or less of the last edit: "ease off".
        """
        steered = self._steered(text, normal, context)
        if steered and all(isinstance(one, STEPS) for one in steered[0]):
            return True
        return further and bool(follow_up(text, context, self._vocabulary))

    def refined(self, clause: str, normal: Normal, context: Context) -> Refine | None:
        """What the clause changes of the last edit's place: "not the arm" spares it there, not in a new edit."""
        for text in dict.fromkeys((clause, tidy(clause, self._vocabulary)) if context.history else ()):
            if steered := self._steered(text, normal, context):
                return next((one for one in steered[0] if isinstance(one, Refine)), None)
        return None

    def piecewise(self, clause: str, normal: Normal, context: Context) -> Operations:
        """What a list of wishes without verbs asks for ("b&w, a bit softer"); empty where a piece says nothing."""
        pieces = _PIECES.split(clause)
        read: list[Operations] = []
        for piece in pieces if 1 < len(pieces) <= MAX_PIECES else ():
            before = [one for part in read for one in part]
            again: Operations = self.read(piece, normal, context)[0] if before and context.history else ()
            if before and said_twice(before[-1], again, context.history):
                read[-1] = [*read[-1][:-1], *again]
            else:
                read.append(self.read(piece, normal, continued(context, before))[0])
        if not read or not all(read):
            return self._before_remark(clause, normal, context)
        return [one for part in read for one in part]

    def reading(self, slots: dict[str, str], clause: str, normal: Normal, context: Context) -> Reading:
        """What a reader gets that is asked directly, without a saying that fits."""
        return Reading(slots, "", "", Degree(), clause, normal.quotes, context, self._vocabulary)

    def _before_remark(self, clause: str, normal: Normal, context: Context) -> Operations:
        """The order before a comma behind which nothing is asked for: "denoise, shot at ISO 12800"."""
        order, comma, remark = clause.partition(" , ")
        words = self._vocabulary
        first = low(strip_openers(order, words)).split(" ")[0]
        if not comma:
            return []
        if not (first in words.base_forms or first in words["words.bare_order"]):
            return self._described(order, remark, normal, context)
        return [] if begins_request(remark, self._vocabulary) else self.read(order, normal, context)[0]

    def _described(self, order: str, remark: str, normal: Normal, context: Context) -> Operations:
        """A look or a scene with the words that describe it: "autumn vibes, leaves falling"."""
        found = self.read(order, normal, context)[0]
        if len(found) != 1 or not isinstance(found[0], Style | Alter) or found[0].target is not None:
            return []
        more = normal.spoken(tidy(remark, self._vocabulary))
        return [found[0].model_copy(update={"prompt": f"{found[0].prompt}, {more}"})] if more else found

    def _respelt(self, texts: tuple[str, ...]) -> Iterator[str]:
        """The texts with words that are nearly verbs, or nearly other words that matter, taken for them."""
        for text in texts:
            for mend in (mend_verb, mend_words):
                if respelt := mend(text, self._vocabulary):
                    yield respelt

    def _all_but_one(self, text: str, normal: Normal, context: Context) -> Found | None:
        """A change of the whole picture that spares one thing: "warmer except for the sky"."""
        kept = None if so_much_less(text) else _EXCEPT.search(text)
        told = kept and _FINITE.search(low(kept.group(1)))
        rest = self._said(text[: kept.start()], normal, context) if kept and not told else None
        if not kept or not rest:
            return None
        spared = [sparing(operation, spared_by(kept.group(1)) or kept.group(1)) for operation in rest[0]]
        return (spared, rest[1]) if spared != rest[0] else None

    def _in_one_area(self, text: str, normal: Normal, context: Context) -> Found | None:
        """A change of the whole picture in one area of it: "black and white on the right half"."""
        place = _IN_AREA.match(text)
        if place is None or " , with " in place[1] or not (is_area(place[2]) or normal.is_area(place[2])):
            return None
        rest = self._said(place[1], normal, context)
        if rest is None or not all(isinstance(one, LIMITED) and _is_open(one.target) for one in rest[0]):
            return None
        area = parse_target(place[2])
        return [one.model_copy(update={"target": area}) for one in rest[0]], rest[1]

    def _headed(self, text: str, normal: Normal, context: Context, whole: Found | None) -> Found | None:
        """The order before a comma, with the description behind it, where the two do not read as one."""
        if " , " not in text:
            return None
        runs_on = whole is None or torn(whole[0])
        for head, tail in heads(text):
            coloured = self._ends_in_colour(low(head))
            if not (runs_on or coloured or (whole and whole[1] == LOOSE)):
                continue
            found = self._said(tidy(head, self._vocabulary), normal, context)
            sure = found and (found[1] > LOOSE or (whole and runs_on))
            if found and sure and (runs_on or not coloured or isinstance(found[0][0], Recolor)):
                return [described(one, normal.spoken(tail)) for one in found[0]], found[1]
        return None

    def _ends_in_colour(self, small: str) -> bool:
        """Whether an order may be done with a colour, whatever is said of it behind."""
        return not small.startswith(_IN_PLACE) and self._vocabulary["colours.names"].trailing(small) is not None

    def _steered(self, text: str, normal: Normal, context: Context) -> Found | None:
        """The first saying about the conversation itself that fits and whose reader accepts it."""
        for _, fit in self._steering.fits(low(text), text, degree=False):
            if found := READERS[fit.saying.reader](self._filled(fit, text, Degree(), normal, context)):
                return found, SURE
        return None

    def _said(self, text: str, normal: Normal, context: Context) -> Found | None:
        """The first saying that fits and whose reader accepts it."""
        stripped, degree = take_degree(meanwhile(text), self._vocabulary)
        ordered = self._opens_with_order(low(text))
        for _, fit in self._fits(text, stripped, ordered):
            found = READERS[fit.saying.reader](self._filled(fit, text, degree, normal, context))
            loose = fit.saying.reader in LOOSE_READERS
            if found and of_things(found, self._vocabulary, loose=loose):
                return found, LOOSE if loose else SURE
        return None

    def _fits(self, text: str, stripped: str, ordered: bool) -> Iterator[tuple[int, Fit]]:
        """The sayings that fit, by preference.

        stripped: the text without words of degree, which some are matched on.
        """
        small = low(text)
        if _QUESTION.match(small):
            every = self._sayings.fits(small, text, degree=False, ordered=ordered)
            return (one for one in every if not one[1].saying.noun_first)
        if stripped == text:
            return self._sayings.fits(small, text, degree=None, ordered=ordered)
        plain = self._sayings.fits(small, text, degree=False, ordered=ordered)
        if not stripped:
            return plain
        without = self._sayings.fits(low(stripped), stripped, degree=True, ordered=ordered)
        return merge(plain, without, key=_order)

    def _names(self, target: Target | None, clause: str) -> bool:
        """Whether a clause names the thing that it is about, with an article."""
        articles = self._vocabulary["words.definite"].phrases
        return target is not None and not target.previous and not articles.isdisjoint(low(clause).split(" "))

    def _opens_with_order(self, small: str) -> bool:
        """Whether the clause opens with a verb that is no noun, so that it cannot open with a thing."""
        first, second, *_ = (*small.split(" ", 2), "")
        if first not in self._vocabulary.base_forms or first.endswith("ing"):
            return False
        return first not in self._vocabulary["noun_verbs.words"] or second in _ARTICLES

    def _filled(self, fit: Fit, text: str, degree: Degree, normal: Normal, context: Context) -> Reading:
        return Reading(fit.slots, fit.verb, fit.saying.kind, degree, text, normal.quotes, context, self._vocabulary)


def _is_open(target: Target | None) -> bool:
    """Whether nothing is said about where, but for "it"."""
    return target is None or target == Target(previous=True)
