"""The edge to onnxruntime: graphs are loaded once, and what goes wrong is told in this project's terms."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BackendFailed, OutOfMemory, UnusableModel
from engine.onnx_edge import Session, session
from tests.engine.tiny_graphs import Sheet, normal_encoder


@pytest.fixture
def halves(tmp_path: Path) -> Session:
    """float16 in and out, int64 in: halves[i] = 0.5 * x[i] + n."""
    sheet = Sheet()
    values, number = sheet.takes("x", ("length",), kind=10), sheet.takes("n", (1,), kind=7)
    half = sheet.do("Mul", values, sheet.do("Cast", sheet.constant(0.5), to=10))
    moved = sheet.do("Add", sheet.do("Cast", half, to=1), sheet.do("Cast", number, to=1))
    sheet.gives("halves", moved, ("length",))
    sheet.gives("twice", sheet.do("Add", moved, moved), ("length",))
    return session(sheet.save(tmp_path / "halves.onnx"))


def test_ports_are_told_by_name(halves: Session) -> None:
    assert {name: (port.shape, port.dtype.name) for name, port in halves.inputs.items()} == {
        "x": ((None,), "float16"),
        "n": ((1,), "int64"),
    }
    assert list(halves.outputs) == ["halves", "twice"]


def test_feeds_take_the_types_of_the_graph_and_answers_are_float32(halves: Session) -> None:
    answers = halves.run({"x": np.arange(4.0), "n": np.array([3.0])})

    assert {name: values.dtype.name for name, values in answers.items()} == {"halves": "float32", "twice": "float32"}
    assert answers["halves"].tolist() == [3.0, 3.5, 4.0, 4.5]
    assert list(halves.run({"x": np.zeros(2), "n": np.zeros(1)}, ("twice",))) == ["twice"]


def test_a_file_is_loaded_once_until_it_changes(tmp_path: Path) -> None:
    path = normal_encoder(tmp_path / "model.onnx")
    first = session(path)
    assert session(path) is first
    assert first.size == path.stat().st_size

    normal_encoder(path, "image_embeddingz")
    os.utime(path, ns=(0, 0))
    assert path.stat().st_size == first.size
    assert list(session(path).outputs) == ["image_embeddingz"]


@pytest.mark.parametrize("keep", [0, 7, 200, -1])
def test_a_file_that_is_no_whole_graph_is_named(tmp_path: Path, keep: int, capfd: pytest.CaptureFixture[str]) -> None:
    path = normal_encoder(tmp_path / "model.onnx")
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(UnusableModel) as caught:
        session(path)
    assert (caught.value.file, str(tmp_path) in str(caught.value)) == ("model.onnx", False)
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_not_there_or_something_else(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel):
        session(tmp_path / "missing.onnx")
    (tmp_path / "words.onnx").write_text("<html>not found</html>")
    with pytest.raises(UnusableModel):
        session(tmp_path / "words.onnx")


def test_running_out_of_memory_and_failing_are_told_apart(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sheet = Sheet()
    shape = sheet.takes("shape", (2,), kind=7)
    sheet.gives("zeros", sheet.do("ConstantOfShape", shape), ("rows", "columns"))
    graph = session(sheet.save(tmp_path / "greedy.onnx"))

    assert graph.run({"shape": np.array([2, 3])})["zeros"].shape == (2, 3)
    with pytest.raises(OutOfMemory):
        graph.run({"shape": np.array([1 << 24, 1 << 24])})
    with pytest.raises(BackendFailed) as caught:
        graph.run({"shape": np.array([[2, 3]])})
    assert type(caught.value) is BackendFailed
    assert capfd.readouterr() == ("", "")
