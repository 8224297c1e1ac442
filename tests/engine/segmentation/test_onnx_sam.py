"""SAMs as ONNX graphs: prompts land where they were meant, for every dialect and shape of picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.data import Box, Click, Image, Mask
from engine.errors import UnusableModel
from engine.geometry import bounding_box
from engine.onnx_edge import session
from engine.segmentation.onnx_dialects import dialect_of
from engine.segmentation.onnx_sam import OnnxSamSegmenter
from tests.engine.tiny_graphs import (
    REACH,
    SIDE,
    flat_decoder,
    like_encoder,
    nested_decoder,
    normal_encoder,
    random_encoder,
    raw_encoder,
)

Pair = tuple[Path, Path]
SAM_2 = tuple(f"image_embeddings.{index}" for index in range(3))
SIZES = [(300, 500), (613, 251), (1201, 901), (64, 64)]


def mobile_sam(folder: Path) -> Pair:
    return raw_encoder(folder / "e.onnx"), flat_decoder(folder / "d.onnx")


def fixed_canvas(folder: Path) -> Pair:
    return raw_encoder(folder / "e.onnx", 684, SIDE), flat_decoder(folder / "d.onnx")


def own_names(folder: Path) -> Pair:
    return normal_encoder(folder / "e.onnx", "embeddings"), flat_decoder(folder / "d.onnx")


def flat_sam_2(folder: Path) -> Pair:
    return normal_encoder(folder / "e.onnx", maps=3), flat_decoder(folder / "d.onnx", maps=SAM_2)


def slim_sam(folder: Path) -> Pair:
    decoder = nested_decoder(folder / "d.onnx", positions=True, boxes=False)
    return normal_encoder(folder / "e.onnx", positions=True), decoder


def sam_2(folder: Path) -> Pair:
    return normal_encoder(folder / "e.onnx", maps=3), nested_decoder(folder / "d.onnx", maps=SAM_2)


WITH_BOXES = [mobile_sam, fixed_canvas, own_names, flat_sam_2, sam_2]
dialects = pytest.mark.parametrize("pair", [*WITH_BOXES, slim_sam], ids=lambda made: made.__name__)
dialects_with_boxes = pytest.mark.parametrize("pair", WITH_BOXES, ids=lambda made: made.__name__)
sizes = pytest.mark.parametrize(("height", "width"), SIZES)


def overlap(mask: Mask, box: Box) -> float:
    truth = np.zeros_like(mask)
    truth[box.slices] = True
    return float((mask & truth).sum() / (mask | truth).sum())


def within(height: int, width: int, x0: float, y0: float, x1: float, y1: float) -> Box:
    return Box(int(x0 * width), int(y0 * height), int(x1 * width), int(y1 * height))


def white(height: int, width: int) -> Image:
    return np.full((height, width, 3), 255, np.uint8)


@dialects_with_boxes
@sizes
def test_a_box_lands_where_it_was_drawn(pair: Callable[[Path], Pair], height: int, width: int, tmp_path: Path) -> None:
    segmenter = OnnxSamSegmenter(*pair(tmp_path))
    image = white(height, width)

    for box in (within(height, width, 0.55, 0.5, 0.95, 0.9), within(height, width, 0.1, 0.05, 0.6, 0.5)):
        assert overlap(segmenter.segment(image, box), box) > 0.85


@dialects_with_boxes
@sizes
def test_what_is_seen_in_the_box_lands_where_it_is(
    pair: Callable[[Path], Pair], height: int, width: int, tmp_path: Path
) -> None:
    image = np.full((height, width, 3), 20, np.uint8)
    thing = within(height, width, 0.45, 0.4, 0.8, 0.85)
    image[thing.slices] = 250
    image[within(height, width, 0.05, 0.05, 0.2, 0.2).slices] = 250

    mask = OnnxSamSegmenter(*pair(tmp_path)).segment(image, within(height, width, 0.35, 0.3, 0.95, 0.95))

    assert overlap(mask, thing) > 0.93


@dialects
@sizes
def test_a_click_lands_where_it_was_made(pair: Callable[[Path], Pair], height: int, width: int, tmp_path: Path) -> None:
    dialect = dialect_of(*(session(path) for path in pair(tmp_path)))
    frame = dialect.frame(height, width)
    across, down = REACH * width / frame.columns, REACH * height / frame.rows
    segmenter = OnnxSamSegmenter(*pair(tmp_path))

    for x, y in ((int(0.7 * width), int(0.6 * height)), (int(0.3 * width), int(0.35 * height))):
        found = bounding_box(segmenter.segment(white(height, width), None, [Click(x, y)]))
        assert found is not None
        cut = Box(max(0, int(x - across)), max(0, int(y - down)), int(x + across), int(y + down))
        assert abs(found.x0 - cut.x0) <= 0.25 * across + 2
        assert abs(found.y0 - cut.y0) <= 0.25 * down + 2
        assert abs(found.x1 - min(cut.x1, width)) <= 0.25 * across + 2
        assert abs(found.y1 - min(cut.y1, height)) <= 0.25 * down + 2


@dialects
def test_clicks_include_and_exclude(pair: Callable[[Path], Pair], tmp_path: Path) -> None:
    clicks = [Click(150, 100), Click(250, 200), Click(170, 100, include=False)]
    mask = OnnxSamSegmenter(*pair(tmp_path)).segment(white(300, 500), None, clicks)

    assert mask[100, 130]
    assert mask[200, 250]
    assert not mask[100, 170:180].any()
    assert not mask[250:, 400:].any()


@dialects_with_boxes
def test_a_box_and_an_excluding_click_together(pair: Callable[[Path], Pair], tmp_path: Path) -> None:
    mask = OnnxSamSegmenter(*pair(tmp_path)).segment(
        white(300, 500), Box(100, 60, 400, 260), [Click(120, 80, include=False)]
    )
    assert not mask[70:90, 110:130].any()
    assert mask[200:250, 200:380].all()


def test_a_box_for_a_decoder_without_boxes_means_its_middle(tmp_path: Path) -> None:
    mask = OnnxSamSegmenter(*slim_sam(tmp_path)).segment(white(300, 500), Box(200, 100, 280, 180))
    found = bounding_box(mask)

    assert found is not None
    assert mask[140, 240]
    assert abs((found.x0 + found.x1) / 2 - 240) < 6
    assert abs((found.y0 + found.y1) / 2 - 140) < 6


def test_half_a_px_is_left_to_the_graphs(tmp_path: Path) -> None:
    dialect = dialect_of(*(session(path) for path in mobile_sam(tmp_path)))
    asked = dialect.asked(dialect.frame(512, 1024), Box(0, 0, 1024, 512), [Click(10, 20), Click(0, 0, include=False)])

    assert asked["point_coords"][0].tolist() == [[-0.5, -0.5], [1023.5, 511.5], [10, 20], [0, 0]]
    assert asked["point_labels"][0].tolist() == [2, 3, 1, 0]
    alone = dialect.asked(dialect.frame(512, 1024), None, [Click(10, 20)])
    assert alone["point_labels"][0].tolist() == [1, -1]


@pytest.mark.parametrize("decoder", [flat_decoder, nested_decoder])
def test_of_several_answers_the_one_that_agrees(decoder: Callable[..., Path], tmp_path: Path) -> None:
    box = Box(100, 60, 300, 260)
    single = decoder(tmp_path / "d.onnx", ("everything", "nothing", "right"))
    mask = OnnxSamSegmenter(raw_encoder(tmp_path / "e.onnx"), single).segment(white(300, 500), box)

    assert overlap(mask, box) > 0.85


def test_the_first_of_four_answers_is_for_prompts_without_doubt(tmp_path: Path) -> None:
    encoder = raw_encoder(tmp_path / "e.onnx")
    doubtful = flat_decoder(tmp_path / "doubt.onnx", ("everything", "right", "nothing", "nothing"))
    certain = flat_decoder(tmp_path / "sure.onnx", ("right", "nothing", "nothing", "nothing"))
    image, click = white(300, 500), Click(200, 150)

    assert not OnnxSamSegmenter(encoder, doubtful).segment(image, None, [click]).all()
    assert OnnxSamSegmenter(encoder, certain).segment(image, None, [click, Click(210, 150)]).sum() > 1000


def test_another_prompt_of_a_picture_runs_only_the_decoder(tmp_path: Path) -> None:
    pair = random_encoder(tmp_path / "e.onnx"), flat_decoder(tmp_path / "d.onnx")
    image, box = white(300, 500), Box(0, 0, 500, 300)
    segmenter = OnnxSamSegmenter(*pair)
    first = segmenter.segment(image, box)

    segmenter.segment(image, None, [Click(100, 100)])
    assert np.array_equal(segmenter.segment(image, box), first)
    image[0, 0] = 0
    assert not np.array_equal(segmenter.segment(image, box), first)


def test_pixels_are_normalised_and_padded_with_what_becomes_zero(tmp_path: Path) -> None:
    image = np.zeros((512, 1024, 3), np.uint8)
    image[...] = (10, 100, 250)
    normal = dialect_of(*(session(path) for path in own_names(tmp_path)))
    raw = dialect_of(*(session(path) for path in fixed_canvas(tmp_path)))
    loose = dialect_of(*(session(path) for path in mobile_sam(tmp_path)))

    taken = normal.entrance.pixels(image, normal.frame(512, 1024))
    assert taken.shape == (1, 3, SIDE, SIDE)
    assert np.allclose(taken[0, :, 0, 0], [(10 / 255 - 0.485) / 0.229, (100 / 255 - 0.456) / 0.224, 2.5529], atol=1e-3)
    assert not taken[0, :, 512:].any()
    padded = raw.entrance.pixels(image, raw.frame(512, 1024))
    assert padded.shape == (684, SIDE, 3)
    assert np.allclose(padded[0, 0], (10, 100, 250), atol=1e-4)
    assert np.allclose(padded[-1, -1], (123.675, 116.28, 103.53))
    assert loose.entrance.pixels(image, loose.frame(512, 1024)).shape == (512, 1024, 3)


def test_sam_2_is_stretched_and_sam_is_not(tmp_path: Path) -> None:
    image = white(100, 300)
    flat, nested, first = (
        dialect_of(*(session(path) for path in pair(tmp_path))) for pair in (flat_sam_2, sam_2, own_names)
    )
    for dialect in (flat, nested):
        assert dialect.entrance.pixels(image, dialect.frame(100, 300)).min() > 2
    assert not first.entrance.pixels(image, first.frame(100, 300))[:, :, SIDE // 3 + 1 :].any()


def wrong_way_round(folder: Path) -> Pair:
    encoder, decoder = mobile_sam(folder)
    return decoder, encoder


def salient_for_decoder(folder: Path) -> Pair:
    return raw_encoder(folder / "e.onnx"), like_encoder(folder / "d.onnx", 320, (0, 0, 0))


def unfed_positions(folder: Path) -> Pair:
    return normal_encoder(folder / "e.onnx"), nested_decoder(folder / "d.onnx", positions=True)


def sam_3_tracker(folder: Path) -> Pair:
    return like_encoder(folder / "e.onnx", 1008, (0, 0, 0)), nested_decoder(folder / "d.onnx", maps=["saliency"])


@pytest.mark.parametrize("pair", [wrong_way_round, salient_for_decoder, unfed_positions, sam_3_tracker])
def test_graphs_that_are_no_such_pair_are_refused(pair: Callable[[Path], Pair], tmp_path: Path) -> None:
    with pytest.raises(UnusableModel):
        OnnxSamSegmenter(*pair(tmp_path)).segment(white(30, 50), Box(0, 0, 20, 20))
