"""Rows of ``leadlex.calendar``."""

from __future__ import annotations

from datetime import date

from leadlex_async.models.calendar import CalendarProvider

from ._row import HELD, META, SINCE, Row, collect

LISTED = {
    "id": "ev-1",
    "provider": "google",
    "title": "Rent",
    "description": "The new lease",
    "location": "Basel",
    "conference_url": "https://meet.example/rent",
    "start_time": HELD,
    "end_time": "2026-04-17T15:30:00Z",
    "all_day": True,
    "attendees": [{"email": "ann@example.com", "name": "Ann Lee", "response_status": "needsAction"}],
    "organizer_email": "desk@example.com",
    "contact_ids": ["c-1"],
    "deal_id": "d1",
    "status": "tentative",
}
EVENT = LISTED | {
    "recurrence_rule": "RRULE:FREQ=WEEKLY;COUNT=4",
    "attendees": [
        {"email": "ann@example.com", "name": "Ann Lee", "response_status": "accepted", "contact_id": "c-1"},
        {"email": "bo@example.com", "name": "Bo", "response_status": "declined", "contact_id": None},
    ],
    "task_ids": ["t1"],
    "created_at": "2026-04-01T09:00:00Z",
    "updated_at": "2026-04-02T09:00:00Z",
}

ROWS = [
    Row(
        "calendar.list_events",
        lambda api: api.calendar.list_events(
            page=2,
            per_page=25,
            from_date=SINCE,
            to_date=date(2026, 6, 30),
            contact_id="c-1",
            deal_id="d1",
            attendee_email="ann@example.com",
        ),
        "GET /v1/calendar/events",
        {"events": [LISTED]},
        query={
            "page": "2",
            "per_page": "25",
            "from_date": "2026-04-01T00:00:00Z",
            "to_date": "2026-06-30",
            "contact_id": "c-1",
            "deal_id": "d1",
            "attendee_email": "ann@example.com",
        },
        envelope="events",
        meta=META,
    ),
    Row(
        "calendar.iter_events",
        lambda api: collect(api.calendar.iter_events(attendee_email="ann+x@example.com", limit=1)),
        "GET /v1/calendar/events",
        {"events": [LISTED | {"provider": "microsoft", "deal_id": None, "status": "confirmed"}]},
        query={"page": "1", "per_page": "100", "attendee_email": "ann+x@example.com"},
        envelope="events",
    ),
    Row("calendar.get_event", lambda api: api.calendar.get_event("ev-1"), "GET /v1/calendar/events/ev-1", EVENT),
    Row(
        "calendar.sync",
        lambda api: api.calendar.sync(),
        "POST /v1/calendar/sync",
        {"job_id": "job-1", "status": "queued", "mode": "incremental", "queued_at": HELD},
        body={},
        idempotent=True,
    ),
    Row(
        "calendar.sync of a window",
        lambda api: api.calendar.sync(
            mode="full", provider=CalendarProvider.GOOGLE, from_date=SINCE, to_date="2026-06-30"
        ),
        "POST /v1/calendar/sync",
        {"job_id": "job-2", "status": "running", "mode": "full", "queued_at": HELD},
        body={"mode": "full", "provider": "google", "from_date": "2026-04-01T00:00:00Z", "to_date": "2026-06-30"},
        idempotent=True,
    ),
]
