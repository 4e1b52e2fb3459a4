"""Statistics over deals and activities (pages ``stats/*`` and ``analytics/*``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.op import Op
from .._http.wire import When
from ..models.stats import ActivityStats, OutreachStats, PipelineStats

if TYPE_CHECKING:
    from .._http.core import Core


PIPELINE = Op("GET", "/v1/stats/pipeline", PipelineStats, scope="deals:read")
ACTIVITIES = Op("GET", "/v1/stats/activities", ActivityStats, scope="activities:read")
OUTREACH = Op("GET", "/v1/analytics/outreach", OutreachStats, scope="activities:read")


class Stats:
    """``leadlex.stats``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def pipeline(self, *, pipeline: str | None = None, tags: str | None = None) -> PipelineStats:
        """Count the deals by stage, of one pipeline or with a tag (stats/pipeline)."""
        return await self._core.call(PIPELINE, query={"pipeline": pipeline, "tags": tags})

    async def activities(self, date_from: When, date_to: When, *, activity_type: str | None = None) -> ActivityStats:
        """Count the activities of a span of time by type (stats/activities)."""
        query = {"date_from": date_from, "date_to": date_to, "activity_type": activity_type}
        return await self._core.call(ACTIVITIES, query=query)

    async def outreach(self, *, days: int | None = None, pipeline: str | None = None) -> OutreachStats:
        """Sum up the last 7 (or ``days``) days; ``pipeline`` narrows the deals only (analytics/outreach)."""
        return await self._core.call(OUTREACH, query={"days": days, "pipeline": pipeline})
