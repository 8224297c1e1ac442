"""A whole "make the red car blue" at 1024 px, stage by stage, from file to file. Medians of ten.

The picture is drawn: a red car body on a textured street, 1024 x 1024, so that anyone can repeat the figure.
"""

from __future__ import annotations

import statistics
import time

import cv2
import numpy as np

from engine.clock import Clock
from engine.data import Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.grounding.router import Grounder
from engine.imageio import decode, encode
from engine.inpainting.exemplar import ExemplarInpainter
from engine.operations import Context
from engine.planner import RulesPlanner

RUNS = 10
SIDE = 1024
STAGES = ("decode", "plan", "ground", "edit", "composite", "encode", "total")


def street() -> Picture:
    """A red car with wheels and windows on grey asphalt."""
    rng = np.random.default_rng(3)
    noise = cv2.GaussianBlur(rng.normal(120, 40, (SIDE, SIDE, 1)).astype(np.float32), (0, 0), 2)
    image = np.repeat(noise[:, :, None], 3, axis=2).clip(0, 255).astype(np.uint8)
    cv2.rectangle(image, (220, 520), (800, 660), (190, 24, 30), -1)
    cv2.fillPoly(image, [np.array([[330, 520], [420, 420], [640, 420], [720, 520]])], (170, 20, 26))
    cv2.fillPoly(image, [np.array([[365, 515], [435, 440], [520, 440], [520, 515]])], (40, 50, 60))
    for x in (340, 680):
        cv2.circle(image, (x, 660), 62, (18, 18, 20), -1)
    return Picture(image)


def one_edit(photo: bytes, editor: Editor) -> dict[str, float]:
    """Milliseconds by stage of one edit."""
    clock = Clock()
    start = time.perf_counter()
    with clock("decode"):
        picture = decode(photo).picture
    with clock("plan"):
        plan = RulesPlanner().plan("make the red car blue", Context())
    done = editor.edit(EditRequest(picture, plan.operations))  # type: ignore[arg-type]
    with clock("encode"):
        encode(done.picture, "png")
    clock.add("total", 1000 * (time.perf_counter() - start))
    return {**clock.stages, **done.timings_ms}


def main() -> None:
    photo, editor = encode(street(), "jpeg"), Editor(Grounder().locate, ExemplarInpainter())
    one_edit(photo, editor)
    runs = [one_edit(photo, editor) for _ in range(RUNS)]
    total = statistics.median(run["total"] for run in runs)
    for stage in STAGES:
        median = statistics.median(run.get(stage, 0.0) for run in runs)
        print(f"{stage:10} {median:7.1f} ms   {median / total:5.0%}")


if __name__ == "__main__":
    main()
