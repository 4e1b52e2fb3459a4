"""Calendar: events of the connected Google and Microsoft calendars."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from .._http.record import OpenEnum


class CalendarProvider(OpenEnum):
    """Where a calendar lives."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"


class CalendarEventStatus(OpenEnum):
    """Whether an event takes place."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class ResponseStatus(OpenEnum):
    """What an attendee answered to the invitation."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    NEEDS_ACTION = "needsAction"


@frozen(kw_only=True)
class Attendee:
    """One attendee of an event; ``contact_id`` comes with ``get_event`` only."""

    email: str | None = None
    name: str | None = None
    response_status: ResponseStatus | None = None
    contact_id: str | None = None


@frozen(kw_only=True)
class CalendarEvent:
    """An event; ``recurrence_rule``, ``task_ids`` and the last two times come with ``get_event`` only."""

    id: str
    provider: CalendarProvider | None = None
    title: str | None = None
    description: str | None = None
    location: str | None = None
    conference_url: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    all_day: bool = False
    recurrence_rule: str | None = None
    """An RRULE of RFC 5545."""
    attendees: tuple[Attendee, ...] = ()
    organizer_email: str | None = None
    contact_ids: tuple[str, ...] = ()
    deal_id: str | None = None
    task_ids: tuple[str, ...] = ()
    status: CalendarEventStatus | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
