"""IoU of the regions that phrases find, against masks drawn by people: `uv run python benchmarks/regions.py`.

For each frame of DATA/masks/manifest.jsonl (image, mask, phrase): what the detector and the classic segmenter make of
the phrase, beside the detector's box as it is, cv2.grabCut seeded by that box alone, and the Grounder with no weights.
Where the words leave several regions, the best is measured; where nothing is found, the IoU is 0.

Frames of one sequence are nearly the same picture, so the spread is told by leaving each sequence out in turn. None of
the DAVIS frames here is held out: the segmenter, the words that choose and the second look were all made with them in
sight, the segmenter also with 76 photos of other sources, on which every change that was kept had to help too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.data import Box, Click, Image, Mask, Region
from engine.errors import NotGrounded
from engine.fakes import BoxSegmenter
from engine.grounding import Grounder
from engine.grounding.yolox import YoloxDetector, classes_of
from engine.planner import parse_target

ROOT = Path(__file__).parents[2] / "shared"
GRABCUT_ROUNDS = 5
METHODS = ("yolox+classic", "box", "grabcut", "weightless")


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """A picture, what a phrase means in it, and whether the detector was taught the phrase's noun."""

    name: str
    phrase: str
    image: Image
    truth: Mask
    known: bool


def frames(folder: Path) -> list[Frame]:
    """The frames of the manifest, in its order."""
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    return [
        Frame(row["image"], row["phrase"], _image(folder / row["image"]), _mask(folder / row["mask"]),
              bool(classes_of(row["phrase"])))
        for row in rows
    ]  # fmt: skip


def _image(path: Path) -> Image:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)


def _mask(path: Path) -> Mask:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8) > 127


def found(grounder: Grounder, frame: Frame) -> tuple[Region, ...]:
    """The regions that the phrase means; the best where it leaves several."""
    try:
        located = grounder.locate(frame.image, parse_target(frame.phrase))
    except NotGrounded:
        return ()
    return located.chosen or located.regions[:1]


def union_of(regions: tuple[Region, ...], image: Image) -> Mask:
    """Every pixel of any of the regions."""
    masks = [region.on(*image.shape[:2]) for region in regions]
    return np.logical_or.reduce(masks) if masks else np.zeros(image.shape[:2], np.bool_)


def rectangle_cut(image: Image, box: Box) -> Mask:
    """What cv2.grabCut makes of a rectangle and nothing else."""
    if box.width >= image.shape[1] - 1 and box.height >= image.shape[0] - 1:
        return Region(box, 1.0, "", "").on(*image.shape[:2])
    labels = np.zeros(image.shape[:2], np.uint8)
    cv2.setRNGSeed(1)
    where = (box.x0, box.y0, box.width, box.height)
    cv2.grabCut(image, labels, where, np.zeros((1, 65)), np.zeros((1, 65)), GRABCUT_ROUNDS, cv2.GC_INIT_WITH_RECT)
    return (labels & 1).astype(np.bool_)


def iou(one: Mask, other: Mask) -> float:
    """Intersection over union."""
    return float(np.count_nonzero(one & other) / max(np.count_nonzero(one | other), 1))


class RectangleGrabCut:
    """A segmenter that is cv2.grabCut on the rectangle."""

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        """GrabCut's foreground in the box."""
        return rectangle_cut(image, box or Box(0, 0, image.shape[1], image.shape[0]))


def overlay(image: Image, mask: Mask, truth: Mask) -> Image:
    """Found and true as they are, missed in blue, wrongly taken in red, the rest dimmed."""
    shown = image // 3
    shown[mask & truth] = image[mask & truth]
    shown[truth & ~mask] = (40, 90, 255)
    shown[mask & ~truth] = (255, 50, 40)
    return np.asarray(shown, np.uint8)


def measure(frame: Frame, grounders: dict[str, Grounder], overlays: Path | None) -> dict[str, float]:
    """IoU by method, and the milliseconds that the first took: of the clock, and of all processors together."""
    start, busy = time.perf_counter(), time.process_time()
    masks = {"yolox+classic": union_of(found(grounders["yolox+classic"], frame), frame.image)}
    took, worked = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - busy)
    masks |= {name: union_of(found(grounders[name], frame), frame.image) for name in METHODS[1:]}
    if overlays is not None:
        picture = overlay(frame.image, masks["yolox+classic"], frame.truth)
        cv2.imwrite(str(overlays / Path(frame.name).with_suffix(".png").name), picture[..., ::-1])
    return {**{name: iou(mask, frame.truth) for name, mask in masks.items()}, "ms": took, "cpu": worked}


def sequence_of(name: str) -> str:
    """The sequence that a frame is of."""
    return name.rpartition("_")[0]


def by_sequence(rows: list[tuple[Frame, dict[str, float]]]) -> None:
    """One line a sequence: its mean, and what mean and median are left without it; of the first method."""
    method = METHODS[0]
    print(f"\n{method} by sequence:            mean   without it: mean  median")
    for sequence in dict.fromkeys(sequence_of(frame.name) for frame, _ in rows):
        mine = [row[method] for frame, row in rows if sequence_of(frame.name) == sequence]
        rest = [row[method] for frame, row in rows if sequence_of(frame.name) != sequence] or mine
        print(
            f"  {sequence:32} {statistics.mean(mine):.3f} {statistics.mean(rest):17.3f} {statistics.median(rest):7.3f}"
        )


def report(title: str, rows: list[dict[str, float]]) -> None:
    """One line a method: mean and median."""
    print(f"\n{title}: {len(rows)} frames")
    for name in METHODS if rows else ():
        values = [row[name] for row in rows]
        print(f"  {name:14} mean {statistics.mean(values):.3f}   median {statistics.median(values):.3f}")


def main() -> None:
    default = Path(os.environ.get("RETOUCH_DATA", ROOT / "data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=default)
    parser.add_argument("--weights", type=Path, default=ROOT / "weights" / "yolox_nano.onnx")
    parser.add_argument("--overlays", type=Path, help="folder for one picture a frame")
    options = parser.parse_args()
    if options.overlays:
        options.overlays.mkdir(parents=True, exist_ok=True)
    detector = YoloxDetector(options.weights)
    grounders = {
        "yolox+classic": Grounder([detector]),
        "box": Grounder([detector], BoxSegmenter()),
        "grabcut": Grounder([detector], RectangleGrabCut()),
        "weightless": Grounder(),
    }
    print(f"{'frame':28} {'phrase':30} " + " ".join(f"{name:>13}" for name in (*METHODS, "ms", "cpu ms")))
    rows: list[tuple[Frame, dict[str, float]]] = []
    for frame in frames(options.data / "masks"):
        row = measure(frame, grounders, options.overlays)
        rows.append((frame, row))
        figures = " ".join(f"{row[name]:13.2f}" for name in METHODS) + f" {row['ms']:13.0f} {row['cpu']:13.0f}"
        print(f"{frame.name:28} {frame.phrase + ('' if frame.known else ' *'):30} {figures}")
    report("In the detector's vocabulary", [row for frame, row in rows if frame.known])
    report("All (* = not in the vocabulary)", [row for _, row in rows])
    by_sequence([(frame, row) for frame, row in rows if frame.known])
    took, worked = (statistics.median(row[unit] for _, row in rows) for unit in ("ms", "cpu"))
    print(f"\nmedian time of {METHODS[0]}: {took:.0f} ms, {worked:.0f} ms of processors")


if __name__ == "__main__":
    main()
