"""Contacts, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import contacts as ops
from ..answers import Answer, data, invalid, paged
from ..people import add_contact
from ..records import Record, known, matching, newest_first, pick, within
from ..table import route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..._http.wire import JSONValue
    from ..call import Call
    from ..world import World

_LISTED = ("id", "full_name", "email", "phone", "job_title", "linkedin_url")
_CREATED = ("id", "first_name", "last_name", "full_name", "email", "priority", "created_date")
_BRIEF = ("id", "full_name", "email")
_NOTE = ("id", "title", "content", "note_type", "tags", "is_pinned", "created_date", "updated_date")
_CHANGED = ("full_name", "email", "phone", "job_title", "linkedin_url", "related_company_id")
_INCLUDES = {"notes": "recent_notes", "tasks": "open_tasks", "deals": "open_deals"}
_MOST = 3


def list_contacts(world: World, call: Call) -> Answer:
    """One page of contacts, in the short form of the list."""
    rows = matching(_of_list(world, call), call, search=("full_name", "email"))
    return paged("contacts", [_listed(row) for row in _sorted(rows, call)], *call.page())


def _of_list(world: World, call: Call) -> Iterable[Record]:
    list_id, contacts = call.query.get("list_id"), world.store.contacts
    members = [contacts.rows[member] for member in world.store.members(list_id)] if list_id else contacts
    return within(members, call, "created_date", after="created_after")


def _sorted(rows: list[Record], call: Call) -> list[Record]:
    asked = call.query.get("sort") or "created_at"
    name = asked.removeprefix("-").replace("created_at", "created_date")
    return sorted(rows, key=lambda row: str(row[name]).lower(), reverse=asked.startswith("-"))


def _listed(row: Record) -> Record:
    dates: Record = {"created_at": row["created_date"], "updated_date": row["updated_date"]}
    return pick(row, _LISTED) | {"company_name": row["company"]} | dates


def create(world: World, call: Call) -> Answer:
    """A new contact."""
    return data(pick(add_contact(world, call.body, call.now), _CREATED))


def get(world: World, call: Call) -> Answer:
    """One contact, with what is asked to be included."""
    row = world.store.contacts.named(call.arguments["id"])
    asked = set(call.many("include"))
    wanted = [name for word, name in _INCLUDES.items() if asked & {word, "*"}]
    shown = {name: value for name, value in row.items() if name not in {"location", "seniority"}}
    return data(shown | {name: _included(world, str(row["id"]), name) for name in wanted})


def _included(world: World, id: str, name: str) -> JSONValue:
    """The latest few notes, open tasks or open deals of a contact."""
    fields: tuple[str, ...]
    if name == "recent_notes":
        fields = ("id", "title", "content", "note_type", "category", "created_date")
        return [pick(row, fields) for row in newest_first(world.store.notes.of(contact_id=id))[:_MOST]]
    if name == "open_tasks":
        fields = ("id", "title", "status", "priority", "due_date", "assigned_to_user_id")
        todos = [row for row in world.store.todos.of(contact_id=id) if row["status"] not in {"completed", "dismissed"}]
        return [pick(row, fields) for row in newest_first(todos)[:_MOST]]
    fields = ("id", "name", "stage", "estimated_value", "updated_date")
    deals = newest_first(world.store.deals.of(main_contact_id=id), "updated_date")
    return [pick(row, fields) for row in deals[:_MOST]]


def update(world: World, call: Call) -> Answer:
    """Change the fields given; a note is appended to those before."""
    row, changes = world.store.contacts.named(call.arguments["id"]), known(call.body, _CHANGED)
    if "company_name" in call.body:
        changes["company"] = call.body["company_name"]
    if not call.body:
        raise invalid("Nothing to update")
    remark = call.text("notes")
    if remark:
        changes["notes"] = "\n".join(filter(None, [str(row.get("notes") or ""), remark]))
    world.store.contacts.change(str(row["id"]), call.now, changes)
    shown: Record = {"company_name": row["company"], "notes": row.get("notes")}
    return data(pick(row, (*_BRIEF, "phone", "job_title", "updated_date")) | shown)


def delete(world: World, call: Call) -> Answer:
    """Delete a contact; what was about it stays."""
    return data({"deleted": True, "id": remove_contact(world, call.arguments["id"])})


def remove_contact(world: World, id: str) -> str:
    """Take a contact off the shelf, off its lists and out of what refers to it."""
    world.store.contacts.remove(id)
    for members in world.store.lists.values():
        members.members.pop(id, None)
    for shelf in (world.store.notes, world.store.todos, world.store.activities, world.store.messages):
        shelf.forget("contact_id", id)
    for row in (*world.store.threads, *world.store.events):
        ids = row.get("contact_ids")
        row["contact_ids"] = [each for each in ids if each != id] if isinstance(ids, list) else []
    world.store.deals.forget("main_contact_id", id)
    for link in world.store.links.of(entity_type="contact", entity_id=id):
        world.store.links.remove(str(link["id"]))
    return id


def add_tags(world: World, call: Call) -> Answer:
    """Add tags; those it has stay in front."""
    row = world.store.contacts.named(call.arguments["id"], "contact_not_found")
    merged = [*dict.fromkeys([*_tags(row), *call.ids("tags")])]
    world.store.contacts.change(str(row["id"]), call.now, {"tags": [*merged]})
    return data({"contact_id": row["id"], "tags": merged})


def _tags(row: Record) -> list[str]:
    tags = row["tags"]
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def create_note(world: World, call: Call) -> Answer:
    """A new note on a contact."""
    row = world.store.contacts.named(call.arguments["id"], "contact_not_found")
    if len(call.text("content") or "") > ops.LONGEST_NOTE:
        raise invalid("Note is too long", content=f"At most {ops.LONGEST_NOTE} characters")
    fields = known(call.body, ("title", "content", "note_type", "tags", "is_pinned", "created_date"))
    fields["contact_id"] = row["id"]
    return data(pick(world.store.notes.add(call.now, fields), ("id", "title", "content", "created_date")))


def list_notes(world: World, call: Call) -> Answer:
    """The notes on a contact, newest first."""
    row = world.store.contacts.named(call.arguments["id"], "contact_not_found")
    notes = newest_first(world.store.notes.of(contact_id=row["id"]))
    return paged("notes", [pick(note, _NOTE) for note in notes], *call.page())


def list_activities(world: World, call: Call) -> Answer:
    """The activities on a contact, newest first, in the form of the newer page."""
    row = world.store.contacts.named(call.arguments["id"], "contact_not_found")
    rows = matching(world.store.activities.of(contact_id=row["id"]), call, "type")
    rows = within(rows, call, "created_date", after="from_date", before="to_date")
    shown = [{name: value for name, value in each.items() if name != "updated_date"} for each in newest_first(rows)]
    return paged("activities", shown, *call.page())


def list_documents(world: World, call: Call) -> Answer:
    """The documents linked to a contact."""
    row = world.store.contacts.named(call.arguments["id"], "contact_not_found")
    return linked_documents(world, call, "contact", row["id"])


def linked_documents(world: World, call: Call, kind: str, id: JSONValue) -> Answer:
    """The documents linked to a record, in the form of the sub-lists."""
    links = matching(world.store.links.of(entity_type=kind, entity_id=id), call, "role")
    fields = ("id", "name", "mime_type", "size_bytes", "folder", "tags", "created_at")
    documents = world.store.documents.rows
    shown: list[Record] = [
        pick(documents[str(link["document_id"])], fields) | {"role": link["role"], "linked_at": link["created_at"]}
        for link in links
    ]
    return paged("documents", shown, *call.page(25))


ROUTES = (
    route(ops.LIST, list_contacts),
    route(ops.CREATE, create),
    route(ops.GET, get),
    route(ops.UPDATE, update),
    route(ops.DELETE, delete),
    route(ops.ADD_TAGS, add_tags),
    route(ops.CREATE_NOTE, create_note),
    route(ops.LIST_NOTES, list_notes),
    route(ops.LIST_ACTIVITIES, list_activities),
    route(ops.LIST_DOCUMENTS, list_documents),
)
