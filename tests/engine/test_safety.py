"""What an edit made is looked at, what is sensitive is said, and no edit fails because of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data import Image, Mask, Notice, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.fakes import ColourChecker, FillInpainter, FixedGrounder
from engine.imageio import read_picture
from engine.operations import Flip
from engine.protocols import SensitivityChecker
from engine.safety import BARE, LABELS, SIDE, NudityChecker, checker_for, installed_graph, of_safety, remarks
from engine.settings import SafetySettings
from engine.wire import Done, result_of
from tests.engine.service.serving import FLIPPED, picture, serving
from tests.engine.tiny_graphs import Sheet

RED, GREY = (255, 0, 0), (90, 90, 90)
CELL = SIDE // 4
"""px of the squares whose colours the tiny graph looks at."""


def redness_graph(path: Path) -> Path:
    """Sees a breast in each of 16 squares as surely as it is red, and covered feet as surely as it is blue."""
    sheet = Sheet()
    cells = sheet.do(
        "AveragePool", sheet.takes("images", (1, 3, SIDE, SIDE)), kernel_shape=[CELL] * 2, strides=[CELL] * 2
    )
    colours = sheet.do("Reshape", cells, sheet.constant(np.array([1, 3, 16], np.int64)))
    first, last, axis = (sheet.constant(np.array([n], np.int64)) for n in (0, 2, 1))
    red, green_on = sheet.do("Slice", colours, first, axis, axis), sheet.do("Slice", colours, axis, last, axis)
    surely = sheet.do("Sub", red, green_on)
    blue = sheet.do("Sub", sheet.do("Slice", colours, last, sheet.constant(np.array([3], np.int64)), axis), green_on)
    middles = (np.mgrid[:4, :4].reshape(1, 2, 16)[:, ::-1] + 0.5) * CELL
    boxes = sheet.constant(np.concatenate([middles, np.full((1, 2, 16), CELL)], 1).astype(np.float32))
    nothing = sheet.constant(np.zeros((1, 1, 16), np.float32))
    seen = {"FEMALE_BREAST_EXPOSED": surely, "FEET_COVERED": blue}
    sheet.gives(
        "output0", sheet.do("Concat", boxes, *(seen.get(label, nothing) for label in LABELS), axis=1), (1, 22, 16)
    )
    return sheet.save(path)


def fixed_graph(path: Path, sightings: NDArray[np.float32]) -> Path:
    """Sees the same in every picture."""
    sheet = Sheet()
    zero = sheet.do(
        "Mul", sheet.do("ReduceMean", sheet.takes("images", (1, 3, SIDE, SIDE)), keepdims=0), sheet.constant(0.0)
    )
    sheet.gives("output0", sheet.do("Add", sheet.constant(sightings[None]), zero), (1, *sightings.shape))
    return sheet.save(path)


def sighting(label: str, score: float, box: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """A column of the graph's answer; box: x and y of its middle, width, height."""
    return np.array([*box, *(score if each == label else 0.0 for each in LABELS)], np.float32)


def solid(colour: tuple[int, int, int], height: int = 200, width: int = 300) -> Image:
    return np.full((height, width, 3), colour, np.uint8)


def real_graph() -> Path:
    graph = installed_graph()
    if graph is None:
        pytest.skip("the extra moderation is not installed")
    return graph


CHECKERS: dict[str, Callable[[Path], SensitivityChecker]] = {
    "fake": lambda _: ColourChecker(RED),
    "tiny": lambda folder: NudityChecker(redness_graph(folder / "tiny.onnx")),
    "real": lambda _: NudityChecker(real_graph()),
}


@pytest.fixture(params=CHECKERS)
def checker(request: pytest.FixtureRequest, tmp_path: Path) -> SensitivityChecker:
    return CHECKERS[request.param](tmp_path)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 4000), (3000, 2), (319, 321), (64, 64)])
def test_a_picture_of_any_size_without_anything_is_not_sensitive(
    checker: SensitivityChecker, height: int, width: int
) -> None:
    image = solid(GREY, height, width)
    image.flags.writeable = False
    assert checker.sensitive(image) == ()


def test_one_checker_serves_several_threads(checker: SensitivityChecker, rng: np.random.Generator) -> None:
    images = [rng.integers(0, 256, (90, 120, 3), np.uint8), *(solid(colour) for colour in (GREY, RED))]
    alone = [checker.sensitive(image) for image in images]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(checker.sensitive, images * 4)) == alone * 4


@pytest.mark.parametrize("name", ["fake", "tiny"])
def test_what_is_sensitive_is_told_in_words(name: str, tmp_path: Path) -> None:
    checker = CHECKERS[name](tmp_path)
    assert len(checker.sensitive(solid(RED))) == 1
    assert checker.sensitive(solid((0, 0, 255))) == ()


def test_bare_parts_count_and_others_do_not(tmp_path: Path) -> None:
    boxes = ((40.0 + 60 * index, 40.0, 50.0, 50.0) for index in range(5))
    seen = (
        ("MALE_GENITALIA_EXPOSED", 0.9),
        ("FEMALE_GENITALIA_EXPOSED", 0.8),
        ("ANUS_EXPOSED", 0.44),
        ("FEET_EXPOSED", 0.9),
    )
    columns = [sighting(label, score, box) for (label, score), box in zip(seen, boxes, strict=False)]
    checker = NudityChecker(fixed_graph(tmp_path / "a.onnx", np.stack(columns, 1)))
    assert checker.sensitive(solid(GREY)) == ("genitals",)
    assert checker.scores(solid(GREY)) == pytest.approx(dict(seen))
    assert set(BARE) < set(LABELS)


def test_skin_that_is_rather_covered_is_not_bare(tmp_path: Path) -> None:
    bare = sighting("FEMALE_BREAST_EXPOSED", 0.6, (100, 100, 80, 80))
    covered = sighting("FEMALE_BREAST_COVERED", 0.7, (102, 99, 80, 80))
    elsewhere = sighting("FEMALE_BREAST_COVERED", 0.7, (70, 70, 110, 110))
    assert NudityChecker(fixed_graph(tmp_path / "a.onnx", np.stack([bare, covered], 1))).sensitive(solid(GREY)) == ()
    assert NudityChecker(fixed_graph(tmp_path / "b.onnx", np.stack([bare, elsewhere], 1))).sensitive(solid(GREY))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 750), (300, 10), (330, 740)])
def test_it_is_seen_wherever_it_is(tmp_path: Path, row: int, column: int) -> None:
    image = solid(GREY, 560, 1000)
    image[row : row + 230, column : column + 250] = RED
    assert NudityChecker(redness_graph(tmp_path / "tiny.onnx")).sensitive(image) == ("breasts",)


def patch(side: int) -> tuple[Image, Mask]:
    """A large picture with a small red square that is new."""
    image, changed = solid(GREY, 1600, 2000), np.zeros((1600, 2000), np.bool_)
    image[900 : 900 + side, 1300 : 1300 + side] = RED
    changed[900 : 900 + side, 1300 : 1300 + side] = True
    return image, changed


def test_what_is_new_and_small_is_looked_at_closely(tmp_path: Path) -> None:
    checker = NudityChecker(redness_graph(tmp_path / "tiny.onnx"))
    image, changed = patch(150)
    assert remarks(checker, image, None) == ()
    assert remarks(checker, image, np.zeros_like(changed)) == ()
    assert remarks(checker, image, changed) == (Notice("sensitive", "breasts"),)


def flipped(checker: SensitivityChecker | None, image: Image) -> EditResult:
    editor = Editor(FixedGrounder({}).locate, FillInpainter(), checker=checker)
    return editor.edit(EditRequest(Picture(image), (Flip(axis="horizontal"),)))


def test_the_editor_says_what_its_result_shows() -> None:
    image = solid(GREY)
    image[7, 9] = RED
    assert flipped(ColourChecker(RED), image).notices == (Notice("sensitive", "colour"),)
    assert flipped(ColourChecker((1, 2, 3)), image).notices == ()
    assert "check" in flipped(ColourChecker(RED), image).timings_ms
    assert "check" not in flipped(None, image).timings_ms


@pytest.mark.parametrize("junk", [None, b"", b"no graph"])
def test_a_check_that_breaks_is_logged_and_nothing_else(
    junk: bytes | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    graph = tmp_path / "graph.onnx"
    if junk is not None:
        graph.write_bytes(junk)
    done = flipped(NudityChecker(graph), solid(RED))
    assert done.notices == ()
    assert done.picture.rgb.shape == (200, 300, 3)
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_only_what_safety_says_is_kept() -> None:
    said = (Notice("shadow_too"), Notice("sensitive", "breasts"))
    assert of_safety(said) == said[1:]


async def test_the_notice_travels_from_an_engine_elsewhere(tmp_path: Path) -> None:
    red, green, blue = (int(value) for value in picture().rgb[0, 0])
    editor = Editor(FixedGrounder({}).locate, FillInpainter(), checker=ColourChecker((red, green, blue)))
    async with serving(editor.edit, tmp_path) as client:
        done = (await client.edited(FLIPPED))[-1]
        assert isinstance(done, Done)
        assert result_of(done.result, client.exchange).notices == (Notice("sensitive", "colour"),)


def test_it_checks_where_the_wheel_is_installed_and_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nudenet", None)
    assert checker_for(SafetySettings()) is None
    monkeypatch.delitem(sys.modules, "nudenet")
    wheel = tmp_path / "nudenet"
    wheel.mkdir()
    (wheel / "__init__.py").write_text("raise AssertionError('imported')")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert checker_for(SafetySettings()) is None
    redness_graph(wheel / "320n.onnx")
    found = checker_for(SafetySettings())
    assert found is not None
    assert found.sensitive(solid(RED)) == ("breasts",)
    assert checker_for(SafetySettings(check="off")) is None


def test_real_photos_have_faces_and_nothing_bare(real_data: Path) -> None:
    checker = NudityChecker(real_graph())
    for name, face in (("18.jpeg", 0.7), ("30.jpeg", 0.5), ("23.jpeg", 0.0), ("33.jpeg", 0.0)):
        image = read_picture(real_data / "photos" / name).picture.rgb
        assert checker.sensitive(image) == ()
        assert max(score for label, score in {"": 0.0, **checker.scores(image)}.items() if "FEET" not in label) >= face
