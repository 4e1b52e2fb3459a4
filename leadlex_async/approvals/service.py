"""``Approvals``: begin a launch, wait for its decision, take in pushed decisions."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from .._http.wire import plain
from ..errors import (
    ApprovalTimeout,
    ConfigurationError,
    RateLimited,
    ValidationError,
)
from .begin import Starter
from .checks import check, check_listener, deadline_of, told_of
from .launch import Launch, Outcome, UpdateKind
from .ledger import Ledger
from .lookup import Lookup
from .poller import Poller
from .pushes import read
from .reader import Reader
from .ticket import LaunchTicket
from .watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._http.core import Core
    from ..models.webhooks import WebhookEvent
    from ..resources.lexi import Lexi
    from .begin import StartLog
    from .launch import OnUpdate, Reviewer, Until

FRESH = 5.0
"""Seconds: a ticket older than this may be decided already: it is looked at without delay."""

UNSEEN = 30.0
"""Seconds that the task of a new start may be in no list without its campaign being asked."""


class Approvals:
    """``leadlex.approvals``: launches in two steps that survive a restart between them."""

    def __init__(self, core: Core, lexi: Lexi) -> None:
        self._core = core
        self._ledger = Ledger()
        reader = Reader(core)
        self._starter = Starter(core, reader, self._ledger)
        self._lookup = Lookup(core, reader, lexi, self._ledger)
        self._poller = Poller(core, self._lookup)
        self._once = Lookup(core, Reader(core), lexi, self._ledger)

    @property
    def tickets(self) -> list[LaunchTicket]:
        """Launches begun by this client whose decision it does not know: what to store before a shutdown."""
        return self._ledger.tickets

    async def begin(
        self,
        campaign_id: str,
        *,
        adopt: bool = False,
        unheard: LaunchTicket | None = None,
        log: StartLog | None = None,
    ) -> LaunchTicket:
        """Start a campaign, once, and return the ticket to wait with.

        A campaign that is under way already raises ``AlreadyStarted``; ``adopt=True`` joins that launch instead.
        A lost answer is looked into before anything is sent again; if the truth cannot be read, ``StartOutcomeUnknown``
        carries a ticket that goes on from there. Cancelled meanwhile, it hears what it has sent out for up to 5 s and
        keeps the ticket in ``tickets`` (campaigns/start).

        For programs that must survive their own death, ``log`` is told of the intent before anything is sent, and of
        the ticket. After a death in between, the intent comes back as ``unheard``: the truth is read before anything
        is sent.
        """
        campaign_id = str(plain(campaign_id))
        if unheard is not None:
            self._check_ticket(unheard)
            if unheard.campaign_id != campaign_id:
                raise ValidationError(f"the unheard start is one of campaign {unheard.campaign_id}, not {campaign_id}")
        return await self._starter.begin(campaign_id, adopt=adopt, unheard=unheard, log=log)

    async def wait(  # noqa: PLR0913 - each is an independent choice of the caller
        self,
        ticket: LaunchTicket,
        *,
        timeout: float | None,
        reviewer: Reviewer | None = None,
        on_update: OnUpdate | None = None,
        until: Until = "decision",
        raise_for_outcome: bool = True,
    ) -> Launch:
        """Wait until the launch is decided, here or in any other process, for up to ``timeout`` seconds (None: no end).

        Returns a ``Launch`` when the campaign is launched. Otherwise raises ``ApprovalDismissed``, ``ApprovalFailed``,
        ``ApprovalTimeout`` or ``ApprovalLost``, or returns too with ``raise_for_outcome=False``. Errors of the network
        and the API are waited out, but for a refused key. ``until="completed"`` also waits until the approved task has
        been carried out. All waiters of a client share one poll a round (lexi/tasks).
        """
        if not isinstance(ticket, LaunchTicket):
            raise ValidationError("wait() takes a LaunchTicket; read a stored one with LaunchTicket.from_json(text)")
        watch = self._watch(ticket, deadline_of(timeout), reviewer, on_update, until)
        return await self._result(watch, timeout, raise_for_outcome=raise_for_outcome)

    async def launch(  # noqa: PLR0913 - each is an independent choice of the caller
        self,
        campaign_id: str,
        *,
        timeout: float | None,
        reviewer: Reviewer | None = None,
        on_update: OnUpdate | None = None,
        until: Until = "decision",
        adopt: bool = False,
        raise_for_outcome: bool = True,
    ) -> Launch:
        """``begin`` and ``wait`` under one deadline, with all their choices.

        ``campaigns.start_and_wait_for_approval`` is this without ``adopt`` and ``raise_for_outcome``.
        """
        deadline = deadline_of(timeout)
        check_listener(on_update)
        campaign_id = str(plain(campaign_id))
        ticket = await self._begin_by(campaign_id, deadline, timeout, adopt=adopt)
        watch = self._watch(ticket, deadline, reviewer, on_update, until)
        watch.tell(UpdateKind.STARTED)
        return await self._result(watch, timeout, raise_for_outcome=raise_for_outcome)

    def follow(self, ticket: LaunchTicket, *, timeout: float | None, reviewer: Reviewer | None = None) -> Watch:
        """Wait without a task that waits: ``done`` of the watch gets the ``Launch``, whatever its outcome, or an error.

        Thousands of tasks cost more memory than all else. ``leave`` must follow.
        """
        watch = self._watch(ticket, deadline_of(timeout), reviewer, None, "decision")
        self._join(watch)
        return watch

    def leave(self, watch: Watch) -> None:
        """End what ``follow`` began, decided or not."""
        self._poller.leave(watch)

    async def poll_once(self, tickets: Iterable[LaunchTicket]) -> list[Launch]:
        """Look once where these launches stand and return those that are decided, however they were.

        For programs with a loop of their own, in an engine that keeps it alive, say: it keeps nothing between two
        calls. It takes one request while all are pending, and a few more when some are not. Errors of the network and
        the API are raised; that of a single campaign only if no launch is decided (lexi/tasks).
        """
        watches = [self._watch(ticket, None, None, None, "decision") for ticket in tickets]
        for watch in watches:
            watch.polls_before = self._once.rounds
            if watch.ticket.settled:
                self._once.finish(watch, Outcome.AUTO_STARTED)
            elif watch.joined - watch.since > UNSEEN:
                watch.patience = 1
        with self._core.pace.reserve():
            waiting = [watch for watch in watches if not watch.done.done()]
            # Only some campaigns are asked in a round: in turn, by chance, since nothing is kept for the next call.
            random.shuffle(waiting)
            if waiting:
                await self._once.round(waiting)
        ended = [watch.done for watch in watches if watch.done.done()]
        failed = [error for done in ended if (error := done.exception()) is not None]
        if failed and len(failed) == len(ended):
            raise failed[0]
        return [done.result() for done in ended if done.exception() is None]

    def feed(self, event: WebhookEvent) -> int:
        """Take in a verified push; returns how many waits it ended (guide: webhooks).

        A decision is believed by the id of its task. Whatever else concerns a launch, ``campaign.started`` say, only
        has it looked at soon. A decision that comes before its waiter is remembered for ten minutes.
        """
        push = read(event)
        return self._poller.feed(push) if push is not None else 0

    async def aclose(self, *, grace: float = 0.0) -> None:
        """End every wait with ``ClientClosed``, and starts in flight that are not answered within ``grace`` seconds.

        The client does it when it is closed. A server does it when it begins to stop, so that requests which wait for
        decisions end; the rest of the client still works.
        """
        await self._starter.hear(grace)
        await self._poller.aclose()
        await self._starter.aclose()

    async def _begin_by(
        self, campaign_id: str, deadline: float | None, timeout: float | None, *, adopt: bool
    ) -> LaunchTicket:
        """Begin before the deadline; a spent day is slept through if it is renewed in time."""
        before = self._ledger.of(campaign_id)
        limit = asyncio.timeout_at(deadline)
        try:
            async with limit:
                return await self._begin_when_renewed(campaign_id, deadline, adopt=adopt)
        except TimeoutError:
            if not limit.expired():
                raise
        ticket = next((ticket for ticket in self._ledger.of(campaign_id) if ticket not in before), None)
        raise ApprovalTimeout(
            f"the start of campaign {campaign_id} did not get through within {timeout:g} s: {told_of(ticket)}",
            ticket=ticket,
        )

    async def _begin_when_renewed(self, campaign_id: str, deadline: float | None, *, adopt: bool) -> LaunchTicket:
        while True:
            try:
                return await self.begin(campaign_id, adopt=adopt)
            except RateLimited as error:
                if not error.daily or error.reset_at is None:
                    raise
                pause = (error.reset_at - self._core.clock.now()).total_seconds()
                if deadline is not None and asyncio.get_running_loop().time() + pause >= deadline:
                    raise
            await self._core.pace.rest(max(pause, 1.0))

    def _watch(
        self,
        ticket: LaunchTicket,
        deadline: float | None,
        reviewer: Reviewer | None,
        on_update: OnUpdate | None,
        until: Until,
    ) -> Watch:
        self._check_ticket(ticket)
        check_listener(on_update)
        loop = asyncio.get_running_loop()
        return Watch(
            ticket=ticket,
            done=loop.create_future(),
            joined=loop.time(),
            since=loop.time() - max(0.0, (self._core.clock.now() - ticket.started_at).total_seconds()),
            deadline=deadline,
            until=until,
            reviewer=reviewer,
            on_update=on_update,
            polls_before=self._lookup.rounds,
            task_id=ticket.task_id,
        )

    def _check_ticket(self, ticket: LaunchTicket) -> None:
        if ticket.base_url != self._core.base_url:
            raise ConfigurationError(
                f"this ticket belongs to {ticket.base_url}, this client talks to {self._core.base_url}; "
                "wait with a client of the ticket's base_url"
            )

    def _join(self, watch: Watch) -> None:
        if watch.ticket.settled:
            self._lookup.finish(watch, Outcome.AUTO_STARTED)
        else:
            fresh = watch.ticket.status is not None and watch.joined - watch.since < FRESH
            self._poller.join(watch, soon=not fresh or watch.reviewer is not None)

    async def _result(self, watch: Watch, timeout: float | None, *, raise_for_outcome: bool) -> Launch:
        self._join(watch)
        try:
            launch = await watch.done
        finally:
            self._poller.leave(watch)
        if raise_for_outcome:
            check(launch, watch, timeout)
        return launch
