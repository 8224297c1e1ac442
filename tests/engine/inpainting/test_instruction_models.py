"""Real instruction models, tiny and random: loaded by path, never distorting the picture, told by their seed."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Image, Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.errors import BackendMissing, BadOption, ModelMissing, OutOfMemory
from engine.fakes import FillInpainter, FixedGrounder
from engine.handlers.close_up import SHARPEN
from engine.inpainting.diffusion.instruction import (
    WIDEST,
    InstructionModel,
    frame_of,
    frame_within,
    widened,
)
from engine.inpainting.diffusion.loading import follower_for
from engine.inpainting.diffusion.palettes import Palette
from engine.inpainting.diffusion.settings import Scaling, family_of
from engine.operations import Alter, Target
from engine.protocols import Audience
from tests.engine.inpainting.tiny_instruct import save_klein, save_kontext, save_qwen_edit, save_qwen_edit_plus
from tests.engine.inpainting.tiny_models import save_sd

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    # The tests build and save models outside the adapter, which drops these remarks of the libraries itself.
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]

SAVERS = {"kontext": save_kontext, "klein": save_klein, "qwen": save_qwen_edit, "qwen-plus": save_qwen_edit_plus}
QUICK = ("kontext", "klein")
"""Models that work on a frame of any area; Qwen-Image-Edit knows one, of a megapixel."""
SIDE = 128
HEIGHT, WIDTH = 201, 153
AUTOENCODERS = ("AutoencoderKL", "AutoencoderKLFlux2", "AutoencoderKLQwenImage")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Named as checkpoints that were distilled to two steps are, so that they are run in two."""
    home = tmp_path_factory.mktemp("models")
    return {name: save(home / f"{name}-lightning-2steps") for name, save in SAVERS.items()}


def model(folders: dict[str, Path], name: str) -> InstructionModel:
    follower = follower_for(str(folders[name]))
    if name in QUICK:
        follower.side = SIDE
    return follower


def _sixteenth(dimensions: Any, area: float, ratio: float) -> Any:
    return dimensions(area / 16, ratio)


@pytest.fixture
def small_qwen(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> dict[str, InstructionModel]:
    """Qwen's pipelines with a sixteenth of the megapixel that they bring every picture to, and two steps."""
    diffusers: Any = import_module("diffusers")
    models: dict[str, InstructionModel] = {}
    for name, kind in (("qwen", diffusers.QwenImageEditPipeline), ("qwen-plus", diffusers.QwenImageEditPlusPipeline)):
        module: Any = import_module(kind.__module__)
        scaled: Any = module.calculate_dimensions
        monkeypatch.setattr(module, "calculate_dimensions", partial(_sixteenth, scaled))
        family = replace(family_of(kind.__name__), steps=2, scaling=Scaling(256, 32))
        pipeline = kind.from_pretrained(folders[name])
        pipeline.set_progress_bar_config(disable=True)
        models[name] = InstructionModel(pipeline, family)
    return models


def photo(height: int = HEIGHT, width: int = WIDTH) -> Image:
    """Smooth, and different in every corner, so that a crop or a shift would show."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return np.stack((255 * x / width, 255 * y / height, 255 * (1 - x / width) * (1 - y / height)), 2).astype(np.uint8)


class Spy:
    """Remembers what an autoencoder was shown."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[Image] = []
        diffusers: Any = import_module("diffusers")
        for name in AUTOENCODERS:
            kind = getattr(diffusers, name)
            monkeypatch.setattr(kind, "encode", self._watching(kind.encode))

    def _watching(self, encode: Any) -> Any:
        def watched(autoencoder: Any, pixels: Any, *given: Any, **named: Any) -> Any:
            plane = pixels.reshape(-1, *pixels.shape[-2:])[:3].permute(1, 2, 0)
            self.seen.append(((plane.float().numpy() + 1) * 127.5).round().clip(0, 255).astype(np.uint8))
            return encode(autoencoder, pixels, *given, **named)

        return watched


@pytest.mark.parametrize("name", SAVERS)
def test_every_model_sees_the_whole_picture_and_gives_it_back_in_its_frame(
    folders: dict[str, Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower, spy = model(folders, name), Spy(monkeypatch)
    assert follower.side == (SIDE if name in QUICK else 1024)
    made = follower.follow(photo(), "make it snow", seed=3)
    assert made.shape == photo().shape
    assert made.dtype == np.uint8
    assert made.std() > 1
    seen = spy.seen[0]
    assert math.prod(seen.shape[:2]) == pytest.approx(follower.side**2, rel=0.1)
    small = cv2.resize(seen, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - photo()).mean() < 2


@pytest.mark.parametrize("name", ["qwen", "qwen-plus"])
def test_qwen_gives_the_frame_that_it_sees(
    small_qwen: dict[str, InstructionModel], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy, made = Spy(monkeypatch), list[tuple[int, ...]]()
    kind: Any = import_module("diffusers").AutoencoderKLQwenImage
    decode: Any = kind.decode

    def watched(autoencoder: Any, latents: Any, *given: Any, **named: Any) -> Any:
        made.append(tuple(8 * side for side in latents.shape[-2:]))
        return decode(autoencoder, latents, *given, **named)

    monkeypatch.setattr(kind, "decode", watched)
    one, again, other = (small_qwen[name].follow(photo(300, 240), "a hat", seed=seed) for seed in (1, 1, 2))
    assert {seen.shape[:2] for seen in spy.seen} == set(made)
    assert (one == again).all()
    assert (one != other).any()


@pytest.mark.parametrize("name", QUICK)
def test_the_seed_and_the_words_matter(folders: dict[str, Path], name: str) -> None:
    follower = model(folders, name)
    one, two = (follower.follow(photo(), "make it snow", seed=seed) for seed in (1, 2))
    other = follower.follow(photo(), "add a bench", seed=1)
    assert (one != two).any()
    assert (one != other).any()


@pytest.mark.parametrize("frame", [(300, 80), (60, 333), (9, 600), (500, 7)], ids=str)
def test_tall_and_wide_pictures_keep_their_aspect(
    folders: dict[str, Path], frame: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in QUICK:
        spy = Spy(monkeypatch)
        made = model(folders, name).follow(photo(*frame), "make it snow", seed=3)
        assert made.shape == (*frame, 3)
        rows, columns = spy.seen[0].shape[:2]
        aspect = min(max(frame[1] / frame[0], 1 / WIDEST), WIDEST)
        assert columns / rows == pytest.approx(aspect, rel=0.15)


sides = st.integers(1, 6000)


@settings(deadline=None, max_examples=60)
@given(height=sides, width=sides)
def test_a_widened_picture_is_the_picture_with_margins(height: int, width: int) -> None:
    image = np.full((height, min(width, 50), 3), 9, np.uint8)
    wide = widened(image)
    rows, columns = wide.image.shape[:2]
    assert max(rows / columns, columns / rows) <= WIDEST
    assert (wide.inside.height, wide.inside.width) == image.shape[:2]
    assert wide.image[wide.inside.slices].shape == image.shape


@settings(deadline=None, max_examples=100)
@given(aspect=st.floats(0.25, 4), side=st.sampled_from([512, 768, 1024]), multiple=st.sampled_from([8, 16, 32]))
def test_a_frame_has_the_aspect_and_no_more_area_than_asked(aspect: float, side: int, multiple: int) -> None:
    width = round(1000 * aspect)
    rows, columns = frame_within(1000, width, side, multiple)
    assert rows % multiple == columns % multiple == 0
    assert 0.8 * side**2 <= rows * columns <= side**2
    assert math.log(columns / rows) == pytest.approx(math.log(width / 1000), abs=1.2 * multiple / min(rows, columns))


@settings(deadline=None, max_examples=100)
@given(width=st.integers(200, 6000), height=st.integers(200, 6000))
def test_the_frame_is_the_one_that_qwen_scales_pictures_to(width: int, height: int) -> None:
    scaling = family_of("QwenImageEditPipeline").scaling
    assert scaling == family_of("QwenImageEditPlusPipeline").scaling
    assert scaling is not None
    module: Any = import_module("diffusers.pipelines.qwenimage.pipeline_qwenimage_edit")
    assert frame_of(height, width, *scaling) == module.calculate_dimensions(1024 * 1024, width / height)[1::-1]


@pytest.mark.parametrize("name", ["klein", "qwen-plus"])
def test_a_reference_is_looked_at_whatever_its_size(
    folders: dict[str, Path], small_qwen: dict[str, InstructionModel], name: str
) -> None:
    follower = small_qwen.get(name) or model(folders, name)
    assert follower.takes_reference
    alone = follower.follow(photo(), "put it on the wall", seed=1)
    beside = follower.follow(photo(), "put it on the wall", seed=1, reference=photo(20, 300)[:, ::-1])
    assert (alone != beside).any()


def test_a_model_of_one_picture_takes_no_reference(folders: dict[str, Path]) -> None:
    follower = model(folders, "kontext")
    assert not follower.takes_reference
    alone, beside = (follower.follow(photo(), "hang it", seed=1, reference=other) for other in (None, photo(50, 50)))
    assert (alone == beside).all()


def test_words_that_are_tokens_of_the_model_are_only_words(small_qwen: dict[str, InstructionModel]) -> None:
    """As a picture's place in the prompt it would break the count of pictures."""
    made = small_qwen["qwen"].follow(photo(), "a <|image_pad|> hat", seed=3)
    assert (made == small_qwen["qwen"].follow(photo(), "a   hat", seed=3)).all()


@pytest.mark.parametrize("name", SAVERS)
def test_it_is_stopped_within_a_step(
    folders: dict[str, Path], small_qwen: dict[str, InstructionModel], name: str
) -> None:
    heard: list[float] = []

    def progress(share: float) -> None:
        heard.append(share)
        if share > 0:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        (small_qwen.get(name) or model(folders, name)).follow(photo(), "make it snow", seed=1, progress=progress)
    assert [share for share in heard if share] == [0.5]


@pytest.mark.parametrize("name", SAVERS)
def test_while_it_works_the_picture_is_shown_as_it_is_becoming(
    folders: dict[str, Path], small_qwen: dict[str, InstructionModel], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the frame of the picture, also of one that is widened for the model."""
    channels = 4 if name.startswith("qwen") else 2
    flat = Palette(tuple((0.1, 0.2, 0.3) for _ in range(channels)), (0.0, 0.0, 0.0))
    monkeypatch.setattr("engine.inpainting.diffusion.palettes.PALETTES", (("", flat),))
    monkeypatch.setattr("engine.inpainting.diffusion.preview.EVERY", 0.0)
    follower, seen = small_qwen.get(name) or model(folders, name), list[Image]()
    for frame in ((HEIGHT, WIDTH), (60, 333)):
        follower.follow(photo(*frame), "make it snow", seed=1, progress=Audience(lambda _: None, seen.append))
        assert seen[-1].shape == (*frame, 3)
        assert seen[-1].std() > 1


class Hungry:
    """Runs out of memory in the calls of a network with these numbers, and counts the tokens of each call."""

    def __init__(self, kind: Any, failing: range, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tokens: list[int] = []
        torch: Any = import_module("torch")
        forward = kind.forward

        def starving(network: Any, hidden_states: Any, *given: Any, **named: Any) -> Any:
            self.tokens.append(hidden_states.shape[1])
            if len(self.tokens) - 1 in failing:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return forward(network, hidden_states, *given, **named)

        monkeypatch.setattr(kind, "forward", starving)


NETWORKS = {
    "kontext": "FluxTransformer2DModel",
    "klein": "Flux2Transformer2DModel",
    "qwen": "QwenImageTransformer2DModel",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_out_of_memory_is_tried_again_smaller(
    folders: dict[str, Path],
    small_qwen: dict[str, InstructionModel],
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    follower = small_qwen.get(name) or model(folders, name)
    hungry = Hungry(getattr(import_module("diffusers"), NETWORKS[name]), range(1, 2), monkeypatch)
    made = follower.follow(photo(), "make it snow", seed=1)
    assert made.shape == photo().shape
    failed, calls = hungry.tokens[1], 2 * (1 + (name == "qwen"))
    assert len(hungry.tokens) == 2 + calls
    # What Qwen's pipeline shows its network is of one area whatever is asked, and a result of another would not fit it.
    smaller = 0.7 if name in QUICK else 1
    assert hungry.tokens[2] <= smaller * failed


def test_out_of_memory_twice_is_an_error_with_the_backends_name(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = model(folders, "klein")
    Hungry(import_module("diffusers").Flux2Transformer2DModel, range(99), monkeypatch)
    with pytest.raises(OutOfMemory) as failure:
        follower.follow(photo(), "make it snow", seed=1)
    assert failure.value.backend == "instruct"


def test_what_is_no_instruction_model_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BadOption) as wrong:
        follower_for(str(save_sd(tmp_path / "sd")))
    assert "follows instructions" in wrong.value.allowed
    with pytest.raises(ModelMissing):
        follower_for(str(tmp_path))
    with pytest.raises(BackendMissing):
        follower_for(None)


def test_a_cutout_keeps_its_transparency(folders: dict[str, Path]) -> None:
    opacity = np.full((HEIGHT, WIDTH), 255, np.uint8)
    opacity[:60] = 0
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[30:120, 20:99] = True
    model(folders, "klein")
    editor = Editor(FixedGrounder({}).locate, FillInpainter())
    operation = Alter(target=Target(previous=True), prompt="asleep")
    done = editor.edit(
        EditRequest(
            Picture(photo(), opacity), (operation,), seed=1, mask=mask, backend="instruct", model=str(folders["klein"])
        )
    )
    assert done.backend == "instruct"
    assert done.outside_changed == 0
    assert done.picture.opacity is not None
    assert (done.picture.opacity == opacity).all()
    assert (done.picture.rgb != photo()).any(axis=2)[mask].mean() > 0.3
    assert (done.picture.rgb == photo()).all(axis=2)[~mask].all()


@pytest.mark.parametrize("masked", [True, False])
def test_a_photo_larger_than_it_draws_is_looked_at_again_and_stays_exact(
    folders: dict[str, Path], masked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a model with random weights draws is another picture each time, so that its second look is let pass."""
    monkeypatch.setattr("engine.handlers.close_up.ALTERED", 1.0)
    follower = model(folders, "klein")
    asked: list[str] = []
    follow = follower.follow

    def heard(image: Image, instruction: str, **named: Any) -> Image:
        asked.append(instruction)
        return follow(image, instruction, **named)

    monkeypatch.setattr(follower, "follow", heard)
    whole = photo(241, 265)
    mask = np.zeros(whole.shape[:2], np.bool_)
    mask[40:230, 60:260] = True
    editor = Editor(FixedGrounder({}).locate, FillInpainter(), follower_for=lambda _: follower)
    operation = Alter(target=Target(previous=True) if masked else None, prompt="snow")
    request = EditRequest(Picture(whole), (operation,), seed=1, mask=mask if masked else None, backend="instruct")
    done, again = editor.edit(request), editor.edit(request)
    assert asked.count(SHARPEN) > 2
    assert (done.picture.rgb == again.picture.rgb).all()
    assert done.picture.rgb.shape == whole.shape
    if masked:
        assert done.outside_changed == 0
        assert (done.picture.rgb == whole).all(axis=2)[~mask].all()
        assert (done.picture.rgb != whole).any(axis=2)[mask].mean() > 0.3
