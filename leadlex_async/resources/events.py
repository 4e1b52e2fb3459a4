"""The types of events that webhooks can be sent (pages ``events/*``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._http.op import Op
from ..models.events import EventCatalog, EventCategory

if TYPE_CHECKING:
    from .._http.core import Core


CATALOG = Op("GET", "/v1/events/catalog", EventCatalog, scope="read:webhooks")

EventCategoryName = Literal[
    "contact", "company", "deal", "task", "note", "email", "meeting", "document", "workflow", "billing", "sync"
]


class Events:
    """``leadlex.events``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def catalog(
        self, *, category: EventCategory | EventCategoryName | None = None, version: str | None = None
    ) -> EventCatalog:
        """All event types with an example of each, those of ``v1`` unless ``version`` differs (events/catalog)."""
        return await self._core.call(CATALOG, query={"category": category, "version": version})
