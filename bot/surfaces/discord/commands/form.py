"""“Edit this picture”: a form behind the menu of any message that shows one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import discord
from discord import app_commands

from bot.replies import say
from bot.surfaces.discord.clicks import whisper
from bot.surfaces.discord.commands.asking import Wish, ask
from bot.surfaces.discord.commands.declaring import everywhere, worded
from bot.surfaces.discord.commands.opening import Opening, opened
from bot.surfaces.discord.incoming import pictures_of
from bot.words import language_for

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

LIFE_S: Final = 3600.0
"""How long a form may lie open."""
TITLE, DESCRIPTION, OPTIONS = 45, 100, 25
"""What Discord takes: characters of a title or a label, of a description, and choices of a menu."""


@everywhere
@app_commands.context_menu(name=worded("discord.ask.menu"))
async def edit_this(interaction: discord.Interaction[RetouchClient], message: discord.Message) -> None:
    """Ask what should change in a picture of the message."""
    language = language_for(str(interaction.locale))
    own = message.author.id == interaction.client.me.id
    pictures = pictures_of(message)
    if pictures or own:
        await interaction.response.send_modal(Form(message, () if own else pictures[:OPTIONS], language))
    else:
        await whisper(interaction, say("discord.ask.none", language))


class Form(discord.ui.Modal):
    """The words, and what may go along with them."""

    def __init__(self, message: discord.Message, pictures: tuple[discord.Attachment, ...], language: str) -> None:
        """pictures: those of the message; none where the bot knows what it showed there."""
        super().__init__(title=say("discord.ask.title", language)[:TITLE], timeout=LIFE_S)
        self._message, self._pictures, self._language = message, pictures, language
        self._words = discord.ui.TextInput[Form](
            style=discord.TextStyle.paragraph,
            placeholder=say("discord.ask.placeholder", language)[:DESCRIPTION],
            max_length=2000,
            custom_id="words",
        )
        self._which = discord.ui.Select[Form](options=_options(pictures), custom_id="which")
        self._mask = discord.ui.FileUpload[Form](required=False, custom_id="mask")
        self._reference = discord.ui.FileUpload[Form](required=False, custom_id="reference")
        self._put("label", self._words)
        if len(pictures) > 1:
            self._put("which", self._which)
        self._put("mask", self._mask, "mask_about")
        self._put("reference", self._reference, "reference_about")

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """It is filled in: a job of whoever did."""
        await opened(interaction, self._ask)

    def _put(self, label: str, field: discord.ui.Item[Any], about: str | None = None) -> None:
        text = say(f"discord.ask.{label}", self._language)[:TITLE]
        more = say(f"discord.ask.{about}", self._language)[:DESCRIPTION] if about else None
        self.add_item(discord.ui.Label(text=text, component=field, description=more))

    async def _ask(self, opening: Opening) -> None:
        image = self._picked()
        revision = None if image else await opening.client.sources.revision_of(self._message)
        if image is None and revision is None:
            await opening.tell(say("discord.forgotten", opening.language))
            return
        mask, reference = (next(iter(field.values), None) for field in (self._mask, self._reference))
        await ask(Wish(self._words.value, image, revision, mask, reference), opening)

    def _picked(self) -> discord.Attachment | None:
        """The picture that is meant; None: what the bot showed."""
        chosen = self._which.values
        return self._pictures[int(chosen[0])] if chosen else next(iter(self._pictures), None)


def _options(pictures: tuple[discord.Attachment, ...]) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=f"{number + 1}. {file.filename}"[:DESCRIPTION], value=str(number), default=number == 0
        )
        for number, file in enumerate(pictures)
    ]
