"""Deals, one by one and many at once, and the pipelines they take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from ...resources import deals as ops, pipelines
from ..answers import Answer, data, invalid, paged
from ..clock import iso
from ..records import Record, known, matching, newest_first, pick, within
from ..table import route
from .bulk import sized
from .contacts import linked_documents
from .notes import check_length, check_link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._http.wire import JSONValue
    from ..call import Call
    from ..world import World

_READ = {
    "contact_id": "main_contact_id",
    "owner_id": "owner_user_id",
    "deal_type": "matter_type",
    "description": "high_level_description",
    "follow_up_date": "next_follow_up_date",
}
"""What some fields are called when read, by what they are called when written."""
_BASIC = ("name", "stage", "status", "pipeline", "estimated_value", "priority", "tags")
_BASIC_WRITTEN = (*_BASIC, "contact_id", "owner_id", "deal_type")
_MORE = ("probability", "currency", "related_company_id")
_MORE_WRITTEN = (*_MORE, "description", "follow_up_date")
_NEW = (*_BASIC_WRITTEN, *_MORE_WRITTEN, "fee_model", "created_date")
_CHANGED = (*_BASIC_WRITTEN, *_MORE_WRITTEN, "closed_date")
_CHANGED_ALIKE = (*_BASIC_WRITTEN, "closed_date")
_SHOWN = ("id", *_BASIC, *_MORE, *_READ.values(), "fee_model", "closed_date", "created_date", "updated_date")
_NOTE = ("id", "title", "content", "note_type", "tags", "is_pinned", "created_date", "updated_date")

_SALES = (("Lead", 10), ("Proposal", 40), ("Negotiation", 70), ("Won", 100), ("Lost", 0))
_MANDATES = (("Enquiry", 20), ("Conflict Check", 40), ("Engagement Letter", 80), ("Won", 100), ("Lost", 0))
_DECIDED = {"Won": "won", "Lost": "lost"}


def list_deals(world: World, call: Call) -> Answer:
    """One page of deals."""
    rows = matching(world.store.deals, call, "status", "pipeline", "stage", "owner_user_id", tag="tags")
    rows = within(rows, call, "created_date", after="created_after", before="created_before")
    rows = within(rows, call, "updated_date", after="updated_after")
    contact_id = call.query.get("contact_id")
    shown = [pick(row, _SHOWN) for row in rows if not contact_id or row["main_contact_id"] == contact_id]
    return paged("deals", shown, *call.page())


def create(world: World, call: Call) -> Answer:
    """A new deal."""
    return data(_add(world, call.now, _checked(world, call.body, _NEW)))


def _checked(world: World, body: Mapping[str, JSONValue], names: tuple[str, ...]) -> Record:
    """What was sent of some fields, by the names they are read with."""
    sent = known(body, names)
    check_link(world.store.contacts, "contact_id", sent)
    check_link(world.store.companies, "related_company_id", sent)
    percent = sent.get("probability")
    if isinstance(percent, (int, float)) and not 0 <= percent <= 100:  # noqa: PLR2004 - percent
        raise invalid("Invalid request parameters", probability="Must be from 0 to 100")
    return {_READ.get(name, name): value for name, value in sent.items()}


def _add(world: World, now: float, fields: Record) -> Record:
    fields = {"status": "active", **fields}
    return pick(world.store.deals.add(now, fields | _closing(fields, {}, now)), _SHOWN)


def _closing(changes: Record, row: Record, now: float) -> Record:
    """When a deal is closed if the caller does not say: as soon as it is decided, and not before."""
    if "status" not in changes or "closed_date" in changes:
        return {}
    return {"closed_date": None if changes["status"] == "active" else row.get("closed_date") or iso(now)}


def get(world: World, call: Call) -> Answer:
    """One deal in the form of its own page: ``open`` for active, slugs, whole percents."""
    row = pick(world.store.deals.named(call.arguments["id"]), _SHOWN)
    percent = row["probability"]
    row |= {"stage": _slug(row["stage"]), "pipeline": _slug(row["pipeline"])}
    row["status"] = "open" if row["status"] == "active" else row["status"]
    row["probability"] = round(percent) if isinstance(percent, float) else percent
    return data({"deal": row})


def _slug(name: JSONValue) -> str | None:
    return re.sub(r"\W+", "_", name.lower()).strip("_") if isinstance(name, str) else None


def update(world: World, call: Call) -> Answer:
    """Change the fields given; tags are replaced."""
    row = world.store.deals.named(call.arguments["id"], "not_found")
    return data(_change(world, row, call.now, _checked(world, call.body, _CHANGED)))


def _change(world: World, row: Record, now: float, changes: Record) -> Record:
    world.store.deals.change(str(row["id"]), now, changes | _closing(changes, row, now))
    return pick(row, _SHOWN)


def delete(world: World, call: Call) -> Answer:
    """Delete a deal; its activities, tasks and notes stay without one."""
    return data({"deleted": True, "id": _remove(world, call.arguments["id"])})


def _remove(world: World, id: str) -> str:
    """Take a deal off the shelf and out of what refers to it; its documents stay in the library."""
    store = world.store
    store.deals.remove(id)
    store = world.store
    about = (store.notes, store.todos, store.activities, store.threads, store.events, store.messages)
    for shelf in about:
        shelf.forget("deal_id", id)
    for link in store.links.of(entity_type="deal", entity_id=id):
        store.links.remove(str(link["id"]))
    return id


def create_many(world: World, call: Call) -> Answer:
    """Several new deals; one bad row refuses all."""
    rows = [cast("Record", row) for row in sized(call, "deals", ops.MOST_CREATED, "rows")]
    checked = [_checked(world, row, _NEW) for row in rows]
    return data([_add(world, call.now, fields) for fields in checked])


def update_many(world: World, call: Call) -> Answer:
    """Change deals alike; unknown ones are passed over."""
    ids, updates = sized(call, "deal_ids", ops.MOST_UPDATED), call.mapping("updates")
    if not updates:
        raise invalid("Nothing to update", updates="Must hold a field")
    changes = _checked(world, updates, _CHANGED_ALIKE)
    rows = [row for each, row in world.store.deals.rows.items() if each in ids]
    for row in rows:
        _change(world, row, call.now, dict(changes))
    return data({"updated": len(rows)})


def delete_many(world: World, call: Call) -> Answer:
    """Delete deals; ``dry_run`` only counts."""
    ids = {str(each) for each in sized(call, "deal_ids", ops.MOST_DELETED)}
    known_ids = [each for each in ids if each in world.store.deals]
    if not call.flag("dry_run"):
        for each in known_ids:
            _remove(world, each)
    return data({"deleted_count": len(known_ids), "not_found_count": len(ids) - len(known_ids), "errors": []})


def create_note(world: World, call: Call) -> Answer:
    """A new note on a deal."""
    row = _named(world, call)
    check_length(call, ops.LONGEST_NOTE)
    fields = known(call.body, ("title", "content", "created_date")) | {"deal_id": row["id"]}
    return data(pick(world.store.notes.add(call.now, fields), ("id", "title", "content", "created_date")))


def list_notes(world: World, call: Call) -> Answer:
    """The notes on a deal, newest first."""
    notes = newest_first(world.store.notes.of(deal_id=_named(world, call)["id"]))
    return paged("notes", [pick(note, _NOTE) for note in notes], *call.page())


def list_documents(world: World, call: Call) -> Answer:
    """The documents linked to a deal."""
    return linked_documents(world, call, "deal", _named(world, call)["id"])


def _named(world: World, call: Call) -> Record:
    return world.store.deals.named(call.arguments["id"], "not_found")


def list_pipelines(_: World, __: Call) -> Answer:
    """The two pipelines there are."""
    sales = {"id": "pipe-001", "name": "Sales", "color": "#4CAF50", "stages": _stages("sales", _SALES)}
    mandates = {"id": "pipe-002", "name": "Mandates", "color": "#2196F3", "stages": _stages("mandates", _MANDATES)}
    return data({"pipelines": [sales, mandates]})


def _stages(pipeline: str, stages: tuple[tuple[str, int], ...]) -> list[Record]:
    return [
        {
            "id": f"stage-{pipeline}-{order}",
            "name": name,
            "stage_type": _DECIDED.get(name, "open"),
            "sort_order": order,
            "probability": probability,
        }
        for order, (name, probability) in enumerate(stages, 1)
    ]


ROUTES = (
    route(ops.LIST, list_deals),
    route(ops.CREATE, create),
    route(ops.GET, get),
    route(ops.UPDATE, update),
    route(ops.DELETE, delete),
    route(ops.CREATE_MANY, create_many),
    route(ops.UPDATE_MANY, update_many),
    route(ops.DELETE_MANY, delete_many),
    route(ops.CREATE_NOTE, create_note),
    route(ops.LIST_NOTES, list_notes),
    route(ops.LIST_DOCUMENTS, list_documents),
    route(pipelines.LIST, list_pipelines),
)
