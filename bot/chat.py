"""What people and the bot say to each other, whatever the surface."""

from __future__ import annotations

from dataclasses import dataclass

from bot.history import Revision
from engine.data import UNMOVED, Mask, Notice, Offset, Picture
from engine.operations import Plan
from engine.selection.marks import Marks


@dataclass(frozen=True, eq=False)
class Message:
    """One instruction, and the pictures that came with it."""

    instruction: str
    author: str
    surface: str
    channel: str = ""
    picture: Picture | None = None
    """A new picture: it starts a conversation."""
    name: str = ""
    """What the picture's file was called."""
    notices: tuple[Notice, ...] = ()
    """Remarks from reading the picture."""
    mask: Picture | Marks | None = None
    """Where to edit, as it was sent: a picture of a mask, scribbles on the picture, or shapes and clicks."""
    reference: Picture | None = None
    reply_to: str | None = None
    """The revision replied to; None: the author's latest here."""
    backend: str | None = None
    model: str | None = None
    """A model of the backend, by name or path."""
    seed: int | None = None
    count: int = 1
    """How many variations of the edit."""
    plan: Plan | None = None
    """A plan already understood, such as a recipe's step; None: read the instruction."""


@dataclass(frozen=True, eq=False)
class Answer:
    """One picture of a reply: the revision it is, and the receipt of how it came to be."""

    revision: Revision
    picture: Picture
    mask: Mask | None = None
    offset: Offset | None = UNMOVED
    outside_changed: int | None = None
    whole: bool = False
    """Whether the whole picture may have changed."""
    resized: bool = False
    """Whether the picture's size is not its parent's."""
    compared: bool = False
    """Whether the picture shows the revision beside the original."""


@dataclass(frozen=True, eq=False)
class Reply:
    """What the bot answers to one message: a picture, or several variations of it."""

    plan: Plan
    answers: tuple[Answer, ...]
    notices: tuple[Notice, ...]
    timings_ms: dict[str, float]

    @property
    def answer(self) -> Answer:
        """The first picture."""
        return self.answers[0]
