"""Calendar: events of the connected calendars, to read only (pages ``calendar/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.calendar import CalendarEvent, CalendarProvider
from ..models.common import SyncJob, SyncMode

if TYPE_CHECKING:
    from .._http.core import Core


LIST_EVENTS = Op("GET", "/v1/calendar/events", Page[CalendarEvent], "events", scope="read:calendar")
GET_EVENT = Op("GET", "/v1/calendar/events/{id}", CalendarEvent, "event", scope="read:calendar")
SYNC = Op("POST", "/v1/calendar/sync", SyncJob, scope="write:calendar", idempotent=True)


class CalendarFilters(TypedDict, total=False):
    """Which events to list, by their start: from today on, for 30 days from ``from_date``, unless given."""

    per_page: int
    from_date: When
    to_date: When
    contact_id: str
    deal_id: str
    attendee_email: str


class CalendarSync(TypedDict, total=False):
    """Body of ``calendar.sync``; the dates count in mode ``full`` only: 90 days back, 180 ahead, unless given."""

    mode: SyncMode | Literal["incremental", "full"]
    provider: CalendarProvider | Literal["google", "microsoft"]
    from_date: When
    to_date: When


class Calendar:
    """``leadlex.calendar``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def list_events(self, *, page: int = 1, **filters: Unpack[CalendarFilters]) -> Page[CalendarEvent]:
        """One page of events, 25 unless ``per_page`` (at most 100) says otherwise (calendar/events-list)."""
        return await self._core.call(LIST_EVENTS, query={"page": page, **filters})

    def iter_events(
        self, *, limit: int | None = None, **filters: Unpack[CalendarFilters]
    ) -> AsyncIterator[CalendarEvent]:
        """Walk all events of the window, one request a page of 100 (calendar/events-list)."""
        return self._core.iterate(LIST_EVENTS, query=filters, limit=limit)

    async def get_event(self, id: str) -> CalendarEvent:
        """Read one event with its recurrence, its tasks and its attendees' contacts (calendar/events-get)."""
        return await self._core.call(GET_EVENT, id=id)

    async def sync(self, *, idempotency_key: str | None = None, **body: Unpack[CalendarSync]) -> SyncJob:
        """Fetch from the calendars now, up to 6 times an hour; ``Conflict`` during a full sync (calendar/sync)."""
        return await self._core.call(SYNC, json=body, idempotency_key=idempotency_key)
