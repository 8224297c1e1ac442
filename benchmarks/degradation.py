"""What twenty edits in a row do to the pixels that no edit was about: with Retouch, and with plain diffusers.

Each edit paints a thing at another place of a 4 MP photo. Retouch shows the model a window and pastes what was asked
for; the plain way hands the whole picture to the pipeline and goes on with what it gives back, so that every pixel
passes the autoencoder twenty times. Both run one pipeline of diffusers with the same steps. Its network is tiny and
random, for what it paints is not looked at; outside the mask that pipeline puts the picture's own latents back after
each step, so that only the autoencoder touches those pixels. It is small, and fitted to the photo first; it keeps a
third of the numbers, where those of real models keep a twelfth (FLUX) or less.

`UV_NO_SYNC=1 uv run --extra gpu python benchmarks/degradation.py [FOLDER]` prints both, for the pixels outside every
mask, and leaves the pictures in FOLDER (default: a new temporary one). Needs no GPU.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image as PillowImage

from engine.data import Image, Mask, Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.settings import Family
from engine.operations import Replace, Target
from tests.engine.inpainting.tiny_models import clip_tokenizer, tiny_clip

HEIGHT, WIDTH = 1632, 2448
EDITS = 20
SHOWN = (1, 5, 10, 20)
"""Edits after which the figures are printed."""
PROMPT = "a bench"
SIDE = 256
"""Px that the model sees in a window, as it is told."""
FAMILY = Family(steps=2, guidance_scale=1.0)
CHANNELS = 4
CROP = 64
BATCH = 2
FITTING_STEPS = 1500


class Loss(NamedTuple):
    """How pixels differ from what they were."""

    psnr: float
    """dB; infinite where they do not."""
    changed: float
    """Share that differs at all."""


def photo(height: int = HEIGHT, width: int = WIDTH) -> Image:
    """A real photo where the data is at hand, else a drawn one; always of that size."""
    folder = Path(os.environ.get("RETOUCH_DATA", "../shared/data")) / "photos"
    found = max(folder.rglob("*.jp*g"), key=lambda path: path.stat().st_size, default=None)
    if found is None:
        grain = np.random.default_rng(7).normal(0, 12, (height, width, 1))
        slope = np.linspace((60, 90, 140), (190, 170, 120), height)[:, None, :]
        return np.clip(slope + grain, 0, 255).astype(np.uint8)
    return np.asarray(PillowImage.open(found).convert("RGB").resize((width, height), PillowImage.Resampling.LANCZOS))


def masks(height: int, width: int, count: int = EDITS) -> Iterator[Mask]:
    """Round things at places that hardly overlap, each half a percent of the picture."""
    y, x = np.ogrid[:height, :width]
    radius = (0.005 * height * width / np.pi) ** 0.5
    columns = 5
    for number in range(count):
        row, column = divmod(number, columns)
        centre_y = (row + 0.5) * height / -(-count // columns)
        centre_x = (column + 0.5) * width / columns
        yield np.asarray((y - centre_y) ** 2 + (x - centre_x) ** 2 < radius**2, np.bool_)


def pipeline(folder: Path) -> Any:
    """Stable Diffusion's inpainting pipeline around a tiny random network."""
    torch: Any = import_module("torch")
    diffusers: Any = import_module("diffusers")
    torch.manual_seed(0)
    unet = diffusers.UNet2DConditionModel(
        sample_size=SIDE // 2, in_channels=CHANNELS, out_channels=CHANNELS, block_out_channels=(4, 8),
        layers_per_block=1, norm_num_groups=4, attention_head_dim=8, cross_attention_dim=32,
        down_block_types=("DownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "UpBlock2D"),
        mid_block_type=None,
    )  # fmt: skip
    vae = diffusers.AutoencoderKL(
        block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4, latent_channels=CHANNELS,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        mid_block_add_attention=False, scaling_factor=1.0,
    )  # fmt: skip
    made = diffusers.StableDiffusionInpaintPipeline(
        vae=vae, unet=unet, text_encoder=tiny_clip("CLIPTextModel"), tokenizer=clip_tokenizer(folder / "clip"),
        scheduler=diffusers.DDIMScheduler(clip_sample=False, steps_offset=1), safety_checker=None,
        feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    made.set_progress_bar_config(disable=True)
    return made


def fit(vae: Any, picture: Image, steps: int) -> None:
    """Teach the autoencoder the picture, by crops of it."""
    torch: Any = import_module("torch")
    rng = np.random.default_rng(0)
    vae.requires_grad_(True)
    optimiser = torch.optim.Adam(vae.parameters(), lr=3e-3)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        corners = rng.integers((0, 0), (picture.shape[0] - CROP, picture.shape[1] - CROP), (BATCH, 2))
        crops = np.stack([picture[y : y + CROP, x : x + CROP] for y, x in corners])
        wanted = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 127.5 - 1
        latents = vae.encode(wanted).latent_dist
        loss = (vae.decode(latents.sample()).sample - wanted).abs().mean() + 1e-6 * latents.kl().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        decay.step()
    vae.requires_grad_(False)


def ours(pipe: Any, picture: Image, holes: list[Mask]) -> Iterator[tuple[Image, Mask]]:
    """After each edit by Retouch: the picture, and every pixel that any edit so far may have changed."""
    painter = DiffusionPainter(pipe, FAMILY)
    painter.side = SIDE
    editor = Editor(FixedGrounder({}).locate, FillInpainter(), lambda _: painter)
    now, touched = Picture(picture), np.zeros(picture.shape[:2], np.bool_)
    for seed, hole in enumerate(holes):
        operation = Replace(target=Target(previous=True), prompt=PROMPT)
        done = editor.edit(EditRequest(now, (operation,), seed=seed, mask=hole))
        assert done.mask is not None
        now, touched = done.picture, touched | done.mask
        yield now.rgb, touched


def plain(pipe: Any, picture: Image, holes: list[Mask]) -> Iterator[Image]:
    """After each edit by diffusers alone: the picture."""
    torch: Any = import_module("torch")
    height, width = picture.shape[:2]
    for seed, hole in enumerate(holes):
        picture = np.asarray(
            pipe(
                prompt=PROMPT,
                image=PillowImage.fromarray(picture),
                mask_image=PillowImage.fromarray(hole.view(np.uint8) * 255),
                height=height,
                width=width,
                num_inference_steps=FAMILY.steps,
                guidance_scale=FAMILY.guidance_scale,
                generator=torch.Generator("cpu").manual_seed(seed),
            ).images[0]
        )
        yield picture


def loss(before: Image, after: Image, where: Mask) -> Loss:
    """What the pixels there lost."""
    error = before[where].astype(np.float32) - after[where]
    square = float((error**2).mean())
    psnr = float("inf") if square == 0 else 10 * float(np.log10(255**2 / square))
    return Loss(psnr, float((error != 0).any(axis=1).mean()))


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="degradation-"))
    folder.mkdir(parents=True, exist_ok=True)
    torch: Any = import_module("torch")
    original = photo()
    holes = list(masks(HEIGHT, WIDTH))
    with tempfile.TemporaryDirectory() as home:
        pipe = pipeline(Path(home))
    start = time.perf_counter()
    fit(pipe.vae, original, FITTING_STEPS)
    print(f"{WIDTH} x {HEIGHT} px, {EDITS} edits, autoencoder fitted in {time.perf_counter() - start:.0f} s")
    with torch.no_grad():
        exact = list(ours(pipe, original, holes))
        never = ~exact[-1][1]
        print(f"pixels outside every mask: {never.mean():.1%}\nedits   Retouch              plain diffusers")
        for count, decoded in enumerate(plain(pipe, original, holes), start=1):
            own, whole = loss(original, exact[count - 1][0], never), loss(original, decoded, never)
            if count in SHOWN:
                figures = (f"{way.psnr:5.1f} dB {way.changed:8.2%}" for way in (own, whole))
                print(f"{count:5}   {'     '.join(figures)}", flush=True)
            for name, picture in {"original": original, "retouch": exact[count - 1][0], "plain": decoded}.items():
                cv2.imwrite(str(folder / f"{name}.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    print(f"pictures: {folder}")


if __name__ == "__main__":
    main()
