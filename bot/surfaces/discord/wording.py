"""The lines of the bot's messages: how a job goes on, and what stands under an answer."""

from __future__ import annotations

import math
from collections.abc import Iterator

import discord

from bot.chat import Answer, Reply
from bot.ledger.records import Place
from bot.replies import duration, notice, receipt, say
from bot.understood import understood
from engine.operations import Choose, Goto

LONGEST = 1900
"""Characters of a message, some below Discord's 2000."""
DOUBTS = ("main_subject", "missed", "doubt")
"""Notices that are as important as what was done: it may not be what was meant."""
BAR = 12
"""Marks of a progress bar."""


def progress(stage: str | None, fraction: float, left_s: float | None, place: Place | None, language: str) -> str:
    """Where the job stands, in one line."""
    if stage is None:
        if place is None or (place.ahead == 0 and place.seconds < 1):
            return say("discord.starting", language)
        return say("discord.queued", language, place=place.ahead + 1, time=duration(place.seconds, language))
    done = round(BAR * min(max(fraction, 0.0), 1.0))
    bar = "▰" * done + "▱" * (BAR - done)
    line = f"{bar} {say(f'discord.stage.{stage}', language)} · {math.floor(100 * min(fraction, 1.0))} %"
    if left_s is None or left_s < 1:
        return line
    return f"{line} · {say('discord.left', language, time=duration(left_s, language))}"


def under(reply: Reply, language: str, *notes: str) -> str:
    """What was understood, the receipt in small print, and what else should be known."""
    lines = [discord.utils.escape_markdown(done(reply, language))]
    lines += [notice(note, language, surface="chat") for note in reply.notices if note.kind in DOUBTS]
    lines.append(f"-# {' · '.join(_facts(reply, reply.answer, language))}")
    lines += [f"-# {notice(note, language, surface='chat')}" for note in reply.notices if note.kind not in DOUBTS]
    lines += [f"-# {note}" for note in notes if note]
    return shortened("\n".join(lines))


def done(reply: Reply, language: str) -> str:
    """What was done, in a sentence: an answer to a question is told as what came of it, a revision by its number."""
    revision, plan = reply.answer.revision, reply.plan
    match plan.operations:
        case (Choose(),) if revision.plan is not None:
            plan = revision.plan
        case (Goto(),):
            plan = plan.model_copy(update={"operations": (Goto(revision=str(revision.number)),)})
        case _:
            pass
    return understood(plan, language)


def shortened(text: str) -> str:
    """The text as Discord takes it."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _facts(reply: Reply, answer: Answer, language: str) -> Iterator[str]:
    yield say("discord.revision", language, number=answer.revision.number)
    if answer.whole or answer.outside_changed is not None:
        yield receipt(answer.outside_changed, whole=answer.whole, language=language)
    seconds = sum(reply.timings_ms.values()) / 1000
    if seconds >= 0.1:
        yield say("discord.took", language, seconds=f"{seconds:.1f}")
