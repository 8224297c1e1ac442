"""What two detectors see, as one list.

Their scores cannot be compared: each has a scale of its own, and nothing measured puts both on one. So regions keep
their detector's score and name, and rank by who saw them, then by that detector.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.data import Region
from engine.geometry import iou

SAME: Final = 0.5
"""Intersection over union from which two boxes are one thing (PASCAL VOC's)."""


def merged(first: Sequence[Region], second: Sequence[Region]) -> list[Region]:
    """Everything either saw, each thing once: what both saw, then the first's own, then the second's own.

    A thing that both saw is the first's region. Each list: best first, of one detector.
    """
    shared = [region for region in first if _seen(region, second)]
    own = [region for region in first if not _seen(region, second)]
    return [*shared, *own, *(region for region in second if not _seen(region, first))]


def comparable(regions: Sequence[Region]) -> list[float]:
    """Scores to weigh candidates of several sources by: each source's best counts like that of the first's source.

    Nothing is claimed of who is surer; those of one source keep their scores.
    """
    best: dict[str, float] = {}
    for region in regions:
        best[region.source] = max(best.get(region.source, 0.0), region.score)
    return [
        region.score * (best[regions[0].source] / best[region.source]) if region.score > 0 else 0.0
        for region in regions
    ]


def _seen(region: Region, others: Sequence[Region]) -> bool:
    return any(iou(region.box, other.box) >= SAME for other in others)
