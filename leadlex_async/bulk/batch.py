"""The batch: starts campaigns as fast as the quota lets them, waits for all of them, and tells each result once."""

from __future__ import annotations

import asyncio
from asyncio import CancelledError
from collections import deque
from collections.abc import AsyncIterable, Iterable, Sized
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeAlias
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
    from collections.abc import AsyncGenerator, Coroutine

    from .._http.core import Core
    from ..approvals.service import Approvals
    from ..approvals.ticket import LaunchTicket
    from .journal import Entry, State
    from .options import Options

CampaignId: TypeAlias = str | UUID
Campaigns: TypeAlias = Iterable[CampaignId] | AsyncIterable[CampaignId]

STARTING = PLACES
"""Starts under way at once: as many as have a turn."""
QUEUED = 1000
"""Results from the journal that wait to be read, at most."""

_FATAL = (AuthenticationError, ClientClosed, JournalError, PermissionDenied, QuotaExhausted)
"""What is not a matter of one campaign: every other start would end the same way."""


class Launches:
    """The results of a bulk launch, in the order in which campaigns are decided.

    Iterate it, or enter it with ``async with`` to be sure that leaving early stops it at once: no more starts are sent,
    those on their way are heard for up to 5 s, and the journal keeps all that is open.
    """

    def __init__(self, batch: Batch) -> None:
        # Nothing else refers to the generator: a loop that is left drops it, which ends the batch.
        self._results = batch.run()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> LaunchResult:
        return await anext(self._results)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop: send no more starts, hear those on their way, keep the journal."""
        await self._results.aclose()


class Batch:
    """One bulk launch."""

    def __init__(self, core: Core, approvals: Approvals, ids: Campaigns | None, options: Options) -> None:
        if isinstance(ids, (str, bytes)):
            raise ValidationError("ids must be a list or another iterable of campaign ids, not one text")
        if ids is None and options.journal is None:
            raise ValidationError("give campaign ids, or the journal of a batch to go on with")
        self._core = core
        self._approvals = approvals
        self._ids = ids
        self._options = options
        self._told = Teller(core, options.on_progress, self._end)
        self._told.total = len(ids) if isinstance(ids, Sized) else None
        self._journal: Journal | None = None
        self._slots = asyncio.Semaphore(STARTING)
        self._tasks: set[asyncio.Task[None]] = set()
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
            while self._tasks or self._ready:
                while self._ready:
                    yield self._ready.popleft()
                    self._room.set()
                if self._fatal is not None:
                    raise self._fatal
                self._changed.clear()
                if self._tasks:
                    await self._changed.wait()
        finally:
            await self._stop()

    async def _stop(self) -> None:
        """End every task, then close the journal; a cancellation meanwhile hurries the tasks and leaves none behind."""
        hurried: CancelledError | None = None
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            try:
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
        await self._prepare()
        if entry is None or entry.state == "intent":
            await self._slots.acquire()
        self._spawn(self._launch(campaign_id, entry))

    async def _each(self, states: dict[str, State]) -> AsyncGenerator[str, None]:
        seen: set[str] = set()
        async with aclosing(_iterated(states if self._ids is None else self._ids)) as ids:
            async for given in ids:
                campaign_id = plain(given)
                if not isinstance(campaign_id, str) or not campaign_id.strip():
                    raise ValidationError(f"a campaign id is a non-empty text, not {given!r}")
                if campaign_id in seen:
                    self._told.duplicates += 1
                    continue
                seen.add(campaign_id)
                yield campaign_id

    async def _prepare(self) -> None:
        """Ask for anything once: the key is good, the quota and the server's time are known before the first start."""
        if self._core.clock.known:
            return
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
        """One campaign from its start, or its ticket, to its result."""
        try:
            if entry is not None and entry.state == "waiting":
                ticket = entry.ticket
            else:
                ticket = await self._begin_in_turn(campaign_id, entry.ticket if entry is not None else None)
            await self._wait(ticket)
        except _FATAL:
            raise
        except Exception as error:  # noqa: BLE001 - one failure never stops the others
            self._told.failed += 1
            self._tell(LaunchResult(campaign_id=campaign_id, error=error))

    async def _begin_in_turn(self, campaign_id: str, unheard: LaunchTicket | None) -> LaunchTicket:
        try:
            ticket = await self._begin(campaign_id, unheard)
        finally:
            self._slots.release()
        self._told.started += 1
        return ticket

    async def _begin(self, campaign_id: str, unheard: LaunchTicket | None) -> LaunchTicket:
        """Start it, however long the quota makes that take."""
        while True:
            try:
                return await self._approvals.begin(campaign_id, unheard=unheard, log=self._journal)
            except RateLimited as error:
                if error.daily:
                    await self._pause(error.reset_at)
            except StartOutcomeUnknown as error:
                # Nothing could be read: on a spent day that is no wonder, and tomorrow it can.
                if not self._core.pace.day_is_spent:
                    raise
                unheard = error.ticket
                await self._pause(None)

    async def _pause(self, reset_at: datetime | None) -> None:
        """Sleep until the day's quota is renewed, or end the batch."""
        now = self._core.clock.now()
        until = reset_at or datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
        if not self._options.wait_for_quota:
            text = f"the day's quota is spent; it is renewed at {until:%Y-%m-%d %H:%M} UTC"
            raise QuotaExhausted(text, reset_at=until)
        self._told.pause(until)
        await self._core.pace.rest(max(1.0, (until - now).total_seconds()))
        self._told.pause(None)

    async def _wait(self, ticket: LaunchTicket) -> None:
        options = self._options
        self._told.waiting += 1
        self._told.show()
        try:
            launch = await self._approvals.wait(
                ticket, timeout=options.timeout, reviewer=options.reviewer, raise_for_outcome=False
            )
        finally:
            self._told.waiting -= 1
        # A launch that nobody decided in time stays open in the journal: the next run goes on waiting.
        if self._journal is not None and launch.outcome is not Outcome.TIMED_OUT:
            await self._journal.decided(launch)
        self._told.decided += 1
        self._tell(LaunchResult(campaign_id=ticket.campaign_id, launch=launch))

    def _tell(self, result: LaunchResult) -> None:
        self._ready.append(result)
        self._changed.set()
        self._told.show(result)


async def _iterated(ids: Campaigns) -> AsyncGenerator[CampaignId, None]:
    if isinstance(ids, AsyncIterable):
        async for given in ids:
            yield given
    else:
        for given in ids:
            yield given
