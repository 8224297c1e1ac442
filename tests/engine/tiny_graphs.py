"""Small ONNX graphs that are built node by node, to stand where trained ones do: what they answer can be foretold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 1024
"""px of the square of the SAMs here."""
MAP = SIDE // 4
"""Answers have a quarter of its side, as a SAM's have."""
FAR = 1000.0
REACH = 64.0
"""px of the square around a click that its answer covers."""


class Sheet:
    """A graph being written: nodes in order, constants, ports."""

    def __init__(self) -> None:
        # onnx has no complete types; here is the only place that meets it.
        import onnx.helper
        import onnx.numpy_helper

        self._make: Any = onnx.helper
        self._array: Any = onnx.numpy_helper
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def takes(self, name: str, shape: Sequence[int | str], kind: int = 1) -> str:
        """An input; kind: onnx's number of the element type, 1 float, 7 int64."""
        self._inputs.append(self._make.make_tensor_value_info(name, kind, list(shape)))
        return name

    def constant(self, value: NDArray[Any] | float | Sequence[float]) -> str:
        array = np.asarray(value)
        array = array.astype(np.float32) if array.dtype == np.float64 else array
        name = f"constant{len(self._constants)}"
        self._constants.append(self._array.from_array(array, name))
        return name

    def do(self, operation: str, *inputs: str, **attributes: Any) -> str:
        name = f"{operation.lower()}{len(self._nodes)}"
        self._nodes.append(self._make.make_node(operation, list(inputs), [name], **attributes))
        return name

    def gives(self, name: str, value: str, shape: Sequence[int | str], kind: int = 1) -> None:
        self._nodes.append(self._make.make_node("Identity", [value], [name]))
        self._outputs.append(self._make.make_tensor_value_info(name, kind, list(shape)))

    def save(self, path: Path) -> Path:
        graph = self._make.make_graph(self._nodes, "tiny", self._inputs, self._outputs, self._constants)
        model = self._make.make_model(graph, opset_imports=[self._make.make_opsetid("", 17)], ir_version=8)
        path.write_bytes(model.SerializeToString())
        return path


def raw_encoder(path: Path, rows: int | str = "rows", columns: int | str = "columns") -> Path:
    """Acly/MobileSAM's kind: a picture of 0..255, height first, padded inside; embeds brightness, 1 for white."""
    sheet = Sheet()
    picture = sheet.takes("input_image", (rows, columns, 3))
    grey = sheet.do("ReduceMean", picture, axes=[2], keepdims=0)
    here = sheet.do("Shape", grey)
    missing = sheet.do("Sub", sheet.constant(np.array([SIDE, SIDE], np.int64)), here)
    pads = sheet.do("Concat", sheet.constant(np.array([0, 0], np.int64)), missing, axis=0)
    whole = sheet.do("Reshape", sheet.do("Pad", grey, pads), sheet.constant(np.array([1, 1, SIDE, SIDE], np.int64)))
    return _brightness(sheet, sheet.do("Div", whole, sheet.constant(255.0)), "image_embeddings").save(path)


def normal_encoder(path: Path, output: str = "image_embeddings", maps: int = 1, *, positions: bool = False) -> Path:
    """The kind that takes normalised pixels, channels first; embeds brightness, 1 for white.

    maps: of the embedding, as many as SAM 2 has where it is 3. positions: an output for positional embeddings.
    """
    sheet = Sheet()
    picture = sheet.takes("pixel_values", ("batch", 3, SIDE, SIDE))
    mean = sheet.constant(np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1))
    deviation = sheet.constant(np.array([0.229, 0.224, 0.225], np.float32).reshape(1, 3, 1, 1))
    plain = sheet.do("Add", sheet.do("Mul", picture, deviation), mean)
    grey = sheet.do("ReduceMean", plain, axes=[1], keepdims=1)
    names = [output] if maps == 1 else [f"{output}.{index}" for index in range(maps)]
    for name in names:
        _brightness(sheet, grey, name)
    if positions:
        _brightness(sheet, grey, "image_positional_embeddings")
    return sheet.save(path)


def random_encoder(path: Path) -> Path:
    """One that embeds the same picture differently each time it runs."""
    sheet = Sheet()
    picture = sheet.takes("input_image", ("rows", "columns", 3))
    nothing = sheet.do("Mul", sheet.do("ReduceMean", picture, keepdims=0), sheet.constant(0.0))
    noise = sheet.do("RandomUniform", shape=[1, 1, MAP // 8, MAP // 8])
    scales = sheet.constant(np.array([1, 1, 8, 8], np.float32))
    blocks = sheet.do("Resize", noise, "", scales, mode="nearest")
    sheet.gives("image_embeddings", sheet.do("Add", blocks, nothing), (1, 1, MAP, MAP))
    return sheet.save(path)


def flat_decoder(path: Path, shapes: Sequence[str] = ("right",), maps: Sequence[str] = ("image_embeddings",)) -> Path:
    """segment-anything's kind: marks what is bright in the box or near an including click, and not near others.

    shapes: of the answers, best score first: "right", "nothing", "everything". maps: the embedding's inputs.
    """
    sheet = Sheet()
    bright = _seen(sheet, maps)
    coords = sheet.takes("point_coords", (1, "points", 2))
    labels = sheet.takes("point_labels", (1, "points"))
    sheet.takes("mask_input", (1, 1, MAP, MAP))
    sheet.takes("has_mask_input", (1,))
    sheet.takes("orig_im_size", (2,))
    corners = [_labelled(sheet, coords, labels, label) for label in (2.0, 3.0)]
    inside = _inside(sheet, *corners)
    boxes = sheet.do("ReduceMax", _is(sheet, labels, 3.0), keepdims=0)
    return _answered(sheet, bright, inside, boxes, coords, labels, shapes, nested=False).save(path)


def nested_decoder(
    path: Path,
    shapes: Sequence[str] = ("right",),
    maps: Sequence[str] = ("image_embeddings",),
    *,
    positions: bool = False,
    boxes: bool = True,
) -> Path:
    """The kind of transformers, answering as `flat_decoder` does; boxes: whether it has an input for them."""
    sheet = Sheet()
    bright = _seen(sheet, maps)
    if positions:
        sheet.takes("image_positional_embeddings", (1, 1, MAP, MAP))
    coords = sheet.takes("input_points", (1, 1, "points", 2))
    labels = sheet.takes("input_labels", (1, 1, "points"), kind=7)
    coords = sheet.do("Squeeze", coords, sheet.constant(np.array([0], np.int64)))
    labels = sheet.do("Squeeze", sheet.do("Cast", labels, to=1), sheet.constant(np.array([0], np.int64)))
    count, inside = sheet.constant(0.0), sheet.constant(np.full((1, 1, MAP, MAP), -FAR, np.float32))
    if boxes:
        given = sheet.takes("input_boxes", (1, "boxes", 4))
        count = sheet.do(
            "ReduceSum", sheet.do("Add", sheet.do("Mul", given, sheet.constant(0.0)), sheet.constant(0.25))
        )
        count = sheet.do("Reshape", count, sheet.constant(np.array([1], np.int64)))
        flat = sheet.do("ReduceSum", given, sheet.constant(np.array([1], np.int64)), keepdims=0)
        inside = _inside(sheet, *(_pair(sheet, flat, start) for start in (0, 2)))
    return _answered(sheet, bright, inside, count, coords, labels, shapes, nested=True).save(path)


def like_encoder(path: Path, side: int, wanted: Sequence[float], *, logits: bool = False) -> Path:
    """A salient-object network: 1 where a pixel has exactly the three normalised values that are wanted, else 0."""
    sheet = Sheet()
    picture = sheet.takes("input.1", (1, 3, side, side))
    target = sheet.constant(np.array(wanted, np.float32).reshape(1, 3, 1, 1))
    away = sheet.do("ReduceMax", sheet.do("Abs", sheet.do("Sub", picture, target)), axes=[1], keepdims=1)
    same = sheet.do("Cast", sheet.do("Less", away, sheet.constant(0.01)), to=1)
    sheet.gives("saliency", sheet.do("Mul", same, sheet.constant(9.0)) if logits else same, (1, 1, side, side))
    sheet.gives("deeper", sheet.do("Sub", sheet.constant(1.0), same), (1, 1, side, side))
    return sheet.save(path)


def _brightness(sheet: Sheet, grey: str, name: str) -> Sheet:
    small = sheet.do("AveragePool", grey, kernel_shape=[4, 4], strides=[4, 4])
    sheet.gives(name, small, ("batch", 1, MAP, MAP))
    return sheet


def _seen(sheet: Sheet, maps: Sequence[str]) -> str:
    """Logits, above 0 where the mean of all maps is brighter than half."""
    taken = [sheet.takes(name, (1, 1, MAP, MAP)) for name in maps]
    mean = taken[0] if len(taken) == 1 else sheet.do("Mean", *taken)
    return sheet.do("Mul", sheet.do("Sub", mean, sheet.constant(0.5)), sheet.constant(200.0))


def _is(sheet: Sheet, labels: str, label: float) -> str:
    return sheet.do("Cast", sheet.do("Equal", labels, sheet.constant(label)), to=1)


def _labelled(sheet: Sheet, coords: str, labels: str, label: float) -> str:
    """(1, 2): the point of that label; the graph adds half a px, as all SAMs do."""
    chosen = sheet.do("Unsqueeze", _is(sheet, labels, label), sheet.constant(np.array([2], np.int64)))
    found = sheet.do("ReduceSum", sheet.do("Mul", coords, chosen), sheet.constant(np.array([1], np.int64)), keepdims=0)
    return sheet.do("Add", found, sheet.constant(0.5))


def _pair(sheet: Sheet, flat: str, start: int) -> str:
    ends = (sheet.constant(np.array([at], np.int64)) for at in (start, start + 2, 1))
    return sheet.do("Add", sheet.do("Slice", flat, *ends), sheet.constant(0.5))


def _grid(sheet: Sheet) -> tuple[str, str]:
    """x (1, 1, 1, MAP) and y (1, 1, MAP, 1) of the answers' pixels, px of the square."""
    middles = (np.arange(MAP, dtype=np.float32) + 0.5) * 4
    return sheet.constant(middles.reshape(1, 1, 1, MAP)), sheet.constant(middles.reshape(1, 1, MAP, 1))


def _axis(sheet: Sheet, points: str, axis: int) -> str:
    """(N, 1, 1, 1): x or y of (1, N, 2) or (N, 2) points."""
    picked = sheet.do("Gather", points, sheet.constant(np.array(axis, np.int64)), axis=-1)
    return sheet.do("Reshape", picked, sheet.constant(np.array([-1, 1, 1, 1], np.int64)))


def _inside(sheet: Sheet, first: str, last: str) -> str:
    x, y = _grid(sheet)
    sides = [
        sheet.do("Sub", x, _axis(sheet, first, 0)),
        sheet.do("Sub", _axis(sheet, last, 0), x),
        sheet.do("Sub", y, _axis(sheet, first, 1)),
        sheet.do("Sub", _axis(sheet, last, 1), y),
    ]
    return sheet.do("Min", *sides)


def _near(sheet: Sheet, coords: str, labels: str, label: float) -> str:
    """(1, 1, MAP, MAP): how far inside the reach of any point of that label, px; -FAR without one."""
    x, y = _grid(sheet)
    centred = sheet.do("Add", coords, sheet.constant(0.5))
    across = sheet.do("Abs", sheet.do("Sub", x, _axis(sheet, centred, 0)))
    down = sheet.do("Abs", sheet.do("Sub", y, _axis(sheet, centred, 1)))
    reach = sheet.do("Sub", sheet.constant(REACH), sheet.do("Max", across, down))
    marked = sheet.do("Reshape", _is(sheet, labels, label), sheet.constant(np.array([-1, 1, 1, 1], np.int64)))
    others = sheet.do("Mul", sheet.do("Sub", sheet.constant(1.0), marked), sheet.constant(2 * FAR))
    none = sheet.constant(np.full((1, 1, MAP, MAP), -FAR, np.float32))
    return sheet.do("ReduceMax", sheet.do("Concat", sheet.do("Sub", reach, others), none, axis=0), axes=[0], keepdims=1)


def _answered(
    sheet: Sheet,
    bright: str,
    inside: str,
    boxes: str,
    coords: str,
    labels: str,
    shapes: Sequence[str],
    *,
    nested: bool,
) -> Sheet:
    away = sheet.do("Mul", sheet.do("Sub", sheet.constant(1.0), boxes), sheet.constant(FAR))
    meant = sheet.do("Max", sheet.do("Sub", inside, away), _near(sheet, coords, labels, 1.0))
    spared = sheet.do("Neg", _near(sheet, coords, labels, 0.0))
    answers = {
        "right": sheet.do("Min", meant, spared, bright),
        "nothing": sheet.constant(np.full((1, 1, MAP, MAP), -FAR, np.float32)),
        "everything": sheet.constant(np.full((1, 1, MAP, MAP), FAR, np.float32)),
    }
    stacked = sheet.do("Concat", *(answers[shape] for shape in shapes), axis=1)
    scores = sheet.constant(np.linspace(0.9, 0.8, len(shapes), dtype=np.float32).reshape(1, -1))
    count = len(shapes)
    if nested:
        first = sheet.constant(np.array([1], np.int64))
        sheet.gives("pred_masks", sheet.do("Unsqueeze", stacked, first), (1, 1, count, MAP, MAP))
        sheet.gives("iou_scores", sheet.do("Unsqueeze", scores, first), (1, 1, count))
    else:
        sheet.gives("masks", stacked, (1, count, MAP, MAP))
        sheet.gives("iou_predictions", scores, (1, count))
        sheet.gives("low_res_masks", stacked, (1, count, MAP, MAP))
    return sheet
