"""What is happening during a bulk launch, on stderr: one live line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, Self

from .report import say
from .status import on_terminal

if TYPE_CHECKING:
    from ..bulk.report import LaunchProgress
    from ..client import LeadLex
    from .live import LiveLine

EVERY = 10.0
"""Seconds between two plain lines, at least."""
STOPPING = "stopping, hearing what is on its way for up to 5 s; Ctrl-C again leaves at once"


class View(Protocol):
    """Shows what is told to it while it is entered."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *_: object) -> None:
        """Show no more."""
        ...

    def update(self, progress: LaunchProgress) -> None:
        """The batch has moved."""
        ...

    def stopping(self) -> None:
        """No more starts are sent."""
        ...


def view(total: int, leadlex: LeadLex) -> View:
    """The display that suits stderr."""
    first = f"launching {total:,} campaign{'' if total == 1 else 's'}"
    if not on_terminal():
        return PlainView(first, total)
    from .live import LiveLine

    return LiveView(LiveLine(first, leadlex, wrap=True), total)


class PlainView:
    """A line when starts pause or go on, and else one in ``every`` seconds, if there is news."""

    def __init__(self, first: str, total: int, every: float = EVERY) -> None:
        self._first, self._total, self._every = first, total, every
        self._paused_until: datetime | None = None
        self._latest: LaunchProgress | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        say(self._first, err=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def update(self, progress: LaunchProgress) -> None:
        """Print a pause at once; other news can wait, and its latest is told."""
        self._latest = progress
        if progress.paused_until != self._paused_until:
            self._paused_until = progress.paused_until
            self._print()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._every, self._print)

    def stopping(self) -> None:
        """Print it."""
        say(STOPPING, err=True)

    def _print(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._latest is not None:
            say(standing(self._latest, self._total), err=True)


class LiveView:
    """The live line."""

    def __init__(self, line: LiveLine, total: int) -> None:
        self._line, self._total = line, total
        self._stopping = False

    def __enter__(self) -> Self:
        self._line.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.__exit__()

    def update(self, progress: LaunchProgress) -> None:
        """Show it."""
        if not self._stopping:
            self._line.show(standing(progress, self._total))

    def stopping(self) -> None:
        """Show that, and nothing else any more."""
        self._stopping = True
        self._line.show(STOPPING)


def standing(progress: LaunchProgress, total: int) -> str:
    """A batch of so many campaigns in words, the most important first."""
    # What an earlier run has started is in the journal: it waits or is decided here, too.
    started = max(progress.started, progress.waiting + progress.decided)
    to_start = total - progress.waiting - progress.done
    words = [
        f"paused until {_moment(progress.paused_until)}" if progress.paused_until else "",
        f"{started:,}/{total:,} started",
        f"{progress.waiting:,} waiting",
        f"{progress.decided:,} decided",
        f"{progress.failed:,} failed" if progress.failed else "",
        f"last start {_moment(progress.starts_end_at)}" if progress.starts_end_at and to_start > 0 else "",
        f"quota {progress.quota.remaining:,}/{progress.quota.limit:,}" if progress.quota else "",
    ]
    return ", ".join(word for word in words if word)


def _moment(when: datetime) -> str:
    """The nearest minute, with the day if it is not today: the server's clock is known to about a second."""
    when += timedelta(seconds=30)
    today = when.date() == datetime.now(UTC).date()
    return f"{when:%H:%M} UTC" if today else f"{when:%Y-%m-%d %H:%M} UTC"
