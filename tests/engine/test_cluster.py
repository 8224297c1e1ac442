"""What a replica knows about itself and its orders; `tests/cluster` runs real ones."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engine import cluster
from engine.affinity import wanted_model
from engine.cluster import Pulse
from engine.data import Picture
from engine.edits import EditRequest, EditResult
from engine.errors import BadOption
from engine.operations import Add, Adjust, Alter, EditOperation, Generate, Replace, Style, Target
from engine.reporting import Report

WARMER = Adjust(property="warmth", amount=20)
REPLACE = Replace(target=Target(phrase="dog"), prompt="a cat")
REQUEST = EditRequest(Picture(np.zeros((4, 4, 3), np.uint8)), (WARMER,))


@pytest.mark.parametrize(
    ("operations", "backend", "model", "wanted"),
    [
        ((WARMER,), None, None, None),
        ((WARMER,), None, "sdxl", None),
        ((WARMER, REPLACE), None, None, "painter"),
        ((Add(prompt="a hat"),), None, "sdxl", "sdxl"),
        ((Generate(prompt="a fox"),), None, None, "illustrator"),
        ((Alter(prompt="make it winter"),), None, None, "follower"),
        ((Style(prompt="as an oil painting by a child"),), None, None, "follower"),
        ((Style(prompt="sepia"),), None, None, None),
        ((REPLACE,), "instruct", None, "follower"),
    ],
)
def test_the_same_model_has_the_same_name(
    operations: tuple[EditOperation, ...], backend: str | None, model: str | None, wanted: str | None
) -> None:
    assert wanted_model(operations, backend, model) == wanted


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"models_at": "/m"}, "exchange"),
        ({"models_at": "/m", "exchange": "/x", "models_each": 0}, "models_each"),
        ({"models_at": "/m", "exchange": "/x", "generation": {"precision": "half"}}, "generation.precision"),
        ({"models_at": "/m", "exchange": "/x", "replicas": 2}, "replicas"),
    ],
)
def test_an_argument_that_is_wrong_is_named(options: dict[str, object], named: str) -> None:
    with pytest.raises(BadOption) as wrong:
        cluster.app(options)
    assert wrong.value.name == named


def test_a_broken_gpu_is_beyond_help() -> None:
    def breaks(request: EditRequest, report: Report | None) -> EditResult:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    def fails(request: EditRequest, report: Report | None) -> EditResult:
        raise RuntimeError("a bug")

    for edit, wrong in ((fails, None), (breaks, "poisoned")):
        pulse = Pulse(edit)
        with pytest.raises(RuntimeError):
            pulse.edit(REQUEST, None)
        assert pulse.wrong() == wrong


def test_an_edit_that_does_not_move_hangs_and_one_that_does_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "HANGS_S", 0.2)
    go, moves = threading.Event(), threading.Event()

    def edit(request: EditRequest, report: Report | None) -> EditResult:
        while not go.wait(0.02):
            if moves.is_set() and report is not None:
                report("edit", 0.5)
        raise RuntimeError("told to end")

    pulse = Pulse(edit)
    moves.set()
    with ThreadPoolExecutor() as pool:
        editing = pool.submit(pulse.edit, REQUEST, None)
        time.sleep(0.4)
        assert pulse.wrong() is None
        moves.clear()
        time.sleep(0.4)
        assert pulse.wrong() == "hung"
        go.set()
    assert isinstance(editing.exception(), RuntimeError)
    assert pulse.wrong() is None
