"""Time in the sandbox: a clock that can be driven, and what is due when."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = 86_400


def iso(moment: float) -> str:
    """ISO 8601 in UTC with milliseconds, as the newest pages of the API write it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 text (UTC unless it says otherwise), None if it is no such text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


class Clock:
    """Epoch seconds that follow the running event loop, so that a loop with virtual time takes the sandbox along."""

    def __init__(self, source: Callable[[], float] | None = None) -> None:
        self._source = source
        self._loop: asyncio.AbstractEventLoop | None = None
        self._offset = 0.0
        self._latest = 0.0
        self._advanced = 0.0

    def now(self) -> float:
        """The sandbox's time, in seconds since 1970."""
        return (self._source() if self._source is not None else self._flow()) + self._advanced

    def advance(self, seconds: float) -> None:
        """Drive the clock forward."""
        if seconds < 0:
            raise ValueError("the clock of the sandbox only goes forward")
        self._advanced += seconds

    def _flow(self) -> float:
        # Never backwards: a loop's virtual time may be days ahead of the wall clock that is read outside of it.
        self._latest = max(self._latest, self._read())
        return self._latest

    def _read(self) -> float:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return time.time()
        if loop is not self._loop:
            self._loop = loop
            self._offset = max(time.time(), self._latest) - loop.time()
        return loop.time() + self._offset


class Agenda:
    """What happens by itself later; each entry is called with the instant it was due at."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Callable[[float], object]]] = []
        self._order = itertools.count()
        self.sooner: Callable[[], None] | None = None
        """Told whenever something is due sooner than all before it."""

    @property
    def due(self) -> float | None:
        """When the next entry is due."""
        return self._entries[0][0] if self._entries else None

    def add(self, at: float, action: Callable[[float], object]) -> None:
        """Have ``action`` happen at ``at``."""
        entry = (at, next(self._order), action)
        heapq.heappush(self._entries, entry)
        if self.sooner is not None and self._entries[0] is entry:
            self.sooner()

    def settle(self, now: float) -> None:
        """Let everything happen that is due by now, in order, what it brings about included."""
        while self._entries and self._entries[0][0] <= now:
            at, _, action = heapq.heappop(self._entries)
            action(at)
