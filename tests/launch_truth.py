"""What is true of a launch, and whether a call that ended agrees with it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from attrs import define, field

from leadlex_async import (
    AlreadyStarted,
    ApprovalTimeout,
    ClientClosed,
    LaunchTicket,
    LeadLexError,
    Outcome,
    RateLimited,
    StartOutcomeUnknown,
    TransportError,
)
from leadlex_async.approvals.launch import Until
from leadlex_async.sandbox import Sandbox

if TYPE_CHECKING:
    from leadlex_async import Launch
    from leadlex_async.sandbox import TaskRow

GRACE = 5.0
"""Seconds a start in flight is heard out beyond the deadline."""


class ReviewerBroke(Exception):
    """What a reviewer of this test raises."""


@define(eq=False)
class Origin:
    """When a launch was begun, by the server's clock, and by which call of ``begin``."""

    campaign_id: str
    at: float
    joined: bool = False


@define(eq=False)
class Waiter:
    """A call under test."""

    origin: Origin
    began: float
    timeout: float | None
    until: Until
    task: asyncio.Task[None] | None = None
    ticket: LaunchTicket | None = None
    beginning: bool = False
    cancelled: bool = False
    closed: bool = False
    manner: str | None = None
    adopting: bool = False


@define(eq=False)
class Truth:
    """A sandbox, every state that was ever seen in it, and what calls said that is not so."""

    sandbox: Sandbox
    loop: asyncio.AbstractEventLoop
    ever: defaultdict[str, set[str]] = field(factory=lambda: defaultdict[str, set[str]](set))
    unclear: set[str | None] = field(factory=set[str | None])
    """Campaigns whose task a short list may have hidden."""
    garbled: set[str | None] = field(factory=set[str | None])
    """Campaigns that the API may have said nonsense about."""
    wrong: list[str] = field(factory=list[str])

    def look(self) -> None:
        """Remember every state that a task or a campaign is ever seen in."""
        for task in self.sandbox.tasks.values():
            self.ever[task.id].add(task.status)
        for campaign in self.sandbox.campaigns.values():
            self.ever[campaign.id].add(campaign.status)

    def candidates(self, waiter: Waiter) -> list[TaskRow]:
        """The tasks that a launch may be about: those of its campaign that were not decided before it."""
        return [
            task
            for task in self.sandbox.tasks.values()
            if task.campaign_id == waiter.origin.campaign_id
            and (
                task.decided_at is None
                or task.decided_at >= waiter.origin.at
                or (waiter.origin.joined and self.ever[task.id] & {"approved", "completed"})
            )
        ]

    def judge(self, waiter: Waiter, result: Launch | BaseException) -> None:
        """Compare how a call ended with what is true at this moment."""
        self.look()
        problem = self.error(waiter, result) if isinstance(result, BaseException) else self.launch(waiter, result)
        if problem:
            self.wrong.append(f"{problem}: {result!r} of {waiter!r}; tasks {self.candidates(waiter)!r}")

    def launch(self, waiter: Waiter, launch: Launch) -> str | None:
        """What is wrong with an outcome."""
        if waiter.ticket is not None and waiter.ticket.task_id not in {None, launch.task_id}:
            return "another task"
        tasks = [task for task in self.candidates(waiter) if launch.task_id in {None, task.id}]
        states = {state for task in tasks for state in self.ever[task.id]}
        running = bool({"active", "completed"} & self.ever[launch.campaign_id])
        if launch.outcome == Outcome.TIMED_OUT:
            return self.timed_out(waiter)
        if launch.outcome == Outcome.LOST:
            return self.lost(waiter, tasks, nameless=launch.task_id is None)
        if launch.outcome == Outcome.AUTO_STARTED or (launch.launched and not tasks and launch.task_id is None):
            return None if running else "not running"
        accepted = {"approved", "completed"} if launch.outcome == Outcome.APPROVED else {launch.outcome.value}
        return None if states & accepted else "not so decided"

    def lost(self, waiter: Waiter, tasks: list[TaskRow], *, nameless: bool) -> str | None:
        """What is wrong with a launch that is said to be lost."""
        for task in tasks:
            if task.campaign_id in self.garbled:
                continue  # a campaign of a status nobody knows counts as not started
            if nameless and not waiter.origin.joined and task.created_at < waiter.origin.at:
                continue  # what was pending before is somebody else's: the start was lost and never arrived
            # An adopted launch whose task nobody named, and that was decided before it was seen, cannot be told.
            missed = nameless and waiter.origin.joined
            hidden = (
                missed or task.gone or task.campaign_id in self.unclear or task.visible_from > (task.decided_at or 0)
            )
            if not hidden or self.sandbox.campaigns[task.campaign_id or ""].status in {"active", "pending_approval"}:
                return "not lost"
        return None

    def timed_out(self, waiter: Waiter) -> str | None:
        """What is wrong with a timeout."""
        took = self.loop.time() - waiter.began
        if waiter.timeout is None or not waiter.timeout - 0.001 <= took <= waiter.timeout + GRACE + 0.001:
            return f"timed out after {took}"
        return None

    def error(self, waiter: Waiter, error: BaseException) -> str | None:
        """What is wrong with an error."""
        if isinstance(error, ApprovalTimeout):
            return self.timed_out(waiter)
        reasons = (
            (asyncio.CancelledError, waiter.cancelled),
            (ClientClosed, waiter.closed),
            (ReviewerBroke, waiter.manner == "raise"),
            (AlreadyStarted, waiter.beginning and self.sandbox.starts[waiter.origin.campaign_id]),
            ((StartOutcomeUnknown, RateLimited), waiter.beginning),
            (TransportError, waiter.beginning and isinstance(error, TransportError) and not error.sent),
            (LeadLexError, waiter.adopting),  # when it cannot be read for long enough
        )
        return None if any(isinstance(error, kind) and reason for kind, reason in reasons) else "no reason for it"
