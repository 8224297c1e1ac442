"""What every command prints the same way: JSON, sentences, errors, progress."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

from bot.config import load_settings
from bot.replies import sentence
from engine.errors import BackendFailed, EditError, NeedsClarification, StorageFailed
from engine.reporting import Report, Watcher

if TYPE_CHECKING:
    from rich.console import Console

    from engine.data import Region


@cache
def console(*, stderr: bool = False) -> Console:
    """What prints in colours and bold."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, stderr=stderr)


def print_json(value: Any) -> None:
    """One JSON value on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def say(text: str) -> None:
    """A line for a person, on stdout."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """A line for a person, on stderr."""
    sys.stderr.write(f"{text}\n")


@contextmanager
def answering(as_json: bool) -> Generator[None]:
    """Turn errors into their sentence (or JSON) and exit code, and Ctrl-C into a quiet end."""
    try:
        yield
    except EditError as error:
        _print_error(error, as_json)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as stop:
        complain("Stopped; nothing was written.")
        raise typer.Exit(130) from stop
    except (typer.Exit, BrokenPipeError):
        raise
    except Exception as exc:
        failed = StorageFailed("picture") if isinstance(exc, OSError) else BackendFailed("Retouch itself")
        _log(exc)
        _print_error(failed, as_json)
        raise typer.Exit(failed.exit_code) from exc


def _log(unforeseen: Exception) -> None:
    """Keep what a user never sees where a developer finds it: `errors.log` in the home, or nowhere if that fails."""
    with suppress(OSError, EditError):
        home = load_settings().home
        home.mkdir(parents=True, exist_ok=True)
        with (home / "errors.log").open("a", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(unforeseen)))


def _print_error(error: EditError, as_json: bool) -> None:
    if not as_json:
        complain(sentence(error))
        return
    described: dict[str, Any] = {"kind": error.kind, "message": sentence(error)}
    if isinstance(error, NeedsClarification):
        described["candidates"] = [region_json(region) for region in error.candidates]
    print_json({"error": described})


def region_json(region: Region) -> dict[str, Any]:
    """A region as the contract prints it: box in px [x0, y0, x1, y1], area in px."""
    box = region.box
    return {
        "box": [box.x0, box.y0, box.x1, box.y1],
        "score": round(region.score, 3),
        "label": region.label,
        "area": region.area,
        "source": region.source,
    }


@contextmanager
def progress(as_json: bool) -> Generator[Report | None]:
    """A spinner that names the stage and says how long it still takes, on a terminal only."""
    if as_json or not sys.stderr.isatty():
        yield None
        return
    with console(stderr=True).status("reading the picture") as status:
        said = ""

        def tell(stage: str, fraction: float) -> None:
            nonlocal said
            said = f"{stage} ({fraction:.0%})" if fraction else stage
            status.update(said)

        yield Watcher(tell, lambda seconds: status.update(f"{said}, about {max(1, round(seconds))} s left"))
