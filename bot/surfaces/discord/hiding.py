"""Which pictures may not be shown in a place: sensitive ones, where that is not age-restricted."""

from __future__ import annotations

from collections.abc import Iterable

from bot.history import Revision
from bot.surfaces.discord.address import Address


def is_hidden(revisions: Iterable[Revision], address: Address) -> bool:
    """Whether something that shows the pictures of all these revisions may not be put there.

    Everything that shows one asks here: answers, grids, comparisons, questions, masks, history sheets and downloads.
    """
    return not address.adult and any(note.kind == "sensitive" for each in revisions for note in each.warnings)
