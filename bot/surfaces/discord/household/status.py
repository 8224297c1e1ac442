"""How the bot is doing, for those who run a server that it is in."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import discord
import httpx

from bot.replies import say
from bot.serving import Server
from bot.surfaces.discord.household.answering import show
from bot.surfaces.discord.rules import Visit

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

MEMORY: Final = "retouch_process_resident_memory_bytes"
START: Final = "retouch_process_start_time_seconds"
RESTARTS: Final = "retouch_engine_restarts_total"
NUMBERS: Final = (MEMORY, START, RESTARTS)
"""What is told of all that the process counts about itself, `bot.observing.metrics`."""


async def tell_status(interaction: discord.Interaction[RetouchClient], visit: Visit) -> None:
    """The queue, the engine, the line to Discord and the process; and what the bot lacks where it is asked."""
    client, language = interaction.client, visit.language
    server = client.parts.server
    counts, failing = await asyncio.gather(server.ledger.counts(), _failing(server))
    numbers = await asyncio.to_thread(_numbers, server)
    lines = [_about_work(counts, numbers, language), _about_readiness(failing, language)]
    lines.append(_about_discord(client, numbers, language))
    channel = interaction.channel
    if isinstance(channel, discord.abc.GuildChannel | discord.Thread) and (missing := client.granting.missing(channel)):
        lines.append(client.granting.words(missing, channel, language))
    await show(interaction, "\n".join(lines))


def _about_work(counts: Mapping[tuple[str, str], int], numbers: Mapping[str, float], language: str) -> str:
    by_state = {state: sum(n for (_, each), n in counts.items() if each == state) for state in ("accepted", "leased")}
    return say(
        "discord.admin.status",
        language,
        waiting=by_state["accepted"],
        running=by_state["leased"],
        restarts=int(numbers[RESTARTS]),
        since=f"<t:{int(numbers[START])}:R>",
    )


def _about_readiness(failing: str, language: str) -> str:
    if failing:
        return say("discord.admin.not_ready", language, checks=failing)
    return say("discord.admin.ready", language)


def _about_discord(client: RetouchClient, numbers: Mapping[str, float], language: str) -> str:
    # Before the first heartbeat there is no latency.
    latency = f"{client.latency * 1000:.0f}" if math.isfinite(client.latency) else "–"
    return say(
        "discord.admin.discord",
        language,
        latency=latency,
        guilds=len(client.guilds),
        shards=client.shard_count or 1,
        memory=f"{numbers[MEMORY] / 2**20:.0f}",
    )


async def _failing(server: Server) -> str:
    """The checks of /readyz that fail, asked without a network; empty: none."""
    transport = httpx.ASGITransport(server.health)
    async with httpx.AsyncClient(transport=transport, base_url="http://health") as health:
        checks: dict[str, Any] = (await health.get("/readyz")).json()["checks"]
    return ", ".join(f"{name} ({found['why']})" for name, found in checks.items() if not found["ok"])


def _numbers(server: Server) -> dict[str, float]:
    """What the process counts about itself; 0 for what this platform does not tell."""
    samples = (sample for family in server.metrics.registry.collect() for sample in family.samples)
    told = {sample.name: sample.value for sample in samples if sample.name in NUMBERS}
    return {name: told.get(name, 0.0) for name in NUMBERS}
