"""The frozen records that pass between the parts of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image: TypeAlias = NDArray[np.uint8]
    """(H, W, 3) uint8 sRGB."""
    Mask: TypeAlias = NDArray[np.bool_]
    """(H, W) bool, True = regenerate."""
    Alpha: TypeAlias = NDArray[np.float32]
    """(H, W) float32 in [0, 1]: soft blending weights."""
else:
    # Words are planned with these records too, and need no arrays.
    Image = Mask = Alpha = Any


class Offset(NamedTuple):
    """Where the parent's top left pixel lies in the child, px: negative after a crop, positive after an expand."""

    x: int
    y: int


UNMOVED = Offset(0, 0)
"""Every pixel stayed where it was."""


class Notice(NamedTuple):
    """Something the author should know about an edit that worked; `bot.replies` holds the words of each kind."""

    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A half-open rectangle [x0, x1) x [y0, y1) in integer px."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Columns covered."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Rows covered."""
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        """Pixels covered."""
        return self.width * self.height

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array with."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)


class Click(NamedTuple):
    """A point somebody marked, px: part of what is meant, or not."""

    x: int
    y: int
    include: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """A decoded picture: sRGB pixels, and the opacity beside them where the file had one."""

    rgb: Image
    opacity: NDArray[np.uint8] | None = None
    """(H, W) uint8, 255 = opaque; None where every pixel is."""

    @property
    def height(self) -> int:
        """Rows."""
        return self.rgb.shape[0]

    @property
    def width(self) -> int:
        """Columns."""
        return self.rgb.shape[1]


GUESS: Final = "guess"
"""The source of a region that stands out, offered for a noun that nobody knows."""


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """A part of a picture that a phrase may mean."""

    box: Box
    score: float
    """Confidence in [0, 1]; comparable only within one source."""
    label: str
    """What was found there, in a plain word."""
    source: str
    """Which finder said so: colour, face, text, sky, background, subject, ...; `GUESS`: none did."""
    mask: Mask | None = None
    """(box.height, box.width) bool; None: the finder knows only the box."""

    @property
    def area(self) -> int:
        """Pixels selected."""
        import numpy as np

        return self.box.area if self.mask is None else int(np.count_nonzero(self.mask))

    def on(self, height: int, width: int) -> Mask:
        """The region as a mask of a whole (height, width) picture."""
        import numpy as np

        canvas = np.zeros((height, width), np.bool_)
        canvas[self.box.slices] = True if self.mask is None else self.mask
        return canvas


@dataclass(frozen=True, eq=False, slots=True)
class Located:
    """What a phrase means in a picture."""

    regions: tuple[Region, ...]
    """Every candidate, best first."""
    chosen: tuple[Region, ...]
    """The ones the words choose; empty: several fit and the author must say which."""
    notices: tuple[Notice, ...] = ()
