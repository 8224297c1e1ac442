"""One edit as it is asked for, in JSON."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from engine.data import Picture
from engine.edits import EditRequest
from engine.operations import EditOperation, Record
from engine.refining.again import Again
from engine.selection.marks import Marks
from engine.wire.pixels import Exchange, PictureForm, PixelsRef, get_mask, get_picture, put_mask, put_picture

Operation: TypeAlias = Annotated[EditOperation, Field(discriminator="kind")]


class AgainOrder(Record):
    """`engine.refining.again.Again`."""

    area: PixelsRef
    drawn: bool = False
    changes: tuple[str, ...] = ()
    change: str = ""


class EditOrder(Record):
    """`engine.edits.EditRequest`, its pictures and masks in an exchange; `job`, `revision`, `attempt` are for logs."""

    job: str
    revision: str | None = None
    attempt: int | None = None
    picture: PixelsRef
    operations: tuple[Operation, ...]
    seed: int = 0
    given: PixelsRef | Marks | None = None
    mask: PixelsRef | None = None
    previous: PixelsRef | None = None
    answers: dict[int, PixelsRef] = Field(default_factory=dict[int, PixelsRef])
    again: AgainOrder | None = None
    reference: PixelsRef | None = None
    start: PixelsRef | None = None
    company: Annotated[int, Field(ge=1)] = 1
    backend: str | None = None
    model: str | None = None
    previews: bool = True
    """Whether previews would be looked at."""

    @property
    def ids(self) -> dict[str, str | int]:
        """What the log calls it."""
        ids = {"job": self.job, "revision": self.revision, "attempt": self.attempt}
        return {name: value for name, value in ids.items() if value is not None}

    @property
    def form(self) -> PictureForm:
        """How the picture that is made comes back: like the one that was sent."""
        return "png" if self.picture.form == "png" else "raw"


def order_of(
    request: EditRequest,
    exchange: Exchange,
    *,
    job: str,
    revision: str | None = None,
    attempt: int | None = None,
    previews: bool = True,
    form: PictureForm = "raw",
) -> EditOrder:
    """The request as an order, its pixels put into the exchange; blocks. Raises: StorageFailed."""

    def kept(picture: Picture | None) -> PixelsRef | None:
        return None if picture is None else put_picture(exchange, picture, form)

    again = request.again
    return EditOrder(
        job=job,
        revision=revision,
        attempt=attempt,
        picture=put_picture(exchange, request.picture, form),
        operations=request.operations,
        seed=request.seed,
        given=kept(request.given) if isinstance(request.given, Picture) else request.given,
        mask=None if request.mask is None else put_mask(exchange, request.mask),
        previous=None if request.previous is None else put_mask(exchange, request.previous),
        answers={index: put_mask(exchange, answer) for index, answer in request.answers.items()},
        again=None
        if again is None
        else AgainOrder(
            area=put_mask(exchange, again.area), drawn=again.drawn, changes=again.changes, change=again.change
        ),
        reference=kept(request.reference),
        start=kept(request.start),
        company=request.company,
        backend=request.backend,
        model=request.model,
        previews=previews,
    )


def request_of(order: EditOrder, exchange: Exchange) -> EditRequest:
    """The order as a request, its pixels fetched from the exchange; blocks. Raises: BlobLost, StorageFailed."""

    def fetched(ref: PixelsRef | None) -> Picture | None:
        return None if ref is None else get_picture(exchange, ref)

    again = order.again
    return EditRequest(
        picture=get_picture(exchange, order.picture),
        operations=order.operations,
        seed=order.seed,
        given=order.given if isinstance(order.given, Marks) else fetched(order.given),
        mask=None if order.mask is None else get_mask(exchange, order.mask),
        previous=None if order.previous is None else get_mask(exchange, order.previous),
        answers={index: get_mask(exchange, ref) for index, ref in order.answers.items()},
        again=None
        if again is None
        else Again(get_mask(exchange, again.area), again.drawn, again.changes, again.change),
        reference=fetched(order.reference),
        start=fetched(order.start),
        company=order.company,
        backend=order.backend,
        model=order.model,
    )
