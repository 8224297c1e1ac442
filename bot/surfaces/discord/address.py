"""Where the answer to a job goes on Discord, as the job keeps it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from bot.ledger.records import Application

SURFACE = "discord"
"""The name of this surface in messages, jobs and posts."""


class Webhook(BaseModel):
    """The way to answer an interaction in a place where the bot itself may not write."""

    model_config = ConfigDict(frozen=True)

    application: int
    token: str
    until: datetime
    """Discord takes nothing by it from then on."""


class Address(BaseModel):
    """A place in a channel, and how things are said and shown there."""

    model_config = ConfigDict(frozen=True)

    channel: int
    guild: int | None = None
    message: int | None = None
    """The message that is answered to."""
    post: int | None = None
    """The message that stands for the job already."""
    language: str = "en"
    adult: bool = False
    """Whether the channel is age-restricted."""
    spoiler: bool = False
    """Whether pictures are covered until they are clicked on."""
    format: str | None = None
    """The file format that the author prefers."""
    webhook: Webhook | None = None

    @classmethod
    def of(cls, job: Application) -> Address:
        """Where the job's answer goes."""
        return cls.model_validate(job.address)
