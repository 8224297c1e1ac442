"""A line of lettering seen straight on.

The four corners of a line span its plate: a rectangle whose rows run along the writing. Everything about the lettering
is measured there, and new lettering is drawn there before the same perspective puts it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Image

_FINE: Final = 96.0
"""Rows a plate has at least: small lettering is enlarged, so that positions below a pixel can be measured."""
_LARGEST_SCALE: Final = 6.0


class Line(Protocol):
    """What is known of a line of lettering: `engine.grounding.lettering.TextLine` is one."""

    @property
    def quad(self) -> NDArray[np.float32]:
        """(4, 2) corners in px, x before y, clockwise from where the writing begins at the top."""
        ...

    @property
    def text(self) -> str:
        """What it reads."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Plate:
    """A rectangle of height x width px, and the homography (3, 3) from its px to the picture's."""

    height: int
    width: int
    to_picture: NDArray[np.float64]
    scale: float
    """Plate px a picture px."""

    def view(self, image: Image, across: int, down: int) -> Image:
        """The picture seen through the plate and margins beside and above it, px; its border goes on beyond it."""
        return np.asarray(
            cv2.warpPerspective(
                image,
                self._from(-across, -down),
                (self.width + 2 * across, self.height + 2 * down),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.uint8,
        )

    def print(self, coverage: Alpha, x: float, y: float, height: int, width: int) -> Alpha:
        """Coverage whose corner lies at (x, y) of the plate, as it looks in the (height, width) picture."""
        return np.asarray(
            cv2.warpPerspective(coverage, self._from(x, y), (width, height), flags=cv2.INTER_LINEAR), np.float32
        )

    def columns_inside(self, reach: int, height: int, width: int) -> NDArray[np.bool_]:
        """(self.width + 2 * reach,) bool: columns of and beside the plate that lie in the (height, width) picture."""
        columns = np.arange(-reach, self.width + reach, dtype=np.float64)
        inside = np.ones(columns.shape, np.bool_)
        for row in (0.0, float(self.height)):
            x, y, w = self.to_picture @ np.stack([columns, np.full_like(columns, row), np.ones_like(columns)])
            # Beyond the horizon of the perspective w turns negative; near it, letters would grow without bounds.
            inside &= w > 0.4
            inside &= (x >= 0) & (x <= width * w) & (y >= 0) & (y <= height * w)
        return inside

    def _from(self, x: float, y: float) -> NDArray[np.float64]:
        return self.to_picture @ np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def plate_of(line: Line) -> Plate:
    """The plate of a line; writing that runs down the picture gets a plate that lies along it."""
    quad = np.asarray(line.quad, np.float32).reshape(4, 2)
    height, width = _extent(quad)
    if height > 1.5 * width and len(line.text.strip()) > 1:
        quad = np.roll(quad, -1, axis=0)
        height, width = width, height
    scale = max(1.0, min(_FINE / max(height, 1.0), _LARGEST_SCALE))
    rows, columns = max(round(height * scale), 4), max(round(width * scale), 4)
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    return Plate(rows, columns, np.asarray(cv2.getPerspectiveTransform(corners, quad), np.float64), scale)


def _extent(quad: NDArray[np.float32]) -> tuple[float, float]:
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return float(sides[1] + sides[3]) / 2, float(sides[0] + sides[2]) / 2
