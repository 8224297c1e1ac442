"""The pictures that help is given with."""

from __future__ import annotations

import asyncio
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bot import showcase as showing
from bot.showcase import LARGEST, NAMES, showcase
from engine.imageio import read_picture

IN_TWO_LINES = "import pathlib, sys; f = pathlib.Path(sys.argv[1]); f.mkdir(parents=True, exist_ok=True)\n{}"


def drawn_by(code: str, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Have this Python draw instead; the folders that it is asked to draw into."""
    asked: list[Path] = []

    def command(folder: Path) -> list[str]:
        asked.append(folder)
        return [sys.executable, "-c", IN_TWO_LINES.format(code), str(folder)]

    monkeypatch.setattr(showing, "command", command)
    return asked


DRAW = f"for name in {NAMES!r}: (f / (name + '.png')).write_bytes(b'')"


async def test_the_pictures_are_real_and_small(tmp_path: Path) -> None:
    drawn = await showcase(tmp_path)
    assert [path.stem for path in drawn] == list(NAMES)
    assert all(0 < path.stat().st_size <= LARGEST for path in drawn)
    recolour, removal, question, history = (read_picture(path).picture for path in drawn)
    assert (recolour.height, recolour.width) == (removal.height, removal.width) == (question.height, question.width)
    assert (recolour.rgb != removal.rgb).any()
    assert history.width > 3 * 280
    times = [path.stat().st_mtime_ns for path in drawn]
    assert await showcase(tmp_path) == drawn
    assert [path.stat().st_mtime_ns for path in drawn] == times


async def test_many_who_ask_at_once_wait_for_one_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = drawn_by(f"import time; time.sleep(0.3)\n{DRAW}", monkeypatch)
    answers = await asyncio.gather(*(showcase(tmp_path) for _ in range(10)))
    assert asked == [tmp_path / version("retouch")]
    assert all([path.stem for path in answer] == list(NAMES) for answer in answers)


async def test_one_who_stops_waiting_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = drawn_by(f"import time; time.sleep(0.3)\n{DRAW}", monkeypatch)
    first, second = (asyncio.create_task(showcase(tmp_path)) for _ in range(2))
    await asyncio.sleep(0.1)
    first.cancel()
    assert len(await second) == len(NAMES)
    assert len(asked) == 1


@pytest.mark.parametrize("code", ["sys.exit(3)", "(f / '1-recolour.png').write_bytes(b'')"])
async def test_what_could_not_be_drawn_is_tried_again(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn_by(code, monkeypatch)
    assert await showcase(tmp_path) == []
    drawn_by(DRAW, monkeypatch)
    assert len(await showcase(tmp_path)) == len(NAMES)


async def test_a_drawing_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn_by("import time; time.sleep(60)", monkeypatch)
    monkeypatch.setattr(showing, "PATIENCE_S", 0.5)
    assert await showcase(tmp_path) == []


async def test_a_second_process_leaves_what_a_first_one_drew(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.png" for name in NAMES]
    for file in files:
        file.write_bytes(b"kept")
    process = await asyncio.create_subprocess_exec(*showing.command(tmp_path))
    assert await process.wait() == 0
    assert all(file.read_bytes() == b"kept" for file in files)
