"""Regular expressions that are compiled when they are first used: a sentence meets few of those there are."""

from __future__ import annotations

import re
from typing import Any, cast


class _Uncompiled:
    """Stands for a pattern until it is used, and then has what the pattern has."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """What the pattern has of that name, kept here, so that the pattern is only asked once."""
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found


def regex(source: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression, compiled when it is first used.

    `Match.re` is the pattern itself, which is not this object: compare `pattern`.
    """
    return cast("re.Pattern[str]", _Uncompiled(source, flags))
