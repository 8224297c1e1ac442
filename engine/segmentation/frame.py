"""Where a picture lies in the square that a model looks at, and the way back from what the model says of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture scaled into the top left of a square."""

    height: int
    """Of the picture, px."""
    width: int
    side: int
    """Of the square, px."""
    rows: int
    """Of the square that the picture covers, px."""
    columns: int

    def resized(self, image: Image) -> Image:
        """The (rows, columns, 3) picture as the model gets it, area-averaged where it shrinks."""
        how = cv2.INTER_AREA if self.rows < self.height else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(image, (self.columns, self.rows), interpolation=how), np.uint8)

    def placed(self, points: Floats) -> Floats:
        """(N, 2) points x, y of the picture in px of the square; both count from the border, not from a middle."""
        return (points * (self.columns / self.width, self.rows / self.height)).astype(np.float32)

    def unplaced(self, values: Floats) -> Floats:
        """(rows, columns) of (h, w) values that a model gives for its whole square: what it says of the picture."""
        whole = cv2.resize(values, (self.side, self.side), interpolation=cv2.INTER_LINEAR)
        return np.asarray(whole, np.float32)[: self.rows, : self.columns]


def stretched(height: int, width: int, side: int) -> Frame:
    """The picture over all of the square, whatever its shape."""
    return Frame(height, width, side, side, side)


def letterboxed(height: int, width: int, side: int, room: tuple[int, int] | None = None) -> Frame:
    """The picture as large as it goes into the top left of the square, its shape kept.

    room: (rows, columns) of the square that it may cover; None: all.
    """
    high, wide = room or (side, side)
    scale = min(high / height, wide / width)
    return Frame(height, width, side, max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5)))
