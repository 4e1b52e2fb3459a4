"""An event loop in a hurry: a hundred seconds pass in one, sockets and threads included."""

from __future__ import annotations

import asyncio
import selectors
import time

SPEED = 100.0

EVENING = 1_767_309_000.0
"""2026-01-01 23:10 UTC: most runs meet a midnight."""


class _HastySelector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(None if timeout is None else timeout / SPEED)


class HastyLoop(asyncio.SelectorEventLoop):
    """Its clock and its timers run a hundred times faster than the world's."""

    def __init__(self) -> None:
        super().__init__(_HastySelector())

    def time(self) -> float:
        """Hasty seconds on the machine's monotonic clock."""
        return super().time() * SPEED


class HastyClock:
    """A wall clock at the same speed, from an evening on."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self) -> float:
        """Epoch seconds."""
        return EVENING + (time.monotonic() - self._began) * SPEED
