"""A message while its clauses are read one after the other: what was asked so far, and what was only spoken of."""

from __future__ import annotations

from collections.abc import Sequence

from engine.expressions import regex
from engine.operations import Context, EditOperation, HistoryOperation, Plan, Recolor
from engine.planner import dialogue, tone
from engine.planner.additions import settled
from engine.planner.asides import is_aside, with_outcome
from engine.planner.asking_back import about_the_rest, is_chatter, question_about
from engine.planner.carrying import another_there, carried_over, so_much_less
from engine.planner.clause_reading import LOOSE, MENDED, ClauseReader
from engine.planner.clauses import split
from engine.planner.corrections import corrected, narrowed_to_rest
from engine.planner.doubts import doubt_about, named, unknown_step
from engine.planner.followups import scales
from engine.planner.joining import cured, hinted_before, in_its_place, in_place_of, joined, said_twice
from engine.planner.mending import cut_out_alone, put_right
from engine.planner.mentions import is_remark, mentioned_in, spoken_of, told_of, written_out
from engine.planner.normalise import Normal, low
from engine.planner.openings import strip_openers
from engine.planner.reading import Operations
from engine.planner.recall import continued
from engine.planner.results import approves, of_result
from engine.planner.second_thoughts import reconsidered
from engine.planner.sizes import with_detail
from engine.planner.sparing import forbids, kept_beside, left_alone, mended, spared_by, sparing, stays
from engine.planner.spoken import changed_as_remarked, exacter, how_it_should_be, is_of, spoken
from engine.planner.tidying import tidy
from engine.planner.tinting import colour_wished
from engine.planner.verdicts import led_up_to
from engine.planner.vocabulary import Vocabulary, expression

MAX_OPERATIONS = 24
MISSED = 0.7
"""What is left of the confidence where a part was not understood."""
_NEEDING = regex(
    r"(?i)^((?:(?:and|but|also|now|ok|hm+|well|so|no) (?:, )?)*)((?:(?:still|just|really|probably|maybe|definitely) )?"
    r"(?:needs|could (?:use|do with)|deserves) "
    r"(?=(?:to|more|less|(?:just )?a (?:bit|little|touch|tad|lot|hint|smidge)) ))"
)
"""How a need is told that leaves out what has it."""
_LOOKING = expression("looking")
"""How a look is told that leaves out that it is the picture's."""
_WHOLE = dialogue.AGAIN | {"same here"}
"""Beginnings of requests that are whole ones as well."""
_DROPPED = frozenset(["forget it", "forget that", "never mind", "nevermind", "scrap it", "scrap that", "scratch that"])
"""What a step back may open with that is the same step."""
_IT_NEEDS = r"\1it \2"
_CONFIRMING, _DECLARING = expression("confirming"), expression("declaring")


class Listening:
    """Reads one message, and is thrown away then."""

    def __init__(
        self, instruction: str, normal: Normal, context: Context, reader: ClauseReader, vocabulary: Vocabulary
    ) -> None:
        self._instruction, self._normal, self._context = instruction, normal, context
        self._reader, self._vocabulary = reader, vocabulary
        self._operations: list[EditOperation | HistoryOperation] = []
        self._confidence = 1.0
        self._missed: list[str] = []
        """Clauses that were not understood."""
        self._kept: list[str] = []
        """Things that shall stay as they are, spoken of before anything was asked for."""
        self._about = ""
        """What a remark was about, which "it" means in the clause behind it."""
        self._remark = ""
        """The remark before this clause."""
        self._hinted = 0
        """How many of the operations, at the end, are only what the last remark hinted at."""
        self._unknown: str | None = None
        """What to ask where something is to be undone that was never done."""

    def plan(self) -> Plan:
        """The plan, in which areas told in numbers are still the characters that stand for them."""
        for sentence in self._sentences():
            clauses = self._clauses(sentence)
            for number, clause in enumerate(clauses, 1):
                self._hear(clause, following=number < len(clauses), beside=len(clauses) > 1)
                if self._unknown:
                    return Plan(instruction=self._instruction, question=self._unknown)
        if self._kept and not self._operations:
            self._operations += narrowed_to_rest(self._context, self._kept[-1])
        asked = in_place_of(self._context.history, self._operations, self._instruction)
        return self._planned(joined(asked, self._kept, self._vocabulary)[:MAX_OPERATIONS])

    def _sentences(self) -> Sequence[str]:
        """The sentences as they were meant in the end; of verdicts that lead up to a step only that."""
        sentences = reconsidered([self._written_out(one) for one in self._normal.sentences], self._vocabulary)
        begun = self._context.history or self._context.undone
        return led_up_to(sentences, self._is_step, self._vocabulary) if begun else sentences

    def _written_out(self, sentence: str) -> str:
        """The sentence with what it leaves out: what needs something, that a thing is as it says."""
        return _LOOKING.sub("it ", _NEEDING.sub(_IT_NEEDS, written_out(sentence, self._vocabulary)))

    def _is_step(self, text: str, further: bool) -> bool:
        return self._reader.is_step(text, self._normal, self._context, further=further)

    def _planned(self, operations: Operations) -> Plan:
        if not operations:
            asked = question_about(self._normal, self._missed, self._vocabulary)
            return Plan(instruction=self._instruction, question=asked)
        rest = about_the_rest(self._normal, self._missed, self._vocabulary)
        return Plan(
            instruction=self._instruction,
            operations=tuple(operations),
            confidence=self._confidence * (MISSED if self._missed else 1.0),
            question=rest or doubt_about(self._instruction, operations, self._context),
        )

    def _clauses(self, sentence: str) -> Sequence[str]:
        """The sentence whole where it reads as one saying about lists, else its clauses."""
        back, rest = dialogue.unfolded(sentence)
        if rest != sentence:
            return ["undo"] * back + list(self._clauses(rest))
        if dialogue.choose(sentence, self._context, self._vocabulary):
            return [sentence]
        if corrected(sentence, self._context, self._vocabulary, self._normal.quotes):
            return [sentence]
        if self._is_colour_wished(sentence) or self._carries_on(sentence):
            return [sentence]
        if "," in sentence and tone.read_parameters(
            self._reader.reading(
                {"parameters": tidy(sentence, self._vocabulary)}, sentence, self._normal, self._context
            )
        ):
            return [sentence]
        if self._reader.measured(sentence, self._context):
            return [sentence]
        if order := self._reader.order_of(sentence, self._normal, self._context):
            return [order]
        if order := cut_out_alone(sentence):
            return [order]
        clauses = split(sentence, self._vocabulary)
        dropped = len(clauses) > 1 and low(clauses[0]) in _DROPPED and self._is_step(clauses[1], False)
        return clauses[1:] if dropped else clauses

    def _carries_on(self, sentence: str) -> bool:
        """Whether the sentence as a whole does the last edit to another thing: "and the ramp, but less"."""
        before = self._context.history
        if not before or " " not in sentence:
            return False
        if another_there(sentence, before[-1]):
            return True
        return so_much_less(sentence) and carried_over(sentence, before[-1], self._vocabulary) is not None

    def _is_colour_wished(self, sentence: str) -> bool:
        """Whether the sentence as a whole names another colour than the last: "ocean colour is better, can you ..."."""
        before = self._context.history
        coloured = bool(before) and isinstance(before[-1], Recolor) and " and " not in sentence
        return coloured and colour_wished(sentence, self._vocabulary) is not None

    def _hear(self, clause: str, *, following: bool, beside: bool) -> None:
        """Take one clause in.

        following: another clause of the sentence stands behind it; beside: it has others before or behind it.
        """
        seen = continued(self._context, self._operations) if self._operations else self._context
        if self._asks_nothing(clause, seen, following=following):
            return
        kept = beside and stays(clause) and not spared_by(clause)
        if kept and self._operations and all(map(_is_of_thing, self._operations)):
            return
        if self._changes_what_was_asked(clause, seen) or self._keeps(clause, beside=beside):
            return
        self._ask(clause, seen)

    def _asks_nothing(self, clause: str, seen: Context, *, following: bool) -> bool:
        """Approval, reasons and what shall stay anyway."""
        small = low(clause)
        if small in self._vocabulary["scope.interjections"] and small != low(self._instruction):
            return True
        if small in self._vocabulary["words.opener"] and (following or self._only_begins(clause)):
            return True
        asked = bool(self._operations)
        return approves(clause, seen, self._vocabulary) or is_aside(clause, following=following, asked=asked)

    def _only_begins(self, clause: str) -> bool:
        """Whether words with which requests begin are no request of their own: "hang on", "could I have"."""
        small = low(clause)
        return " " in small and small not in _WHOLE and not self._is_step(clause, False)

    def _changes_what_was_asked(self, clause: str, seen: Context) -> bool:
        """Remarks about a tone, corrections and refinements of the last edit, details of the request before."""
        if remarked := changed_as_remarked(clause, self._instruction, seen, self._vocabulary):
            self._operations = [*(one for one in self._operations if not is_of(one, remarked)), remarked]
            return True
        meant = self._reader.request_meant(clause, self._normal, seen)
        if meant := meant or corrected(clause, seen, self._vocabulary, self._normal.quotes):
            self._drop_told(meant)
            self._operations += meant
            return True
        if not self._operations:
            refined = self._reader.refined(clause, self._normal, self._context)
            self._operations += [refined] if refined else []
            return refined is not None
        return False

    def _keeps(self, clause: str, *, beside: bool) -> bool:
        """What is to be left as it is, and what only adds to or confirms the request before."""
        if not self._operations and self._context.history and self._is_step(clause, False):
            return False
        if thing := spared_by(clause) or (self._kept_beside(clause) if beside else None):
            self._kept += [] if self._operations else [thing]
            self._operations = [sparing(operation, thing) for operation in self._operations]
            return True
        if forbids(clause):
            return True
        if self._operations and (finer := with_detail(self._operations[-1], clause)):
            self._operations[-1] = finer
            return True
        bare = low(strip_openers(clause, self._vocabulary))
        return bool(self._operations) and _CONFIRMING.fullmatch(bare) is not None and not self._righted(clause)

    def _kept_beside(self, clause: str) -> str | None:
        """The thing kept by a clause among others; None where the clause says how it shall be: "keep the lips red"."""
        thing = kept_beside(clause)
        last = thing.split(" ")[-1] if thing else ""
        known = any(last in self._vocabulary[name] for name in ("states.adjectives", "colours.names"))
        return None if known or tone.tone_of(last) else thing

    def _ask(self, clause: str, seen: Context) -> None:
        """Read what the clause asks for."""
        words = self._vocabulary
        told = self._told(clause, seen) if self._about or self._remark else None
        guessed = () if told or self._reader.measured(clause, seen) else self._guessed(clause, seen)
        read, sure = (guessed, MENDED) if guessed else self._reader.read(told or clause, self._normal, seen)
        if told and not read:
            read, sure = self._reader.hinted(told, self._normal, seen), MENDED
        found = [settled(named(done, seen), clause, words) for one in read if (done := mended(one)) is not None]
        found = [with_outcome(found[0], clause)] if len(found) == 1 else found
        whole = len(found) == len(read) > 0
        if not (whole and sure > MENDED) and (rambling := spoken(clause, seen, words)):
            found, whole = list(rambling), True
        if unknown := next((asked for one in found if (asked := unknown_step(one, seen))), None):
            self._unknown = self._normal.spoken(unknown)
            return
        if left := left_alone(clause):
            found = [sparing(operation, left) for operation in found]
        if whole:
            self._take(found, clause, sure, anew=told is not None)
        elif pieces := self._reader.piecewise(told or clause, self._normal, seen):
            self._operations += pieces
            self._confidence = min(self._confidence, LOOSE)
        elif not is_chatter(clause, words):
            self._missed.append(clause)
            self._drop_hinted(told is not None)
        remarked = guessed or _DECLARING.fullmatch(low(clause)) or is_remark(low(clause))
        self._remember(clause, len(found) if remarked else 0)

    def _told(self, clause: str, seen: Context) -> str | None:
        """The clause with what the remark before it was about by name; a step back is of an edit, not of a thing."""
        if seen.history and self._is_step(clause, False):
            return None
        if righted := self._righted(clause):
            return righted
        order = tidy(clause, self._vocabulary)
        return told_of(clause, order, self._about, self._vocabulary) if self._about else None

    def _righted(self, clause: str) -> str | None:
        """What the clause comes to where it only wants put right what the remark before it complained of."""
        texts = dict.fromkeys((low(clause), low(tidy(clause, self._vocabulary)))) if self._remark else ()
        righted = (put_right(self._remark, text, self._vocabulary) for text in texts)
        return next(filter(None, righted), None)

    def _guessed(self, clause: str, seen: Context) -> Operations:
        """What the clause amounts to where it only hints or wishes."""
        if scales(clause, seen, self._vocabulary) or of_result(clause, seen, self._vocabulary):
            return []
        return self._reader.hinted(clause, self._normal, seen) or self._reader.wished(clause, self._normal, seen)

    def _take(self, found: Operations, clause: str, sure: float, *, anew: bool) -> None:
        """Add what was found; anew: in the place of what the remark before it hinted at."""
        last = self._operations[-1] if self._operations else None
        if last and (swapped := in_its_place(last, found, clause)):
            self._operations[-1:] = [swapped]
            return
        if last and self._hinted and cured(last, found, clause):
            return
        self._drop_told(found)
        hinted = self._hinted and last is not None and hinted_before(last, found)
        if last and (hinted or exacter(last, found, clause) or said_twice(last, found, self._context.history)):
            self._operations.pop()
        self._drop_hinted(anew)
        self._operations += found
        self._confidence = min(self._confidence, sure)

    def _drop_told(self, found: Operations) -> None:
        """Forget what was only told of a thing, where a wish says how it should be instead."""
        if self._hinted and self._operations and how_it_should_be(self._operations[-1], found):
            self._operations.pop()
            self._hinted = 0

    def _drop_hinted(self, anew: bool) -> None:
        """Forget what was only hinted at, where a request says what is really wanted."""
        if anew:
            del self._operations[len(self._operations) - self._hinted :]

    def _remember(self, clause: str, hinted: int) -> None:
        """Note what the clause was about, while nothing but hints and remarks were heard."""
        self._hinted = hinted
        alone = len(self._operations) == hinted and not self._context.mask
        about = mentioned_in(clause, self._vocabulary) if alone else None
        self._remark = clause if alone else ""
        self._about = "" if not alone or spoken_of(about, self._context) else about or self._about


def _is_of_thing(operation: EditOperation | HistoryOperation) -> bool:
    """Whether the operation is on a thing, so that whatever else is in the picture is left alone anyway."""
    return getattr(operation, "target", None) is not None
