"""One pipeline of diffusers, called safely: from any thread, several pictures at once, thrifty at need.

What is asked for at about the same time becomes one call. Everybody hears of the own picture's steps, sees what it is
becoming, and can stop it alone. When memory runs out, other models give theirs back, the batch is halved, and one
picture that still does not fit is made smaller.
"""

from __future__ import annotations

import inspect
import math
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any, Final

import numpy as np

from engine.data import Image
from engine.errors import BackendFailed, EditError, OutOfMemory, Refused
from engine.inpainting.diffusion.acceleration import any_shape
from engine.inpainting.diffusion.batching import Asked, Gathering, Job, alike, joined
from engine.inpainting.diffusion.differential import LEVELS, ORIGINAL, Holding, denoises_softly
from engine.inpainting.diffusion.latents import remembered_latents
from engine.inpainting.diffusion.preview import Previewer
from engine.inpainting.diffusion.prompts import worded
from engine.inpainting.diffusion.residency import free_memory
from engine.inpainting.diffusion.settings import Family, family_of
from engine.inpainting.diffusion.step_caching import cached_steps
from engine.protocols import Audience, Progress
from engine.torch_edge import library_edge

__all__ = ["INSTRUCT", "NAME", "Asked", "Runner"]

NAME: Final = "diffusion"
INSTRUCT: Final = "instruct"
"""What errors call these backends: painting under a mask, and following instructions without one."""
LEAST_MULTIPLE: Final = 8
"""What diffusers wants the sides to be a multiple of, px, however little the model's own autoencoder shrinks."""
THRIFT: Final = 3 / 4
"""How much smaller, per side, the second try is after memory ran out."""
LARGEST_BATCH: Final = 8
"""Pictures in one call, at most: a GPU is busy with fewer, and everybody waits for the last."""
_device = threading.Lock()
"""Held around each call: two models at once would share the time of one device and need the memory of both."""


class _Abandoned(BaseException):
    """Nobody waits for the batch any more; on its way through a library."""


class Runner:
    """Calls one pipeline, from any thread."""

    def __init__(self, pipeline: Any, family: Family | None = None, name: str = NAME) -> None:
        """family: how it wants to be asked, where that is not how others of its class do. name: what errors call it."""
        self._name = name
        self._pipeline = pipeline
        self._accepted = frozenset(inspect.signature(type(pipeline).__call__).parameters)
        # Of instruction models, which may be shown several pictures each, only variations of one edit are batched.
        self._piles = "image" not in self._accepted or "strength" in self._accepted
        most = LARGEST_BATCH if self._piles or "num_images_per_prompt" in self._accepted else 1
        self._gathering = Gathering(self._made, alike=partial(alike, piles=self._piles), most=most)
        self.family: Family = family or family_of(type(pipeline).__name__)
        self.multiple = math.lcm(int(pipeline.image_processor.config.vae_scale_factor), LEAST_MULTIPLE)
        """What both sides of a picture it is given must be a multiple of, px."""
        self.side = _native_side(pipeline)
        """The side of the square, px, that it was trained on."""
        self.denoises_softly = denoises_softly(pipeline)
        """Whether what is asked for may hold LEVELS and ORIGINAL, as in `differential`."""
        # Decoding gains nothing from company, and would take more memory than all the rest.
        if hasattr(pipeline.vae, "enable_slicing"):
            pipeline.vae.enable_slicing()

    @property
    def pipeline(self) -> Any:
        """What it calls, to make another one over the same weights."""
        return self._pipeline

    def run(self, asked_at: Callable[[int], Asked], *, seed: int, progress: Progress) -> Image:
        """The (h, w, 3) picture that the pipeline makes; the seed fixes it on one machine, but for the rounding of
        numbers that comes with being made beside others.

        asked_at: the arguments for a model side in px. When memory runs out it is asked once more for a smaller side,
        and the pipeline runs with slower, thriftier attention and decoding. What `progress` raises stops it within a
        step; an `Audience` is shown previews and may announce company, which is waited for a moment.
        Raises: Refused by the model's own filter, OutOfMemory, BackendFailed.
        """
        job = Job(asked_at, asked_at(self.side), seed, progress)
        self._gathering.add(job)
        return job.result()

    def _made(self, jobs: Sequence[Job]) -> None:
        """Every job gets its picture, or the reason why there is none."""
        wanted = [job for job in jobs if not job.is_over]
        if len(wanted) == 1:
            self._made_alone(wanted[0])
        elif wanted and not self._made_together(wanted):
            self._made(wanted[: len(wanted) // 2])
            self._made(wanted[len(wanted) // 2 :])

    def _made_together(self, jobs: Sequence[Job]) -> bool:
        """Whether it is done; False: it does not fit the memory, and smaller batches are tried from now on."""
        try:
            self._called([job.asked for job in jobs], jobs)
        except OutOfMemory:
            self._gathering.most = max(1, len(jobs) // 2)
        except EditError:
            self._made_singly(jobs)
            return True
        else:
            return True
        free_memory()
        return False

    def _made_singly(self, jobs: Sequence[Job]) -> None:
        """Each alone, after a batch of them failed: who is at fault shows, and a pipeline that takes no batches too."""
        for job in jobs:
            self._made_alone(job)
        if not any(job.has_failed for job in jobs):
            self._gathering.most = 1

    def _made_alone(self, job: Job) -> None:
        try:
            # Suppressed, not handled: the exception holds the tensors that filled the memory.
            with suppress(OutOfMemory):
                return self._called([job.asked], [job])
            free_memory(self._pipeline)
            with self._thriftily():
                smaller = int(self.side * THRIFT) // self.multiple * self.multiple
                self._called([job.asked_at(max(smaller, self.multiple))], [job])
        except EditError as reason:
            job.fail(reason)

    def _called(self, asked: Sequence[Asked], jobs: Sequence[Job]) -> None:
        with suppress(_Abandoned), _device, library_edge(self._name), remembered_latents(self._pipeline.vae):
            output = self._generated(joined(asked, piles=self._piles), jobs)
            for index, job in enumerate(jobs):
                try:
                    job.finish(_pixels(output, index, self._name))
                except EditError as reason:
                    job.fail(reason)

    def _generated(self, asked: Asked, jobs: Sequence[Job]) -> Any:
        torch: Any = import_module("torch")
        # Generators on the CPU draw the same noise whatever the device, and one each the same as alone.
        generators = [torch.Generator("cpu").manual_seed(job.seed) for job in jobs]
        known: Asked = {
            "num_inference_steps": self.family.steps,
            "guidance_scale": self.family.guidance_scale,
            "eta": self.family.eta,
            "generator": generators[0] if len(jobs) == 1 else generators,
            "output_type": "np",
            "callback_on_step_end": _reporting(jobs, self._previewer(asked, jobs), self._holding(asked, jobs)),
            **asked,
        }
        known = worded(self._pipeline, known)
        taken = {name: value for name, value in known.items() if name in self._accepted and value is not None}
        with any_shape(self._pipeline), cached_steps(self._pipeline, taken):
            return self._pipeline(**taken)

    def _previewer(self, asked: Asked, jobs: Sequence[Job]) -> Previewer | None:
        """None: nobody would look, or the frame is the pipeline's own choice."""
        watched = any(isinstance(job.progress, Audience) and job.progress.see for job in jobs)
        known = watched and "height" in asked and "width" in asked
        return Previewer(self._pipeline, asked["height"], asked["width"]) if known else None

    def _holding(self, asked: Asked, jobs: Sequence[Job]) -> Holding | None:
        """None: every pixel of the holes may change from the first step on."""
        if LEVELS not in asked:
            return None
        originals, levels = ([asked[name]] if len(jobs) == 1 else list(asked[name]) for name in (ORIGINAL, LEVELS))
        return Holding(self._pipeline, originals, levels, [job.seed for job in jobs])

    @contextmanager
    def _thriftily(self) -> Generator[None, None, None]:
        """The pipeline with its smallest appetite, for a while."""
        pipeline = self._pipeline
        # Slicing replaces the attention that an IP-Adapter sits in, for good.
        slices = getattr(getattr(pipeline, "unet", None), "encoder_hid_proj", None) is None
        if slices:
            pipeline.enable_attention_slicing("max")
        pipeline.vae.enable_tiling()
        try:
            yield
        finally:
            if slices:
                pipeline.disable_attention_slicing()
            pipeline.vae.disable_tiling()


def _native_side(pipeline: Any) -> int:
    backbone = getattr(pipeline, "unet", None) or pipeline.transformer
    cells = backbone.config.get("sample_size") or pipeline.default_sample_size
    return int(cells if isinstance(cells, int) else max(cells)) * int(pipeline.vae_scale_factor)


def _reporting(jobs: Sequence[Job], previewer: Previewer | None, holding: Holding | None) -> Any:
    """The callback that diffusers calls after each step."""

    def callback(pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        for job in jobs:
            job.hear(min(1.0, (step + 1) / max(1, pipeline.num_timesteps)))
        if all(job.is_over for job in jobs):
            raise _Abandoned
        if holding:
            tensors["latents"] = holding.held(step, pipeline.num_timesteps, tensors["latents"])
        shown = previewer.shown(pipeline.scheduler, timestep, tensors["latents"]) if previewer else None
        for job, picture in zip(jobs, shown or (), strict=False):
            job.see(picture)
        return tensors

    return callback


def _pixels(output: Any, index: int, name: str) -> Image:
    """One picture of a pipeline's output. Raises: Refused by the model's own filter, BackendFailed for no numbers."""
    unsafe = getattr(output, "nsfw_content_detected", None)
    if unsafe and unsafe[index]:
        raise Refused("the model's own safety filter refuses the result")
    floats = np.asarray(output.images[index], np.float32)
    if not np.isfinite(floats).all():
        raise BackendFailed(name)
    return np.rint(np.clip(floats, 0, 1) * 255).astype(np.uint8)
