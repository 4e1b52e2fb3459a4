"""How long the poll loop sleeps: as few requests as the decisions' promptness allows.

While nothing moves the interval grows by ``backoff.expo`` from 2 s to a ceiling. The ceiling weighs a request against
the time decisions lie undetected: with λ decisions expected a second, an interval I costs 1/I requests and lets
λ·I/2 waiter-seconds pass a second, so that sqrt(2c/λ) is best when one request is worth c waiter-seconds.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import backoff

if TYPE_CHECKING:
    from collections.abc import Generator

SHORTEST = 2.0
LONGEST = 60.0
SAFETY_NET = 300.0
"""Seconds between polls while pushed decisions prove to arrive."""
PUSHES_TO_TRUST = 3
JITTER = 0.1
WORTH = 4.0
"""Waiter-seconds that one request is worth; measured, see docs/benchmarks.md."""
PRIOR_WAIT = 600.0
PRIOR_WEIGHT = 3.0
"""Decisions' worth of belief in the prior median wait."""
FORGET_AFTER = 1800.0
"""Seconds after which what was seen of the people's pace counts for 1/e."""


class Cadence:
    """Learns how fast decisions come and tells the next interval."""

    def __init__(self) -> None:
        self._growth = _growth()
        self._grown = SHORTEST
        self._decisions = 0.0
        self._exposure = 0.0
        self._cost = 1.0
        self._pushes = 0

    def restart(self) -> None:
        """Begin again at the shortest interval: someone new waits, and nobody did before."""
        self._growth = _growth()
        self._grown = next(self._growth)

    def round(self, *, elapsed: float, waiting: int, decided: int, requests: int) -> None:
        """Learn from a round of polling that came ``elapsed`` seconds after the last and cost ``requests``."""
        fade = math.exp(-elapsed / FORGET_AFTER)
        self._decisions = self._decisions * fade + decided
        self._exposure = self._exposure * fade + waiting * elapsed
        self._cost += (max(1, requests) - self._cost) / 8
        self._grown = next(self._growth)

    def pushed(self) -> None:
        """A decision was pushed before any poll found it."""
        self._pushes += 1

    def unannounced(self) -> None:
        """A poll found a decision that no push had announced: pushes are not to be relied on."""
        self._pushes = 0

    def interval(self, *, waiting: int, queued: int = 0, day: tuple[int, float] | None = None) -> float:
        """Seconds until the next round, with ``waiting`` launches undecided.

        ``queued`` requests wait for their turn; ``day`` is how many are left today and in how many seconds it ends.
        """
        longest = SAFETY_NET if self._pushes >= PUSHES_TO_TRUST else LONGEST
        ceiling = math.sqrt(2 * WORTH * self._cost / self._expected(waiting)) if waiting else longest
        best = min(max(ceiling, SHORTEST), longest)
        if self._pushes >= PUSHES_TO_TRUST:
            best = longest
        best = max(min(self._grown, best), self._floor(waiting, queued, day))
        return best * (1 + JITTER * random.random())  # noqa: S311 - jitter

    def _hazard(self) -> float:
        """Decisions a second for each launch that waits."""
        prior = PRIOR_WEIGHT * PRIOR_WAIT / math.log(2)
        return (self._decisions + PRIOR_WEIGHT) / (self._exposure + prior)

    def _expected(self, waiting: int) -> float:
        return waiting * self._hazard()

    def _floor(self, waiting: int, queued: int, day: tuple[int, float] | None) -> float:
        """Spread what is left of the day over the time until most will be decided, or until the day is renewed."""
        if day is None:
            return SHORTEST
        left, renewed_in = day
        polls = left - min(queued, int(left * 0.9))
        halvings = math.log2(waiting + queued + 2)
        horizon = min(renewed_in, halvings * math.log(2) / self._hazard())
        return max(SHORTEST, self._cost * horizon / max(polls, 1)) if polls < horizon / SHORTEST else SHORTEST


def _growth() -> Generator[float, None, None]:
    """2, 4, 8 ... seconds."""
    steps = backoff.expo(base=2, factor=SHORTEST, max_value=SAFETY_NET)
    next(steps)
    for step in steps:
        yield float(step or SHORTEST)
