"""The one poll loop of a client, which serves every waiter."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING

from ..errors import AuthenticationError, ClientClosed, LeadLexError, PermissionDenied, RateLimited
from .cadence import LONGEST, SAFETY_NET, SHORTEST, Cadence
from .launch import UpdateKind
from .pushes import GRACE, Belief, Early, Found

if TYPE_CHECKING:
    from .._http.core import Core
    from .lookup import Lookup
    from .pushes import Push
    from .watch import Watch

LULL = 60.0
"""Seconds without a new waiter after which the next one starts the interval anew: a burst does so once."""
MANY = 20
CONFIRM = 5.0
"""Seconds until a push that decides nothing has the lists read: one that does may come meanwhile."""
LEAD = (0.05, 1.0)
"""Seconds, at least and at most, that the last poll comes before a deadline, so that its answer lands on it."""


class Poller:
    """Has a round of looking up made whenever one is due, while anyone waits."""

    def __init__(self, core: Core, lookup: Lookup) -> None:
        self._core = core
        self._lookup = lookup
        self._cadence = Cadence()
        self._early = Early()
        self._fed = False
        self._found = Found()
        self._watches: dict[Watch, float] = {}
        self._since_sum = 0.0
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._last_round = -math.inf
        self._last_join = -math.inf
        self._next_round = 0.0
        self._learnt = 0.0
        self._failures = 0
        self._last_trouble: LeadLexError | None = None
        self._next_deadline: float | None = None
        self._took = 0.0

    def join(self, watch: Watch, *, soon: bool) -> None:
        """Serve a waiter; ``soon`` when its task may be decided already or a reviewer waits to see it."""
        now, first = self._now(), not self._watches
        if first:
            self._next_round = math.inf
            self._learnt = now
        if self._cadence.trusting:
            self._next_round = min(self._next_round, now + SAFETY_NET)
        elif first or now - self._last_join > LULL:
            self._cadence.restart()
            if not soon:
                self._next_round = min(self._next_round, now + self._cadence.step())
        self._last_join = now
        self._watches[watch] = watch.since
        self._since_sum += watch.since
        if soon or (watch.task_id is None and self._cadence.trusting):
            self.hasten()  # a push may name a task that only a list can tell to be ours
        if watch.deadline is not None:
            watch.timer = asyncio.get_running_loop().call_at(watch.deadline, self._expire, watch)
            self._next_deadline = min(self._next_deadline or watch.deadline, watch.deadline)
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())
        for push in self._early.of(watch.task_id, now):
            self._hear(watch, push)

    def leave(self, watch: Watch) -> None:
        """Stop serving a waiter; the last one stops the loop."""
        if watch not in self._watches:
            return
        self._since_sum -= self._watches.pop(watch)
        watch.left = True
        for timer in (watch.timer, watch.reviewing):
            if timer is not None:
                timer.cancel()
        if not self._watches and self._task is not None:
            self._task.cancel()
            self._ending.add(self._task)
            self._task.add_done_callback(self._ending.discard)
            self._task = None
            self._next_deadline = None

    async def aclose(self) -> None:
        """End every wait with ``ClientClosed``, and the loop."""
        tasks = [self._task, *self._ending, *(watch.reviewing for watch in self._watches)]
        for watch in self._watches:
            watch.fail(ClientClosed("the client was closed while this launch was waited for"))
        running = [task for task in tasks if task is not None and not task.done()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def feed(self, push: Push) -> int:
        """Take in a verified push: tells how many waits it ended."""
        self._fed = True
        concerned = self._concerned(push)
        for watch in concerned:
            self._hear(watch, push)
        if self._found.announced(push):
            self._cadence.pushed()
        self._early.keep(push, self._now())
        return sum(watch.done.done() for watch in concerned)

    def _concerned(self, push: Push) -> list[Watch]:
        # The two cheap questions first: there may be ten thousand waiters, and a hundred pushes a second.
        return [
            watch
            for watch in self._watches
            if (watch.task_id == push.task_id or watch.ticket.campaign_id == push.campaign_id)
            and not watch.done.done()
            and push.means(watch, self._core.clock.now()) is not Belief.NOTHING
        ]

    def _hear(self, watch: Watch, push: Push) -> None:
        """A push decides a wait at once, or has it looked at soon."""
        if push.status is None or push.means(watch, self._core.clock.now()) is not Belief.DECIDED:
            asyncio.get_running_loop().call_later(CONFIRM, self._confirm, watch)
            return
        expected = watch.expected
        self._lookup.settle(watch, push.status, None)
        if watch.done.done():
            self._cadence.pushed()
        elif watch.expected != expected:
            self._cadence.pushed()
            self._watch_closely()

    def _watch_closely(self) -> None:
        """What was approved is being carried out, and no documented event tells when that is done."""
        self._cadence.restart()
        self._next_round = min(self._next_round, self._now() + self._cadence.step())
        self._wake.set()

    def _confirm(self, watch: Watch) -> None:
        """Look, unless the launch is decided by now."""
        if watch in self._watches and not watch.done.done():
            self.hasten()

    def _review(self) -> None:
        """Was what polls have found pushed, too?"""
        if self._found.overdue(self._now()):
            if self._cadence.trusting and self._watches:
                self.hasten()
            self._cadence.unannounced()

    def hasten(self) -> None:
        """Something may have happened: look soon."""
        self._next_round = min(self._next_round, max(self._now(), self._last_round + SHORTEST))
        self._wake.set()

    def _expire(self, watch: Watch) -> None:
        watch.expire(now=self._now(), polls=self._lookup.rounds, trouble=self._last_trouble)

    def watching(self) -> list[Watch]:
        """Those who wait."""
        return [watch for watch in self._watches if not watch.done.done()]

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _run(self) -> None:
        with self._core.pace.reserve():
            while self._watches:
                await self._sleep()
                try:
                    await self._round()
                except Exception as error:  # noqa: BLE001 - whatever it is, no waiter may be left without an end
                    for watch in self.watching():
                        watch.fail(error)

    async def _sleep(self) -> None:
        """Until the next round is due; joining waiters may bring it forward."""
        while (delay := self._due() - self._now()) > 0:
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._wake.wait()

    def _due(self) -> float:
        if self._next_deadline is None:
            return self._next_round
        last_poll = self._next_deadline - self._lead()
        # Many deadlines in a row must not mean as many polls.
        apart = SHORTEST * min(1.0, len(self._watches) / MANY)
        return max(min(self._next_round, last_poll), self._last_round + apart)

    def _age(self) -> float:
        """Seconds that the launches have waited, on average."""
        return self._now() - self._since_sum / max(1, len(self._watches))

    def _lead(self) -> float:
        least, most = LEAD
        return min(max(2 * self._took, least), most)

    async def _round(self) -> None:
        """One round: read what must be read, end what is decided, plan the next."""
        self._last_round = began = self._now()
        waiting, age = len(self._watches), self._age()
        try:
            tally = await self._lookup.round(self.watching())
        except (AuthenticationError, PermissionDenied, ClientClosed) as error:
            for watch in self.watching():
                watch.fail(copy(error))
        except LeadLexError as error:
            self._next_round = self._now() + self._trouble(error)
        else:
            self._recover()
            self._cadence.round(
                elapsed=began - self._learnt, waiting=waiting, age=age, decided=tally.decided, requests=tally.requests
            )
            if tally.found and self._fed:
                self._note(tally.found)
            if tally.missing:
                self._cadence.search()
            self._learnt = began
            self._next_round = self._now() + self._interval()
        finally:
            self._took = self._now() - began
            self._plan_deadline()

    def _trouble(self, error: LeadLexError) -> float:
        """The round failed: tell, and try again after a pause of 2, 4, 8 ... s, or when a spent day is renewed."""
        self._failures += 1
        self._last_trouble = error
        for watch in self.watching():
            watch.tell(UpdateKind.TROUBLE, error=error)
        if isinstance(error, RateLimited) and error.daily and error.reset_at is not None:
            return max(SHORTEST, (error.reset_at - self._core.clock.now()).total_seconds())
        return min(LONGEST, math.ldexp(SHORTEST, min(self._failures - 1, 10)))

    def _recover(self) -> None:
        if self._failures:
            self._failures, self._last_trouble = 0, None
            for watch in self.watching():
                watch.tell(UpdateKind.RECOVERED)

    def _note(self, found: list[str]) -> None:
        """Polls were faster than pushes, or there are none."""
        now = self._now()
        for task_id in found:
            if self._early.of(task_id, now):
                self._cadence.pushed()  # it came, and could not be believed
            else:
                self._found.add(task_id, now)
        asyncio.get_running_loop().call_later(GRACE + SHORTEST, self._review)

    def _interval(self) -> float:
        waiting = self.watching()
        return self._cadence.interval(
            waiting=len(waiting),
            age=self._age(),
            queued=self._core.pace.queued,
            budget=self._core.pace.poll_budget(),
            announced=all(watch.announced for watch in waiting),
        )

    def _plan_deadline(self) -> None:
        past = self._now() + self._lead()
        deadlines = [watch.deadline for watch in self.watching() if watch.deadline is not None]
        self._next_deadline = min((deadline for deadline in deadlines if deadline > past), default=None)
