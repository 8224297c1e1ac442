"""What buttons do: each click is acknowledged at once, then becomes a job like a message would."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import discord
import structlog

from bot.chat import Message
from bot.ledger.records import Job
from bot.replies import say, sentence
from bot.steering import NO_QUESTION
from bot.surfaces.discord.address import SURFACE
from bot.surfaces.discord.incoming import is_covered
from bot.surfaces.discord.intake import Intake
from bot.surfaces.discord.parts import Parts
from bot.surfaces.discord.reaching import placed
from bot.surfaces.discord.rules import Rules, Visit
from bot.surfaces.discord.sources import key_of
from bot.words import language_for
from engine.errors import EditError, NeedsClarification, NoSuchRevision
from engine.operations import Choose, Compare, HistoryOperation, Plan, Redo, Refine, Retry, Undo, Vary

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

STEPS: Final[Mapping[str, Callable[[str, str | None], HistoryOperation]]] = {
    "undo": lambda subject, value: Undo(),
    "redo": lambda subject, value: Redo(),
    "retry": lambda subject, value: Retry(),
    "variations": lambda subject, value: Vary(n=int(value or 4)),
    "compare": lambda subject, value: Compare(),
    "choose": lambda subject, value: Choose(candidate=value or "1"),
    "grow": lambda subject, value: Refine(change="grow the mask"),
    "shrink": lambda subject, value: Refine(change="shrink the mask"),
    "soften": lambda subject, value: Refine(change="soften the mask"),
    "invert": lambda subject, value: Refine(change="invert the mask"),
    "others": lambda subject, value: Refine(change="the other one"),
}
"""Buttons that become a job at once: the step that each is."""
SHOWN_ONCE: Final = ("pick", "mask", "more")
"""Others that a double click means once."""
ACKNOWLEDGED_BEFORE: Final = 40060
"""Discord's code for an interaction that was acknowledged already."""
DOUBLE_S: Final = 1.0
"""Two clicks on one button in this time are a double click."""
WORDED: Final = ("choose",)
"""Those whose value is what their author would have written."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a button or a choice in a menu, not acknowledged yet."""

    interaction: discord.Interaction[RetouchClient]
    action: str
    subject: str
    """The revision or the job that it is about."""
    value: str | None
    visit: Visit
    about: int | None
    """The message that it is about and that its answer is put under; None: nobody else sees that."""

    @property
    def language(self) -> str:
        """In which it is answered."""
        return self.visit.language


@dataclass(frozen=True, slots=True)
class _Last:
    """What somebody clicked on last, and when by the loop's clock."""

    click: tuple[int, int, str]
    at: float


Handler = Callable[[Click], Awaitable[None]]


class Clicks:
    """Carries clicks out; panels add handlers of their own."""

    def __init__(self, parts: Parts, rules: Rules, intake: Intake) -> None:
        self._parts, self._rules, self._intake = parts, rules, intake
        self._recent: dict[int, _Last] = {}
        self._carried: Counter[tuple[int, int, str]] = Counter()
        self._handlers: dict[str, Handler] = {"cancel": self._cancel, "choose": self._choose}

    def learn(self, action: str, handler: Handler) -> None:
        """Clicks of that action go there; the handler acknowledges them."""
        self._handlers[action] = handler

    async def clicked(
        self,
        interaction: discord.Interaction[RetouchClient],
        action: str,
        subject: str,
        value: str | None,
        about: int | None = None,
    ) -> None:
        """Somebody clicked; nothing that goes wrong with it is left untold.

        about: the message that it is about, where that is not the one clicked on, such as for a menu or a form.
        """
        try:
            if self._is_double(interaction) and (action in STEPS or action in SHOWN_ONCE):
                await acknowledge(interaction)
                return
            if action in STEPS or action == "pick":
                await acknowledge(interaction)
            with self._in_hand(interaction):
                await self._carry_out(interaction, action, subject, value, about or _public(interaction.message))
        except discord.NotFound:
            # Acknowledged too late, as after a long stall: the author is told by Discord, and clicks again.
            self._recent.pop(interaction.user.id, None)
            log.warning("click_too_late", action=action)
        except Exception:
            log.exception("click_broke", action=action)
            await whisper(interaction, say("discord.failed", language_for(str(interaction.locale))))

    def _is_double(self, interaction: discord.Interaction[RetouchClient]) -> bool:
        """Whether it is the second of two clicks without another between them: one answer is meant."""
        moment, click = asyncio.get_running_loop().time(), _name_of(interaction)
        recent = {who: last for who, last in self._recent.items() if moment - last.at < DOUBLE_S}
        before = recent.get(interaction.user.id)
        self._recent = {**recent, interaction.user.id: _Last(click, moment)}
        return (before is not None and before.click == click) or click in self._carried

    @contextmanager
    def _in_hand(self, interaction: discord.Interaction[RetouchClient]) -> Generator[None]:
        """Meanwhile the same click is a double one, however long it takes."""
        click = _name_of(interaction)
        self._carried[click] += 1
        try:
            yield
        finally:
            self._carried -= Counter((click,))

    async def _carry_out(
        self,
        interaction: discord.Interaction[RetouchClient],
        action: str,
        subject: str,
        value: str | None,
        about: int | None,
    ) -> None:
        visit = await self._rules.visit(
            interaction.user, interaction.channel, interaction.guild, str(interaction.locale)
        )
        click = Click(interaction, action, subject, value, visit, about)
        try:
            if visit.refusal:
                await whisper(interaction, visit.refusal)
            elif (handler := self._handlers.get(action)) is not None:
                await handler(click)
            elif action in STEPS:
                await self.take(click, STEPS[action](subject, value))
            else:
                await whisper(interaction, say("discord.failed", visit.language))
        except EditError as error:
            forgotten = isinstance(error, NoSuchRevision) and error.wanted in (subject, value)
            words = say("discord.forgotten", visit.language) if forgotten else None
            await whisper(interaction, words or sentence(error, visit.language, surface="chat"))

    async def take(self, click: Click, operation: Any, words: str | None = None) -> None:
        """A job that carries the operation out on the clicked revision. Raises: EditError."""
        said = words or (click.value if click.action in WORDED else None) or click.action
        plan = Plan(instruction=said, operations=(operation,), confidence=1.0)
        await self.ask(click, said, plan)

    async def ask(self, click: Click, words: str, plan: Plan | None = None) -> None:
        """A job of the words, or the plan where there is one, on the clicked revision. Raises: EditError."""
        visit = click.visit
        message = Message(
            words, visit.author, SURFACE, visit.channel, reply_to=click.subject, model=visit.model, plan=plan
        )
        spoiler = visit.address.spoiler or is_covered(click.interaction.message)
        address = visit.address.model_copy(update={"message": click.about, "spoiler": spoiler})
        async with placed(click.interaction, address) as here:
            job = await self._intake.accept(message, visit, here, key_of(click.interaction.id))
        if not job.is_over:
            click.interaction.client.soon(self._intake.type(here.channel))

    async def asker(self, message: int | None) -> str | None:
        """Who asked for what a message of the bot's shows; None where nothing of that is known any more."""
        job = await self._job_of(message)
        return job.author if job else None

    async def _job_of(self, message: int | None) -> Job | None:
        post = await self._parts.posts.of_message(SURFACE, str(message))
        return await self._parts.server.ledger.job(post.job) if post and post.job else None

    async def _choose(self, click: Click) -> None:
        """Only whoever was asked answers with a button; others do in words, on a branch of their own."""
        asker = await self.asker(click.about)
        if asker not in (None, click.visit.author):
            await whisper(click.interaction, say("discord.only_author", click.language, member=f"<@{asker}>"))
            return
        if await self._is_outdated(click):
            raise NeedsClarification(NO_QUESTION)
        await self.take(click, STEPS["choose"](click.subject, click.value))

    async def _is_outdated(self, click: Click) -> bool:
        """Whether the conversation waits for the answer to another question than the one that the message asks."""
        history = self._parts.server.house.history
        open_question = await history.open_question((await history.revision(click.subject)).conversation)
        asked = await self._job_of(click.about)
        if open_question is None or asked is None:
            return False
        return open_question.instruction != asked.request["instruction"]

    async def _cancel(self, click: Click) -> None:
        """Only its author's job stops."""
        desk, ledger = self._parts.server.desk, self._parts.server.ledger
        job = await ledger.job(click.subject)
        if job is not None and job.author != click.visit.author:
            await whisper(click.interaction, say("discord.only_author", click.language, member=f"<@{job.author}>"))
            return
        await acknowledge(click.interaction)
        if not await desk.cancel(click.subject, click.visit.author):
            await whisper(click.interaction, say("discord.too_late", click.language))


def _name_of(interaction: discord.Interaction[Any]) -> tuple[int, int, str]:
    """Who clicked, and on what."""
    shown = interaction.message.id if interaction.message else 0
    return interaction.user.id, shown, str((interaction.data or {}).get("custom_id"))


def _public(message: discord.Message | None) -> int | None:
    """The message, where others see it too."""
    return None if message is None or message.flags.ephemeral else message.id


async def acknowledge(interaction: discord.Interaction[Any]) -> None:
    """Discord is told within its three seconds that the click arrived. Raises: discord.NotFound when it is too late."""
    if interaction.response.is_done():
        return
    try:
        await interaction.response.defer()
    except discord.HTTPException as error:
        # Discord told of the click again, as it does after a reconnection; it is one job all the same.
        if error.code != ACKNOWLEDGED_BEFORE:
            raise


async def whisper(interaction: discord.Interaction[Any], words: str, **shown: Any) -> None:
    """Something that only the one who clicked sees; that was just now, so the interaction can still be answered."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(words, ephemeral=True, **shown)
        else:
            await interaction.response.send_message(words, ephemeral=True, **shown)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        log.warning("not_whispered", why=type(error).__name__, code=getattr(error, "code", None))
