"""The seams of the engine: what a planner, detector, segmenter and inpainter must do, and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from engine.data import Alpha, Box, Click, Image, Mask, Region
from engine.operations import Context, Plan

Progress: TypeAlias = Callable[[float], None]
"""Called with the share done, in [0, 1]; what it raises stops the work and reaches the caller."""
Fill: TypeAlias = Literal["keep", "grey", "surroundings"]
"""What stands in a hole before it is painted: what was there, nothing, or what is around it, blurred."""


@dataclass(frozen=True, eq=False, slots=True)
class Audience:
    """Those who wait for a picture: a `Progress` that is also shown what the picture looks like so far."""

    hear: Progress
    see: Callable[[Image], None] | None = None
    """Shown (h, w, 3) previews of any size, now and then; None: nobody looks."""
    company: int = 1
    """How many pictures of the same kind are asked for at the same time, this one counted: variations of one edit."""

    def __call__(self, share: float) -> None:
        """As a `Progress`."""
        self.hear(share)


def part_of(progress: Progress, start: float, share: float) -> Progress:
    """What hears of a part of the work, from `start` on and `share` of the whole, for whoever hears of the whole."""

    def hear(part: float) -> None:
        progress(start + share * part)

    return replace(progress, hear=hear) if isinstance(progress, Audience) else hear


def company_of(progress: Progress) -> int:
    """How many pictures of the same kind are asked for at the same time."""
    return progress.company if isinstance(progress, Audience) else 1


class Planner(Protocol):
    """Turns words into a plan."""

    def plan(self, instruction: str, context: Context) -> Plan:
        """The operations the instruction asks for; never raises: what is not understood is a plan with a question."""
        ...


class Detector(Protocol):
    """Finds things by a noun phrase."""

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """Regions that may be the phrase, best first; empty when it knows the phrase and sees none, or knows it not."""
        ...


class Segmenter(Protocol):
    """Cuts a thing out of a picture, by its box, by clicks on it, or by both."""

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        """The (H, W) mask of the thing that fills the box and holds the clicks, in the frame of the whole image.

        box: None, where at least one click includes a point. Nothing is selected further outside the box than a tenth
        of its sides, and every click is obeyed: its pixel is selected if it includes, and not if it excludes. Never
        empty for the box of a thing.
        """
        ...


class Inpainter(Protocol):
    """Fills a hole so that nobody sees it was there."""

    def inpaint(self, image: Image, mask: Mask, seed: int, *, progress: Progress | None = None) -> Image:
        """The (H, W, 3) image with the pixels under the mask made new; the seed fixes the result."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Brief:
    """What a painter is asked for."""

    prompt: str
    """What should be seen there; may be empty."""
    seed: int
    """Fixes the result."""
    strength: float = 1.0
    """In (0, 1]: how much of what was there is forgotten."""
    fill: Fill = "grey"
    """What stands in the hole at first; it only shows where strength is below 1."""
    reference: Image | None = None
    """Another picture whose style or thing is meant, for painters that take one."""
    structure: bool = False
    """Whether outlines or depth of what was there are kept, by painters that can; of use where `fill` is "keep"."""
    levels: Alpha | None = None
    """How much of the work may change each pixel of the hole, by painters that denoise softly: at 0 it stays, as far as
    the model can show it. (H, W) of the image; None: all of it everywhere."""
    avoided: tuple[str, ...] = ("blurry", "low quality")
    """What should not be seen there, for painters that can be told; the words of the prompt itself never count."""


class Painter(Protocol):
    """Paints what words describe where a mask says."""

    @property
    def side(self) -> int:
        """The side of the square, px, that it paints best."""
        ...

    def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = ...) -> Image:
        """The (H, W, 3) image with the pixels under the mask made new, as the brief says.

        Pixels near the mask may come back slightly off, so the caller composites; pixels far from it are the image's.
        """
        ...


@runtime_checkable
class TakesReference(Protocol):
    """A painter or illustrator that may be shown a reference."""

    @property
    def takes_reference(self) -> bool:
        """Whether a reference changes what it makes."""
        ...


@runtime_checkable
class DenoisesSoftly(Protocol):
    """A painter that may heed the levels of a brief."""

    @property
    def denoises_softly(self) -> bool:
        """Whether levels change what it paints."""
        ...


class Illustrator(Protocol):
    """Makes whole pictures: new ones from words, and others from one that is there."""

    def draw(self, brief: Brief, aspect: float | None = None, progress: Progress = ...) -> Image:
        """A (h, w, 3) picture of what the brief's prompt says, of the size it draws best.

        aspect: width / height; None: square.
        """
        ...

    def redraw(self, image: Image, brief: Brief, progress: Progress = ...) -> Image:
        """The (H, W, 3) picture made anew; the brief's strength says how little of it is kept."""
        ...


class SensitivityChecker(Protocol):
    """Sees what only adults should. Safe between threads."""

    def sensitive(self, image: Image) -> tuple[str, ...]:
        """What of that the (H, W, 3) picture of any size shows, in plain words, sorted; empty: nothing was seen."""
        ...


class Follower(Protocol):
    """Follows an instruction about a picture, without being told where."""

    def follow(
        self,
        image: Image,
        instruction: str,
        *,
        seed: int,
        reference: Image | None = None,
        progress: Progress = ...,
    ) -> Image:
        """The (H, W, 3) picture redrawn as the instruction says, the seed fixing the result.

        Every pixel may differ from the image's, and all may have moved: the caller keeps what was asked for.
        reference: another picture that the instruction speaks of.
        """
        ...
