"""By which keys the ledger counts members and guilds."""

from __future__ import annotations

from typing import get_args

from bot.ledger.limits import Rate
from engine.lanes import Lane


def of_member(author: str, rate: Rate | None = None) -> str:
    """How often a member asks, at the rate that everybody has, or at one of their own: each has a count of its own."""
    return f"member {author}" if rate is None else f"member {author} at {rate.per_minute:g}/{rate.burst}"


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
    """Every key under which something is kept about a member, but for rates of their own."""
    return (of_member(author), *(of_share(author, lane) for lane in get_args(Lane)))


def own_rates(author: str) -> tuple[str, str]:
    """Between which keys a member is counted at rates of their own."""
    return f"member {author} at ", f"member {author} at ~"
