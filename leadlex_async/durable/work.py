"""What a replica does for the batches it carries: start a portion, look where launches stand, read a push."""

from __future__ import annotations

import asyncio
import math
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

import attrs
from attrs import define, field, frozen

from .._http.pace import PLACES
from ..approvals.cadence import LONGEST, SHORTEST, Cadence
from ..approvals.launch import Launch, Outcome
from ..approvals.pushes import read
from ..approvals.watch import FINAL
from ..errors import (
    AuthenticationError,
    ClientClosed,
    LeadLexError,
    PermissionDenied,
    RateLimited,
    StartOutcomeUnknown,
)
from .course import Push, Round, Started, launch_of, launch_to
from .database import LOG
from .starts import Late, Log, Taken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .._http.core import Core
    from ..approvals.service import Approvals
    from ..approvals.ticket import LaunchTicket
    from ..models.webhooks import WebhookEvent
    from .database import Database
    from .starts import Starts

LULL = 60.0
"""Seconds without a new launch after which the next one starts the poll interval anew."""
UNANNOUNCED = 10
"""Pushes are not to be relied on if of so many decisions as were pushed one more had to be found."""
REFUSED_PAUSE = 300.0
"""Seconds until the next try while the key is refused: whoever runs the replicas gives them another one."""


@define
class _Pause:
    """These starts surely were not sent; they may be in so many seconds."""

    seconds: float


@define
class _Pace:
    """What is remembered of a batch from one look to the next; a replica that takes it over begins anew."""

    cadence: Cadence = field(factory=Cadence)
    learnt: float | None = None
    joined: float = -math.inf
    failures: int = 0


@frozen
class News:
    """What a batch has seen since its last look, and what is still to come."""

    rounds: int
    """Looks before."""
    joined: bool
    """Whether new launches wait."""
    pushes: int
    """Launches that pushes have decided."""
    queued: int
    """Campaigns that are still to be started."""


class Work:
    """Carries out the steps of batches with one client, in the client's own loop."""

    def __init__(self, core: Core, approvals: Approvals, database: Database, starts: Starts, spacing: float) -> None:
        self._core = core
        self._approvals = approvals
        self._database = database
        self._starts = starts
        self._paces: dict[str, _Pace] = {}
        self._sent = core.pace.sent
        self._spacing = spacing
        self._next_turn = 0.0
        self._slots = asyncio.Semaphore(PLACES)

    # Starts

    async def start(self, batch: str, ids: Sequence[str]) -> Started:
        """Start each of these campaigns once, whatever an earlier run of this step may have come to."""
        log = Log(self._database, batch, str(uuid.uuid4()))
        known = await self._starts.known(batch, ids)
        answered = {campaign_id for campaign_id, entry in known.items() if entry.answered}
        rest = [campaign_id for campaign_id in ids if campaign_id not in answered]
        tickets = [known[campaign_id].ticket for campaign_id in ids if campaign_id in answered]
        unheard = {campaign_id: entry.ticket for campaign_id, entry in known.items() if not entry.answered}
        try:
            ends = await asyncio.gather(*(self._begin(log, batch, each, unheard.get(each)) for each in rest))
        finally:
            await log.flush()
        ended = [*zip(rest, ends, strict=True)]
        tickets += [end for end in ends if not isinstance(end, (_Pause, Exception))]
        return Started(
            tickets=tuple(ticket.to_json() for ticket in tickets),
            failed=tuple((each, end) for each, end in ended if isinstance(end, Exception)),
            rest=tuple(each for each, end in ended if isinstance(end, _Pause)),
            pause=max((end.seconds for end in ends if isinstance(end, _Pause)), default=0.0),
            requests=self._requests(),
        )

    async def _begin(
        self, log: Log, batch: str, campaign_id: str, unheard: LaunchTicket | None
    ) -> LaunchTicket | _Pause | Exception:
        while True:
            try:
                await self._turn()
                async with self._slots:
                    return await self._approvals.begin(campaign_id, unheard=unheard, log=log)
            except (Taken, Late) as error:
                # Another execution of this portion may have sent it: the truth is in its intent, and at LeadLex.
                entry = (await self._starts.known(batch, [campaign_id])).get(campaign_id)
                if entry is not None and entry.answered:
                    return entry.ticket
                unheard = entry.ticket if entry is not None else None
                LOG.info("the start of campaign %s: %s", campaign_id, type(error).__doc__)
            except ClientClosed:
                await _forever()
            except Exception as error:  # noqa: BLE001 - one failure never stops the others
                return self._pause(error) or error

    async def _turn(self) -> None:
        """Wait for this start's place in the limit; all portions of this replica share it."""
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next_turn)
        self._next_turn = turn + self._spacing
        if turn > now:
            await self._core.pace.rest(turn - now)

    def _pause(self, error: Exception) -> _Pause | None:
        """How long to leave a start alone that is not to blame: the day is spent, or the key is refused."""
        if isinstance(error, RateLimited):
            return _Pause(self._until(error.reset_at) if error.daily else LONGEST)
        if isinstance(error, StartOutcomeUnknown) and self._core.pace.day_is_spent:
            return _Pause(self._until(None))  # nothing could be read today; the intent is kept
        if isinstance(error, (AuthenticationError, PermissionDenied)):
            LOG.warning("starts are refused, trying again in %g s: %s", REFUSED_PAUSE, error)
            return _Pause(REFUSED_PAUSE)
        return None

    def _until(self, reset_at: datetime | None) -> float:
        """Seconds until the day's quota is renewed."""
        now = self._core.clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return max(SHORTEST, ((reset_at or midnight) - now).total_seconds())

    # Looks

    async def look(self, batch: str, tickets: Sequence[LaunchTicket], news: News, *, timeout: float | None) -> Round:
        """Look once where these launches stand."""
        pace = self._paces.setdefault(batch, _Pace())
        now, sent = asyncio.get_running_loop().time(), self._core.pace.sent
        self._hear_news(pace, now, news)
        try:
            found = await self._approvals.poll_once(tickets)
        except ClientClosed:
            await _forever()
        except LeadLexError as error:
            found, pause = [], self._trouble(pace, error)
        else:
            pace.failures = 0
            pause = self._interval(pace, now, tickets, len(found), news, self._core.pace.sent - sent)
        return self._ended(tickets, found, news.rounds + 1, timeout, pause)

    def forget(self, batch: str) -> None:
        """The batch is at its end."""
        self._paces.pop(batch, None)

    def _hear_news(self, pace: _Pace, now: float, news: News) -> None:
        if news.joined and now - pace.joined > LULL:
            pace.cadence.restart()
        if news.joined:
            pace.joined = now
        for _ in range(news.pushes):
            pace.cadence.pushed()

    def _trouble(self, pace: _Pace, error: LeadLexError) -> float:
        """Nothing could be read: seconds until the next try."""
        pace.failures += 1
        LOG.warning("a look at waiting launches failed, trying again: %s", error)
        if isinstance(error, (AuthenticationError, PermissionDenied)):
            return REFUSED_PAUSE
        if isinstance(error, RateLimited) and error.daily:
            return self._until(error.reset_at)
        return min(LONGEST, math.ldexp(SHORTEST, min(pace.failures - 1, 10)))

    def _interval(  # noqa: PLR0913, PLR0917 - the one place where all that bears on the interval comes together
        self, pace: _Pace, now: float, tickets: Sequence[LaunchTicket], decided: int, news: News, requests: int
    ) -> float:
        clock, cadence = self._core.clock.now(), pace.cadence
        age = sum((clock - ticket.started_at).total_seconds() for ticket in tickets) / max(1, len(tickets))
        elapsed = 0.0 if pace.learnt is None else now - pace.learnt
        cadence.round(elapsed=elapsed, waiting=len(tickets), age=age, decided=decided, requests=requests)
        pace.learnt = now
        if decided * UNANNOUNCED > news.pushes:
            cadence.unannounced()
        budget = self._core.pace.poll_budget()
        return cadence.interval(waiting=len(tickets) - decided, age=age, queued=news.queued, budget=budget)

    def _ended(
        self, tickets: Sequence[LaunchTicket], found: Sequence[Launch], rounds: int, timeout: float | None, pause: float
    ) -> Round:
        """The launches that are decided, or whose time is up, and the seconds until the next look."""
        now = self._core.clock.now()
        ended = {launch.campaign_id: _completed(launch, rounds) for launch in found}
        if timeout is not None:
            for ticket in tickets:
                left = timeout - (now - ticket.started_at).total_seconds()
                if ticket.campaign_id not in ended and left <= 0:
                    ended[ticket.campaign_id] = launch_of(ticket, Outcome.TIMED_OUT, now, rounds)
                elif left > 0:
                    pause = min(pause, max(left, SHORTEST))
        return Round(tuple((each, launch_to(launch)) for each, launch in ended.items()), pause, self._requests())

    # Pushes

    def push(self, event: WebhookEvent) -> Push | None:
        """What a verified push tells a batch; None if it is about no launch."""
        push = read(event)
        if push is None:
            return None
        outcome = FINAL[push.status].value if push.status is not None else None
        now = self._core.clock.now()
        return Push(outcome, push.campaign_id, push.task_id, push.occurred_at, now, push.late(now))

    def _requests(self) -> int:
        """Requests since this was last asked; the steps of several batches share what the client sends."""
        before, self._sent = self._sent, self._core.pace.sent
        return self._sent - before


def _completed(launch: Launch, rounds: int) -> Launch:
    """The launch with what came before this look: it knows only of itself."""
    waited = (launch.noticed_at - launch.started_at).total_seconds() if launch.noticed_at is not None else 0.0
    return attrs.evolve(launch, waited=max(0.0, waited), polls=rounds)


async def _forever() -> NoReturn:
    """The client is closed under a step. What the step would return now would be recorded: it is left undone."""
    while True:
        await asyncio.get_running_loop().create_future()
