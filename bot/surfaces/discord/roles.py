"""What each picture of a message is for: a subject, the mask of one, or a reference."""

from __future__ import annotations

from typing import Any, Final, cast

from bot.attachments import Roles, sort_out
from bot.surfaces.discord.sources import Source
from bot.surfaces.discord.uploads import Upload
from engine.data import Picture
from engine.imageio.decoded import turned_with
from engine.operations import (
    Add,
    Alter,
    Background,
    Choose,
    Compare,
    Generate,
    Goto,
    Plan,
    Redo,
    Refine,
    Replace,
    Replay,
    Restart,
    Retry,
    Style,
    Undo,
)

WITH_REFERENCE: Final = (Add, Alter, Background, Generate, Replace, Style)
"""Operations that may look at a second picture."""
OF_AN_EDIT: Final = (Undo, Redo, Goto, Restart, Retry, Compare, Refine, Choose)
"""Operations that go on from an edit."""


def roles_of(source: Source, words: str, plan: Plan) -> tuple[Roles, list[Upload]]:
    """What each upload is for."""
    uploads = [*source.subjects, *source.attached]
    if any(isinstance(operation, Replay) for operation in plan.operations):
        return Roles(tuple(range(len(uploads))), None, None), uploads
    takes = any(isinstance(operation, WITH_REFERENCE) for operation in plan.operations)
    if source.subjects:
        return _beside(source, words, takes=takes), uploads
    pictures = [upload.decoded.picture for upload in source.attached]
    return sort_out(pictures, words, parent=source.picture, takes_reference=takes), uploads


def _beside(source: Source, words: str, *, takes: bool) -> Roles:
    """What was attached belongs to the pictures of the other message, all of which are meant."""
    count = len(source.subjects)
    attached = [upload.decoded.picture for upload in source.attached]
    first = source.subjects[0].decoded.picture
    roles = sort_out(attached, words, parent=first, takes_reference=takes) if attached else Roles((), None, None)
    mask, reference = (None if index is None else index + count for index in (roles.mask, roles.reference))
    return Roles(tuple(range(count)), mask, reference)


def mask_of(roles: Roles, uploads: list[Upload]) -> Picture | None:
    """The picture of the mask, turned as its photo is."""
    if roles.mask is None:
        return None
    mask = uploads[roles.mask].decoded
    return turned_with(mask, uploads[roles.subjects[0]].decoded) if roles.subjects else mask.picture


def is_step(plan: Plan) -> bool:
    """Whether it means nothing on a picture that was never edited."""
    return bool(plan.operations) and all(isinstance(operation, OF_AN_EDIT) for operation in plan.operations)


def is_generating(plan: Plan) -> bool:
    """Whether the picture is made from words alone."""
    return len(plan.operations) == 1 and isinstance(cast(Any, plan.operations[0]), Generate)
