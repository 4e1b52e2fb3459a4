"""Starting a campaign exactly once, over a network that loses answers and an API without an idempotency key."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import attrs
from attrs import define, field

from .._http import convert, retry
from .._http.wire import Request
from ..errors import AlreadyStarted, ClientClosed, LeadLexError, RateLimited, StartOutcomeUnknown, TransportError
from ..models.campaigns import CampaignStatus
from ..models.lexi import LexiTaskStatus
from ..resources import campaigns
from .ticket import LaunchTicket
from .truth import Truth, unknown

if TYPE_CHECKING:
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
        self._reader = reader
        self._ledger = ledger
        self._truth = Truth(core, reader, ledger)
        self._flights: set[asyncio.Task[Response]] = set()
        self._asked = False
        """Whether the server's time was asked for: one that does not tell it is not asked again."""

    async def begin(
        self,
        campaign_id: str,
        *,
        adopt: bool = False,
        unheard: LaunchTicket | None = None,
        log: StartLog | None = None,
    ) -> LaunchTicket:
        """Start the campaign, or join the launch that is under way where ``adopt`` allows it.

        ``unheard`` is the intent of a start whose answer a process did not live to hear.
        """
        effort = _Effort(
            self._core.request(campaigns.START, id=campaign_id),
            unheard or self._intent(campaign_id),
            self._core.max_retries,
            log or _NO_LOG,
        )
        with self._core.pace.reserve():
            if log is not None and not (self._core.clock.known or self._asked):
                await self._reader.tasks(LexiTaskStatus.PENDING)  # what is written down is dated by the server's clock
                self._asked = True
                effort.intent = unheard or self._intent(campaign_id)
            if unheard is not None:
                effort.lost = TransportError("the process ended before the answer came")
                self._ledger.note(unheard)
                found = await self._truth.settle(unheard)
            else:
                found = await self._truth.join(effort.intent) if adopt else None
            return self._noted(effort, found) if found is not None else await self._start(effort)

    async def hear(self, seconds: float) -> None:
        """Let what is in flight be answered, for so many seconds."""
        if self._flights:
            await asyncio.wait([*self._flights], timeout=seconds)

    async def aclose(self) -> None:
        """End what is still in flight; those who wait for it get ``ClientClosed``."""
        for flight in self._flights:
            flight.cancel()
        if self._flights:
            await asyncio.wait([*self._flights])

    def _intent(self, campaign_id: str) -> LaunchTicket:
        return LaunchTicket(campaign_id=campaign_id, base_url=self._core.base_url, started_at=self._core.clock.now())

    def _noted(self, effort: _Effort, found: LaunchTicket) -> LaunchTicket:
        self._ledger.note(found, was=effort.intent)
        effort.log.began(found)
        return found

    async def _start(self, effort: _Effort) -> LaunchTicket:
        """Send the start, again only when the last one surely did not arrive or surely had no effect."""
        while True:
            try:
                return await self._send(effort)
            except ClientClosed:
                raise
            except LeadLexError as error:
                last = error
            if (found := await self._look_into(effort, last)) is not None:
                return found
            await self._core.pace.rest(effort.pause_after(last))

    async def _look_into(self, effort: _Effort, last: LeadLexError) -> LaunchTicket | None:
        """The launch that a start whose answer was lost has become, if it has."""
        if retry.ambiguous(last) or (effort.lost is not None and isinstance(last, AlreadyStarted)):
            effort.lost = effort.lost or last
            effort.intent = self._dated(effort)
            found = await self._found(effort.intent, last)
            return self._noted(effort, found) if found is not None else None
        if effort.lost is None:
            self._ledger.drop(effort.intent)
            effort.log.refused(effort.intent)
        return None

    async def _found(self, intent: LaunchTicket, last: LeadLexError) -> LaunchTicket | None:
        if not isinstance(last, AlreadyStarted):
            return await self._truth.settle(intent)
        # "Already ..." after a lost answer of our own speaks of our own start, even if nothing else shows it yet.
        try:
            found = await self._truth.settle(intent)
        except StartOutcomeUnknown:
            found = None
        return found or attrs.evolve(intent, status=CampaignStatus.PENDING_APPROVAL)

    def _dated(self, effort: _Effort) -> LaunchTicket:
        """The intent by the server's clock, which the first answer tells."""
        if effort.began is None:  # sent by another process, which dated it
            return effort.intent
        dated = attrs.evolve(effort.intent, started_at=self._core.clock.at(effort.began))
        self._ledger.note(dated, was=effort.intent)
        return dated

    async def _send(self, effort: _Effort) -> LaunchTicket:
        """Send once; a cancellation meanwhile waits for the answer, notes it, and goes on."""
        await self._core.pace.acquire()
        try:
            await self._intend(effort)
        except BaseException:
            self._core.pace.release(None, sent=False)
            if effort.lost is None:
                effort.log.refused(effort.intent)
            raise
        flight = asyncio.ensure_future(self._core.attempt_now(campaigns.START.label, effort.request))
        self._flights.add(flight)
        flight.add_done_callback(self._landed)
        self._ledger.note(effort.intent)
        try:
            response = await asyncio.shield(flight)
        except asyncio.CancelledError:
            await self._hear(effort, flight)
            if _cancelled_by_others():
                raise
            raise ClientClosed("the client was closed while this start was in flight; its ticket is kept") from None
        return self._answered(effort, response)

    async def _intend(self, effort: _Effort) -> None:
        """Date the start, which may have waited for its turn, and have it written down before it is sent."""
        if effort.lost is not None:
            return
        effort.intent = self._intent(effort.intent.campaign_id)
        effort.began = asyncio.get_running_loop().time()
        await effort.log.intend(effort.intent)

    def _landed(self, flight: asyncio.Task[Response]) -> None:
        self._flights.discard(flight)
        if not flight.cancelled():
            flight.exception()  # marks it as seen: nobody awaits a flight whose waiter was cancelled

    async def _hear(self, effort: _Effort, flight: asyncio.Task[Response]) -> None:
        try:
            await asyncio.wait({flight}, timeout=GRACE)
        finally:
            if not flight.done():
                flight.cancel()
            elif not flight.cancelled():
                self._record(effort, flight)

    def _record(self, effort: _Effort, flight: asyncio.Task[Response]) -> None:
        """Keep what the answer said; a clear refusal leaves nothing to keep, an unclear answer the intent."""
        try:
            self._answered(effort, flight.result())
        except LeadLexError as error:
            # After a lost answer a refusal says nothing of the start before: it may have taken effect late.
            if not retry.ambiguous(error) and effort.lost is None:
                self._ledger.drop(effort.intent)
                effort.log.refused(effort.intent)

    def _answered(self, effort: _Effort, response: Response) -> LaunchTicket:
        started = convert.decode(campaigns.START, response)
        effort.intent = self._dated(effort)
        return self._noted(effort, attrs.evolve(effort.intent, task_id=started.task_id, status=started.status))


def _cancelled_by_others() -> bool:
    """Whether it is this task that was cancelled, and not just the flight it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class StartLog(Protocol):
    """Writes down what must outlive the process; what ``intend`` raises keeps the start from being sent."""

    async def intend(self, intent: LaunchTicket) -> None:
        """A start is about to be sent; it is when this returns."""
        ...

    def began(self, ticket: LaunchTicket) -> None:
        """The start was answered, or its launch was found."""
        ...

    def refused(self, intent: LaunchTicket) -> None:
        """The start surely had no effect: it was refused, or not even sent."""
        ...


class _NoLog:
    async def intend(self, intent: LaunchTicket) -> None:
        pass

    def began(self, ticket: LaunchTicket) -> None:
        pass

    def refused(self, intent: LaunchTicket) -> None:
        pass


_NO_LOG = _NoLog()


@define
class _Effort:
    """What is remembered from one try of a start to the next."""

    request: Request
    intent: LaunchTicket
    left: int
    log: StartLog
    began: float | None = None
    lost: LeadLexError | None = None
    refusals: int = 0
    pauses: Iterator[float] = field(factory=lambda: retry.growth(retry.FIRST_PAUSE, retry.LONGEST_PAUSE))

    def pause_after(self, last: LeadLexError) -> float:
        """Seconds until the next try, or the error that ends the effort."""
        if isinstance(last, RateLimited) and not last.daily and self.refusals < MOST_REFUSALS:
            self.refusals += 1
            return 0.0  # surely not started, and the pacer holds the next try back
        if not (retry.passing(last) or retry.ambiguous(last)) or self.left == 0:
            raise self._given_up(last)
        self.left -= 1
        return next(self.pauses)

    def _given_up(self, last: LeadLexError) -> LeadLexError:
        """Once an answer was lost, a late effect of that start cannot be ruled out, and no other error hides it."""
        if self.lost is None:
            return last
        error = unknown(self.intent, f"it had no effect whenever it was read; the last try: {last.message}")
        error.__cause__ = last
        return error
