"""The batch: starts campaigns as fast as the quota lets them, waits for all of them, and tells each result once."""

from __future__ import annotations

import asyncio
from asyncio import CancelledError
from collections import deque
from collections.abc import AsyncIterable, Iterable, Sequence, Sized
from contextlib import aclosing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from .._http.pace import PLACES
from .._http.wire import plain
from ..approvals.launch import Outcome
from ..errors import (
    AuthenticationError,
    ClientClosed,
    JournalError,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    StartOutcomeUnknown,
    ValidationError,
)
from ..resources import lexi
from .journal import Journal
from .report import LaunchResult
from .teller import Teller

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Generator

    from .._http.core import Core
    from ..approvals.launch import Launch
    from ..approvals.service import Approvals
    from ..approvals.ticket import LaunchTicket
    from ..approvals.watch import Watch
    from .journal import Entry, State
    from .options import Options

CampaignId: TypeAlias = str | UUID
Campaigns: TypeAlias = Iterable[CampaignId] | AsyncIterable[CampaignId]

STARTING = PLACES
"""Starts under way at once: as many as have a turn."""
QUEUED = 1000
"""Results from the journal that wait to be read, at most."""

LOOK_AGAIN = (60.0, 240.0)
"""Seconds after which a start of which nothing could be told is looked into again: nobody is in a hurry."""

HALF_A_MINUTE = timedelta(seconds=30)

_FATAL = (AuthenticationError, ClientClosed, JournalError, QuotaExhausted)
"""What is not a matter of one campaign: every other start would end the same way."""


class Batch:
    """One bulk launch."""

    def __init__(self, core: Core, approvals: Approvals, ids: Campaigns | None, options: Options) -> None:
        if isinstance(ids, (str, bytes)):
            raise ValidationError("ids must be a list or another iterable of campaign ids, not one text")
        if ids is None and options.journal is None:
            raise ValidationError("give campaign ids, or the journal of a batch to go on with")
        if isinstance(ids, Sequence):
            for each in ids:
                _checked(each)
        self._core = core
        self._approvals = approvals
        self._ids = ids
        self._options = options
        self._told = Teller(core, options.on_progress, self._end)
        self._told.total = len(ids) if isinstance(ids, Sized) else None
        self._journal: Journal | None = None
        self._prepared = False
        self._slots = asyncio.Semaphore(STARTING)
        self._tasks: set[asyncio.Task[None]] = set()
        self._watches: set[Watch] = set()
        self._ready: deque[LaunchResult] = deque()
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._fatal: BaseException | None = None

    @property
    def requests(self) -> int:
        """Requests of the client since the batch began."""
        return self._told.requests

    @property
    def duplicates(self) -> int:
        """Ids that were given again."""
        return self._told.duplicates

    async def run(self) -> AsyncGenerator[LaunchResult, None]:
        """Carry it out and give the results; closing the generator stops it."""
        self._told.begin()
        path = self._options.journal
        self._journal = await Journal.open(path, self._core.base_url) if path is not None else None
        try:
            self._spawn(self._feed())
            while True:
                while self._ready:
                    yield self._ready.popleft()
                    self._room.set()
                if self._fatal is not None:
                    raise self._fatal
                if not self._tasks and not self._watches:
                    break
                self._changed.clear()
                await self._changed.wait()
        finally:
            await self._stop()

    async def _stop(self) -> None:
        """End every task, then close the journal; a cancellation meanwhile hurries the tasks and leaves none behind."""
        hurried: CancelledError | None = None
        while self._tasks or self._watches:
            for watch in [*self._watches]:
                self._forget(watch)
                watch.done.cancel()
            for task in self._tasks:
                task.cancel()
            try:
                if self._tasks:
                    await asyncio.wait(self._tasks)
            except CancelledError as error:
                hurried = error
        if self._journal is not None:
            await self._journal.aclose()
        if hurried is not None:
            raise hurried

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._end(error)
        self._changed.set()

    def _end(self, error: BaseException) -> None:
        """End the batch with this error, if no other has ended it."""
        self._fatal = self._fatal or error
        self._changed.set()

    async def _feed(self) -> None:
        """Take one campaign after another: tell it, wait for it or start it, as the journal knows it."""
        states = await self._journal.states() if self._journal is not None else {}
        if self._ids is None:
            self._told.total = len(states)
        async with aclosing(self._each(states)) as each:
            async for campaign_id in each:
                entry = await self._journal.entry(campaign_id) if self._journal and campaign_id in states else None
                await self._take(campaign_id, entry)

    async def _take(self, campaign_id: str, entry: Entry | None) -> None:
        if entry is not None and entry.launch is not None:
            await self._tell_again(LaunchResult(campaign_id=campaign_id, launch=entry.launch, from_journal=True))
            return
        if entry is None or entry.state == "intent":
            await self._prepare()
            await self._slots.acquire()
        self._spawn(self._launch(campaign_id, entry))

    async def _each(self, states: dict[str, State]) -> AsyncGenerator[str, None]:
        seen: set[str] = set()
        async with aclosing(_iterated(states if self._ids is None else self._ids)) as ids:
            async for given in ids:
                campaign_id = _checked(given)
                if campaign_id in seen:
                    self._told.duplicates += 1
                    continue
                seen.add(campaign_id)
                yield campaign_id

    async def _prepare(self) -> None:
        """Ask for anything once: the key is good, the quota and the server's time are known before the first start."""
        if self._prepared or self._core.clock.known:
            return
        self._prepared = True
        request = self._core.request(lexi.LIST_TASKS, query={"status": "pending"})
        with suppress(RateLimited):  # which tells as much, and a start knows how to wait for its turn
            await self._core.send(lexi.LIST_TASKS, request)

    async def _tell_again(self, result: LaunchResult) -> None:
        while len(self._ready) >= QUEUED:
            self._room.clear()
            await self._room.wait()
        self._told.decided += 1
        self._tell(result)

    async def _launch(self, campaign_id: str, entry: Entry | None) -> None:
        """One campaign from its start, or its ticket, until it waits."""
        with self._failing(campaign_id):
            if entry is not None and entry.state == "waiting":
                self._wait(entry.ticket)
            else:
                self._wait(await self._begin_in_turn(campaign_id, entry.ticket if entry is not None else None))

    async def _begin_in_turn(self, campaign_id: str, unheard: LaunchTicket | None) -> LaunchTicket:
        try:
            ticket = await self._begin(campaign_id, unheard)
        except PermissionDenied as error:
            if not self._told.started:  # a key that may not start campaigns at all
                self._end(error)
            raise
        finally:
            self._slots.release()
        self._told.started += 1
        return ticket

    async def _begin(self, campaign_id: str, unheard: LaunchTicket | None) -> LaunchTicket:
        """Start it, however long the quota makes that take."""
        later = iter(LOOK_AGAIN)
        while True:
            try:
                return await self._approvals.begin(campaign_id, unheard=unheard, log=self._journal)
            except RateLimited as error:
                if error.daily:
                    await self._pause(error.reset_at)
            except StartOutcomeUnknown as error:
                # What cannot be read now may be read later; on a spent day that is tomorrow.
                unheard = error.ticket
                if self._core.pace.day_is_spent:
                    await self._pause(None)
                elif (pause := next(later, None)) is not None:
                    await self._core.pace.rest(pause)
                else:
                    raise

    async def _pause(self, reset_at: datetime | None) -> None:
        """Sleep until the day's quota is renewed, or end the batch."""
        now = self._core.clock.now()
        until = reset_at or datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
        if not self._options.wait_for_quota:
            # The server's clock is known to a second: half a minute keeps 00:00 from being said as 23:59.
            text = f"the day's quota is spent; it is renewed at {until + HALF_A_MINUTE:%Y-%m-%d %H:%M} UTC"
            raise QuotaExhausted(text, reset_at=until)
        self._told.pause(until)
        await self._core.pace.rest(max(1.0, (until - now).total_seconds()))
        self._told.pause(None)

    def _wait(self, ticket: LaunchTicket) -> None:
        """Wait for the decision; not in a task, of which thousands cost more than all else (measured)."""
        watch = self._approvals.follow(ticket, timeout=self._options.timeout, reviewer=self._options.reviewer)
        self._watches.add(watch)
        self._told.waiting = len(self._watches)
        self._told.show()
        watch.done.add_done_callback(partial(self._decided, watch))

    def _decided(self, watch: Watch, done: asyncio.Future[Launch]) -> None:
        if not done.cancelled():
            done.exception()  # marks it as seen, also where the batch has been left meanwhile
        if watch in self._watches:
            self._forget(watch)
            self._spawn(self._conclude(watch.ticket.campaign_id, done))

    def _forget(self, watch: Watch) -> None:
        self._watches.discard(watch)
        self._told.waiting = len(self._watches)
        self._approvals.leave(watch)
        if watch.done.done() and not watch.done.cancelled():
            watch.done.exception()

    async def _conclude(self, campaign_id: str, done: asyncio.Future[Launch]) -> None:
        with self._failing(campaign_id):
            launch = done.result()
            # A launch that nobody decided in time stays open in the journal: the next run goes on waiting.
            if self._journal is not None and launch.outcome is not Outcome.TIMED_OUT:
                await self._journal.decided(launch)
            self._told.decided += 1
            self._tell(LaunchResult(campaign_id=campaign_id, launch=launch))

    @contextmanager
    def _failing(self, campaign_id: str) -> Generator[None, None, None]:
        """One failure never stops the others, unless it is all of theirs."""
        try:
            yield
        except _FATAL:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this campaign's
            self._told.failed += 1
            self._tell(LaunchResult(campaign_id=campaign_id, error=error))

    def _tell(self, result: LaunchResult) -> None:
        self._ready.append(result)
        self._changed.set()
        self._told.show(result)


def _checked(given: CampaignId) -> str:
    campaign_id = plain(given)
    if not isinstance(campaign_id, str) or not campaign_id.strip():
        raise ValidationError(f"a campaign id is a non-empty text, not {given!r}")
    return campaign_id


async def _iterated(ids: Campaigns) -> AsyncGenerator[CampaignId, None]:
    if isinstance(ids, AsyncIterable):
        async for given in ids:
            yield given
    else:
        for given in ids:
            yield given
