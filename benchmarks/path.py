"""The whole path of an edit without a model, against the plain Pillow and numpy way, in the same run.

Both decode the same JPEG, blend the same edit of a tenth of the picture through the same mask, feathered by the same
sigma, and encode the result as a PNG. Medians of ten runs in a row, after one that is not counted:
`uv run python benchmarks/path.py`.
"""

from __future__ import annotations

import io
import os
import statistics
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFilter

from engine.composite import paste
from engine.data import Image, Mask, Picture
from engine.geometry import bounding_box, grow_box
from engine.imageio import decode, encode
from engine.masks import feather

ROUNDS = 10
SIZES = ((1024, 1024), (4000, 3000))
"""Width and height, px."""
SIGMA = 8
TENT = 19
"""Half the width, px, of the tent kernel of `feather` whose standard deviation is SIGMA."""
GOAL = 20
STAGES = ("decode", "composite", "encode")


class Case(NamedTuple):
    """What both ways are given."""

    jpeg: bytes
    mask: Mask
    edited: Image


class Run(NamedTuple):
    """What one way took and made."""

    seconds: tuple[float, ...]
    png: bytes


def photo(width: int, height: int) -> tuple[str, PillowImage.Image]:
    """A real photo, resized, or a drawn scene with texture where there is none at hand."""
    data = Path(os.environ.get("RETOUCH_DATA") or Path(__file__).parents[2] / "shared" / "data")
    for path in sorted((data / "photos").glob("*.jp*g"))[:1]:
        return path.name, PillowImage.open(path).convert("RGB").resize((width, height), PillowImage.Resampling.BICUBIC)
    grain = np.random.default_rng(7).normal(0, 4, (height, width, 1))
    slope = np.linspace((60, 90, 140), (190, 170, 120), height)[:, None, :]
    scene = PillowImage.fromarray(np.clip(slope + grain, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(scene)
    for step in range(24):
        x, y = width * (step * 7 % 24) // 24, height * (step * 5 % 24) // 24
        pen.ellipse((x, y, x + width // 9, y + height // 12), fill=(step * 10, 200 - step * 6, 90 + step * 5))
    return "a drawn scene", scene.filter(ImageFilter.GaussianBlur(1))


def case(picture: PillowImage.Image) -> Case:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=92)
    ellipse = PillowImage.new("1", picture.size)
    middle_x, middle_y, share = picture.width // 2, picture.height // 2, (0.1 / np.pi) ** 0.5
    reach_x, reach_y = share * picture.width, share * picture.height
    ImageDraw.Draw(ellipse).ellipse((middle_x - reach_x, middle_y - reach_y, middle_x + reach_x, middle_y + reach_y), 1)
    return Case(written.getvalue(), np.array(ellipse), np.array(picture)[..., ::-1].copy())


def ours(given: Case) -> Run:
    start = time.perf_counter()
    parent = decode(given.jpeg).picture
    decoded = time.perf_counter()
    box = bounding_box(given.mask)
    assert box is not None
    window = grow_box(box, TENT, parent.height, parent.width)
    alpha = feather(given.mask[window.slices], TENT)
    rgb = paste(parent.rgb, window, given.edited[window.slices], alpha)
    pasted = time.perf_counter()
    png = encode(Picture(rgb), "png")
    return Run((decoded - start, pasted - decoded, time.perf_counter() - pasted), png)


def plain(given: Case, **options: int) -> Run:
    start = time.perf_counter()
    image = PillowImage.open(io.BytesIO(given.jpeg)).convert("RGB")
    decoded = time.perf_counter()
    soft = PillowImage.fromarray(given.mask.astype(np.uint8) * 255).filter(ImageFilter.GaussianBlur(SIGMA))
    alpha = np.asarray(soft, np.float32)[..., None] / 255
    blended = np.asarray(image, np.float32) * (1 - alpha) + given.edited.astype(np.float32) * alpha
    result = PillowImage.fromarray((blended + 0.5).astype(np.uint8))
    pasted = time.perf_counter()
    written = io.BytesIO()
    result.save(written, "PNG", **options)
    return Run((decoded - start, pasted - decoded, time.perf_counter() - pasted), written.getvalue())


def report(width: int, height: int) -> bool:
    """Print one size's table; whether it meets the goal."""
    name, picture = photo(width, height)
    given = case(picture)
    ways = (lambda: plain(given), lambda: plain(given, compress_level=1), lambda: ours(given))
    rounds = list(zip(*([way() for _ in range(ROUNDS + 1)][1:] for way in ways), strict=True))
    print(f"\n{width} x {height}, {name}; ms")
    row("", "plain", "level 1", "ours", "plain/ours", "level 1/ours")
    faster = 0.0
    for stage in (*STAGES, "total"):
        default, fast, own = (statistics.median(milliseconds(one[k], stage) for one in rounds) for k in range(3))
        faster = default / own
        row(stage, f"{default:.1f}", f"{fast:.1f}", f"{own:.1f}", f"{faster:.1f}", f"{fast / own:.1f}")
    default, fast, own = (len(run.png) for run in rounds[0])
    row("PNG bytes", f"{default}", f"{fast}", f"{own}", f"{default / own:.3f}", f"{fast / own:.3f}")
    return faster >= GOAL and own <= fast


def milliseconds(run: Run, stage: str) -> float:
    """Milliseconds of a stage, or of all of them."""
    return 1000 * (sum(run.seconds) if stage == "total" else run.seconds[STAGES.index(stage)])


def row(first: str, *cells: str) -> None:
    print(f"{first:10}" + "".join(f"{cell:>14}" for cell in cells))


def main() -> None:
    met = [report(width, height) for width, height in SIZES]
    print(f"\n{GOAL} times faster at every size, PNG no larger than Pillow's level 1: {'yes' if all(met) else 'NO'}")


if __name__ == "__main__":
    main()
