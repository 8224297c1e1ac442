"""Frames as lines."""

from __future__ import annotations

import base64
import json

import pytest

from engine.wire import (
    Alive,
    Done,
    Failed,
    Failure,
    Frame,
    Outcome,
    PixelsRef,
    Preview,
    Progressed,
    Question,
    Staged,
    read_frame,
)
from engine.wire import line_of as line

PICTURE = PixelsRef(blob="a" * 64, height=2, width=3, planes=3)
OUTCOME = Outcome(
    picture=PICTURE,
    mask=None,
    offset=(1, -2),
    outside_changed=None,
    target=None,
    backend="exact",
    notices=(("drawn", ""),),
    timings_ms={"edit": 1.5},
)
FRAMES: dict[str, Frame] = {
    "stage": Staged(stage="crop", fraction=0.5),
    "progress": Progressed(stage="add", fraction=0.25, left=None),
    "preview": Preview(jpeg=base64.b64encode(b"\xff\xd8\xfb\xef\xbe")),
    "alive": Alive(),
    "question": Question(error=Failure(type="MaskEmpty", args={"candidates": []})),
    "done": Done(result=OUTCOME),
    "failed": Failed(error=Failure(type="BadOption", args={"name": "a\nb", "value": None, "allowed": "c"})),
}


@pytest.mark.parametrize("event", FRAMES)
def test_a_frame_is_one_line_and_comes_back(event: str) -> None:
    told = line(FRAMES[event])
    assert told.endswith(b"\n")
    assert told.count(b"\n") == 1
    assert json.loads(told)["event"] == event
    assert read_frame(told) == FRAMES[event]


def test_a_preview_is_plain_base64_in_json() -> None:
    preview = FRAMES["preview"]
    assert isinstance(preview, Preview)
    assert preview.jpeg == b"\xff\xd8\xfb\xef\xbe"
    assert base64.b64decode(json.loads(line(preview))["jpeg"], validate=True) == preview.jpeg


@pytest.mark.parametrize(
    "junk",
    [
        b"", b"\n", b"junk", b"[]", b"{}", b'{"event":"dance"}', b'{"event":"done"}', b'{"event":"done","result":{}}',
        b'{"event":"alive"', b"\xff\xfe", b'{"event":"alive","more":1}',
    ],
)  # fmt: skip
def test_junk_is_no_frame(junk: bytes) -> None:
    with pytest.raises(ValueError, match="frame"):
        read_frame(junk)
