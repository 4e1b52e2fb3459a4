"""What a verified push is believed for, and whether pushes prove to arrive."""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

from attrs import frozen

from ..models.lexi import LexiTaskStatus
from .checks import happened_before, in_utc

if TYPE_CHECKING:
    from ..models.webhooks import WebhookEvent
    from .watch import Watch

REMEMBERED = 10_000
"""Tasks, at most, whose early pushes are kept."""
MOST_EACH = 10
EARLY = 600.0
"""Seconds that a push is kept: it may beat the answer of its start, or others may wait for the same launch."""
GRACE = 60.0
"""Seconds after a poll found a decision in which its push may still come."""
LATE = 60.0
"""Seconds after which a pushed approval is looked into: what was approved may have failed or be done by now."""

_DECISIONS = {
    "task.approved": LexiTaskStatus.APPROVED,
    "task.dismissed": LexiTaskStatus.DISMISSED,
    "lexi.task_approved": LexiTaskStatus.APPROVED,
    "lexi.task_completed": LexiTaskStatus.COMPLETED,
    "lexi.task_failed": LexiTaskStatus.FAILED,
}
_ABOUT_TASKS = {*_DECISIONS, "task.updated", "task.completed"}
_ABOUT_CAMPAIGNS = {"campaign.started", "campaign.paused", "campaign.deleted"}


class Belief(Enum):
    """What a push means to a waiter."""

    NOTHING = auto()
    LOOK = auto()
    """Something may have happened: the lists tell."""
    DECIDED = auto()


@frozen
class Push:
    """A verified push about a launch; without a ``status`` it decides nothing and is only a hint to look."""

    status: LexiTaskStatus | None
    task_id: str | None
    campaign_id: str | None
    occurred_at: datetime | None

    def means(self, watch: Watch, now: datetime) -> Belief:
        """What it means to this waiter, by the server's time.

        A task is decided once, so its id is enough. A campaign may be started again after the launch that is waited
        for: that it runs does not tell which of them was approved.
        """
        if self.task_id is not None and self.task_id == watch.task_id:
            believed = self.status is not None and self._possible(watch) and not self.late(now)
            return Belief.DECIDED if believed else Belief.LOOK
        unnamed = self.task_id is None or watch.task_id is None
        ours = unnamed and self.campaign_id == watch.ticket.campaign_id
        return Belief.LOOK if ours and not happened_before(watch.ticket, self.occurred_at) else Belief.NOTHING

    def late(self, now: datetime) -> bool:
        """Whether it tells of an approval so long ago that it may not be all of the truth any more."""
        if self.status != LexiTaskStatus.APPROVED or self.occurred_at is None:
            return False
        return (now - in_utc(self.occurred_at)).total_seconds() > LATE

    def _possible(self, watch: Watch) -> bool:
        """What was approved is not dismissed any more."""
        return self.status != LexiTaskStatus.DISMISSED or watch.expected == LexiTaskStatus.PENDING


def read(event: WebhookEvent) -> Push | None:
    """What a verified event tells of launches; None if it is about something else."""
    task_id, campaign_id = event.id_of("task"), event.id_of("campaign") or _campaign_of_task(event)
    if event.event in _ABOUT_TASKS and task_id:
        return Push(_DECISIONS.get(event.event), task_id, campaign_id, event.occurred_at)
    if event.event in _ABOUT_CAMPAIGNS and campaign_id:
        return Push(None, None, campaign_id, event.occurred_at)
    return None


def _campaign_of_task(event: WebhookEvent) -> str | None:
    task = event.data.get("task")
    metadata = task.get("metadata") if isinstance(task, dict) else None
    value = metadata.get("campaign_id") if isinstance(metadata, dict) else None
    return value if isinstance(value, str) else None


class Early:
    """Decisions that were pushed, for ten minutes: whoever waits for them may come later."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, list[Push]]] = {}

    def keep(self, push: Push, now: float) -> None:
        """Keep a push that decides something; told again it counts once."""
        self._drop(now)
        if push.status is None or push.task_id is None:
            return
        _, pushes = self._kept.setdefault(push.task_id, (now, []))
        if push not in pushes and len(pushes) < MOST_EACH:
            pushes.append(push)

    def of(self, task_id: str | None, now: float) -> list[Push]:
        """What was pushed about a task, what is final first."""
        self._drop(now)
        pushes = self._kept.get(task_id or "", (now, []))[1]
        return sorted(pushes, key=lambda push: push.status == LexiTaskStatus.APPROVED)

    def _drop(self, now: float) -> None:
        while self._kept:
            oldest = next(iter(self._kept))
            if len(self._kept) <= REMEMBERED and now - self._kept[oldest][0] <= EARLY:
                return
            del self._kept[oldest]


class Found:
    """Decisions that polls found first, until their pushes come or do not."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def add(self, task_id: str, now: float) -> None:
        """A poll found it before any push."""
        self._since[task_id] = now

    def announced(self, push: Push) -> bool:
        """Whether this push announces one of them."""
        return push.status is not None and self._since.pop(push.task_id or "", None) is not None

    def overdue(self, now: float) -> int:
        """How many no push has announced in time; they are forgotten."""
        missed = [task_id for task_id, since in self._since.items() if now - since >= GRACE]
        for task_id in missed:
            del self._since[task_id]
        return len(missed)
