"""The ONNX segmenter against the libraries themselves: their own classes, tiny and random, exported as users' are."""

from __future__ import annotations

import warnings
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Box, Click, Image, Mask
from engine.onnx_edge import session
from engine.segmentation.onnx_dialects import dialect_of
from engine.segmentation.onnx_sam import OnnxSamSegmenter
from engine.segmentation.sam_masks import Answer, picture_mask

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")
modeling: Any = pytest.importorskip("segment_anything.modeling")
pytest.importorskip("onnx")

SIDE, DEPTH = 128, 32
BOX, CLICKS = Box(20, 10, 90, 70), (Click(40, 30), Click(80, 60, include=False))
PROMPTS = [(BOX, ()), (None, CLICKS), (None, CLICKS[:1]), (BOX, CLICKS)]


@pytest.fixture(scope="module")
def sam() -> Any:
    torch.manual_seed(4)
    grid = (SIDE // 16, SIDE // 16)
    norm = partial(torch.nn.LayerNorm, eps=1e-6)
    sight = modeling.ImageEncoderViT(
        img_size=SIDE, embed_dim=DEPTH, depth=1, num_heads=2, out_chans=DEPTH, norm_layer=norm
    )
    prompts = modeling.PromptEncoder(
        embed_dim=DEPTH, image_embedding_size=grid, input_image_size=(SIDE, SIDE), mask_in_chans=4
    )
    mixing = modeling.TwoWayTransformer(depth=1, embedding_dim=DEPTH, mlp_dim=32, num_heads=2)
    decoder = modeling.MaskDecoder(transformer_dim=DEPTH, transformer=mixing, iou_head_hidden_dim=32)
    return modeling.Sam(sight, prompts, decoder).eval()


@pytest.fixture(scope="module")
def graphs(sam: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    onnx_model: Any = import_module("segment_anything.utils.onnx").SamOnnxModel(sam, return_single_mask=False)
    folder = tmp_path_factory.mktemp("sam")
    inputs = {
        "image_embeddings": torch.randn(1, DEPTH, SIDE // 16, SIDE // 16),
        "point_coords": torch.rand(1, 3, 2) * SIDE,
        "point_labels": torch.tensor([[0.0, 2.0, 3.0]]),
        "mask_input": torch.randn(1, 1, SIDE // 4, SIDE // 4),
        "has_mask_input": torch.zeros(1),
        "orig_im_size": torch.tensor([90.0, 120.0]),
    }
    outputs = ["masks", "iou_predictions", "low_res_masks"]
    exported(sam.image_encoder, {"x": torch.randn(1, 3, SIDE, SIDE)}, ["embeddings"], folder / "encoder.onnx", {})
    points = {"point_coords": {1: "points"}, "point_labels": {1: "points"}}
    exported(onnx_model, inputs, outputs, folder / "decoder.onnx", points)
    return folder / "encoder.onnx", folder / "decoder.onnx"


def exported(model: Any, inputs: dict[str, Any], outputs: list[str], path: Path, free: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, tuple(inputs.values()), str(path), input_names=list(inputs), output_names=outputs,
            dynamic_axes=free, opset_version=17, dynamo=False,
        )  # fmt: skip


@pytest.fixture
def image(rng: np.random.Generator) -> Image:
    """As wide as the model's square, so that neither library resizes it."""
    return rng.integers(0, 256, (96, SIDE, 3), np.uint8)


def predicted(sam: Any, image: Image, box: Box | None, clicks: tuple[Click, ...]) -> Mask:
    """What segment-anything's own predictor answers, chosen and cleaned in the same way."""
    predictor: Any = import_module("segment_anything").SamPredictor(sam)
    predictor.set_image(image)
    asked = {
        "point_coords": np.array([(click.x, click.y) for click in clicks], np.float32) if clicks else None,
        "point_labels": np.array([int(click.include) for click in clicks]) if clicks else None,
        # It counts a box from the middles of its px, this project from their borders.
        "box": np.array((box.x0, box.y0, box.x1, box.y1)) - 0.5 if box else None,
    }
    many, their_scores, _ = predictor.predict(**asked, multimask_output=True, return_logits=True)
    one, its_score, _ = predictor.predict(**asked, multimask_output=False, return_logits=True)
    if box is None and len(clicks) == 1:
        return picture_mask(image, Answer(many, their_scores), box, clicks)
    answer = Answer(np.concatenate((one, many)), np.concatenate((its_score, their_scores)))
    return picture_mask(image, answer, box, clicks)


@pytest.mark.parametrize(("box", "clicks"), PROMPTS, ids=["box", "clicks", "click", "both"])
def test_it_answers_as_segment_anything_does(
    sam: Any, graphs: tuple[Path, Path], image: Image, box: Box | None, clicks: tuple[Click, ...]
) -> None:
    mask, truth = OnnxSamSegmenter(*graphs).segment(image, box, clicks), predicted(sam, image, box, clicks)

    assert 50 < truth.sum() < truth.size - 50
    assert (mask & truth).sum() > 0.99 * (mask | truth).sum()


def test_the_square_is_read_from_the_graphs(graphs: tuple[Path, Path]) -> None:
    dialect = dialect_of(*(session(path) for path in graphs))

    assert (dialect.entrance.side, dialect.entrance.room) == (SIDE, None)
    assert dialect.embeddings == {"image_embeddings": "embeddings"}


@pytest.fixture(scope="module")
def slim() -> Any:
    torch.manual_seed(4)
    vision = transformers.SamVisionConfig(
        image_size=SIDE, hidden_size=DEPTH, output_channels=DEPTH, num_hidden_layers=1, num_attention_heads=2,
        num_pos_feats=DEPTH // 2, mlp_dim=32, window_size=0, global_attn_indexes=[0],
    )  # fmt: skip
    prompts = transformers.SamPromptEncoderConfig(hidden_size=DEPTH, image_size=SIDE, mask_input_channels=4)
    masks = transformers.SamMaskDecoderConfig(
        hidden_size=DEPTH, mlp_dim=32, num_hidden_layers=1, num_attention_heads=2, iou_head_hidden_dim=32
    )
    parts = {"vision_config": vision, "prompt_encoder_config": prompts, "mask_decoder_config": masks}
    config = transformers.SamConfig(**{name: part.to_dict() for name, part in parts.items()})
    return transformers.SamModel(config).eval()


class Encoding(torch.nn.Module):
    """transformers' SAM up to its embeddings, as optimum exports it."""

    def __init__(self, model: Any) -> None:
        torch.nn.Module.__init__(self)
        self.model = model

    def forward(self, pixel_values: Any) -> Any:
        embeddings = self.model.get_image_embeddings(pixel_values)
        return embeddings, self.model.get_image_wide_positional_embeddings()


class Decoding(torch.nn.Module):
    """The rest of it, with no input for boxes."""

    def __init__(self, model: Any) -> None:
        torch.nn.Module.__init__(self)
        self.model = model

    def forward(self, points: Any, labels: Any, embeddings: Any, positions: Any) -> Any:
        sparse, dense = self.model.prompt_encoder(points, labels, None, None)
        found = self.model.mask_decoder(
            image_embeddings=embeddings,
            image_positional_embeddings=positions,
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
        )
        return found[1], found[0]


@pytest.mark.parametrize("clicks", [CLICKS[:1], CLICKS], ids=["click", "clicks"])
def test_it_answers_as_transformers_does(slim: Any, image: Image, clicks: tuple[Click, ...], tmp_path: Path) -> None:
    encoder, decoder = tmp_path / "vision_encoder.onnx", tmp_path / "prompt_encoder_mask_decoder.onnx"
    names = ["image_embeddings", "image_positional_embeddings"]
    pixels = torch.randn(1, 3, SIDE, SIDE)
    with torch.no_grad():
        embeddings, positions = Encoding(slim)(pixels)
    prompts = {"input_points": torch.rand(1, 1, 2, 2) * SIDE, "input_labels": torch.ones(1, 1, 2, dtype=torch.int64)}
    free = {"input_points": {2: "points"}, "input_labels": {2: "points"}}
    exported(Encoding(slim), {"pixel_values": pixels}, names, encoder, {})
    inputs = {**prompts, "image_embeddings": embeddings, "image_positional_embeddings": positions}
    exported(Decoding(slim), inputs, ["iou_scores", "pred_masks"], decoder, free)

    processor = transformers.SamImageProcessor(size={"longest_edge": SIDE}, pad_size={"height": SIDE, "width": SIDE})
    points = torch.tensor([[[[float(click.x), float(click.y)] for click in clicks]]])
    labels = torch.tensor([[[int(click.include) for click in clicks]]])
    with torch.no_grad():
        seen = processor(image, return_tensors="pt").pixel_values
        found = slim(pixel_values=seen, input_points=points, input_labels=labels)
    whole = torch.nn.functional.interpolate(found.pred_masks[0], (SIDE, SIDE), mode="bilinear")[0, :, : len(image)]
    truth = picture_mask(image, Answer(whole.numpy(), found.iou_scores[0, 0].numpy()), None, clicks)
    mask = OnnxSamSegmenter(encoder, decoder).segment(image, None, clicks)

    assert 50 < truth.sum() < truth.size - 50
    assert (mask & truth).sum() > 0.99 * (mask | truth).sum()
