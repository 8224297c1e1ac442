"""IP-Adapters and LoRAs, tiny and random: each changes the picture, and without it nothing changes."""

from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Image, Mask, Notice, Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.errors import BadOption, ModelMissing, UnusableModel
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.parts import PartWish, read_wish
from engine.inpainting.diffusion.settings import Family, pace_of
from engine.operations import Replace, Target
from engine.protocols import Brief
from engine.weights import ModelStore, model_named
from tests.engine.inpainting.tiny_models import save_sd, save_sdxl
from tests.engine.inpainting.tiny_roles import save_controlnet, save_ip_adapter, save_lora

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("peft")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub|peft)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]

FAMILIES = {"sd": save_sd, "sdxl": save_sdxl}
QUICK = "hyper-cfg-4steps"
"""A name that asks for four steps with guidance."""
HEIGHT, WIDTH = 101, 75


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("models")
    for family, save in FAMILIES.items():
        model = save(home / f"{family}-{QUICK}")
        save_ip_adapter(home / f"{family}-eye", model)
        save_lora(home / f"{family}-pencil.safetensors", model)
    save_lora(home / "lcm-lora.safetensors", home / f"sd-{QUICK}")
    save_controlnet(home / "sd-canny", home / f"sd-{QUICK}")
    return home


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    return rng.integers(60, 200, (HEIGHT, WIDTH, 3), np.uint8)


def named(home: Path, *parts: str, family: str = "sd") -> str:
    return "+".join(str(home / part) for part in (f"{family}-{QUICK}", *parts))


def hole() -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[35:75, 25:45] = True
    return mask


def painted(painter: DiffusionPainter, photo: Image, reference: Image | None = None) -> Image:
    return painter.paint(photo, hole(), Brief("a hat", 1, 0.75, "keep", reference))


def red_and_blue() -> tuple[Image, Image]:
    reds, blues = np.zeros((2, 33, 64, 3), np.uint8)
    reds[..., 0] = blues[..., 2] = 255
    return reds, blues


@pytest.mark.parametrize("family", FAMILIES)
def test_a_reference_is_seen_through_an_ip_adapter_and_leaves_no_trace(home: Path, photo: Image, family: str) -> None:
    before = painted(painter_for(named(home, family=family)), photo)
    painter = painter_for(named(home, f"{family}-eye", family=family))
    assert painter.takes_reference
    red, blue = (painted(painter, photo, reference) for reference in red_and_blue())
    assert (red == painted(painter, photo, red_and_blue()[0])).all()
    assert (red != before).any(axis=2)[hole()].mean() > 0.5
    assert (red != blue).any(axis=2)[hole()].mean() > 0.5
    assert (painted(painter, photo) == before).all()


def test_its_weight_follows_a_colon(home: Path, photo: Image) -> None:
    before = painted(painter_for(named(home)), photo)
    reference = red_and_blue()[0]
    weightless, strong = (painted(painter_for(named(home, f"sd-eye:{weight}")), photo, reference) for weight in (0, 1))
    assert np.abs(weightless - before.astype(int)).max() <= 1
    assert (strong != before).any()


def test_a_reference_and_structure_go_together(home: Path, photo: Image) -> None:
    painter = painter_for(named(home, "sd-eye", "sd-canny:1"))
    reference = red_and_blue()[0]
    results = [
        painter.paint(photo, hole(), Brief("a hat", 1, 0.75, "keep", shown, structure=held))
        for shown in (None, reference)
        for held in (False, True)
    ]
    for number, one in enumerate(results):
        assert all((one != other).any() for other in results[number + 1 :])


def test_memory_that_runs_out_does_not_cost_the_reference(
    home: Path, photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch: Any = import_module("torch")
    diffusers: Any = import_module("diffusers")
    painter = painter_for(named(home, "sd-eye"))
    forward, calls = diffusers.UNet2DConditionModel.forward, list[int]()
    reds, blues = red_and_blue()

    def short(network: Any, sample: Any, *args: Any, **options: Any) -> Any:
        calls.append(int(sample.shape[-2]))
        if len(calls) == 2:
            raise torch.OutOfMemoryError("CUDA")
        return forward(network, sample, *args, **options)

    before = painted(painter, photo, reds)
    monkeypatch.setattr(diffusers.UNet2DConditionModel, "forward", short)
    smaller = painted(painter, photo, reds)
    assert calls[-1] < calls[0]
    assert (smaller != before).any()
    assert (painted(painter, photo, reds) == before).all()
    assert (painted(painter, photo, blues) != before).any()


def edit(home: Path, photo: Image, *parts: str) -> tuple[Notice, ...]:
    editor = Editor(FixedGrounder({}).locate, FillInpainter())
    operation = Replace(target=Target(previous=True), prompt="a hat")
    request = EditRequest(
        Picture(photo), (operation,), mask=hole(), model=named(home, *parts), reference=Picture(red_and_blue()[0])
    )
    done = editor.edit(request)
    assert done.outside_changed == 0
    return done.notices


def test_the_author_hears_of_a_reference_that_was_not_used(home: Path, photo: Image) -> None:
    assert edit(home, photo) == (Notice("reference_unused"),)
    assert edit(home, photo, "sd-eye") == ()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_lora_changes_the_picture_by_its_weight(home: Path, photo: Image, family: str) -> None:
    before = painted(painter_for(named(home, family=family)), photo)
    part = f"{family}-pencil.safetensors"
    weightless, light, full = (
        painted(painter_for(named(home, f"{part}:{weight}", family=family)), photo) - before.astype(int)
        for weight in (0, 0.01, 1)
    )
    assert np.abs(weightless).max() <= 1
    assert 0 < np.abs(light).mean() < np.abs(full).mean()
    assert (painted(painter_for(named(home, part, family=family)), photo) - before.astype(int) == full).all()
    assert (painted(painter_for(named(home, family=family)), photo) == before).all()


def test_loras_add_up(home: Path, photo: Image) -> None:
    one, two = (painted(painter_for(named(home, *["sd-pencil.safetensors"] * count)), photo) for count in (1, 2))
    twice = painted(painter_for(named(home, "sd-pencil.safetensors:2")), photo)
    assert (one != two).any()
    assert np.abs(two - twice.astype(int)).max() <= 4


@pytest.mark.parametrize(
    ("part", "error"),
    [("sdxl-pencil.safetensors", UnusableModel), ("sdxl-eye", BadOption), ("nothing", ModelMissing)],
)
def test_parts_that_do_not_fit(home: Path, part: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        painter_for(named(home, part))


def test_an_adapter_without_its_image_encoder(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    lone = tmp_path / "a" / "b" / "eye.safetensors"
    lone.write_bytes(next((home / "sd-eye").rglob("ip-adapter.safetensors")).read_bytes())
    with pytest.raises(UnusableModel):
        painter_for(f"{named(home)}+{lone}")


def steps_of(painter: DiffusionPainter, photo: Image, strength: float) -> int:
    heard = list[float]()
    painter.paint(photo, hole(), Brief("a hat", 1, strength, "keep"), heard.append)
    return len(heard)


def test_a_lora_for_few_steps_sets_the_pace(home: Path, photo: Image, tmp_path: Path) -> None:
    slow = shutil.copytree(home / f"sd-{QUICK}", tmp_path / "plain")
    painter = painter_for(f"{slow}+{home / 'lcm-lora.safetensors'}")
    assert steps_of(painter, photo, 1) == 4
    assert steps_of(painter, photo, 0.5) == 2
    assert steps_of(painter, photo, 0.01) == 1


@pytest.mark.parametrize(
    ("name", "steps", "guidance", "scheduler"),
    [
        ("lcm-lora-sdxl", 4, 1, "LCMScheduler"),
        ("LCM_Dreamshaper_v7", 4, 1, "LCMScheduler"),
        ("sdxl-turbo", 4, 0, "EulerAncestralDiscreteScheduler"),
        ("sdxl_lightning_8step_lora", 8, 0, "EulerDiscreteScheduler"),
        ("Hyper-SDXL-2steps-lora", 2, 0, "DDIMScheduler"),
        ("Hyper-SDXL-1step-lora", 4, 0, "TCDScheduler"),
        ("Hyper-SD15-12steps-CFG-lora", 12, 5, "DDIMScheduler"),
    ],
)
def test_the_pace_is_in_the_name(
    photo: Image, tmp_path: Path, home: Path, name: str, steps: int, guidance: float, scheduler: str
) -> None:
    pace = pace_of(name)
    assert pace is not None
    assert (pace.steps, pace.guidance_scale, pace.scheduler) == (steps, guidance, scheduler)
    painter = painter_for(str(shutil.copytree(home / f"sd-{QUICK}", tmp_path / name)))
    assert steps_of(painter, photo, 1) == steps
    runner: Any = painter._runner  # pyright: ignore[reportPrivateUsage]
    assert type(runner.pipeline.scheduler).__name__ == scheduler
    assert (runner.pipeline.scheduler.config.timestep_spacing == "trailing") == (scheduler != "LCMScheduler")


@pytest.mark.parametrize("name", ["sd-1.5-inpainting", "sdxl", "flux-1-fill", "alchemist"])
def test_other_names_set_no_pace(name: str) -> None:
    assert pace_of(name) is None


def test_a_schedule_always_has_a_step() -> None:
    family = Family(steps=4, guidance_scale=None)
    for percent in range(1, 101):
        strength = percent / 100
        assert int(family.steps_at(strength) * strength + 1e-9) >= 1


def test_the_notation(tmp_path: Path) -> None:
    assert read_wish(None).name == ""
    assert read_wish("sdxl + lcm-lora-sdxl + /m/pencil.safetensors:0.8").parts == (
        PartWish("lcm-lora-sdxl", None),
        PartWish("/m/pencil.safetensors", 0.8),
    )
    odd = tmp_path / "a+b:1"
    odd.mkdir()
    assert read_wish(str(odd)) == (str(odd), ())
    with pytest.raises(BadOption):
        read_wish("sdxl+")


def half_precision_names(source: Path, target: Path) -> Path:
    """A copy of the folder whose weights are named as the hub names those in half precision."""
    for file in shutil.copytree(source, target).rglob("*.safetensors"):
        file.rename(file.with_suffix(".fp16.safetensors"))
    return target


def test_models_and_parts_by_their_names_in_the_catalogue(home: Path, photo: Image, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "store")
    with pytest.raises(ModelMissing):
        painter_for("sd-1.5-inpainting", store)
    store.install(model_named("sd-1.5-inpainting"), half_precision_names(home / f"sd-{QUICK}", tmp_path / "sd"))
    alone = painter_for("sd-1.5-inpainting", store)
    assert painter_for(None, store) is alone
    assert painter_for("stable-diffusion-v1-5/stable-diffusion-inpainting", store) is alone
    assert not alone.takes_reference
    with pytest.raises(ModelMissing):
        painter_for("sd-1.5-inpainting+lcm-lora-sd15", store)
    (tmp_path / "lora").mkdir()
    shutil.copy(home / "lcm-lora.safetensors", tmp_path / "lora" / "pytorch_lora_weights.safetensors")
    store.install(model_named("lcm-lora-sd15"), tmp_path / "lora")
    assert steps_of(painter_for("sd-1.5-inpainting+lcm-lora-sd15", store), photo, 1) == 4


def test_an_installed_adapter_helps_the_models_it_fits(home: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "store")
    eye = shutil.copytree(home / "sd-eye", tmp_path / "eye")
    (eye / "models" / "ip-adapter.safetensors").rename(eye / "models" / "ip-adapter_sd15.safetensors")
    store.install(model_named("ip-adapter-sd15"), eye)
    assert painter_for(named(home, family="sd"), store).takes_reference
    assert not painter_for(named(home, family="sdxl"), store).takes_reference
