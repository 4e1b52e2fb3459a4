"""``Watch``: one waiter of the poll loop, and what is known of its task."""

from __future__ import annotations

from asyncio import CancelledError, Future, Task, TimerHandle
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from ..models.lexi import LexiTaskStatus
from .launch import Launch, LaunchUpdate, OnUpdate, Outcome, Reviewer, Until, UpdateKind, Verdict
from .ticket import LaunchTicket

if TYPE_CHECKING:
    from datetime import datetime

    from ..models.lexi import LexiTask

FIRST_PATIENCE = 3
"""Rounds in which a task may be in no list before its campaign is asked."""
MOST_PATIENCE = 48

FINAL = {
    LexiTaskStatus.APPROVED: Outcome.APPROVED,
    LexiTaskStatus.COMPLETED: Outcome.COMPLETED,
    LexiTaskStatus.DISMISSED: Outcome.DISMISSED,
    LexiTaskStatus.FAILED: Outcome.FAILED,
}


@define(eq=False)
class Watch:
    """A ticket being waited for; ``done`` gets the ``Launch`` or the error that ends the wait."""

    ticket: LaunchTicket
    done: Future[Launch]
    joined: float
    since: float
    """When the launch was begun, by the loop's clock."""
    deadline: float | None = None
    until: Until = "decision"
    reviewer: Reviewer | None = None
    on_update: OnUpdate | None = None
    polls_before: int = 0
    task_id: str | None = None
    expected: LexiTaskStatus = field(default=LexiTaskStatus.PENDING, init=False)
    seen: bool = field(default=False, init=False)
    misses: int = field(default=0, init=False)
    patience: int = field(default=FIRST_PATIENCE, init=False)
    verdict: Verdict = field(default=None, init=False)
    asked: bool = field(default=False, init=False)
    left: bool = field(default=False, init=False)
    """Whether its waiter has gone."""
    timed_out: bool = field(default=False, init=False)
    trouble: Exception | None = field(default=None, init=False)
    """Why nothing could be read when time was up."""
    timer: TimerHandle | None = field(default=None, init=False)
    reviewing: Task[None] | None = field(default=None, init=False)

    @property
    def wants_record(self) -> bool:
        """Whether the record of the pending task is needed, not just its presence."""
        undecided = self.reviewer is not None and (not self.asked or self.verdict is not None)
        return undecided or (self.on_update is not None and not self.seen)

    @property
    def announced(self) -> bool:
        """Whether what it waits for is a decision of others, which is pushed, and no review or its own verdict."""
        reviewing = self.reviewing is not None and not self.reviewing.done()
        return self.expected == LexiTaskStatus.PENDING and self.verdict is None and not reviewing

    @property
    def tired(self) -> bool:
        """Whether the task was missing long enough to ask its campaign."""
        return self.misses >= self.patience

    def start_over(self) -> None:
        """The task is where it is expected, or nothing can be said: count anew."""
        self.misses = 0

    def still_pending(self) -> None:
        """The campaign says it waits for approval although no list shows the task: ask again, but less often."""
        self.misses = 0
        self.patience = min(self.patience * 2, MOST_PATIENCE)

    def tell(self, kind: UpdateKind, *, task: LexiTask | None = None, error: Exception | None = None) -> None:
        """Tell ``on_update``; what it raises ends this wait and no other."""
        self._call(LaunchUpdate(kind=kind, ticket=self.ticket, task=task, error=error))

    def _call(self, update: LaunchUpdate) -> None:
        if self.on_update is None:
            return
        try:
            self.on_update(update)
        except (Exception, CancelledError) as error:  # noqa: BLE001 - it may raise anything, and its waiter gets it
            self.fail(error)

    def expire(self, *, now: float, polls: int, trouble: Exception | None) -> None:
        """End the wait since time is up: an approval that is still being carried out is known, nothing else is."""
        if not self.done.done():
            self.timed_out, self.trouble = True, trouble
            approved = self.expected == LexiTaskStatus.APPROVED
            outcome = Outcome.APPROVED if approved else Outcome.TIMED_OUT
            self.done.set_result(self.launch(outcome, now=now, polls=polls))

    def fail(self, error: BaseException) -> None:
        """End the wait with an error."""
        if self.done.done():
            return
        if isinstance(error, (StopIteration, CancelledError)):  # which a future cannot hold, or takes for its own
            wrapped = RuntimeError(f"a callback raised {type(error).__name__}")
            wrapped.__cause__ = error
            error = wrapped
        self.done.set_exception(error)

    def finish(
        self, outcome: Outcome, *, now: float, noticed_at: datetime, polls: int, task: LexiTask | None = None
    ) -> None:
        """End the wait with an outcome."""
        if self.done.done():
            return
        launch = self.launch(outcome, now=now, polls=polls, task=task, noticed_at=noticed_at)
        self._call(LaunchUpdate(kind=UpdateKind.DECIDED, ticket=launch.ticket, task=task, outcome=outcome))
        if not self.done.done():
            self.done.set_result(launch)

    def launch(
        self,
        outcome: Outcome,
        *,
        now: float,
        polls: int,
        task: LexiTask | None = None,
        noticed_at: datetime | None = None,
    ) -> Launch:
        """The result as of now; the ticket names the task if it has become known."""
        ticket = self.ticket if self.task_id == self.ticket.task_id else evolve(self.ticket, task_id=self.task_id)
        return Launch(
            campaign_id=ticket.campaign_id,
            task_id=self.task_id,
            outcome=outcome,
            ticket=ticket,
            task=task,
            started_at=ticket.started_at,
            noticed_at=noticed_at,
            waited=now - self.joined,
            polls=polls - self.polls_before,
        )
