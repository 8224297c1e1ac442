"""What `retouch edit` writes and prints: the pictures, and an account of each as sentences or JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.chat import Answer, Reply
from bot.config import Settings
from bot.house import House
from bot.replies import notice, receipt
from bot.surfaces.terminal.printing import say
from engine.clock import Clock
from engine.data import Notice, Picture
from engine.imageio import encode, encode_mask, format_for, write_atomically
from engine.planner import explain


@dataclass(frozen=True, eq=False)
class Written:
    """A reply, and the files that its pictures and its mask are in."""

    reply: Reply
    images: tuple[Path, ...]
    mask: Path | None
    notices: tuple[Notice, ...]


def write_replies(replies: list[Reply], out: Path, house: House, settings: Settings) -> list[Written]:
    """The last reply's pictures at `out` (numbered where there are several), those before it among the exports."""
    written: list[Written] = []
    for reply in replies[:-1]:
        path = house.exports / f"{reply.answer.revision.id}.png"
        write_atomically(path, encode(reply.answer.picture, "png"))
        written.append(Written(reply, (path,), _mask_path(reply, house), reply.notices))
    last = replies[-1]
    paths = _numbered(out, len(last.answers))
    pairs = list(zip(paths, last.answers, strict=True))
    encoded = [encode(answer.picture, format_for(path), settings.output.quality) for path, answer in pairs]
    for path, data in zip(paths, encoded, strict=True):
        write_atomically(path, data)
    notices = (*last.notices, *_losses(paths[0], last.answer.picture))
    return [*written, Written(last, paths, _mask_path(last, house), notices)]


def _numbered(path: Path, count: int) -> tuple[Path, ...]:
    if count == 1:
        return (path,)
    return tuple(path.with_stem(f"{path.stem}-{number}") for number in range(1, count + 1))


def _losses(path: Path, picture: Picture) -> tuple[Notice, ...]:
    """What the file format could not keep."""
    name = format_for(path)
    if name == "png":
        return ()
    shown = {"jpeg": "JPEG", "webp": "WebP"}[name]
    flattened = name == "jpeg" and picture.opacity is not None
    return (Notice("lossy", shown), *((Notice("flattened", shown),) if flattened else ()))


def _mask_path(reply: Reply, house: House) -> Path | None:
    """The mask as a file, where a mask says all: not when the size changed, nor for a step through the history."""
    answer = reply.answer
    if answer.mask is None or answer.resized:
        return None
    path = house.exports / f"{answer.revision.id}-mask.png"
    write_atomically(path, encode_mask(answer.mask))
    return path


def _step_json(step: Written, timings_ms: dict[str, float]) -> dict[str, Any]:
    """One instruction's outcome as the command-line contract prints it."""
    answer = step.reply.answer
    revision = answer.revision
    described: dict[str, Any] = {
        "image": str(step.images[0]),
        "mask": None if step.mask is None else str(step.mask),
        "revision": revision.id,
        "parent": revision.parent,
        "plan": step.reply.plan.flat(),
        "backend": revision.backend,
        "seed": revision.seed,
        "size": [answer.picture.width, answer.picture.height],
        "mask_area": _mask_area(answer),
        "offset": None if answer.offset is None else list(answer.offset),
        "outside_changed": answer.outside_changed,
        "timings_ms": {stage: round(value, 1) for stage, value in timings_ms.items()},
        "warnings": [notice(note) for note in step.notices],
    }
    if len(step.images) > 1:
        described["images"] = [str(path) for path in step.images]
    return described


def _mask_area(answer: Answer) -> float:
    """Share of the picture that may have changed."""
    if answer.mask is None:
        return 1.0 if answer.whole else 0.0
    return round(float(np.count_nonzero(answer.mask)) / answer.mask.size, 6)


def conversation_json(steps: list[Written], clock: Clock) -> dict[str, Any]:
    """The last instruction's outcome with the command's timings; with several instructions, `steps` has each."""
    described = _step_json(steps[-1], clock.stages)
    if len(steps) > 1:
        described["steps"] = [_step_json(step, step.reply.timings_ms) for step in steps]
    return described


def print_reply(step: Written, seconds: float) -> None:
    """What was understood, where the picture is, and its receipt."""
    answer = step.reply.answer
    say(explain(step.reply.plan))
    for path in step.images:
        say(f"  {path}")
    size = f"{answer.picture.width} × {answer.picture.height}"
    proof = receipt(answer.outside_changed, whole=answer.whole)
    say(f"  revision {answer.revision.number} ({answer.revision.id}) · {size} · {proof} · {seconds:.1f} s")
    for note in step.notices:
        say(f"  {notice(note)}")
