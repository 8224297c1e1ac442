"""Requests and results through JSON: nothing is lost, nothing is added."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from engine.blobs import Blobs
from engine.data import Notice, Offset, Picture
from engine.edits import EditRequest, EditResult
from engine.operations import Adjust, Crop, Move, Remove, Target
from engine.refining.again import Again
from engine.selection.marks import ClickMark, Marks
from engine.wire import EditOrder, Outcome, order_of, outcome_of, request_of, result_of
from tests.engine.wire.comparing import plain


@pytest.fixture
def exchange(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "exchange")


def picture(rng: np.random.Generator, *, opaque: bool = True) -> Picture:
    opacity = None if opaque else rng.integers(0, 256, (9, 11), np.uint8)
    return Picture(rng.integers(0, 256, (9, 11, 3), np.uint8), opacity)


def mask(rng: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return rng.random((9, 11)) > 0.5


def full_request(rng: np.random.Generator) -> EditRequest:
    """One that uses every field."""
    target = Target(phrase="ball", ordinal="second", previous=True)
    return EditRequest(
        picture=picture(rng, opaque=False),
        operations=(Remove(target=target), Adjust(property="hue", amount=-12.5), Crop(box=(1, 2, 8, 9))),
        seed=2**53,
        given=picture(rng),
        mask=mask(rng),
        previous=mask(rng),
        answers={0: mask(rng), 2: mask(rng)},
        again=Again(mask(rng), drawn=True, changes=("bigger", "softer"), change="not the arm"),
        reference=picture(rng, opaque=False),
        start=picture(rng),
        company=3,
        backend="exact",
        model="sdxl+lora:0.5",
    )


def crossed(request: EditRequest, exchange: Blobs) -> EditRequest:
    order = order_of(request, exchange, job="job", revision="one", attempt=2)
    return request_of(EditOrder.model_validate_json(order.model_dump_json()), exchange)


def test_a_request_with_everything_comes_back(exchange: Blobs, rng: np.random.Generator) -> None:
    sent = full_request(rng)
    bare = EditRequest(sent.picture, ())
    unused = [one.name for one in fields(sent) if plain(getattr(sent, one.name)) == plain(getattr(bare, one.name))]
    assert unused == ["picture"]
    assert plain(crossed(sent, exchange)) == plain(sent)


def test_a_request_with_nothing_comes_back(exchange: Blobs, rng: np.random.Generator) -> None:
    sent = EditRequest(picture(rng), (Move(target=Target(phrase="dog"), place="left"),))
    assert plain(crossed(sent, exchange)) == plain(sent)


def test_a_request_in_png_comes_back(exchange: Blobs, rng: np.random.Generator) -> None:
    sent = full_request(rng)
    order = order_of(sent, exchange, job="job", form="png")
    assert order.form == "png"
    assert plain(request_of(order, exchange)) == plain(sent)


@pytest.mark.parametrize(
    "marks",
    [
        Marks(box=(1, 2, 3, 4)),
        Marks(unit="fraction", circle=(0.5, 0.5, 0.25), clicks=(ClickMark(x=0.5, y=0.1), ClickMark(x=1, y=0))),
        Marks(polygons=(((0, 0), (4, 0), (4, 4)),), points=((3, 4),), exclude=((1, 1),)),
    ],
)
def test_marks_come_back(marks: Marks, exchange: Blobs, rng: np.random.Generator) -> None:
    assert crossed(EditRequest(picture(rng), (), given=marks), exchange).given == marks


def test_ids_are_told_where_there_are_any(exchange: Blobs, rng: np.random.Generator) -> None:
    request = EditRequest(picture(rng), ())
    assert order_of(request, exchange, job="j").ids == {"job": "j"}
    assert order_of(request, exchange, job="j", revision="r", attempt=2).ids == {
        "job": "j",
        "revision": "r",
        "attempt": 2,
    }


def test_an_order_takes_edits_alone(exchange: Blobs, rng: np.random.Generator) -> None:
    good = order_of(EditRequest(picture(rng), ()), exchange, job="job").model_dump(mode="json")
    EditOrder.model_validate({**good, "operations": [{"kind": "flip", "axis": "vertical"}]})
    wrongs: list[dict[str, object]] = [
        {"operations": [{"kind": "undo"}]},
        {"company": 0},
        {"extra": 1},
        {"given": {}},
        {"picture": None},
    ]
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            EditOrder.model_validate({**good, **wrong})


def test_results_come_back(exchange: Blobs, rng: np.random.Generator) -> None:
    notices = (Notice("missed", "a dog"), Notice("drawn"))
    full = EditResult(
        picture(rng, opaque=False), mask(rng), Offset(-3, 4), 0, mask(rng), "exact", notices, {"edit": 1.25}
    )
    bare = EditResult(picture(rng), None, None, None, None, "exemplar", (), {})
    for result in (full, bare):
        outcome = Outcome.model_validate_json(outcome_of(result, exchange).model_dump_json())
        assert plain(result_of(outcome, exchange)) == plain(result)
