"""Which sentence of `bot.words` an error, a notice or a receipt is told in, in the language of whoever reads it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.words import ENGLISH, Surface, worded
from bot.words.quoting import quoted
from engine import errors
from engine.data import GUESS, Notice
from engine.errors import EditError

SMALLEST = {"diffusion": "sd-1.5-inpainting", "instruct": "flux-2-klein"}
"""The model to begin with, by the backend that needs one."""
WITH_AN_ENGLISH_DETAIL: Final = ("missed", "doubt")
"""Notices whose detail is a sentence of the engine."""


@dataclass(frozen=True, slots=True)
class Voice:
    """In which language, and on what kind of surface, something is said."""

    language: str = ENGLISH
    surface: Surface = "chat"

    def __call__(self, key: str, **facts: object) -> str:
        """The sentence of that key. Raises: KeyError for a key or a fact that is not there."""
        return worded(key, self.language, self.surface, facts)

    def quoted(self, text: str) -> str:
        """A sentence of the engine, which speaks English."""
        return quoted(text, self.language)


def say(key: str, language: str = ENGLISH, **facts: object) -> str:
    """The sentence of that key, such as "discord.reading". Raises: KeyError for a key or a fact that is not there."""
    return Voice(language)(key, **facts)


def sentence(error: EditError, language: str = ENGLISH, *, surface: Surface = "terminal") -> str:
    """What went wrong and what to do about it, in words for the author."""
    for leaf in type(error).__mro__:
        if leaf in ERRORS:
            return ERRORS[leaf](error, Voice(language, surface))
    raise AssertionError(f"no sentence for {type(error).__name__}")


def notice(note: Notice, language: str = ENGLISH, *, surface: Surface = "terminal") -> str:
    """A remark on an edit that worked."""
    voice = Voice(language, surface)
    detail = voice.quoted(note.detail) if note.kind in WITH_AN_ENGLISH_DETAIL else note.detail
    return voice(f"notice.{note.kind}", detail=detail)


def receipt(outside_changed: int | None, *, whole: bool, language: str = ENGLISH) -> str:
    """The proof of exactness, in a few words."""
    if outside_changed is None:
        return say("receipt.whole" if whole else "receipt.nothing", language)
    return say("receipt.changed", language, count=outside_changed)


def duration(seconds: float, language: str = ENGLISH) -> str:
    """How long something takes, rounded up to what a progress line has room for: "40 s", "3 min"."""
    whole = max(1, math.ceil(seconds))
    if whole < 90:
        return say("duration.short_seconds", language, count=whole)
    minutes = math.ceil(seconds / 60)
    if minutes < 90:
        return say("duration.short_minutes", language, count=minutes)
    return say("duration.short_hours", language, count=math.ceil(minutes / 60))


def _wait(seconds: float, voice: Voice) -> str:
    """A time to wait, rounded up to what people say after "in"."""
    if seconds <= 1:
        return voice("duration.moment")
    if seconds < 90:
        return voice("duration.seconds", count=math.ceil(seconds))
    minutes = math.ceil(seconds / 60)
    if minutes < 90:
        return voice("duration.minutes", count=minutes)
    return voice("duration.hours", count=math.ceil(minutes / 60))


def _too_large(error: errors.ImageTooLarge, voice: Voice) -> str:
    key, unit = ("too_many_bytes", 2**20) if error.unit == "bytes" else ("too_many_pixels", 1_000_000)
    return voice(f"error.{key}", actual=f"{error.actual / unit:.0f}", limit=f"{error.limit / unit:.0f}")


def _mismatch(error: errors.MaskMismatch, voice: Voice) -> str:
    (mask_height, mask_width), (height, width) = error.mask_shape, error.picture_shape
    return voice("error.mask_mismatch", mask_width=mask_width, mask_height=mask_height, width=width, height=height)


def _unsupported(error: errors.UnsupportedImage, voice: Voice) -> str:
    if (error.found or "").startswith("video/"):
        return voice("discord.video")
    return voice("error.unsupported_format" if error.found else "error.unsupported", found=error.found)


def _damaged(error: errors.DamagedImage, voice: Voice) -> str:
    return voice("error.damaged_format" if error.found else "error.damaged", found=error.found)


def _bad_option(error: errors.BadOption, voice: Voice) -> str:
    key = "error.option_missing" if error.value in (None, "") else "error.option_bad"
    return voice(key, name=error.name, value=error.value, allowed=voice.quoted(error.allowed))


def _revision(error: errors.NoSuchRevision, voice: Voice) -> str:
    if error.wanted == "deleted":
        return voice("discord.forgotten")
    known = {"undo": "nothing_to_undo", "redo": "nothing_to_redo", "latest": "no_latest", "edit": "nothing_to_repeat"}
    return voice(f"error.{known.get(error.wanted, 'no_revision')}", wanted=error.wanted)


def _not_grounded(error: errors.NotGrounded, voice: Voice) -> str:
    if not error.alternatives:
        return voice("error.not_grounded", phrase=error.phrase)
    return voice("error.not_grounded_instead", phrase=error.phrase, alternatives=", ".join(error.alternatives))


def _ambiguous(error: errors.Ambiguous, voice: Voice) -> str:
    count, key = len(error.candidates), "error.ambiguous"
    if all(candidate.source == GUESS for candidate in error.candidates):
        key = "error.unsure" if count > 1 else "error.unsure_one"
    return voice(key, count=count, phrase=error.phrase)


def _missing(error: errors.BackendMissing, voice: Voice) -> str:
    need = f"{error.need[:1].upper()}{error.need[1:]}"
    if error.backend not in SMALLEST:
        return voice("error.backend_missing", need=need, backend=error.backend)
    key = "error.follower_missing" if error.backend == "instruct" else "error.painter_missing"
    return voice(key, need=need, model=SMALLEST[error.backend])


def _model_missing(error: errors.ModelMissing, voice: Voice) -> str:
    from engine.weights import CATALOGUE

    if error.model in CATALOGUE:
        return voice("error.model_not_installed", model=error.model)
    smallest = SMALLEST.get(error.backend, SMALLEST["diffusion"])
    return voice("error.model_unknown", model=error.model, smallest=smallest)


def _mask_empty(error: errors.MaskEmpty, voice: Voice) -> str:
    return voice("error.mask_empty_or_all" if error.candidates else "error.mask_empty")


def _about_models(voice: Voice, key: str, **facts: object) -> str:
    """What whoever runs the bot is told in the terminal, and a member of a chat can do nothing about."""
    return voice("error.models_trouble" if voice.surface == "chat" else f"error.{key}", **facts)


def _download_failed(error: errors.DownloadFailed, voice: Voice) -> str:
    key = "download_cut" if error.status is None else "download_refused"
    return _about_models(voice, key, backend=error.backend, status=error.status)


def _access_denied(error: errors.AccessDenied, voice: Voice) -> str:
    key = "access_denied_token" if error.known else "access_denied"
    return _about_models(voice, key, backend=error.backend, page=error.page)


def _disk_full(error: errors.DiskFull, voice: Voice) -> str:
    return _about_models(voice, "disk_full", needed=f"{error.needed / 1e9:.1f}", free=f"{error.free / 1e9:.1f}")


def _busy(error: errors.Busy, voice: Voice) -> str:
    return voice(f"error.busy_{error.reason}", limit=error.limit, when=_wait(error.seconds, voice))


ERRORS: dict[type[EditError], Callable[[Any, Voice], str]] = {
    errors.PictureUnreadable: lambda e, voice: voice("error.picture_unreadable", name=e.name),
    errors.UnsupportedImage: _unsupported,
    errors.DamagedImage: _damaged,
    errors.ImageTooLarge: _too_large,
    errors.ImageTooSmall: lambda e, voice: voice("error.too_small", width=e.width, height=e.height, limit=e.limit),
    errors.MaskEmpty: _mask_empty,
    errors.MaskWhole: lambda _, voice: voice("error.mask_whole"),
    errors.MaskMismatch: _mismatch,
    errors.BadOption: _bad_option,
    errors.NoSuchRevision: _revision,
    errors.Withdrawn: lambda _, voice: voice("error.withdrawn"),
    errors.NotUnderstood: lambda e, voice: voice.quoted(e.question) or voice("engine.what_should_change"),
    errors.Ambiguous: _ambiguous,
    errors.NeedsClarification: lambda e, voice: voice.quoted(e.question),
    errors.NotGrounded: _not_grounded,
    errors.Refused: lambda e, voice: voice("error.refused", policy=voice.quoted(e.policy)),
    errors.ModelMissing: _model_missing,
    errors.BackendMissing: _missing,
    errors.DownloadFailed: _download_failed,
    errors.AccessDenied: _access_denied,
    errors.DiskFull: _disk_full,
    errors.DamagedWeights: lambda e, voice: _about_models(voice, "damaged_weights", backend=e.backend),
    errors.UnusableModel: lambda e, voice: _about_models(voice, "unusable_model", file=e.file, needed=e.needed),
    errors.StorageFailed: lambda e, voice: voice("error.storage_failed", backend=e.backend),
    errors.OutcomeUnknown: lambda e, voice: voice("error.outcome_unknown", backend=e.backend),
    errors.EngineLost: lambda _, voice: voice("error.engine_lost"),
    errors.Busy: _busy,
    errors.GaveUp: lambda e, voice: voice("error.gave_up", attempts=e.attempts),
    errors.OutOfMemory: lambda e, voice: voice("error.out_of_memory", backend=e.backend),
    errors.TimedOut: lambda e, voice: voice("error.timed_out", backend=e.backend, seconds=f"{e.seconds:.0f}"),
    errors.BackendFailed: lambda e, voice: voice("error.failed", backend=e.backend),
}
