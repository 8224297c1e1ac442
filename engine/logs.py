"""Logs of servers: one JSON object a line, with ids and numbers, and nothing of what people wrote or sent.

That is a guarantee of this module, not of whoever logs:

    our events       a field passes by the shape that `FIELDS` gives it; the names of those that did not are told
    libraries        the logger, the line of code, and the constant part of the message where it has one
    exceptions       types, error numbers and places in the code; never their messages, which quote what they failed at

With `words`, for debugging on a machine of one's own, everything is logged as it is.
"""

from __future__ import annotations

import errno
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any, Final, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor

WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
ID: Final = re.compile(r"[0-9A-Za-z]{6,64}")
DOTTED: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?(e[-+]\d+)?|True|False|None")
ERROR: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}(\[E[A-Z0-9]+\])?")
FIELDS: Final[dict[str, re.Pattern[str]]] = {
    "event": WORD,
    "level": WORD,
    "logger": DOTTED,
    "job": ID,
    "revision": ID,
    "attempt": NUMBER,
    "stage": WORD,
    "lane": WORD,
    "surface": WORD,
    "backend": WORD,
    "seconds": NUMBER,
    "outcome": WORD,
    "state": WORD,
    "reason": WORD,
    "error": ERROR,
    "count": NUMBER,
    "status": NUMBER,
    "pid": NUMBER,
    "exit_code": NUMBER,
}
"""What may be logged by default, and the shape it must have: none fits a sentence, a path, a token or a picture."""
INTERNAL: Final = {"exc_info", "stack_info", "positional_args", "_record", "_from_structlog"}
"""What structlog passes along with an event."""
LONGEST_MESSAGE: Final = 300
CHATTY: Final = ("httpx", "httpcore", "httpx2", "httpcore2", "openai", "uvicorn", "aiosqlite", "PIL")
"""Libraries that tell of every request or start; what goes wrong in them is told all the same."""


def log_to(stream: TextIO = sys.stderr, level: str = "info", *, words: bool = False) -> None:
    """From now on every log of this process, the libraries' too, is a line on `stream`; for people on a terminal.

    level: debug, info, warning or error. words: log everything as it is. A library's server must not set up logging of
    its own (uvicorn: `log_config=None`).
    """
    known: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper("iso", utc=True),
    ]
    structlog.configure(
        [structlog.stdlib.filter_by_level, *known, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    guarded: list[Processor] = [structlog.processors.format_exc_info] if words else [without_words]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=known,
            processors=[
                *guarded,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer(default=repr),
            ],
            pass_foreign_args=not words,
            use_get_message=words,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET if words else logging.WARNING)


def without_words(_: object, __: str, event: EventDict) -> EventDict:
    """A structlog processor: what may be logged of an event, as this module promises."""
    made: dict[str, Any] = {"timestamp": event["timestamp"]}
    if not event["_from_structlog"]:
        made |= _foreign(event["_record"], event["event"] if event["positional_args"] else None)
    passed = {name: value for name, value in event.items() if _fits(name, value)}
    if failure := _exception_of(event.get("exc_info")):
        made |= {"error": passed.get("error", name_of(failure)), "traceback": list(told_without_words(failure))}
    withheld = sorted(event.keys() - passed.keys() - made.keys() - INTERNAL)
    told = {"event": "withheld", **passed, **made, **({"withheld": withheld} if withheld else {})}
    return {**told, "_record": event["_record"], "_from_structlog": event["_from_structlog"]}


def name_of(error: BaseException) -> str:
    """The type of an error, and what the system calls it: `OSError[ENOSPC]`."""
    number = error.errno if isinstance(error, OSError) else None
    return type(error).__name__ + (f"[{errno.errorcode[number]}]" if number and number in errno.errorcode else "")


def told_without_words(error: BaseException) -> Iterator[str]:
    """A line an exception, the cause first: the functions it went through, outermost first, and its type."""
    for earlier in _before(error):
        yield from told_without_words(earlier)
    frames = traceback.walk_tb(error.__traceback__)
    places = (f"{frame.f_globals.get('__name__')}:{line} {frame.f_code.co_name}" for frame, line in frames)
    yield f"{' > '.join(places)}: {name_of(error)}"


def _before(error: BaseException) -> Iterator[BaseException]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and earlier is not error:
        yield earlier
    if isinstance(error, BaseExceptionGroup):
        yield from cast("BaseExceptionGroup[BaseException]", error).exceptions


def _foreign(record: logging.LogRecord, template: str | None) -> dict[str, Any]:
    """What a library logged. A message without arguments may have been put together of anything, so it is left out."""
    where = f"{record.module}:{record.lineno} {record.funcName}"
    return {"event": "library", "where": where, **({"message": template[:LONGEST_MESSAGE]} if template else {})}


def _fits(name: str, value: object) -> bool:
    if not isinstance(value, str | int | float | None):
        return False
    shape = FIELDS.get(name)
    return shape is not None and (value is None or shape.fullmatch(str(value)) is not None)


def _exception_of(info: object) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return info[1] if isinstance(info[1], BaseException) else None  # pyright: ignore[reportUnknownVariableType]
    return sys.exception() if info else None
