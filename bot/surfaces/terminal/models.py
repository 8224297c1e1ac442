"""`retouch models`: what can be installed, whether it is, and bringing, checking and removing it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from bot.config import load_settings
from bot.surfaces.terminal.printing import complain, console, print_json, say
from engine.errors import BadOption
from engine.torch_edge import has_libraries
from engine.weights import CATALOGUE, KINDS, Kind, Model, ModelStore, model_named

DAMAGED = 5
"""The exit code of a verification that found damage: that of every backend that cannot work."""
STOPPED = 130


def store() -> ModelStore:
    """The models under the home of the settings."""
    return ModelStore(load_settings().home / "models")


def list_models(*, as_json: bool, as_markdown: bool = False) -> None:
    """Every model of the catalogue by what it is for: state, size, memory, licence, purpose."""
    models = store()
    if as_json:
        print_json({"models": [_described(model, models) for model in CATALOGUE.values()]})
    elif as_markdown:
        say(tables())
    else:
        for kind, words in KINDS.items():
            console().print(f"\n[bold]{words}[/bold]")
            for model in of_kind(kind):
                _print_model(model, models)


def of_kind(kind: Kind) -> list[Model]:
    """The catalogue's models of one kind, the smaller ones first."""
    return [model for model in CATALOGUE.values() if model.kind == kind]


def tables() -> str:
    """The catalogue as `docs/models.md` shows it, a table a kind."""
    return "\n\n".join(f"## {words}\n\n{_table(of_kind(kind))}" for kind, words in KINDS.items())


def _table(models: list[Model]) -> str:
    head = "| Install with | Good for | On disk | Memory | Licence |\n|---|---|---|---|---|"
    rows = [
        f"| `retouch models pull {model.name}` | {model.purpose} | {in_words(model.size)} "
        f"| {memory_in_words(model)} | [{model.licence}]({model.page}){_small_print(model)} |"
        for model in models
    ]
    return "\n".join((head, *rows))


def _print_model(model: Model, models: ModelStore) -> None:
    state = "[green]installed[/green]    " if models.installed(model.name) else "not installed"
    console().print(f"  [bold]{model.name:<28}[/bold] {state}  ", end="")
    say(f"{in_words(model.size)}; memory {memory_in_words(model)}; {licence_of(model)}")
    say(f"      {model.purpose}")


def _described(model: Model, models: ModelStore) -> dict[str, Any]:
    path = models.installed(model.name)
    return {
        **model.model_dump(exclude={"working_mb", "measured"}, exclude_none=True),
        "installed": path is not None,
        "path": None if path is None else str(path),
        "size": model.size,
        "memory": {
            "cpu": model.memory(gpu=False),
            "gpu": model.memory(gpu=True) if model.extra else None,
            "measured": model.measured,
        },
    }


def pull_model(name: str, source: Path | None) -> None:
    """Install one model. Raises: BadOption, PictureUnreadable, and whatever ModelStore.pull and .install raise."""
    model, models = model_named(name), store()
    if source is not None:
        vouched = models.install(model, source)
    elif models.installed(name) and not models.damaged(model):
        say(f"{name} is already installed.")
        return
    else:
        vouched = True
        _pull(model, models)
    say(f"{name} is installed ({licence_of(model)}).")
    if not vouched:
        say("The hub could not be asked: the files are complete, but nothing vouches for them but you.")
    if model.extra and not has_libraries():
        say(f"It runs with the extra “{model.extra}”: uv sync --extra {model.extra}")


def _pull(model: Model, models: ModelStore) -> None:
    """Download behind a bar; Ctrl-C keeps what has come."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=console(stderr=True), transient=True) as bar:
            task = bar.add_task(model.name, total=model.size, completed=models.begun(model))
            models.pull(
                model,
                lambda file, there, size: bar.update(
                    task, completed=there, total=size, description=f"{model.name} {Path(file).name}"
                ),
            )
    except KeyboardInterrupt:
        _stopped(model, models)


def _stopped(model: Model, models: ModelStore) -> NoReturn:
    complain(
        f"Stopped with {in_words(models.begun(model))} of {in_words(model.size)} there; "
        f"`retouch models pull {model.name}` goes on from that, `retouch models remove {model.name}` drops it."
    )
    raise typer.Exit(STOPPED)


def verify_models() -> None:
    """One line a model that is installed; exit code 5 when a byte of any is not what was installed."""
    models = store()
    found = {model: models.damaged(model) for model in CATALOGUE.values() if models.installed(model.name)}
    for model, damaged in found.items():
        if damaged:
            say(f"{model.name}: DAMAGED ({', '.join(damaged)}); `retouch models pull {model.name}` brings it again")
        else:
            say(f"{model.name}: every byte as it was installed")
    if not found:
        say("No model is installed.")
    if any(found.values()):
        raise typer.Exit(DAMAGED)


def remove_model(name: str) -> None:
    """Free the space of one model. Raises: BadOption for one that is not in the store."""
    model, models = model_named(name), store()
    freed = models.remove(model)
    if freed:
        say(f"{name} is removed; {in_words(freed)} are free again.")
    elif models.installed(name):
        raise BadOption("model", name, "one that Retouch installed; the Hugging Face cache is emptied by `hf cache rm`")
    else:
        raise BadOption("model", name, "one that is installed")


def in_words(size: int) -> str:
    """Bytes as a person reads them: 233 kB, 4 MB, 1.2 GB, 58 GB."""
    if size < 1_000_000:
        return f"{round(size / 1_000)} kB"
    if size < 1_000_000_000:
        return f"{round(size / 1_000_000)} MB"
    return f"{size / 1_000_000_000:.1f} GB" if size < 10_000_000_000 else f"{size / 1_000_000_000:.0f} GB"


def memory_in_words(model: Model) -> str:
    """The memory it works with: on a GPU and without one, where it can run on both."""
    cpu = in_words(model.memory(gpu=False))
    return f"{in_words(model.memory(gpu=True))} on a GPU, {cpu} without" if model.extra else cpu


def licence_of(model: Model) -> str:
    """The licence, what it means for commerce where that needs a word, and whether it has to be accepted first."""
    return f"{model.licence}{_small_print(model)}"


def _small_print(model: Model) -> str:
    return "".join(f"; {words}" for words in (model.terms, "to be accepted first" if model.gated else "") if words)
