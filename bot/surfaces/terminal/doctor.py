"""`retouch doctor`: what this machine can do, and what is missing for the rest."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from bot.config import load_settings
from bot.surfaces.terminal.printing import out

EXTRAS = {
    "gpu": ("torch", "diffusers", "transformers"),
    "cluster": ("ray", "asyncpg"),
    "moderation": ("nudenet",),
}
"""The modules whose presence tells that an extra is installed."""


def doctor() -> None:
    """Print one line a fact. Raises: BadOption for settings that cannot be read."""
    for name, finding in findings():
        out.print(f"[bold]{name:<12}[/bold] ", end="")
        out.print(finding, markup=False)


def findings() -> Iterator[tuple[str, str]]:
    """(what, how it stands), in the order a person would ask."""
    settings = load_settings()
    yield "retouch", f"{version('retouch')} on Python {platform.python_version()}, {platform.system()}"
    yield "settings", os.environ.get("RETOUCH_CONFIG") or "defaults (RETOUCH_CONFIG names no file)"
    yield "home", _home(settings.home)
    yield "limits", f"{settings.limits.megapixels:g} megapixels, {settings.limits.file_mb:g} MB a file"
    yield "exact tools", "ready: colour, tone, crop, rotate, text, background, cut-outs, restoration"
    yield "eraser", "ready: exemplar fill, no weights needed"
    yield "regions", "ready: colours, positions, sky, faces, text, main subject; no detector for other nouns"
    for extra, modules in EXTRAS.items():
        missing = [module for module in modules if find_spec(module) is None]
        yield f"extra {extra}", "installed" if not missing else f"not installed (uv sync --extra {extra})"


def _home(home: Path) -> str:
    """Where the history lives, whether it can be written, and how much room is left."""
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free / 2**30
    state = "" if os.access(existing, os.W_OK) else " — NOT WRITABLE; set RETOUCH_HOME"
    return f"{home} ({free:.0f} GB free){state}"
