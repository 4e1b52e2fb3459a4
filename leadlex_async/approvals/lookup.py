"""One round of looking up where tasks stand, for all who wait."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from ..errors import AuthenticationError, ClientClosed, LeadLexError, NotFound, PermissionDenied, RateLimited
from ..models.campaigns import CampaignStatus
from ..models.lexi import LexiTaskStatus
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


@define
class Tally:
    """What the poll loop learns from a round, and from what was decided since the one before."""

    requests: int = 0
    decided: int = 0
    found: list[str] = field(factory=list[str])
    """Tasks whose decision no push had told."""
    missing: bool = False
    """Whether a task is in no list for the first time."""


class Lookup:
    """Reads the lists of tasks, places the tasks of those who wait, and ends the waits that are decided."""

    def __init__(self, core: Core, reader: Reader, lexi: Lexi, ledger: Ledger) -> None:
        self._core = core
        self._reader = reader
        self._ledger = ledger
        self._desk = ReviewDesk(lexi, self.settle)
        self._usual = dict.fromkeys(LOOK_UP, 0.0)
        self._tally = Tally()
        self.rounds = 0

    async def round(self, watches: list[Watch]) -> Tally:
        """Look where each task is expected; look up those that are not there; end the waits that are decided."""
        self.rounds += 1
        try:
            await self._read(watches)
        finally:
            self._reader.forget()
        tally, self._tally = self._tally, Tally()
        return tally

    async def _read(self, watches: list[Watch]) -> None:
        missing: list[Watch] = []
        listings: dict[LexiTaskStatus, TaskList] = {}
        for status in (LexiTaskStatus.PENDING, LexiTaskStatus.APPROVED):
            expected = [watch for watch in watches if watch.expected == status]
            if expected:
                listing = listings[status] = await self._list(status)
                missing += [watch for watch in expected if not self._place(watch, listing)]
        # Most are where most were found last. One that moves on between two lists meanwhile is met in the next round.
        for status in sorted(LOOK_UP, key=self._usual.__getitem__, reverse=True):
            if not missing:
                return
            listing, count = listings.get(status) or await self._list(status), len(missing)
            missing = [watch for watch in missing if not self._place(watch, listing)]
            self._usual[status] += (count - len(missing) - self._usual[status]) / 8
        for watch in missing:
            watch.misses += 1
            self._tally.missing |= watch.misses == 1 and watch.patience == FIRST_PATIENCE
        await self._question([watch for watch in missing if watch.tired][:QUESTIONS])

    async def _list(self, status: LexiTaskStatus) -> TaskList:
        self._tally.requests += 1
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
        watch.start_over()
        if status != LexiTaskStatus.PENDING:
            if status != watch.expected:
                if watch.expected == LexiTaskStatus.PENDING:
                    self._tally.found.append(watch.task_id)
                self.settle(watch, status, listing.task(watch.task_id))
        elif watch.wants_record and (task := listing.task(watch.task_id)) is not None:
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

    def settle(self, watch: Watch, status: LexiTaskStatus, task: LexiTask | None) -> None:
        """The task has left the pending ones; told again, nothing changes."""
        outcome = FINAL.get(status)
        if outcome is None or watch.done.done() or status == watch.expected:
            return
        self._tally.decided += 1
        if status == LexiTaskStatus.APPROVED and watch.until == "completed":
            watch.expected = LexiTaskStatus.APPROVED
            watch.tell(UpdateKind.APPROVED, task=task)
            return
        self.finish(watch, outcome, evolve(task, status=status) if task else None)

    def finish(self, watch: Watch, outcome: Outcome, task: LexiTask | None = None) -> None:
        """End a wait with an outcome, and the launch with it."""
        self._ledger.drop(watch.ticket, watch.task_id)
        watch.finish(
            outcome,
            now=asyncio.get_running_loop().time(),
            noticed_at=self._core.clock.now(),
            polls=self.rounds,
            task=task,
        )

    async def _question(self, watches: list[Watch]) -> None:
        """Ask the campaigns of tasks that no list shows; one that cannot be read is asked again some rounds later."""
        for watch in watches:
            self._tally.requests += 1
            try:
                campaign = await self._reader.campaign(watch.ticket.campaign_id)
            except NotFound:
                self.finish(watch, Outcome.LOST)
            except PermissionDenied as error:
                watch.fail(error)
            except (AuthenticationError, ClientClosed, RateLimited):
                raise
            except LeadLexError:
                watch.start_over()
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
