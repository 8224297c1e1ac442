"""Every error of the taxonomy there and back."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.blobs import Blobs
from engine.data import Box, Region
from engine.errors import BadOption, EditError, OutOfMemory
from engine.wire import Failed, Failure, failure_of, line_of, raised, read_frame
from tests.engine.wire.comparing import plain

SHAPE = np.array([[True, False, True], [False, True, True]])
REGIONS = (Region(Box(1, 2, 4, 4), 0.5, "dog", "subject", SHAPE), Region(Box(0, 0, 9, 9), 1.0, "all", "whole"))
FACTS: dict[str, Any] = {
    "str": "the “red” one\n",
    "str | None": None,
    "int": -3,
    "int | None": 503,
    "float": 0.25,
    "bool": True,
    "object": "blue",
    "tuple[int, int]": (1, 2),
    "tuple[str, ...]": ("a dog", "Ä"),
    "tuple[Region, ...]": REGIONS,
}
"""A value for each type of fact that an error may carry."""


def tree(kind: type[EditError]) -> Iterator[type[EditError]]:
    yield kind
    for leaf in kind.__subclasses__():
        yield from tree(leaf)


def example(kind: type[EditError]) -> EditError:
    if kind.__init__ is Exception.__init__:
        return kind()
    parameters = inspect.signature(kind).parameters
    return kind(**{name: fact(parameter.annotation) for name, parameter in parameters.items()})


def fact(annotation: str) -> Any:
    one_of = re.fullmatch(r"Literal\['(\w+)'.*", annotation.replace('"', "'"))
    return one_of[1] if one_of else FACTS[annotation]


@pytest.fixture
def exchange(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "exchange")


@pytest.mark.parametrize("kind", list(tree(EditError)))
def test_every_error_crosses_with_its_facts(kind: type[EditError], exchange: Blobs) -> None:
    sent = example(kind)
    line = line_of(Failed(error=failure_of(sent, exchange)))
    frame = read_frame(line)
    assert isinstance(frame, Failed)
    got = raised(frame.error, exchange)
    assert type(got) is kind
    assert plain(vars(got)) == plain(vars(sent))
    assert plain(got.args) == plain(sent.args)


@pytest.mark.parametrize("value", [None, "", "blue", 3, 2.5, True])
def test_a_wrong_value_keeps_its_type(value: object, exchange: Blobs) -> None:
    crossed = Failure.model_validate_json(failure_of(BadOption("x", value, "y"), exchange).model_dump_json())
    got = raised(crossed, exchange)
    assert isinstance(got, BadOption)
    assert got.value == value
    assert type(got.value) is type(value)


def test_a_value_that_json_lacks_crosses_as_its_words(exchange: Blobs) -> None:
    got = raised(failure_of(BadOption("out", Path("a.xyz"), "png"), exchange), exchange)
    assert isinstance(got, BadOption)
    assert got.value == "a.xyz"


@pytest.mark.parametrize(
    "junk",
    [
        Failure(type="SystemExit", args={"code": 0}),
        Failure(type="EditErrors"),
        Failure(type="OutOfMemory"),
        Failure(type="OutOfMemory", args={"backend": "x", "more": 1}),
        Failure(type="OutOfMemory", args={"backend": {"no": "region"}}),
    ],
)
def test_what_is_no_error_of_the_engine_is_refused(junk: Failure, exchange: Blobs) -> None:
    assert isinstance(raised(Failure(type="OutOfMemory", args={"backend": "x"}), exchange), OutOfMemory)
    with pytest.raises(ValueError, match="error"):
        raised(junk, exchange)
