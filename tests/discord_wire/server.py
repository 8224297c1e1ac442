"""The REST API, version 10: the routes that a bot uses (Discord's developer docs, Resources)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from tests.discord_wire.composing import amend, body_of, composed
from tests.discord_wire.faults import answered
from tests.discord_wire.interactions import Interactions
from tests.discord_wire.payloads import CONTENT_INTENT, Payloads
from tests.discord_wire.rules import check_commands, check_message, check_place, check_reading
from tests.discord_wire.world import JSON, MIB, Channel, Guild, Message, Refused, World

Handle = Callable[[web.Request], Awaitable[web.Response]]
API: Final = "/api/v10"
FREE: Final = ("/interactions/", "/webhooks/", "/gateway")
"""What needs no token of the bot: interactions have their own."""


class Rest:
    """The routes over one world. gateway: where bots connect to."""

    def __init__(self, world: World, payloads: Payloads, interactions: Interactions, token: str, gateway: str) -> None:
        self._world, self._payloads, self._interactions = world, payloads, interactions
        self._token, self._gateway = token, gateway
        self.missing: list[str] = []
        """Requests for what this Discord does not have."""

    def add_to(self, app: web.Application) -> None:
        """The app answers the API's requests, and serves files."""
        message = "/channels/{channel}/messages/{message}"
        webhook = "/webhooks/{app}/{token}"
        routes: dict[str, Handle] = {
            "GET /gateway": self._where,
            "GET /gateway/bot": self._where,
            "GET /users/@me": self._me,
            "POST /users/@me/channels": self._direct,
            "GET /users/{user}": self._user,
            "GET /oauth2/applications/@me": self._application,
            "GET /applications/@me": self._application,
            "GET /applications/{app}/commands": self._commands,
            "PUT /applications/{app}/commands": self._register,
            "GET /applications/{app}/guilds/{guild}/commands": self._commands,
            "PUT /applications/{app}/guilds/{guild}/commands": self._register,
            "GET /guilds/{guild}": self._guild,
            "GET /channels/{channel}": self._channel,
            "POST /channels/{channel}/typing": self._type,
            "GET /channels/{channel}/messages": self._list,
            "POST /channels/{channel}/messages": self._post,
            f"GET {message}": self._read,
            f"PATCH {message}": self._edit,
            f"DELETE {message}": self._delete,
            "POST /interactions/{interaction}/{token}/callback": self._respond,
            f"POST {webhook}": self._follow_up,
            f"GET {webhook}/messages/{{message}}": self._read_response,
            f"PATCH {webhook}/messages/{{message}}": self._edit_response,
            f"DELETE {webhook}/messages/{{message}}": self._delete_response,
        }
        for route, handle in routes.items():
            method, path = route.split()
            app.router.add_route(method, API + path, self._guarded(handle))
        app.router.add_get("/attachments/{channel}/{attachment}/{name}", self._download)
        app.router.add_route("*", API + "/{rest:.*}", self._unknown)

    def _guarded(self, handle: Handle) -> Handle:
        async def guarded(request: web.Request) -> web.Response:
            free = request.path.removeprefix(API).startswith(FREE)
            if not free and request.headers.get("Authorization") != f"Bot {self._token}":
                raise Refused(401, 0, "401: Unauthorized")
            return await handle(request)

        return guarded

    async def _unknown(self, request: web.Request) -> web.Response:
        self.missing.append(f"{request.method} {request.path}")
        raise Refused(404, 0, "404: Not Found")

    async def _where(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return answered(200, {"url": self._gateway, "shards": 1, "session_start_limit": limit})

    async def _me(self, _: web.Request) -> web.Response:
        return answered(200, self._payloads.user(self._world.bot))

    async def _user(self, request: web.Request) -> web.Response:
        user = self._world.users.get(_number(request, "user"))
        if user is None:
            raise Refused(404, 10013, "Unknown User")
        return answered(200, self._payloads.user(user))

    async def _direct(self, request: web.Request) -> web.Response:
        user = self._world.users.get(int((await request.json())["recipient_id"]))
        if user is None:
            raise Refused(404, 10013, "Unknown User")
        return answered(200, self._payloads.channel(self._world.direct(user)))

    async def _application(self, _: web.Request) -> web.Response:
        return answered(200, self._payloads.application())

    async def _commands(self, request: web.Request) -> web.Response:
        return answered(200, self._world.commands.get(int(request.match_info.get("guild", 0)), []))

    async def _register(self, request: web.Request) -> web.Response:
        """The commands of everywhere, or of a guild, are these from now on; those that stay keep their ids."""
        wanted: list[JSON] = await request.json()
        check_commands(wanted)
        guild = int(request.match_info.get("guild", 0))
        known = {(each["type"], each["name"]): each["id"] for each in self._world.commands.get(guild, [])}
        registered: list[JSON] = []
        for command in wanted:
            kind = command.get("type", 1)
            given: JSON = {
                "id": known.get((kind, command["name"])) or str(self._world.new_id()),
                "application_id": str(self._world.bot.id),
                "version": str(self._world.new_id()),
                "default_member_permissions": None,
                "description": "",
                **({"guild_id": str(guild)} if guild else {}),
            }
            registered.append({**given, **command, "type": kind})
        self._world.commands[guild] = registered
        return answered(200, registered)

    async def _guild(self, request: web.Request) -> web.Response:
        guild = self._world.guilds.get(_number(request, "guild"))
        if guild is None:
            raise Refused(404, 10004, "Unknown Guild")
        return answered(200, self._payloads.guild(guild))

    async def _channel(self, request: web.Request) -> web.Response:
        return answered(200, self._payloads.channel(self._place(request)))

    async def _type(self, request: web.Request) -> web.Response:
        channel = self._place(request)
        check_place(self._world, channel, files=False)
        self._world.note("typing", channel=channel.id)
        return web.Response(status=204)

    async def _list(self, request: web.Request) -> web.Response:
        """The latest messages first, as many as are wanted."""
        channel = self._place(request)
        check_reading(self._world, channel)
        before = int(request.query.get("before", 1 << 63))
        after = int(request.query.get("after", 0))
        chosen = sorted((number for number in channel.messages if after < number < before), reverse=True)
        wanted = chosen[: int(request.query.get("limit", 50))]
        return answered(200, [self._shown(channel.messages[number]) for number in wanted])

    async def _post(self, request: web.Request) -> web.Response:
        channel = self._place(request)
        payload, files = await body_of(request)
        check_place(self._world, channel, bool(files))
        check_message(payload, files, limit_of(channel.guild))
        nonce = payload.get("nonce") if payload.get("enforce_nonce") else None
        known = self._world.known(str(nonce), self._world.bot) if nonce else None
        message = known or self._world.post(composed(self._world, channel, payload, files))
        return answered(200, self._payloads.message(message))

    async def _read(self, request: web.Request) -> web.Response:
        channel = self._place(request)
        check_reading(self._world, channel)
        return answered(200, self._shown(self._message(request, channel)))

    async def _edit(self, request: web.Request) -> web.Response:
        channel = self._place(request)
        message = self._message(request, channel)
        payload, files = await body_of(request)
        if message.author is not self._world.bot:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        check_place(self._world, channel, bool(files))
        check_message(payload, files, limit_of(channel.guild))
        amend(self._world, message, payload, files)
        self._world.edited(message)
        return answered(200, self._payloads.message(message))

    async def _delete(self, request: web.Request) -> web.Response:
        channel = self._place(request)
        message = self._message(request, channel)
        if message.author is not self._world.bot:
            raise Refused(403, 50013, "Missing Permissions")
        self._world.delete(message)
        return web.Response(status=204)

    async def _respond(self, request: web.Request) -> web.Response:
        payload, files = await body_of(request)
        number, token = _number(request, "interaction"), request.match_info["token"]
        told = self._interactions.respond(number, token, payload, files)
        return answered(200, told) if request.query.get("with_response") else web.Response(status=204)

    async def _follow_up(self, request: web.Request) -> web.Response:
        payload, files = await body_of(request)
        return answered(200, self._interactions.send(request.match_info["token"], payload, files))

    async def _read_response(self, request: web.Request) -> web.Response:
        where = request.match_info
        return answered(200, self._interactions.get(where["token"], where["message"]))

    async def _edit_response(self, request: web.Request) -> web.Response:
        payload, files = await body_of(request)
        where = request.match_info
        return answered(200, self._interactions.edit(where["token"], where["message"], payload, files))

    async def _delete_response(self, request: web.Request) -> web.Response:
        where = request.match_info
        self._interactions.delete(where["token"], where["message"])
        return web.Response(status=204)

    async def _download(self, request: web.Request) -> web.Response:
        """A file, while its URL has not expired."""
        attachment = self._world.attachments.get(_number(request, "attachment"))
        self._world.note("download")
        if attachment is None or request.query.get("hm") != str(attachment.signature):
            return web.Response(status=404, text="This content is no longer available.")
        kind = attachment.content_type or "application/octet-stream"
        return web.Response(body=attachment.data, content_type=kind)

    def _place(self, request: web.Request) -> Channel:
        channel = self._world.channels.get(_number(request, "channel"))
        if channel is None or channel.gone:
            raise Refused(404, 10003, "Unknown Channel")
        return channel

    def _message(self, request: web.Request, channel: Channel) -> Message:
        message = channel.messages.get(_number(request, "message"))
        if message is None:
            raise Refused(404, 10008, "Unknown Message")
        return message

    def _shown(self, message: Message) -> JSON:
        return self._payloads.message(message, reads_all=bool(self._world.privileged & CONTENT_INTENT))


def limit_of(guild: Guild | None) -> int:
    """Bytes that a message may carry there."""
    return guild.upload_limit if guild else 10 * MIB


def _number(request: web.Request, name: str) -> int:
    """A snowflake of the path. Raises: Refused where it is none."""
    value = request.match_info[name]
    if not value.isdecimal():
        raise Refused(400, 50035, f"Invalid Form Body: {name}: {value!r} is not a snowflake")
    return int(value)
