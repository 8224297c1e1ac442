"""What generation costs on a GPU, models at their real size with random weights, against diffusers called plainly.

For each model, with the same steps, after a warm-up, as medians; words and pixels are new each time, but where said:
- a thing on a 12 MP photo is replaced under a mask of a twentieth of it. Ours shows the model a window around the mask
  at the model's own size; the plain way hands diffusers the whole photo, at its own size;
- a whole picture of the model's own size is painted, accelerated, and with eager diffusers in bfloat16;
- what previews add to that, which share of the measured ceiling of matrix multiplication it reaches, the peak memory;
- how long it takes until another model is ready, and what a picture costs in batches of 1, 2, 4 and 8;
- how long the first picture waits for the compiler, in the first process and in one that finds its results on the disk,
  and the first of another shape;
- the same picture with another seed, whose latents are known;
- with steps cached: random weights tell what a skipped step costs, not how many could be;
- in 8 bits, against the same eager bfloat16.

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
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from string import ascii_lowercase
from typing import Any, NamedTuple

import numpy as np
from PIL import Image as PillowImage

from benchmarks.real_sizes import MODELS, at_real_size, tiny
from engine.data import Image, Mask, Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.errors import BadOption
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.acceleration import TUNING, accelerate, fuse
from engine.inpainting.diffusion.float8 import quantise, require_float8
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.residency import RESIDENT, network_of
from engine.inpainting.diffusion.settings import Family, family_of
from engine.operations import Replace, Target
from engine.protocols import Audience, Brief, Progress

SHARE = 0.05
"""Of the photo, that the mask covers."""
GOALS = {"sdxl": 1.7, "flux-fill": 1.55}
"""How many times faster than eager diffusers, by model."""
FLOAT8_GOALS = {"flux-fill": 2.5}
"""The same in 8 bits."""
STEP_CACHING = 0.08
WINDOW_GOAL = 8
PREVIEW_GOAL = 0.05
PROMPT = "a wooden bench"
PATCH = 8
"""The side, px, of what is new in a picture."""
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


@dataclass
class Case:
    """A model, and pictures for it that are new whenever they are looked at."""

    pipeline: Any
    family: Family
    painter: DiffusionPainter
    setting: Setting
    looks: int = 0
    photo: Image = field(init=False)
    mask: Mask = field(init=False)
    """A round thing on the photo."""
    crop: Image = field(init=False)
    everything: Mask = field(init=False)
    """All of the crop but a corner: of a picture that is all hole the model sees nothing."""

    def __post_init__(self) -> None:
        height, width, side = self.setting.height, self.setting.width, self.painter.side
        grain = np.random.default_rng(7).normal(0, 6, (height, width, 1))
        slope = np.linspace((60, 90, 140), (190, 170, 120), height)[:, None, :]
        y, x = np.ogrid[:height, :width]
        self.photo = np.clip(slope + grain, 0, 255).astype(np.uint8)
        disc = (y - height // 2) ** 2 + (x - width // 3) ** 2 < SHARE * height * width / np.pi
        self.mask = np.asarray(disc, np.bool_)
        self.crop = np.ascontiguousarray(self.photo[:side, :side])
        self.everything = np.ones(self.crop.shape[:2], np.bool_)
        self.everything[:PATCH, :PATCH] = False

    def words(self) -> str:
        """A prompt, and pictures, that no cache has met."""
        self.looks += 1
        colour = np.random.default_rng(self.looks).integers(0, 256, 3, dtype=np.uint8)
        radius = (SHARE * self.mask.size / np.pi) ** 0.5
        top, left = int(self.mask.shape[0] / 2 - 1.5 * radius), self.mask.shape[1] // 3
        self.photo[top : top + PATCH, left : left + PATCH] = colour
        self.crop[:PATCH, :PATCH] = colour
        return f"{PROMPT} {ascii_lowercase[self.looks % len(ascii_lowercase)]}"

    def replaced(self) -> None:
        """The whole edit by Retouch."""
        editor = Editor(FixedGrounder({}).locate, FillInpainter(), lambda _: self.painter)
        operation = Replace(target=Target(previous=True), prompt=self.words())
        done = editor.edit(EditRequest(Picture(self.photo), (operation,), seed=1, mask=self.mask))
        assert done.outside_changed == 0

    def painted(self, progress: Progress = lambda _: None) -> None:
        """The crop made anew."""
        brief = Brief(self.words(), 1)
        self.painter.paint(self.crop, self.everything, brief, progress)

    def plainly(self, photo: Image, mask: Mask) -> None:
        """The whole picture by diffusers alone."""
        height, width = (length // 16 * 16 for length in mask.shape)
        self.pipeline(
            prompt=self.words(),
            image=PillowImage.fromarray(photo[:height, :width]),
            mask_image=PillowImage.fromarray(mask[:height, :width]),
            height=height,
            width=width,
            strength=self.family.strongest,
            num_inference_steps=self.family.steps,
            guidance_scale=self.family.guidance_scale,
        )

    def variations(self, count: int) -> None:
        """So many pictures at the same time."""
        words = self.words()

        def one(seed: int) -> Image:
            return self.painter.paint(self.crop, self.everything, Brief(words, seed), Audience(ignore, company=count))

        with ThreadPoolExecutor(count) as pool:
            list(pool.map(one, range(count)))


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


def case_of(name: str, setting: Setting) -> Case:
    pipeline = at_real_size(name, setting.device) if setting is REAL else tiny(name)
    family = family_of(type(pipeline).__name__)
    if setting.steps:
        family = Family(setting.steps, family.guidance_scale, strongest=family.strongest)
    painter = DiffusionPainter(pipeline, family)
    painter.side = setting.side or painter.side
    return Case(pipeline, family, painter, setting)


def report(name: str, setting: Setting) -> bool:
    """Print one model's lines; whether it meets the goals."""
    case = case_of(name, setting)
    print(f"{name}, {case.family.steps} steps")
    whole = timed(lambda: case.plainly(case.photo, case.mask), setting)
    eager = timed(lambda: case.plainly(case.crop, case.everything), setting)
    flops = operations_of(lambda: case.plainly(case.crop, case.everything))
    print(f"  loaded in     {switched(case.pipeline):.2f} s")
    compiled(case)
    met = [in_a_window(case, whole), in_full(case, eager, flops, GOALS.get(name, 1))]
    batches(case)
    with_cached_steps(case)
    met.append(in_float8(case, eager, FLOAT8_GOALS.get(name, 1)))
    return all(met)


def compiled(case: Case) -> None:
    """Accelerate it, and tell how long its first pictures wait for that."""
    torch: Any = import_module("torch")
    fuse(case.pipeline)
    accelerate(case.pipeline, case.setting.compiler)
    cold, again = once(case.painted), once(case.painted)
    torch.compiler.reset()
    warm = once(case.painted)
    case.crop, whole = case.crop[: case.painter.side * 3 // 4], case.crop
    case.everything, everything = case.everything[: len(case.crop)], case.everything
    other = once(case.painted)
    case.crop, case.everything = whole, everything
    print(f"  first picture {cold:.2f} s, with the compiler's cache {warm:.2f} s, later {again:.3f} s")
    print(f"  first of another shape {other:.3f} s")


def once(way: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def in_a_window(case: Case, whole: Run) -> bool:
    window = timed(case.replaced, case.setting)
    closer = whole.seconds / window.seconds
    print(f"  large photo   {line(window)}, plainly {line(whole)}: {closer:.1f} times faster (goal {WINDOW_GOAL})")
    return closer >= WINDOW_GOAL


def in_full(case: Case, eager: Run, flops: int, goal: float) -> bool:
    full = timed(case.painted, case.setting)
    watched = timed(lambda: case.painted(Audience(ignore, ignore)), case.setting)
    known = timed(lambda: case.painter.paint(case.crop, case.everything, Brief(PROMPT, 2)), case.setting)
    faster, cost = eager.seconds / full.seconds, watched.seconds / full.seconds - 1
    reached = flops / full.seconds / ceiling(case.setting)
    print(f"  full crop     {line(full)}, eager {line(eager)}: {faster:.2f} times faster (goal {goal})")
    print(f"  of the ceiling {reached:.0%}, previews {cost:+.1%}, known words and latents {line(known)}")
    return faster >= goal and cost <= PREVIEW_GOAL


def batches(case: Case) -> None:
    runs = [(count, timed(partial(case.variations, count), case.setting)) for count in case.setting.batches]
    each = (f"{count}: {run.seconds / count:.3f} s {run.peak / GIGABYTE:.1f} GB" for count, run in runs)
    print(f"  a picture in a batch of {'; '.join(each)}")


def with_cached_steps(case: Case) -> None:
    """Nothing for a network that cannot."""
    network = network_of(case.pipeline)
    if not hasattr(network, "enable_cache"):
        return
    last = network.single_transformer_blocks[-1]
    forward, ran = last.forward, list[int]()

    def counted(*features: Any, **more: Any) -> Any:
        ran.append(case.looks)
        return forward(*features, **more)

    TUNING.step_caching, last.forward = STEP_CACHING, counted
    try:
        cached = timed(case.painted, case.setting)
    finally:
        TUNING.step_caching, last.forward = 0.0, forward
    full = ran.count(case.looks)
    print(f"  steps cached  {line(cached)} with {full} of {case.family.steps} steps in full")


def in_float8(case: Case, eager: Run, goal: float) -> bool:
    """Also true where the GPU cannot."""
    if case.setting.device == "cuda":
        try:
            require_float8()
        except BadOption:
            print("  in 8 bits     not on this GPU")
            return True
    quantise(network_of(case.pipeline), case.setting.device)
    run = timed(case.painted, case.setting)
    faster = eager.seconds / run.seconds
    print(f"  in 8 bits     {line(run)}: {faster:.2f} times faster (goal {goal})")
    return faster >= goal


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
