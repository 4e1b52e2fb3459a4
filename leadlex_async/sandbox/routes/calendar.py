"""The calendar: events to read only; there is no operation that makes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ...resources import calendar as ops
from ..answers import Answer, data, paged
from ..clock import DAY, epoch
from ..records import Record, matching, pick
from ..table import route
from .email import by_email, start_sync

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._http.wire import JSONValue
    from ..call import Call
    from ..world import World

_BLANK: Record = {"provider": "google", "all_day": False, "status": "confirmed"}
_TIMES = ("start_time", "end_time", "all_day")
_LISTED = (
    "id",
    "provider",
    "title",
    "description",
    "location",
    "conference_url",
    "organizer_email",
    "deal_id",
    "status",
)
_ATTENDEE = ("email", "name", "response_status")
_WINDOW = 30 * DAY


def list_events(world: World, call: Call) -> Answer:
    """One page of events, by their start."""
    (start, end), contacts = _window(call), by_email(world)
    query, rows = call.query, matching(world.store.events, call, "deal_id")
    if query.get("attendee_email"):
        rows = [row for row in rows if query["attendee_email"].lower() in map(_email, _attendees(row))]
    if query.get("contact_id"):
        rows = [row for row in rows if query["contact_id"] in _contact_ids(row, contacts)]
    rows = [row for row in rows if start <= _starts(row) <= end]
    return paged("events", [_shown(row, contacts) for row in sorted(rows, key=_starts)], *call.page(25))


def _window(call: Call) -> tuple[float, float]:
    """From today on, for 30 days, unless the query says otherwise; a bare day at the end is all of it."""
    first, last = (epoch(call.query.get(name, "")) for name in ("from_date", "to_date"))
    start = call.now - call.now % DAY if first is None else first
    if last is None:
        return start, start + _WINDOW
    return start, last + DAY - 1e-3 if len(call.query["to_date"]) <= len("2026-01-31") else last


def _starts(row: Record) -> float:
    return epoch(str(row.get("start_time") or "")) or 0


def get_event(world: World, call: Call) -> Answer:
    """One event, with its recurrence, its tasks and who its attendees are."""
    row = world.store.events.named(call.arguments["id"])
    contacts = by_email(world)
    attendees: list[JSONValue] = [
        pick(each, _ATTENDEE) | {"contact_id": _contact_id(each, contacts)} for each in _attendees(row)
    ]
    tasks: list[JSONValue] = [task["id"] for task in world.store.todos.of(event_id=row["id"])]
    dates: Record = {"created_at": row["created_at"], "updated_at": row["updated_at"] or row["created_at"]}
    more: Record = {"recurrence_rule": row.get("recurrence_rule"), "attendees": attendees, "task_ids": tasks}
    return data(_shown(row, contacts) | more | dates)


def _shown(row: Record, contacts: Mapping[str, Record]) -> Record:
    people: list[JSONValue] = [pick(each, _ATTENDEE) for each in _attendees(row)]
    linked: Record = {"attendees": people, "contact_ids": [*_contact_ids(row, contacts)]}
    return pick(_BLANK | row, (*_LISTED, *_TIMES)) | linked


def _attendees(row: Record) -> list[Record]:
    return cast("list[Record]", row.get("attendees") or [])


def _email(attendee: Record) -> str:
    return str(attendee.get("email") or "").lower()


def _contact_ids(row: Record, contacts: Mapping[str, Record]) -> list[str]:
    """The contacts an event was given, and those among its attendees."""
    given = cast("list[str]", row.get("contact_ids") or [])
    attending = [_contact_id(each, contacts) for each in _attendees(row)]
    return [*dict.fromkeys([*given, *(str(each) for each in attending if each)])]


def _contact_id(attendee: Record, contacts: Mapping[str, Record]) -> JSONValue:
    return attendee.get("contact_id") or contacts.get(_email(attendee), {}).get("id")


def sync(world: World, call: Call) -> Answer:
    """Fetch from the calendar."""
    return start_sync(world, call, "calendar")


ROUTES = (
    route(ops.LIST_EVENTS, list_events),
    route(ops.GET_EVENT, get_event),
    route(ops.SYNC, sync),
)
