"""What the editor makes of a painter: places, exact borders, new canvas. No model needed: a plain painter stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import torch_edge
from engine.clock import Clock
from engine.data import Box, Image, Mask, Offset, Picture, Region
from engine.editor import Editor, check_backend
from engine.edits import EditRequest, EditResult
from engine.errors import BackendMissing, BadOption, ImageTooLarge, NeedsClarification, NotGrounded
from engine.fakes import FillInpainter, FixedGrounder
from engine.handlers.erase import apply_remove
from engine.handlers.generate import apply_generative
from engine.handlers.outpaint import Margins, margins_of, newness, seam_of
from engine.handlers.placing import box_around, box_beside
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.strips import OLD, strips_of
from engine.inpainting.diffusion.window import window_for
from engine.operations import Add, Alter, Background, EditOperation, Expand, Generate, Remove, Replace, Style, Target
from engine.protocols import Brief, Follower, Painter, Progress
from engine.scene import Scene

HEIGHT, WIDTH = 150, 201
DOG = Region(Box(120, 60, 160, 110), 0.9, "dog", "colour")
IT = Target(previous=True)


def no_follower() -> Follower:
    raise BackendMissing("following instructions", "instruct")


@dataclass
class FlatPainter:
    """Paints the whole of what it is given in one colour, told by the seed, and remembers what it was asked."""

    side: int = 512
    holes: list[Mask] = field(default_factory=list[Mask])
    prompts: list[str] = field(default_factory=list[str])
    strengths: list[float] = field(default_factory=list[float])
    colours: list[int] = field(default_factory=list[int])

    def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
        self.holes.append(mask)
        self.prompts.append(brief.prompt)
        self.strengths.append(brief.strength)
        self.colours.append(240 + brief.seed % 10)
        progress(0.5)
        return np.full_like(image, self.colours[-1])


def photo() -> Image:
    return np.random.default_rng(5).integers(20, 200, (HEIGHT, WIDTH, 3), np.uint8)


def edit(operation: EditOperation, painter: Painter | None = None, **given: Any) -> EditResult:
    used = painter or FlatPainter()
    editor = Editor(FixedGrounder({"dog": (DOG,), "the dog": (DOG,)}).locate, FillInpainter(), lambda _: used)
    picture = given.pop("picture", Picture(photo()))
    report = given.pop("report", None)
    return editor.edit(EditRequest(picture, (operation,), **given), report)


masks = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.integers(1, 190), st.integers(1, 140))


@settings(deadline=None, max_examples=40)
@given(box=masks)
def test_a_given_mask_is_covered_and_hardly_passed(box: tuple[int, int, int, int]) -> None:
    x, y, width, height = box
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[y : y + height, x : x + width] = True
    done = edit(Replace(target=IT, prompt="a bench"), mask=mask)
    assert done.backend == "diffusion"
    assert done.outside_changed == 0
    assert done.mask is not None
    assert done.mask[mask].all()
    assert (done.picture.rgb[~done.mask] == photo()[~done.mask]).all()
    assert np.abs(done.picture.rgb[mask].astype(int) - 240).mean() < 60
    reach = max(64, int(0.1 * np.hypot(width, height)))
    near = np.zeros_like(mask)
    near[max(0, y - reach) : y + height + reach, max(0, x - reach) : x + width + reach] = True
    assert not done.mask[~near].any()


def test_the_model_is_given_more_than_what_is_pasted() -> None:
    painter, mask = FlatPainter(), np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[60:90, 80:120] = True
    done = edit(Replace(target=IT, prompt="a bench"), painter, mask=mask)
    assert done.mask is not None
    hole = np.zeros_like(mask)
    hole[window_for(mask, painter.side).slices] = painter.holes[0]
    assert hole[done.mask].all()
    assert painter.holes[0].sum() > done.mask.sum()


def test_the_prompt_names_the_thing_that_is_altered() -> None:
    painter = FlatPainter()
    edit(Alter(target=Target(phrase="dog"), prompt="sleeping"), painter)
    assert painter.prompts == ["dog, sleeping"]


def test_what_is_painted_into_a_black_and_white_photo_is_told_so() -> None:
    grey = np.repeat(photo()[:, :, :1], 3, axis=2)
    painter, mask = FlatPainter(), np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[60:90, 80:120] = True
    for operation in (Replace(target=IT, prompt="a bench"), Expand(), Style(prompt="watercolour", target=IT)):
        edit(operation, painter, picture=Picture(grey), mask=mask)
    assert painter.prompts[0] == "a bench, black and white photo"
    assert painter.prompts[1] == "black and white photo"
    assert painter.prompts[-1] == "watercolour"


def test_removing_by_painting_starts_from_the_filled_hole() -> None:
    given = list[Image]()

    class Keeper(FlatPainter):
        def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
            given.append(image[mask])
            assert brief.fill == "keep"
            assert 0.4 <= brief.strength <= 0.6
            return image

    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[60:90, 80:120] = True
    image = np.full((HEIGHT, WIDTH, 3), 50, np.uint8)
    image[mask] = 250
    place = scene(Keeper(), mask)
    place.picture, place.backend = Picture(image), "diffusion"
    done = apply_remove(Remove(target=IT), place)
    assert given[0].max() < 100
    assert done.picture.rgb.max() < 100
    assert done.changed is not None
    assert (done.picture.rgb[~done.changed] == image[~done.changed]).all()


def test_no_target_means_the_whole_picture() -> None:
    for operation in (Alter(prompt="snowy"), Generate(prompt="a castle")):
        done = edit(operation)
        assert done.mask is None
        assert (done.picture.rgb == 240).all()


def test_something_must_be_named_to_be_replaced() -> None:
    with pytest.raises(NeedsClarification):
        edit(Replace(target=IT, prompt="a bench"))


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        ("in the top left", Box(0, 0, 130, 100)),
        ("on the right", Box(90, 0, WIDTH, HEIGHT)),
        ("at the bottom", Box(0, 60, WIDTH, HEIGHT)),
        ("to the left of the dog", Box(0, 30, 150, 140)),
        ("above the dog", Box(80, 0, WIDTH, 90)),
        (None, Box(30, 20, 180, HEIGHT)),
    ],
)
def test_new_things_go_where_the_words_say(place: str | None, inside: Box) -> None:
    done = edit(Add(prompt="a hat", place=place))
    assert done.mask is not None
    assert done.mask[inside.slices].sum() > 0.9 * done.mask.sum()


def test_a_place_told_by_something_unknown_is_an_error() -> None:
    with pytest.raises(NotGrounded):
        edit(Add(prompt="a hat", place="on the unicorn"))


frames = st.tuples(st.integers(1, 400), st.integers(1, 400))


@settings(deadline=None, max_examples=60)
@given(
    frame=frames,
    centre=st.tuples(st.floats(-500, 900), st.floats(-500, 900)),
    size=st.tuples(st.floats(0, 999), st.floats(0, 999)),
)
def test_a_new_box_is_inside_the_picture(
    frame: tuple[int, int], centre: tuple[float, float], size: tuple[float, float]
) -> None:
    height, width = frame
    box = box_around(*centre, *size, height, width)
    assert 0 <= box.x0 < box.x1 <= width
    assert 0 <= box.y0 < box.y1 <= height


def test_beside_is_where_there_is_room() -> None:
    assert box_beside(Box(150, 10, 190, 50), "near", 100, 200).x1 <= 170
    assert box_beside(Box(10, 10, 50, 50), "near", 100, 200).x0 >= 40


def test_painting_over_transparency_shows() -> None:
    opacity = np.full((HEIGHT, WIDTH), 255, np.uint8)
    opacity[:, :100] = 0
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[50:100, 40:160] = True
    done = edit(Replace(target=IT, prompt="a bench"), picture=Picture(photo(), opacity), mask=mask)
    assert done.picture.opacity is not None
    assert (done.picture.opacity[60:90, 60:140] == 255).all()
    assert (done.picture.opacity[:, :20] == 0).all()
    assert done.outside_changed == 0


def scene(painter: Painter, mask: Mask | None = None) -> Scene:
    locate = FixedGrounder({"main subject": (DOG,)}).locate
    return Scene(Picture(photo()), locate, FillInpainter(), lambda: painter, no_follower, Clock(), seed=1, mask=mask)


def test_a_new_background_leaves_the_subject() -> None:
    painter = FlatPainter()
    step = apply_generative(Background(action="replace", prompt="a beach"), scene(painter))
    assert step.changed is not None
    assert step.changed[:40].all()
    assert not step.changed[70:100, 130:150].any()
    assert (step.picture.rgb[~step.changed] == photo()[~step.changed]).all()
    assert not painter.holes[0][DOG.box.slices].any()


def test_a_style_is_painted_on_what_it_is_about() -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[20:60, 20:60] = True
    for drawn, inside in ((mask, mask), (None, np.ones_like(mask))):
        step = apply_generative(Style(prompt="watercolour"), scene(FlatPainter(), drawn))
        assert step.backend == "diffusion"
        assert (step.picture.rgb != photo()).any(axis=2)[inside].all()


def test_nothing_is_painted_without_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_edge, "LIBRARIES", ("no_such_library",))
    for model in (None, "anything"):
        with pytest.raises(BackendMissing) as missing:
            painter_for(model)
        assert missing.value.backend == "diffusion"
    with pytest.raises(BackendMissing):
        check_backend("diffusion")


def test_another_backend_by_name_does_not_paint() -> None:
    with pytest.raises(BackendMissing):
        edit(Add(prompt="a bench"), backend="exact")


def test_progress_is_reported_and_can_cancel() -> None:
    heard: list[tuple[str, float]] = []

    def report(stage: str, fraction: float) -> None:
        heard.append((stage, fraction))
        if fraction > 0:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        edit(Add(prompt="a bench"), report=report)
    assert heard == [("add", 0.0), ("add", 0.5)]


@pytest.mark.parametrize(
    ("operation", "margins"),
    [
        (Expand(), (60, 45, 60, 45)),
        (Expand(sides=("left",)), (60, 0, 0, 0)),
        (Expand(sides=("top", "right"), amount=10), (0, 15, 20, 0)),
        (Expand(aspect="16:9"), (33, 0, 33, 0)),
        (Expand(aspect="1:1"), (0, 25, 0, 26)),
        (Expand(aspect="16:9", sides=("left",)), (66, 0, 0, 0)),
        (Expand(aspect="square", sides=("bottom",)), (0, 0, 0, 51)),
    ],
    ids=lambda value: value.model_dump_json(exclude_none=True) if isinstance(value, Expand) else None,
)
def test_margins(operation: Expand, margins: tuple[int, ...]) -> None:
    assert margins_of(operation, HEIGHT, WIDTH) == margins


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        (Expand(aspect="201:150"), BadOption),
        (Expand(sides=("nowhere",)), BadOption),
        (Expand(amount=-10), BadOption),
        (Expand(aspect="16:9", sides=("top",)), BadOption),
        (Expand(amount=100_000), ImageTooLarge),
    ],
    ids=str,
)
def test_canvas_that_cannot_be(operation: Expand, error: type[Exception]) -> None:
    with pytest.raises(error):
        margins_of(operation, HEIGHT, WIDTH)


@pytest.mark.parametrize("side", [1024, 40], ids=["one piece", "many pieces"])
@pytest.mark.parametrize("sides", [("all",), ("left",), ("bottom", "right")], ids=" ".join)
def test_new_canvas_is_painted_and_the_original_stays(side: int, sides: tuple[str, ...]) -> None:
    painter = FlatPainter(side=side)
    done = edit(Expand(sides=sides), painter, seed=3)
    margins = margins_of(Expand(sides=sides), HEIGHT, WIDTH)
    assert done.offset == Offset(margins.left, margins.top)
    assert done.outside_changed == 0
    assert done.mask is not None
    original = np.zeros(done.mask.shape, np.bool_)
    original[margins.top : margins.top + HEIGHT, margins.left : margins.left + WIDTH] = True
    assert done.mask[~original].all()
    assert np.isin(done.picture.rgb[~original], range(240, 250)).all()
    kept = done.picture.rgb[original].reshape(photo().shape)[16:-16, 16:-16]
    assert (kept == photo()[16:-16, 16:-16]).all()
    assert (len(painter.holes) > 2) == (side == 40)


@settings(deadline=None, max_examples=25)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    amount=st.integers(1, 300),
    sides=st.sets(st.sampled_from(["left", "top", "right", "bottom"]), min_size=1),
    side=st.sampled_from([16, 64]),
)
def test_any_picture_can_be_extended(height: int, width: int, amount: int, sides: set[str], side: int) -> None:
    picture, operation = Picture(photo()[:height, :width]), Expand(amount=amount, sides=tuple(sides))
    try:
        left, top, right, bottom = margins_of(operation, height, width)
    except BadOption:
        return
    done = edit(operation, FlatPainter(side=side), picture=picture)
    assert done.picture.rgb.shape == (top + height + bottom, left + width + right, 3)
    assert done.outside_changed == 0
    assert done.mask is not None
    inside = np.zeros(done.mask.shape, np.bool_)
    inside[top : top + height, left : left + width] = True
    assert done.mask[~inside].all()
    assert (done.picture.rgb[~inside] >= 215).all()


def test_new_canvas_of_a_cutout_is_opaque() -> None:
    picture = Picture(photo(), np.zeros((HEIGHT, WIDTH), np.uint8))
    done = edit(Expand(sides=("left",)), picture=picture)
    assert done.picture.opacity is not None
    assert (done.picture.opacity[:, :60] == 255).all()
    assert (done.picture.opacity[:, 60:] == 0).all()


@settings(deadline=None, max_examples=80)
@given(
    height=st.integers(1, 300),
    width=st.integers(1, 300),
    margins=st.tuples(*[st.integers(0, 600)] * 4),
    rim=st.integers(0, 20),
    longest=st.integers(16, 400),
)
def test_strips_tile_what_is_new(
    height: int, width: int, margins: tuple[int, int, int, int], rim: int, longest: int
) -> None:
    left, top, right, bottom = margins
    rows, columns = top + height + bottom, left + width + right
    original = Box(left, top, left + width, top + height)
    x0, y0 = left + min(rim, width), top + min(rim, height)
    kept = Box(x0, y0, max(x0, original.x1 - rim), max(y0, original.y1 - rim))
    there, covered = np.zeros((rows, columns), np.bool_), np.zeros((rows, columns), np.int32)
    there[original.slices] = True
    for own, seen in strips_of(original, kept, rows, columns, longest, 2):
        assert max(own.width, own.height) <= longest
        assert seen.x0 <= own.x0 < own.x1 <= seen.x1
        assert seen.y0 <= own.y0 < own.y1 <= seen.y1
        assert there[seen.slices].any()
        covered[own.slices] += 1
        there[own.slices] = True
    covered[kept.slices] += covered[kept.slices] == 0
    assert (covered == 1).all()


@pytest.mark.parametrize("operation", [Expand(), Expand(amount=100), Expand(amount=400, sides=("left",))], ids=str)
def test_a_strip_sees_enough_of_what_is_there(operation: Expand) -> None:
    """Before anything is refined: at least three tenths of what the model is shown are known."""
    painter = FlatPainter(side=64)
    edit(operation, painter)
    drafts = [hole for hole, strength in zip(painter.holes, painter.strengths, strict=True) if strength > 0.9]
    assert max(float(hole.mean()) for hole in drafts) <= 1 - OLD


@settings(deadline=None, max_examples=60)
@given(height=st.integers(1, 300), width=st.integers(1, 300), margins=st.tuples(*[st.integers(0, 90)] * 4))
def test_the_seam_is_narrow_and_lies_in_what_is_declared(
    height: int, width: int, margins: tuple[int, int, int, int]
) -> None:
    seam = seam_of(Margins(*margins), height, width)
    assert not seam[newness(Margins(*margins), height, width) == 0].any()
    assert seam.any() == any(margins)
    assert seam.sum() <= 4 * 64 * 2 * max(height, width)


def test_the_seam_is_painted_over_lightly_with_the_words_of_the_author() -> None:
    painter = FlatPainter(side=1024)
    edit(Expand(sides=("left",), prompt="a forest"), painter)
    assert painter.strengths == [0.97, 0.35]
    assert painter.prompts == ["a forest"] * 2
