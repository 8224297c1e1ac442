"""Pictures that are asked for at about the same time become one call: while one batch runs, the next gathers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, Final, TypeAlias

from PIL import Image as PillowImage

from engine.data import Image
from engine.inpainting.diffusion.differential import LEVELS, ORIGINAL
from engine.protocols import Audience, Progress, company_of

Asked: TypeAlias = dict[str, Any]
"""Arguments of a pipeline's call, by diffusers' names; those it does not take are left out."""
PATIENCE: Final = 2.0
"""Seconds that a picture waits for the company it was announced with, at most."""
POLL: Final = 0.2
"""Seconds between two questions whether a picture that waits for its turn is still wanted."""
PILED: Final = frozenset(
    {"prompt", "negative_prompt", "prompt_2", "negative_prompt_2", "image", "mask_image", ORIGINAL, LEVELS}
)
"""Arguments of which every picture of a batch brings its own; the others must be the same for all."""
EMBEDDED: Final = "embeds"
"""What the names of arguments hold that are words, read already: tensors of which each picture brings a row."""


@dataclass(eq=False)
class Job:
    """One picture that somebody waits for."""

    asked_at: Callable[[int], Asked]
    """The arguments for a model side in px."""
    asked: Asked
    seed: int
    progress: Progress
    started: bool = False
    _outcome: Future[Image] = field(default_factory=Future[Image])

    @property
    def is_over(self) -> bool:
        """Whether nobody waits any more: it is done, has failed or was cancelled."""
        return self._outcome.done()

    @property
    def has_failed(self) -> bool:
        """Whether it ended without a picture."""
        return self.is_over and not self._outcome.cancelled() and self._outcome.exception() is not None

    def hear(self, share: float) -> None:
        """The share done is passed on; what the one who waits raises ends this job and no other."""
        self._told(lambda: self.progress(share))

    def see(self, preview: Image) -> None:
        """The preview is shown, to who wants to see it."""
        if isinstance(self.progress, Audience) and self.progress.see:
            self._told(partial(self.progress.see, preview))

    def _told(self, tell: Callable[[], None]) -> None:
        if not self.is_over:
            try:
                tell()
            except BaseException as stop:
                self.fail(stop)

    def finish(self, picture: Image) -> None:
        """The picture is there."""
        with suppress(InvalidStateError):
            self._outcome.set_result(picture)

    def fail(self, reason: BaseException) -> None:
        """There will be no picture."""
        with suppress(InvalidStateError):
            self._outcome.set_exception(reason)

    def result(self) -> Image:
        """Wait for the picture. Raises: what the job failed with, or what `progress` raised, also before its turn."""
        try:
            while not wait([self._outcome], POLL).done:
                if not self.started:
                    self.progress(0.0)
            return self._outcome.result()
        finally:
            self._outcome.cancel()


class Gathering:
    """Jobs from any thread, done in batches on a thread of its own, which is there while there is work."""

    def __init__(self, do: Callable[[list[Job]], None], *, alike: Callable[[Asked, Asked], bool], most: int) -> None:
        """do: does the jobs of one batch. alike: whether two can be in one. most: jobs in a batch, at most."""
        self.most = most
        self._do = do
        self._alike = alike
        self._waiting: list[tuple[float, Job]] = []
        self._changed = threading.Condition()
        self._works = False

    def add(self, job: Job) -> None:
        """The job is done with the next batch of its kind."""
        with self._changed:
            self._waiting.append((time.monotonic(), job))
            self._changed.notify_all()
            if not self._works:
                self._works = True
                threading.Thread(target=self._work, name="diffusion", daemon=True).start()

    def _work(self) -> None:
        while batch := self._next():
            try:
                self._do(batch)
            except BaseException as exc:
                for job in batch:
                    job.fail(exc)

    def _next(self) -> list[Job]:
        """The oldest job with those like it; none: the thread ends."""
        with self._changed:
            while True:
                self._waiting = [(since, job) for since, job in self._waiting if not job.is_over]
                if not self._waiting:
                    self._works = False
                    return []
                since, first = self._waiting[0]
                batch = [job for _, job in self._waiting if self._alike(first.asked, job.asked)][: self.most]
                left = since + PATIENCE - time.monotonic()
                if len(batch) >= min(self.most, company_of(first.progress)) or left <= 0:
                    break
                self._changed.wait(left)
            self._waiting = [(since, job) for since, job in self._waiting if job not in batch]
            for job in batch:
                job.started = True
            return batch


def alike(one: Asked, other: Asked, *, piles: bool) -> bool:
    """Whether one call can answer both: they differ in nothing but what each picture of a batch may bring.

    piles: whether they may bring anything, or must be the same throughout.
    """
    if one is other:
        return True
    if one.keys() != other.keys():
        return False
    return all(
        _same_form(one[name], other[name]) if piles and _is_piled(name) else _same(one[name], other[name])
        for name in one
    )


def joined(asked: Sequence[Asked], *, piles: bool) -> Asked:
    """One call for all of them, in their order; one alone is left as it is."""
    if len(asked) == 1:
        return asked[0]
    if not piles:
        return asked[0] | {"num_images_per_prompt": len(asked)}
    first = asked[0]
    return {name: _pile([one[name] for one in asked]) if _is_piled(name) else first[name] for name in first}


def _is_piled(name: str) -> bool:
    return name in PILED or EMBEDDED in name or name == "control_image"


def _pile(values: list[Any]) -> Any:
    if values[0] is None:
        return None
    if isinstance(values[0], str | PillowImage.Image):
        return values
    torch: Any = import_module("torch")
    return torch.cat(values)


def _same_form(one: Any, other: Any) -> bool:
    """Whether they can lie side by side in a batch."""
    if isinstance(one, PillowImage.Image):
        return isinstance(other, PillowImage.Image) and one.size == other.size
    if isinstance(one, str | None):
        return type(one) is type(other)
    return hasattr(one, "shape") and hasattr(other, "shape") and bool(one.shape == other.shape and len(one) == 1)


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    return not hasattr(one, "shape") and bool(one == other)
