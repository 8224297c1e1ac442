"""The same pictures sooner, on a GPU: nothing here changes what is painted, but for the rounding of numbers.

What it does, in the order in which it pays (the project's notes on performance): half precision comes with loading;
channels-last spares cuDNN a copy before and after each convolution; fused projections read a picture's features once
instead of three times; compiling fuses what lies between the matrix multiplications, in the blocks of the network and
in the decoder, which takes half of a few-step edit where it is not compiled. Attention is PyTorch's own fused one,
which diffusers uses by itself.

Compiled for all shapes at once: windows have eleven of them (`window.SHORT_SIDES`), prompts and batches several more,
and PyTorch, left to itself, compiles up to four times before it sees that all of them vary; after eight times, which
SDXL reaches with one long prompt, it never compiles that kind of block again and says so in its log alone.

Without CUDA graphs: they would be recorded for each shape and batch anew, hold memory for each, and overwrite one
block's result with the next one's if any of it is kept for a step; what they spare, the launching of kernels, is what
the small networks of Stable Diffusion 1.5 wait for. None of it can be trusted before it has run on a GPU.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Literal, TypeAlias

from engine.inpainting.diffusion.residency import network_of

Precision: TypeAlias = Literal["auto", "float8"]
"""auto: 16 bits on a GPU, 32 elsewhere; float8: as in `float8`, on a GPU."""
Compiler: TypeAlias = str | Callable[[Any, Any], Any]
"""A backend of torch.compile, or its name."""
KINDS: Final = 64
"""How often one kind of block may be compiled in one process: widths, batches of one and of more, models in memory."""
SPARED: Final = ("FluxAttention", "Flux2Attention")
"""Kinds of attention that need the single projections no more once they are fused: 4 GB of FLUX.1. Those of UNets do,
for IP-Adapters and for attention in slices."""
SINGLE: Final = ("to_q", "to_k", "to_v", "add_q_proj", "add_k_proj", "add_v_proj")


@dataclass
class Tuning:
    """What may be chosen about speed."""

    fast: bool = True
    """Whether models on a GPU are accelerated: their first picture takes a minute longer, while they are compiled."""
    precision: Precision = "auto"
    step_caching: float = 0.0
    """By which share the first block's work may change from step to step and the others be skipped; 0: never."""


TUNING: Final = Tuning()
"""That of this process."""


def fuse(pipeline: Any) -> None:
    """The projections of the network's attention become one matrix each, wherever its weights lie."""
    network = network_of(pipeline)
    # A network with extra projections for its prompt says so by a ValueError, and is left as it is.
    with suppress(ValueError):
        if hasattr(network, "fuse_qkv_projections"):
            network.fuse_qkv_projections()
    for attention in network.modules():
        if type(attention).__name__ in SPARED and attention.fused_projections:
            for name in SINGLE:
                setattr(attention, name, None)


def accelerate(pipeline: Any, compiler: Compiler = "inductor") -> None:
    """The pipeline, whose weights lie on the GPU to stay, becomes faster; to be run within `any_shape`."""
    torch: Any = import_module("torch")
    network = network_of(pipeline)
    for part in (network, pipeline.vae):
        part.to(memory_format=torch.channels_last)
    names = getattr(network, "_repeated_blocks", None) or ()
    for block in [module for module in network.modules() if type(module).__name__ in names]:
        if hasattr(network, "enable_cache"):
            # What `step_caching` puts around a block is not compiled with it: it comes and goes with every picture.
            block.forward = torch.compile(block.forward, backend=compiler, dynamic=True)
        else:
            # Not so here: a copy of the network for an IP-Adapter would go on calling the original.
            block.compile(backend=compiler, dynamic=True)
    pipeline.vae.decoder.compile(backend=compiler, dynamic=True)


@contextmanager
def any_shape(pipeline: Any) -> Generator[None, None, None]:
    """Within it, on this thread, what `accelerate` compiles of the pipeline is for pictures of every shape."""
    if getattr(pipeline.vae.decoder, "_compiled_call_impl", None) is None:
        yield
        return
    torch: Any = import_module("torch")
    shapes: Any = import_module("torch.fx.experimental._config")
    # A square would else be taken to mean that height and width are always the same.
    with torch.compiler.config.patch(recompile_limit=KINDS), shapes.patch(use_duck_shape=False):
        yield
