"""Telling Discord which commands there are: at the start, and only where they are others than last time."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING, Final

import structlog

from bot.surfaces.discord.address import SURFACE
from bot.surfaces.discord.commands.declaring import Words

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

PATIENCE_S: Final = 5.0
"""How long the bot waits for it before it connects; after a rate limit it is still told."""

log = structlog.stdlib.get_logger(__name__)


async def synced(client: RetouchClient) -> None:
    """Discord knows the commands of the tree, in every language; where it cannot be told, the bot goes on without."""
    await asyncio.wait((client.soon(_sync(client)),), timeout=PATIENCE_S)


def key_of(client: RetouchClient) -> str:
    """What the preferences keep the commands under: those of this application, of which a database may have several."""
    return f"commands {SURFACE} {client.application_id}"


async def _sync(client: RetouchClient) -> None:
    tree, preferences, words = client.tree, client.parts.preferences, Words()
    try:
        await tree.set_translator(words)
        payload = [await command.get_translated_payload(tree, words) for command in tree.get_commands()]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        kept = await preferences.get(key_of(client))
        if kept.get("digest") == digest:
            return
        known = await tree.sync()
        # By their ids /help makes them clickable.
        ids = {command.name: str(command.id) for command in known}
        await preferences.change(key_of(client), digest=digest, ids=ids)
        log.info("commands_told", count=len(known))
    except Exception:
        # Whatever Discord answers, or a server that stands in for it: who only writes messages needs no commands.
        log.warning("commands_not_told", exc_info=True)
