"""What the bot must be allowed to do in a server, what of it is missing, and the link that asks for all of it."""

from __future__ import annotations

from typing import Final

import discord

REQUIRED: Final = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
"""Each permission as discord.py calls it, and as the English Discord shows it where it is granted."""
SCOPES: Final = ("bot", "applications.commands")


def required_permissions() -> discord.Permissions:
    """All that the bot needs, and no more."""
    return discord.Permissions(**dict.fromkeys(REQUIRED, True))


def lacking(permissions: discord.Permissions) -> tuple[str, ...]:
    """What of it they lack, as discord.py calls it; an administrator lacks nothing."""
    return () if permissions.administrator else tuple(name for name in REQUIRED if not getattr(permissions, name))


def missing_in(permissions: discord.Permissions) -> tuple[str, ...]:
    """What of it they lack, by the names that people see in the English Discord."""
    return tuple(REQUIRED[name] for name in lacking(permissions))


def invite_link(application_id: int) -> str:
    """Where whoever may manage a server adds the bot to it, its permissions ticked already."""
    return discord.utils.oauth_url(application_id, permissions=required_permissions(), scopes=SCOPES)
