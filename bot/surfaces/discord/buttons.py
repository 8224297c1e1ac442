"""Buttons that work after any restart: what they do and to which revision is in their custom ids."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Self

import discord

from bot.chat import Reply
from bot.history import Revision
from bot.replies import say

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

MOST_CHOICES: Final = 20
"""Numbered buttons of one message: four rows, the last of Discord's five being kept for others."""
STYLES: Final = {
    "cancel": discord.ButtonStyle.danger,
    "choose": discord.ButtonStyle.primary,
    "pick": discord.ButtonStyle.primary,
}


class Act(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"retouch:(?P<action>[a-z]+):(?P<subject>[0-9a-z]+)(?::(?P<value>[^:]+))?",
):
    """A button that does something with a revision, or with a job."""

    def __init__(self, action: str, subject: str, value: str | None = None, *, button: discord.ui.Button[Any]) -> None:
        super().__init__(button)
        self.action, self.subject, self.value = action, subject, value

    @classmethod
    def drawn(
        cls, action: str, subject: str, value: str | None = None, *, label: str, disabled: bool = False, row: int = 0
    ) -> Self:
        """The button as it is put under a message."""
        custom_id = f"retouch:{action}:{subject}" + (f":{value}" if value is not None else "")
        style = STYLES.get(action, discord.ButtonStyle.secondary)
        button = discord.ui.Button[Any](custom_id=custom_id, label=label, disabled=disabled, row=row, style=style)
        return cls(action, subject, value, button=button)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was clicked, from its id alone."""
        assert isinstance(item, discord.ui.Button)
        return cls(match["action"], match["subject"], match["value"], button=item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody clicked."""
        client: RetouchClient = interaction.client
        await client.clicks.clicked(interaction, self.action, self.subject, self.value)


def view_of(buttons: Iterable[Act]) -> discord.ui.View:
    """The buttons under a message, for as long as it is there."""
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(button)
    return view


def cancel_button(job: str, language: str) -> discord.ui.View:
    """What a job that is not over has under it."""
    return view_of([Act.drawn("cancel", job, label=say("discord.button.cancel", language))])


def refine_button(revision: str, language: str) -> discord.ui.View:
    """What a picture has under it that came without words."""
    return view_of([Act.drawn("refine", revision, label=say("discord.button.refine", language))])


def answer_buttons(revision: Revision, language: str, *, below: bool) -> discord.ui.View:
    """What an answer has under it. below: whether there is anything to redo."""

    def button(action: str, *, disabled: bool = False, row: int = 0) -> Act:
        return Act.drawn(
            action, revision.id, label=say(f"discord.button.{action}", language), disabled=disabled, row=row
        )

    original = revision.parent is None
    return view_of(
        [
            button("undo", disabled=original),
            button("redo", disabled=not below),
            button("retry", disabled=original),
            button("variations"),
            button("refine", row=1),
            button("mask", disabled=revision.mask is None, row=1),
            button("compare", disabled=original, row=1),
            button("more", row=1),
        ]
    )


def variation_buttons(reply: Reply, language: str) -> discord.ui.View:
    """A number for each picture of a grid."""
    picks = [
        Act.drawn("pick", answer.revision.id, label=str(number), row=(number - 1) // 5)
        for number, answer in enumerate(reply.answers, 1)
    ]
    row = len(picks) // 5
    again = Act.drawn("retry", reply.answer.revision.id, label=say("discord.button.retry", language), row=row)
    return view_of([*picks, again])


def choice_buttons(revision: str, count: int, language: str, *, confirm: bool = False) -> discord.ui.View:
    """A number for each candidate of a question, and one for all of them; confirm: only whether to go on."""
    if confirm:
        return view_of([Act.drawn("choose", revision, "1", label=say("discord.button.yes", language))])
    numbered = [
        Act.drawn("choose", revision, str(number), label=str(number), row=(number - 1) // 5)
        for number in range(1, min(count, MOST_CHOICES) + 1)
    ]
    everything = Act.drawn("choose", revision, "all", label=say("discord.button.all", language), row=len(numbered) // 5)
    return view_of([*numbered, everything] if count > 1 else numbered)
