"""What a SAM is read from: files of any size of model, and files that are none."""

from __future__ import annotations

import json
import pickle
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Box
from engine.errors import BackendFailed, BackendMissing, EditError, OutOfMemory, UnusableModel
from engine.segmentation import sam_checkpoint
from engine.segmentation.sam import SamSegmenter
from engine.segmentation.sam2 import Sam2Segmenter
from engine.segmentation.sam3 import Sam3
from engine.segmentation.sam_checkpoint import load_sam
from tests.engine.segmentation.tiny_sams import save_sam, save_sam2, save_sam3_detector

pytest.importorskip("torch")
pytest.importorskip("segment_anything")
pytest.importorskip("transformers")
pytestmark = pytest.mark.filterwarnings(r"ignore::FutureWarning:(transformers|huggingface_hub|torch)\b")

IMAGE = np.zeros((40, 50, 3), np.uint8)
BOX = Box(5, 5, 30, 30)


class Trap:
    """Pickles into a call that leaves a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"side": 96, "width": 40, "depth": 4, "window": 2},
        {"side": 48, "width": 16, "depth": 1, "window": 2},
        {"side": 64, "depth": 2, "window": 4},
    ],
)
def test_a_model_of_any_size_is_the_one_that_was_saved(tmp_path: Path, shape: dict[str, int]) -> None:
    torch: Any = import_module("torch")
    saved = save_sam(tmp_path / "sam.pth", **shape)
    net = load_sam(tmp_path / "sam.pth")
    side = shape.get("side", 64)
    record = {
        "image": torch.rand(3, side, side - 8) * 255,
        "original_size": (2 * side, 2 * side - 16),
        "boxes": torch.tensor([[4.0, 9.0, 30.0, 40.0]]),
    }
    wanted, found = (model([record], multimask_output=True)[0] for model in (saved, net))

    assert torch.equal(found["low_res_logits"], wanted["low_res_logits"])
    assert torch.equal(found["masks"], wanted["masks"])
    assert torch.equal(found["iou_predictions"], wanted["iou_predictions"])


def test_the_published_sizes_are_read_off_their_weights(tmp_path: Path) -> None:
    torch: Any = import_module("torch")
    library: Any = import_module("segment_anything")
    with torch.device("meta"):
        published = library.build_sam_vit_b()
    # One number stands for each weight: the file is small, and its shapes are those of ViT-B.
    torch.save(
        {name: torch.zeros(()).expand(weight.shape) for name, weight in published.state_dict().items()},
        tmp_path / "b.pth",
    )
    encoder = load_sam(tmp_path / "b.pth").image_encoder
    blocks = [(block.window_size, block.attn.num_heads) for block in encoder.blocks]

    assert encoder.img_size == 1024
    assert blocks == [(block.window_size, block.attn.num_heads) for block in published.image_encoder.blocks]


def test_files_that_are_no_sam_are_refused_by_name(tmp_path: Path) -> None:
    torch: Any = import_module("torch")
    paths = [tmp_path / name for name in ("noise.pth", "empty.pth", "other.pth", "list.pth", "partial.pth", "none.pth")]
    paths[0].write_bytes(bytes(range(256)) * 9)
    paths[1].touch()
    torch.save({"weight": torch.zeros(3)}, paths[2])
    torch.save([1, 2], paths[3])
    weights = save_sam(tmp_path / "sam.pth").state_dict()
    weights.pop("mask_decoder.iou_token.weight")
    torch.save(weights, paths[4])

    for path in paths:
        with pytest.raises(UnusableModel) as caught:
            SamSegmenter(path).segment(IMAGE, BOX)
        assert caught.value.file == path.name


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    path, mark = tmp_path / "trap.pth", tmp_path / "sprung"
    path.write_bytes(pickle.dumps(Trap(mark)))
    with pytest.raises(UnusableModel):
        SamSegmenter(path).segment(IMAGE, BOX)
    assert not mark.exists()

    pickle.loads(path.read_bytes())
    assert mark.exists()


@pytest.mark.parametrize("segmenter", [Sam2Segmenter, Sam3])
def test_folders_of_another_model_or_of_a_part_are_refused(tmp_path: Path, segmenter: type[Sam2Segmenter]) -> None:
    folder = tmp_path / "model"
    for config in (None, "[]", "{", '{"model_type": "clip"}'):
        folder.mkdir(exist_ok=True)
        if config:
            (folder / "config.json").write_text(config, "utf-8")
        with pytest.raises(UnusableModel) as caught:
            segmenter(folder).segment(IMAGE, BOX)
        assert caught.value.file == "model"


def test_weights_that_lack_are_not_made_up(tmp_path: Path) -> None:
    safetensors: Any = import_module("safetensors.torch")
    net = save_sam2(tmp_path / "sam2")
    Sam2Segmenter(tmp_path / "sam2").segment(IMAGE, BOX)
    weights = {name: value for name, value in net.state_dict().items() if "iou_token" not in name}
    safetensors.save_file(weights, tmp_path / "sam2" / "model.safetensors", {"format": "pt"})
    with pytest.raises(UnusableModel, match="sam2"):
        Sam2Segmenter(tmp_path / "sam2").segment(IMAGE, BOX)


def test_a_folder_without_its_preprocessor_is_refused(tmp_path: Path) -> None:
    save_sam2(tmp_path / "sam2")
    (tmp_path / "sam2" / "preprocessor_config.json").unlink()
    with pytest.raises(UnusableModel):
        Sam2Segmenter(tmp_path / "sam2").segment(IMAGE, BOX)


def test_the_video_folder_of_sam_2_serves_pictures(tmp_path: Path) -> None:
    save_sam2(tmp_path / "sam2")
    wanted = Sam2Segmenter(tmp_path / "sam2").segment(IMAGE, BOX)
    config = tmp_path / "sam2" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text("utf-8")) | {"model_type": "sam2_video"}), "utf-8")

    np.testing.assert_array_equal(Sam2Segmenter(tmp_path / "sam2").segment(IMAGE, BOX), wanted)


def test_a_detector_alone_finds_but_does_not_cut_by_box(tmp_path: Path) -> None:
    save_sam3_detector(tmp_path / "detector")
    model = Sam3(tmp_path / "detector")
    model.detect(IMAGE, "cat")
    with pytest.raises(UnusableModel, match="detector"):
        model.segment(IMAGE, BOX)


def test_a_missing_package_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_sam(tmp_path / "sam.pth")

    def nothing(_: str) -> None:
        return None

    monkeypatch.setattr(sam_checkpoint, "find_spec", nothing)
    with pytest.raises(BackendMissing, match="segment-anything"):
        SamSegmenter(tmp_path / "sam.pth").segment(IMAGE, BOX)


@pytest.mark.parametrize(
    ("problem", "error"),
    [
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), OutOfMemory),
        (MemoryError(), OutOfMemory),
        (RuntimeError("shapes"), BackendFailed),
    ],
)
def test_what_the_library_raises_at_work_is_one_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception, error: type[EditError]
) -> None:
    save_sam(tmp_path / "sam.pth")
    modeling: Any = import_module("segment_anything.modeling")

    def broken(*_: Any, **__: Any) -> Any:
        raise problem

    monkeypatch.setattr(modeling.ImageEncoderViT, "forward", broken)
    with pytest.raises(error) as caught:
        SamSegmenter(tmp_path / "sam.pth").segment(IMAGE, BOX)
    assert type(caught.value) is error


def test_no_room_while_loading_is_not_a_wrong_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch: Any = import_module("torch")
    save_sam(tmp_path / "sam.pth")

    def full(*_: Any, **__: Any) -> Any:
        raise RuntimeError("DefaultCPUAllocator: not enough memory")

    monkeypatch.setattr(torch, "load", full)
    with pytest.raises(OutOfMemory):
        SamSegmenter(tmp_path / "sam.pth").segment(IMAGE, BOX)
