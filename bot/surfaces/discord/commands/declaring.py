"""Commands as Discord is told of them: usable wherever people chat, and described by the words of `bot.words`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

from discord import app_commands

from bot.replies import say
from bot.words import language_for, load

Slash: TypeAlias = app_commands.Command[Any, ..., None]
Callback: TypeAlias = Callable[..., Coroutine[Any, Any, None]]
Declared = TypeVar("Declared", Slash, app_commands.Group, app_commands.ContextMenu)

LONGEST_NAME, LONGEST_DESCRIPTION = 32, 100
"""Characters that Discord takes."""
NAMES = (app_commands.TranslationContextLocation.command_name, app_commands.TranslationContextLocation.group_name)


def worded(key: str) -> app_commands.locale_str:
    """The English sentence of that key, which `Words` finds in other languages."""
    return app_commands.locale_str(say(key), key=key)


def everywhere(command: Declared) -> Declared:
    """The command for members of servers and for people who installed the bot for themselves, wherever they are."""
    command.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
    command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    return command


def slash(name: str) -> Callable[[Callback], Slash]:
    """A command of that name, described by `discord.command.<name>.about`, each option by its own name there."""

    def declared(callback: Callback) -> Slash:
        made: Slash = app_commands.command(name=name, description=worded(f"discord.command.{name}.about"))(callback)
        return everywhere(_with_options(made, name))

    return declared


def group(name: str) -> app_commands.Group:
    """A command that has others below it."""
    return everywhere(app_commands.Group(name=name, description=worded(f"discord.command.{name}.about")))


def below(parent: app_commands.Group, name: str) -> Callable[[Callback], Slash]:
    """A command below the parent, described by `discord.command.<parent>.<name>`; the options of all are beside it."""

    def declared(callback: Callback) -> Slash:
        about = worded(f"discord.command.{parent.name}.{name}")
        made: Slash = parent.command(name=name, description=about)(callback)
        return _with_options(made, parent.name)

    return declared


def _with_options(command: Slash, root: str) -> Slash:
    words = {option.name: worded(f"discord.command.{root}.{option.name}") for option in command.parameters}
    return app_commands.describe(**words)(command)


class Words(app_commands.Translator):
    """Names and descriptions in each language of the bot; what does not fit Discord's rules stays English."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Any,
        context: app_commands.TranslationContext[Any, Any],
    ) -> str | None:
        """The string in the language of the locale; None: it is said in English."""
        is_name = context.location in NAMES
        # `discord.command.recipe.name` is what the option `name` is about.
        key = string.extras.get("key") or (f"discord.name.{string.message}" if is_name else "")
        words = load(language_for(str(locale))).get(key)
        if words is None or words == string.message:
            return None
        is_menu = isinstance(context.data, app_commands.ContextMenu)
        fits = is_name_of_command(words) if is_name and not is_menu else 1 <= len(words) <= _room(is_name=is_name)
        return words if fits else None


def is_name_of_command(words: str) -> bool:
    """Whether Discord takes it as the name of a slash command: lower case, one word of at most 32 characters."""
    plain = words.replace("-", "").replace("_", "")
    return 1 <= len(words) <= LONGEST_NAME and plain.isalnum() and words == words.lower()


def _room(*, is_name: bool) -> int:
    return LONGEST_NAME if is_name else LONGEST_DESCRIPTION
