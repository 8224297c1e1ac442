"""A second look at what an instruction model drew small: sharp as the photo, exact around it, and never worse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from engine import torch_edge
from engine.data import Image, Mask, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import BackendFailed, BackendMissing, OutOfMemory
from engine.fakes import FillInpainter, FixedGrounder
from engine.handlers.close_up import FEW, SHARPEN
from engine.inpainting.diffusion.settings import DETAILED
from engine.operations import Add, Alter, EditOperation, Style, Target
from engine.protocols import Brief, Progress
from engine.reporting import Report

SIDE = 128
HEIGHT, WIDTH = 360, 480
HAT = Add(prompt="a hat")


@pytest.fixture(autouse=True)
def _libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The models below need none of them."""
    monkeypatch.setattr(torch_edge, "LIBRARIES", ())


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    """Grain over shapes; the grain is finer than what is drawn at SIDE."""
    image = np.full((HEIGHT, WIDTH, 3), (120, 140, 150), np.uint8)
    for _ in range(60):
        x, y = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))
        image[y : y + 40, x : x + 60] = rng.integers(60, 200, 3)
    grain = rng.normal(0, 14, (HEIGHT, WIDTH, 1)).astype(np.float32)
    return np.clip(image.astype(np.float32) + grain, 0, 255).astype(np.uint8)


def sharpened(image: Image, seed: int) -> Image:
    """The picture with grain wherever it has none."""
    floats = image.astype(np.float32)
    fine = floats - cv2.GaussianBlur(floats, (0, 0), 1.5)
    energy = np.sqrt(np.asarray(cv2.GaussianBlur(np.square(fine).mean(axis=2), (0, 0), 4), np.float32))
    grain = np.random.default_rng(seed).normal(0, 14, image.shape[:2])
    return np.clip(floats + (grain * np.clip(1 - energy / 12, 0, 1))[:, :, None], 0, 255).astype(np.uint8)


@dataclass
class Drawing:
    """Draws at SIDE, as models do: a red disc for what it is told, and grain where it is asked for sharpness."""

    side: int = SIDE
    everywhere: bool = False
    again: Callable[[Image, int], Image] = sharpened
    told: list[str] = field(default_factory=list[str])
    shown: list[Image] = field(default_factory=list[Image])
    seeds: list[int] = field(default_factory=list[int])

    def follow(
        self,
        image: Image,
        instruction: str,
        *,
        seed: int,
        reference: Image | None = None,
        progress: Progress = lambda _: None,
    ) -> Image:
        self.told.append(instruction)
        self.shown.append(image)
        self.seeds.append(seed)
        for share in (0.5, 1.0):
            progress(share)
        height, width = image.shape[:2]
        scale = min(1.0, self.side / float(np.sqrt(height * width)))
        frame = max(1, round(width * scale)), max(1, round(height * scale))
        small = np.asarray(cv2.resize(image, frame, interpolation=cv2.INTER_AREA), np.uint8)
        if instruction == SHARPEN:
            small = self.again(small, seed)
        elif self.everywhere:
            small = 255 - small
        else:
            cv2.circle(small, (frame[0] // 2, frame[1] // 2), min(frame) // 4, (190, 60, 60), -1)
        return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


@dataclass
class Detailing:
    """A painter that adds grain."""

    side: int = SIDE
    briefs: list[Brief] = field(default_factory=list[Brief])

    def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
        self.briefs.append(brief)
        return sharpened(image, brief.seed)


def edit(
    photo: Image,
    model: Drawing,
    operation: EditOperation = HAT,
    *,
    mask: Mask | None = None,
    previous: Mask | None = None,
    painter: Detailing | None = None,
    backend: str | None = "instruct",
    report: Report | None = None,
) -> EditResult:
    def load(_: str | None) -> Detailing:
        if painter is None:
            raise BackendMissing("painting", "diffusion")
        return painter

    editor = Editor(FixedGrounder({}).locate, FillInpainter(), load, lambda _: model)
    request = EditRequest(Picture(photo), (operation,), seed=7, mask=mask, previous=previous, backend=backend)
    return editor.edit(request, report)


def grain_of(image: Image, region: Mask) -> float:
    """How much there is of what is finer than a model draws."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 1.0))[region].std())


def inner(radius: int = 60) -> Mask:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.asarray(np.hypot(x - WIDTH // 2, y - HEIGHT // 2) < radius, np.bool_)


def broken(_: Image, __: int) -> Image:
    raise OutOfMemory("instruct")


def first_look(photo: Image, operation: EditOperation = HAT) -> EditResult:
    """What is kept where every second look fails."""
    return edit(photo, Drawing(again=broken), operation)


def test_what_was_drawn_small_becomes_as_sharp_as_the_photo(photo: Image) -> None:
    model = Drawing()
    done, first = edit(photo, model), first_look(photo)

    assert done.mask is not None
    assert done.outside_changed == 0
    assert np.array_equal(done.picture.rgb[~done.mask], photo[~done.mask])
    assert grain_of(first.picture.rgb, inner()) < 0.1 * grain_of(photo, inner())
    assert 0.5 < grain_of(done.picture.rgb, inner()) / grain_of(photo, inner()) < 1.2
    assert 1 < model.told.count(SHARPEN) <= 2 * FEW
    assert len(set(model.seeds)) > 2


def paler(image: Image, seed: int) -> Image:
    return np.clip(sharpened(image, seed).astype(np.int16) + 14, 0, 255).astype(np.uint8)


def test_its_tones_stay_those_that_were_drawn(photo: Image) -> None:
    done, first = edit(photo, Drawing(again=paler)), first_look(photo)
    drift = done.picture.rgb[inner()].mean(axis=0) - first.picture.rgb[inner()].mean(axis=0)
    assert grain_of(done.picture.rgb, inner()) > 0.4 * grain_of(photo, inner())
    assert np.abs(drift).max() < 4


def test_the_seed_fixes_it(photo: Image) -> None:
    one, again = (edit(photo, Drawing()).picture.rgb for _ in range(2))
    assert np.array_equal(one, again)


def with_a_blob(image: Image, seed: int) -> Image:
    made = sharpened(image, seed)
    cv2.circle(made, (image.shape[1] // 2, image.shape[0] // 2), 30, (20, 230, 40), -1)
    return made


@pytest.mark.parametrize("again", [broken, with_a_blob], ids=["fails", "draws another thing"])
def test_a_second_look_that_goes_wrong_leaves_the_first(
    photo: Image, again: Callable[[Image, int], Image], caplog: pytest.LogCaptureFixture
) -> None:
    first = edit(photo, Drawing(side=10_000))
    done = edit(photo, Drawing(again=again))
    assert done.mask is not None
    assert done.mask.any()
    assert grain_of(done.picture.rgb, inner()) < 0.5 * grain_of(photo, inner())
    assert not (np.abs(done.picture.rgb.astype(int) - (20, 230, 40)).max(axis=2) < 40).any()
    assert ("no second look" in caplog.text) == (again is broken)
    assert first.outside_changed == done.outside_changed == 0


def test_a_first_look_that_fails_is_an_error(photo: Image) -> None:
    class Failing(Drawing):
        def follow(self, image: Image, instruction: str, **_: object) -> Image:
            raise BackendFailed("instruct")

    with pytest.raises(BackendFailed):
        edit(photo, Failing())


def test_a_picture_no_larger_than_what_is_drawn_is_looked_at_once(photo: Image) -> None:
    small = np.ascontiguousarray(photo[:130, :150])
    model = Drawing()
    edit(small, model)
    assert SHARPEN not in model.told


def test_a_painter_helps_unless_the_model_was_asked_for_by_name(photo: Image) -> None:
    asleep = Alter(target=Target(previous=True), prompt="asleep")
    helped, alone, painter, idle = Drawing(), Drawing(), Detailing(), Detailing()
    done = edit(photo, helped, asleep, painter=painter, backend=None)
    edit(photo, alone, asleep, painter=idle)

    assert done.backend == "instruct"
    assert done.outside_changed == 0
    assert SHARPEN not in helped.told
    assert {brief.prompt for brief in painter.briefs} == {DETAILED}
    assert len({brief.seed for brief in painter.briefs}) > 1
    assert max(brief.strength for brief in painter.briefs) <= 0.4
    assert grain_of(done.picture.rgb, inner()) > 0.5 * grain_of(photo, inner())
    assert SHARPEN in alone.told
    assert not idle.briefs


def test_a_whole_picture_remade_is_gone_over_where_few_windows_cover_it(photo: Image) -> None:
    style = Style(prompt="as a negative")
    done, first = edit(photo, model := Drawing(side=150, everywhere=True), style), first_look(photo, style)
    everything = np.ones((HEIGHT, WIDTH), np.bool_)
    assert done.mask is None
    assert 0 < model.told.count(SHARPEN) <= FEW
    assert grain_of(done.picture.rgb, everything) > grain_of(first.picture.rgb, everything)
    edit(photo, tiny := Drawing(side=60, everywhere=True), style)
    assert tiny.told.count(SHARPEN) <= FEW


@pytest.mark.parametrize("given", [True, False], ids=["a mask", "what it was"])
def test_around_what_is_meant_the_model_sees_the_picture_larger(photo: Image, given: bool) -> None:
    """The disc is drawn into the middle of what is shown."""
    spot = np.zeros((HEIGHT, WIDTH), np.bool_)
    spot[250:310, 330:410] = True
    model = Drawing()
    operation = Alter(target=Target(previous=True), prompt="red")
    done = edit(photo, model, operation, mask=spot if given else None, previous=None if given else spot)

    assert model.shown[0].shape[0] * model.shown[0].shape[1] < 0.25 * HEIGHT * WIDTH
    assert done.mask is not None
    assert done.mask[270:290, 360:380].all()
    assert not done.mask[:200].any()
    assert done.outside_changed == 0
    assert not given or not done.mask[~spot].any()


def test_it_is_heard_from_start_to_end_and_can_be_stopped_in_the_second_look(photo: Image) -> None:
    heard: list[float] = []
    edit(photo, Drawing(), report=lambda _, share: heard.append(share))
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(1)

    def stop(_: str, share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        edit(photo, Drawing(), report=stop)
