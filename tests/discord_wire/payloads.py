"""Users, guilds, channels and messages as Discord's API writes them (Discord's developer docs, Resources)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tests.discord_wire.world import (
    EPOCH_MS,
    FORWARDED,
    JSON,
    Attachment,
    Channel,
    Guild,
    Member,
    Message,
    Role,
    User,
    World,
)

CONTENT_INTENT = 1 << 15
HIDDEN: dict[str, Any] = {"content": "", "embeds": [], "attachments": [], "components": []}
"""What a message has left for an app that may not read messages at large."""


class Payloads:
    """What the world's records look like to the bot. url: where this Discord serves files."""

    def __init__(self, world: World, url: str) -> None:
        self._world, self._url = world, url

    def user(self, user: User) -> JSON:
        return {
            "id": str(user.id),
            "username": user.name,
            "discriminator": "0",
            "global_name": user.name,
            "avatar": None,
            "bot": user.bot,
            "public_flags": 0,
        }

    def application(self) -> JSON:
        """The bot's own, with the flag that tells whether it may read messages."""
        owner = next((user for user in self._world.users.values() if not user.bot), self._world.bot)
        granted = self._world.privileged
        flags = (granted >> 15 & 1) << 19 | (granted >> 1 & 1) << 15 | (granted >> 8 & 1) << 13
        return {
            "id": str(self._world.bot.id),
            "name": self._world.bot.name,
            "icon": None,
            "description": "",
            "summary": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": flags,
            "owner": self.user(owner),
            "team": None,
        }

    def member(self, member: Member) -> JSON:
        """Without its user, as messages carry it."""
        roles = [str(role.id) for role in member.roles]
        joined = "2026-01-01T00:00:00+00:00"
        return {"roles": roles, "joined_at": joined, "deaf": False, "mute": False, "flags": 0, "nick": None}

    def guild(self, guild: Guild) -> JSON:
        """As the gateway tells of it when it is available; of its members, only the bot."""
        mine = guild.members[self._world.bot.id]
        return {
            "id": str(guild.id),
            "name": guild.name,
            "owner_id": str(guild.owner.id),
            "roles": [self.role(role, place) for place, role in enumerate((guild.everyone, *guild.roles))],
            "emojis": [],
            "stickers": [],
            "features": [],
            "preferred_locale": guild.locale,
            # What discord.py tells the upload limit by: boosts.
            "premium_tier": 0 if guild.upload_limit < 50 << 20 else 2 if guild.upload_limit < 100 << 20 else 3,
            "nsfw_level": 0,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "afk_timeout": 300,
            "system_channel_flags": 0,
            "unavailable": False,
            "large": len(guild.members) > 250,
            "member_count": len(guild.members),
            "members": [{**self.member(mine), "user": self.user(mine.user)}],
            "channels": [self.channel(channel) for channel in guild.channels if not channel.gone],
            "threads": [],
            "voice_states": [],
            "presences": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
        }

    def channel(self, channel: Channel) -> JSON:
        guild, last = channel.guild, max(channel.messages, default=None)
        common: JSON = {"id": str(channel.id), "last_message_id": str(last) if last else None, "flags": 0}
        if guild is None:
            assert channel.recipient is not None
            return {**common, "type": 1, "recipients": [self.user(channel.recipient)]}
        everyone = {"id": str(guild.id), "type": 0, "allow": "0", "deny": str(channel.denied)}
        return {
            **common,
            "type": 0,
            "guild_id": str(guild.id),
            "name": channel.name,
            "position": guild.channels.index(channel),
            "permission_overwrites": [everyone] if channel.denied else [],
            "nsfw": channel.nsfw,
            "topic": None,
            "parent_id": None,
            "rate_limit_per_user": 0,
        }

    def attachment(self, attachment: Attachment, channel: Channel) -> JSON:
        path = f"{self._url}/attachments/{channel.id}/{attachment.id}/{quote(attachment.name)}"
        url = f"{path}?ex=0&is=0&hm={attachment.signature}"
        found = {
            "id": str(attachment.id),
            "filename": attachment.name,
            "size": len(attachment.data),
            "url": url,
            "proxy_url": url,
            "content_type": attachment.content_type,
            "description": attachment.description,
            "height": attachment.height,
            "width": attachment.width,
        }
        return {key: value for key, value in found.items() if value is not None}

    def message(self, message: Message, *, reads_all: bool = True, nested: bool = False) -> JSON:
        """As the bot gets it. reads_all: whether it may read what is not for it. nested: without what it refers to."""
        channel = message.channel
        found: JSON = {
            "id": str(message.id),
            "channel_id": str(channel.id),
            "author": self.user(message.author),
            "content": message.content,
            "timestamp": told(((message.id >> 22) + EPOCH_MS) / 1000),
            "edited_timestamp": told(message.edited_at) if message.edited_at else None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [self._mentioned(user, channel) for user in message.pinged],
            "mention_roles": [],
            "pinned": False,
            "type": message.kind,
            "flags": message.flags,
            **self._shown(message),
        }
        if message.nonce is not None:
            found["nonce"] = message.nonce
        if message.author is self._world.bot:
            found["application_id"] = str(self._world.bot.id)
        if message.interaction is not None:
            found["interaction_metadata"] = message.interaction
        if not nested:
            found |= self._references(message, reads_all)
        if not (reads_all or self._is_for_the_bot(message)):
            found |= HIDDEN
        return found

    def event(self, message: Message, *, reads_all: bool) -> JSON:
        """The message as an event of a guild carries it: with its guild and its author's membership."""
        found = self.message(message, reads_all=reads_all)
        guild = message.channel.guild
        if guild is not None:
            found["guild_id"] = str(guild.id)
            found["member"] = self.member(guild.members.get(message.author.id) or Member(message.author))
        return found

    def _shown(self, message: Message) -> JSON:
        """What is in it; a file that an embed or a component shows is not listed as an attachment as well.

        (discord-api-docs issue 1340 and pull request 8279.)
        """
        files = {f"attachment://{file.name}": file for file in message.attachments}
        used: set[str] = set()

        def resolved(value: Any) -> Any:
            if isinstance(value, str) and value in files:
                used.add(value)
                return self.attachment(files[value], message.channel)["url"]
            if isinstance(value, dict):
                return {key: resolved(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
            if isinstance(value, list):
                return [resolved(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
            return value

        shown: JSON = {"embeds": resolved(message.embeds), "components": resolved(message.components)}
        rest = [file for name, file in files.items() if name not in used]
        shown["attachments"] = [
            {**self.attachment(file, message.channel), **({"ephemeral": True} if message.ephemeral else {})}
            for file in rest
        ]
        return shown

    def _references(self, message: Message, reads_all: bool) -> JSON:
        other = message.reference
        if other is None:
            return {}
        forwards = bool(message.flags & FORWARDED)
        where = {"type": int(forwards), "message_id": str(other.id), "channel_id": str(other.channel.id)}
        if other.channel.guild is not None:
            where["guild_id"] = str(other.channel.guild.id)
        if forwards:
            told_of = (
                "type",
                "content",
                "embeds",
                "attachments",
                "timestamp",
                "edited_timestamp",
                "flags",
                "components",
            )
            full = self.message(other, nested=True)
            snapshot: JSON = {key: full[key] for key in told_of} | {"mentions": [], "mention_roles": []}
            if not (reads_all or self._is_for_the_bot(message)):
                snapshot |= HIDDEN
            return {"message_reference": where, "message_snapshots": [{"message": snapshot}]}
        shown = None if other.deleted else self.message(other, reads_all=reads_all, nested=True)
        return {"message_reference": where, "referenced_message": shown}

    def _is_for_the_bot(self, message: Message) -> bool:
        """What an app may read anyway: its own, those that mention it, and direct messages."""
        bot = self._world.bot
        return message.author is bot or bot in message.pinged or message.channel.guild is None

    def _mentioned(self, user: User, channel: Channel) -> JSON:
        guild = channel.guild
        member = guild.members.get(user.id) if guild else None
        return {**self.user(user), **({"member": self.member(member)} if member else {})}

    def role(self, role: Role, place: int = 1) -> JSON:
        return {
            "id": str(role.id),
            "name": role.name,
            "permissions": str(role.permissions),
            "position": place,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }


def told(seconds: float) -> str:
    """The moment as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def walked(components: list[JSON]) -> Iterator[JSON]:
    """Every component, those inside others too."""
    for component in components:
        yield component
        inside: list[JSON] = component.get("components", [])
        beside = [component[key] for key in ("accessory", "component") if key in component]
        yield from walked([*inside, *beside])
