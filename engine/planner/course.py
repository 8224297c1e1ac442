"""Where a conversation stands after each plan, without its pictures: what the words of the next turn may refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias, cast, get_args

from engine.operations import (
    Context,
    Crop,
    EditOperation,
    Expand,
    Flip,
    Goto,
    HistoryOperation,
    Move,
    Plan,
    Redo,
    Refine,
    Resize,
    Restart,
    Retry,
    Rotate,
    Target,
    Undo,
    Upscale,
    Vary,
)
from engine.planner.recall import about

Edits: TypeAlias = tuple[EditOperation, ...]
STEERING = get_args(HistoryOperation)
MOVING = Crop | Expand | Rotate | Flip | Resize | Upscale | Move
"""Edits after which things lie elsewhere."""


@dataclass(frozen=True)
class Revised:
    """A revision as far as words refer to it: the one it was made from, by which edits, and in which words."""

    parent: int
    edits: Edits
    said: str = ""
    beside: tuple[int, ...] = ()
    """The revisions that were made together with it, where there were several."""


@dataclass(frozen=True)
class Course:
    """A conversation's revisions in the order they were made, and which of them it stands at; 0 is the original.

    The bot keeps the same tree in its history (`bot.steering`), with the pictures.
    """

    revisions: tuple[Revised, ...] = (Revised(-1, ()),)
    at: int = 0
    seen: tuple[int, ...] = (0,)
    """Where it stood so far, oldest first."""
    unanswered: str = ""
    """The last instruction, where nothing but a question came of it."""

    def context(self) -> Context:
        """What the next instruction may refer back to."""
        branch = [self.revisions[index] for index in self.branch()]
        history = tuple(operation for revision in branch for operation in revision.edits)
        return Context(
            history=history,
            last=max(1, len(branch[-1].edits)),
            said=branch[-1].said,
            takes=tuple(map(str, branch[-1].beside)),
            undone=any(self.revisions[index].parent == self.at for index in self.seen),
            unanswered=self.unanswered,
        )

    def branch(self) -> list[int]:
        """The revisions from the original to where the conversation stands."""
        line = [self.at]
        while line[-1]:
            line.append(self.revisions[line[-1]].parent)
        return line[::-1]

    def after(self, plan: Plan) -> Course:
        """The conversation once the plan is carried out; a step that leads nowhere leaves it where it is."""
        course = self
        for steering, run in groupby(plan.operations, key=lambda one: isinstance(one, STEERING)):
            if steering:
                for operation in run:
                    course = course._steered(cast(HistoryOperation, operation))
            else:
                course = course._edited(cast(Edits, tuple(run)), plan.instruction)
        return replace(course, unanswered="" if self._answers(plan) else plan.instruction)

    def _answers(self, plan: Plan) -> bool:
        """Whether something can come of the plan: it asks for something, and of a thing that was spoken of."""
        lost = all(getattr(one, "target", None) == Target(previous=True) for one in plan.operations)
        return bool(plan.operations) and (not lost or len(self.branch()) > 1)

    def _edited(self, edits: Edits, said: str = "") -> Course:
        return self._to(len(self.revisions), (*self.revisions, Revised(self.at, edits, said)))

    def _to(self, at: int, revisions: tuple[Revised, ...] | None = None) -> Course:
        return Course(revisions or self.revisions, at, (*self.seen, at))

    def _steered(self, operation: HistoryOperation) -> Course:
        here = self.revisions[self.at]
        match operation:
            case Undo(what=str(what)):
                return self._without(what)
            case Undo():
                line = self.branch()
                return self._to(line[-1 - operation.count]) if operation.count < len(line) else self
            case Redo():
                return self._forward(operation.count)
            case Goto():
                number = operation.revision
                wanted = len(self.revisions) - 1 if number == "last" else int(number) if number.isdecimal() else -1
                return self._to(wanted) if 0 <= wanted < len(self.revisions) else self
            case Restart():
                return self._to(0)
            case Retry() | Refine() | Vary() if self.at:
                count = operation.n if isinstance(operation, Vary) else 1
                first = len(self.revisions)
                beside = tuple(range(first, first + count)) if count > 1 else ()
                again = tuple(Revised(here.parent, here.edits, here.said, beside) for _ in range(count))
                return self._to(first + count - 1, (*self.revisions, *again))
            case _:
                return self

    def _forward(self, count: int) -> Course:
        """So many steps down the way that was taken last."""
        at = self.at
        for _ in range(count):
            below = [index for index in self.seen if index and self.revisions[index].parent == at]
            if not below:
                break
            at = below[-1]
        return self._to(at)

    def _without(self, what: str) -> Course:
        """The branch with the edit meant left out, and all that came after it made again."""
        line = self.branch()
        kept = without(what, [self.revisions[index].edits for index in line])
        if kept is None:
            return self
        course = self._to(line[kept.depth])
        for _, edits in kept.again:
            course = course._edited(edits)
        return course


@dataclass(frozen=True)
class Kept:
    """What is left of a branch without some of its edits."""

    depth: int
    """How deep the last revision lies that stays as it is."""
    again: tuple[tuple[int, Edits], ...]
    """What is made again on it: how deep the revision lay, and which of its edits."""
    moved: bool
    """Whether things lie elsewhere without what is left out."""


def without(what: str, runs: Sequence[Edits]) -> Kept | None:
    """What becomes of a branch when an edit is taken out of it; None where no edit is meant.

    runs: the edits of each revision from the original (which has none) on.
    """
    edits = [(depth, operation) for depth, run in enumerate(runs) for operation in run]
    gone = about(what, [operation for _, operation in edits])
    if not gone:
        return None
    first = edits[gone[0]][0]
    left = [one for index, one in enumerate(edits) if index not in gone and one[0] >= first]
    again = groupby(left, key=lambda one: one[0])
    return Kept(
        depth=first - 1,
        again=tuple((depth, tuple(operation for _, operation in run)) for depth, run in again),
        moved=any(isinstance(edits[index][1], MOVING) for index in gone),
    )
