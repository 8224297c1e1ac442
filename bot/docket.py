"""A message that survives: as the row of a job, and back; and its answer likewise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast, get_args

from pydantic import TypeAdapter

from bot.chat import Message, Reply
from bot.history import History
from bot.house import House, Talk
from bot.ledger.records import Application, Job
from bot.receipts import answer_of, comparison
from engine.blobs import BlobLost
from engine.data import Notice, Picture
from engine.errors import BadInput, EditError, GaveUp, Withdrawn
from engine.lanes import Lane, lane_of
from engine.operations import Compare, EditOperation, Goto, HistoryOperation, Plan, Redo, Restart, Undo
from engine.selection.marks import Marks
from engine.wire import Failure, failure_of, raised

INSTANT: Final = (Undo, Redo, Goto, Restart, Compare)
"""Steps through the history, which need no engine."""
NO_DIGEST: Final = "0" * 64
_NOTICES: Final = TypeAdapter(tuple[Notice, ...])


class Nowhere:
    """The exchange of errors that are written down: their pixels are dropped."""

    def put(self, data: bytes, *, durable: bool = True) -> str:
        """A digest under which nothing is."""
        return NO_DIGEST

    def get(self, digest: str) -> bytes:
        """Nothing is there. Raises: BlobLost."""
        raise BlobLost(digest, "never kept")


def is_instant(plan: Plan) -> bool:
    """Whether it can be answered from the history alone."""
    return all(isinstance(operation, INSTANT) for operation in plan.operations)


def lane_for(talk: Talk) -> Lane:
    """Where the message waits for its turn; work on the last edit is such work as that was."""
    operations = _edits(talk.plan)
    if len(operations) < len(talk.plan.operations) and not is_instant(talk.plan):
        operations += _edits(talk.head.plan)
    return lane_of(operations, talk.message.backend)


def effort_of(talk: Talk) -> str:
    """What the work is like: the operations, the picture's size to the next power of four, how many, by which model."""
    message = talk.message
    kinds = "+".join(operation.kind for operation in talk.plan.operations)
    scale = (talk.head.height * talk.head.width).bit_length() // 2
    return f"{kinds}|{scale}|{message.count}|{message.backend or ''}|{message.model or ''}"[:200]


async def application_of(talk: Talk) -> Application:
    """What is accepted of a message that was read; its mask and its reference are on disk when this returns.

    Raises: StorageFailed.
    """
    message = talk.message
    given = message.mask if isinstance(message.mask, Picture) else None
    request = {
        "instruction": message.instruction,
        "head": talk.head.id,
        "plan": talk.plan.flat(),
        "fixed": message.plan is not None,
        "seed": talk.seeds[0],
        "count": message.count,
        "marks": message.mask.flat() if isinstance(message.mask, Marks) else None,
        "backend": message.backend,
        "model": message.model,
        "notices": _NOTICES.dump_python(tuple(talk.notices), mode="json"),
    }
    return Application(
        surface=message.surface,
        author=message.author,
        channel=message.channel,
        conversation=talk.head.conversation,
        lane=lane_for(talk),
        effort=effort_of(talk),
        request=request,
        given=await _kept(given, talk.house.history),
        reference=await _kept(message.reference, talk.house.history),
    )


async def message_of(job: Job, house: House) -> Message:
    """The message again, as an answer to the revision that it was about. Raises: DamagedImage."""
    request = job.request
    given = await _found(job.given, house.history)
    return Message(
        instruction=request["instruction"],
        author=job.author,
        surface=job.surface,
        channel=job.channel,
        notices=_NOTICES.validate_python(request["notices"]),
        mask=Marks.model_validate(request["marks"]) if request["marks"] else given,
        reference=await _found(job.reference, house.history),
        reply_to=request["head"],
        backend=request["backend"],
        model=request["model"],
        seed=request["seed"],
        count=request["count"],
        plan=Plan.model_validate(request["plan"]),
    )


def outcome_of(reply: Reply) -> dict[str, Any]:
    """What is kept of an answer: the revisions have the rest."""
    return {
        "plan": reply.plan.flat(),
        "revisions": [answer.revision.id for answer in reply.answers],
        "compared": any(answer.compared for answer in reply.answers),
        "notices": _NOTICES.dump_python(reply.notices, mode="json"),
        "timings_ms": reply.timings_ms,
    }


async def reply_of(outcome: Mapping[str, Any], history: History) -> Reply:
    """The answer again, told from the history. Raises: NoSuchRevision for what was forgotten since."""
    revisions = [await history.revision(wanted) for wanted in outcome["revisions"]]
    answers = [await answer_of(revision, history) for revision in revisions]
    if outcome["compared"]:
        answers = [await comparison(revisions[0], history)]
    return Reply(
        plan=Plan.model_validate(outcome["plan"]),
        answers=tuple(answers),
        notices=_NOTICES.validate_python(outcome["notices"]),
        timings_ms=outcome["timings_ms"],
    )


async def answer_to(job: Job, history: History) -> Reply | EditError:
    """The answer to a job that is over, told from the ledger and the history."""
    match job.state:
        case "done":
            try:
                return await reply_of(job.outcome or {}, history)
            except BadInput as error:
                # Damaged or forgotten since, and so it is however often it is asked for.
                return error
        case "failed":
            return error_of(job.outcome or {})
        case "dead":
            return GaveUp(job.attempt)
        case _:
            return Withdrawn()


def as_forgotten(job: Job) -> Job:
    """The job when its author had everything deleted meanwhile: nobody is answered any more."""
    return replace(job, state="cancelled", outcome={})


def failure_to_keep(error: EditError) -> dict[str, Any]:
    """The error without pixels: the history keeps the masks of what an open question offers."""
    failure = failure_of(error, Nowhere()).model_dump(mode="json")
    for candidate in failure["args"].get("candidates", ()):
        candidate.pop("mask", None)
    return failure


def error_of(failure: Mapping[str, Any]) -> EditError:
    """The error again."""
    return raised(Failure.model_validate(failure), Nowhere())


def _edits(plan: Plan | None) -> tuple[EditOperation, ...]:
    steps = get_args(HistoryOperation)
    found = (operation for operation in (plan.operations if plan else ()) if not isinstance(operation, steps))
    return cast("tuple[EditOperation, ...]", tuple(found))


async def _kept(picture: Picture | None, history: History) -> str | None:
    return None if picture is None else await history.put_aside(picture)


async def _found(blob: str | None, history: History) -> Picture | None:
    return None if blob is None else await history.aside(blob)
