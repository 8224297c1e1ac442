"""Seconds per generated edit, models at their real size with random weights, against a plain call on the whole picture.

A thing on a 12 MP photo is replaced under a mask of a twentieth of it. Ours shows the model a window around the mask at
the model's own size; the plain way hands diffusers the whole photo, at its own size. Both run one pipeline with the
same steps, a warm-up first, then medians; peak memory is the GPU's. Tokenizers know single letters and T5 has two
layers, for their weights are not what is measured. Needs a GPU:
`uv run --extra gpu python benchmarks/generation.py [sd] [sdxl] [flux-fill]`.

Not run yet: no GPU was at hand when it was written. Without one it refuses, for its figures would mean nothing.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image as PillowImage

from engine.data import Image, Mask, Picture
from engine.editor import Editor, EditRequest
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.settings import family_of
from engine.operations import Replace, Target
from tests.engine.inpainting.tiny_models import clip_tokenizer, t5_tokenizer

HEIGHT, WIDTH = 3000, 4000
SHARE = 0.05
"""Of the photo, that the mask covers."""
ROUNDS = 3
GOAL = 8
PROMPT = "a wooden bench"
GIGABYTE = 1 << 30


class Run(NamedTuple):
    """What one way took."""

    seconds: float
    peak: int
    """Bytes of GPU memory."""


def sd() -> Any:
    """Stable Diffusion 1.5 inpainting: 0.86 billion weights in the UNet."""
    unet = _new("UNet2DConditionModel", sample_size=64, in_channels=9, cross_attention_dim=768, attention_head_dim=8)
    options = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    return _assembled("StableDiffusionInpaintPipeline", unet=unet, text_encoder=_clip(768, 12), **options)


def sdxl() -> Any:
    """Stable Diffusion XL inpainting: 2.6 billion weights in the UNet."""
    unet = _new(
        "UNet2DConditionModel", sample_size=128, in_channels=9, cross_attention_dim=2048,
        block_out_channels=(320, 640, 1280), attention_head_dim=(5, 10, 20), transformer_layers_per_block=(1, 2, 10),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816,
    )  # fmt: skip
    second = _clip(1280, 32, "CLIPTextModelWithProjection")
    return _assembled(
        "StableDiffusionXLInpaintPipeline", unet=unet, text_encoder=_clip(768, 12), text_encoder_2=second,
        tokenizer_2=_clip_tokenizer(),
    )  # fmt: skip


def flux_fill() -> Any:
    """FLUX.1 Fill: 12 billion weights in the transformer."""
    transformer = _new("FluxTransformer2DModel", in_channels=384, out_channels=64, guidance_embeds=True)
    transformers: Any = import_module("transformers")
    t5 = transformers.T5Config(
        d_model=4096, d_kv=64, d_ff=10240, num_layers=2, num_heads=64, vocab_size=40, feed_forward_proj="gated-gelu"
    )
    return _assembled(
        "FluxFillPipeline", transformer=transformer, text_encoder=_clip(768, 12),
        text_encoder_2=transformers.T5EncoderModel(t5), tokenizer_2=t5_tokenizer(),
        scheduler=_new("FlowMatchEulerDiscreteScheduler"),
        vae=_vae(latent_channels=16, shift_factor=0.1159, scaling_factor=0.3611),
    )  # fmt: skip


MODELS: dict[str, Callable[[], Any]] = {"sd": sd, "sdxl": sdxl, "flux-fill": flux_fill}


def _new(name: str, **options: Any) -> Any:
    diffusers: Any = import_module("diffusers")
    return getattr(diffusers, name)(**options)


def _assembled(name: str, **parts: Any) -> Any:
    if "vae" not in parts:
        parts |= {"vae": _vae(latent_channels=4), "scheduler": _new("DDIMScheduler", steps_offset=1, clip_sample=False)}
    pipeline = _new(name, tokenizer=_clip_tokenizer(), **parts)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _vae(**options: Any) -> Any:
    return _new(
        "AutoencoderKL", block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=1024,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, **options,
    )  # fmt: skip


def _clip(width: int, layers: int, name: str = "CLIPTextModel") -> Any:
    transformers: Any = import_module("transformers")
    config = transformers.CLIPTextConfig(
        hidden_size=width, intermediate_size=4 * width, num_attention_heads=width // 64, num_hidden_layers=layers,
        projection_dim=width, vocab_size=54, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    return getattr(transformers, name)(config)


def _clip_tokenizer() -> Any:
    return clip_tokenizer(Path(tempfile.mkdtemp()) / "clip")


def built(name: str) -> Any:
    """The pipeline on the GPU in bfloat16, its weights drawn there."""
    torch: Any = import_module("torch")
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("cuda"):
            pipeline = MODELS[name]()
    finally:
        torch.set_default_dtype(torch.float32)
    return pipeline.to("cuda", torch.bfloat16)


def case() -> tuple[Image, Mask]:
    """A photo-like picture and the mask of a round thing on it."""
    grain = np.random.default_rng(7).normal(0, 6, (HEIGHT, WIDTH, 1))
    slope = np.linspace((60, 90, 140), (190, 170, 120), HEIGHT)[:, None, :]
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    mask = (y - HEIGHT // 2) ** 2 + (x - WIDTH // 3) ** 2 < SHARE * HEIGHT * WIDTH / np.pi
    return np.clip(slope + grain, 0, 255).astype(np.uint8), np.asarray(mask, np.bool_)


def ours(pipeline: Any, photo: Image, mask: Mask) -> None:
    painter = DiffusionPainter(pipeline)
    editor = Editor(FixedGrounder({}).locate, FillInpainter(), lambda _: painter)
    operation = Replace(target=Target(previous=True), prompt=PROMPT)
    done = editor.edit(EditRequest(Picture(photo), (operation,), seed=1, mask=mask))
    assert done.outside_changed == 0


def plain(pipeline: Any, photo: Image, mask: Mask) -> None:
    family = family_of(type(pipeline).__name__)
    height, width = (length // 16 * 16 for length in mask.shape)
    pipeline(
        prompt=PROMPT,
        image=PillowImage.fromarray(photo[:height, :width]),
        mask_image=PillowImage.fromarray(mask[:height, :width]),
        height=height,
        width=width,
        strength=family.strongest,
        num_inference_steps=family.steps,
        guidance_scale=family.guidance_scale,
    )


def timed(way: Callable[[], None], rounds: int = ROUNDS) -> Run:
    torch: Any = import_module("torch")
    way()
    torch.cuda.reset_peak_memory_stats()
    seconds: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        way()
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return Run(statistics.median(seconds), int(torch.cuda.max_memory_allocated()))


def report(name: str, photo: Image, mask: Mask) -> bool:
    """Print one model's line; whether it meets the goal."""
    pipeline = built(name)
    own = timed(lambda: ours(pipeline, photo, mask))
    whole = timed(lambda: plain(pipeline, photo, mask), rounds=1)
    faster = whole.seconds / own.seconds
    print(
        f"{name:10} ours {own.seconds:7.2f} s {own.peak / GIGABYTE:6.1f} GB   "
        f"whole photo {whole.seconds:7.2f} s {whole.peak / GIGABYTE:6.1f} GB   {faster:6.1f} times faster"
    )
    return faster >= GOAL


def main() -> None:
    torch: Any = import_module("torch")
    if not torch.cuda.is_available():
        raise SystemExit("no GPU: nothing was measured")
    photo, mask = case()
    names = sys.argv[1:] or list(MODELS)
    print(f"{torch.cuda.get_device_name()}, {WIDTH} x {HEIGHT} px, mask {100 * mask.mean():.1f} %")
    met = [report(name, photo, mask) for name in names]
    print(f"at least {GOAL} times faster: {'yes' if all(met) else 'NO'}")


if __name__ == "__main__":
    main()
