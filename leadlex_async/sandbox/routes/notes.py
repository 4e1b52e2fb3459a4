"""Notes, and what notes and tasks belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import notes as ops
from ..answers import Answer, Refusal, data, invalid, paged
from ..records import Record, known, matching, newest_first, pick
from ..table import route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._http.wire import JSONValue
    from ..call import Call
    from ..records import Shelf
    from ..world import World

_COMPANY = ("related_company_id", "company_id")
_FIELDS = ("title", "content", "note_type", "tags", "is_pinned")
_HEAD = ("id", "title", "note_type", "tags", "is_pinned")
_DATES = ("created_date", "updated_date")
_PERSON = ("id", "full_name", "first_name", "last_name")


def list_notes(world: World, call: Call) -> Answer:
    """One page of notes, the newest first."""
    rows = matching(world.store.notes, call, "note_type", "is_pinned", search=("title", "content"), tag="tags")
    fields = ("id", *_FIELDS, "contact_id", "related_company_id", "deal_id", *_DATES)
    shown = [pick(row, fields) | summaries(world, row, _COMPANY[0]) for row in newest_first(rows)]
    return paged("notes", shown, *call.page())


def create(world: World, call: Call) -> Answer:
    """A new note on one record or several."""
    check_length(call, ops.LONGEST_CONTENT)
    fields = known(call.body, (*_FIELDS, "created_date")) | parents(world, call, *_COMPANY)
    row = world.store.notes.add(call.now, fields)
    return data(pick(row, (*_HEAD, "contact_id", "related_company_id", "deal_id", "created_date")))


def get(world: World, call: Call) -> Answer:
    """One note."""
    row = world.store.notes.named(call.arguments["id"])
    fields = ("id", *_FIELDS, "contact_id", "deal_id", *_DATES)
    return data(pick(row, fields) | summaries(world, row, _COMPANY[0]))


def update(world: World, call: Call) -> Answer:
    """Change the fields given; tags are replaced, what the note is on stays."""
    check_length(call, ops.LONGEST_CONTENT)
    row = world.store.notes.change(call.arguments["id"], call.now, known(call.body, _FIELDS))
    return data(pick(row, (*_HEAD, "updated_date")))


def delete(world: World, call: Call) -> Answer:
    """Delete a note."""
    return data({"deleted": True, "id": world.store.notes.remove(call.arguments["id"])["id"]})


def check_length(call: Call, most: int) -> None:
    """Refuse a content that is too long."""
    if len(call.text("content") or "") > most:
        raise invalid("Note is too long", content=f"At most {most} characters")


def check_link(shelf: Shelf, name: str, fields: Mapping[str, JSONValue]) -> None:
    """Refuse an id that is no record of this workspace."""
    if fields.get(name) and fields[name] not in shelf:
        raise invalid(f"{name} is not in your workspace", **{name: "Unknown id"})


def parents(world: World, call: Call, *company: str) -> Record:
    """What a new record belongs to, by ids or names; ``company`` is what its company may be called, stored first."""
    store = world.store
    found: Record = {
        "contact_id": _parent(call, store.contacts, ("contact_id",), "full_name"),
        company[0]: _parent(call, store.companies, company, "name"),
        "deal_id": _parent(call, store.deals, ("deal_id",)),
        "event_id": _parent(call, store.events, ("event_id",)),
    }
    if not any(found.values()):
        raise invalid("A contact_id, company_id, deal_id or event_id is required, or a contact_name or company_name")
    return found


def _parent(call: Call, shelf: Shelf, ids: tuple[str, ...], named_by: str = "") -> JSONValue:
    """The id of one parent; an id that is given wins over a name."""
    for name in ids:
        if call.body.get(name):
            check_link(shelf, name, call.body)
            return call.body[name]
    by_name = f"{ids[-1].removesuffix('_id')}_name"
    wanted = (call.text(by_name) or "").strip() if named_by else ""
    return _only([*shelf], by_name, wanted, named_by)["id"] if wanted else None


def _only(rows: list[Record], by_name: str, wanted: str, named_by: str) -> Record:
    """The one record of a name, whatever its case; without one of just that name those count that contain it."""
    folded = wanted.casefold()
    found = [row for row in rows if str(row[named_by]).casefold() == folded]
    found = found or [row for row in rows if folded in str(row[named_by] or "").casefold()]
    if not found:
        raise invalid(f"Nothing is called {wanted}", **{by_name: "Unknown name"})
    if len(found) > 1:
        candidates = ", ".join(f"{row[named_by]} ({row['id']})" for row in found)
        raise Refusal(400, "ambiguous_reference", f"{by_name} fits several records: {candidates}")
    return found[0]


def summaries(world: World, row: Record, company: str) -> Record:
    """What a note or a task belongs to, in short; ``company`` is where it keeps the id of its company."""
    store = world.store
    return {
        "contact": _summary(store.contacts, row["contact_id"], _PERSON),
        "company": _summary(store.companies, row[company], ("id", "name")),
        "deal": _summary(store.deals, row["deal_id"], ("id", "name")),
        "event": _summary(store.events, row["event_id"], ("id", "title")),
    }


def _summary(shelf: Shelf, id: JSONValue, fields: tuple[str, ...]) -> Record | None:
    row = shelf.rows.get(str(id))
    return None if row is None else pick(row, fields)


ROUTES = (
    route(ops.LIST, list_notes),
    route(ops.CREATE, create),
    route(ops.GET, get),
    route(ops.UPDATE, update),
    route(ops.DELETE, delete),
)
