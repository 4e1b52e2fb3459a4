"""The campaigns resource with what this SDK exists for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resources import campaigns

if TYPE_CHECKING:
    from .._http.core import Core
    from .launch import Launch, OnUpdate, Reviewer, Until
    from .service import Approvals


class Campaigns(campaigns.Campaigns):
    """``leadlex.campaigns``."""

    def __init__(self, core: Core, approvals: Approvals) -> None:
        super().__init__(core)
        self._approvals = approvals

    async def start_and_wait_for_approval(
        self,
        campaign_id: str,
        *,
        timeout: float | None,
        reviewer: Reviewer | None = None,
        on_update: OnUpdate | None = None,
        until: Until = "decision",
    ) -> Launch:
        """Start a campaign, once, and wait up to ``timeout`` seconds until a person has approved it.

        Returns a ``Launch`` when the campaign is on its way, at once where no approval is needed. ``reviewer``, an
        async callable, sees the pending task and returns ``Approve()``, ``Dismiss(reason)`` or None to leave it to
        people. ``on_update`` is called with each ``LaunchUpdate``; it must not block. ``until="completed"`` also waits
        until the approved task has been carried out.

        Raises ``ApprovalDismissed``, ``ApprovalFailed``, ``ApprovalTimeout`` (go on with
        ``approvals.wait(error.ticket, ...)``), ``ApprovalLost``, ``AlreadyStarted``, ``StartOutcomeUnknown`` and the
        API's refusals; lost connections, server errors and quota pauses are waited out. Safe to call thousands of times
        at once: all calls share one poll loop (campaigns/start, lexi/tasks).
        """
        return await self._approvals.launch(
            campaign_id, timeout=timeout, reviewer=reviewer, on_update=on_update, until=until
        )
