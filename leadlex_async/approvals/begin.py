"""Starting a campaign exactly once, over a network that loses answers and an API without an idempotency key."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING

import attrs
import backoff

from .._http import convert, retry
from ..errors import ClientClosed, Conflict, LeadLexError, RateLimited, ValidationError
from ..resources import campaigns
from .ticket import LaunchTicket
from .truth import Truth, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._http.core import Core
    from .._http.wire import Response
    from .ledger import Ledger
    from .reader import Reader

MOST_REFUSALS = 10
"""Answers 429 in a row, several minutes' worth, that a start is tried again after: others may use the same key."""
GRACE = 5.0
"""Seconds that a cancelled start is given to hear the answer of what it has sent."""


class Starter:
    """Sends starts and finds out what became of those whose answer was lost.

    The ledger is told of every intent before it is sent and of every ticket, so that nothing is lost to a cancellation.
    """

    def __init__(self, core: Core, reader: Reader, ledger: Ledger) -> None:
        self._core = core
        self._ledger = ledger
        self._truth = Truth(core, reader, ledger)
        self._flights: set[asyncio.Task[Response]] = set()

    async def begin(self, campaign_id: str, *, adopt: bool = False) -> LaunchTicket:
        """Start the campaign, or join the launch that is under way where ``adopt`` allows it."""
        with self._core.pace.reserve():
            if adopt and (found := await self._truth.join(self._intent(campaign_id))) is not None:
                self._ledger.note(found)
                return found
            return await self._start(campaign_id)

    async def aclose(self) -> None:
        """End what is still in flight; those who wait for it get ``ClientClosed``."""
        for flight in self._flights:
            flight.cancel()
        if self._flights:
            await asyncio.wait([*self._flights])

    def _intent(self, campaign_id: str) -> LaunchTicket:
        return LaunchTicket(campaign_id=campaign_id, base_url=self._core.base_url, started_at=self._core.clock.now())

    async def _start(self, campaign_id: str) -> LaunchTicket:
        """Send the start, again only when the last one surely did not arrive or surely had no effect."""
        intent, began = self._intent(campaign_id), asyncio.get_running_loop().time()
        lost: LeadLexError | None = None
        pauses, refusals = self._pauses(), 0
        while True:
            try:
                return await self._send(intent, began)
            except ClientClosed:
                raise
            except LeadLexError as error:
                last = error
            if lost is None and not retry.ambiguous(last):
                self._ledger.drop(intent)
            if retry.ambiguous(last) or (lost is not None and isinstance(last, (ValidationError, Conflict))):
                # Either its answer was lost, or "already active" most likely speaks of an own start before.
                intent, lost = self._dated(intent, began), lost or last
                if (found := await self._truth.settle(intent, at_once=not retry.ambiguous(last))) is not None:
                    self._ledger.note(found, was=intent)
                    return found
            if not (retry.passing(last) or retry.ambiguous(last)):
                raise _given_up(intent, lost, last)
            if isinstance(last, RateLimited) and (refusals := refusals + 1) < MOST_REFUSALS:
                continue  # surely not started, and the pacer holds the next try back
            if (pause := next(pauses, None)) is None:
                raise _given_up(intent, lost, last)
            await self._core.pace.rest(pause)

    def _dated(self, intent: LaunchTicket, began: float) -> LaunchTicket:
        """The intent by the server's clock, which the first answer tells."""
        dated = attrs.evolve(intent, started_at=self._core.clock.at(began))
        self._ledger.note(dated, was=intent)
        return dated

    def _pauses(self) -> Iterator[float]:
        growth = backoff.expo(base=2, factor=retry.FIRST_PAUSE, max_value=retry.LONGEST_PAUSE)
        next(growth)
        return islice(growth, self._core.max_retries)

    async def _send(self, intent: LaunchTicket, began: float) -> LaunchTicket:
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
            await self._hear(flight, intent, began)
            if _cancelled_by_others():
                raise
            raise ClientClosed("the client was closed while this start was in flight; its ticket is kept") from None
        return self._answered(intent, began, response)

    def _landed(self, flight: asyncio.Task[Response]) -> None:
        self._flights.discard(flight)
        if not flight.cancelled():
            flight.exception()  # marks it as seen: nobody awaits a flight whose waiter was cancelled

    async def _hear(self, flight: asyncio.Task[Response], intent: LaunchTicket, began: float) -> None:
        try:
            await asyncio.wait({flight}, timeout=GRACE)
        finally:
            if not flight.done():
                flight.cancel()
            elif not flight.cancelled():
                self._record(flight, intent, began)

    def _record(self, flight: asyncio.Task[Response], intent: LaunchTicket, began: float) -> None:
        """Keep what the answer said; a clear refusal leaves nothing to keep, an unclear answer the intent."""
        try:
            self._answered(intent, began, flight.result())
        except LeadLexError as error:
            if not retry.ambiguous(error):
                self._ledger.drop(intent)

    def _answered(self, intent: LaunchTicket, began: float, response: Response) -> LaunchTicket:
        started = convert.decode(campaigns.START, response)
        ticket = attrs.evolve(
            intent, task_id=started.task_id, status=started.status, started_at=self._core.clock.at(began)
        )
        self._ledger.note(ticket, was=intent)
        return ticket


def _cancelled_by_others() -> bool:
    """Whether it is this task that was cancelled, and not just the flight it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _given_up(intent: LaunchTicket, lost: LeadLexError | None, last: LeadLexError) -> LeadLexError:
    """The error to end with: once an answer was lost, a late effect of that start cannot be ruled out."""
    if lost is None or isinstance(last, (ValidationError, Conflict)):
        return last
    error = unknown(intent, f"it had no effect whenever it was read; the last try: {last.message}")
    error.__cause__ = last
    return error
