"""YuNet's adapter over a real graph of YuNet's form, made here, that takes every bright red patch for a face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data import Image
from engine.errors import UnusableModel
from engine.geometry import iou
from engine.grounding.yunet import YuNet
from tests.engine.tiny_graphs import Sheet

STRIDES = (8, 16, 32)


def red_finder(path: Path) -> Path:
    """One score a cell of 32 px: its mean of red over 255, nothing in the finer cells; boxes fill their cells."""
    sheet = Sheet()
    image = sheet.takes("input", (1, 3, 640, 640))
    for name, channels in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
        for stride in STRIDES:
            kernel = np.zeros((channels, 3, stride, stride), np.float32)
            bias = np.zeros(channels, np.float32)
            if name in {"cls", "obj"} and stride == 32:
                kernel[0, 2] = 1 / (255 * stride * stride)
            if name == "bbox":
                bias[:2] = 0.5
            cells = sheet.do(
                "Conv",
                image,
                sheet.constant(kernel),
                sheet.constant(bias),
                strides=[stride] * 2,
                kernel_shape=[stride] * 2,
            )
            rows = sheet.constant(np.array([1, -1, channels], np.int64))
            flat = sheet.do("Reshape", sheet.do("Transpose", cells, perm=[0, 2, 3, 1]), rows)
            sheet.gives(f"{name}_{stride}", flat, (1, (640 // stride) ** 2, channels))
    return sheet.save(path)


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> YuNet:
    return YuNet(red_finder(tmp_path_factory.mktemp("models") / "yunet.onnx"))


def picture(height: int, width: int, *patches: tuple[int, int, int]) -> Image:
    image = np.full((height, width, 3), (0, 90, 90), np.uint8)
    for x, y, side in patches:
        image[y : y + side, x : x + side] = (255, 0, 0)
    return image


@pytest.mark.parametrize(("height", "width"), [(320, 480), (481, 203), (640, 641)])
def test_faces_lie_where_they_are_in_pictures_of_any_shape(finder: YuNet, height: int, width: int) -> None:
    (face,) = finder(picture(height, width, (96, 160, 32)))

    assert (face.box.x0, face.box.y0, face.box.x1, face.box.y1) == (96, 160, 128, 192)
    assert face.score > 0.9


def test_large_pictures_are_shown_smaller_and_their_boxes_grow_back(finder: YuNet) -> None:
    (face,) = finder(picture(1280, 1920, (640, 320, 64)))

    assert (face.box.x0, face.box.y0, face.box.x1, face.box.y1) == (640, 320, 704, 384)


def test_several_faces_each_once_and_none_where_there_is_none(finder: YuNet) -> None:
    found = finder(picture(320, 480, (32, 32, 32), (256, 192, 32)))

    assert len(found) == 2
    assert iou(found[0].box, found[1].box) == 0
    assert finder(picture(320, 480)) == []


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "yunet.onnx"
    path.write_bytes(b"no graph")

    with pytest.raises(UnusableModel):
        YuNet(path)(picture(64, 64))
