"""The contacts of a campaign and what happened to their mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import campaigns as ops
from ..answers import Answer, Refusal, data, invalid, missing, paged
from ..clock import epoch, iso
from ..store import CampaignRow, EnrollmentRow
from ..table import route
from .campaigns import campaign_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..call import Call
    from ..records import Record
    from ..world import World

_STATUSES = ("pending", "active", "paused", "completed", "bounced", "unsubscribed", "replied")
_EVENTS = ("sent", "delivered", "opened", "clicked", "replied", "bounced", "unsubscribed", "complained")
_SENT = ("sent", "delivered")


def list_contacts(world: World, call: Call) -> Answer:
    """The enrolled contacts, newest first."""
    row = campaign_named(world, call)
    wanted = call.among("status", _STATUSES)
    rows = [*row.enrollments.values()] if wanted in {None, _status(row)} else []
    return paged("contacts", [_shown(world, row, each) for each in reversed(rows)], *call.page())


def add_contacts(world: World, call: Call) -> Answer:
    """Enroll contacts; those already in are skipped."""
    row = campaign_named(world, call)
    ids = call.ids("contact_ids", "missing_required_field")
    if len(ids) > ops.MOST_CONTACTS:
        raise Refusal(400, "too_many_contacts", f"At most {ops.MOST_CONTACTS} contacts per request")
    known_contacts(world, ids)
    new = [each for each in dict.fromkeys(ids) if each not in row.enrollments]
    for each in new:
        row.enrollments[each] = EnrollmentRow(each, call.now, call.text("source"))
    return data({"added": len(new), "skipped": len(ids) - len(new), "contact_ids": new})


def remove_contact(world: World, call: Call) -> Answer:
    """Take one contact out."""
    row, contact_id = campaign_named(world, call), call.arguments["contact_id"]
    if row.enrollments.pop(contact_id, None) is None:
        raise missing("Enrollment", "enrollment_not_found")
    return data({"removed": True, "campaign_id": row.id, "contact_id": contact_id})


def list_events(world: World, call: Call) -> Answer:
    """What happened to the mails, newest first: each one sent was delivered."""
    row = campaign_named(world, call)
    kind = call.among("type", _EVENTS, "invalid_event_type")
    contact_id, since, until = call.query.get("contact_id"), _moment(call, "from_date"), _moment(call, "to_date")
    events = [
        _event(world, row, each, name)
        for each in reversed(row.enrollments.values())
        if contact_id in {None, each.contact_id} and _within(each.last_sent_at, since, until)
        for name in _SENT
        if kind in {None, name}
    ]
    return paged("events", events, *call.page())


def known_contacts(world: World, ids: Iterable[str]) -> None:
    """Refuse ids that are no contacts of this workspace."""
    unknown = [each for each in ids if each not in world.store.contacts]
    if unknown:
        message = "One or more contact IDs are invalid or not in your workspace"
        raise Refusal(400, "validation_error", message, invalid_ids=unknown)


def _moment(call: Call, name: str) -> float | None:
    text = call.query.get(name)
    moment = epoch(text) if text else None
    if text and moment is None:
        raise invalid("Invalid request parameters", **{name: "Must be ISO 8601"})
    return moment


def _within(moment: float | None, since: float | None, until: float | None) -> bool:
    if moment is None:
        return False
    return (since is None or moment >= since) and (until is None or moment <= until)


def _status(row: CampaignRow) -> str:
    return row.status if row.status in {"active", "paused", "completed"} else "pending"


def _contact(world: World, each: EnrollmentRow) -> Record:
    return world.store.contacts.rows.get(each.contact_id, {})


def _shown(world: World, row: CampaignRow, each: EnrollmentRow) -> dict[str, object]:
    contact = _contact(world, each)
    return {
        "contact_id": each.contact_id,
        "full_name": contact.get("full_name", ""),
        "email": contact.get("email"),
        "status": _status(row),
        "current_step": 0 if each.last_sent_at is None else 1,
        "added_at": iso(each.added_at),
        "last_sent_at": None if each.last_sent_at is None else iso(each.last_sent_at),
    }


def _event(world: World, row: CampaignRow, each: EnrollmentRow, name: str) -> dict[str, object]:
    contact = _contact(world, each)
    return {
        "id": f"evt_{name}_{each.contact_id}",
        "type": name,
        "contact_id": each.contact_id,
        "email": contact.get("email"),
        "step_id": row.steps[0].id if row.steps else None,
        "timestamp": iso(each.last_sent_at or each.added_at),
        "metadata": {},
    }


ROUTES = (
    route(ops.LIST_CONTACTS, list_contacts),
    route(ops.ADD_CONTACTS, add_contacts, missing="missing_required_field"),
    route(ops.REMOVE_CONTACT, remove_contact),
    route(ops.LIST_EVENTS, list_events, type="invalid_event_type"),
)
