"""The commands about people and servers: settings, quota, privacy, help, and what admins may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.surfaces.discord.household.admin import admin
from bot.surfaces.discord.household.guide import help_command
from bot.surfaces.discord.household.privacy import PrivacyButton, privacy_command
from bot.surfaces.discord.household.quota import quota_command
from bot.surfaces.discord.household.settings import OtherSettings, Setting, settings_command

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient


def install(client: RetouchClient) -> None:
    """The client has the commands, and answers to their panels, also to those of an earlier process."""
    for command in (settings_command, quota_command, privacy_command, help_command, admin):
        client.tree.add_command(command)
    client.add_dynamic_items(Setting, OtherSettings, PrivacyButton)
