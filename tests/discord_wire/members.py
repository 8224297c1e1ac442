"""What members do: they write, attach, reply, click, call commands and fill in windows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from tests.discord_wire.gateway import Gateway
from tests.discord_wire.interactions import CALLED, CLICKED, MODAL, SUBMITTED, TYPED, Interaction, Interactions
from tests.discord_wire.payloads import Payloads, walked
from tests.discord_wire.world import (
    FORWARDED,
    JSON,
    REPLY,
    Attachment,
    Channel,
    File,
    Guild,
    Member,
    Message,
    Role,
    User,
    World,
)

Value: TypeAlias = "str | int | float | bool | File | User | Channel | Role"
"""What an option of a command can be given."""
BUTTON, TEXT_INPUT, UPLOAD = 2, 4, 19
"""Components."""
OF_A_MESSAGE, ATTACHMENT, USER, CHANNEL, ROLE = 3, 11, 6, 7, 8
"""A kind of commands; kinds of options that are resolved."""
SUBCOMMANDS: Final = (1, 2)


class Members:
    """The people of a world, and what they can do there."""

    def __init__(self, world: World, payloads: Payloads, gateway: Gateway, interactions: Interactions) -> None:
        self.world = world
        self._payloads, self._gateway, self._interactions = payloads, gateway, interactions

    def member(
        self, name: str, guild: Guild | None = None, *, roles: Sequence[Role] = (), locale: str = "en-US"
    ) -> User:
        """Somebody new, in the guild where one is named."""
        user = self.world.add_user(name, locale=locale)
        if guild is not None:
            guild.members[user.id] = Member(user, list(roles))
        return user

    def role(self, guild: Guild, name: str, permissions: int = 0) -> Role:
        """A new role; sessions that are there already are not told."""
        role = Role(self.world.new_id(), name, permissions)
        guild.roles.append(role)
        return role

    def open_channel(self, guild: Guild, name: str, *, nsfw: bool = False, denied: int = 0) -> Channel:
        """A new channel, which the bot hears of."""
        channel = self.world.add_channel(guild, name, nsfw=nsfw, denied=denied)
        self._gateway.tell_of_channel(channel, "CHANNEL_CREATE")
        return channel

    def close_channel(self, channel: Channel) -> None:
        """It is deleted, which the bot hears of."""
        channel.gone = True
        self._gateway.tell_of_channel(channel, "CHANNEL_DELETE")

    async def say(
        self,
        channel: Channel,
        user: User,
        text: str = "",
        *,
        attachments: Sequence[File] = (),
        reply_to: Message | None = None,
        mentions_bot: bool = False,
        pings: bool = True,
        forwards: Message | None = None,
    ) -> Message:
        """A message. pings: whether a reply notifies whom it answers. forwards: another message, shown as it is now."""
        message = Message(self.world.new_id(), channel, user)
        message.content = f"<@{self.world.bot.id}> {text}".strip() if mentions_bot else text
        message.attachments = [self.world.attach(name, data) for name, data in attachments]
        message.pinged = list(self.world.named(message.content))
        if reply_to is not None:
            message.kind, message.reference = REPLY, reply_to
            if pings and reply_to.author not in message.pinged:
                message.pinged.append(reply_to.author)
        elif forwards is not None:
            message.flags, message.reference = FORWARDED, forwards
        return self.world.post(message)

    async def dm(self, user: User, text: str = "", **more: Any) -> Message:
        """A direct message to the bot; more: as in `say`."""
        return await self.say(self.world.direct(user), user, text, **more)

    async def edit(self, message: Message, text: str) -> None:
        """A member changes the words of their message."""
        message.content = text
        self.world.edited(message)

    async def delete(self, message: Message) -> None:
        """A member deletes their message."""
        self.world.delete(message)

    async def click(self, message: Message, button: str, user: User, *, age_s: float = 0.0) -> Interaction:
        """A button pressed, by its label or custom id. age_s: so long ago, as when the gateway is late."""
        component = self._component(message, button, (BUTTON,))
        assert not component.get("disabled"), f"{button} cannot be pressed"
        data = {"custom_id": component["custom_id"], "component_type": BUTTON}
        return self._begin(CLICKED, user, message.channel, data, message=message, age_s=age_s)

    async def choose(self, message: Message, menu: str, values: Sequence[str], user: User) -> Interaction:
        """Options chosen, by their labels or values, from a menu that has this placeholder or custom id."""
        component = self._component(message, menu, (3,))
        by_label = {option["label"]: option["value"] for option in component["options"]}
        chosen = [by_label.get(value, value) for value in values]
        assert set(chosen) <= set(by_label.values()), f"{values} are not all among {sorted(by_label)}"
        data: JSON = {"custom_id": component["custom_id"], "component_type": 3, "values": chosen}
        return self._begin(CLICKED, user, message.channel, data, message=message)

    async def slash(
        self, name: str, channel: Channel, user: User, options: Mapping[str, Value] | None = None, *, age_s: float = 0.0
    ) -> Interaction:
        """A command called as the bot registered it: `recipe apply` is the second within the first."""
        data = self._called(name, channel, options or {})
        return self._begin(CALLED, user, channel, data, age_s=age_s)

    async def suggest(self, name: str, channel: Channel, user: User, option: str, typed: str) -> list[str]:
        """The names that autocomplete offers for an option while it is typed."""
        data = self._called(name, channel, {option: typed}, focused=option)
        interaction = self._begin(TYPED, user, channel, data)
        await asyncio.wait_for(interaction.done.wait(), 5)
        return [choice["name"] for choice in interaction.shown.get("choices", ())]

    async def message_command(self, name: str, message: Message, user: User) -> Interaction:
        """A command of the menu of a message."""
        command = self._command(name, OF_A_MESSAGE, message.channel)
        resolved = {"messages": {str(message.id): self._payloads.message(message)}}
        data = {**_named(command), "type": OF_A_MESSAGE, "target_id": str(message.id), "resolved": resolved}
        return self._begin(CALLED, user, message.channel, data)

    async def submit(self, interaction: Interaction, values: Mapping[str, str | Sequence[File]]) -> Interaction:
        """The window that answered the interaction, filled in: by custom id or label, words or files."""
        assert interaction.response == MODAL, f"no window was shown, but {interaction.response}"
        uploads: dict[str, JSON] = {}
        labels = {
            each["component"]["custom_id"]: each["label"]
            for each in interaction.shown["components"]
            if "component" in each
        }
        filled = dict(values)

        def filled_in(component: JSON) -> JSON:
            if "components" in component:
                return {
                    "type": component["type"],
                    "id": 1,
                    "components": [filled_in(e) for e in component["components"]],
                }
            if "component" in component:
                return {"type": component["type"], "id": 1, "component": filled_in(component["component"])}
            name, found = component.get("custom_id", ""), {"type": component["type"], "id": 1}
            value = filled.pop(name, None)
            value = filled.pop(labels.get(name, ""), component.get("value", "")) if value is None else value
            if component["type"] == TEXT_INPUT:
                return {**found, "custom_id": name, "value": value}
            if component["type"] == UPLOAD:
                kept = [self.world.attach(*file) for file in value or () if not isinstance(file, str)]
                uploads.update(self._resolved(kept, interaction.channel))
                return {**found, "custom_id": name, "values": [str(each.id) for each in kept]}
            return {**found, "custom_id": name, "values": [value] if isinstance(value, str) and value else []}

        shown = [filled_in(each) for each in interaction.shown["components"] if each["type"] != 10]
        assert not filled, f"the window does not ask for {sorted(filled)}"
        data = {"custom_id": interaction.shown["custom_id"], "components": shown, "resolved": {"attachments": uploads}}
        return self._begin(SUBMITTED, interaction.user, interaction.channel, data, message=interaction.message)

    def buttons(self, message: Message) -> list[str]:
        """The labels of what can be pressed there."""
        pressed = (each for each in walked(message.components) if each["type"] == BUTTON)
        return [each.get("label") or each["custom_id"] for each in pressed if not each.get("disabled")]

    def _component(self, message: Message, name: str, kinds: Sequence[int]) -> JSON:
        """The component with the label, placeholder or custom id, whatever its case."""
        there = [each for each in walked(message.components) if each["type"] in kinds and "custom_id" in each]
        for each in there:
            names = (each.get("label"), each.get("placeholder"), each["custom_id"])
            if name.lower() in (str(one).lower() for one in names if one):
                return each
        raise AssertionError(f"no {name!r} among {[each.get('label') or each['custom_id'] for each in there]}")

    def _begin(
        self, kind: int, user: User, channel: Channel, data: JSON, *, message: Message | None = None, age_s: float = 0.0
    ) -> Interaction:
        number, born = self.world.new_id(age_s), self.world.clock.now() - age_s
        interaction = Interaction(number, kind, user, channel, born, data, message)
        self._gateway.tell_all("INTERACTION_CREATE", self._interactions.begin(interaction))
        return interaction

    def _command(self, name: str, kind: int, channel: Channel) -> JSON:
        """A command as it is registered, there or everywhere."""
        guild = self.world.commands.get(channel.guild.id, []) if channel.guild else []
        found = [each for each in (*guild, *self.world.commands.get(0, [])) if each["type"] == kind]
        for each in found:
            if each["name"] == name:
                return each
        raise AssertionError(f"no command {name!r} among {[each['name'] for each in found]}")

    def _called(self, name: str, channel: Channel, given: Mapping[str, Value], focused: str = "") -> JSON:
        """The data of a command with its options, in the groups that its words name."""
        first, *rest = name.split()
        command = self._command(first, 1, channel)
        path, inner = [command], command
        for word in rest:
            inner = next(each for each in inner["options"] if each["name"] == word and each["type"] in SUBCOMMANDS)
            path.append(inner)
        known = {each["name"]: each for each in inner.get("options") or () if each["type"] not in SUBCOMMANDS}
        assert set(given) <= set(known), f"/{name} has no {sorted(set(given) - set(known))}, but {sorted(known)}"
        missing = [each for each, option in known.items() if option.get("required") and each not in given]
        assert focused or not missing, f"/{name} needs {missing}"
        resolved: dict[str, JSON] = {}
        options = [self._option(known[each], value, resolved, channel) for each, value in given.items()]
        for option in options:
            option |= {"focused": True} if option["name"] == focused else {}
        for level in reversed(path[1:]):
            options = [{"name": level["name"], "type": level["type"], "options": options}]
        return {**_named(command), "type": 1, "options": options, "resolved": resolved}

    def _option(self, option: JSON, value: Value, resolved: dict[str, JSON], channel: Channel) -> JSON:
        """One option as it is sent; what it names goes with it."""
        sent: Any = value
        if isinstance(value, tuple):
            assert option["type"] == ATTACHMENT, f"{option['name']} is no attachment"
            file = self.world.attach(*value)
            resolved.setdefault("attachments", {}).update(self._resolved([file], channel))
            sent = str(file.id)
        elif isinstance(value, User):
            resolved.setdefault("users", {})[str(value.id)] = self._payloads.user(value)
            sent = str(value.id)
        elif isinstance(value, Channel):
            shown = {**self._payloads.channel(value), "permissions": str(self.world.permissions(self.world.bot, value))}
            resolved.setdefault("channels", {})[str(value.id)] = shown
            sent = str(value.id)
        elif isinstance(value, Role):
            resolved.setdefault("roles", {})[str(value.id)] = self._payloads.role(value)
            sent = str(value.id)
        choices = [choice["value"] for choice in option.get("choices") or ()]
        by_name = {choice["name"]: choice["value"] for choice in option.get("choices") or ()}
        sent = by_name.get(sent, sent) if choices else sent
        assert not choices or sent in choices, f"{sent!r} is not one of {choices}"
        return {"name": option["name"], "type": option["type"], "value": sent}

    def _resolved(self, files: Sequence[Attachment], channel: Channel) -> dict[str, JSON]:
        return {str(file.id): {**self._payloads.attachment(file, channel), "ephemeral": True} for file in files}


def _named(command: JSON) -> JSON:
    guild = {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return {"id": command["id"], "name": command["name"], **guild}
