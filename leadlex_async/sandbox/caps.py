"""Caps besides the plan's limits: so many calls of a kind in an hour."""

from __future__ import annotations

from collections import defaultdict, deque

from .answers import Refusal

HOUR = 3600


class Caps:
    """Counts the calls of the last hour by kind."""

    def __init__(self) -> None:
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, kind: str, most: int, now: float) -> None:
        """Count a call, or refuse it."""
        calls = self._calls[kind]
        while calls and calls[0] + HOUR <= now:
            calls.popleft()
        if len(calls) >= most:
            raise Refusal(429, "rate_limited", f"At most {most} {kind} calls per hour and workspace")
        calls.append(now)
