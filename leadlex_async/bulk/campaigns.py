"""The campaigns resource with launches by the thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..approvals import campaigns
from .batch import Batch
from .launches import Launches
from .options import Options
from .report import LaunchReport
from .teller import plan_for

if TYPE_CHECKING:
    from os import PathLike

    from ..approvals.launch import Reviewer
    from .batch import Campaigns as Ids
    from .plan import LaunchPlan
    from .report import OnProgress


class Campaigns(campaigns.Campaigns):
    """``leadlex.campaigns``."""

    def plan_launch(self, count: int) -> LaunchPlan:
        """What launching so many campaigns will take: days, minutes, and what polls keep; nothing is sent.

        It goes by the plan given to the client or told by the last answer, and by what is left of today.
        """
        return plan_for(self._core, count)

    def launch_many(  # noqa: PLR0913 - each is an independent choice of the caller
        self,
        ids: Ids | None,
        *,
        timeout: float | None,
        reviewer: Reviewer | None = None,
        journal: str | PathLike[str] | None = None,
        on_progress: OnProgress | None = None,
        wait_for_quota: bool = True,
    ) -> Launches:
        """Launch campaigns, each once, and give their results in the order in which people decide.

        ``ids`` is any iterable or async iterable, read as starts get their turns. None goes on with all in the journal;
        campaigns not reached yet are not in it. Each launch waits up to ``timeout`` seconds from its start, or from
        when a later run takes it up. One failure never stops the others; a refused key, say, ends all of them.
        With ``journal``, the path of an SQLite file, another run with the same ids goes on after any death of this one:
        nothing is started twice and nothing forgotten. On a spent day the batch sleeps until 00:00 UTC, or ends with
        ``QuotaExhausted`` where ``wait_for_quota`` is False. ``on_progress`` is called with each ``LaunchProgress``; it
        must not block. Raises ``JournalError`` if the journal cannot be used (campaigns/start).
        """
        options = Options(
            timeout=timeout,
            reviewer=reviewer,
            journal=journal,
            on_progress=on_progress,
            wait_for_quota=wait_for_quota,
        )
        return Launches(Batch(self._core, self._approvals, ids, options))

    async def launch_all(  # noqa: PLR0913 - each is an independent choice of the caller
        self,
        ids: Ids | None,
        *,
        timeout: float | None,
        reviewer: Reviewer | None = None,
        journal: str | PathLike[str] | None = None,
        on_progress: OnProgress | None = None,
        wait_for_quota: bool = True,
    ) -> LaunchReport:
        """``launch_many`` to its end, as one report; what ends all launches is raised (campaigns/start)."""
        options = Options(
            timeout=timeout,
            reviewer=reviewer,
            journal=journal,
            on_progress=on_progress,
            wait_for_quota=wait_for_quota,
        )
        batch = Batch(self._core, self._approvals, ids, options)
        async with Launches(batch) as launches:
            results = [result async for result in launches]
        return LaunchReport(results=tuple(results), requests=batch.requests, duplicates=batch.duplicates)
