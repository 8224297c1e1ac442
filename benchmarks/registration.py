"""What of an edit is found in a redrawn photo: `uv run python benchmarks/registration.py [DATA] [--overlays FOLDER]`.

Instruction models give back the whole picture, redrawn. Real photos are edited in a place that is known, then redrawn
as such models do: shifted, zoomed and stretched a little, softened unevenly, drifted in colour, with texture that is
not quite the old one and the blocks of a JPEG. Measured at full resolution, by kind of edit: IoU of the region that is
found with the one that was edited; how much of the edited region is found; and how much of the picture, beyond a
border of 1 % of its side, is found where nothing was edited. Every case is drawn by its own seed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Image, Mask
from engine.inpainting.exemplar import ExemplarInpainter
from engine.masks import grow
from engine.registration import changed_region, registered

ROOT = Path(__file__).parents[2] / "shared"
PHOTOS = 8
BORDER = 0.01
"""Of the longer side: how far past the edited region may be found at no fault."""


@dataclass(frozen=True, eq=False, slots=True)
class Case:
    """A photo, the photo edited in a place, and the place."""

    name: str
    kind: str
    photo: Image
    edited: Image
    truth: Mask


def redrawn(image: Image, rng: np.random.Generator) -> Image:
    """The picture as a model gives it back that was not asked to change it."""
    height, width = image.shape[:2]
    zoom, stretch = rng.uniform(0.97, 1.03), rng.uniform(-0.01, 0.01)
    across, down = zoom * (1 + stretch), zoom * (1 - stretch)
    left, top = (1 - across) * width / 2 + rng.uniform(-8, 8), (1 - down) * height / 2 + rng.uniform(-8, 8)
    steps = np.array([[across, 0, left], [0, down, top]], np.float64)
    moved = cv2.warpAffine(image, steps, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    loose = _textured(_swayed(np.asarray(moved, np.uint8), rng), rng)
    soft = cv2.GaussianBlur(loose, (0, 0), 1.3)
    share = _field(height, width, rng)[:, :, None]
    blurred = loose * (1 - share) + soft * share
    gain, shift = rng.uniform(0.95, 1.05, 3), rng.uniform(-5, 5, 3)
    drifted = 255 * np.clip((blurred * gain + shift) / 255, 0, 1) ** rng.uniform(0.93, 1.07)
    quality = int(rng.integers(70, 92))
    _, packed = cv2.imencode(".jpg", np.rint(drifted).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _swayed(image: Image, rng: np.random.Generator) -> Image:
    """Everything up to about a pixel off its place, smoothly."""
    height, width = image.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across, down = ((_field(height, width, rng) - 0.5) * 2.5 for _ in range(2))
    swayed = cv2.remap(image, x + across, y + down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(swayed, np.uint8)


def _textured(image: Image, rng: np.random.Generator) -> NDArray[np.float32]:
    """Some of the fine texture exchanged for other texture of the same strength."""
    floats = image.astype(np.float32)
    fine = floats - np.asarray(cv2.GaussianBlur(floats, (0, 0), 1.5), np.float32)
    energy = np.asarray(cv2.GaussianBlur(np.square(fine).mean(axis=2), (0, 0), 4), np.float32)
    strength = np.sqrt(energy)[:, :, None]
    invented = cv2.GaussianBlur(rng.normal(0, 1, floats.shape).astype(np.float32), (0, 0), 0.8)
    return np.asarray(floats - 0.5 * fine + 1.2 * strength * invented, np.float32)


def _field(height: int, width: int, rng: np.random.Generator) -> Alpha:
    """(height, width) in [0, 1], varying slowly."""
    coarse = rng.uniform(0, 1, (6, 8)).astype(np.float32)
    return np.asarray(np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1), np.float32)


def blob(height: int, width: int, share: float, rng: np.random.Generator) -> Mask:
    """An uneven round region of that share of the picture, inside it."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    ratio = rng.uniform(0.7, 1.4)
    radius = float(np.sqrt(share * height * width / np.pi))
    across, down = min(radius * ratio, 0.49 * width), min(radius / ratio, 0.49 * height)
    centre = rng.uniform(across, width - across), rng.uniform(down, height - down)
    angle = np.arctan2((y - centre[1]) / down, (x - centre[0]) / across)
    rim = 1 + 0.12 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.06 * np.sin(7 * angle + rng.uniform(0, 6))
    return np.asarray(np.hypot((x - centre[0]) / across, (y - centre[1]) / down) < rim, np.bool_)


def recoloured(photo: Image, region: Mask, rng: np.random.Generator) -> Image:
    """Another hue for the region, at its own lightness."""
    lab = cv2.cvtColor(photo, cv2.COLOR_RGB2LAB).astype(np.float32)
    direction = rng.uniform(0, 2 * np.pi)
    lab[region, 1] += 38 * np.cos(direction)
    lab[region, 2] += 38 * np.sin(direction)
    return np.asarray(cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), np.uint8)


def relit(photo: Image, region: Mask, rng: np.random.Generator) -> Image:
    """More or less light on the region, falling off at its border."""
    weight = cv2.GaussianBlur(region.astype(np.float32), (0, 0), 0.01 * max(region.shape))[:, :, None]
    lit = 255 * (photo / 255) ** rng.choice([0.55, 1.8])
    return np.rint(photo * (1 - weight) + lit * weight).astype(np.uint8)


def pasted(photo: Image, region: Mask, other: Image) -> Image:
    """What another photo shows there."""
    scene = cv2.resize(other, (photo.shape[1], photo.shape[0]), interpolation=cv2.INTER_AREA)
    edited = photo.copy()
    edited[region] = scene[region]
    return edited


def cases(data: Path) -> Iterator[Case]:
    """Every kind of edit on some photos, and things that people outlined, removed and recoloured."""
    rng = np.random.default_rng(11)
    every = sorted((data / "photos").glob("*.jp*g"))
    paths = every[:: max(1, len(every) // PHOTOS)][:PHOTOS]
    photos = [_read(path) for path in paths]
    edits: list[tuple[str, float, Callable[[Image, Mask, Image], Image]]] = [
        ("recolour 6 %", 0.06, lambda photo, region, _: recoloured(photo, region, rng)),
        ("relight 4 %", 0.04, lambda photo, region, _: relit(photo, region, rng)),
        ("paste 1 %", 0.01, pasted),
        ("paste 8 %", 0.08, pasted),
        ("paste 40 %", 0.4, pasted),
    ]
    for number, (path, photo) in enumerate(zip(paths, photos, strict=True)):
        other = photos[(number + 1) % len(photos)]
        for kind, share, edit in edits:
            region = blob(photo.shape[0], photo.shape[1], share, rng)
            yield Case(path.stem, kind, photo, edit(photo, region, other), region)
        yield Case(path.stem, "nothing", photo, photo, np.zeros(photo.shape[:2], np.bool_))
    for path in sorted((data / "masks").glob("*_00010.jpg"))[:PHOTOS]:
        photo, outline = _read(path), _read(path.with_name(f"{path.stem}_mask.png"))
        thing = np.greater(outline[:, :, 0], 127)
        hole = grow(thing, 5)
        yield Case(path.stem, "remove thing", photo, ExemplarInpainter().inpaint(photo, hole, 1), hole)
        yield Case(path.stem, "recolour thing", photo, recoloured(photo, thing, rng), thing)


def _read(path: Path) -> Image:
    return np.asarray(cv2.cvtColor(np.asarray(cv2.imread(str(path))), cv2.COLOR_BGR2RGB), np.uint8)


@dataclass(frozen=True, slots=True)
class Score:
    """How well a region was found."""

    overlap: float
    found: float
    false: float
    seconds: float


def measured(case: Case, seed: int, overlays: Path | None) -> Score:
    """One case, redrawn and searched; where there is a folder, with what was found outlined in red, the truth green."""
    repainted = redrawn(case.edited, np.random.default_rng(seed))
    start = time.perf_counter()
    region = changed_region(registered(repainted, case.photo), case.photo)
    seconds = time.perf_counter() - start
    around = grow(case.truth, round(BORDER * max(case.truth.shape))) if case.truth.any() else case.truth
    if overlays is not None:
        _draw(case, repainted, region, overlays)
    both, either = np.count_nonzero(region & case.truth), np.count_nonzero(region | case.truth)
    return Score(
        both / either if either else 1.0,
        both / max(1, np.count_nonzero(case.truth)) if case.truth.any() else 1.0,
        float((region & ~around).mean()),
        seconds,
    )


def _draw(case: Case, repainted: Image, region: Mask, folder: Path) -> None:
    shown = repainted.copy()
    for mask, colour in ((case.truth, (0, 255, 0)), (region, (255, 0, 0))):
        lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(shown, lines, -1, colour, 2)
    name = f"{case.kind.replace(' %', '').replace(' ', '-')}-{case.name}.png"
    cv2.imwrite(str(folder / name), cv2.cvtColor(cv2.resize(shown, None, fx=0.5, fy=0.5), cv2.COLOR_RGB2BGR))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT / "data")
    parser.add_argument("--overlays", type=Path)
    given = parser.parse_args()
    if given.overlays:
        given.overlays.mkdir(parents=True, exist_ok=True)
    scores: dict[str, list[Score]] = defaultdict(list)
    for seed, case in enumerate(cases(given.data)):
        scores[case.kind].append(measured(case, seed, given.overlays))
    print(f"{'edit':<16}{'IoU median':>11}{'worst':>8}{'found':>8}{'false %':>9}{'worst %':>9}{'seconds':>9}")
    for kind, of_kind in scores.items():
        overlaps, wrong = [score.overlap for score in of_kind], [100 * score.false for score in of_kind]
        print(
            f"{kind:<16}{statistics.median(overlaps):>11.2f}{min(overlaps):>8.2f}"
            f"{statistics.median(score.found for score in of_kind):>8.2f}{statistics.median(wrong):>9.2f}"
            f"{max(wrong):>9.2f}{statistics.median(score.seconds for score in of_kind):>9.2f}"
        )


if __name__ == "__main__":
    main()
