"""The same pictures sooner, on a GPU: nothing here changes what is painted, but for the rounding of numbers.

What it does, in the order in which it pays (the project's notes on performance): half precision comes with loading;
channels-last spares cuDNN a copy before and after each convolution; fused projections read a picture's features once
instead of three times; compiling fuses what lies between the matrix multiplications, in the blocks of the network and
in the decoder, which takes half of a few-step edit where it is not compiled. Attention is PyTorch's own fused one,
which diffusers uses by itself. Where shapes change, PyTorch compiles once more for all shapes, then no more.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final


@dataclass
class Tuning:
    """What may be chosen about speed."""

    fast: bool = True
    """Whether models on a GPU are accelerated: their first picture takes a minute longer, while they are compiled."""


TUNING: Final = Tuning()
"""That of this process."""


def accelerate(pipeline: Any, compiler: str = "inductor") -> None:
    """The pipeline, whose weights lie on the GPU to stay, becomes faster. compiler: a backend of torch.compile."""
    torch: Any = import_module("torch")
    network: Any = getattr(pipeline, "unet", None) or pipeline.transformer
    for part in (network, pipeline.vae):
        part.to(memory_format=torch.channels_last)
    # A network with extra projections for its prompt says so by a ValueError, and is left as it is.
    with suppress(ValueError):
        if hasattr(network, "fuse_qkv_projections"):
            network.fuse_qkv_projections()
    if getattr(network, "_repeated_blocks", None):
        network.compile_repeated_blocks(backend=compiler)
    pipeline.vae.decoder.compile(backend=compiler)
