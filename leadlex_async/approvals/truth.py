"""What became of a start whose answer was lost, read from the campaign and the lists of tasks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs

from .._http import retry
from ..errors import AuthenticationError, LeadLexError, NotFound, PermissionDenied, StartOutcomeUnknown
from ..models.campaigns import CampaignStatus
from ..models.lexi import LexiTaskStatus

if TYPE_CHECKING:
    from datetime import datetime

    from .._http.core import Core
    from ..models.lexi import LexiTask
    from .ledger import Ledger
    from .reader import Reader
    from .ticket import LaunchTicket

READ_AFTER = (0.5, 2.0, 8.0)
"""Seconds before each reading of the truth after a lost answer: the start may be committed after the first reading."""

LATEST_COMMIT = 600.0
"""Seconds after which a start that the server has not carried out never will be: one reading is enough then."""

SPARE = (8.0, 8.0)
"""Seconds before the readings that make up for failed ones."""

_IDLE = frozenset({CampaignStatus.DRAFT})
_LAUNCHED = frozenset({CampaignStatus.ACTIVE, CampaignStatus.COMPLETED})
_APPROVED = (LexiTaskStatus.APPROVED, LexiTaskStatus.COMPLETED)
_REFUSED = (LexiTaskStatus.DISMISSED, LexiTaskStatus.FAILED)


class Truth:
    """Finds launches by what the API shows of them; tasks known to have decided other launches do not count."""

    def __init__(self, core: Core, reader: Reader, ledger: Ledger) -> None:
        self._core = core
        self._reader = reader
        self._ledger = ledger

    async def join(self, intent: LaunchTicket) -> LaunchTicket | None:
        """The ticket of the launch of this campaign that is under way, whoever began it; None if none is."""
        for delay in READ_AFTER:
            try:
                return await self._joined(intent)
            except LeadLexError as error:
                if not (retry.passing(error) or retry.ambiguous(error)):
                    raise
            await self._core.pace.rest(delay)
        return await self._joined(intent)

    async def _joined(self, intent: LaunchTicket) -> LaunchTicket | None:
        found = await self._under_way(intent, await self._status(intent), since=None)
        return attrs.evolve(found, joined=True) if found else None

    async def settle(self, intent: LaunchTicket) -> LaunchTicket | None:
        """What became of a lost start: its ticket, None if it surely had no effect, else ``StartOutcomeUnknown``.

        It surely had none if the campaign is a draft in three readings, or in one long after, and no decided task is of
        this start.
        """
        seen, drafts, clear = "nothing could be read", 0, True
        age = (self._core.clock.now() - intent.started_at).total_seconds()
        readings = READ_AFTER if age < LATEST_COMMIT else READ_AFTER[:1]
        for delay in (*readings, *SPARE):
            await self._core.pace.rest(delay)
            try:
                status = await self._status(intent)
                found = await self._under_way(intent, status, since=intent.started_at)
            except (AuthenticationError, PermissionDenied) as error:
                raise unknown(intent, f"reading it is not allowed: {error.message}") from None
            except LeadLexError as error:
                seen = f"the last reading failed: {error.message}"
                continue
            if found is not None:
                return found
            # A paused campaign may be the one just started, paused by a person: only a draft surely was not started.
            seen, drafts, clear = f"the campaign is {status or 'gone'}", drafts + 1, clear and status in _IDLE
            if drafts == len(readings):
                break
        if drafts < len(readings) or not clear:
            raise unknown(intent, seen)
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
        taken = partial(self._ledger.taken, intent)
        task = await self._reader.find_start((LexiTaskStatus.PENDING,), intent.campaign_id, None, taken)
        if task is None and status in _LAUNCHED:
            task = await self._reader.find_start(_APPROVED, intent.campaign_id, since, taken)
        if task is not None or status == CampaignStatus.PENDING_APPROVAL:
            return _waiting(intent, task)
        return attrs.evolve(intent, status=CampaignStatus.ACTIVE) if status in _LAUNCHED else None

    async def _decided(self, intent: LaunchTicket, seen: str) -> LaunchTicket | None:
        """The ticket of a lost start that was decided before it was read: dismissed, say, within seconds."""
        taken = partial(self._ledger.taken, intent)
        try:
            task = await self._reader.find_start(_APPROVED + _REFUSED, intent.campaign_id, intent.started_at, taken)
        except LeadLexError as error:
            raise unknown(intent, f"{seen}; the decided tasks could not be read: {error.message}") from None
        return _waiting(intent, task) if task is not None else None


def _waiting(intent: LaunchTicket, task: LexiTask | None) -> LaunchTicket:
    return attrs.evolve(intent, task_id=task.id if task else None, status=CampaignStatus.PENDING_APPROVAL)


def unknown(intent: LaunchTicket, seen: str) -> StartOutcomeUnknown:
    """The error of a start whose outcome cannot be told."""
    return StartOutcomeUnknown(
        f"the answer to the start of campaign {intent.campaign_id} was lost, and {seen}", ticket=intent, seen=seen
    )
