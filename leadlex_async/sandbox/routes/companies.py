"""Companies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import companies as ops
from ..answers import Answer, data, invalid, paged
from ..records import Record, known, matching, newest_first, pick
from ..table import route
from .bulk import sized

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

_LISTED = ("id", "name", "industry", "website", "linkedin_url", "size", "domain", "city", "country", "tags")
_DATES = ("created_date", "updated_date")
_HIDDEN = {"founded_year", "hq_location", "tech_stack"}
_FIELDS = ("name", "industry", "website", "linkedin_url", "size", "city", "country", "domain", "description", "tags")
_CONTACT = ("id", "full_name", "email", "phone", "job_title", "company", "tags", "created_date")
_DEAL = ("id", "name", "stage", "status", "pipeline", "estimated_value", "priority", *_DATES)
_NOTE = ("id", "title", "content", "note_type", "tags")


def list_companies(world: World, call: Call) -> Answer:
    """One page of companies."""
    rows = matching(world.store.companies, call, search=("name",), part=("industry",))
    return paged("companies", [pick(row, (*_LISTED, *_DATES)) for row in rows], *call.page())


def create(world: World, call: Call) -> Answer:
    """A new company; one of the same name is no obstacle."""
    row = world.store.companies.add(call.now, known(call.body, (*_FIELDS, "created_date")))
    return data(pick(row, ("id", "name", "industry", "website", "created_date")))


def get(world: World, call: Call) -> Answer:
    """One company."""
    row = world.store.companies.named(call.arguments["id"], "not_found")
    return data({name: value for name, value in row.items() if name not in _HIDDEN})


def update(world: World, call: Call) -> Answer:
    """Change the fields given; tags are replaced."""
    changes = known(call.body, _FIELDS)
    row = world.store.companies.change(call.arguments["id"], call.now, changes, "not_found")
    return data(pick(row, ("id", "name", "industry", "updated_date")))


def delete(world: World, call: Call) -> Answer:
    """Delete a company; contacts and deals stay without one."""
    row = world.store.companies.remove(call.arguments["id"])
    for contact in world.store.contacts.of(related_company_id=row["id"]):
        contact["company"] = None
    for shelf in (world.store.contacts, world.store.deals, world.store.notes):
        shelf.forget("related_company_id", str(row["id"]))
    world.store.todos.forget("company_id", str(row["id"]))
    return data({"deleted": True, "id": row["id"]})


def list_contacts(world: World, call: Call) -> Answer:
    """The contacts of a company."""
    rows = world.store.contacts.of(related_company_id=_named(world, call)["id"])
    return paged("contacts", [pick(row, _CONTACT) for row in rows], *call.page())


def list_deals(world: World, call: Call) -> Answer:
    """The deals of a company."""
    rows = world.store.deals.of(related_company_id=_named(world, call)["id"])
    return paged("deals", [pick(row, _DEAL) for row in rows], *call.page())


def link_contacts(world: World, call: Call) -> Answer:
    """Make the company that of contacts; unknown ones are counted only."""
    row, ids = _named(world, call), [str(each) for each in sized(call, "contact_ids", ops.MOST_CONTACTS)]
    linked = [each for each in ids if each in world.store.contacts]
    for each in linked:
        changes: Record = {"related_company_id": row["id"], "company": row["name"]}
        world.store.contacts.change(each, call.now, changes)
    return data({"updated": len(linked), "failed": len(ids) - len(linked)})


def create_note(world: World, call: Call) -> Answer:
    """A new note on a company."""
    row = _named(world, call)
    if len(call.text("content") or "") > ops.LONGEST_NOTE:
        raise invalid("Note is too long", content=f"At most {ops.LONGEST_NOTE} characters")
    fields = known(call.body, ("title", "content", "note_type", "tags", "created_date"))
    note = world.store.notes.add(call.now, fields | {"related_company_id": row["id"]})
    return data(pick(note, (*_NOTE, "created_date")))


def list_notes(world: World, call: Call) -> Answer:
    """The notes on a company, newest first."""
    notes = newest_first(world.store.notes.of(related_company_id=_named(world, call)["id"]))
    return paged("notes", [pick(note, (*_NOTE, "is_pinned", *_DATES)) for note in notes], *call.page())


def _named(world: World, call: Call) -> Record:
    return world.store.companies.named(call.arguments["id"])


ROUTES = (
    route(ops.LIST, list_companies),
    route(ops.CREATE, create),
    route(ops.GET, get),
    route(ops.UPDATE, update),
    route(ops.DELETE, delete),
    route(ops.LIST_CONTACTS, list_contacts),
    route(ops.LIST_DEALS, list_deals),
    route(ops.LINK_CONTACTS, link_contacts),
    route(ops.CREATE_NOTE, create_note),
    route(ops.LIST_NOTES, list_notes),
)
