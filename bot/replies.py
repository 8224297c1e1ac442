"""Every sentence a person can read: one per error, one per notice, and the line under an answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine import errors
from engine.data import Notice
from engine.errors import EditError
from engine.weights import CATALOGUE

SMALLEST = {"diffusion": "sd-1.5-inpainting", "instruct": "flux-2-klein"}
"""The model to begin with, by the backend that needs one."""


def _install(model: str) -> str:
    """How a generative model comes to a machine; the README's “Models” says more."""
    return (
        f"Install one with `uv sync --extra gpu` and `uv run retouch models pull {model}`, "
        "or name the folder of one with --model."
    )


def sentence(error: EditError) -> str:
    """What went wrong and what to do about it, in words for the author."""
    for leaf in type(error).__mro__:
        if leaf in ERRORS:
            return ERRORS[leaf](error)
    raise AssertionError(f"no sentence for {type(error).__name__}")


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1_000_000:.0f} megapixels"


def _too_large(error: errors.ImageTooLarge) -> str:
    if error.unit == "bytes":
        return f"This file has {error.actual / 2**20:.0f} MB; at most {error.limit / 2**20:.0f} MB are accepted."
    return (
        f"This picture has {_megapixels(error.actual)}; at most {_megapixels(error.limit)} are accepted. "
        "Send a smaller version."
    )


def _mismatch(error: errors.MaskMismatch) -> str:
    (mask_height, mask_width), (height, width) = error.mask_shape, error.picture_shape
    return f"The mask is {mask_width} × {mask_height} px but the picture is {width} × {height} px; they must agree."


def _unsupported(error: errors.UnsupportedImage) -> str:
    found = f"This is {error.found}, which is" if error.found else "This is"
    return f"{found} not a picture I can read. PNG, JPEG, WebP, GIF, BMP, AVIF and HEIC work."


def _damaged(error: errors.DamagedImage) -> str:
    what = f"{error.found} file" if error.found else "picture"
    return f"This {what} is damaged or cut short. Please send it again."


def _bad_option(error: errors.BadOption) -> str:
    if error.value in (None, ""):
        return f"{error.name} is missing; it takes {error.allowed}."
    return f"{error.name} cannot be “{error.value}”; it takes {error.allowed}."


def _revision(error: errors.NoSuchRevision) -> str:
    known = {
        "undo": "There is nothing to undo: this is the original picture.",
        "redo": "There is nothing to redo.",
        "latest": "There is no earlier picture to go on from. Start with `retouch edit PHOTO INSTRUCTION`.",
        "edit": "There is no edit to repeat yet.",
    }
    return known.get(error.wanted, f"There is no revision “{error.wanted}”. `retouch history` lists them.")


def _not_grounded(error: errors.NotGrounded) -> str:
    instead = f" I did find: {', '.join(error.alternatives)}." if error.alternatives else ""
    return (
        f"I could not find {error.phrase} in the picture.{instead} "
        "Say it by colour and place (“the red thing on the left”), or give a mask."
    )


def _ambiguous(error: errors.Ambiguous) -> str:
    return (
        f"I found {len(error.candidates)} that could be “{error.phrase}”. Which one? "
        "Answer with a number, a place such as “the left one”, or “all”."
    )


def _missing(error: errors.BackendMissing) -> str:
    if error.backend not in SMALLEST:
        return f"{error.need[:1].upper()}{error.need[1:]} needs {error.backend}, which this version does not have."
    kind = "a model that follows instructions" if error.backend == "instruct" else "a generative model"
    need = f"{error.need[:1].upper()}{error.need[1:]}"
    return f"{need} needs {kind}, and none is installed. {_install(SMALLEST[error.backend])}"


def _model_missing(error: errors.ModelMissing) -> str:
    if error.model in CATALOGUE:
        return f"{error.model} is not installed. `uv run retouch models pull {error.model}` brings it."
    smallest = SMALLEST.get(error.backend, SMALLEST["diffusion"])
    return f"There is no generative model called {error.model} on this machine. {_install(smallest)}"


def _mask_empty(error: errors.MaskEmpty) -> str:
    asked = " Should the whole picture change? Answer “yes”, or mark a part" if error.candidates else " Mark a part"
    return f"The mask selects nothing.{asked}: white or transparent means edit."


def _download_failed(error: errors.DownloadFailed) -> str:
    if error.status is None:
        why = "is there a network? The same command goes on where it stopped"
    else:
        why = f"its server answered {error.status}. Try again later"
    return f"{error.backend} did not arrive whole: {why}, and --from installs a file or a folder that you have."


def _access_denied(error: errors.AccessDenied) -> str:
    token = (
        "with the account your token is of (the token was refused)"
        if error.known
        else "put a token of your account in HF_TOKEN (or run `hf auth login`)"
    )
    return (
        f"{error.backend} is given only to people who accepted its licence: accept it at {error.page}, {token}, "
        "and run the same command again."
    )


def _busy(error: errors.Busy) -> str:
    when = _duration(error.seconds)
    reasons = {
        "queue": f"Too many edits are waiting already; please ask again in {when}.",
        "member": f"{error.limit} of your edits are waiting already; please ask again when one is done, in {when}.",
        "guild": f"{error.limit} edits of this server are waiting already; please ask again in {when}.",
        "rate": f"That was a lot at once; please ask again in {when}.",
    }
    return reasons[error.reason]


def _duration(seconds: float) -> str:
    """A time to wait, rounded up to what people say."""
    if seconds < 90:
        return f"{max(1, math.ceil(seconds))} seconds" if seconds > 1 else "a second"
    return f"{math.ceil(seconds / 60)} minutes"


ERRORS: dict[type[EditError], Callable[[Any], str]] = {
    errors.PictureUnreadable: lambda e: f"There is no readable file called {e.name}.",
    errors.UnsupportedImage: _unsupported,
    errors.DamagedImage: _damaged,
    errors.ImageTooLarge: _too_large,
    errors.ImageTooSmall: lambda e: f"This picture is {e.width} × {e.height} px; each side needs {e.limit} px or more.",
    errors.MaskEmpty: _mask_empty,
    errors.MaskWhole: lambda _: (
        "The mask selects the whole picture. Should all of it change? Answer “yes”, or mark only the part you mean."
    ),
    errors.MaskMismatch: _mismatch,
    errors.BadOption: _bad_option,
    errors.NoSuchRevision: _revision,
    errors.Withdrawn: lambda _: "Cancelled. Nothing was changed.",
    errors.NotUnderstood: lambda e: e.question,
    errors.Ambiguous: _ambiguous,
    errors.NeedsClarification: lambda e: e.question,
    errors.NotGrounded: _not_grounded,
    errors.Refused: lambda e: f"I will not do that here: {e.policy}.",
    errors.ModelMissing: _model_missing,
    errors.BackendMissing: _missing,
    errors.DownloadFailed: _download_failed,
    errors.AccessDenied: _access_denied,
    errors.DiskFull: lambda e: (
        f"{e.needed / 1e9:.1f} GB are needed and the disk has {e.free / 1e9:.1f} GB left. "
        "`retouch models list` shows what could be removed; RETOUCH_HOME puts the models on another disk."
    ),
    errors.DamagedWeights: lambda e: f"This is not the file the catalogue lists for {e.backend}; it was not installed.",
    errors.UnusableModel: lambda e: f"The model file {e.file} cannot be used here: {e.needed} is needed.",
    errors.StorageFailed: lambda e: (
        f"The {e.backend} could not be written: is the disk full, or its server away? Nothing was changed."
    ),
    errors.OutcomeUnknown: lambda e: (
        f"The {e.backend} went away in the middle of this, and I cannot tell whether it was kept. "
        "Look before you try again: it may be there already."
    ),
    errors.EngineLost: lambda _: (
        "The part of me that edits pictures stopped in the middle of this and is being started again. "
        "Nothing was changed; please try once more."
    ),
    errors.Busy: _busy,
    errors.GaveUp: lambda e: (
        f"I tried this {e.attempts} times and my engine broke each time, so I stopped. Nothing was changed; "
        "a smaller picture or other words may work."
    ),
    errors.OutOfMemory: lambda e: (
        f"{e.backend} ran out of memory, also with its smaller setting. Try a smaller region."
    ),
    errors.TimedOut: lambda e: f"{e.backend} did not answer within {e.seconds:.0f} seconds. Nothing was changed.",
    errors.BackendFailed: lambda e: f"{e.backend} failed. Nothing was changed; errors.log in its home says more.",
}

NOTICES: dict[str, str] = {
    "first_frame": "This picture is animated; its first frame was edited.",
    "profile_dropped": "Its colour profile was damaged and was ignored.",
    "main_subject": "I cannot tell what “{detail}” is here, so I took the main subject of the picture.",
    "upscaled_without_model": "Enlarged and sharpened without a model: no new detail was invented.",
    "lossy": "{detail} files are lossy; the history keeps the exact pixels, and -o NAME.png writes them.",
    "flattened": "{detail} has no transparency; the transparent parts became white.",
    "missed": "{detail} The rest is done.",
    "shadow_too": "Its shadow went with it; “without the shadow” keeps the shadow.",
    "reflection_too": "Its reflection went with it; “without the reflection” keeps the reflection.",
    "drawn": "Its area is the mask that you gave.",
    "reference_unused": "The reference was not used: the model takes none. An IP-Adapter lets SD 1.5 and SDXL see one; "
    "Qwen-Image-Edit and FLUX.2 klein look at one as they are.",
    "unchanged": "The model left the picture as it was; try other words.",
    "remade": "The model redrew the whole picture; “undo” brings the old one back, and a mask says what may change.",
    "kept_around": "The model redrew the whole picture; what it made of {detail} was kept, and nothing else.",
    "same_result": "An exact edit has one result: the variations are all alike.",
    "latest": "Going on from revision {detail}.",
    "redrawn": "Nothing was edited yet, so I redrew the picture itself, close to what it was.",
}


def notice(note: Notice) -> str:
    """A remark on an edit that worked."""
    return NOTICES[note.kind].format(detail=note.detail)


def receipt(outside_changed: int | None, *, whole: bool) -> str:
    """The proof of exactness, in a few words."""
    if outside_changed is None:
        return "the whole picture may have changed" if whole else "nothing edited"
    if outside_changed == 0:
        return "0 pixels changed outside the mask"
    return f"{outside_changed} pixels changed outside the mask"
