"""How long the poll loop sleeps: as few requests as the decisions' promptness allows.

With λ decisions expected a second, an interval I costs k/I requests a second and lets λ·I/2 waiter-seconds pass
undetected, so that I = sqrt(2·c·k/λ) is best when one request is worth c waiter-seconds. How λ and c are estimated is
said at each; docs/benchmarks.md has what comes of it.
"""

from __future__ import annotations

import math
import random

from .._http.retry import growth

SHORTEST = 2.0
LONGEST = 60.0
SAFETY_NET = 300.0
"""Seconds between polls while pushed decisions prove to arrive, and at most after a long silence."""
PATIENCE = 0.02
"""A silence of S seconds allows an interval of 0.02·S: nobody minds 5 minutes after a night."""
PUSHES_TO_TRUST = 3
MOST_TO_TRUST = 96
"""Each time they are found to fail, pushes must prove themselves twice as often, up to this: some may never come."""
SEARCH = 4
"""Rounds in quick succession for a task that is missing."""
JITTER = 0.1

MEDIAN_WAIT = 600.0
"""Seconds; how long people take to decide, before anything is known of these people."""
BELIEF = 5.0
"""How many decisions it takes to doubt that."""
FORGET_AFTER = 3600.0
"""Seconds after which what was seen of the people's pace counts for 1/e: they go to lunch, and come back."""

LEAST_WORTH = 1.0
MOST_OF_DAY = 0.8
"""Of what is left, over the time that the launches at hand may well take: another program may need the rest."""
SCARCITY = 2200.0
MOST_CAUTION = 10.0
EXHAUSTION = 7.0 * MEDIAN_WAIT
"""N lognormal waits polled at the best interval take k·sqrt(4.13·N·median/(c·k)) requests; this leaves some over."""


class Cadence:
    """Learns how fast decisions come and tells the next interval."""

    def __init__(self) -> None:
        self._growth = growth(SHORTEST, SAFETY_NET)
        self._grown = SHORTEST
        self._seen = 0.0
        self._foreseen = 0.0
        self._cost = 1.0
        self._silence = 0.0
        self._pushes = 0
        self._to_trust = PUSHES_TO_TRUST
        self._searching = 0

    def restart(self) -> None:
        """Begin again at the shortest interval: someone new waits and nobody did before, or a task is missing."""
        self._growth = growth(SHORTEST, SAFETY_NET)

    def step(self) -> float:
        """Take the next step of the growth: seconds."""
        self._grown = next(self._growth)
        return self._grown

    def round(self, *, elapsed: float, waiting: int, age: float, decided: int, requests: int) -> None:
        """Learn from a round of polling, ``elapsed`` seconds after the last, that cost so many ``requests``."""
        fade = math.exp(-elapsed / FORGET_AFTER)
        self._seen = self._seen * fade + decided
        self._foreseen = self._foreseen * fade + waiting * hazard(age) * elapsed
        self._cost += (max(1, requests) - self._cost) / 8
        self._silence = 0.0 if decided else self._silence + elapsed
        self._searching = max(0, self._searching - 1)
        self.step()

    def search(self) -> None:
        """A task is missing: begin again at the shortest interval, whatever pushes have proved."""
        self.restart()
        self.step()
        self._searching = SEARCH

    @property
    def trusting(self) -> bool:
        """Whether pushes have proved to arrive."""
        return self._pushes >= self._to_trust

    def pushed(self) -> None:
        """A decision was pushed."""
        self._pushes += 1
        if self._pushes >= MOST_TO_TRUST:
            self._to_trust = PUSHES_TO_TRUST

    def unannounced(self) -> None:
        """A decision was found that no push announced: pushes are not to be relied on before more of them came."""
        if self._pushes:
            self._to_trust = min(2 * self._to_trust, MOST_TO_TRUST)
        self._pushes = 0

    def interval(
        self,
        *,
        waiting: int,
        age: float,
        queued: int = 0,
        budget: tuple[int, float] | None = None,
        announced: bool = True,
    ) -> float:
        """Seconds until the next round, with ``waiting`` launches undecided for ``age`` seconds on average.

        ``queued`` more will join; ``budget`` is how many requests polls may still take today, and the seconds until
        they are renewed. What is waited for is ``announced`` if there are pushes of it at all.
        """
        if self.trusting and announced and not self._searching:
            best = SAFETY_NET
        else:
            longest = min(max(LONGEST, PATIENCE * self._silence), SAFETY_NET)
            best = min(self._grown, longest, self._best(waiting, age, queued, budget))
        best = max(best, SHORTEST, self._floor(age, budget))
        return best * (1 + JITTER * random.random())  # noqa: S311 - jitter

    def _best(self, waiting: int, age: float, queued: int, budget: tuple[int, float] | None) -> float:
        expected = waiting * hazard(age) * self._pace()
        worth = self._worth(waiting + queued, budget)
        return math.sqrt(2 * worth * self._cost / expected) if expected else math.inf

    def _worth(self, launches: int, budget: tuple[int, float] | None) -> float:
        """Waiter-seconds that one request is worth: the scarcer requests are, the more.

        The last term is what would use up exactly what is left. Caution, of a lower power, keeps well away from that
        while there is plenty; its factor is measured (docs/benchmarks.md).
        """
        if budget is None:
            return LEAST_WORTH
        left = max(1, budget[0])
        caution = min(MOST_CAUTION, SCARCITY * launches / math.pow(left, 1.5))
        return max(LEAST_WORTH, caution, EXHAUSTION * launches * self._cost / left**2)

    def _pace(self) -> float:
        """How much faster than foreseen these people decide."""
        return (self._seen + BELIEF) / (self._foreseen + BELIEF)

    def _floor(self, age: float, budget: tuple[int, float] | None) -> float:
        """Leave a part of the day to others: who has waited long will wait as long again."""
        if budget is None:
            return SHORTEST
        left, renewed_in = budget
        return self._cost * min(renewed_in, max(age, MEDIAN_WAIT)) / max(1.0, left * MOST_OF_DAY)


FAR = 6.0
"""Standard deviations from which on the tail is taken for what it tends to: the exact ratio would be 0/0."""


def hazard(age: float) -> float:
    """Decisions a second of one person who has had ``age`` seconds.

    Human answering times are close to lognormal: hardly any at once, most around the median, and whoever has waited
    long will wait long.
    """
    z = math.log(max(age, 1.0) / MEDIAN_WAIT)
    if z > FAR:
        return z / max(age, 1.0)
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return density / (max(age, 1.0) * math.erfc(z / math.sqrt(2)) / 2)
