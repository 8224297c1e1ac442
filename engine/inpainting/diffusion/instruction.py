"""A diffusers instruction model as a Follower: it sees the whole picture and is told what to change, without a mask."""

from __future__ import annotations

import math
import re
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from PIL import Image as PillowImage

from engine.data import Box, Image
from engine.inpainting.diffusion.preview import shown_in
from engine.inpainting.diffusion.runner import INSTRUCT, Asked, Runner
from engine.inpainting.diffusion.settings import Family
from engine.inpainting.diffusion.window import resized
from engine.protocols import Progress

WIDEST: Final = 4.0
"""The most extreme aspect that a model is shown: FLUX.2 refuses more than 8, and none was trained on more than 4."""
NOTHING_UNWANTED: Final = " "
"""What guidance leads away from: the cards of Qwen-Image-Edit give no words, which could contradict the instruction."""
_CONTROL_TOKENS: Final = re.compile(r"<\|.*?\|>")
"""How Qwen's language models mark turns and pictures; in an author's words they would be taken for such."""


class InstructionModel:
    """Follows instructions with one pipeline, one picture at a time: FLUX.1 Kontext, Qwen-Image-Edit, FLUX.2 klein."""

    def __init__(self, pipeline: Any, family: Family | None = None) -> None:
        """pipeline: any of diffusers' whose call takes `prompt` and `image` and no mask."""
        self._runner = Runner(pipeline, family, INSTRUCT)

    @property
    def side(self) -> int:
        """The side of the square, px, whose area it works on best."""
        scaling = self._runner.family.scaling
        return scaling.side if scaling else self._runner.side

    @side.setter
    def side(self, px: int) -> None:
        self._runner.side = px

    @property
    def takes_reference(self) -> bool:
        """Whether it looks at a second picture."""
        return self._runner.family.several_pictures

    def follow(
        self,
        image: Image,
        instruction: str,
        *,
        seed: int,
        reference: Image | None = None,
        progress: Progress = lambda _: None,
    ) -> Image:
        """See `engine.protocols.Follower`; on one machine the seed fixes the result.

        The model sees the picture in its own aspect, to within a cell of its grid; one that is longer than any model
        knows is mirrored at its long edges for it. Raises: Refused, OutOfMemory, BackendFailed.
        """
        wide = widened(image)
        family = self._runner.family
        pictures = [wide.image]
        if reference is not None and family.several_pictures:
            pictures.append(widened(reference).image)
        guided = family.true_cfg_scale is not None

        def asked_at(side: int) -> Asked:
            rows, columns = self._frame(wide.image, side)
            shown = [PillowImage.fromarray(self._shown(picture, side)) for picture in pictures]
            return {
                "prompt": _CONTROL_TOKENS.sub(" ", instruction),
                "negative_prompt": NOTHING_UNWANTED if guided else None,
                "true_cfg_scale": family.true_cfg_scale,
                "image": shown if family.several_pictures else shown[0],
                "height": rows,
                "width": columns,
                # Kontext would pick one of its own sizes, and distort the picture to it.
                "max_area": rows * columns,
                "_auto_resize": False,
            }

        everything = np.ones(image.shape[:2], np.bool_)
        shown = shown_in(progress, image, Box(0, 0, image.shape[1], image.shape[0]), everything)
        made = self._runner.run(asked_at, seed=seed, progress=shown)
        whole = resized(made, *wide.image.shape[:2])
        return np.ascontiguousarray(whole[wide.inside.slices])

    def _frame(self, picture: Image, side: int) -> tuple[int, int]:
        """(height, width) at which the model works on a picture."""
        height, width = picture.shape[:2]
        scaling = self._runner.family.scaling
        if scaling is not None:
            return frame_of(height, width, scaling.side, scaling.multiple)
        return frame_within(height, width, side, self._runner.multiple)

    def _shown(self, picture: Image, side: int) -> Image:
        """The picture as it is handed over: scaled here, but for pipelines that scale it themselves whatever comes."""
        return picture if self._runner.family.scaling else resized(picture, *self._frame(picture, side))


class Widened(NamedTuple):
    """A picture with more of its short side, and where the old one lies in it."""

    image: Image
    inside: Box


def widened(image: Image) -> Widened:
    """The (H, W, 3) picture, mirrored at its long edges as often as its aspect needs to be at most WIDEST."""
    height, width = image.shape[:2]
    rows, columns = max(height, math.ceil(width / WIDEST)), max(width, math.ceil(height / WIDEST))
    top, left = (rows - height) // 2, (columns - width) // 2
    inside = Box(left, top, left + width, top + height)
    if (rows, columns) == (height, width):
        return Widened(image, inside)
    margins = top, rows - height - top, left, columns - width - left
    return Widened(np.asarray(cv2.copyMakeBorder(image, *margins, cv2.BORDER_REFLECT), np.uint8), inside)


def frame_of(height: int, width: int, side: int, multiple: int) -> tuple[int, int]:
    """(height, width) of about side * side px in the picture's aspect, both multiples of `multiple` and not 0.

    The arithmetic of QwenImageEditPipeline, whose own scaling of the picture it must meet to the cell.
    """
    scale = side / math.sqrt(height * width)
    rows, columns = (max(1, round(length * scale / multiple)) * multiple for length in (height, width))
    return rows, columns


def frame_within(height: int, width: int, side: int, multiple: int) -> tuple[int, int]:
    """`frame_of` that has no more than side * side px where that can be: FLUX.2 would scale and crop what has more."""
    fitting = (frame_of(height, width, px, multiple) for px in range(side, 0, -multiple))
    return next((frame for frame in fitting if math.prod(frame) <= side * side), (multiple, multiple))
