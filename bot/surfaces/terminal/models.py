"""`retouch models`: what can be installed, and whether it is."""

from __future__ import annotations

from pathlib import Path

from rich.progress import Progress

from bot.config import load_settings
from bot.surfaces.terminal.printing import err, print_json, say
from engine.errors import DamagedWeights
from engine.weights import CATALOGUE, Model, ModelStore, model_named


def store() -> ModelStore:
    """The models under the home of the settings."""
    return ModelStore(load_settings().home / "models")


def list_models(*, as_json: bool) -> None:
    """Every model of the catalogue: name, state, size, memory, licence, purpose."""
    models = store()
    if as_json:
        print_json({"models": [_described(model, models) for model in CATALOGUE.values()]})
        return
    for model in CATALOGUE.values():
        state = "installed" if models.installed(model.name) else "not installed"
        say(f"{model.name}  ({state})")
        say(f"  {model.purpose}")
        say(f"  {_mb(model.size)} on disk, about {_mb(model.memory)} of memory, {model.licence}")


def _described(model: Model, models: ModelStore) -> dict[str, object]:
    return {
        "name": model.name,
        "purpose": model.purpose,
        "installed": models.installed(model.name) is not None,
        "size": model.size,
        "memory": model.memory,
        "licence": model.licence,
        "sha256": model.sha256,
        "url": model.url,
    }


def pull_model(name: str, source: Path | None) -> None:
    """Install one model. Raises: BadOption, PictureUnreadable, DownloadFailed, DamagedWeights."""
    model = model_named(name)
    if source is not None:
        store().install(model, source)
    elif not store().verify(model):
        with Progress(console=err, transient=True) as bar:
            task = bar.add_task(name, total=model.size)
            store().pull(model, lambda there, size: bar.update(task, completed=there, total=size))
    say(f"{name} is installed ({model.licence}).")


def verify_models() -> None:
    """One line a model that is installed. Raises: DamagedWeights for the first that is not what it was."""
    models = store()
    for model in CATALOGUE.values():
        if models.installed(model.name) is None:
            continue
        if not models.verify(model):
            raise DamagedWeights(model.name)
        say(f"{model.name}: as the catalogue says")


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"
