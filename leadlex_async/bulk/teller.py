"""How far a bulk launch has come, counted and told."""

from __future__ import annotations

from asyncio import CancelledError
from typing import TYPE_CHECKING

from .plan import LaunchPlan, plan_launch
from .report import LaunchProgress, LaunchResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .._http.core import Core
    from .report import OnProgress


class Teller:
    """Counts, and calls ``on_progress``; what that raises goes to ``end``, and nothing is told after it."""

    def __init__(self, core: Core, on_progress: OnProgress | None, end: Callable[[BaseException], None]) -> None:
        self.total: int | None = None
        self.duplicates = 0
        self.started = self.waiting = self.decided = self.failed = 0
        self.paused_until: datetime | None = None
        self._core = core
        self._on_progress = on_progress
        self._end = end
        self._sent_before = 0

    def begin(self) -> None:
        """Count requests from now on."""
        self._sent_before = self._core.pace.sent

    @property
    def requests(self) -> int:
        """Requests of the client since the batch began."""
        return self._core.pace.sent - self._sent_before

    def pause(self, until: datetime | None) -> None:
        """Starts rest until then, or go on."""
        if (self.paused_until is None) != (until is None):
            self.paused_until = until
            self.show()

    def show(self, latest: LaunchResult | None = None) -> None:
        """Tell where it stands."""
        if self._on_progress is None:
            return
        try:
            self._on_progress(self._progress(latest))
        except CancelledError:  # which nobody sent: raised again, it would look as if the caller was cancelled
            self._fail(RuntimeError("on_progress raised CancelledError"))
        except Exception as error:  # noqa: BLE001 - it may raise anything, and the caller gets it
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._on_progress = None
        self._end(error)

    def _progress(self, latest: LaunchResult | None) -> LaunchProgress:
        return LaunchProgress(
            total=self.total,
            started=self.started,
            waiting=self.waiting,
            decided=self.decided,
            failed=self.failed,
            requests=self.requests,
            quota=self._core.pace.rate_limit,
            paused_until=self.paused_until,
            starts_end_at=self._starts_end_at(),
            latest=latest,
        )

    def _starts_end_at(self) -> datetime | None:
        if self.total is None:
            return None
        to_start = self.total - self.duplicates - self.decided - self.failed - self.waiting
        return plan_for(self._core, max(0, to_start)).starts_end_at


def plan_for(core: Core, count: int) -> LaunchPlan:
    """The plan of so many starts, with what the client knows of its quota."""
    day = core.pace.day_left()
    return plan_launch(
        count, core.pace.plan, day[0] if day else None, core.clock.now(), assumed=not core.pace.plan_is_known
    )
