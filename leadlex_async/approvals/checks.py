"""What a launch is checked for: its arguments before, its outcome after."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING

from ..errors import ApprovalDismissed, ApprovalError, ApprovalFailed, ApprovalLost, ApprovalTimeout, ValidationError
from .launch import Outcome

if TYPE_CHECKING:
    from .launch import Launch, OnUpdate
    from .ticket import LaunchTicket
    from .watch import Watch

_ERRORS: dict[Outcome, tuple[type[ApprovalError], str]] = {
    Outcome.DISMISSED: (ApprovalDismissed, "the launch of campaign {} was dismissed"),
    Outcome.FAILED: (ApprovalFailed, "the launch of campaign {} was approved but failed"),
    Outcome.LOST: (ApprovalLost, "the approval of campaign {} is in no list any more, and the campaign does not run"),
}


def check_listener(on_update: OnUpdate | None) -> None:
    """An async function would be called and never awaited."""
    if iscoroutinefunction(on_update):
        raise ValidationError("on_update must be a plain function: put what it tells into a queue")


def deadline_of(timeout: float | None) -> float | None:
    """The moment of the loop's clock when so many seconds will have passed."""
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout < math.inf:
        raise ValidationError(f"timeout is in seconds, more than 0, or None to wait for ever; not {timeout!r}")
    return asyncio.get_running_loop().time() + timeout


def happened_before(ticket: LaunchTicket, occurred_at: datetime | None) -> bool:
    """Whether what happened then surely happened before the start."""
    return occurred_at is not None and in_utc(occurred_at) < ticket.started_at.replace(microsecond=0)


def in_utc(moment: datetime) -> datetime:
    """A moment that is of UTC unless it says otherwise."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def told_of(ticket: LaunchTicket | None) -> str:
    """What is known of a start that did not get through in time."""
    if ticket is None:
        return "nothing is under way from it"
    return f"it was sent and answered {ticket.status}" if ticket.status else "it was sent, its answer is not known"


def check(launch: Launch, watch: Watch, timeout: float | None) -> None:
    """Raise what a launch that did not come about, or not in time, means."""
    if watch.timed_out:
        seen = "is approved, but was not seen carried out" if launch.launched else "was not seen decided"
        trouble = f"; the last poll failed: {watch.trouble}" if watch.trouble else ""
        raise ApprovalTimeout(
            f"the launch of campaign {launch.campaign_id} {seen} within {timeout:g} s{trouble}",
            ticket=launch.ticket,
            launch=launch,
        )
    if not launch.launched:
        kind, message = _ERRORS[launch.outcome]
        raise kind(message.format(launch.campaign_id), ticket=launch.ticket, launch=launch)
