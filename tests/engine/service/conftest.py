"""What tests of the service share."""

from __future__ import annotations

import io
import logging
from collections.abc import Generator

import pytest
import structlog

from engine.logs import log_to


@pytest.fixture(autouse=True)
def logged() -> Generator[io.StringIO]:
    """What the engine logs during the test, as its process would."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers, root.level
    log_to(stream)
    # The first handlers are pytest's own.
    root.handlers = [*handlers, *root.handlers]
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()
