"""What can be set about the engine; light to import, and JSON on its way to an engine that runs elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from engine.operations import Record


class ModelSettings(Record):
    """Which models find things, cut them out and fill holes; empty: the best installed one that suits the machine."""

    detector: str = ""
    segmenter: str = ""
    eraser: str = ""
    captioner: str = ""
    """Puts pictures in words for the models that paint; empty: nothing does."""


class GenerationSettings(Record):
    """Which generative models are used where a message names none; empty: the best installed one that fits."""

    inpainting: str = ""
    text_to_image: str = ""
    instruction: str = ""
    fast: bool = True
    """Whether models on a GPU are compiled when they are loaded."""
    memory_gb: float = Field(default=0, ge=0)
    """What loaded models may take together, in GiB; 0: most of what there is."""
    precision: Literal["auto", "float8"] = "auto"
    """Of the weights on a GPU: what it is best at, or 8 bits in the large layers."""
    step_caching: float = Field(default=0, ge=0, le=1)
    """How little a step may differ from the one before for most of it to be skipped; 0: no step is."""


class SafetySettings(Record):
    """Whether what edits make is looked at for what only adults should see."""

    check: Literal["auto", "off"] = "auto"
    """auto: where the extra `moderation` is installed."""


class PlannerSettings(Record):
    """Who reads instructions: rules, or also a language model behind an endpoint that speaks OpenAI's protocol."""

    kind: Literal["rules", "llm", "auto"] = "rules"
    """auto: the model is asked only where the rules are unsure."""
    url: str = Field(default="", pattern="^(https?://.+)?$")
    """Up to and with its "/v1"."""
    model: str = ""
    key: str = Field(default="", repr=False)
    timeout_s: float = Field(default=8, gt=0, le=120)
    """For everything that an instruction needs of the model, second tries included."""
    vision: bool = False
    """Whether the model is shown a small version of the picture."""

    @model_validator(mode="after")
    def _names_a_model(self) -> PlannerSettings:
        if self.kind != "rules" and not (self.url and self.model):
            raise ValueError("a language model needs a url and a model")
        return self


class EngineSettings(Record):
    """Everything that an engine needs to be told."""

    models_at: Path
    """The folder that models are installed in."""
    models: ModelSettings = Field(default_factory=ModelSettings)
    generation: GenerationSettings = Field(default_factory=GenerationSettings)
    safety: SafetySettings = Field(default_factory=SafetySettings)
    room: int = Field(default=64, ge=1)
    """Orders at once, those that wait for a thread counted; more are turned away."""
