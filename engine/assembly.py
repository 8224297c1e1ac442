"""The editor that the installed models and the settings make."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.backends import Choice, Parts, parts_of
from engine.editor import Editor
from engine.inpainting.diffusion.loading import follower_for, illustrator_for, painter_for, tune
from engine.inpainting.exemplar import ExemplarInpainter
from engine.safety import checker_for
from engine.settings import GenerationSettings, ModelSettings, SafetySettings
from engine.weights import ModelStore

Artist = TypeVar("Artist")


def parts_for(models: ModelStore, wanted: ModelSettings) -> Parts:
    """What finds, cuts out, fills and repairs. Raises: BadOption, ModelMissing for a setting that cannot be had."""
    detector, segmenter, eraser = (name or None for name in (wanted.detector, wanted.segmenter, wanted.eraser))
    return parts_of(models, Choice(detector, segmenter, eraser, wanted.captioner or None))


def editor_for(
    models: ModelStore, parts: Parts, wanted: GenerationSettings, safety: SafetySettings | None = None
) -> Editor:
    """The editor over those parts; how this process loads generative models is set, and none is loaded yet."""
    tune(
        fast=wanted.fast,
        memory_gb=wanted.memory_gb or None,
        precision=wanted.precision,
        step_caching=wanted.step_caching,
    )

    def among(load: Callable[[str | None, ModelStore], Artist], default: str) -> Callable[[str | None], Artist]:
        return lambda model: load(model or default or None, models)

    return Editor(
        parts.grounder.locate,
        ExemplarInpainter(),
        among(painter_for, wanted.inpainting),
        among(follower_for, wanted.instruction),
        illustrator_for=among(illustrator_for, wanted.text_to_image),
        segmenter=parts.segmenter,
        specialists=parts.specialists,
        checker=checker_for(safety or SafetySettings()),
    )
