"""`retouch doctor`: what this machine can do, and what is missing for the rest."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import typer

from bot.config import WebSettings, load_settings
from bot.surfaces.terminal.models import in_words, of_kind, store
from bot.surfaces.terminal.printing import console, print_json, say
from bot.surfaces.terminal.server_state import ServerState, server_state
from engine.machine import Machine, this_machine
from engine.safety import checker_for
from engine.settings import SafetySettings
from engine.torch_edge import has_libraries
from engine.weights import KINDS, Kind, Model, ModelStore

EXTRAS: Final = {
    "gpu": ("torch", "diffusers", "transformers"),
    "llm": ("openai",),
    "cluster": ("ray", "asyncpg"),
    "moderation": ("nudenet",),
}
"""The modules whose presence tells that an extra is installed."""
BUILT_IN: Final[dict[Kind, str]] = {
    "detector": "colours, shapes, positions, sky, lettering, the main subject",
    "faces": "faces that look at the camera",
    "segmenter": "by edges and colours",
    "salient": "by contrast and position",
    "eraser": "by copying what is around",
    "restorer": "classic filters",
    "upscaler": "larger and sharper, no new detail",
}
"""What works without a model of the kind."""
HELPERS: Final[frozenset[Kind]] = frozenset({"controlnet", "adapter", "captioner"})
"""Kinds that do nothing without another model."""


UNWELL: Final = 5
"""The exit code where the server that was asked about is down or not ready: that of every backend that cannot work."""


def doctor(url: str | None = None, *, as_json: bool = False) -> None:
    """Print how everything stands, the server at the URL included; without one, the server of the settings if it runs.

    Raises: BadOption for settings that cannot be read; typer.Exit for a server named by its URL that is not well.
    """
    machine, models = this_machine(), store()
    known = dict(facts(machine))
    abilities = {words: list(ability(kind, machine, models)) for kind, words in KINDS.items() if kind not in HELPERS}
    costs = dict(memory_here(machine))
    server = server_state(url or _address(load_settings().web))
    if as_json:
        print_json({"facts": known, "abilities": abilities, "memory": costs, "server": asdict(server)})
    else:
        _print(known, abilities, costs, server)
    if url and not server.ready:
        raise typer.Exit(UNWELL)


def _print(
    known: dict[str, str], abilities: dict[str, list[str]], costs: dict[str, list[str]], server: ServerState
) -> None:
    for name, finding in known.items():
        console().print(f"[bold]{name:<16}[/bold] ", end="")
        say(finding)
    console().print("\n[bold]The server[/bold]")
    for line in told(server):
        say(f"  {line}")
    for words, lines in abilities.items():
        console().print(f"\n[bold]{words}[/bold]")
        for line in lines:
            say(f"  {line}")
    console().print("\n[bold]Memory each model takes here[/bold]")
    for words, models in costs.items():
        say(f"  {words}: {', '.join(models)}")


def told(server: ServerState) -> Iterator[str]:
    """How the server is doing, a line each."""
    if not server.up:
        yield f"not running at {server.url} ({server.why})"
        return
    what = f"Retouch {server.version}" if server.version else "an engine"
    yield f"{what} at {server.url}: {'ready' if server.ready else 'NOT READY'}"
    for check, why in server.failing.items():
        yield f"{check}: {why}"
    queue = _counted(server.queue).replace("accepted", "waiting").replace("leased", "running")
    yield f"queue: {queue or 'empty'}"
    yield f"last ten minutes: {_counted(server.recent) or 'no edits'}"
    if server.restarts:
        yield f"engine restarts since the server started: {server.restarts}"
    if server.stages:
        stage, seconds = next(iter(server.stages.items()))
        yield f"slowest stage: {stage}, {seconds:.2g} s on average"
    if server.stalls:
        yield f"stalls of over a quarter of a second: {server.stalls}"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))


def _address(web: WebSettings) -> str:
    """Where a server of this machine is asked, wherever it listens."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(web.host, web.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{web.port}"


def facts(machine: Machine) -> Iterator[tuple[str, str]]:
    """(what, how it stands), in the order a person would ask."""
    settings = load_settings()
    yield "retouch", f"{version('retouch')} on Python {platform.python_version()}, {platform.system()}"
    yield "settings", os.environ.get("RETOUCH_CONFIG") or "defaults (RETOUCH_CONFIG names no file)"
    yield "home", _home(settings.home)
    yield "limits", f"{settings.limits.megapixels:g} megapixels, {settings.limits.file_mb:g} MB a file"
    yield "memory", "not known" if machine.ram is None else in_words(machine.ram)
    gpu = f"{machine.gpu}, {in_words(machine.gpu_memory)}" if machine.gpu else "none from NVIDIA: models run on the CPU"
    yield "GPU", gpu
    for extra, modules in EXTRAS.items():
        missing = [module for module in modules if find_spec(module) is None]
        yield f"extra {extra}", "installed" if not missing else f"not installed (uv sync --extra {extra})"
    yield "safety", _safety(settings.safety)


def ability(kind: Kind, machine: Machine, models: ModelStore) -> Iterator[str]:
    """How a kind of work goes now, and what would make it go better, a line each."""
    there = [model for model in of_kind(kind) if models.installed(model.name)]
    if there:
        yield "ready: " + ", ".join(_with_doubts(model, machine) for model in there)
        return
    yield f"built in: {BUILT_IN[kind]}" if kind in BUILT_IN else "not possible yet"
    best = suggestion(kind, machine)
    if best is None:
        yield "every model for it is too large for this machine"
        return
    yield f"next: `retouch models pull {best.name}` ({in_words(best.size)}): {best.purpose}"
    if best.extra and not has_libraries():
        yield f"      and the extra that runs it: uv sync --extra {best.extra}"
    if kind not in BUILT_IN and not machine.gpu:
        yield "      without a GPU a picture takes minutes"


def suggestion(kind: Kind, machine: Machine) -> Model | None:
    """The model to install next for a kind of work: one that fits, needs no licence accepted, and runs well here."""
    fitting = [model for model in of_kind(kind) if machine.fits(model) and not model.gated]
    device = "gpu" if machine.gpu else "cpu"
    return min(
        fitting, key=lambda m: (m.best_on != device, m.best_on != "cpu", m.extra is not None, m.size), default=None
    )


def memory_here(machine: Machine) -> Iterator[tuple[str, list[str]]]:
    """(kind of work, the memory of each of its models where it would run on this machine)."""
    for kind, words in KINDS.items():
        costs = [
            f"{model.name} {in_words(machine.memory_for(model))}{'' if machine.fits(model) else ' (too large)'}"
            for model in of_kind(kind)
        ]
        yield words, costs


def _with_doubts(model: Model, machine: Machine) -> str:
    if model.extra and not has_libraries():
        return f"{model.name} (once the extra is there: uv sync --extra {model.extra})"
    return model.name if machine.fits(model) else f"{model.name} (too large for this machine's memory)"


def _safety(wanted: SafetySettings) -> str:
    """Whether what edits make is looked at here, and why not."""
    if checker_for(wanted) is not None:
        return "what edits make is looked at for nudity"
    why = "[safety] check is off" if wanted.check == "off" else "the extra moderation is not installed"
    return f"nothing is looked at, and everything is shown: {why}"


def _home(home: Path) -> str:
    """Where the history lives, whether it can be written, and how much room is left."""
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    state = "" if os.access(existing, os.W_OK) else " — NOT WRITABLE; set RETOUCH_HOME"
    return f"{home} ({in_words(free)} free){state}"
