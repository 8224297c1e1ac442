"""What an edit reports, as frames."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final

from engine.data import Image, Picture
from engine.imageio import preview
from engine.wire import Frame, Preview, Progressed, Staged

PREVIEW_SIDE: Final = 512
"""Px; what chats show of a picture that is being made."""


class Teller:
    """A `Watching` report that puts what it hears into frames."""

    def __init__(self, put: Callable[[Frame], None], *, previews: bool) -> None:
        self._put = put
        self._previews = previews
        self.stage = ""
        """The one the edit is in."""
        self._fraction = 0.0
        self._left: float | None = None

    def __call__(self, stage: str, fraction: float, /) -> None:
        """As a `Report`."""
        began = stage != self.stage
        self.stage, self._fraction = stage, fraction
        if began:
            self._left = None
            self._put(Staged(stage=stage, fraction=fraction))
        else:
            self._put(Progressed(stage=stage, fraction=fraction, left=self._left))

    def left(self, seconds: float) -> None:
        """As `Watching.left`."""
        self._left = seconds
        self._put(Progressed(stage=self.stage, fraction=self._fraction, left=seconds))

    @property
    def preview(self) -> Callable[[Image], None] | None:
        """As `Watching.preview`."""
        return self._show if self._previews else None

    def _show(self, image: Image) -> None:
        self._put(Preview(jpeg=base64.b64encode(preview(Picture(image), PREVIEW_SIDE))))
