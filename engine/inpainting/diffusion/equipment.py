"""Which pipeline a brief needs: the plain one, or one over the same weights with a ControlNet and an IP-Adapter."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from PIL import Image as PillowImage

from engine.data import Image
from engine.inpainting.diffusion.adapters import Reference, with_shared_weights
from engine.inpainting.diffusion.controls import Control
from engine.inpainting.diffusion.residency import bytes_of, make_room
from engine.inpainting.diffusion.runner import NAME, Asked, Runner
from engine.protocols import Brief
from engine.torch_edge import best_device, library_edge

Role: TypeAlias = Literal["AutoPipelineForInpainting", "AutoPipelineForText2Image"]
"""What a pipeline is for; by diffusers' names of the classes that know which pipeline does it for which weights."""


class Aids(NamedTuple):
    """What a call is helped by."""

    control: Control | None = None
    reference: Reference | None = None


@dataclass
class Equipment:
    """What stands ready beside one pipeline. The pipelines it makes are loaded when a brief first needs them."""

    control: Control | None = None
    reference: Reference | None = None
    role: Role = "AutoPipelineForInpainting"
    _runners: dict[Aids, Runner] = field(default_factory=dict[Aids, Runner])
    _making: threading.Lock = field(default_factory=threading.Lock)

    def runner_for(self, brief: Brief, plain: Runner) -> Runner:
        """The plain runner, or the one with what the brief needs. Raises: OutOfMemory, BackendFailed."""
        aids = self._aids(brief)
        if aids == Aids():
            return plain
        with self._making:
            if aids not in self._runners:
                with library_edge(NAME):
                    make_room(plain.pipeline, _bytes_of(aids))
                    self._runners[aids] = Runner(_equipped(plain.pipeline, aids, self.role), plain.family)
            runner = self._runners[aids]
        runner.side = plain.side
        return runner

    def asked(self, brief: Brief, image: Image) -> Asked:
        """The arguments that the equipped pipeline takes beyond the plain one's, for a picture of the model's size."""
        control, reference = self._aids(brief)
        asked: Asked = {}
        if control is not None:
            asked["control_image"] = PillowImage.fromarray(control.condition(image))
            asked["controlnet_conditioning_scale"] = control.scale
        if reference is not None and brief.reference is not None:
            asked["ip_adapter_image"] = PillowImage.fromarray(brief.reference)
        return asked

    def _aids(self, brief: Brief) -> Aids:
        return Aids(
            self.control if brief.structure else None,
            self.reference if brief.reference is not None else None,
        )


BARE: Final = Equipment()
"""Nothing beside the pipeline."""


def _bytes_of(aids: Aids) -> int:
    bytes_each = best_device()[1].itemsize
    control = bytes_of(aids.control.folder, bytes_each) if aids.control else 0
    return control + (aids.reference.bytes_in(bytes_each) if aids.reference else 0)


def _equipped(pipeline: Any, aids: Aids, role: Role) -> Any:
    # A scheduler counts the steps of the call it serves, so that two pipelines cannot share one.
    changed: dict[str, Any] = {"scheduler": copy.deepcopy(pipeline.scheduler)}
    if aids.control is not None:
        changed["controlnet"] = aids.control.load()
    if aids.reference is not None:
        changed["unet"] = with_shared_weights(pipeline.unet)
    made: Any = getattr(import_module("diffusers"), role).from_pipe(pipeline, **changed)
    if aids.reference is not None:
        aids.reference.fit(made)
    made.set_progress_bar_config(disable=True)
    return made
