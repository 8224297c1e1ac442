"""How much a server takes on; light to import, for the settings to name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from engine.lanes import Lane


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a minute for long, and so many at once."""

    per_minute: float
    burst: int

    @property
    def interval(self) -> timedelta:
        """Between two requests that come evenly."""
        return timedelta(minutes=1 / self.per_minute)


MEMBER_RATE, GUILD_RATE = Rate(per_minute=20, burst=10), Rate(per_minute=600, burst=200)


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """What is accepted, and how much of it is worked on at once."""

    waiting: int = 500
    """Unfinished jobs of everybody."""
    per_member: int = 10
    """Unfinished jobs of one member."""
    per_guild: int = 300
    """Unfinished jobs of one guild."""
    running_each: int = 2
    """Jobs of one member that are worked on at once, in a lane."""
    member_rate: Rate = MEMBER_RATE
    guild_rate: Rate = GUILD_RATE
    crashes: int = 3
    """How often the engine may die of a job."""
    workers: Mapping[Lane, int] = field(default_factory=lambda: {"quick": 2, "heavy": 4})
