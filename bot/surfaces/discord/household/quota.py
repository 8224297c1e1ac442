"""/quota: what a member may still ask for, and when there is more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import discord

from bot.ledger.limits import Rate
from bot.ledger.records import Allowance
from bot.replies import duration, say
from bot.surfaces.discord.commands.declaring import slash
from bot.surfaces.discord.household.answering import attend, show
from bot.surfaces.discord.rules import MINUTES_A_DAY, Visit

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient


@slash("quota")
async def quota_command(interaction: discord.Interaction[RetouchClient]) -> None:
    """How many edits the member has left for now."""
    await attend(interaction, partial(_tell, interaction))


async def _tell(interaction: discord.Interaction[RetouchClient], visit: Visit) -> None:
    ledger = interaction.client.parts.server.ledger
    allowance = await ledger.allowance(visit.author, visit.rate)
    await show(interaction, "\n".join(_lines(allowance, visit.rate, ledger.limits.member_rate, visit.language)))


def _lines(allowance: Allowance, own: Rate | None, usual: Rate, language: str) -> Iterator[str]:
    yield f"**{say('discord.quota.title', language)}**"
    yield say("discord.quota.waiting", language, waiting=allowance.waiting, limit=allowance.per_member)
    if allowance.free_now:
        yield say("discord.quota.free_now", language, count=allowance.free_now)
    else:
        yield say("discord.quota.next", language, time=duration(allowance.next_s, language))
    if own is None:
        yield say("discord.quota.rate", language, per_minute=f"{usual.per_minute:g}")
    else:
        yield say("discord.quota.daily", language, per_day=round(own.per_minute * MINUTES_A_DAY))
