"""Lists of contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import lists as ops
from ..answers import Answer, data, invalid, missing
from ..clock import iso
from ..records import created, new_id
from ..store import ListRow
from ..table import route
from .enrollments import known_contacts

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World


def list_lists(world: World, _: Call) -> Answer:
    """All lists."""
    return data({"lists": [_shown(row) | {"updated_date": iso(row.updated_at)} for row in world.store.lists.values()]})


def create(world: World, call: Call) -> Answer:
    """A new empty list; its name must be new too."""
    name = call.required("name")
    if any(row.name == name for row in world.store.lists.values()):
        raise invalid("A list with this name already exists", name="Must be unique")
    made = created(call.body, call.now)
    row = ListRow(new_id(), name, call.text("description"), made, made)
    world.store.lists[row.id] = row
    return data(_shown(row))


def delete(world: World, call: Call) -> Answer:
    """Delete a list; its contacts stay."""
    row = _named(world, call.arguments["id"], "list_not_found")
    del world.store.lists[row.id]
    return data({"deleted": True, "id": row.id, "memberships_removed": len(row.members)})


def add_contacts(world: World, call: Call) -> Answer:
    """Add contacts; one unknown id refuses all."""
    row = _named(world, call.arguments["id"], "not_found")
    ids = call.ids("contact_ids")
    if len(ids) > ops.MOST_CONTACTS:
        raise invalid(f"At most {ops.MOST_CONTACTS} contacts per request", contact_ids="Too many")
    known_contacts(world, ids)
    before = len(row.members)
    row.members |= dict.fromkeys(ids)
    row.updated_at = call.now
    return data({"added": len(row.members) - before, "list_id": row.id, "contact_count": len(row.members)})


def remove_contact(world: World, call: Call) -> Answer:
    """Take one contact off a list."""
    row, contact_id = _named(world, call.arguments["list_id"], "list_not_found"), call.arguments["contact_id"]
    if contact_id not in row.members:
        raise missing("Membership", "membership_not_found")
    del row.members[contact_id]
    row.updated_at = call.now
    return data({"removed": True, "list_id": row.id, "contact_id": contact_id})


def _named(world: World, id: str, code: str) -> ListRow:
    row = world.store.lists.get(id)
    if row is None:
        raise missing("List", code)
    return row


def _shown(row: ListRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "contact_count": len(row.members),
        "created_at": iso(row.created_at),
    }


ROUTES = (
    route(ops.LIST, list_lists),
    route(ops.CREATE, create),
    route(ops.DELETE, delete),
    route(ops.ADD_CONTACTS, add_contacts),
    route(ops.REMOVE_CONTACT, remove_contact),
)
