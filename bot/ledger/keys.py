"""By which keys the ledger counts members and guilds."""

from __future__ import annotations

from typing import get_args

from engine.lanes import Lane


def of_member(author: str) -> str:
    """How often a member asks."""
    return f"member {author}"


def of_guild(guild: str) -> str:
    """How often a guild asks."""
    return f"guild {guild}"


def of_lane(lane: Lane) -> str:
    """How far a lane's virtual time has come."""
    return lane


def of_share(author: str, lane: Lane) -> str:
    """Where a member's last job ends in the virtual time of a lane."""
    return f"{lane} {author}"


def every_key(author: str) -> tuple[str, ...]:
    """Every key under which something is kept about a member."""
    return (of_member(author), *(of_share(author, lane) for lane in get_args(Lane)))
