"""The planner that needs no model: rules over words, in milliseconds, the same plan for the same words."""

from __future__ import annotations

from engine.lasting import lasting
from engine.operations import Choose, Context, Plan
from engine.planner.answers import completed
from engine.planner.clause_reading import LOOSE, SURE, ClauseReader
from engine.planner.languages import is_mostly_english, samples, translated
from engine.planner.languages.consent import agrees
from engine.planner.listening import Listening
from engine.planner.normalise import Normal, encodable, normalise
from engine.planner.openings import begins_request
from engine.planner.results import approves
from engine.planner.vocabulary import Vocabulary, load

MAX_READ_TWICE = 400
"""Characters of an instruction that is read once more, as being in another language, where nothing was understood."""

_ALONE = Context()


class RulesPlanner:
    """Implements `engine.protocols.Planner` by rules; never raises, and any text takes milliseconds."""

    def __init__(self, language: str = "english") -> None:
        with lasting():
            self._vocabulary: Vocabulary = load(language)
            self._reader = ClauseReader(language)

    def plan(self, instruction: str, context: Context) -> Plan:
        """The operations the instruction asks for, or none and a question; at most 2000 characters are read.

        An instruction in one of `engine.planner.languages` is put into English first, and the plan says which it is.
        """
        instruction = encodable(instruction)
        if len(context.candidates) == 1 and (agreed := agrees(instruction))[0]:
            whole = (Choose(candidate="all"),)
            return Plan(instruction=instruction, operations=whole, confidence=SURE, language=agreed[1])
        said = translated(instruction)
        plan = self._of_english(said.english if said else instruction, context)
        if plan.operations:
            return said.answered(plan) if said else plan
        if len(instruction) <= MAX_READ_TWICE:
            other = translated(instruction, anyhow=True) if said is None else None
            if other:
                return other.answered(self._of_english(other.english, context))
            if said and is_mostly_english(instruction) and (again := self._of_english(instruction, context)).operations:
                return again
        return said.answered(plan) if said else plan

    def warm(self) -> None:
        """Read now what the first sentence of each language would wait for; any thread may do it, beside others."""
        for sentence in samples():
            self.plan(sentence, _ALONE)

    def _of_english(self, instruction: str, context: Context) -> Plan:
        """The plan of an instruction in English."""
        normal = normalise(instruction, self._vocabulary)
        plan = self._listened(instruction, normal, context)
        if context.unanswered and not plan.operations and not approves(instruction, context, self._vocabulary):
            plan = self._answering(instruction, context) or plan
        return Plan.model_validate_json(normal.with_areas(plan.model_dump_json())) if normal.areas else plan

    def _answering(self, instruction: str, context: Context) -> Plan | None:
        """The plan of an instruction that was asked about, completed by the answer; None where that is none."""
        alone = context.model_copy(update={"unanswered": ""})
        for whole in completed(instruction, context, self._vocabulary):
            plan = self._listened(whole, normalise(whole, self._vocabulary), alone)
            if plan.operations and (plan.confidence > LOOSE or begins_request(whole, self._vocabulary)):
                return plan.model_copy(update={"instruction": instruction})
        return None

    def _listened(self, instruction: str, normal: Normal, context: Context) -> Plan:
        return Listening(instruction, normal, context, self._reader, self._vocabulary).plan()
