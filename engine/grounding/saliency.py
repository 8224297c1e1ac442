"""What stands out of a picture: colours that neither run along its border nor recur far away.

Zhu, Liang, Wei and Sun, "Saliency Optimization from Robust Background Detection" (CVPR 2014): background is what
is well connected to the border; foreground is what contrasts with background nearby; least squares reconcile the two.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Image
from engine.grounding.cells import Floats, cells_of, steps
from engine.segmentation.edges import reduced

_SIDE: Final = 200
_COLOUR: Final = 10.0
"""Lab distance at which two colours stop being one surface (the paper's sigma)."""
_NEAR: Final = 0.4
"""Of the picture: how far contrast counts (the paper's sigma)."""


def saliency(image: Image) -> Alpha:
    """How much each pixel of a small copy stands out: (h, w) float32 in [0, 1], the longer side 200 px or less."""
    small = reduced(image, _SIDE)
    cells = cells_of(small)
    colour = np.linalg.norm(cells.lab[:, None] - cells.lab[None], axis=2)
    behind = _background(colour, cells.touching, cells.edge)
    apart = np.linalg.norm(cells.place[:, None] - cells.place[None], axis=2)
    contrast = (colour * np.exp(-((apart / _NEAR) ** 2) / 2)) @ behind
    ahead = contrast / max(float(contrast.max()), 1e-6) * _central(cells.place)
    values = _reconciled(colour, cells.touching, behind, ahead)[cells.label]
    return np.clip(cv2.GaussianBlur(values.astype(np.float32), (0, 0), 1.5), 0, 1).astype(np.float32)


def _background(colour: Floats, touching: NDArray[np.bool_], edge: NDArray[np.bool_]) -> Floats:
    """(n,) in [0, 1]: how well each superpixel is connected to the border through its own colours."""
    # Border superpixels count as neighbours of each other: what an object cuts off is still background.
    path = steps(np.where(touching | (edge[:, None] & edge[None]), np.maximum(colour - 3.0, 0), np.inf))
    same = np.exp(-((path / _COLOUR) ** 2) / 2)
    connected = same @ edge / np.sqrt(same.sum(1))
    return 1 - np.exp(-(connected**2) / 2)


def _central(place: Floats) -> Floats:
    middle = (place.min(0) + place.max(0)) / 2
    away = (place - middle) / np.maximum(np.ptp(place, axis=0), 1e-6)
    return np.exp(-np.sum(away**2, 1) / (2 * 0.35**2))


def _reconciled(colour: Floats, touching: NDArray[np.bool_], behind: Floats, ahead: Floats) -> Floats:
    """(n,) the values nearest to 0 where background is likely, to 1 where contrast is, and alike where colours are."""
    alike = np.where(touching, np.exp(-((colour / _COLOUR) ** 2) / 2) + 0.1, 0)
    np.fill_diagonal(alike, 0)
    system = np.diag(behind + ahead + alike.sum(1) + 1e-6) - alike
    found = np.linalg.solve(system, ahead)
    return (found - found.min()) / max(float(np.ptp(found)), 1e-6)
