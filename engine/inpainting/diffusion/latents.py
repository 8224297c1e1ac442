"""What an autoencoder made of a picture is remembered: a window painted again is not encoded again.

"Retry", variations, "more like the second" and refinements show the model pixels that it has seen. Remembered is the
distribution that the encoder gives, not a sample from it: every seed still draws its own, the same as without.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any, Final
from weakref import WeakKeyDictionary

from engine.budget import ByteBudget, fingerprint

REMEMBERED: Final = 64 << 20
"""Bytes kept for each autoencoder: some 250 windows of SDXL at 1024 px, 60 of FLUX."""

_memories: WeakKeyDictionary[Any, ByteBudget[Any]] = WeakKeyDictionary()


@contextmanager
def remembered_latents(vae: Any) -> Generator[None, None, None]:
    """For a while `vae.encode` knows the pixels that it was given before; what it answers is the same, bit by bit.

    The pictures of a batch are known one by one where the autoencoder encodes them so. Forgotten with the `vae`; one
    that gives no distribution is left as it is. For one thread at a time.
    """
    if not type(vae).__name__.startswith("AutoencoderKL"):
        yield
        return
    memory = _memories.setdefault(vae, ByteBudget[Any](REMEMBERED, lambda parameters: parameters.nbytes))
    vae.encode = partial(_encoded, vae, vae.encode, memory)
    try:
        yield
    finally:
        del vae.encode


def _encoded(vae: Any, encode: Callable[[Any], Any], memory: ByteBudget[Any], pixels: Any) -> Any:
    """What diffusers' autoencoders answer to `encode`, for (n, 3, ..., h, w) pixels."""
    torch: Any = import_module("torch")
    pictures = pixels.split(1) if vae.use_slicing else [pixels]
    known = [
        memory.get(_key(vae, picture), lambda picture=picture: encode(picture).latent_dist.parameters)
        for picture in pictures
    ]
    outputs: Any = import_module("diffusers.models.modeling_outputs")
    distributions: Any = import_module("diffusers.models.autoencoders.vae")
    # Joined even where there is one: who gets it may write into it.
    return outputs.AutoencoderKLOutput(latent_dist=distributions.DiagonalGaussianDistribution(torch.cat(known)))


def _key(vae: Any, picture: Any) -> bytes:
    """Of the pixels, and of how the autoencoder works now: in tiles, or in another precision, it rounds otherwise."""
    torch: Any = import_module("torch")
    octets = picture.contiguous().view(torch.uint8).cpu().numpy()
    return fingerprint(octets, str(picture.dtype), str(vae.dtype), str(vae.use_tiling))
