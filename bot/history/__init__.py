"""What was said and made: conversations as trees of revisions, kept exactly, steered by undo, redo and goto.

The records are light to import; `History` brings SQLAlchemy with it, and only when it is first named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.history.records import Draft, Question, Revision, Stored, Summary

if TYPE_CHECKING:
    from bot.history.store import History

__all__ = ["Draft", "History", "Question", "Revision", "Stored", "Summary"]


def __getattr__(name: str) -> Any:
    if name == "History":
        from bot.history.store import History

        return History
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
