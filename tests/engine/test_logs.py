"""Logs say what happened and where, and nothing of what people wrote or sent."""

from __future__ import annotations

import errno
import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import NotGrounded
from engine.logs import FIELDS, log_to

SECRET = "the red car of aunt Ada"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level, shown = root.handlers, root.level, warnings.showwarning
    stream = io.StringIO()
    log_to(stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers, root.level, warnings.showwarning = handlers, level, shown
    structlog.configure(**before)


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def ours() -> Any:
    return structlog.stdlib.get_logger("bot.turn")


def test_an_event_has_its_ids_and_numbers(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(job="3k9x2m4p7q1z", attempt=2):
        ours().info("job_finished", outcome="done", seconds=1.25, stage="edit")
    [line] = told(lines)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "job_finished",
        "level": "info",
        "logger": "bot.turn",
        "job": "3k9x2m4p7q1z",
        "attempt": 2,
        "outcome": "done",
        "seconds": 1.25,
        "stage": "edit",
    }


def test_what_is_not_allowed_is_named_and_not_shown(lines: io.StringIO) -> None:
    ours().warning(
        "edit_failed", instruction=SECRET, picture=b"\xff\xd8", file="ada.png", job=SECRET, error="NotGrounded"
    )
    [line] = told(lines)
    assert line["withheld"] == ["file", "instruction", "job", "picture"]
    assert line["error"] == "NotGrounded"
    assert "ada" not in lines.getvalue().lower()


def fails() -> None:
    try:
        raise OSError(errno.ENOSPC, "no room", "/home/ada/car.png")
    except OSError as exc:
        raise NotGrounded(SECRET) from exc


def test_an_exception_is_its_types_and_places(lines: io.StringIO) -> None:
    try:
        fails()
    except NotGrounded:
        ours().exception("job_broke")
    [line] = told(lines)
    cause, error = line["traceback"]
    assert line["error"] == "NotGrounded"
    assert cause.startswith(f"{__name__}:")
    assert cause.endswith(" fails: OSError[ENOSPC]")
    assert " fails: NotGrounded" in error
    assert "test_an_exception_is_its_types_and_places > " in error
    assert "ada" not in lines.getvalue().lower()


def test_a_group_of_exceptions_tells_of_each(lines: io.StringIO) -> None:
    ours().error("job_broke", exc_info=ExceptionGroup(SECRET, [ValueError(SECRET), KeyError(SECRET)]))
    assert [line.rpartition(": ")[2] for line in told(lines)[0]["traceback"]] == [
        "ValueError",
        "KeyError",
        "ExceptionGroup",
    ]
    assert SECRET not in lines.getvalue()


def test_libraries_tell_the_constant_part(lines: io.StringIO) -> None:
    logging.getLogger("discord.http").warning("We are being rate limited. %s %s", "POST", f"/{SECRET}?token=abc")
    logging.getLogger("asyncio").error(f"Task exception was never retrieved: {SECRET}")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(SECRET, stacklevel=1)
    templated, put_together, warned = told(lines)
    assert templated["message"] == "We are being rate limited. %s %s"
    assert "message" not in put_together
    assert put_together["logger"] == "asyncio"
    assert put_together["where"].startswith("test_logs:")
    assert put_together["where"].endswith(" test_libraries_tell_the_constant_part")
    assert warned["logger"] == "py.warnings"
    assert SECRET not in lines.getvalue()


def test_requests_are_not_told_of(lines: io.StringIO) -> None:
    for name in ("httpx", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).info("%s", "GET /picture?token=abc")
    ours().debug("detail")
    assert not told(lines)


SENTENCES = st.text(min_size=1).map(lambda text: f"{text} {SECRET}")
VALUES = SENTENCES | st.lists(SENTENCES, min_size=1) | SENTENCES.map(str.encode) | st.builds(ValueError, SENTENCES)


@given(
    event=SENTENCES | st.just("edit_failed"),
    fields=st.dictionaries(st.sampled_from([*FIELDS, "exc_info", "stack_info", "message", "where", "prompt"]), VALUES),
)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_field_lets_a_sentence_through(lines: io.StringIO, event: str, fields: dict[str, Any]) -> None:
    for taken in ("event", "level", "logger"):
        fields.pop(taken, None)
    lines.seek(0)
    lines.truncate()
    ours().error(event, **fields)
    [line] = told(lines)
    assert "aunt" not in lines.getvalue()
    assert line["level"] == "error"


def test_words_are_told_where_that_is_wanted(lines: io.StringIO) -> None:
    log_to(lines, "debug", words=True)
    ours().debug("edit_failed", instruction=SECRET)
    logging.getLogger("httpx").info("%s", SECRET)
    try:
        fails()
    except NotGrounded:
        ours().exception("job_broke")
    instructed, requested, broke = told(lines)
    assert instructed["instruction"] == SECRET
    assert requested["event"] == SECRET
    assert SECRET in broke["exception"]


def test_a_terminal_gets_lines_for_people(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "isatty", lambda: True)
    log_to(lines)
    ours().info("job_finished", outcome="done", prompt=SECRET)
    assert "job_finished" in lines.getvalue()
    assert not lines.getvalue().startswith("{")
    assert SECRET not in lines.getvalue()
