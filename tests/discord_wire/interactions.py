"""Clicks, commands and windows: acknowledged in time or not at all, then spoken to through their webhook."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.discord_wire.composing import amend, composed
from tests.discord_wire.payloads import Payloads
from tests.discord_wire.rules import check_choices, check_message, check_modal, invalid
from tests.discord_wire.world import EPHEMERAL, JSON, LOADING, MIB, Channel, File, Member, Message, Refused, User, World

CALLED, CLICKED, TYPED, SUBMITTED = 2, 3, 4, 5
"""Kinds of interactions: a command, a component, autocomplete, a window."""
MESSAGE, LATER, UPDATE_LATER, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
"""Kinds of responses."""
FITTING: Final = {
    CALLED: (MESSAGE, LATER, MODAL),
    CLICKED: (MESSAGE, LATER, UPDATE_LATER, UPDATE, MODAL),
    TYPED: (CHOICES,),
    SUBMITTED: (MESSAGE, LATER, UPDATE_LATER, UPDATE),
}
ACKNOWLEDGE_S, WEBHOOK_S = 3.0, 900.0
"""How long an interaction can be acknowledged, and how long its webhook works (Discord's docs, Receiving and
Responding)."""


@dataclass(eq=False)
class Interaction:
    """Something a member did, and what the bot said to it."""

    id: int
    kind: int
    user: User
    channel: Channel
    born: float
    """By the world's clock, s."""
    data: JSON
    message: Message | None = None
    """What was clicked on."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    done: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it was acknowledged, or came too late."""
    waited_s: float | None = None
    """Until it was acknowledged."""
    response: int | None = None
    """Its kind."""
    refused: int | None = None
    """The code of the error that the response met."""
    shown: JSON = field(default_factory=dict[str, Any])
    """The data of the response: a window, or the choices of autocomplete."""
    original: Message | None = None
    """What answers it, or what was clicked on where that is changed."""
    followups: list[Message] = field(default_factory=list[Message])

    @property
    def said(self) -> list[Message]:
        """Every message of the response that is there."""
        mine = [] if self.original is None or self.original is self.message else [self.original]
        return [message for message in (*mine, *self.followups) if not message.deleted]


class Interactions:
    """All interactions with the bot, by their tokens."""

    def __init__(self, world: World, payloads: Payloads) -> None:
        self._world, self._payloads = world, payloads
        self._known: dict[str, Interaction] = {}

    def begin(self, interaction: Interaction) -> JSON:
        """The event that tells of it."""
        self._known[interaction.token] = interaction
        user, channel, guild = interaction.user, interaction.channel, interaction.channel.guild
        found: JSON = {
            "id": str(interaction.id),
            "application_id": str(self._world.bot.id),
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": self._payloads.channel(channel),
            "app_permissions": str(self._world.permissions(self._world.bot, channel)),
            "locale": user.locale,
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(guild.id)} if guild else {"1": str(user.id)},
            "context": 0 if guild else 1,
            "attachment_size_limit": guild.upload_limit if guild else 10 * MIB,
        }
        if guild is None:
            found["user"] = self._payloads.user(user)
        else:
            member = guild.members.get(user.id) or Member(user)
            permissions = str(self._world.permissions(user, channel))
            found |= {"guild_id": str(guild.id), "guild_locale": guild.locale}
            found["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
            found["member"] = {**self._payloads.member(member), "user": self._payloads.user(user)}
            found["member"]["permissions"] = permissions
        if interaction.message is not None:
            found["message"] = self._payloads.message(interaction.message)
        return found

    def respond(self, number: int, token: str, payload: JSON, files: Mapping[int, File]) -> JSON:
        """The first response. Raises: Refused."""
        interaction = self._known.get(token)
        if interaction is None or interaction.id != number:
            raise Refused(404, 10062, "Unknown interaction")
        waited = self._world.clock.now() - interaction.born
        try:
            if interaction.response is not None:
                raise Refused(400, 40060, "Interaction has already been acknowledged.")
            if waited > ACKNOWLEDGE_S:
                raise Refused(404, 10062, "Unknown interaction")
            self._carry_out(interaction, payload, files)
        except Refused as refused:
            interaction.refused = refused.code
            raise
        else:
            interaction.response, interaction.waited_s = payload["type"], waited
            self._world.note("acknowledge", channel=interaction.channel.id, message=interaction.message)
        finally:
            interaction.done.set()
        return self._callback(interaction)

    def send(self, token: str, payload: JSON, files: dict[int, File]) -> JSON:
        """A followup; the first one after a promise keeps the promise. Raises: Refused."""
        interaction = self._open(token)
        check_message(payload, files, self._limit(interaction))
        if interaction.response == LATER and interaction.original is not None and interaction.original.loading:
            return self._fulfil(interaction.original, payload, files)
        flags = (payload.get("flags") or 0) & EPHEMERAL
        message = composed(self._world, interaction.channel, payload, files, flags=flags)
        interaction.followups.append(self._world.post(message))
        return self._payloads.message(message)

    def get(self, token: str, which: str) -> JSON:
        """A message of the interaction. Raises: Refused."""
        return self._payloads.message(self._message(token, which))

    def edit(self, token: str, which: str, payload: JSON, files: dict[int, File]) -> JSON:
        """A message of the interaction is changed. Raises: Refused."""
        message = self._message(token, which)
        check_message(payload, files, self._limit(self._open(token)))
        return self._fulfil(message, payload, files)

    def delete(self, token: str, which: str) -> None:
        """A message of the interaction is deleted. Raises: Refused."""
        self._world.delete(self._message(token, which))

    def _carry_out(self, interaction: Interaction, payload: JSON, files: Mapping[int, File]) -> None:
        kind: int = payload["type"]
        data: JSON = payload.get("data") or {}
        if kind not in FITTING[interaction.kind] or (kind in (UPDATE, UPDATE_LATER) and interaction.message is None):
            raise invalid("type", f"{kind} does not answer an interaction of kind {interaction.kind}")
        hidden = (data.get("flags") or 0) & EPHEMERAL
        if kind in (MESSAGE, UPDATE):
            check_message(data, dict(files), self._limit(interaction))
        if kind in (MESSAGE, LATER):
            loading = LOADING if kind == LATER else 0
            told = self._metadata(interaction)
            message = composed(self._world, interaction.channel, data, files, flags=hidden | loading, interaction=told)
            interaction.original = self._world.post(message)
        elif kind in (UPDATE, UPDATE_LATER):
            assert interaction.message is not None
            interaction.original = interaction.message
            if kind == UPDATE:
                self._fulfil(interaction.message, data, files)
        elif kind == CHOICES:
            check_choices(data.get("choices") or ())
            interaction.shown = data
        else:
            check_modal(data)
            interaction.shown = data

    def _fulfil(self, message: Message, payload: JSON, files: Mapping[int, File]) -> JSON:
        amend(self._world, message, payload, files)
        message.flags &= ~LOADING
        self._world.edited(message)
        return self._payloads.message(message)

    def _open(self, token: str) -> Interaction:
        """The interaction, while its webhook works."""
        interaction = self._known.get(token)
        if interaction is None or interaction.response is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if self._world.clock.now() - interaction.born > WEBHOOK_S:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return interaction

    def _message(self, token: str, which: str) -> Message:
        interaction = self._open(token)
        everything = (interaction.original, *interaction.followups)
        wanted = [each for each in everything if each and (which == "@original" or str(each.id) == which)]
        if not wanted or wanted[0].deleted:
            raise Refused(404, 10008, "Unknown Message")
        return wanted[0]

    def _limit(self, interaction: Interaction) -> int:
        guild = interaction.channel.guild
        return guild.upload_limit if guild else 10 * MIB

    def _callback(self, interaction: Interaction) -> JSON:
        """What the bot learns of its response."""
        found: JSON = {"id": str(interaction.id), "type": interaction.kind}
        resource: JSON = {"type": interaction.response}
        message = interaction.original
        if message is not None and interaction.response in (MESSAGE, LATER, UPDATE):
            found |= {
                "response_message_id": str(message.id),
                "response_message_loading": message.loading,
                "response_message_ephemeral": message.ephemeral,
            }
            resource["message"] = self._payloads.message(message)
        return {"interaction": found, "resource": resource}

    def _metadata(self, interaction: Interaction) -> JSON:
        """What a response remembers of the interaction."""
        owners = {"0": str(interaction.channel.guild.id)} if interaction.channel.guild else {}
        common: JSON = {"id": str(interaction.id), "user": self._payloads.user(interaction.user)}
        common["authorizing_integration_owners"] = owners
        if interaction.kind == SUBMITTED:
            called = {**common, "type": CALLED}
            return {**common, "type": SUBMITTED, "triggering_interaction_metadata": called}
        if interaction.kind == CLICKED and interaction.message is not None:
            return {**common, "type": CLICKED, "interacted_message_id": str(interaction.message.id)}
        return {**common, "type": CALLED}
