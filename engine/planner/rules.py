"""The planner that needs no model: rules over words, in milliseconds, the same plan for the same words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from heapq import merge

from engine.operations import (
    Adjust,
    Blur,
    Context,
    EditOperation,
    HistoryOperation,
    Plan,
    Refine,
    Restore,
    Style,
    Target,
)
from engine.planner import (
    additions,
    background,
    dialogue,
    frame,
    lettering,
    looks,
    removal,
    repairs,
    sizes,
    things,
    tinting,
    told,
    tone,
)
from engine.planner.amounts import Degree, take_degree
from engine.planner.clauses import begins_request, conditional, meanwhile, split, strip_openers, tidy
from engine.planner.corrections import corrected
from engine.planner.doubts import doubt_about, named, unknown_step
from engine.planner.followups import carried_late, follow_up
from engine.planner.joining import in_its_place, joined
from engine.planner.languages import translated
from engine.planner.normalise import Normal, encodable, low, normalise
from engine.planner.reading import Operations, Reader, Reading
from engine.planner.recall import continued
from engine.planner.sayings import Fit, Sayings, sayings
from engine.planner.sizes import with_detail
from engine.planner.sparing import forbids, left_alone, mended, spared_by, sparing
from engine.planner.spelling import mend_verb, mend_words
from engine.planner.spoken import changed_as_remarked, exacter, is_of, spoken
from engine.planner.targets import parse_target
from engine.planner.vocabulary import Vocabulary, expression, load
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
        tone,
        repairs,
        looks,
        removal,
        additions,
        things,
        told,
    )
    for name, reader in module.readers().items()
}
SURE, MENDED, LOOSE = 0.9, 0.7, 0.6
LOOSE_READERS = {"make", "state", "stated", "shown", "change", "enhance"}
ORDER_ANYWAY = {"restore", "restore_named", "history", "resize", "tone_list", "text_add", "add"}
STEERING = frozenset(dialogue.readers())
"""Readers of the conversation, whose sayings come first: politeness is part of some ("try again")."""
MAX_OPERATIONS = 24
MAX_READ_TWICE = 400
"""Characters of an instruction that is read once more, as being in another language, where nothing was understood."""
MAX_PIECES = 6
_PIECES = re.compile(r" (?:, and|,|and|&) ")


class RulesPlanner:
    """Implements `engine.protocols.Planner` by rules; never raises, and any text takes milliseconds."""

    def __init__(self, language: str = "english") -> None:
        self._vocabulary: Vocabulary = load(language)
        self._sayings: Sayings = sayings(language)

    def plan(self, instruction: str, context: Context) -> Plan:
        """The operations the instruction asks for, or none and a question; at most 2000 characters are read.

        An instruction in one of `engine.planner.languages` is put into English first, and the plan says which it is.
        """
        instruction = encodable(instruction)
        said = translated(instruction)
        plan = self._of_english(said.english if said else instruction, context)
        if plan.operations:
            return said.answered(plan) if said else plan
        other = translated(instruction, anyhow=True) if said is None else None
        if (said or other) and len(instruction) <= MAX_READ_TWICE:
            again = self._of_english(other.english if other else instruction, context)
            if again.operations:
                return other.answered(again) if other else again
        return said.answered(plan) if said else plan

    def _of_english(self, instruction: str, context: Context) -> Plan:
        """The plan of an instruction in English."""
        normal = normalise(instruction, self._vocabulary)
        plan = self._planned(instruction, normal, context)
        return Plan.model_validate_json(normal.with_areas(plan.model_dump_json())) if normal.areas else plan

    def _planned(self, instruction: str, normal: Normal, context: Context) -> Plan:
        """The plan, in which areas told in numbers are still the characters that stand for them."""
        operations: list[EditOperation | HistoryOperation] = []
        confidence = 1.0
        missed: list[str] = []
        kept: list[str] = []
        for sentence in normal.sentences:
            for clause in self._clauses(sentence, normal, context):
                seen = continued(context, operations) if operations else context
                if low(clause) in self._vocabulary["scope.interjections"] and low(clause) != low(instruction):
                    continue
                if remarked := changed_as_remarked(clause, instruction, seen, self._vocabulary):
                    operations = [*(one for one in operations if not is_of(one, remarked)), remarked]
                    continue
                if meant := corrected(clause, seen, self._vocabulary, normal.quotes):
                    operations += meant
                    continue
                if not operations and (refined := self._refined(clause, normal, context)):
                    operations.append(refined)
                    continue
                if thing := spared_by(clause):
                    kept += [] if operations else [thing]
                    operations = [sparing(operation, thing) for operation in operations]
                    continue
                if forbids(clause):
                    continue
                if operations and (finer := with_detail(operations[-1], clause)):
                    operations[-1] = finer
                    continue
                read, sure = self._read(clause, normal, seen)
                found = [named(operation, seen) for one in read if (operation := mended(one)) is not None]
                whole = len(found) == len(read) > 0
                if not (whole and sure > LOOSE) and (rambling := spoken(clause, seen, self._vocabulary)):
                    read = found = rambling
                if unknown := next((asked for one in found if (asked := unknown_step(one, seen))), None):
                    return Plan(instruction=instruction, question=normal.spoken(unknown))
                if left := left_alone(clause):
                    found = [sparing(operation, left) for operation in found]
                if found and len(found) == len(read):
                    if operations and (swapped := in_its_place(operations[-1], found, clause)):
                        operations[-1:] = [swapped]
                        continue
                    if operations and exacter(operations[-1], found, clause):
                        operations.pop()
                    alone = not (operations or context.history or context.mask)
                    operations += [_mentioned(missed, operation) for operation in found] if alone else found
                    confidence = min(confidence, sure)
                elif pieces := self._piecewise(clause, normal, seen):
                    operations += pieces
                    confidence = min(confidence, LOOSE)
                elif not _is_chatter(clause, self._vocabulary):
                    missed.append(clause)
        operations = joined(operations, kept, self._vocabulary)[:MAX_OPERATIONS]
        if not operations:
            return Plan(instruction=instruction, question=_question(normal, missed, self._vocabulary))
        return Plan(
            instruction=instruction,
            operations=tuple(operations),
            confidence=confidence * (0.7 if missed else 1.0),
            question=self._about_the_rest(normal, missed) or doubt_about(instruction, operations, context),
        )

    def _piecewise(self, clause: str, normal: Normal, context: Context) -> Operations:
        """What a list of wishes without verbs asks for ("b&w, a bit softer"); empty where a piece says nothing."""
        pieces = _PIECES.split(clause)
        read = [self._read(piece, normal, context)[0] for piece in pieces] if 1 < len(pieces) <= MAX_PIECES else []
        return [operation for one in read for operation in one] if all(read) else []

    def _refined(self, clause: str, normal: Normal, context: Context) -> Refine | None:
        """What the clause changes of the last edit's place: "not the arm" spares it there, not in a new edit."""
        for text in dict.fromkeys((clause, tidy(clause, self._vocabulary)) if context.history else ()):
            if steered := self._said(text, normal, context, STEERING):
                return next((one for one in steered[0] if isinstance(one, Refine)), None)
        return None

    def _about_the_rest(self, normal: Normal, missed: list[str]) -> str | None:
        """What to ask about clauses that wanted something but were not understood; the others are done."""
        wishes = [clause for clause in missed if begins_request(clause, self._vocabulary)]
        return f"What did you mean by \u201c{normal.spoken(wishes[0])[:80]}\u201d?" if wishes else None

    def _clauses(self, sentence: str, normal: Normal, context: Context) -> Sequence[str]:
        """The sentence whole where it reads as one saying about lists, else its clauses."""
        back, rest = dialogue.unfolded(sentence)
        if rest != sentence:
            return ["undo"] * back + list(self._clauses(rest, normal, context))
        if dialogue.choose(sentence, context, self._vocabulary):
            return [sentence]
        if corrected(sentence, context, self._vocabulary, normal.quotes):
            return [sentence]
        if "," in sentence and tone.read_parameters(
            self._reading({"parameters": tidy(sentence, self._vocabulary)}, sentence, normal, context)
        ):
            return [sentence]
        return split(sentence, self._vocabulary)

    def _reading(self, slots: dict[str, str], clause: str, normal: Normal, context: Context) -> Reading:
        return Reading(slots, "", "", Degree(), clause, normal.quotes, context, self._vocabulary)

    def _read(self, clause: str, normal: Normal, context: Context) -> tuple[Operations, float]:
        """The operations of one clause and how sure they are; empty where nothing fits."""
        if choice := dialogue.choose(clause, context, self._vocabulary):
            return [choice], SURE
        if clause.count(" ") < 8 and (steered := self._said(clause, normal, context, STEERING)):
            return steered
        tidied = tidy(clause, self._vocabulary)
        for text in dict.fromkeys((clause, tidied)):
            if limited := self._all_but_one(text, normal, context) or self._in_one_area(text, normal, context):
                return limited
        for text in dict.fromkeys((clause, tidied)):
            if more := follow_up(text, context, self._vocabulary):
                return more, SURE
        for text in dict.fromkeys((tidied, clause, conditional(clause, self._vocabulary))):
            if text and (found := self._said(text, normal, context)):
                return found
        for respelt in (mend_verb(tidied, self._vocabulary), mend_words(tidied, self._vocabulary)):
            if respelt and (found := self._said(respelt, normal, context)):
                return found[0], MENDED
        return carried_late(clause, context, self._vocabulary) or [], LOOSE

    def _all_but_one(self, text: str, normal: Normal, context: Context) -> tuple[Operations, float] | None:
        """A change of the whole picture that spares one thing: "warmer except for the sky"."""
        kept = expression("except").search(text)
        rest = self._said(text[: kept.start()], normal, context) if kept else None
        if not kept or not rest:
            return None
        spared = [sparing(operation, spared_by(kept.group(1)) or kept.group(1)) for operation in rest[0]]
        return (spared, rest[1]) if spared != rest[0] else None

    def _in_one_area(self, text: str, normal: Normal, context: Context) -> tuple[Operations, float] | None:
        """A change of the whole picture in one area of it: "black and white on the right half"."""
        place = _IN_AREA.match(text)
        if place is None or not (is_area(place[2]) or normal.is_area(place[2])):
            return None
        rest = self._said(place[1], normal, context)
        if rest is None or not all(isinstance(one, LIMITED) and _is_open(one.target) for one in rest[0]):
            return None
        area = parse_target(place[2])
        return [one.model_copy(update={"target": area}) for one in rest[0]], rest[1]

    def _said(
        self, text: str, normal: Normal, context: Context, only: frozenset[str] | None = None
    ) -> tuple[Operations, float] | None:
        """The first saying that fits and whose reader accepts it."""
        small = low(text)
        stripped, degree = take_degree(meanwhile(text), self._vocabulary)
        plain = self._sayings.fits(small, text, degree=False)
        toned = self._sayings.fits(low(stripped), stripped, degree=True) if stripped else iter(())
        if _asks(small):
            plain, toned = (fit for fit in plain if not fit[1].saying.noun_first), iter(())
        ordered = self._opens_with_order(small)
        for _, fit in merge(plain, toned, key=lambda one: one[0]):
            if only is not None and fit.saying.reader not in only:
                break
            if ordered and fit.saying.noun_first and fit.saying.reader not in ORDER_ANYWAY:
                continue
            found = READERS[fit.saying.reader](self._filled(fit, text, degree, normal, context))
            if found:
                return found, LOOSE if fit.saying.reader in LOOSE_READERS else SURE
        return None

    def _opens_with_order(self, small: str) -> bool:
        """Whether the clause opens with a verb that is no noun, so that it cannot open with a thing."""
        first = small.split(" ", 1)[0]
        return (
            first in self._vocabulary.base_forms
            and first not in self._vocabulary["noun_verbs.words"]
            and not first.endswith("ing")
        )

    def _filled(self, fit: Fit, text: str, degree: Degree, normal: Normal, context: Context) -> Reading:
        return Reading(fit.slots, fit.verb, fit.saying.kind, degree, text, normal.quotes, context, self._vocabulary)


_QUESTION = expression("question")
_IN_AREA = re.compile(
    r"(?i)(.{2,200}) (?:only )?(?:in|on|at|to|over|across|within|inside|for) ((?:the |a )?\S.{0,80}?)(?: only)?$"
)
LIMITED = Adjust | Style | Blur | Restore
"""What can be done to the whole picture and as well to an area of it."""


def _is_open(target: Target | None) -> bool:
    """Whether nothing is said about where, but for "it"."""
    return target is None or target == Target(previous=True)


_MENTIONED = expression("mentioned")


def _asks(small: str) -> bool:
    """A question about something rather than a wish."""
    return _QUESTION.match(small) is not None


def _mentioned(missed: list[str], operation: EditOperation | HistoryOperation) -> EditOperation | HistoryOperation:
    """The operation with its "it" resolved to what the sentence before it spoke of: "I hate the lamp, delete it"."""
    target = getattr(operation, "target", None)
    match = _MENTIONED.search(missed[-1]) if missed else None
    if not match or target is None or target != Target(previous=True):
        return operation
    return operation.model_copy(update={"target": parse_target(match.group(1))})


def _is_chatter(clause: str, vocabulary: Vocabulary) -> bool:
    """Politeness that asks for nothing: "thanks", "looks great"."""
    rest = strip_openers(clause, vocabulary)
    return not rest or low(rest) in vocabulary["words.opener"] or low(rest) in vocabulary["words.filler_tail"]


def _question(normal: Normal, missed: list[str], vocabulary: Vocabulary) -> str:
    """One sentence that asks back and repeats what was not understood."""
    words = normal.spoken(strip_openers(missed[0], vocabulary)) if missed else ""
    if not words:
        return "What should I change in the picture?"
    if "straighten" in vocabulary.openings.get(low(words).split(" ")[0], ()) or "horizon" in low(words):
        return "By how many degrees should I turn it, and which way?"
    words = words if len(words) <= 80 else f"{words[:77].rstrip()}..."
    from engine.planner.colours import colour_in

    if colour_in(words, vocabulary):
        return f"What should become {words}?"
    if len(words.split()) <= 3 and low(words).split()[0] not in vocabulary.openings:
        return f"What should I do with \u201c{words}\u201d?"
    return f"I did not understand \u201c{words}\u201d. What should I change, and how?"
