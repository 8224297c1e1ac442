"""What open-vocabulary networks are to the detector over them: shown a picture once, then asked for one phrase or more.

Shares, not pixels: a network sees a reduced, padded or stretched picture, and only it knows how to undo that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data import Image


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """What a network made of a picture, good for any phrase."""

    height: int
    """Of the picture as the network was shown it, px."""
    width: int
    tensors: tuple[Any, ...]

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return sum(int(tensor.nbytes) for tensor in self.tensors)


@dataclass(frozen=True, eq=False, slots=True)
class Sightings:
    """Every box a network has to offer for a prompt, likely or not, in no order."""

    corners: NDArray[np.float32]
    """(n, 4) x0, y0, x1, y1 as shares of the picture's sides; may reach outside [0, 1]."""
    scores: NDArray[np.float32]
    """(n,) in [0, 1]: how far the box answers the prompt."""
    nouns: NDArray[np.float32]
    """(n,) in [0, 1]: how far it answers the prompt's noun; the same where the network does not tell words apart."""

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.corners.nbytes + self.scores.nbytes + self.nouns.nbytes

    def above(self, score: float, noun: float) -> Sightings:
        """Those that pass both thresholds."""
        kept = (self.scores > score) & (self.nouns > noun)
        return Sightings(self.corners[kept], self.scores[kept], self.nouns[kept])


def corners_of(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 4) x0, y0, x1, y1 of boxes given by their centre and size."""
    centre, half = boxes[:, :2], boxes[:, 2:] / np.float32(2)
    return np.concatenate((centre - half, centre + half), 1, dtype=np.float32)


class Network(Protocol):
    """An open-vocabulary network; for one thread at a time."""

    threshold: ClassVar[float]
    """The score above which its authors or users count a box as found."""
    noun_threshold: ClassVar[float]
    """The same for the noun alone."""

    def __init__(self, folder: Path) -> None:
        """Loads it from what `save_pretrained` wrote, onto the best device there is."""
        ...

    @property
    def side(self) -> int:
        """The longest side of a picture that it looks at, px."""
        ...

    def look(self, image: Image) -> View:
        """What does not depend on words. image: (H, W, 3) uint8, not much larger than `side`."""
        ...

    def seek(self, view: View, prompts: Sequence[str]) -> list[Sightings]:
        """For each prompt what it would be for that prompt alone."""
        ...
