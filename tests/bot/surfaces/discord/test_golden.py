"""What members see: the main messages, drawn by a browser and compared with pictures that somebody has looked at.

Set RETOUCH_GOLDEN=1 to draw them anew, and look at each before it is committed. They are compared at a twelfth of
their size, where fonts and browsers do not matter and a missing button, grid or picture does. Needs a Chromium
(RETOUCH_CHROMIUM, or the one on the path) and simcord[screenshot].
"""

from __future__ import annotations

import os
import shutil
from functools import partialmethod
from pathlib import Path
from typing import Any

import discord
import numpy as np
import pytest
from PIL import Image as PillowImage

from engine.data import Image, Picture
from engine.imageio import encode
from engine.reporting import Watching
from tests.bot.surfaces.discord.stage import Engine, Stage, on_stage, pixels, until

GOLDEN = Path(__file__).parent / "golden"
CHROMIUM = os.environ.get("RETOUCH_CHROMIUM") or shutil.which("chromium")
PATIENCE = 0.8
"""Levels that two pictures may differ by on the average, both made smaller: a row of buttons more or less is 1."""
TALLER = 20
"""Pixels by which fonts may make a message higher: less than a row of buttons."""
SHRINK = 12
WIDTH, HEIGHT = 560, 720
NAMES = ("question", "answer", "comparison", "mask", "variations")


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's Chromium instead of the one that Playwright downloads."""
    api = pytest.importorskip("playwright.async_api", reason="needs simcord[screenshot]")
    if CHROMIUM is None:
        pytest.skip("no Chromium at hand")
    launch = partialmethod(api.BrowserType.launch, executable_path=CHROMIUM)
    monkeypatch.setattr(api.BrowserType, "launch", launch)


def photo() -> bytes:
    """Two red balls over a green hill, before a blue sky."""
    y, x = np.mgrid[:240, :400]
    sky = np.stack([150 - y // 3, 190 - y // 4, 235 - y // 8], axis=2)
    hill = np.stack([70 + x // 16, 130 - (y - 140) // 4, 60 + 0 * x], axis=2)
    image = np.where((y > 150 + 18 * np.sin(x / 60))[..., None], hill, sky)
    for column in (110, 290):
        away = np.hypot(y - 140, x - column)
        shade = np.clip(1.15 - np.hypot(y - 125, x - column + 15) / 90, 0.4, 1.2)[..., None]
        image = np.where((away < 42)[..., None], np.array([205, 40, 45]) * shade, image)
    return encode(Picture(np.clip(image, 0, 255).astype(np.uint8)), "png")


def screen(stage: Stage) -> Any:
    """What ann looks at."""
    return stage.env.preview(stage.channel, viewers=[stage.member("ann")], width=WIDTH, height=HEIGHT)


async def drawn(preview: Any, message: discord.Message) -> Image:
    """The message on the screen."""
    capture = await preview.screenshot(None, target=message, allow_incomplete=True)
    return pixels(capture.png)


def smaller(image: Image) -> Image:
    """The picture without what depends on the font."""
    height, width = image.shape[:2]
    small = PillowImage.fromarray(image).resize((width // SHRINK, height // SHRINK), PillowImage.Resampling.BOX)
    return np.asarray(small, np.uint8)


def compare(image: Image, name: str) -> None:
    """The picture is the golden one of that name; where RETOUCH_GOLDEN is set, it becomes it."""
    path = GOLDEN / f"{name}.png"
    if os.environ.get("RETOUCH_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        PillowImage.fromarray(image).save(path, optimize=True)
    golden = np.asarray(PillowImage.open(path).convert("RGB"), np.uint8)
    assert abs(len(image) - len(golden)) < TALLER, f"{name} is {len(image)} px high, not {len(golden)}"
    height = min(len(image), len(golden))
    apart = np.abs(smaller(golden[:height]).astype(np.float64) - smaller(image[:height]))
    assert apart.mean() < PATIENCE, f"{name} differs by {apart.mean():.2f} levels"


@pytest.mark.usefixtures("browser")
async def test_a_question_its_answer_and_what_its_buttons_show(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("make the red ball gold", attachments=[("balls.png", photo())])
        question = await stage.answer()
        await ann.click(question, label="2")
        answer = await stage.answer(2)
        for label in ("Compare", "Mask", "Variations"):
            await ann.click(answer, label=label)
            await stage.quiet()
        async with screen(stage) as preview:
            for message, name in zip(stage.said(), NAMES, strict=True):
                compare(await drawn(preview, message), name)


@pytest.mark.usefixtures("browser")
async def test_a_message_while_its_job_is_worked_on(tmp_path: Path) -> None:
    engine = Engine()
    engine.go.clear()
    async with on_stage(tmp_path, engine) as stage:
        stage.post(f"{stage.mention} replace the red ball on the left with a moon", attachments=[("b.png", photo())])
        await engine.started.wait()
        report = engine.report
        assert isinstance(report, Watching)
        assert report.preview is not None
        report("replace", 0.62)
        report.left(7.5)
        report.preview(pixels(photo()))
        await until(lambda: bool(stage.written[-1].files))
        stored = stage.env.backend.get_message(stage.channel.id, stage.said()[0].id)
        content, components, attachments = stored.content, stored.components, stored.attachments
        engine.go.set()
        await stage.quiet()
        # The browser waits until the bot is at rest, and only then looks.
        stored.content, stored.components, stored.attachments = content, components, attachments
        async with screen(stage) as preview:
            compare(await drawn(preview, stage.said()[0]), "living")
