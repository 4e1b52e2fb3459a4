"""Starting a campaign exactly once, over a network that loses answers and an API without an idempotency key."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING

import attrs
import backoff

from .._http import convert, retry
from ..errors import (
    AuthenticationError,
    Conflict,
    LeadLexError,
    NotFound,
    PermissionDenied,
    RateLimited,
    StartOutcomeUnknown,
    ValidationError,
)
from ..models.campaigns import CampaignStatus, Started
from ..models.lexi import LexiTaskStatus
from ..resources import campaigns
from .ticket import LaunchTicket

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .._http.core import Core
    from .._http.wire import Response
    from ..models.lexi import LexiTask
    from .ledger import Ledger
    from .reader import Reader

READ_AFTER = (0.5, 2.0, 8.0)
"""Seconds before each reading of the truth after a lost answer: the start may be committed after the first reading."""
MOST_REFUSALS = 10
"""Answers 429 in a row, several minutes' worth, that a start is tried again after: others may use the same key."""
GRACE = 5.0
"""Seconds that a cancelled start is given to hear the answer of what it has sent."""

_LAUNCHED = frozenset({CampaignStatus.ACTIVE, CampaignStatus.COMPLETED})
_APPROVED = (LexiTaskStatus.APPROVED, LexiTaskStatus.COMPLETED)
_REFUSED = (LexiTaskStatus.DISMISSED, LexiTaskStatus.FAILED)


class Starter:
    """Sends starts and finds out what became of those whose answer was lost.

    The ledger is told of every intent before it is sent and of every ticket, so that nothing is lost to a
    cancellation; the tasks it knows as decided belong to earlier launches.
    """

    def __init__(self, core: Core, reader: Reader, ledger: Ledger) -> None:
        self._core = core
        self._reader = reader
        self._ledger = ledger
        self._flights: set[asyncio.Task[object]] = set()

    async def begin(self, campaign_id: str, *, adopt: bool = False) -> LaunchTicket:
        """Start the campaign, or join the launch that is under way where ``adopt`` allows it."""
        intent = LaunchTicket(campaign_id=campaign_id, base_url=self._core.base_url, started_at=self._core.clock.now())
        try:
            with self._core.pace.reserve():
                found = await self._under_way(intent, await self._status(intent), since=None) if adopt else None
                ticket = found or await self._start(intent)
        except StartOutcomeUnknown:
            raise
        except LeadLexError:
            self._ledger.drop(intent)
            raise
        self._ledger.note(ticket)
        return ticket

    async def aclose(self) -> None:
        """End what is still in flight."""
        for flight in self._flights:
            flight.cancel()
        if self._flights:
            await asyncio.wait([*self._flights])

    async def _start(self, intent: LaunchTicket) -> LaunchTicket:
        """Send the start, again only when the last one surely did not arrive or surely had no effect."""
        lost: LeadLexError | None = None
        pauses, refusals = self._pauses(), 0
        while True:
            try:
                return _ticket(intent, await self._send(intent))
            except (ValidationError, Conflict) as error:
                # After a lost answer of our own, "already active" most likely speaks of our own start.
                found = await self._settle(intent, (0.0,)) if lost else None
                if found is None:
                    raise error from None
                return found
            except LeadLexError as error:
                last = error
            if retry.ambiguous(last):
                lost = last
                if (found := await self._settle(intent, READ_AFTER)) is not None:
                    return found
            elif not retry.passing(last):
                raise last
            else:
                self._ledger.drop(intent)
            if isinstance(last, RateLimited) and (refusals := refusals + 1) < MOST_REFUSALS:
                continue  # surely not started, and the pacer holds the next try back
            if (pause := next(pauses, None)) is None:
                raise last if lost is None else _unknown(intent, "it had no effect whenever it was read") from lost
            await asyncio.sleep(pause)

    def _pauses(self) -> Iterator[float]:
        growth = backoff.expo(base=2, factor=retry.FIRST_PAUSE, max_value=retry.LONGEST_PAUSE)
        next(growth)
        return islice(growth, self._core.max_retries)

    async def _send(self, intent: LaunchTicket) -> Started:
        """Send once; a cancellation meanwhile waits for the answer, notes it, and goes on."""
        request = self._core.request(campaigns.START, id=intent.campaign_id)
        await self._core.pace.acquire()
        flight = asyncio.ensure_future(self._core.attempt_now(campaigns.START.label, request))
        self._flights.add(flight)
        flight.add_done_callback(self._landed)
        self._ledger.note(intent)
        try:
            response = await asyncio.shield(flight)
        except asyncio.CancelledError:
            await self._hear(flight, intent)
            raise
        return convert.decode(campaigns.START, response)

    def _landed(self, flight: asyncio.Task[object]) -> None:
        self._flights.discard(flight)
        if not flight.cancelled():
            flight.exception()  # marks it as seen: nobody awaits a flight whose waiter was cancelled

    async def _hear(self, flight: asyncio.Task[Response], intent: LaunchTicket) -> None:
        try:
            await asyncio.wait({flight}, timeout=GRACE)
        finally:
            if not flight.done():
                flight.cancel()
            elif not flight.cancelled():
                self._record(flight, intent)

    def _record(self, flight: asyncio.Task[Response], intent: LaunchTicket) -> None:
        """Keep what the answer said; a clear refusal leaves nothing to keep."""
        error = flight.exception()
        if error is None:
            self._ledger.note(_heard(intent, flight.result()))
        elif isinstance(error, LeadLexError) and not retry.ambiguous(error):
            self._ledger.drop(intent)

    async def _settle(self, intent: LaunchTicket, delays: tuple[float, ...]) -> LaunchTicket | None:
        """What became of a lost start: its ticket, None if it surely had no effect, else ``StartOutcomeUnknown``."""
        seen, idle = "nothing could be read", False
        for delay in delays:
            await asyncio.sleep(delay)
            try:
                status = await self._status(intent)
                found = await self._under_way(intent, status, since=intent.started_at)
            except (AuthenticationError, PermissionDenied) as error:
                raise _unknown(intent, f"reading it is not allowed: {error.message}") from None
            except LeadLexError as error:
                seen, idle = f"the last reading failed: {error.message}", False
                continue
            if found is not None:
                return found
            # A paused campaign may be the one just started, paused by a person: only a draft surely was not started.
            seen, idle = f"the campaign is {status or 'gone'}", status in {CampaignStatus.DRAFT, None}
        if not idle:
            raise _unknown(intent, seen)
        return await self._decided(intent, seen)

    async def _status(self, intent: LaunchTicket) -> CampaignStatus | None:
        """The campaign's status, None if it does not exist."""
        try:
            campaign = await self._reader.campaign(intent.campaign_id)
        except NotFound:
            return None
        return campaign.status or CampaignStatus("without a status")

    async def _under_way(
        self, intent: LaunchTicket, status: CampaignStatus | None, *, since: datetime | None
    ) -> LaunchTicket | None:
        """The ticket of a launch that the campaign's status or a pending task shows."""
        task = await self._reader.find_start((LexiTaskStatus.PENDING,), intent.campaign_id, None, self._ledger.decided)
        if task is None and status in _LAUNCHED:
            task = await self._reader.find_start(_APPROVED, intent.campaign_id, since, self._ledger.decided)
        if task is not None or status == CampaignStatus.PENDING_APPROVAL:
            return _waiting(intent, task)
        return attrs.evolve(intent, status=CampaignStatus.ACTIVE) if status in _LAUNCHED else None

    async def _decided(self, intent: LaunchTicket, seen: str) -> LaunchTicket | None:
        """The ticket of a lost start that was decided before it was read: dismissed, say, within seconds."""
        try:
            task = await self._reader.find_start(
                _APPROVED + _REFUSED, intent.campaign_id, intent.started_at, self._ledger.decided
            )
        except LeadLexError as error:
            raise _unknown(intent, f"{seen}; the decided tasks could not be read: {error.message}") from None
        return _waiting(intent, task) if task is not None else None


def _ticket(intent: LaunchTicket, started: Started) -> LaunchTicket:
    return attrs.evolve(intent, task_id=started.task_id, status=started.status)


def _waiting(intent: LaunchTicket, task: LexiTask | None) -> LaunchTicket:
    return attrs.evolve(intent, task_id=task.id if task else None, status=CampaignStatus.PENDING_APPROVAL)


def _heard(intent: LaunchTicket, response: Response) -> LaunchTicket:
    try:
        return _ticket(intent, convert.decode(campaigns.START, response))
    except LeadLexError:
        return intent


def _unknown(intent: LaunchTicket, seen: str) -> StartOutcomeUnknown:
    return StartOutcomeUnknown(
        f"the answer to the start of campaign {intent.campaign_id} was lost, and {seen}", ticket=intent, seen=seen
    )
