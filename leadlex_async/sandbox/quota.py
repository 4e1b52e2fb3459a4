"""The limits of a plan: a day that resets at 00:00 UTC and a strict sliding minute."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from attrs import frozen

from .answers import Refusal
from .clock import DAY, iso

if TYPE_CHECKING:
    from .._http.plan import Plan

MINUTE = 60
PLENTY = 1_000_000
"""What remains of a day without a limit, where an answer must show that the day is not spent."""


@frozen
class Spent:
    """A limit that is reached: the refusal, and the seconds until there is room again."""

    refusal: Refusal
    wait: int


class Quota:
    """Counts the requests that were let through; None stands for no limits and no headers."""

    def __init__(self, plan: Plan | None) -> None:
        self._per_minute = plan.per_minute if plan else None
        self._per_day = plan.per_day if plan else None
        self._arrivals: deque[float] = deque()
        self._day: int = 0
        self._used: int = 0

    def spent(self, now: float) -> Spent | None:
        """The limit that refuses a request now, if one does."""
        self._forget(now)
        if self._per_day is not None and self._used >= self._per_day:
            return Spent(limited(now), math.ceil(_reset(now) - now))
        if self._per_minute is not None and len(self._arrivals) >= self._per_minute:
            return Spent(limited(now), max(1, math.ceil(self._arrivals[0] + MINUTE - now)))
        return None

    def charge(self, now: float) -> None:
        """Count a request that was let through."""
        self._forget(now)
        self._used += 1
        if self._per_minute is not None:
            self._arrivals.append(now)

    def headers(self, now: float) -> dict[str, str]:
        """The three headers of every answer; they speak of the day only."""
        if self._per_day is None:
            return {}
        self._forget(now)
        return {
            "X-RateLimit-Limit": str(self._per_day),
            "X-RateLimit-Remaining": str(max(0, self._per_day - self._used)),
            "X-RateLimit-Reset": str(_reset(now)),
        }

    def left(self, now: float) -> dict[str, dict[str, int]]:
        """What is left of the minute and of the day, and what each allows; nothing of what has no limit."""
        self._forget(now)
        limits = {"minute": (self._per_minute, len(self._arrivals)), "day": (self._per_day, self._used)}
        return {
            name: {"limit": limit, "left": max(0, limit - used)}
            for name, (limit, used) in limits.items()
            if limit is not None
        }

    def _forget(self, now: float) -> None:
        day = int(now // DAY)
        if day != self._day:
            self._day = day
            self._used = 0
        while self._arrivals and self._arrivals[0] + MINUTE <= now:
            self._arrivals.popleft()


def limited(now: float) -> Refusal:
    """The one documented refusal for both limits; it names the reset of the day."""
    resets = iso(_reset(now)).replace(".000", "")
    return Refusal(429, "rate_limited", f"Rate limit exceeded. Resets at {resets}")


def _reset(now: float) -> int:
    return (int(now // DAY) + 1) * DAY
