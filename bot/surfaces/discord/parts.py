"""What the parts of the Discord surface share."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config import Settings
from bot.keeping.audit import Audit
from bot.keeping.inbox import Inbox
from bot.keeping.posts import Posts
from bot.keeping.preferences import Preferences
from bot.keeping.shelf import Shelf
from bot.serving import Server
from bot.surfaces.discord.board import Board


@dataclass(frozen=True, slots=True)
class Parts:
    """The server, and what is kept for this surface."""

    settings: Settings
    server: Server
    board: Board
    posts: Posts
    inbox: Inbox
    preferences: Preferences
    shelf: Shelf
    audit: Audit


def parts_of(settings: Settings, server: Server, board: Board) -> Parts:
    """Everything over the server's database."""
    database = server.house.history.database
    return Parts(
        settings=settings,
        server=server,
        board=board,
        posts=Posts(database),
        inbox=Inbox(database, server.desk.owner),
        preferences=Preferences(database),
        shelf=Shelf(database),
        audit=Audit(database),
    )
