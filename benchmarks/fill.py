"""How well, and how fast, holes are filled without weights: the exemplar fill beside OpenCV's Telea and Navier-Stokes.

Run: python -m benchmarks.fill [FOLDER] [--sheets OUT]. FOLDER (default $RETOUCH_DATA or ../shared/data) holds
`inpaint/manifest.jsonl` with pictures whose truth is known, and `masks/` whose outlines serve as object-shaped holes.
Medians over the pictures, inside the hole: seconds of processor time on one thread, PSNR, SSIM, seam (mean error of the
slopes within 2 px of the rim) and band (mean |log2| of the ratio of texture energies over four octaves: over 1 is
visibly blurred).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Mask
from engine.inpainting.exemplar import ExemplarInpainter

Fill: TypeAlias = Callable[[Image, Mask], Image]


def opencv(method: int) -> Fill:
    return lambda image, mask: np.asarray(cv2.inpaint(image, mask.astype(np.uint8), 3, method), np.uint8)


METHODS: dict[str, Fill] = {
    "Telea": opencv(cv2.INPAINT_TELEA),
    "Navier-Stokes": opencv(cv2.INPAINT_NS),
    "exemplar": lambda image, mask: ExemplarInpainter().inpaint(image, mask, seed=0),
}
METRICS = ("seconds", "PSNR", "SSIM", "seam", "band")


def read(path: Path, flags: int = cv2.IMREAD_COLOR) -> NDArray[np.uint8]:
    found = cv2.imread(str(path), flags)
    if found is None:
        raise FileNotFoundError(path)
    return np.asarray(found, np.uint8)


def pictures(folder: Path) -> Iterator[Image]:
    for line in (folder / "inpaint" / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if "truth" in entry:
            yield np.asarray(cv2.cvtColor(read(folder / "inpaint" / entry["truth"]), cv2.COLOR_BGR2RGB), np.uint8)


def object_hole(outline: Path, height: int, width: int) -> Mask:
    """A real silhouette, scaled to a tenth of the picture and moved to its middle."""
    silhouette = read(outline, cv2.IMREAD_GRAYSCALE) > 127
    rows, columns = np.nonzero(silhouette)
    cut = silhouette[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.uint8)
    scale = (0.1 * height * width / cut.sum()) ** 0.5
    shape = np.minimum(np.rint(np.multiply(cut.shape, scale)).astype(int), (height, width))
    hole = np.zeros((height, width), np.bool_)
    y, x = (height - shape[0]) // 2, (width - shape[1]) // 2
    hole[y : y + shape[0], x : x + shape[1]] = cv2.resize(cut, (int(shape[1]), int(shape[0])), None) > 0
    return hole


def drawn_holes(height: int, width: int, rng: np.random.Generator) -> tuple[Mask, Mask]:
    """A round blob of two hundredths of the picture, and a few scratches of 3 px."""
    blob, scratches = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    middle = (int(rng.uniform(0.3, 0.7) * width), int(rng.uniform(0.3, 0.7) * height))
    cv2.circle(blob, middle, round((0.02 * height * width / np.pi) ** 0.5), 1, -1)
    for _ in range(5):
        ends = rng.integers(0, (width, height), (2, 2)).tolist()
        cv2.line(scratches, ends[0], ends[1], 1, 3)
    return blob > 0, scratches > 0


def measure(fill: Fill, image: Image, hole: Mask) -> tuple[Image, list[float]]:
    spoiled = image.copy()
    spoiled[hole] = (255, 0, 255)
    start = time.process_time()
    filled = fill(spoiled, hole)
    seconds = time.process_time() - start
    return filled, [seconds, psnr(filled, image, hole), ssim(filled, image, hole), *texture(filled, image, hole)]


def psnr(filled: Image, truth: Image, hole: Mask) -> float:
    error = np.mean((filled[hole].astype(np.float64) - truth[hole]) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def ssim(filled: Image, truth: Image, hole: Mask) -> float:
    """Wang et al., 2004, on grey, Gaussian of 1.5 px, averaged over the hole."""
    first, second = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) for picture in (filled, truth))

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), 1.5), np.float32)

    mean_1, mean_2 = mean(first), mean(second)
    variance_1, variance_2 = mean(first * first) - mean_1**2, mean(second * second) - mean_2**2
    covariance = mean(first * second) - mean_1 * mean_2
    likeness = (2 * mean_1 * mean_2 + 6.5025) * (2 * covariance + 58.5225)
    likeness /= (mean_1**2 + mean_2**2 + 6.5025) * (variance_1 + variance_2 + 58.5225)
    return float(likeness[hole].mean())


def texture(filled: Image, truth: Image, hole: Mask) -> tuple[float, float]:
    """The seam and the band error."""
    first, second = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) for picture in (filled, truth))
    kernel = np.ones((5, 5), np.uint8)
    wide = cv2.dilate(hole.astype(np.uint8), kernel)
    rim = np.asarray(wide - cv2.erode(hole.astype(np.uint8), kernel), np.uint8) > 0
    slopes = [cv2.Sobel(first - second, cv2.CV_32F, x, 1 - x, ksize=1)[rim] for x in (0, 1)]
    seam = float(np.mean(np.hypot(*slopes)))
    ratios: list[float] = []
    for octave in range(4):
        bands = [
            cv2.GaussianBlur(g, (0, 0), 2.0**octave * 0.6) - cv2.GaussianBlur(g, (0, 0), 2.0**octave * 1.2)
            for g in (first, second)
        ]
        energies = [float(np.mean(np.square(band[hole]))) + 0.05 for band in bands]
        ratios.append(abs(np.log2(energies[0] / energies[1])))
    return seam, float(np.mean(ratios))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path(os.environ.get("RETOUCH_DATA") or "../shared/data")
    )
    parser.add_argument("--sheets", type=Path, help="a folder for pictures: truth, hole, then each method")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    outlines = sorted((options.folder / "masks").glob("*_mask.png"))
    rng = np.random.default_rng(0)
    results: dict[str, dict[str, list[list[float]]]] = {}
    for number, image in enumerate(pictures(options.folder)):
        height, width = image.shape[:2]
        blob, scratches = drawn_holes(height, width, rng)
        silhouette = object_hole(outlines[number * 2 % len(outlines)], height, width)
        for kind, hole in {"object 10 %": silhouette, "blob 2 %": blob, "scratches": scratches}.items():
            shown = [image, np.where(hole[..., None], np.uint8(255), image)]
            for name, fill in METHODS.items():
                filled, figures = measure(fill, image, hole)
                results.setdefault(kind, {}).setdefault(name, []).append(figures)
                shown.append(filled)
            if options.sheets:
                options.sheets.mkdir(parents=True, exist_ok=True)
                sheet = cv2.cvtColor(np.hstack(shown), cv2.COLOR_RGB2BGR)
                cv2.imwrite(str(options.sheets / f"{kind.split()[0]}-{number:02}.png"), sheet)
    report(results)


def report(results: dict[str, dict[str, list[list[float]]]]) -> None:
    for kind, methods in results.items():
        print(f"{kind:14}" + "".join(f"{name:>9}" for name in METRICS) + "   (median, and the ratio to Telea)")
        base = np.median(methods["Telea"], axis=0)
        for name, figures in methods.items():
            medians = np.median(figures, axis=0)
            print(
                f"  {name:12}"
                + "".join(f"{m:9.3f}" for m in medians)
                + "   "
                + " ".join(f"{r:.2f}x" for r in medians / base)
            )


if __name__ == "__main__":
    main()
