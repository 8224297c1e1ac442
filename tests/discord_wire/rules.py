"""What Discord refuses: messages and commands beyond its limits (Discord's developer docs, and its errors as met)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from tests.discord_wire.payloads import walked
from tests.discord_wire.world import ATTACH, JSON, READ_HISTORY, SEND, V2, VIEW, Channel, File, Refused, World

CONTENT, NONCE, CUSTOM_ID, LABEL, FILES, EMBEDS = 2000, 25, 100, 80, 10, 10
EMBED_TEXT, ROWS, BUTTONS, OPTIONS, CHOICES = 6000, 5, 5, 25, 25
BUTTON, ROW, SECTION = 2, 1, 9
SELECTS: Final = (3, 5, 6, 7, 8)
LINK: Final = 5
"""A style of buttons."""
NAME: Final = re.compile(r"^[-_'\w]{1,32}$")
"""Of commands and options, in lower case where the script has one (Discord's docs, Application Command Naming)."""
CHAT, IN_A_COMMAND = 1, (1, 2)
"""Commands that are typed; options that are subcommands or groups of them."""
LOCALES: Final = set(
    re.findall(
        r"\S+",
        "bg cs da de el en-GB en-US es-419 es-ES fi fr hi hr hu id it ja ko lt nl no pl pt-BR ro ru sv-SE th tr uk vi "
        "zh-CN zh-TW",
    )
)


def invalid(where: str, what: str) -> Refused:
    """The error for a field that is not as it must be."""
    errors = {where: {"_errors": [{"code": "INVALID", "message": what}]}}
    return Refused(400, 50035, f"Invalid Form Body: {where}: {what}", errors=errors)


def check(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise invalid(where, what)


def check_place(world: World, channel: Channel, files: bool) -> None:
    """The bot may write there, and send files where it does. Raises: Refused."""
    _check_there(channel)
    permissions = world.permissions(world.bot, channel)
    if not permissions & VIEW:
        raise Refused(403, 50001, "Missing Access")
    if not permissions & SEND or (files and not permissions & ATTACH):
        raise Refused(403, 50013, "Missing Permissions")


def check_reading(world: World, channel: Channel) -> None:
    """The bot may read what was written there. Raises: Refused."""
    _check_there(channel)
    wanted = VIEW | READ_HISTORY
    if world.permissions(world.bot, channel) & wanted != wanted:
        raise Refused(403, 50001, "Missing Access")


def check_message(payload: JSON, files: dict[int, File], limit: int) -> None:
    """The message can be made of this. limit: bytes of files. Raises: Refused."""
    if sum(len(data) for _, data in files.values()) > limit:
        raise Refused(413, 40005, "Request entity too large")
    check(len(files) <= FILES and len(payload.get("attachments") or ()) <= FILES, "attachments", f"at most {FILES}")
    check(len(payload.get("content") or "") <= CONTENT, "content", f"at most {CONTENT} characters")
    check(len(str(payload.get("nonce") or "")) <= NONCE, "nonce", f"at most {NONCE} characters")
    embeds: list[JSON] = payload.get("embeds") or []
    check(len(embeds) <= EMBEDS, "embeds", f"at most {EMBEDS}")
    check(sum(len(text) for embed in embeds for text in _texts(embed)) <= EMBED_TEXT, "embeds", "too much text")
    for place, listed in enumerate(payload.get("attachments") or ()):
        new = str(listed.get("id", "")).isdecimal() and int(listed["id"]) < FILES
        check(not new or int(listed["id"]) in files, f"attachments.{place}", "no such file in the request")
    check_components(payload.get("components") or [], bool((payload.get("flags") or 0) & V2))
    if (payload.get("flags") or 0) & V2:
        check(not payload.get("content") and not embeds, "flags", "components of version 2 stand alone")


def check_components(components: list[JSON], v2: bool = False) -> None:
    """The rows of buttons and menus can be shown. Raises: Refused."""
    everything = list(walked(components))
    check(len(everything) <= 40 if v2 else len(components) <= ROWS, "components", "too many")
    check(v2 or all(each["type"] == ROW for each in components), "components", "only rows at the top")
    for row in (each for each in everything if each["type"] == ROW):
        inside: list[JSON] = row["components"]
        menus = sum(each["type"] in SELECTS for each in inside)
        check(1 <= len(inside) <= (1 if menus else BUTTONS), "components", "a row holds one menu or five buttons")
    ids = [each["custom_id"] for each in everything if "custom_id" in each]
    check(len(ids) == len(set(ids)), "components", "a custom id is there twice")
    check(all(1 <= len(each) <= CUSTOM_ID for each in ids), "custom_id", f"1 to {CUSTOM_ID} characters")
    for each in everything:
        if each["type"] == BUTTON:
            check(len(each.get("label") or "") <= LABEL, "label", f"at most {LABEL} characters")
            check(bool(each.get("label") or each.get("emoji")), "label", "a button has a label or an emoji")
            check(("url" in each) == (each["style"] == LINK), "style", "only a link has a URL")
        elif each["type"] in SELECTS:
            _check_menu(each)


def check_modal(data: JSON) -> None:
    """The window can be shown. Raises: Refused."""
    check(1 <= len(data.get("title") or "") <= 45, "title", "1 to 45 characters")
    check(1 <= len(data.get("custom_id") or "") <= CUSTOM_ID, "custom_id", f"1 to {CUSTOM_ID} characters")
    check(1 <= len(data["components"]) <= ROWS, "components", f"1 to {ROWS}")
    for each in data["components"]:
        check(each["type"] in (1, 10, 18), "components", "rows, texts and labels")
        if each["type"] == 18:
            check(1 <= len(each["label"]) <= 45, "label", "1 to 45 characters")
            check(len(each.get("description") or "") <= 100, "description", "at most 100 characters")
    for each in walked(data["components"]):
        if each["type"] == 3:
            _check_menu(each)


def check_commands(commands: Sequence[JSON]) -> None:
    """They can be registered. Raises: Refused."""
    typed = [command for command in commands if command.get("type", CHAT) == CHAT]
    check(len(typed) <= 100, "commands", "at most 100 that are typed")
    check(sum(command.get("type") == 3 for command in commands) <= 15, "commands", "at most 15 of messages")
    names = [(command.get("type", CHAT), command["name"]) for command in commands]
    check(len(set(names)) == len(names), "commands", "a name is there twice")
    for command in commands:
        if command.get("type", CHAT) == CHAT:
            _check_option(command, command["name"])
            check(_length(command) <= 8000, command["name"], "at most 8000 characters in all")
        else:
            check(1 <= len(command["name"]) <= 32, command["name"], "1 to 32 characters")
            check(not command.get("description"), command["name"], "no description")


def check_choices(choices: Sequence[JSON]) -> None:
    """Autocomplete may answer so. Raises: Refused."""
    check(len(choices) <= CHOICES, "choices", f"at most {CHOICES}")
    for choice in choices:
        _check_choice(choice, "choices")


def _check_option(option: JSON, where: str) -> None:
    """One command or option, and those inside it."""
    names, descriptions = _translated(option, "name"), _translated(option, "description")
    for name in (option["name"], *names.values()):
        check(bool(NAME.match(name)) and name == name.lower(), where, f"{name!r} is not a name")
    lengths = map(len, (option["description"], *descriptions.values()))
    check(all(1 <= length <= 100 for length in lengths), where, "a description has 1 to 100 characters")
    locales = {*names, *descriptions}
    check(locales <= LOCALES, where, f"unknown locales {sorted(locales - LOCALES)}")
    options: list[JSON] = option.get("options") or []
    check(len(options) <= OPTIONS, where, f"at most {OPTIONS} options")
    check(len({each["name"] for each in options}) == len(options), where, "an option is there twice")
    required = [bool(each.get("required")) for each in options]
    check(required == sorted(required, reverse=True), where, "what is required comes first")
    kinds = {each["type"] in IN_A_COMMAND for each in options}
    check(len(kinds) < 2, where, "subcommands stand alone")
    choices: list[JSON] = option.get("choices") or []
    check(len(choices) <= CHOICES, where, f"at most {CHOICES} choices")
    check(not (choices and option.get("autocomplete")), where, "choices or autocomplete")
    for choice in choices:
        _check_choice(choice, where)
    for each in options:
        _check_option(each, f"{where} {each['name']}")


def _check_choice(choice: JSON, where: str) -> None:
    check(1 <= len(choice["name"]) <= 100, where, "a choice has a name of 1 to 100 characters")
    value = choice["value"]
    check(not isinstance(value, str) or 1 <= len(value) <= 100, where, "a choice has a value of 1 to 100 characters")


def _check_menu(menu: JSON) -> None:
    options: list[JSON] | None = menu.get("options")
    check(menu["type"] != 3 or 1 <= len(options or ()) <= OPTIONS, "options", f"1 to {OPTIONS}")
    check(len(menu.get("placeholder") or "") <= 150, "placeholder", "at most 150 characters")
    values = [option["value"] for option in options or ()]
    check(len(set(values)) == len(values), "options", "a value is there twice")
    for option in options or ():
        texts = (option["label"], option["value"], option.get("description") or "-")
        check(all(1 <= len(text) <= 100 for text in texts), "options", "1 to 100 characters")


def _check_there(channel: Channel) -> None:
    if channel.gone:
        raise Refused(404, 10003, "Unknown Channel")


def _texts(embed: JSON) -> list[str]:
    """What of an embed counts towards the limit."""
    fields: list[JSON] = embed.get("fields") or []
    texts: list[Any] = [embed.get("title"), embed.get("description")]
    footer: JSON = embed.get("footer") or {}
    author: JSON = embed.get("author") or {}
    texts += [footer.get("text"), author.get("name")]
    texts += [each[key] for each in fields for key in ("name", "value")]
    return [text for text in texts if text]


def _translated(option: JSON, key: str) -> dict[str, str]:
    """The other languages of a name or a description."""
    return option.get(f"{key}_localizations") or {}


def _length(option: JSON) -> int:
    """Characters of names, descriptions and values; of localisations, the longest counts."""
    texts = ((option[key], *_translated(option, key).values()) for key in ("name", "description"))
    own = sum(max(map(len, each)) for each in texts)
    choices = sum(len(each["name"]) + len(str(each["value"])) for each in option.get("choices") or ())
    return own + choices + sum(map(_length, option.get("options") or ()))
