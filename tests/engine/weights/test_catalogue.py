"""The catalogue is what the page and the commands say it is."""

from __future__ import annotations

import re

import pytest

from engine.errors import BadOption
from engine.weights import CATALOGUE, KINDS, Model, model_named
from engine.weights.cache import DATA, is_needed

MODELS = list(CATALOGUE.values())
NAMES = list(CATALOGUE)
PERMISSIVE = {"Apache-2.0", "MIT", "BSD-3-Clause"}


def test_the_kinds_come_in_their_order_and_none_is_empty() -> None:
    seen = list(dict.fromkeys(model.kind for model in MODELS))
    assert seen == [kind for kind in KINDS if kind in seen]
    assert set(seen) == set(KINDS)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_an_entry_is_pinned_and_from_a_secure_address(model: Model) -> None:
    assert model.page.startswith("https://")
    for file in model.files:
        assert file.sha256
        assert file.url.startswith("https://")
        assert not re.search(r"huggingface\.co/.*/resolve/(?![0-9a-f]{40}/)", file.url)
    assert model.extra == "gpu" or not model.hub
    assert 0 < model.memory(gpu=True) <= model.memory(gpu=False)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_licence_that_is_not_permissive_says_what_it_means(model: Model) -> None:
    assert model.licence in PERMISSIVE or model.terms


def test_the_gated_ones_are_the_ones_that_are() -> None:
    assert {model.name for model in MODELS if model.gated} == {"sam3", "flux-1-fill", "flux-1-kontext"}


@pytest.mark.parametrize("model", [model for model in MODELS if model.hub], ids=lambda model: model.name)
def test_no_pattern_lets_code_in(model: Model) -> None:
    assert model.hub
    careless = model.hub.model_copy(update={"files": ("*",)})
    for folder in ("", "unet/", "text_encoder_2/", "models/image_encoder/"):
        for name in ("pytorch_model.bin", "model.pt", "weights.ckpt", "pipeline.py", "model.msgpack"):
            assert not is_needed(model.hub, folder + name)
            assert not is_needed(careless, folder + name)


def test_half_weights_are_twice_as_large_on_a_cpu() -> None:
    sdxl, nano, large = (model_named(name) for name in ("sdxl", "yolox-nano", "sam2.1-hiera-large"))
    assert sdxl.memory(gpu=False) == 2 * sdxl.memory(gpu=True) == 2 * 6_940_000_000 + 4_000_000_000
    assert large.memory(gpu=True) == (898_000_000 + 1_800_000_000) // 2
    assert nano.memory(gpu=True) == nano.memory(gpu=False) == nano.size + 31_000_000


def test_every_kind_of_data_is_plain() -> None:
    assert not {".bin", ".pt", ".pth", ".py", ".pkl"} & set(DATA)


def test_an_unknown_name() -> None:
    with pytest.raises(BadOption):
        model_named("gpt-9")
