"""Prompts read by the real encoders, tiny and random: as the pipelines read them, at any length, and once."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.prompts import worded
from engine.protocols import Brief
from tests.engine.inpainting.tiny_models import SIDE, save_flux_fill, save_sd, save_sdxl

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    # The tests build and save models outside the adapter, which drops these remarks of the libraries itself.
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]
CLIPS = ("StableDiffusionInpaintPipeline", "StableDiffusionXLInpaintPipeline")
SAVERS = {CLIPS[0]: save_sd, CLIPS[1]: save_sdxl, "FluxFillPipeline": save_flux_fill}
LETTERS = "a b c d e f g h i j k l m n o p q r s t u v w x y z"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("models")
    return {name: save(home / name) for name, save in SAVERS.items()}


@pytest.fixture(scope="module")
def pipelines(folders: dict[str, Path]) -> dict[str, Any]:
    diffusers: Any = import_module("diffusers")
    return {name: getattr(diffusers, name).from_pretrained(folder) for name, folder in folders.items()}


@contextmanager
def readings(encoder: Any) -> Generator[list[int]]:
    """How many texts the encoder reads, call by call."""
    counted = list[int]()

    def count(_module: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> None:
        counted.append(len(positional[0] if positional else named["input_ids"]))

    hook = encoder.register_forward_pre_hook(count, with_kwargs=True)
    yield counted
    hook.remove()


def equal(one: Any, other: Any) -> bool:
    return bool(import_module("torch").allclose(one, other, atol=1e-4))


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("negative", [None, "", "x y"])
@pytest.mark.parametrize("prompt", ["", "a b c", " ".join([LETTERS] * 2) + " a b c d"])
def test_a_short_prompt_is_read_as_the_pipeline_reads_it(
    pipelines: dict[str, Any], name: str, prompt: str, negative: str | None
) -> None:
    pipeline = pipelines[name]
    ours = worded(pipeline, {"prompt": prompt, "negative_prompt": negative})
    theirs = pipeline.encode_prompt(
        prompt, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=True, negative_prompt=negative
    )
    names = ("prompt_embeds", "negative_prompt_embeds", "pooled_prompt_embeds", "negative_pooled_prompt_embeds")
    assert set(ours) == set(names[: len(theirs)])
    for part, expected in zip(names, theirs, strict=False):
        assert equal(ours[part], expected)


def test_flux_reads_as_it_always_does(pipelines: dict[str, Any]) -> None:
    pipeline = pipelines["FluxFillPipeline"]
    ours = worded(pipeline, {"prompt": "a b", "negative_prompt": "x", "strength": 0.5})
    states, pooled, _ = pipeline.encode_prompt("a b", device="cpu")
    assert equal(ours["prompt_embeds"], states)
    assert equal(ours["pooled_prompt_embeds"], pooled)
    assert ours["strength"] == 0.5
    assert "prompt" not in ours


@pytest.mark.parametrize("name", CLIPS)
def test_a_long_prompt_is_read_to_its_end(pipelines: dict[str, Any], name: str) -> None:
    pipeline = pipelines[name]
    long = " ".join([LETTERS] * 6)
    read = worded(pipeline, {"prompt": long, "negative_prompt": "x"})
    assert read["prompt_embeds"].shape[1] == read["negative_prompt_embeds"].shape[1] == 3 * 77
    # The second chunk is what the pipeline makes of those words alone.
    second = " ".join(long.split()[75:150])
    alone = worded(pipeline, {"prompt": second, "negative_prompt": ""})
    assert equal(read["prompt_embeds"][:, 77:154], alone["prompt_embeds"])
    other = worded(pipeline, {"prompt": long[:-1] + "q", "negative_prompt": "x"})
    assert not equal(read["prompt_embeds"], other["prompt_embeds"])


@pytest.mark.parametrize("name", CLIPS)
def test_a_batch_is_read_as_one_by_one(pipelines: dict[str, Any], name: str) -> None:
    texts = ["a b", " ".join([LETTERS] * 4)]
    both = worded(pipelines[name], {"prompt": texts, "negative_prompt": ["x", "y"]})
    for number, text in enumerate(texts):
        alone = worded(pipelines[name], {"prompt": text, "negative_prompt": "xy"[number]})
        length = alone["prompt_embeds"].shape[1]
        for part, tensor in alone.items():
            mine = both[part][number : number + 1]
            assert equal(mine[:, :length] if mine.ndim == 3 else mine, tensor)


@pytest.mark.parametrize("name", SAVERS)
def test_the_same_words_are_read_once(pipelines: dict[str, Any], name: str) -> None:
    pipeline = pipelines[name]
    with readings(pipeline.text_encoder) as counted:
        for _ in range(3):
            worded(pipeline, {"prompt": "h e n", "negative_prompt": "o w l"})
    assert len(counted) == (1 if name == "FluxFillPipeline" else 2)


def test_what_is_embedded_already_and_other_pipelines_are_left_alone(pipelines: dict[str, Any]) -> None:
    given = {"prompt": None, "prompt_embeds": 1}
    assert worded(pipelines[CLIPS[0]], given) is given
    several = {"prompt": "a", "num_images_per_prompt": 2}
    assert worded(pipelines[CLIPS[0]], several) is several
    other = {"prompt": "a"}
    assert worded(object(), other) is other


@pytest.mark.parametrize("name", SAVERS)
def test_painting_reads_once_and_hears_the_last_word(folders: dict[str, Path], name: str) -> None:
    painter: DiffusionPainter = painter_for(str(folders[name]))
    painter.side = SIDE
    image = np.random.default_rng(1).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    mask = np.zeros((SIDE, SIDE), np.bool_)
    mask[20:40, 20:40] = True
    long = " ".join([LETTERS] * 4)
    pipeline: Any = painter._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    first = painter.paint(image, mask, Brief(long, 1, 0.2, "keep"))
    with readings(pipeline.text_encoder) as counted:
        again = painter.paint(image, mask, Brief(long, 1, 0.2, "keep"))
    assert counted == []
    assert (first == again).all()
    other = painter.paint(image, mask, Brief(long[:-1] + "q", 1, 0.2, "keep"))
    assert (other != first).any()
