"""One edit as it is answered, in JSON."""

from __future__ import annotations

from engine.data import Notice, Offset
from engine.edits import EditResult
from engine.operations import Record
from engine.wire.pixels import Exchange, PictureForm, PixelsRef, get_mask, get_picture, put_mask, put_picture


class Outcome(Record):
    """`engine.edits.EditResult`, its picture and masks in an exchange."""

    picture: PixelsRef
    mask: PixelsRef | None
    offset: tuple[int, int] | None
    outside_changed: int | None
    target: PixelsRef | None
    backend: str
    notices: tuple[tuple[str, str], ...]
    """(kind, detail)."""
    timings_ms: dict[str, float]


def outcome_of(result: EditResult, exchange: Exchange, form: PictureForm = "raw") -> Outcome:
    """The result, its pixels put into the exchange; blocks. Raises: StorageFailed."""
    return Outcome(
        picture=put_picture(exchange, result.picture, form),
        mask=None if result.mask is None else put_mask(exchange, result.mask),
        offset=result.offset,
        outside_changed=result.outside_changed,
        target=None if result.target is None else put_mask(exchange, result.target),
        backend=result.backend,
        notices=result.notices,
        timings_ms=result.timings_ms,
    )


def result_of(outcome: Outcome, exchange: Exchange) -> EditResult:
    """The result again, its pixels fetched from the exchange; blocks. Raises: BlobLost, StorageFailed."""
    return EditResult(
        picture=get_picture(exchange, outcome.picture),
        mask=None if outcome.mask is None else get_mask(exchange, outcome.mask),
        offset=None if outcome.offset is None else Offset(*outcome.offset),
        outside_changed=outcome.outside_changed,
        target=None if outcome.target is None else get_mask(exchange, outcome.target),
        backend=outcome.backend,
        notices=tuple(Notice(*notice) for notice in outcome.notices),
        timings_ms=dict(outcome.timings_ms),
    )
