"""What a detector's own cells say about a cut: which of them see what the thing's cells see.

A detector answers for every few pixels of a picture, though only its best boxes are ever used. Within one picture those
answers tell the thing from what surrounds it where colours do not, and how is learnt in that picture alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeAlias, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Image, Mask

Cells: TypeAlias = Callable[[Image], NDArray[np.float32]]
"""From a picture to (rows, columns, features) on a grid that covers it."""

_RIDGE: Final = 0.1
"""Penalty on weights of standardised features, against a mean square error of at most 1."""
_STEEP: Final = 4.0
"""Of the logistic curve: the fit, made for -1 and 1, falls short of both."""


@runtime_checkable
class Feeler(Protocol):
    """A detector that tells what each cell of a picture looks like to it."""

    def cells(self, image: Image) -> NDArray[np.float32]:
        """(rows, columns, features) on a grid that covers the picture."""
        ...


def seconded(guess: Alpha, inside: Mask, cells: NDArray[np.float32]) -> Alpha:
    """The guess as the cells would have made it: a linear model of it in their features, asked everywhere.

    guess: (h, w) probability of the thing, as colours have it. inside: (h, w), its box; both sides of the box weigh the
    same. cells: (rows, columns, features). Returns (h, w) in [0, 1].
    """
    rows, columns, features = cells.shape
    shape = (columns, rows)
    aim = 2 * cv2.resize(guess, shape, interpolation=cv2.INTER_AREA).ravel() - 1
    within = np.asarray(cv2.resize(inside.astype(np.float32), shape, interpolation=cv2.INTER_AREA), np.float32)
    weight = _balanced(within.ravel())
    seen = _standardised(cells.reshape(-1, features).astype(np.float64), weight)
    penalty = _RIDGE * np.eye(features + 1)
    penalty[-1, -1] = 0
    fit = np.linalg.solve(seen.T @ (seen * weight[:, None]) + penalty, seen.T @ (weight * aim))
    likely = 1 / (1 + np.exp(-_STEEP * (seen @ fit)))
    height, width = guess.shape
    answer = cv2.resize(likely.reshape(rows, columns).astype(np.float32), (width, height))
    return np.asarray(answer, np.float32)


def _balanced(within: NDArray[np.float32]) -> NDArray[np.float64]:
    inner, outer = within.astype(np.float64), 1.0 - within
    weight = inner / max(inner.sum(), 1e-6) + outer / max(outer.sum(), 1e-6)
    return weight / weight.sum()


def _standardised(features: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """(cells, features + 1): mean 0 and deviation 1 under the weights, and a constant."""
    centred = features - weight @ features
    scaled = centred / (np.sqrt(weight @ centred**2) + 1e-6)
    return np.concatenate([scaled, np.ones((len(scaled), 1))], axis=1)
