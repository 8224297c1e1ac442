"""Words for diffusion models: of any length, remembered, and with what should not be seen.

CLIP reads 75 tokens. A longer prompt is read in chunks of that length, whose embeddings follow one another, as A1111's
web UI does it; a short one gives what the pipeline itself would make of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final
from weakref import WeakKeyDictionary

from engine.budget import ByteBudget
from engine.data import Image
from engine.inpainting.diffusion.medium import medium_of
from engine.inpainting.diffusion.settings import UNWANTED

REMEMBERED: Final = 64 << 20
"""Bytes of embeddings kept for each text encoder: some 100 prompts of SDXL, 15 of FLUX."""
LONGEST: Final = 8
"""Chunks of a prompt that are read, at most."""
LOOK_BACK: Final = 20
"""Tokens before the end of a full chunk among which it rather ends at a comma: no phrase is torn in two (A1111)."""
_COLOURED: Final = re.compile(r"\b(?:in |full )?colou?r(?:s|ed|ful|ise|ize)?\b", re.IGNORECASE)
_MEDIUM_SAID: Final = re.compile(
    r"\b(?:photo(?:s|graph\w*|realis\w+)?|realistic|paint(?:ed|ings?|erly)|drawings?|sketch\w*|illustrat\w+|cartoon\w*|"
    r"comics?|anime|manga|watercolou?rs?|engravings?|woodcut|line[- ]art|pixel[- ]art|pixelated|vector art|3d|cgi|"
    r"render(?:s|ed|ing)|sepia|monochrome|black[- ]and[- ]white)\b",
    re.IGNORECASE,
)
"""A medium in the author's words; "oil" and "film" are also things in a picture, and tell none."""

_memories: WeakKeyDictionary[Any, ByteBudget[Read]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False, slots=True)
class Read:
    """What text encoders made of one text."""

    states: Any
    """(1, tokens, width) tensor, on the model's device."""
    pooled: Any | None = None
    """(1, width) tensor, for models that want one vector too."""

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return sum(tensor.nbytes for tensor in (self.states, self.pooled) if tensor is not None)


def avoided(prompt: str, unwanted: Sequence[str] = UNWANTED) -> str:
    """The negative prompt beside a prompt: a word of the author's is never held against them."""
    said = prompt.lower()
    return ", ".join(dict.fromkeys(word for word in unwanted if word.lower() not in said))


def in_context(prompt: str, image: Image, caption: Callable[[Image], str]) -> str:
    """The prompt, and after it what the picture shows, as far as the caption knows."""
    return ", ".join(words for words in (prompt, caption(image)) if words)


def with_medium(prompt: str, image: Image) -> str:
    """The prompt, and the picture's medium where the picture shows it surely, so that what is painted fits in.

    Not where the prompt names a medium of its own, nor "black and white" where it speaks of colour.
    """
    if _MEDIUM_SAID.search(prompt):
        return prompt
    medium = medium_of(image)
    if medium is None or ("black and white" in medium and _COLOURED.search(prompt)):
        return prompt
    return f"{prompt}, {medium}" if prompt else medium


def worded(pipeline: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call with the prompts replaced by their embeddings, for Stable Diffusion, SDXL and FLUX.

    asked: with "prompt", and maybe "negative_prompt": a text, or one for each picture of the batch. Texts seen before
    are not read again. For other families, where embeddings are given already, and where one prompt is for several
    pictures, the arguments as they are.
    """
    family = _family(pipeline)
    prompt = asked.get("prompt")
    if family is None or prompt is None or "prompt_embeds" in asked or asked.get("num_images_per_prompt", 1) > 1:
        return asked
    rest = {name: value for name, value in asked.items() if name not in ("prompt", "negative_prompt")}
    prompts = [prompt] if isinstance(prompt, str) else list(prompt)
    if family == "flux":
        guided = bool(asked.get("true_cfg_scale"))
        return asked if guided else rest | _named("", [_remembered(pipeline, text, _read_flux) for text in prompts])
    wanted = [_remembered(pipeline, text, _read_clip) for text in prompts]
    negative = asked.get("negative_prompt")
    if negative is None:
        unwanted = [_nothing(pipeline, read) for read in wanted]
    else:
        texts = [negative] * len(prompts) if isinstance(negative, str) else list(negative)
        unwanted = [_remembered(pipeline, text, _read_clip) for text in texts]
    longest = max(read.states.shape[1] for read in (*wanted, *unwanted))
    wanted, unwanted = ([_padded(pipeline, read, longest) for read in reads] for reads in (wanted, unwanted))
    return rest | _named("", wanted) | _named("negative_", unwanted)


def _family(pipeline: Any) -> str | None:
    """Which way of reading a pipeline has; None: one that is left to itself."""
    name = type(pipeline).__name__
    if name.startswith("Flux") and not name.startswith("Flux2"):
        return "flux"
    if name.startswith("StableDiffusion") and not name.startswith("StableDiffusion3") and hasattr(pipeline, "unet"):
        return "clip"
    return None


def _named(prefix: str, reads: Sequence[Read]) -> dict[str, Any]:
    """The embeddings of a batch, as arguments of a pipeline."""
    torch: Any = import_module("torch")
    named = {f"{prefix}prompt_embeds": torch.cat([read.states for read in reads])}
    pooled = [read.pooled for read in reads if read.pooled is not None]
    return named | ({f"{prefix}pooled_prompt_embeds": torch.cat(pooled)} if pooled else {})


def _remembered(pipeline: Any, text: str, read: Any) -> Read:
    """What the pipeline's encoders made of the text, now or before; forgotten with the encoders."""
    encoder = (
        pipeline.text_encoder_2 if getattr(pipeline, "text_encoder_2", None) is not None else pipeline.text_encoder
    )
    memory = _memories.setdefault(encoder, ByteBudget(REMEMBERED, lambda kept: kept.nbytes))
    return memory.get(hashlib.sha256(text.encode()).digest(), lambda: read(pipeline, text))


def _read_flux(pipeline: Any, text: str) -> Read:
    torch: Any = import_module("torch")
    with torch.no_grad():
        states, pooled, _ = pipeline.encode_prompt(prompt=text, prompt_2=None, device=pipeline._execution_device)
    return Read(states, pooled)


def _read_clip(pipeline: Any, text: str) -> Read:
    """Every chunk of the text read by every encoder; SDXL's encoders side by side, and the first chunk's summary."""
    torch: Any = import_module("torch")
    large = getattr(pipeline, "text_encoder_2", None) is not None
    pairs = [(pipeline.tokenizer, pipeline.text_encoder)] * (getattr(pipeline, "text_encoder", None) is not None)
    pairs += [(pipeline.tokenizer_2, pipeline.text_encoder_2)] if large else []
    batches = [_token_batch(tokenizer, text) for tokenizer, _ in pairs]
    count = max(len(batch) for batch in batches)
    columns, pooled = list[Any](), None
    with torch.no_grad():
        for (tokenizer, encoder), batch in zip(pairs, batches, strict=True):
            empty = _framed(tokenizer, [])
            ids = torch.tensor([*batch, *[empty] * (count - len(batch))], device=pipeline._execution_device)
            out = encoder(ids, output_hidden_states=large)
            # SDXL was trained on the last layer but one; the summary is the last encoder's.
            states = out.hidden_states[-2] if large else out[0]
            pooled = out[0][:1] if large else None
            columns.append(states.reshape(1, -1, states.shape[-1]))
    return Read(torch.cat(columns, dim=-1), pooled)


def _token_batch(tokenizer: Any, text: str) -> list[list[int]]:
    """The text in chunks of what the encoder takes at once, each begun, ended and padded as one of its own."""
    ids: list[int] = tokenizer(text, add_special_tokens=False, truncation=False, verbose=False).input_ids
    commas: list[int] = tokenizer(",", add_special_tokens=False).input_ids
    chunks = chunks_of(ids, tokenizer.model_max_length - 2, frozenset(commas))
    return [_framed(tokenizer, chunk) for chunk in chunks][:LONGEST]


def _framed(tokenizer: Any, ids: list[int]) -> list[int]:
    length = tokenizer.model_max_length
    framed = [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id]
    return framed + [tokenizer.pad_token_id] * (length - len(framed))


def chunks_of(ids: list[int], length: int, commas: frozenset[int] = frozenset()) -> Iterator[list[int]]:
    """The tokens in order, in chunks of at most `length`; one empty chunk where there are none.

    A full chunk that another follows ends after its last comma, if that is among its last LOOK_BACK tokens.
    """
    start = 0
    while len(ids) - start > length:
        window = ids[start : start + length]
        ends = [at for at in range(length - 1, max(0, length - LOOK_BACK) - 1, -1) if window[at] in commas]
        stop = start + (ends[0] + 1 if ends else length)
        yield ids[start:stop]
        start = stop
    yield ids[start:]


def _nothing(pipeline: Any, like: Read) -> Read:
    """What stands for no negative prompt: SDXL was trained on zeros, Stable Diffusion on the empty text."""
    torch: Any = import_module("torch")
    if getattr(pipeline.config, "force_zeros_for_empty_prompt", False):
        return Read(torch.zeros_like(like.states), torch.zeros_like(like.pooled))
    return _remembered(pipeline, "", _read_clip)


def _padded(pipeline: Any, read: Read, tokens: int) -> Read:
    """The same, followed by empty chunks up to that many tokens: a model wants both its prompts of one length."""
    missing = tokens - read.states.shape[1]
    if not missing:
        return read
    torch: Any = import_module("torch")
    empty = _remembered(pipeline, "", _read_clip).states
    return Read(torch.cat([read.states, *[empty] * (missing // empty.shape[1])], dim=1), read.pooled)
