"""What a database does wrong, in this project's own errors: the one edge where SQLAlchemy's and the drivers' end.

A mistake of ours, such as a broken constraint or a misspelt column, is none of these and stays what it is.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.errors import EditError, StorageFailed, TimedOut

FOREIGN = (DBAPIError, PoolTimeout, OSError)
"""What SQLAlchemy and the drivers raise; a connection that is refused or breaks is an OSError."""
OUT_OF_TIME = ("55P03", "57014")
"""PostgreSQL: a lock was not given in time, a statement took too long."""
OUT_OF_ORDER = ("08", "25006", "25P03", "40", "53", "57", "58", "XX")
"""How the codes begin of a PostgreSQL that is gone, read-only, out of resources, stopped or broken."""


@contextmanager
def told() -> Generator[None]:
    """Raises: TimedOut where the database did not answer in time, StorageFailed where it failed, instead of theirs."""
    start = time.monotonic()
    try:
        yield
    except FOREIGN as exc:
        ours = failure(exc, time.monotonic() - start)
        if ours is None:
            raise
        raise ours from exc


def sqlstate(error: Exception) -> str:
    """PostgreSQL's five characters for what went wrong; "" where it did not say."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def failure(error: Exception, seconds: float) -> EditError | None:
    """TimedOut or StorageFailed for what the database did wrong after so many seconds; None for a mistake of ours."""
    if isinstance(error, PoolTimeout | TimeoutError):
        return TimedOut("history", seconds)
    if not isinstance(error, DBAPIError):
        return StorageFailed()
    if sqlstate(error) in OUT_OF_TIME:
        return TimedOut("history", seconds)
    broken = error.connection_invalidated or sqlstate(error).startswith(OUT_OF_ORDER)
    # SQLite calls a damaged file by the plain name, of which the names for mistakes are kinds.
    broken = broken or isinstance(error, OperationalError) or type(error) is DatabaseError
    return StorageFailed() if broken else None
