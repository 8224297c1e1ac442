"""The editor chains operations, keeps everything outside their masks, and says so truly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Alpha, Box, Image, Offset, Picture, Region
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import Ambiguous, BackendMissing, BadOption, NeedsClarification, NotGrounded
from engine.fakes import BoxSegmenter, FillInpainter, FixedGrounder
from engine.operations import (
    Add,
    Adjust,
    Background,
    Blur,
    Crop,
    EditOperation,
    Extract,
    Flip,
    Recolor,
    Remove,
    Rotate,
    Style,
    Target,
    Text,
)
from engine.selection.given import NOISE
from engine.selection.marks import Marks

HEIGHT, WIDTH = 120, 161
BALL = Region(Box(20, 30, 60, 70), 0.9, "ball", "colour")
OTHER = Region(Box(100, 30, 140, 70), 0.8, "ball", "colour")
THE_BALL = Target(phrase="ball")
IT = Target(previous=True)


def scene(rng: np.random.Generator) -> Image:
    image = rng.integers(60, 190, (HEIGHT, WIDTH, 3), np.uint8)
    image[BALL.box.slices] = (200, 40, 40)
    return image


def editor(*balls: Region) -> Editor:
    subject = Region(Box(10, 10, 80, 100), 0.5, "subject", "subject")
    whole = Region(Box(0, 0, WIDTH, HEIGHT), 1.0, "image", "whole")
    grounder = FixedGrounder({"ball": balls or (BALL,), "main subject": (subject,), "image": (whole,)})
    return Editor(grounder.locate, FillInpainter())


def edit(image: Image, *operations: EditOperation, **given: object) -> EditResult:
    request = EditRequest(Picture(image), operations, **given)  # type: ignore[arg-type]
    return editor().edit(request)


def test_nothing_outside_the_mask_changes(rng: np.random.Generator) -> None:
    image = scene(rng)
    done = edit(image, Recolor(target=THE_BALL, colour="green"))
    assert done.mask is not None
    assert done.outside_changed == 0
    assert (done.picture.rgb[~done.mask] == image[~done.mask]).all()
    red, green, _ = done.picture.rgb[50, 40].astype(int)
    assert green > red


def test_a_colour_can_be_told_by_the_thing_that_has_it(rng: np.random.Generator) -> None:
    image = scene(rng)
    done = edit(image, Recolor(target=Target(phrase="main subject"), colour="the colour of the ball"))
    red, green, _ = (done.picture.rgb.astype(int) - image)[80:95, 20:70].mean(axis=(0, 1))
    assert red > green + 5
    with pytest.raises(NotGrounded, match="kite"):
        edit(image, Recolor(target=THE_BALL, colour="the colour of the kite"))


def test_a_colour_is_laid_over_the_whole_picture_only_where_that_is_said(rng: np.random.Generator) -> None:
    image = scene(rng)
    done = edit(image, Recolor(target=Target(phrase="image"), colour="blue"))
    assert done.mask is None
    assert done.picture.rgb[..., 2].mean() > image[..., 2].mean() + 10
    with pytest.raises(NeedsClarification, match="blue"):
        edit(image, Recolor(target=IT, colour="blue"))


def test_part_of_the_way_to_a_colour(rng: np.random.Generator) -> None:
    image = scene(rng)
    half, whole = (
        edit(image, Recolor(target=THE_BALL, colour="green", amount=share)).picture.rgb for share in (50, 100)
    )
    middle = (image[50, 40].astype(int) + whole[50, 40]) / 2
    assert np.abs(half[50, 40] - middle).max() <= 1


def test_the_parent_is_never_written_to(rng: np.random.Generator) -> None:
    image = scene(rng)
    before = image.copy()
    edit(image, Remove(target=THE_BALL), Adjust(property="warmth", amount=30), Flip(axis="horizontal"))
    assert (image == before).all()


def test_a_given_mask_is_never_passed_by_exact_tools(rng: np.random.Generator) -> None:
    image, mask = scene(rng), np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[40:90, 15:100] = True
    for operation in (
        Adjust(property="brightness", amount=60),
        Adjust(target=IT, property="sharpness", amount=80),
        Blur(mode="pixelate"),
        Style(prompt="black and white"),
        Recolor(target=THE_BALL, colour="blue"),
        Background(action="blur"),
        Background(action="colour", colour="white"),
    ):
        done = edit(image, operation, mask=mask)
        changed = (done.picture.rgb != image).any(axis=2)
        assert changed.any(), operation.kind
        assert not changed[~mask].any(), operation.kind


def test_removing_covers_a_given_mask_and_stays_near_it(rng: np.random.Generator) -> None:
    image, mask = scene(rng), np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[40:60, 40:70] = True
    done = edit(image, Remove(target=IT), mask=mask)
    assert done.mask is not None
    assert done.mask[mask].all()
    assert not done.mask[:30].any()
    assert done.backend == "exemplar"


def soft_mask() -> Alpha:
    """Falls from 1 in the middle to 0; 120 x 161."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.clip(1.2 - np.hypot(x - 60, y - 60) / 40, 0, 1).astype(np.float32)


def test_a_soft_mask_blends_by_its_weights_and_never_beyond_them(rng: np.random.Generator) -> None:
    image, weights = np.full((HEIGHT, WIDTH, 3), 100, np.uint8), soft_mask()
    levels = np.rint(255 * weights).astype(np.uint8)
    image[0, 0] = 101, 100, 99
    done = edit(
        image,
        Adjust(target=IT, property="brightness", amount=60),
        given=Picture(np.repeat(levels[..., None], 3, axis=2)),
    )
    gain = done.picture.rgb[..., 1].astype(float) - 100
    assert gain.max() > 20
    assert np.abs(gain / gain.max() - weights)[levels >= 40].max() < 0.06
    assert not gain[levels == 0].any()
    assert done.mask is not None
    assert done.mask[gain > 0].all()
    assert not done.mask[levels == 0].any()
    assert done.outside_changed == 0


def test_removing_under_a_soft_mask_takes_what_is_at_least_half_selected(rng: np.random.Generator) -> None:
    levels = np.rint(255 * soft_mask()).astype(np.uint8)
    done = edit(scene(rng), Remove(target=IT), given=Picture(np.repeat(levels[..., None], 3, axis=2)))
    assert done.mask is not None
    assert done.mask[levels >= 128].all()
    assert not done.mask[levels < 100].any()


def test_a_soft_mask_follows_a_crop(rng: np.random.Generator) -> None:
    levels = np.rint(255 * soft_mask()).astype(np.uint8)
    whole = edit(scene(rng), Blur(target=IT), given=Picture(np.repeat(levels[..., None], 3, axis=2)))
    cropped = edit(
        whole.picture.rgb * 0 + scene(np.random.default_rng(7)),
        Crop(box=(10, 20, 150, 110)),
        Adjust(target=IT, property="brightness", amount=60),
        given=Picture(np.repeat(levels[..., None], 3, axis=2)),
    )
    assert cropped.mask is not None
    assert np.array_equal(cropped.mask[40, :], (levels[60, 10:150] > NOISE))


def test_clicks_reach_the_segmenter(rng: np.random.Generator) -> None:
    grounder = FixedGrounder({})
    clicked = Editor(grounder.locate, FillInpainter(), segmenter=BoxSegmenter())
    request = EditRequest(
        Picture(scene(rng)),
        (Adjust(target=IT, property="brightness", amount=60),),
        given=Marks(box=(20, 30, 60, 70), exclude=((40, 50),)),
    )
    done = clicked.edit(request)
    assert done.mask is not None
    assert done.mask[31:69, 21:59].sum() == 38 * 38 - 1
    assert not done.mask[50, 40]
    assert not done.mask[:, 60:].any()


def test_it_means_what_the_last_operation_was_about(rng: np.random.Generator) -> None:
    image = scene(rng)
    both = edit(image, Recolor(target=THE_BALL, colour="green"), Adjust(target=IT, property="brightness", amount=50))
    assert both.mask is not None
    assert not both.mask[:, 80:].any()
    assert both.outside_changed == 0


def test_it_follows_a_crop(rng: np.random.Generator) -> None:
    image = scene(rng)
    done = edit(
        image,
        Recolor(target=THE_BALL, colour="green"),
        Crop(box=(10, 20, 120, 110)),
        Adjust(target=IT, property="brightness", amount=60),
    )
    assert done.offset == Offset(-10, -20)
    assert done.outside_changed == 0
    assert done.target is not None
    assert done.target.shape == (90, 110)
    assert done.target[30, 30]
    assert not done.target[:, 60:].any()


def test_turned_pictures_have_no_offset_to_compare_by(rng: np.random.Generator) -> None:
    done = edit(scene(rng), Rotate(degrees=90))
    assert (done.picture.height, done.picture.width) == (WIDTH, HEIGHT)
    assert done.offset is None
    assert done.outside_changed is None


def test_px_are_cut_off_and_the_rest_is_untouched(rng: np.random.Generator) -> None:
    image = scene(rng)
    done = edit(image, Crop(sides=("left",), pixels=30))
    assert np.array_equal(done.picture.rgb, image[:, 30:])
    assert (done.offset, done.outside_changed) == (Offset(-30, 0), 0)


def test_whole_picture_edits_have_no_mask(rng: np.random.Generator) -> None:
    done = edit(scene(rng), Adjust(property="warmth", amount=20))
    assert done.mask is None
    assert done.outside_changed is None
    assert done.offset == Offset(0, 0)


def test_cutting_out_keeps_every_colour(rng: np.random.Generator) -> None:
    image = scene(rng)
    done = edit(image, Extract(target=THE_BALL))
    assert done.picture.opacity is not None
    solid = done.picture.opacity == 255
    assert solid.any()
    assert (done.picture.rgb[solid] == image[solid]).all()
    assert done.picture.opacity[5, 5] == 0


def test_two_fit_and_nobody_says_which(rng: np.random.Generator) -> None:
    request = EditRequest(Picture(scene(rng)), (Adjust(property="warmth", amount=5), Remove(target=THE_BALL)))
    with pytest.raises(Ambiguous) as asked:
        editor(BALL, OTHER).edit(request)
    assert asked.value.operation == 1
    assert len(asked.value.candidates) == 2


def test_an_answer_settles_the_question(rng: np.random.Generator) -> None:
    answers = {0: OTHER.on(HEIGHT, WIDTH)}
    request = EditRequest(Picture(scene(rng)), (Remove(target=THE_BALL),), answers=answers)
    done = editor(BALL, OTHER).edit(request)
    assert done.mask is not None
    assert done.mask[50, 120]
    assert not done.mask[50, 40]


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        (Remove(target=Target(phrase="unicorn")), NotGrounded),
        (Remove(target=IT), NeedsClarification),
        (Recolor(target=THE_BALL, colour="blurple"), BadOption),
        (Rotate(degrees=0, level=True), NeedsClarification),
        (Crop(trim=True), NotGrounded),
        (Add(prompt="a bench"), BackendMissing),
        (Style(prompt="watercolour by a master"), BackendMissing),
        (Crop(), BadOption),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_what_cannot_be_done_is_an_error(
    rng: np.random.Generator, operation: EditOperation, error: type[Exception]
) -> None:
    with pytest.raises(error):
        edit(scene(rng), operation)


def test_everything_except_this_turns_the_mask_round(rng: np.random.Generator) -> None:
    image, mask = scene(rng), np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[40:90, 15:100] = True
    rest = Target(phrase="everything", relation="except this")
    done = edit(image, Style(prompt="black and white", target=rest), mask=mask)
    assert (done.picture.rgb[mask] == image[mask]).all()
    assert (np.ptp(done.picture.rgb[100:], axis=2) == 0).any()


def test_lettering_stays_inside_a_given_mask(rng: np.random.Generator) -> None:
    image, mask = scene(rng), np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[40:90, 15:130] = True
    done = edit(image, Text(action="add", text="SOLD"), mask=mask)
    changed = (done.picture.rgb != image).any(axis=2)
    assert changed.any()
    assert not changed[~mask].any()


def test_lettering_takes_the_colour_of_the_words() -> None:
    image = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
    done = edit(image, Text(action="add", text="SOLD", place="at the top in yellow letters"))
    lettered = (done.picture.rgb != image).any(axis=2)
    red, green, blue = (done.picture.rgb[lettered][:, channel].max() for channel in range(3))
    assert min(red, green) > int(blue) + 60


def test_a_mask_of_everything_is_asked_about(rng: np.random.Generator) -> None:
    everything = np.ones((HEIGHT, WIDTH), np.bool_)
    with pytest.raises(NeedsClarification):
        edit(scene(rng), Remove(target=IT), mask=everything)
    brighter = edit(scene(rng), Adjust(target=IT, property="brightness", amount=20), mask=everything)
    assert brighter.mask is not None
    assert brighter.mask.all()


@pytest.mark.parametrize(("name", "error"), [("lama", BackendMissing), ("photoshop", BadOption)])
def test_backends_by_name(rng: np.random.Generator, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        edit(scene(rng), Remove(target=THE_BALL), backend=name)


def test_a_report_can_cancel(rng: np.random.Generator) -> None:
    stages: list[str] = []

    def report(stage: str, fraction: float) -> None:
        stages.append(stage)
        if fraction > 0:
            raise KeyboardInterrupt

    request = EditRequest(Picture(scene(rng)), (Remove(target=THE_BALL), Adjust(property="hue", amount=10)))
    with pytest.raises(KeyboardInterrupt):
        editor().edit(request, report)
    assert stages == ["remove", "adjust"]


boxes = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.integers(1, 60), st.integers(1, 60))


@settings(deadline=None, max_examples=30)
@given(boxes=st.lists(boxes, min_size=1, max_size=3), amount=st.floats(-100, 100))
def test_chains_of_masked_edits_are_exact(boxes: list[tuple[int, int, int, int]], amount: float) -> None:
    image = scene(np.random.default_rng(1))
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    for x, y, width, height in boxes:
        mask[y : y + height, x : x + width] = True
    done = edit(image, Adjust(property="exposure", amount=amount), Remove(target=IT), mask=mask)
    assert done.mask is not None
    assert done.outside_changed == 0
    assert (done.picture.rgb[~done.mask] == image[~done.mask]).all()
    assert done.mask[mask].all()
