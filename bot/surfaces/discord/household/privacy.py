"""/privacy: what is kept of a member, all of it as a file, and none of it any more."""

from __future__ import annotations

import asyncio
import io
import re
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Self, cast

import discord

from bot.keeping.export import Exported, export_of
from bot.replies import say
from bot.serving import Server
from bot.surfaces.discord.commands.declaring import slash
from bot.surfaces.discord.delivery import ANYWHERE, ROOM, SMALLEST
from bot.surfaces.discord.household.answering import attend, show
from bot.surfaces.discord.outbox import TOO_LARGE, File
from bot.surfaces.discord.rules import Visit

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

STOPPING_S: Final = 10.0
"""How long jobs that are stopped may take to be told as stopped, before they are forgotten all the same."""
LOOK_S: Final = 0.1
_exporting: set[str] = set()
"""The authors whose export this process makes."""
STYLES: Final = {"forget": discord.ButtonStyle.danger, "yes": discord.ButtonStyle.danger}


class PrivacyButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"household:privacy:(?P<action>[a-z]+)"):
    """A button that does something with all that is kept of whoever presses it."""

    def __init__(self, action: str, button: discord.ui.Button[Any]) -> None:
        super().__init__(button)
        self._action = action

    @classmethod
    def drawn(cls, action: str, language: str) -> Self:
        """The button as it is put under the words."""
        style = STYLES.get(action, discord.ButtonStyle.secondary)
        label = say(f"discord.button.{action}", language)
        return cls(action, discord.ui.Button[Any](custom_id=f"household:privacy:{action}", label=label, style=style))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button, from its id alone."""
        return cls(match["action"], cast("discord.ui.Button[Any]", item))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody pressed it."""
        await attend(interaction, partial(ACTIONS[self._action], interaction))


@slash("privacy")
async def privacy_command(interaction: discord.Interaction[RetouchClient]) -> None:
    """What is kept of the member."""
    await attend(interaction, partial(_tell, interaction))


async def _tell(interaction: discord.Interaction[RetouchClient], visit: Visit) -> None:
    words = "\n".join(say(f"discord.privacy.{part}", visit.language) for part in ("about", "models", "stays", "others"))
    await show(interaction, words, view=_buttons(visit.language, "export", "forget"))


async def _ask(interaction: discord.Interaction[RetouchClient], visit: Visit) -> None:
    words = say("discord.privacy.ask", visit.language)
    await show(interaction, words, view=_buttons(visit.language, "yes", "no"))


async def _export(interaction: discord.Interaction[RetouchClient], visit: Visit) -> None:
    """All that is kept, unless it is on its way already: to draw every picture is much work.

    Raises: TimedOut, StorageFailed, discord.HTTPException.
    """
    if visit.author in _exporting:
        return
    _exporting.add(visit.author)
    try:
        await _hand_out(interaction, visit)
    finally:
        _exporting.discard(visit.author)


async def _hand_out(interaction: discord.Interaction[RetouchClient], visit: Visit) -> None:
    """The file, newest first, as much as may be uploaded; the panel stays. Raises: as _export."""
    history = interaction.client.parts.server.house.history
    limit = int(ROOM * (interaction.filesize_limit or ANYWHERE))
    while limit >= SMALLEST:
        archive = io.BytesIO()
        exported = await export_of(visit.author, history, archive, limit)
        if not exported.anything:
            await interaction.followup.send(say("discord.privacy.export_none", visit.language), ephemeral=True)
            return
        file = File("retouch.zip", archive.getvalue())
        try:
            await interaction.followup.send(_export_words(exported, visit.language), file=file.fresh(), ephemeral=True)
        except discord.HTTPException as error:
            if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE and error.code != TOO_LARGE:
                raise
            limit = min(limit, len(file.data)) // 2
        else:
            return
    await interaction.followup.send(say("discord.privacy.export_refused", visit.language), ephemeral=True)


def _export_words(exported: Exported, language: str) -> str:
    if exported.left_out:
        return say("discord.privacy.export_too_large", language, count=exported.pictures)
    return say("discord.privacy.export_ready", language)


async def _forget(interaction: discord.Interaction[RetouchClient], visit: Visit) -> None:
    """Nothing of the member is left but what the record of a server has of them by id. Raises: StorageFailed, ..."""
    server = interaction.client.parts.server
    await _stop(server, visit.author)
    await server.house.history.forget(visit.author)
    await show(interaction, say("discord.privacy.forgotten", visit.language))


async def _stop(server: Server, author: str) -> None:
    """The member's jobs are over, and told as cancelled, so that none is left hanging when it is forgotten."""
    jobs = await server.ledger.unfinished_of(author)
    for job in jobs:
        await server.desk.cancel(job.id, author)
    with suppress(TimeoutError):
        async with asyncio.timeout(STOPPING_S):
            for job in jobs:
                while (await server.desk.current(job)).delivered_at is None:  # noqa: ASYNC110 (the database tells nobody)
                    await asyncio.sleep(LOOK_S)


def _buttons(language: str, *actions: str) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for action in actions:
        view.add_item(PrivacyButton.drawn(action, language))
    return view


ACTIONS: Final = {"export": _export, "forget": _ask, "yes": _forget, "no": _tell}
"""What each button does."""
