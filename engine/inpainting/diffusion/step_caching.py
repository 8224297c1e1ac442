"""Steps of which most is taken over from the step before: a setting, for it changes pictures a little.

Where the first block of a transformer changes what goes through it almost as it did a step before, the blocks behind it
would too; what they added then is added again, and they are skipped. Source: the first block cache of ParaAttention,
by whose documentation FLUX takes half the time at a threshold of 0.08; it is diffusers' own that is used.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

from engine.inpainting.diffusion.acceleration import TUNING
from engine.inpainting.diffusion.residency import comes_by_layer, network_of

LEAST_STEPS: Final = 20
"""With fewer, each step differs from the one before by more than may be taken over (the notes on performance)."""
NETWORKS: Final = ("FluxTransformer2DModel", "QwenImageTransformer2DModel")
"""Those it was tried with. It fails for FLUX.2, whose last blocks answer with less than its first ones."""
NAMING: Final = ("QwenImage", "FluxPipeline")
"""How the names of the pipelines begin that say which of a step's two calls, with guidance, a call is."""


@contextmanager
def cached_steps(pipeline: Any, asked: Mapping[str, Any]) -> Generator[None, None, None]:
    """While the pipeline makes one picture, or one batch, steps are skipped as `TUNING` has it.

    asked: the arguments of the call. What was remembered of a picture is gone after it, however it ended. The pictures
    of a batch skip the same steps, so that company changes them a little.
    """
    network = network_of(pipeline)
    if not TUNING.step_caching or not _can_skip(pipeline, network, asked):
        yield
        return
    network.enable_cache(import_module("diffusers").FirstBlockCacheConfig(threshold=TUNING.step_caching))
    try:
        with network.cache_context("picture"):
            yield
    finally:
        network.disable_cache()


def _can_skip(pipeline: Any, network: Any, asked: Mapping[str, Any]) -> bool:
    # A ControlNet adds to what comes out of every block, skipped or not; a layer that is brought to the device while
    # the one before it runs must not be skipped; and two calls a step, if nobody tells them apart, would be confused.
    guided = (asked.get("true_cfg_scale") or 0) > 1
    return (
        type(network).__name__ in NETWORKS
        and asked.get("num_inference_steps", 0) >= LEAST_STEPS
        and "control_image" not in asked
        and not comes_by_layer(pipeline)
        and (not guided or type(pipeline).__name__.startswith(NAMING))
    )
