"""What a scripted reviewer says to an approval task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tasks import TaskRow

Reviewer: TypeAlias = "Callable[[TaskRow], Decision | None]"

Action = Literal["approve", "dismiss", "fail"]


@frozen
class Decision:
    """What is decided ``after`` how many seconds; it is also the reviewer who decides every task so."""

    after: float = 0.0
    action: Action = "approve"
    reason: str | None = None

    def __call__(self, _: TaskRow) -> Decision:
        """Decide so, whatever the task."""
        return self


def approve_after(seconds: float) -> Decision:
    """Approve after some seconds."""
    return Decision(seconds)


def dismiss_after(seconds: float, reason: str | None = None) -> Decision:
    """Dismiss after some seconds."""
    return Decision(seconds, "dismiss", reason)


def fail_after(seconds: float) -> Decision:
    """Approve after some seconds, and then fail while it is carried out."""
    return Decision(seconds, "fail")
