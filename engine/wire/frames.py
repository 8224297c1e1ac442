"""What becomes of an order, told while it happens: one frame a line, the last of them telling the end."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Base64Bytes, Field, TypeAdapter, ValidationError

from engine.operations import Record
from engine.wire.failures import Failure
from engine.wire.results import Outcome

MEDIA_TYPE: Final = "application/x-ndjson"


class Staged(Record):
    """Another stage of the edit begins."""

    event: Literal["stage"] = "stage"
    stage: str
    fraction: float
    """The share of the whole edit that is done, 0 to 1."""


class Progressed(Record):
    """The stage goes on."""

    event: Literal["progress"] = "progress"
    stage: str
    fraction: float
    left: float | None = None
    """Seconds that the stage still takes, where that is known."""


class Preview(Record):
    """What the picture looks like so far."""

    event: Literal["preview"] = "preview"
    jpeg: Base64Bytes
    """A small JPEG file; made from its base64, which is also what stands in JSON."""


class Alive(Record):
    """Nothing to tell, but the engine lives: sent after each second of silence."""

    event: Literal["alive"] = "alive"


class Question(Record):
    """The end: only the author can say which is meant."""

    event: Literal["question"] = "question"
    error: Failure


class Done(Record):
    """The end: the edit is made."""

    event: Literal["done"] = "done"
    result: Outcome


class Failed(Record):
    """The end: there will be no edit."""

    event: Literal["failed"] = "failed"
    error: Failure
    restart: bool = False
    """Whether the engine can do no more work of that kind until it starts afresh."""


Frame: TypeAlias = Staged | Progressed | Preview | Alive | Question | Done | Failed
_FRAME: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="event")])


def line_of(frame: Frame) -> bytes:
    """The frame as a line of JSON."""
    return frame.model_dump_json().encode() + b"\n"


def read_frame(line: bytes | str) -> Frame:
    """The frame of a line. Raises: ValueError for anything else."""
    try:
        return _FRAME.validate_json(line)
    except ValidationError as exc:
        raise ValueError("not a frame of the engine") from exc
