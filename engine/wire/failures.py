"""Errors of the taxonomy in JSON: which leaf it is, and its facts by the names its constructor gives them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from pydantic import Field

from engine.data import Box, Region
from engine.errors import EditError
from engine.operations import Record
from engine.wire.pixels import Exchange, PixelsRef, get_mask, put_mask


class RegionNote(Record):
    """`engine.data.Region`, its mask in an exchange."""

    box: tuple[int, int, int, int]
    """(x0, y0, x1, y1), half-open."""
    score: float
    label: str
    source: str
    mask: PixelsRef | None = None


class Failure(Record):
    """An error that crosses to another process."""

    type: str
    """The name of its class in `engine.errors`."""
    args: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Its facts: JSON values, tuples as lists, regions as `RegionNote`."""


def failure_of(error: EditError, exchange: Exchange) -> Failure:
    """The error, the masks of its candidates put into the exchange; blocks. Raises: StorageFailed."""
    facts = {name: getattr(error, name) for name in _facts_of(type(error))}
    return Failure(type=type(error).__name__, args={name: _written(fact, exchange) for name, fact in facts.items()})


def raised(failure: Failure, exchange: Exchange) -> EditError:
    """The error again, of the same class and with the same facts, to be raised; blocks.

    Raises: ValueError for what is no failure of `engine.errors`, BlobLost.
    """
    kind = _leaves().get(failure.type)
    if kind is None or set(failure.args) != set(_facts_of(kind)):
        raise ValueError(f"no error of the engine: {failure.type}")
    return kind(**{name: _read(fact, exchange) for name, fact in failure.args.items()})


@cache
def _leaves() -> dict[str, type[EditError]]:
    return {kind.__name__: kind for kind in _tree(EditError)}


def _tree(kind: type[EditError]) -> Iterator[type[EditError]]:
    yield kind
    for leaf in kind.__subclasses__():
        yield from _tree(leaf)


def _facts_of(kind: type[EditError]) -> tuple[str, ...]:
    """The parameters of its constructor, each of which it keeps under the same name."""
    if kind.__init__ is Exception.__init__:
        return ()
    return tuple(inspect.signature(kind).parameters)


def _written(fact: object, exchange: Exchange) -> Any:
    """What JSON cannot hold, such as an option's wrong value of an odd type, crosses as its words."""
    if isinstance(fact, Region):
        mask = None if fact.mask is None else put_mask(exchange, fact.mask)
        box = (fact.box.x0, fact.box.y0, fact.box.x1, fact.box.y1)
        return RegionNote(box=box, score=fact.score, label=fact.label, source=fact.source, mask=mask).flat()
    if isinstance(fact, tuple):
        return [_written(part, exchange) for part in cast("tuple[object, ...]", fact)]
    return fact if fact is None or isinstance(fact, str | int | float) else str(fact)


def _read(fact: object, exchange: Exchange) -> Any:
    if isinstance(fact, list):
        return tuple(_read(part, exchange) for part in cast("list[object]", fact))
    if isinstance(fact, dict):
        note = RegionNote.model_validate(fact)
        mask = None if note.mask is None else get_mask(exchange, note.mask)
        return Region(Box(*note.box), note.score, note.label, note.source, mask)
    return fact
