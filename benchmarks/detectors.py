"""Seconds a phrase costs an open-vocabulary detector, models at their real size with random weights.

On 12 MP pictures: the first phrase against the second, and on a picture that was looked at already four phrases at once
against one by one. After a warm-up, medians. Tokenizers know single letters, for words are not what is measured.
`OMP_NUM_THREADS=2 uv run --extra gpu python -m benchmarks.detectors [grounding-dino] [owlv2]`, on a GPU where one is.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from engine.data import Image
from engine.grounding.zero_shot import ZeroShotDetector
from engine.torch_edge import best_device
from tests.engine.grounding.tiny_detectors import bert_tokenizer, owl_tokenizer

HEIGHT, WIDTH = 3000, 4000
ROUNDS = {"cpu": 1, "cuda": 5}
"""Pictures measured, by device."""
PHRASES = ("lamp post", "wooden bench", "trash can", "wombat")


def grounding_dino(folder: Path) -> None:
    """Grounding DINO tiny: 173 million weights, pictures of 800 to 1333 px."""
    transformers: Any = import_module("transformers")
    swin = transformers.SwinConfig(
        embed_dim=96, depths=[2, 2, 6, 2], num_heads=[3, 6, 12, 24], window_size=7, out_indices=[2, 3, 4]
    )
    config = transformers.GroundingDinoConfig(backbone_config=swin, text_config=transformers.BertConfig())
    processor = transformers.GroundingDinoProcessor(transformers.GroundingDinoImageProcessor(), bert_tokenizer(folder))
    _save(folder, transformers.GroundingDinoForObjectDetection(config), processor)


def owlv2(folder: Path) -> None:
    """OWLv2 base: 155 million weights, pictures of 960 px."""
    transformers: Any = import_module("transformers")
    config = transformers.Owlv2Config(vision_config={"image_size": 960}, text_config={"max_position_embeddings": 16})
    processor = transformers.Owlv2Processor(transformers.Owlv2ImageProcessor(), owl_tokenizer(folder))
    _save(folder, transformers.Owlv2ForObjectDetection(config), processor)


MODELS: dict[str, Callable[[Path], None]] = {"grounding-dino": grounding_dino, "owlv2": owlv2}


def _save(folder: Path, model: Any, processor: Any) -> None:
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def timed(way: Callable[[], object]) -> float:
    """Seconds it took; the answers of a detector are on the CPU, so a GPU has finished."""
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def picture(seed: int) -> Image:
    """A 12 MP picture of smooth noise, another one for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 255, (HEIGHT // 100, WIDTH // 100, 3), np.uint8)
    return np.repeat(np.repeat(coarse, 100, 0), 100, 1)


def report(name: str) -> None:
    """Print one model's lines."""
    with tempfile.TemporaryDirectory() as scratch:
        MODELS[name](Path(scratch) / name)
        detector = ZeroShotDetector(Path(scratch) / name)
        load = timed(lambda: detector.detect(picture(0), PHRASES[0]))
        rows = [measured(detector, seed) for seed in range(1, ROUNDS[best_device()[0]] + 1)]
    first, second, single, batch = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"{name}: loading and a warm-up {load:.2f} s")
    print(f"  first phrase {first:7.3f} s   second {second:7.3f} s   1/{first / second:.1f}")
    print(f"  four phrases {single:7.3f} s   at once {batch:6.3f} s   {single / batch:.2f} times faster")


def measured(detector: ZeroShotDetector, seed: int) -> tuple[float, float, float, float]:
    """Seconds of a first phrase, a second, then four one by one, and four at once."""
    image = picture(seed)
    first = timed(lambda: detector.detect(image, PHRASES[0]))
    second = timed(lambda: detector.detect(image, PHRASES[1]))
    single = timed(lambda: [detector.detect(image, f"old {phrase}") for phrase in PHRASES])
    return first, second, single, timed(lambda: detector.detect_each(image, [f"new {phrase}" for phrase in PHRASES]))


def main() -> None:
    device, dtype = best_device()
    print(f"{device}, {dtype}, {WIDTH} x {HEIGHT} px")
    for name in sys.argv[1:] or MODELS:
        report(name)


if __name__ == "__main__":
    main()
