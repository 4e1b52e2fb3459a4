"""Documents: what is known of files, and the records they are linked to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from ...resources import documents as ops
from ..answers import Answer, Refusal, data, invalid, paged
from ..clock import iso
from ..records import Record, known, matching, newest_first, pick, within
from ..table import route
from .conversations import USER

if TYPE_CHECKING:
    from ..._http.wire import JSONValue
    from ..call import Call
    from ..records import Shelf
    from ..world import World

STORAGE = "https://storage.leadlex.test"
"""Where files would be downloaded from; nothing is there."""

_FIELDS = ("name", "description", "mime_type", "size_bytes", "storage_path", "folder", "tags")
_LISTED = ("id", *_FIELDS, "created_by", "created_at", "updated_at")
_VALID = 15 * 60
_DESTROY = "admin:documents"


def list_documents(world: World, call: Call) -> Answer:
    """One page of documents, the newest first; a folder includes those below it."""
    rows = matching(world.store.documents, call, "mime_type", search=("name", "description"), tag="tag")
    folder = call.query.get("folder", "").rstrip("/")
    if folder:
        rows = [row for row in rows if f"{row['folder'] or ''}/".startswith(f"{folder}/")]
    rows = newest_first(within(rows, call, "created_at", after="created_after"), "created_at")
    return paged("documents", [pick(row, _LISTED) for row in rows], *call.page(25))


def create(world: World, call: Call) -> Answer:
    """Record a file; no two records are of the same one."""
    name, path = call.required("name"), call.required("storage_path")
    if len(name) > ops.LONGEST_NAME:
        raise invalid("The name is too long", name=f"At most {ops.LONGEST_NAME} characters")
    if world.store.documents.of(storage_path=path):
        raise Refusal(409, "storage_conflict", "A document of this storage_path exists already", storage_path=path)
    blank: Record = {"description": None, "size_bytes": None, "folder": None}
    fields = known(call.body, _FIELDS) | {"tags": call.body.get("tags") or [], "created_by": USER}
    row = world.store.documents.add(call.now, blank | fields)
    row["updated_at"] = row["created_at"]
    return data(pick(row, _LISTED))


def get(world: World, call: Call) -> Answer:
    """One document with its links, and for 15 minutes the address of its file."""
    row = world.store.documents.named(call.arguments["id"])
    shelves, links = _shelves(world), world.store.links.of(document_id=row["id"])
    there = [each for each in links if each["entity_id"] in shelves[str(each["entity_type"])]]
    entities: list[JSONValue] = [pick(each, ("entity_type", "entity_id")) for each in there]
    shown = pick(row, _LISTED) | {"linked_entities": entities}
    return data(shown if call.query.get("download") == "false" else shown | _download(row, call.now + _VALID))


def _download(row: Record, until: float) -> Record:
    path = quote(str(row["storage_path"]).lstrip("/"))
    return {"download_url": f"{STORAGE}/{path}?expires={until:.0f}", "download_url_expires_at": iso(until)}


def delete(world: World, call: Call) -> Answer:
    """Delete a document and its links, unless an enabled workflow names it."""
    hard, permissions = call.query.get("hard") == "true", call.permissions
    if hard and permissions is not None and _DESTROY not in permissions:
        raise Refusal(403, "insufficient_permissions", f"Missing required permission: {_DESTROY}")
    row = world.store.documents.named(call.arguments["id"])
    for workflow in world.store.workflows.of(enabled=True):
        if _mentions(workflow.get("action_config"), str(row["id"])):
            raise Refusal(409, "in_use", "A workflow uses this document", workflow_id=workflow["id"])
    for each in world.store.links.of(document_id=row["id"]):
        world.store.links.remove(str(each["id"]))
    world.store.documents.remove(str(row["id"]))
    return Answer(204)


def _mentions(value: JSONValue, id: str) -> bool:
    """Whether a document's id is somewhere in a configuration."""
    if isinstance(value, dict):
        return any(_mentions(each, id) for each in value.values())
    if isinstance(value, list):
        return any(_mentions(each, id) for each in value)
    return isinstance(value, str) and id in value


def link(world: World, call: Call) -> Answer:
    """Link a document to a record; a link that is there already is answered as it is."""
    document = world.store.documents.named(call.arguments["id"])
    kind, role = call.required("entity_type"), call.text("role")
    if role is not None and not 1 <= len(role) <= ops.LONGEST_ROLE:
        raise invalid("Invalid role", role=f"Must hold 1 to {ops.LONGEST_ROLE} characters")
    entity = _shelves(world)[kind].named(call.required("entity_id"), "not_found")
    wanted: Record = {"document_id": document["id"], "entity_type": kind, "entity_id": entity["id"]}
    found = world.store.links.of(**wanted)
    row = found[0] if found else world.store.links.add(call.now, wanted | {"role": role})
    return data({"link_id": row["id"]} | pick(row, (*wanted, "role", "created_at")))


def _shelves(world: World) -> dict[str, Shelf]:
    """Where the records of each type of entity are; a matter is a deal."""
    store = world.store
    return {
        "contact": store.contacts,
        "company": store.companies,
        "deal": store.deals,
        "event": store.events,
        "matter": store.deals,
        "task": store.todos,
    }


ROUTES = (
    route(ops.LIST, list_documents),
    route(ops.CREATE, create),
    route(ops.GET, get),
    route(ops.DELETE, delete),
    route(ops.LINK, link),
)
