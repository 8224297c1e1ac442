"""The engine in a process of its own: `python -m engine.service --exchange FOLDER --socket PATH`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import structlog
from pydantic import ValidationError

from engine.errors import BadOption, EditError
from engine.logs import log_to
from engine.service.parent import end_with_parent
from engine.settings import EngineSettings

log = structlog.stdlib.get_logger(__name__)


def main() -> None:
    """Serve until told to stop. Exit codes: those of `engine.errors`, told of in the log."""
    options = _parser().parse_args()
    if options.with_parent:
        end_with_parent()
    log_to(sys.stderr)
    try:
        settings = _read_settings(options.settings)
        from engine.service.running import Address, serve

        address = Address(options.socket, options.host, options.port)
        announce = _quiet if options.with_parent else _tell
        serve(address, options.exchange, settings, warm=options.warm, announce=announce)
    except EditError as error:
        log.error("engine_cannot_start", exc_info=error)
        sys.stderr.write(f"{type(error).__name__}: {', '.join(map(str, error.args))}\n")
        sys.exit(error.exit_code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine.service", description=__doc__)
    parser.add_argument("--exchange", required=True, help="where pixels lie: a folder, or s3://bucket/prefix")
    parser.add_argument("--socket", type=Path, help="listen on this Unix socket")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free, told on stdout")
    parser.add_argument(
        "--settings", required=True, help="engine.settings.EngineSettings as JSON; '-': a line of stdin"
    )
    parser.add_argument("--warm", action="store_true", help="load the models before being ready")
    parser.add_argument("--with-parent", action="store_true", help="end when stdin does, or the starting process")
    return parser


def _read_settings(given: str) -> EngineSettings:
    """Raises: BadOption."""
    try:
        return EngineSettings.model_validate_json(sys.stdin.readline() if given == "-" else given)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        raise BadOption("settings", ".".join(str(part) for part in first["loc"]), first["msg"]) from exc


def _tell(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


def _quiet(_: str) -> None:
    """Whoever started it as its child said where it is to listen."""


if __name__ == "__main__":
    main()
