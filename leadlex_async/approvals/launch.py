"""What comes out of a launch, what is told on the way, and what a reviewer may say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from attrs import frozen

from ..models.lexi import LexiTask
from .ticket import LaunchTicket


class Outcome(StrEnum):
    """How a wait ended."""

    AUTO_STARTED = "auto_started"
    """The campaign needed no approval."""
    APPROVED = "approved"
    COMPLETED = "completed"
    """Approved, and the task has been carried out."""
    DISMISSED = "dismissed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    """Nobody decided in time; only with ``raise_for_outcome=False``, as the next one."""
    LOST = "lost"

    @property
    def launched(self) -> bool:
        """Whether the campaign is on its way."""
        return self in {Outcome.AUTO_STARTED, Outcome.APPROVED, Outcome.COMPLETED}


@frozen(kw_only=True)
class Launch:
    """How a launch ended.

    ``waited`` is in seconds, ``polls`` counts the rounds of the shared poll loop meanwhile, the times are the server's;
    ``noticed_at`` is when the decision was learnt of. ``APPROVED`` and ``COMPLETED`` both mean launched: a task may
    have been carried out before it was looked at, so ask ``launched``.
    """

    campaign_id: str
    task_id: str | None
    outcome: Outcome
    ticket: LaunchTicket
    task: LexiTask | None = None
    started_at: datetime
    noticed_at: datetime | None = None
    waited: float = 0.0
    polls: int = 0

    @property
    def launched(self) -> bool:
        """Whether the campaign is on its way."""
        return self.outcome.launched


class UpdateKind(StrEnum):
    """What an update tells."""

    STARTED = "started"
    """The start was answered: the ticket is known and worth keeping."""
    PENDING = "pending"
    """The task was seen among the pending ones."""
    APPROVED = "approved"
    """The task is approved and being carried out; only with ``until="completed"``."""
    TROUBLE = "trouble"
    """A poll failed; the wait goes on."""
    RECOVERED = "recovered"
    """Polls get through again."""
    DECIDED = "decided"


@frozen(kw_only=True)
class LaunchUpdate:
    """One step of a launch, as told to ``on_update``."""

    kind: UpdateKind
    ticket: LaunchTicket
    task: LexiTask | None = None
    outcome: Outcome | None = None
    error: Exception | None = None


@frozen
class Approve:
    """A reviewer's verdict: approve the task."""


@frozen
class Dismiss:
    """A reviewer's verdict: dismiss the task for good."""

    reason: str | None = None


Verdict: TypeAlias = Approve | Dismiss | None
Reviewer: TypeAlias = Callable[[LexiTask], Awaitable[Verdict] | Verdict]
OnUpdate: TypeAlias = Callable[[LaunchUpdate], None]
Until: TypeAlias = Literal["decision", "completed"]
