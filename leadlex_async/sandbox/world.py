"""``World``: one workspace, its clock and how it is set."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from attrs import frozen

from .answers import Refusal
from .caps import Caps
from .clock import Agenda, Clock
from .faults import FaultKind
from .outbox import Outbox
from .quota import Quota
from .replays import Replays
from .store import Store

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from .._http.plan import Plan
    from .decisions import Reviewer
    from .faults import Fault
    from .push_faults import PushFault
    from .store import CampaignRow
    from .tasks import TaskRow


@frozen
class LogEntry:
    """One request that reached the server; ``status`` is None when no answer was sent."""

    at: float
    method: str
    path: str
    query: str
    operation: str
    status: int | None
    fault: FaultKind | None = None


class World:
    """The state behind a sandbox. Its plain attributes may be set at any time."""

    def __init__(self, plan: Plan | None, now: Callable[[], float] | None) -> None:
        self.approval_above = 100
        self.reviewer: Reviewer | None = None
        self.execution = 5.0
        self.latency = 0.0
        self.visibility_delay = 0.0
        self.list_cap: int | None = None
        self.null_task_id = False
        self.retry_after = False
        self.credits = 5000
        self.allow_loopback = False
        self.faults: list[Fault] = []
        self.push_faults: list[PushFault] = []
        self.log: list[LogEntry] = []
        self.store = Store()
        self.agenda = Agenda()
        self.outbox = Outbox(self.store, self.agenda, self.wake)
        self.quota = Quota(plan)
        self.replays = Replays()
        self.caps = Caps()
        self.request_ids = itertools.count(1)
        self._clock = Clock(now)

    def now(self) -> float:
        """The sandbox's time, in seconds since 1970."""
        return self._clock.now()

    def advance(self, seconds: float) -> None:
        """Drive the clock forward and let happen what is due by then."""
        self._clock.advance(seconds)
        self.settle()
        self.wake()

    def wake(self) -> None:
        """Something is to be carried, or time has passed; a world without a courier lets it lie."""

    def spend(self, cost: int) -> None:
        """Take credits off, or refuse; an empty account refuses even what costs nothing."""
        if self.credits < max(1, cost):
            raise Refusal(402, "insufficient_credits", "Your workspace has no Lexi credits remaining")
        self.credits -= cost

    def settle(self) -> float:
        """Let everything happen that is due by now, and tell the time."""
        now = self._clock.now()
        self.agenda.settle(now)
        return now

    @property
    def campaigns(self) -> dict[str, CampaignRow]:
        """The campaigns by id."""
        self.settle()
        return self.store.campaigns

    @property
    def tasks(self) -> dict[str, TaskRow]:
        """The approval tasks by id, those in no list included."""
        self.settle()
        return self.store.board.rows

    @property
    def starts(self) -> Counter[str]:
        """Starts that took effect, by campaign: more than one without a pause between is a double start."""
        self.settle()
        return self.store.starts

    def count(self, operation: str | None = None) -> int:
        """How many requests reached the server, or one operation of it (an ``Op.label``)."""
        return len(self.log) if operation is None else sum(entry.operation == operation for entry in self.log)
