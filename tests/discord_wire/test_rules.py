"""What Discord refuses is refused here: limits that a bot meets in the wild only."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_wire.rules import check_choices, check_commands, check_message, check_modal
from tests.discord_wire.world import JSON, V2, Refused


def button(custom_id: str = "a", **more: Any) -> JSON:
    return {"type": 2, "style": 1, "label": "A", "custom_id": custom_id, **more}


def row(*inside: JSON) -> JSON:
    return {"type": 1, "components": [*inside]}


def menu(*values: str) -> JSON:
    return {"type": 3, "custom_id": "m", "options": [{"label": value, "value": value} for value in values]}


def command(name: str = "edit", description: str = "Edit it", **more: Any) -> JSON:
    return {"name": name, "description": description, "type": 1, **more}


def option(name: str, kind: int = 3, **more: Any) -> JSON:
    return {"name": name, "description": "It", "type": kind, **more}


GOOD: JSON = {"content": "x" * 2000, "components": [row(*(button(str(n)) for n in range(5))), row(menu("1", "2"))]}
MESSAGES: dict[str, JSON] = {
    "long": {"content": "x" * 2001},
    "nonce": {"nonce": "n" * 26},
    "six buttons": {"components": [row(*(button(str(n)) for n in range(6)))]},
    "six rows": {"components": [row(button(str(n))) for n in range(6)]},
    "no row": {"components": [button()]},
    "twice": {"components": [row(button(), button())]},
    "long id": {"components": [row(button("i" * 101))]},
    "long label": {"components": [row(button(label="l" * 81))]},
    "nothing on it": {"components": [row(button(label=""))]},
    "a link elsewhere": {"components": [row(button(url="https://a.example"))]},
    "menu and button": {"components": [row(menu("1"), button())]},
    "empty menu": {"components": [row(menu())]},
    "one value twice": {"components": [row(menu("1", "1"))]},
    "26 options": {"components": [row(menu(*map(str, range(26))))]},
    "no such file": {"attachments": [{"id": 0}]},
    "eleven embeds": {"embeds": [{}] * 11},
    "a long embed": {"embeds": [{"description": "d" * 4000, "fields": [{"name": "n", "value": "v" * 2000}]}]},
    "words beside layout": {"content": "x", "flags": V2, "components": [{"type": 10, "content": "y"}]},
}
LONG: list[JSON] = [{"name": "n" * 100, "value": "v" * 100}] * 25
COMMANDS: dict[str, list[JSON]] = {
    "capitals": [command("Edit")],
    "spaces": [command("edit it")],
    "long": [command("e" * 33)],
    "no description": [command(description="")],
    "long description": [command(description="d" * 101)],
    "twice": [command(), command()],
    "unknown locale": [command(name_localizations={"de-DE": "bearbeiten"})],
    "translated with capitals": [command(name_localizations={"de": "Bearbeiten"})],
    "long translation": [command(description_localizations={"de": "d" * 101})],
    "required last": [command(options=[option("a"), option("b", required=True)])],
    "26 options": [command(options=[option(f"o{n}") for n in range(26)])],
    "option twice": [command(options=[option("a"), option("a")])],
    "mixed": [command(options=[option("a", 1), option("b")])],
    "choices and more": [command(options=[option("a", choices=[{"name": "1", "value": "1"}], autocomplete=True)])],
    "described menu": [{"name": "Edit this", "type": 3, "description": "no"}],
    "too much": [command(options=[option(f"o{n}", choices=LONG) for n in range(4)])],
}
MODALS: dict[str, JSON] = {
    "long title": {"title": "t" * 46},
    "no id": {"custom_id": ""},
    "six": {"components": [row({"type": 4, "custom_id": str(n)}) for n in range(6)]},
    "a button": {"components": [button()]},
    "long label": {"components": [{"type": 18, "label": "l" * 46, "component": {"type": 4, "custom_id": "a"}}]},
}


def test_what_keeps_to_the_limits_is_taken() -> None:
    check_message(GOOD, {}, 10)
    check_message({"attachments": [{"id": 0}]}, {0: ("a", bytes(10))}, 10)
    check_commands(
        [command(name_localizations={"de": "bearbeiten"}, options=[option("a", required=True), option("b")])]
    )
    check_modal({"title": "t", "custom_id": "c", "components": [row({"type": 4, "custom_id": "a"})]})
    check_choices([{"name": "n", "value": "v"}])


@pytest.mark.parametrize("payload", MESSAGES.values(), ids=MESSAGES)
def test_messages_beyond_the_limits(payload: JSON) -> None:
    with pytest.raises(Refused) as refused:
        check_message(payload, {}, 10)
    assert (refused.value.status, refused.value.code) == (400, 50035)


@pytest.mark.parametrize("commands", COMMANDS.values(), ids=COMMANDS)
def test_commands_beyond_the_limits(commands: list[JSON]) -> None:
    with pytest.raises(Refused):
        check_commands(commands)


@pytest.mark.parametrize("change", MODALS.values(), ids=MODALS)
def test_windows_beyond_the_limits(change: JSON) -> None:
    window = {"title": "t", "custom_id": "c", "components": [row({"type": 4, "custom_id": "a"})], **change}
    with pytest.raises(Refused):
        check_modal(window)


def test_files_and_choices_beyond_the_limits() -> None:
    with pytest.raises(Refused) as refused:
        check_message({}, {0: ("a", bytes(6)), 1: ("b", bytes(5))}, 10)
    assert (refused.value.status, refused.value.code) == (413, 40005)
    with pytest.raises(Refused):
        check_choices([{"name": str(n), "value": "v"} for n in range(26)])
    with pytest.raises(Refused):
        check_choices([{"name": "n" * 101, "value": "v"}])
