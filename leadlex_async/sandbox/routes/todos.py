"""The tasks of the CRM: what people have to do. Lexi's are in ``tasks``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import tasks as ops
from ..answers import Answer, data, paged
from ..records import Record, known, matching, pick
from ..table import route
from .notes import check_link, parents, summaries

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

_FIELDS = ("title", "description", "status", "priority", "task_type", "due_date")
_LINKS = ("contact_id", "deal_id", "event_id")
_SHOWN = ("id", *_FIELDS, "assigned_to_user_id", *_LINKS, "created_date", "updated_date")
_BRIEF = ("id", "title", "status", "priority", "due_date", "assigned_to_user_id")


def list_todos(world: World, call: Call) -> Answer:
    """One page of tasks."""
    rows = matching(world.store.todos, call, "contact_id", "deal_id")
    status, assignee = call.query.get("status"), call.query.get("assignee_id")
    if status:
        rows = [row for row in rows if _read(row["status"]) == _read(status)]
    if assignee:
        rows = [row for row in rows if row["assigned_to_user_id"] == assignee]
    return paged("tasks", [_shown(world, row) for row in rows], *call.page())


def create(world: World, call: Call) -> Answer:
    """A new task for one record or several."""
    links = parents(world, call, "company_id")
    fields: Record = {"status": "open"} | _sent(call) | known(call.body, ("created_date",)) | links
    return data(pick(world.store.todos.add(call.now, fields), (*_BRIEF, *_LINKS, "created_date")))


def get(world: World, call: Call) -> Answer:
    """One task; an open one is called pending here."""
    row = world.store.todos.named(call.arguments["id"])
    return data({"task": _shown(world, row) | {"status": _read(row["status"])}})


def update(world: World, call: Call) -> Answer:
    """Change the fields given."""
    row = world.store.todos.named(call.arguments["id"], "not_found")
    check_link(world.store.contacts, "contact_id", call.body)
    check_link(world.store.deals, "deal_id", call.body)
    changes = _sent(call) | known(call.body, ("contact_id", "deal_id"))
    world.store.todos.change(str(row["id"]), call.now, changes)
    return data(pick(row, (*_BRIEF, "updated_date")))


def delete(world: World, call: Call) -> Answer:
    """Delete a task."""
    return data({"deleted": True, "id": world.store.todos.remove(call.arguments["id"])["id"]})


def _sent(call: Call) -> Record:
    """What was sent, by the names it is read with."""
    assignee: Record = {"assigned_to_user_id": call.body["assignee_id"]} if "assignee_id" in call.body else {}
    return known(call.body, _FIELDS) | assignee


def _read(status: object) -> object:
    return "pending" if status == "open" else status


def _shown(world: World, row: Record) -> Record:
    return pick(row, _SHOWN) | summaries(world, row, "company_id")


ROUTES = (
    route(ops.LIST, list_todos),
    route(ops.CREATE, create),
    route(ops.GET, get),
    route(ops.UPDATE, update),
    route(ops.DELETE, delete),
)
