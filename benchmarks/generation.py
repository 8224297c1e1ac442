"""What generation costs on a GPU, models at their real size with random weights, against diffusers called plainly.

For each model, with the same steps, after a warm-up, as medians:
- a thing on a 12 MP photo is replaced under a mask of a twentieth of it. Ours shows the model a window around the mask
  at the model's own size; the plain way hands diffusers the whole photo, at its own size;
- a whole picture of the model's own size is painted, accelerated, and with eager diffusers in bfloat16;
- what previews add to that, which share of the measured ceiling of matrix multiplication it reaches, the peak memory;
- how long it takes until another model is ready, and what a picture costs in batches of 1, 2, 4 and 8.

`uv run --extra gpu python benchmarks/generation.py [sd] [sdxl] [flux-fill]`. Without a GPU it refuses, for its figures
would mean nothing; with `--tiny` it runs all the same, with tiny models on the CPU, to show that it works.

Not run yet: no GPU was at hand when it was written.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image as PillowImage

from benchmarks.real_sizes import MODELS, at_real_size, tiny
from engine.data import Image, Mask, Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.acceleration import accelerate
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.residency import RESIDENT
from engine.inpainting.diffusion.settings import Family, family_of
from engine.operations import Replace, Target
from engine.protocols import Audience, Brief

SHARE = 0.05
"""Of the photo, that the mask covers."""
GOALS = {"sdxl": 1.7, "flux-fill": 1.55}
"""How many times faster than eager diffusers, by model."""
WINDOW_GOAL = 8
PREVIEW_GOAL = 0.05
PROMPT = "a wooden bench"
GIGABYTE = 1 << 30


@dataclass(frozen=True)
class Setting:
    """On what it is measured."""

    device: str
    height: int
    width: int
    rounds: int
    batches: tuple[int, ...]
    compiler: str
    steps: int | None = None
    """None: as many as the family wants."""
    side: int | None = None
    """None: the model's own."""


REAL = Setting("cuda", 3000, 4000, rounds=3, batches=(1, 2, 4, 8), compiler="inductor")
TINY = Setting("cpu", 300, 400, rounds=1, batches=(1, 2), compiler="eager", steps=2, side=64)


class Run(NamedTuple):
    """What one way took."""

    seconds: float
    peak: int
    """Bytes of GPU memory."""


def case(height: int, width: int) -> tuple[Image, Mask]:
    """A photo-like picture and the mask of a round thing on it."""
    grain = np.random.default_rng(7).normal(0, 6, (height, width, 1))
    slope = np.linspace((60, 90, 140), (190, 170, 120), height)[:, None, :]
    y, x = np.ogrid[:height, :width]
    mask = (y - height // 2) ** 2 + (x - width // 3) ** 2 < SHARE * height * width / np.pi
    return np.clip(slope + grain, 0, 255).astype(np.uint8), np.asarray(mask, np.bool_)


def replaced(painter: DiffusionPainter, photo: Image, mask: Mask) -> None:
    """The whole edit by Retouch."""
    editor = Editor(FixedGrounder({}).locate, FillInpainter(), lambda _: painter)
    operation = Replace(target=Target(previous=True), prompt=PROMPT)
    done = editor.edit(EditRequest(Picture(photo), (operation,), seed=1, mask=mask))
    assert done.outside_changed == 0


def plain(pipeline: Any, family: Family, photo: Image, mask: Mask) -> None:
    """The whole picture by diffusers alone."""
    height, width = (length // 16 * 16 for length in mask.shape)
    pipeline(
        prompt=PROMPT,
        image=PillowImage.fromarray(photo[:height, :width]),
        mask_image=PillowImage.fromarray(mask[:height, :width]),
        height=height,
        width=width,
        strength=family.strongest,
        num_inference_steps=family.steps,
        guidance_scale=family.guidance_scale,
    )


def timed(way: Callable[[], object], setting: Setting) -> Run:
    torch: Any = import_module("torch")
    way()
    if setting.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    seconds: list[float] = []
    for _ in range(setting.rounds):
        start = time.perf_counter()
        way()
        if setting.device == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    peak = int(torch.cuda.max_memory_allocated()) if setting.device == "cuda" else 0
    return Run(statistics.median(seconds), peak)


def ceiling(setting: Setting) -> float:
    """The most floating-point operations a second that a large matrix multiplication reaches here."""
    torch: Any = import_module("torch")
    side = 8192 if setting.device == "cuda" else 512
    kind = torch.bfloat16 if setting.device == "cuda" else torch.float32
    left, right = (torch.randn(side, side, device=setting.device, dtype=kind) for _ in range(2))
    return 2 * side**3 / timed(lambda: left @ right, setting).seconds


def operations_of(way: Callable[[], object]) -> int:
    """The floating-point operations of one run. Only eager modules are counted."""
    counting: Any = import_module("torch.utils.flop_counter").FlopCounterMode(display=False)
    with counting:
        way()
    return int(counting.get_total_flops())


def variations(painter: DiffusionPainter, photo: Image, mask: Mask, count: int) -> None:
    """So many pictures at the same time."""

    def one(seed: int) -> Image:
        return painter.paint(photo, mask, Brief(PROMPT, seed), Audience(ignore, company=count))

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, range(count)))


def ignore(_: object) -> None:
    """Nobody listens."""


def switched(pipeline: Any) -> float:
    """Seconds until a model that lies on the disk is ready to paint, another one having been there."""
    with tempfile.TemporaryDirectory() as home:
        pipeline.save_pretrained(Path(home) / "model")
        RESIDENT.keep(lambda _: False)
        start = time.perf_counter()
        painter_for(str(Path(home) / "model"))
        return time.perf_counter() - start


def report(name: str, setting: Setting) -> bool:
    """Print one model's lines; whether it meets the goals."""
    pipeline = at_real_size(name, setting.device) if setting is REAL else tiny(name)
    family = family_of(type(pipeline).__name__)
    if setting.steps:
        family = Family(setting.steps, family.guidance_scale, strongest=family.strongest)
    painter = DiffusionPainter(pipeline, family)
    painter.side = setting.side or painter.side
    photo, mask = case(setting.height, setting.width)
    crop = np.ascontiguousarray(photo[: painter.side, : painter.side])
    everything = np.ones(crop.shape[:2], np.bool_)

    whole = timed(lambda: plain(pipeline, family, photo, mask), setting)
    eager = timed(lambda: plain(pipeline, family, crop, everything), setting)
    flops = operations_of(lambda: plain(pipeline, family, crop, everything))
    switch = switched(pipeline)
    accelerate(pipeline, setting.compiler)
    window = timed(lambda: replaced(painter, photo, mask), setting)
    full = timed(lambda: painter.paint(crop, everything, Brief(PROMPT, 1)), setting)
    watched = timed(lambda: painter.paint(crop, everything, Brief(PROMPT, 1), Audience(ignore, ignore)), setting)
    batches = [timed(lambda n=n: variations(painter, crop, everything, n), setting) for n in setting.batches]

    closer, faster = whole.seconds / window.seconds, eager.seconds / full.seconds
    cost, reached = watched.seconds / full.seconds - 1, flops / full.seconds / ceiling(setting)
    print(f"{name}, {family.steps} steps")
    print(f"  large photo   {line(window)}, plainly {line(whole)}: {closer:.1f} times faster (goal {WINDOW_GOAL})")
    print(f"  full crop     {line(full)}, eager {line(eager)}: {faster:.2f} times faster (goal {GOALS.get(name, 1)})")
    print(f"  of the ceiling {reached:.0%}, previews {cost:+.1%}, loaded in {switch:.2f} s")
    each = (
        f"{n}: {run.seconds / n:.3f} s {run.peak / GIGABYTE:.1f} GB"
        for n, run in zip(setting.batches, batches, strict=True)
    )
    print(f"  a picture in a batch of {'; '.join(each)}")
    return closer >= WINDOW_GOAL and faster >= GOALS.get(name, 1) and cost <= PREVIEW_GOAL


def line(run: Run) -> str:
    return f"{run.seconds:.3f} s {run.peak / GIGABYTE:.1f} GB"


def main(arguments: list[str]) -> None:
    """Print all. Raises: SystemExit without a GPU, or a wrong name."""
    torch: Any = import_module("torch")
    setting = TINY if "--tiny" in arguments else REAL
    names = [name for name in arguments if name != "--tiny"] or list(MODELS)
    if unknown := set(names) - set(MODELS):
        raise SystemExit(f"no such model: {', '.join(unknown)}")
    if setting is REAL and not torch.cuda.is_available():
        raise SystemExit("no GPU: nothing was measured")
    print(torch.cuda.get_device_name() if setting is REAL else "tiny models on the CPU: the figures mean nothing")
    met = [report(name, setting) for name in names]
    print(f"all goals met: {'yes' if all(met) else 'NO'}")


if __name__ == "__main__":
    main(sys.argv[1:])
