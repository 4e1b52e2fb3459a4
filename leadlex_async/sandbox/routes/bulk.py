"""Many contacts at once: create, delete, merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ...resources import contacts as ops
from ..answers import Answer, data, invalid
from ..people import add_contact, contact_fields
from ..records import Record, pick
from ..table import route
from .contacts import remove_contact

if TYPE_CHECKING:
    from ..._http.wire import JSONValue
    from ..call import Call
    from ..records import Shelf
    from ..world import World

_BRIEF = ("id", "full_name", "email")
_UNMERGED = {"id", "created_date", "updated_date", "notes"}


def create_many(world: World, call: Call) -> Answer:
    """Several new contacts; one bad row refuses all."""
    rows = sized(call, "contacts", ops.MOST_ROWS, "rows")
    for row in rows:
        contact_fields(cast("Record", row))
    new = [add_contact(world, cast("Record", row), call.now) for row in rows]
    return data({"created": len(new), "contacts": [pick(row, _BRIEF) for row in new]})


def sized(call: Call, name: str, most: int, unit: str = "ids") -> list[JSONValue]:
    """A list of the body that must hold some, but not too many."""
    rows = cast("list[JSONValue]", call.body[name])
    if not 1 <= len(rows) <= most:
        raise invalid(f"{name} must hold 1 to {most} {unit}", **{name: f"Must hold 1 to {most} {unit}"})
    return rows


def delete_many(world: World, call: Call) -> Answer:
    """Delete contacts; ``dry_run`` only counts."""
    ids = {str(each) for each in sized(call, "contact_ids", ops.MOST_ROWS)}
    known = [each for each in ids if each in world.store.contacts]
    if not call.flag("dry_run"):
        for each in known:
            remove_contact(world, each)
    return data({"deleted_count": len(known), "not_found_count": len(ids) - len(known), "errors": []})


def merge(world: World, call: Call) -> Answer:
    """Merge duplicates into one contact, in their order."""
    contacts = world.store.contacts
    primary = contacts.named(call.required("primary_id"))
    ids = [*dict.fromkeys(str(each) for each in sized(call, "duplicate_ids", ops.MOST_DUPLICATES))]
    if primary["id"] in ids:
        raise invalid("The primary contact cannot be one of its duplicates", duplicate_ids="Holds primary_id")
    duplicates = [contacts.named(each) for each in ids]
    merged, filled = _merged(primary, duplicates, overwrite=bool(call.flag("overwrite")))
    counts = _counts(world, ids)
    if not call.flag("dry_run"):
        contacts.change(str(primary["id"]), call.now, merged)
        _move(world, ids, str(primary["id"]))
    shown = pick(primary | merged, (*_BRIEF, "phone"))
    return data({"primary": shown, "merged_ids": ids, "fields_populated": filled, "counts": counts})


def _merged(primary: Record, duplicates: list[Record], *, overwrite: bool) -> tuple[Record, list[str]]:
    """What changes on the primary contact: tags come together, other fields fill what is empty."""
    merged: Record = {}
    for name in primary.keys() - _UNMERGED:
        if name == "tags":
            every = [tag for row in (primary, *duplicates) for tag in cast("list[JSONValue]", row["tags"])]
            value: JSONValue = [*dict.fromkeys(cast("list[str]", every))]
        else:
            offers = [row[name] for row in duplicates if row.get(name)]
            value = offers[0] if offers and (overwrite or not primary[name]) else primary[name]
        if value != primary[name]:
            merged[name] = value
    return merged, sorted(merged)


def _shelves(world: World) -> dict[str, Shelf]:
    store = world.store
    return {"notes": store.notes, "activities": store.activities, "tasks": store.todos}


def _counts(world: World, ids: list[str]) -> dict[str, int]:
    store = world.store
    counts = {name: sum(len(shelf.of(contact_id=each)) for each in ids) for name, shelf in _shelves(world).items()}
    documents = sum(len(store.links.of(entity_type="contact", entity_id=each)) for each in ids)
    emails = sum(len(set(ids) & set(cast("list[str]", row.get("contact_ids", [])))) for row in store.threads)
    lists = sum(each in row.members for row in store.lists.values() for each in ids)
    return counts | {"emails": emails, "documents": documents, "list_memberships": lists}


def _move(world: World, ids: list[str], primary: str) -> None:
    """Everything about the duplicates is about the primary contact now; the duplicates are gone."""
    store = world.store
    for gone in ids:
        for shelf in _shelves(world).values():
            for row in shelf.of(contact_id=gone):
                row["contact_id"] = primary
        for row in store.links.of(entity_type="contact", entity_id=gone):
            row["entity_id"] = primary
        for row in store.deals.of(main_contact_id=gone):
            row["main_contact_id"] = primary
        for row in store.threads:
            threads = cast("list[str]", row.get("contact_ids", []))
            row["contact_ids"] = [*dict.fromkeys(primary if each == gone else each for each in threads)]
        for members in (each.members for each in store.lists.values() if gone in each.members):
            members[primary] = None
        remove_contact(world, gone)


ROUTES = (
    route(ops.CREATE_MANY, create_many),
    route(ops.DELETE_MANY, delete_many),
    route(ops.MERGE, merge),
)
