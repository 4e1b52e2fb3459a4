"""The one poll loop of a client, which serves every waiter."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve

from ..errors import (
    AuthenticationError,
    ClientClosed,
    LeadLexError,
    NotFound,
    PermissionDenied,
    RateLimited,
)
from ..models.campaigns import CampaignStatus
from ..models.lexi import LexiTaskStatus
from .cadence import LONGEST, SHORTEST, Cadence
from .launch import Outcome, UpdateKind
from .review import ReviewDesk
from .watch import FINAL, FIRST_PATIENCE

if TYPE_CHECKING:
    from .._http.core import Core
    from ..models.lexi import LexiTask
    from ..resources.lexi import Lexi
    from .ledger import Ledger
    from .reader import Reader, TaskList
    from .watch import Watch

LOOK_UP = (LexiTaskStatus.APPROVED, LexiTaskStatus.COMPLETED, LexiTaskStatus.DISMISSED, LexiTaskStatus.FAILED)
"""Where a task may be that is no longer pending, in the order it passes through them."""
QUESTIONS = 2
"""Campaigns asked in one round about tasks that are in no list."""
LULL = 60.0
"""Seconds without a new waiter after which the next one starts the interval anew: a burst does so once."""
MANY = 20
LEAD = (0.05, 1.0)
"""Seconds, at least and at most, that the last poll comes before a deadline, so that its answer lands on it."""


class Poller:
    """Reads the lists of tasks in rounds while anyone waits, and ends the waits of those that are decided."""

    def __init__(self, core: Core, reader: Reader, lexi: Lexi, ledger: Ledger) -> None:
        self._core = core
        self._reader = reader
        self._ledger = ledger
        self._desk = ReviewDesk(lexi, self._settle)
        self._cadence = Cadence()
        self._watches: dict[Watch, float] = {}
        self._joined = 0.0
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._found = dict.fromkeys(LOOK_UP, 0.0)
        self._rounds = 0
        self._requests = 0
        self._movements = 0
        self._last_round = -math.inf
        self._last_join = -math.inf
        self._next_round = 0.0
        self._learnt = 0.0
        self._failures = 0
        self._next_deadline: float | None = None
        self._took = 0.0

    @property
    def rounds(self) -> int:
        """How many rounds there were."""
        return self._rounds

    def join(self, watch: Watch, *, soon: bool) -> None:
        """Serve a waiter; ``soon`` when its task may be decided already or a reviewer waits to see it."""
        now = self._now()
        if not self._watches:
            self._next_round = math.inf
            self._learnt = now
        if now - self._last_join > LULL or not self._watches:
            self._cadence.restart()
            if not soon:
                self._next_round = min(self._next_round, now + self._cadence.step())
        self._last_join = now
        self._watches[watch] = watch.since
        if watch.deadline is not None:
            watch.timer = asyncio.get_running_loop().call_at(watch.deadline, self._expire, watch)
        self._joined += watch.since
        if soon:
            self.hasten()
        if watch.deadline is not None:
            self._next_deadline = min(self._next_deadline or watch.deadline, watch.deadline)
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    def leave(self, watch: Watch) -> None:
        """Stop serving a waiter; the last one stops the loop."""
        if watch not in self._watches:
            return
        self._joined -= self._watches.pop(watch)
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

    def pushed(self, watch: Watch, status: LexiTaskStatus) -> None:
        """A verified push decides a wait at once."""
        self._cadence.pushed()
        self._settle(watch, status, None)

    def hasten(self) -> None:
        """Something may have happened: look soon."""
        self._next_round = min(self._next_round, max(self._now(), self._last_round + SHORTEST))
        self._wake.set()

    def _expire(self, watch: Watch) -> None:
        watch.expire(now=self._now(), polls=self._rounds)

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
        return self._now() - self._joined / max(1, len(self._watches))

    def _lead(self) -> float:
        least, most = LEAD
        return min(max(2 * self._took, least), most)

    async def _round(self) -> None:
        """One round: read what must be read, end what is decided, plan the next."""
        self._last_round = began = self._now()
        waiting, age = len(self._watches), self._age()
        self._rounds, self._requests, self._movements = self._rounds + 1, 0, 0
        try:
            await self._read()
        except (AuthenticationError, PermissionDenied, ClientClosed) as error:
            for watch in self.watching():
                watch.fail(error)
        except LeadLexError as error:
            self._next_round = self._now() + self._trouble(error)
        else:
            self._recover()
            self._cadence.round(
                elapsed=began - self._learnt, waiting=waiting, age=age, decided=self._movements, requests=self._requests
            )
            self._learnt = began
            self._next_round = self._now() + self._interval()
        finally:
            self._reader.forget()
            self._took = self._now() - began
            self._plan_deadline()

    def _trouble(self, error: LeadLexError) -> float:
        """The round failed: tell, and try again after a pause of 2, 4, 8 ... s, or when a spent day is renewed."""
        self._failures += 1
        for watch in self.watching():
            watch.tell(UpdateKind.TROUBLE, error=error)
        if isinstance(error, RateLimited) and error.daily and error.reset_at is not None:
            return max(SHORTEST, (error.reset_at - self._core.clock.now()).total_seconds())
        return min(LONGEST, math.ldexp(SHORTEST, min(self._failures - 1, 10)))

    def _recover(self) -> None:
        if self._failures:
            self._failures = 0
            for watch in self.watching():
                watch.tell(UpdateKind.RECOVERED)

    def _interval(self) -> float:
        return self._cadence.interval(
            waiting=len(self.watching()),
            age=self._age(),
            queued=self._core.pace.queued,
            budget=self._core.pace.poll_budget(),
        )

    def _plan_deadline(self) -> None:
        past = self._now() + self._lead()
        deadlines = [watch.deadline for watch in self.watching() if watch.deadline is not None]
        self._next_deadline = min((deadline for deadline in deadlines if deadline > past), default=None)

    async def _read(self) -> None:
        """Look where each task is expected; look up those that are not there."""
        missing: list[Watch] = []
        listings: dict[LexiTaskStatus, TaskList] = {}
        for status in (LexiTaskStatus.PENDING, LexiTaskStatus.APPROVED):
            expected = [watch for watch in self.watching() if watch.expected == status]
            if expected:
                listing = listings[status] = await self._list(status)
                missing += [watch for watch in expected if not self._place(watch, listing)]
        # Most are where most were found last. One that moves on between two lists meanwhile is met in the next round.
        for status in sorted(LOOK_UP, key=self._found.__getitem__, reverse=True):
            if not missing:
                return
            listing, count = listings.get(status) or await self._list(status), len(missing)
            missing = [watch for watch in missing if not self._place(watch, listing)]
            self._found[status] += (count - len(missing) - self._found[status]) / 8
        for watch in missing:
            watch.misses += 1
            if watch.misses == 1 and watch.patience == FIRST_PATIENCE:
                self._cadence.restart()
                self._cadence.step()
        await self._question([watch for watch in missing if watch.tired][:QUESTIONS])

    async def _list(self, status: LexiTaskStatus) -> TaskList:
        self._requests += 1
        return await self._reader.tasks(status)

    def _place(self, watch: Watch, listing: TaskList) -> bool:
        """Whether this list settles where the watch's task stands."""
        if watch.done.done():
            return True
        if watch.task_id is None:
            self._bind(watch, listing)
        status = listing.standing(watch.task_id) if watch.task_id is not None else None
        if status is None or watch.task_id is None:
            return False
        watch.found()
        if status != LexiTaskStatus.PENDING:
            if status != watch.expected:
                self._cadence.unannounced()
                self._settle(watch, status, listing.task(watch.task_id))
        elif watch.curious and (task := listing.task(watch.task_id)) is not None:
            self._see(watch, task)
        return True

    def _bind(self, watch: Watch, listing: TaskList) -> None:
        """Find the task of a start that did not name it: never one made before the start, unless that was joined."""
        ticket = watch.ticket
        since = None if ticket.joined and listing.listed == LexiTaskStatus.PENDING else ticket.started_at
        task = listing.start_of(ticket.campaign_id, since, partial(self._ledger.taken, ticket))
        watch.task_id = task.id if task else None

    def _see(self, watch: Watch, task: LexiTask) -> None:
        if not watch.seen:
            watch.seen = True
            watch.tell(UpdateKind.PENDING, task=task)
        self._desk.show(watch, task)

    def _settle(self, watch: Watch, status: LexiTaskStatus, task: LexiTask | None) -> None:
        """The task has left the pending ones."""
        outcome = FINAL.get(status)
        if outcome is None or watch.done.done() or status == watch.expected:
            return
        self._movements += 1
        if status == LexiTaskStatus.APPROVED and watch.until == "completed":
            watch.expected = LexiTaskStatus.APPROVED
            watch.tell(UpdateKind.APPROVED, task=task)
            return
        self.finish(watch, outcome, evolve(task, status=status) if task else None)

    def finish(self, watch: Watch, outcome: Outcome, task: LexiTask | None = None) -> None:
        """End a wait with an outcome, and the launch with it."""
        self._ledger.drop(watch.ticket, watch.task_id)
        watch.finish(outcome, now=self._now(), noticed_at=self._core.clock.now(), polls=self._rounds, task=task)

    async def _question(self, watches: list[Watch]) -> None:
        """Ask the campaigns of tasks that no list shows; one that cannot be read is asked again some rounds later."""
        for watch in watches:
            self._requests += 1
            try:
                campaign = await self._reader.campaign(watch.ticket.campaign_id)
            except NotFound:
                self.finish(watch, Outcome.LOST)
            except (AuthenticationError, PermissionDenied, ClientClosed, RateLimited):
                raise
            except LeadLexError:
                watch.found()
            else:
                self._conclude(watch, campaign.status)

    def _conclude(self, watch: Watch, status: CampaignStatus | None) -> None:
        if status == CampaignStatus.PENDING_APPROVAL:
            watch.still_pending()
        elif status == CampaignStatus.COMPLETED:
            self.finish(watch, Outcome.COMPLETED if watch.until == "completed" else _launched(watch))
        elif status == CampaignStatus.ACTIVE:
            self.finish(watch, _launched(watch))
        else:
            self.finish(watch, Outcome.LOST)


def _launched(watch: Watch) -> Outcome:
    """A campaign that runs: approved if there was anything to approve."""
    to_approve = watch.task_id is not None or watch.ticket.status == CampaignStatus.PENDING_APPROVAL
    return Outcome.APPROVED if to_approve else Outcome.AUTO_STARTED
