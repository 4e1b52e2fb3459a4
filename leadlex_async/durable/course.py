"""The course of one batch, worked out from what its durable steps and messages told, and from nothing else.

A replica that takes a batch over replays what was recorded through this, and arrives where the other one was.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING

import attrs
import orjson
from attrs import define, field, frozen

from .._http import convert, wire
from ..approvals.checks import happened_before
from ..approvals.launch import Launch, Outcome
from ..approvals.pushes import REMEMBERED
from ..approvals.ticket import LaunchTicket
from ..bulk.report import LaunchReport, LaunchResult

if TYPE_CHECKING:
    from .._http.plan import Plan

SHARE = 0.9
"""Of a plan's minute, what starts may take of it, all replicas together."""
TURN = 30.0
"""Seconds that a portion of starts takes. A longer one costs less for each campaign, a shorter one tells its tickets
sooner: until then nobody looks where its launches stand."""
LARGEST = 200
"""Campaigns in a portion at most, under a plan."""
LARGEST_UNLIMITED = 500
"""The same where nothing is held back, so that it takes a second or two."""
AHEAD = 3
"""Portions that a batch has handed out at once: enough that none waits for the batch, and few to hand out again."""


@frozen
class Turns:
    """How starts are handed out: portions of ``size``, one in ``period`` seconds; 0 without a limit."""

    size: int
    period: float

    @property
    def spacing(self) -> float:
        """Seconds between two starts: a portion is spread over its turn, and so is one that another takes over."""
        return self.period / self.size


def turns_of(plan: Plan) -> Turns:
    """The turns that a plan allows."""
    if plan.per_minute is None:
        return Turns(LARGEST_UNLIMITED, 0.0)
    limit = max(1, int(plan.per_minute * SHARE))
    size = min(LARGEST, max(1, int(limit * TURN / 60.0)))
    return Turns(size, 60.0 * size / limit)


# What is recorded. Names and meaning of the fields must stay while batches that recorded them are under way: a change
# needs another ``engine.VERSION``. Tickets and launches are kept as JSON, which knows its own versions.


@frozen
class Portion:
    """Campaigns to start in one turn, ``delay`` seconds from now at the earliest."""

    ids: tuple[str, ...]
    delay: float = 0.0


@frozen
class Started:
    """What came of a portion; ``rest`` was not sent and is to be tried again after ``pause`` seconds."""

    tickets: tuple[str, ...] = ()
    failed: tuple[tuple[str, Exception], ...] = ()
    rest: tuple[str, ...] = ()
    pause: float = 0.0
    requests: int = 0


@frozen
class Round:
    """What a look at the waiting launches found, and how many seconds until the next one is worth its request."""

    ended: tuple[tuple[str, str], ...]
    """Campaigns and their launches as JSON."""
    pause: float
    requests: int


@frozen
class Push:
    """What was pushed of a launch, by its task or by its campaign; without an ``outcome`` it is a hint to look."""

    outcome: str | None
    campaign_id: str | None
    task_id: str | None
    occurred_at: datetime | None
    noticed_at: datetime
    late: bool = False
    """Whether it may not be all of the truth any more: of old news only a look can tell."""


@frozen
class Summary:
    """The result of a batch: each campaign with its launch as JSON, or with the error that kept it from starting."""

    results: tuple[tuple[str, str | None, Exception | None], ...]
    requests: int
    duplicates: int

    def report(self) -> LaunchReport:
        """The same as a program wants it."""
        results = tuple(
            LaunchResult(campaign_id=campaign_id, launch=launch_from(launch) if launch else None, error=error)
            for campaign_id, launch, error in self.results
        )
        return LaunchReport(results=results, requests=self.requests, duplicates=self.duplicates)


@define
class Course:
    """Where a batch stands."""

    to_start: deque[Portion]
    handed_out: int = 0
    out: int = 0
    waiting: dict[str, LaunchTicket] = field(factory=dict[str, LaunchTicket])
    results: list[tuple[str, str | None, Exception | None]] = field(
        factory=list[tuple[str, "str | None", "Exception | None"]]
    )
    requests: int = 0
    rounds: int = 0
    tasks: dict[str, str] = field(factory=dict[str, str])
    """The campaigns that wait, by their tasks."""
    early: dict[str, Push] = field(factory=dict[str, Push])
    """What was pushed, by its task, before the portion that may hold the launch has come back."""
    pushes: int = 0
    """Decisions pushed since the last round."""
    joined: bool = False
    """Whether launches joined since the last round."""

    @classmethod
    def of(cls, ids: list[str], size: int) -> Course:
        """The course of a batch that begins."""
        portions = (Portion(tuple(ids[start : start + size])) for start in range(0, len(ids), size))
        return cls(deque(portions))

    @property
    def done(self) -> bool:
        """Whether every campaign has its result."""
        return not (self.to_start or self.out or self.waiting)

    @property
    def queued(self) -> int:
        """Campaigns that are still to be started and handed to no replica."""
        return sum(len(portion.ids) for portion in self.to_start)

    def hand_out(self) -> Portion | None:
        """The next portion to start, unless enough of them are out."""
        if self.out >= AHEAD or not self.to_start:
            return None
        self.out += 1
        self.handed_out += 1
        return self.to_start.popleft()

    def started(self, started: Started) -> None:
        """A portion came back."""
        self.out -= 1
        self.requests += started.requests
        for ticket in map(LaunchTicket.from_json, started.tickets):
            self.waiting[ticket.campaign_id] = ticket
            self.joined = True
            if ticket.task_id is not None:
                self.tasks[ticket.task_id] = ticket.campaign_id
                early = self.early.pop(ticket.task_id, None)
                if early is not None:
                    self.pushed(early)
        if not self.out:
            self.early.clear()
        self.results += [(campaign_id, None, error) for campaign_id, error in started.failed]
        if started.rest:
            self.to_start.appendleft(Portion(started.rest, started.pause))

    def looked(self, found: Round) -> None:
        """A round was made."""
        self.rounds, self.pushes, self.joined = self.rounds + 1, 0, False
        self.requests += found.requests
        for campaign_id, launch in found.ended:
            self._end(campaign_id, launch)

    def pushed(self, push: Push) -> bool:
        """Something was pushed; tells whether it may concern a launch that it does not surely decide."""
        ticket = self._concerned(push)
        if ticket is None:
            self._keep(push)
            return False
        if push.outcome is None or push.task_id != ticket.task_id or push.late:
            return not happened_before(ticket, push.occurred_at)  # of another launch perhaps: only a look can tell
        self.pushes += 1
        launch = launch_of(ticket, Outcome(push.outcome), push.noticed_at, self.rounds)
        self._end(ticket.campaign_id, launch_to(launch))
        return False

    def _concerned(self, push: Push) -> LaunchTicket | None:
        """The launch that waits for this task, or for a task of this campaign that its start did not name."""
        of_campaign = self.waiting.get(push.campaign_id or "")
        if push.task_id is None:
            return of_campaign
        named = self.waiting.get(self.tasks.get(push.task_id, ""))
        return named or (of_campaign if of_campaign is not None and of_campaign.task_id is None else None)

    def _keep(self, push: Push) -> None:
        """Keep a decision while a portion is out that may hold its launch; what is final is not replaced."""
        if not self.out or push.task_id is None or push.outcome is None:
            return
        kept = self.early.get(push.task_id)
        if kept is None or kept.outcome == Outcome.APPROVED:
            self.early[push.task_id] = push
        if len(self.early) > REMEMBERED:
            del self.early[next(iter(self.early))]

    def summary(self, duplicates: int) -> Summary:
        """The result, when all is done."""
        return Summary(tuple(self.results), self.requests, duplicates)

    def _end(self, campaign_id: str, launch: str) -> None:
        ticket = self.waiting.pop(campaign_id, None)
        if ticket is not None:
            self.tasks.pop(ticket.task_id or "", None)
            self.results.append((campaign_id, launch, None))


def launch_of(ticket: LaunchTicket, outcome: Outcome, noticed_at: datetime, polls: int) -> Launch:
    """How a launch ended, as far as its ticket tells."""
    return Launch(
        campaign_id=ticket.campaign_id,
        task_id=ticket.task_id,
        outcome=outcome,
        ticket=ticket,
        started_at=ticket.started_at,
        noticed_at=None if outcome is Outcome.TIMED_OUT else noticed_at,
        waited=max(0.0, (noticed_at - ticket.started_at).total_seconds()),
        polls=polls,
    )


def launch_to(launch: Launch) -> str:
    """A launch as JSON."""
    return wire.encode_json(attrs.asdict(launch)).decode()


def launch_from(text: str) -> Launch:
    """A launch that ``launch_to`` wrote."""
    launch = convert.structure(orjson.loads(text), Launch, path="$")
    return attrs.evolve(launch, outcome=Outcome(launch.outcome))  # cattrs leaves text in enums that are text
