"""The ways in which SAMs were exported as two ONNX graphs, told apart by the names and shapes of their own ports.

- flat: `point_coords`, `point_labels`, `mask_input`, ... as segment-anything's own export has them (its utils/onnx.py);
  a box is two points labelled 2 and 3, and a prompt without a box ends in a point labelled -1. With encoders for
  MobileSAM (Acly/MobileSAM: the picture as it is, height first), SAM (normalised, channels first) and SAM 2.
- nested: `input_points`, `input_labels` and perhaps `input_boxes`, as transformers exports `vision_encoder` and
  `prompt_encoder_mask_decoder`; with SAM (Xenova/slimsam-77-uniform) and SAM 2 (onnx-community/sam2.1-hiera-tiny-ONNX).

All add half a px to the points that they are given. SAM letterboxes a picture, SAM 2 stretches it, and both take
ImageNet's mean and deviation (their image processors in transformers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.data import Box, Click, Image
from engine.errors import UnusableModel
from engine.onnx_edge import Session
from engine.segmentation.frame import Floats, Frame, letterboxed, stretched

MEAN: Final = np.array((123.675, 116.28, 103.53), np.float32)
DEVIATION: Final = np.array((58.395, 57.12, 57.375), np.float32)
_SIDE: Final = 1024
"""px of the square of every SAM, where its graphs leave it open."""
_OTHER_PIXELS: Final = 1008
"""The side of SAM 3's trackers, which have the ports of SAM 2 but want other pixels."""
_SAM_2_MAPS: Final = 3
"""SAM 2 embeds a picture at three resolutions, SAM at one."""
_FLAT: Final = frozenset(("point_coords", "point_labels"))
_NESTED: Final = frozenset(("input_points", "input_labels"))
_PROMPTS: Final = _FLAT | _NESTED | {"mask_input", "has_mask_input", "orig_im_size", "input_boxes"}
_LOGITS: Final = ("low_res_masks", "pred_masks", "masks")
_SCORES: Final = ("iou_predictions", "iou_scores")
_NEEDED: Final = "an encoder and a decoder of one SAM, as segment-anything or transformers export them,"
_TOP_LEFT, _BOTTOM_RIGHT, _NO_POINT = 2, 3, -1
"""Labels beside those of clicks, which are 1 where they include and 0 where they exclude."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a picture goes into an encoder."""

    name: str
    side: int
    """Of the square that embeddings and masks are of, px."""
    room: tuple[int, int] | None = None
    """(rows, columns) for a picture that goes in as it is, height first; None: normalised, channels first."""
    padded: bool = True
    """Whether all of the room must be filled."""

    def pixels(self, image: Image, frame: Frame) -> Floats:
        """(rows, columns, 3) in 0..255, or (1, 3, side, side) normalised, with what padding is to a SAM: zeros."""
        resized = frame.resized(image).astype(np.float32)
        high, wide = self.room or (self.side, self.side)
        missing = ((0, high - frame.rows), (0, wide - frame.columns), (0, 0))
        if self.room is None:
            return np.pad((resized - MEAN) / DEVIATION, missing).transpose(2, 0, 1)[None]
        # A graph that normalises by itself makes zeros of the mean.
        return np.pad(resized - MEAN, missing) + MEAN if self.padded else resized


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to speak to one pair of graphs."""

    entrance: Entrance
    embeddings: Mapping[str, str]
    """The decoder's inputs that come from the encoder -> the encoder's outputs."""
    prompts: frozenset[str]
    """The decoder's other inputs."""
    logits: str
    """The decoder's output (..., h, w), one map of the whole square an answer: above 0 is the thing."""
    scores: str

    def frame(self, height: int, width: int) -> Frame:
        """Where a picture lies in the square."""
        if len(self.embeddings) == _SAM_2_MAPS:
            return stretched(height, width, self.entrance.side)
        return letterboxed(height, width, self.entrance.side, self.entrance.room)

    def asked(self, frame: Frame, box: Box | None, clicks: Sequence[Click]) -> dict[str, Floats]:
        """The decoder's inputs for a prompt."""
        corners = [] if box is None else [(box.x0, box.y0), (box.x1, box.y1)]
        points = [(click.x + 0.5, click.y + 0.5) for click in clicks]
        labels = [int(click.include) for click in clicks]
        if self.prompts >= _FLAT:
            marks = [_TOP_LEFT, _BOTTOM_RIGHT, *labels] if box else [*labels, _NO_POINT]
            return self._flat(_in_square(frame, corners + points + ([] if box else [(0, 0)])), marks)
        boxes = {"input_boxes": _in_square(frame, corners).reshape(1, -1, 4)} if "input_boxes" in self.prompts else {}
        if box is not None and not boxes:
            points, labels = points + _standing_in(box), [*labels, 1, 0, 0, 0, 0]
        marks = np.array(labels, np.float32)
        return {"input_points": _in_square(frame, points)[None, None], "input_labels": marks[None, None], **boxes}

    def _flat(self, points: Floats, labels: Sequence[int]) -> dict[str, Floats]:
        side = self.entrance.side
        answers = {
            "point_coords": points[None],
            "point_labels": np.array(labels, np.float32)[None],
            "mask_input": np.zeros((1, 1, side // 4, side // 4), np.float32),
            "has_mask_input": np.zeros(1, np.float32),
            # Answers are wanted for the whole square, as small as they are: one of them is enlarged elsewhere.
            "orig_im_size": np.full(2, side // 4, np.float32),
        }
        return {name: answers[name] for name in self.prompts}


def dialect_of(encoder: Session, decoder: Session) -> Dialect:
    """How the two graphs want to be spoken to. Raises: UnusableModel where they are no such pair."""
    embeddings = _embeddings(encoder, decoder)
    prompts = _PROMPTS.intersection(decoder.inputs)
    unfed = set(decoder.inputs) - set(embeddings) - prompts
    logits = next((name for name in _LOGITS if name in decoder.outputs), None)
    scores = next((name for name in _SCORES if name in decoder.outputs), None)
    asks = prompts >= _FLAT or prompts >= _NESTED
    if unfed or not (embeddings and asks and logits and scores):
        raise UnusableModel(decoder.name, _NEEDED)
    return Dialect(_entrance(encoder, decoder), embeddings, prompts, logits, scores)


def _embeddings(encoder: Session, decoder: Session) -> dict[str, str]:
    shared = {name: name for name in decoder.inputs if name in encoder.outputs}
    if not shared and len(encoder.outputs) == 1 and "image_embeddings" in decoder.inputs:
        return {"image_embeddings": next(iter(encoder.outputs))}
    return shared


def _entrance(encoder: Session, decoder: Session) -> Entrance:
    hint = decoder.inputs["mask_input"].shape[-1] if "mask_input" in decoder.inputs else None
    side = _SIDE if hint is None else 4 * hint
    name, port = next(iter(encoder.inputs.items()))
    shape = port.shape
    if len(encoder.inputs) == 1 and port.dtype.kind == "f":
        if len(shape) == 3 and shape[2] in {3, None}:
            rows, columns = shape[:2]
            return Entrance(name, side, (rows or side, columns or side), padded=rows is not None)
        if len(shape) == 4 and shape[1] in {3, None} and shape[2] == shape[3] and shape[2] != _OTHER_PIXELS:
            return Entrance(name, shape[2] or side)
    raise UnusableModel(encoder.name, _NEEDED)


def _in_square(frame: Frame, points: Sequence[tuple[float, float]]) -> Floats:
    """(N, 2) points of the picture as the graphs want them, which add half a px of their own."""
    return frame.placed(np.array(points, np.float32).reshape(-1, 2)) - np.float32(0.5)


def _standing_in(box: Box) -> list[tuple[float, float]]:
    """For graphs that know no boxes: its middle, where the thing is, and its corners, where it seldom is."""
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    return [middle, (box.x0, box.y0), (box.x1, box.y0), (box.x0, box.y1), (box.x1, box.y1)]
