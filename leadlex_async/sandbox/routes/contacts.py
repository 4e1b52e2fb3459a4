"""Contacts: create, read, list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...resources import contacts as ops
from ..answers import Answer, data, invalid, missing, paged
from ..call import Call
from ..clock import DAY, epoch, iso
from ..store import ContactRow, new_id
from ..table import route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..._http.wire import JSONValue
    from ..world import World

_PRIORITIES: dict[JSONValue, int] = {"high": 1, "medium": 2, "low": 3, 1: 1, 2: 2, 3: 3}
_SORTS = ("created_at", "updated_date", "full_name")
_KEPT = ("phone", "job_title", "company", "linkedin_url", "related_company_id", "tags", "custom_fields")
_LISTED = ("phone", "job_title", "linkedin_url")
_INCLUDES = {"notes": "recent_notes", "tasks": "open_tasks", "deals": "open_deals"}
_OLDEST = 5 * 365 * DAY


def list_contacts(world: World, call: Call) -> Answer:
    """One page of contacts, in the short form of the list."""
    wanted = [row for row in _of_list(world, call) if _matches(row, call)]
    return paged("contacts", [_listed(row) for row in _sorted(wanted, call)], *call.page())


def create(world: World, call: Call) -> Answer:
    """A new contact; missing names come from the others or from the e-mail."""
    row = _new(call)
    world.store.contacts[row.id] = row
    shown = {"first_name": row.first_name, "last_name": row.last_name, "priority": row.priority}
    return data(_brief(row) | shown | {"created_date": iso(row.created_at)})


def get(world: World, call: Call) -> Answer:
    """One contact; the sandbox keeps no notes, tasks or deals to include."""
    row = world.store.contacts.get(call.arguments["id"])
    if row is None:
        raise missing("Contact")
    asked = {word.strip() for word in call.query.get("include", "").split(",")}
    included = {name: list[object]() for word, name in _INCLUDES.items() if asked & {word, "*"}}
    names = {"first_name": row.first_name, "last_name": row.last_name, "priority": row.priority}
    dates = {"created_date": iso(row.created_at), "updated_date": iso(row.updated_at)}
    empty = dict.fromkeys(_KEPT) | {"tags": list[object](), "custom_fields": dict[str, object]()}
    return data(_brief(row) | names | empty | row.details | dates | included)


def create_many(world: World, call: Call) -> Answer:
    """Several new contacts; one bad row refuses all."""
    rows = call.body.get("contacts")
    if not isinstance(rows, list) or not 1 <= len(rows) <= ops.MOST_ROWS:
        raise invalid(f"contacts must hold 1 to {ops.MOST_ROWS} rows", contacts="Invalid")
    new = [_new(_row_call(call, index, row)) for index, row in enumerate(rows)]
    world.store.contacts |= {row.id: row for row in new}
    return data({"created": len(new), "contacts": [_brief(row) for row in new]})


def _row_call(call: Call, index: int, row: JSONValue) -> Call:
    if not isinstance(row, dict) or not row.get("full_name"):
        raise invalid("Every contact needs a full_name", **{f"contacts[{index}].full_name": "Required"})
    part = Call(call.now, {}, "", b"")
    part.body |= row
    return part


def _new(call: Call) -> ContactRow:
    email = call.text("email")
    first, last, full = names(call.text("full_name"), call.text("first_name"), call.text("last_name"), email)
    if not full:
        raise invalid("A name (first_name, last_name, or full_name) or email is required")
    created = _created(call)
    row = ContactRow(new_id(), first, last, full, created, created, email, _priority(call))
    row.details = {name: call.body[name] for name in _KEPT if name in call.body}
    if "related_company_id" not in row.details and "company_id" in call.body:
        row.details["related_company_id"] = call.body["company_id"]
    return row


def names(full: str | None, first: str | None, last: str | None, email: str | None) -> tuple[str, str, str]:
    """First, last and full name, each derived from the others by the documented rules."""
    if full and "," in full and not (first or last):
        last, _, first = (part.strip() for part in full.partition(","))
        return first, last, f"{first} {last}".strip()
    if full:
        before, _, after = full.strip().rpartition(" ")
        split = (before, after) if before else (after, "")
        return first or split[0], last or split[1], full.strip()
    if first or last:
        return first or "", last or "", f"{first or ''} {last or ''}".strip()
    local = re.split(r"[._+-]+", (email or "").partition("@")[0])
    return names(" ".join(part.title() for part in local if part), None, None, None) if any(local) else ("", "", "")


def _created(call: Call) -> float:
    """The date wished for; one out of range is silently replaced by the server's time."""
    wished = epoch(call.text("created_date") or "")
    return wished if wished is not None and call.now - _OLDEST <= wished <= call.now + DAY else call.now


def _priority(call: Call) -> int | None:
    value = call.body.get("priority")
    if value is None:
        return None
    if isinstance(value, (bool, list, dict)) or value not in _PRIORITIES:
        raise invalid("Invalid request parameters", priority="Must be high, medium, low or 1 to 3")
    return _PRIORITIES[value]


def _of_list(world: World, call: Call) -> Iterable[ContactRow]:
    list_id = call.query.get("list_id")
    if not list_id:
        return world.store.contacts.values()
    return (world.store.contacts[member] for member in world.store.members(list_id))


def _matches(row: ContactRow, call: Call) -> bool:
    search, after = call.query.get("search", "").lower(), call.query.get("created_after", "")
    found = search in row.full_name.lower() or search in (row.email or "").lower()
    if not after:
        return found
    since = epoch(after)
    if since is None:
        raise invalid("Invalid request parameters", created_after="Must be ISO 8601")
    return found and row.created_at > since


def _sorted(rows: list[ContactRow], call: Call) -> list[ContactRow]:
    asked = call.query.get("sort") or "created_at"
    name = asked.removeprefix("-")
    if name not in _SORTS:
        raise invalid("Invalid request parameters", sort=f"Must be one of {', '.join(_SORTS)}")
    keys = {"full_name": _by_name, "updated_date": _by_update}
    return sorted(rows, key=keys.get(name, _by_creation), reverse=asked.startswith("-"))


def _by_name(row: ContactRow) -> tuple[str, float]:
    return row.full_name.lower(), 0


def _by_update(row: ContactRow) -> tuple[str, float]:
    return "", row.updated_at


def _by_creation(row: ContactRow) -> tuple[str, float]:
    return "", row.created_at


def _brief(row: ContactRow) -> dict[str, object]:
    return {"id": row.id, "full_name": row.full_name, "email": row.email}


def _listed(row: ContactRow) -> dict[str, object]:
    details = {name: row.details.get(name) for name in _LISTED} | {"company_name": row.details.get("company")}
    return _brief(row) | details | {"created_at": iso(row.created_at), "updated_date": iso(row.updated_at)}


ROUTES = (
    route(ops.LIST, list_contacts),
    route(ops.CREATE, create),
    route(ops.GET, get),
    route(ops.CREATE_MANY, create_many),
)
