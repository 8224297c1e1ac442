"""How long erasers take: LaMa at its real size with random weights, the fill without weights, OpenCV's Telea.

Run: python -m benchmarks.erasers [--threads N] (needs the extra `gpu`; on a GPU where there is one). Round holes of 5 %
in drawn noise: with random weights the pictures mean nothing, the work is the same. Per picture: seconds of the better
of two runs after a first one, by the clock and of all processors, and the longest side the model was shown. Each method
runs in a process of its own, whose memory at its peak, models and libraries included, comes last (on a GPU: its own).
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.data import Image, Mask
from engine.inpainting.exemplar import ExemplarInpainter
from engine.inpainting.lama import ModelEraser
from engine.protocols import Inpainter, Progress
from engine.torch_edge import best_device

SIZES = {"512": (512, 512), "1024": (1024, 1024), "12 MP": (3000, 4000)}
HOLE = 0.05
"""Share of the picture."""


class Telea:
    """OpenCV's, as an Inpainter."""

    def inpaint(self, image: Image, mask: Mask, seed: int, *, progress: Progress | None = None) -> Image:
        """See `engine.protocols.Inpainter`."""
        return np.asarray(cv2.inpaint(image, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA), np.uint8)


def scene(height: int, width: int) -> tuple[Image, Mask]:
    rough = np.random.default_rng(0).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    image = np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    canvas = np.zeros((height, width), np.uint8)
    cv2.circle(canvas, (width // 2, height // 2), round((HOLE * height * width / np.pi) ** 0.5), 1, -1)
    return image, canvas > 0


def save_lama(path: Path) -> None:
    """LaMa's weights, random."""
    torch: Any = import_module("torch")
    architectures: Any = import_module("spandrel.architectures.LaMa")
    torch.manual_seed(0)
    torch.save(architectures.LaMa(in_nc=4, out_nc=3).state_dict(), path)


@dataclass(frozen=True)
class Figures:
    """Of one picture."""

    seconds: float
    processor_seconds: float
    shown: int
    """The longest side, px, that a model saw; 0: no model."""


def measured(eraser: Inpainter, shown: list[tuple[int, ...]]) -> dict[str, Figures]:
    results: dict[str, Figures] = {}
    for name, (height, width) in SIZES.items():
        image, mask = scene(height, width)
        shown.clear()
        filled = eraser.inpaint(image, mask, 0)
        assert np.array_equal(filled[~mask], image[~mask])
        runs: list[tuple[float, float]] = []
        for _ in range(2):
            start = time.perf_counter(), time.process_time()
            eraser.inpaint(image, mask, 0)
            runs.append((time.perf_counter() - start[0], time.process_time() - start[1]))
        results[name] = Figures(*min(runs), max((max(shape) for shape in shown), default=0))
    return results


def work(method: str, weights: Path, threads: int, answer: Connection) -> None:
    cv2.setNumThreads(threads)
    shown: list[tuple[int, ...]] = []
    if method == "LaMa":
        torch: Any = import_module("torch")
        torch.set_num_threads(threads)
        lama: Any = import_module("spandrel.architectures.LaMa").LaMa
        forward: Any = lama.forward

        def watched(self: Any, image: Any, mask: Any) -> Any:
            shown.append(tuple(image.shape[2:]))
            return forward(self, image, mask)

        lama.forward = watched
        eraser: Inpainter = ModelEraser(weights)
    else:
        eraser = Telea() if method == "Telea" else ExemplarInpainter()
    answer.send((measured(eraser, shown), peak()))


def peak() -> int:
    """Bytes held at most: by the GPU where there is one, else by this process."""
    if "torch" in sys.modules and sys.modules["torch"].cuda.is_available():
        return int(sys.modules["torch"].cuda.max_memory_allocated())
    status = Path("/proc/self/status")
    if status.exists():
        # The kernel's own high-water mark; getrusage also counts what the parent had when it forked.
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if "VmHWM" in line)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    print(f"on {best_device()[0]}, {options.threads} threads, a hole of {HOLE:.0%}")
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "lama.pth"
        save_lama(weights)
        for method in ("Telea", "exemplar", "LaMa"):
            here, there = context.Pipe()
            child = context.Process(target=work, args=(method, weights, options.threads, there))
            child.start()
            results, memory = here.recv()
            child.join()
            for name, figures in results.items():
                seen = f"  shown at {figures.shown} px" if figures.shown else ""
                times = f"{figures.seconds:9.2f} s{figures.processor_seconds:9.2f} s of processors"
                print(f"{method:9}{name:>6}{times}{seen}")
            print(f"{method:9}  peak {memory / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
