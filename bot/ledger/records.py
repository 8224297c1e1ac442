"""The records of the ledger: jobs, what becomes one, and where one stands in the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from bot.ledger.limits import Rate
from engine.lanes import Lane

State: TypeAlias = Literal["accepted", "leased", "done", "failed", "cancelled", "dead"]
UNFINISHED: tuple[State, ...] = ("accepted", "leased")


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What becomes a job when it is accepted."""

    surface: str
    author: str
    conversation: str
    lane: Lane
    request: Mapping[str, Any]
    """The message, in JSON, without its pictures."""
    effort: str
    """What kind of work it is: jobs of the same effort take about as long."""
    channel: str = ""
    guild: str = ""
    key: str | None = None
    """What the surface calls the message or the click: the same one is accepted once."""
    after: str | None = None
    """The job on whose answer this one builds."""
    given: str | None = None
    """Blob of the picture of a mask."""
    reference: str | None = None
    """Blob of the reference."""
    address: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Where the surface puts the answer, in its own words."""
    rate: Rate | None = None
    """How often its author may ask, where not as often as everybody; it is not kept with the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Application):
    """One accepted message, on its way to exactly one answer."""

    id: str
    state: State
    attempt: int
    """How often it was leased: the fencing token."""
    crashes: int
    """How often the engine died while it worked on it."""
    accepted_at: datetime
    expected_s: float
    """Seconds that work of its kind took lately."""
    share_start: float
    """Where it starts in the virtual time of its lane, s; `fairness` tells what that is."""
    share_end: float
    owner: str | None
    stop: bool
    """Whether its author wants it no more."""
    outcome: Mapping[str, Any] | None
    finished_at: datetime | None
    delivered_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it but its delivery."""
        return self.state not in UNFINISHED


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job stands in the queue."""

    ahead: int
    """Jobs that will be begun before it."""
    seconds: float
    """Until it is begun, as work of those kinds took lately."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a member may ask for."""

    waiting: int
    """Unfinished jobs of the member."""
    per_member: int
    """As many may wait."""
    free_now: int
    """So many more would be accepted at once."""
    next_s: float
    """Until one more is accepted, as work took lately; 0 while there are any."""
