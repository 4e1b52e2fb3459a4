"""Workflows: kept and switched on and off; nothing sets them going here."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ...resources import workflows as ops
from ..answers import Answer, Refusal, data, invalid, paged
from ..clock import DAY, epoch
from ..records import Record, known, matching, newest_first, pick, within
from ..table import route

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

_CONDITION = ("condition_entity", "condition_field", "condition_operator", "condition_value")
_WRITTEN = ("name", "enabled", *_CONDITION, "action_type", "action_config", "max_triggers_per_day")
_RUN = (
    "id",
    "workflow_id",
    "triggered_at",
    "entity_type",
    "entity_id",
    "status",
    "skip_reason",
    "action_result",
    "error",
    "duration_ms",
)
_MOST_A_DAY = 100


def list_workflows(world: World, call: Call) -> Answer:
    """One page of workflows, in the short form of the list."""
    rows = matching(world.store.workflows, call, "enabled", "condition_entity", search=("name",))
    shown = [pick(_shown(world, call, row), ("id", *_WRITTEN, "last_triggered_at", "created_at")) for row in rows]
    return paged("workflows", shown, *call.page(25))


def create(world: World, call: Call) -> Answer:
    """A new workflow, switched on unless said otherwise."""
    blank: Record = {"enabled": True, "max_triggers_per_day": _MOST_A_DAY, "auto_disabled_reason": None}
    fields = blank | known(call.body, _WRITTEN)
    _check(fields)
    if world.store.workflows.of(name=fields["name"]):
        raise Refusal(409, "duplicate_name", "A workflow has this name already")
    row = world.store.workflows.add(call.now, fields)
    row["updated_at"] = row["created_at"]
    return data(_shown(world, call, row))


def get(world: World, call: Call) -> Answer:
    """One workflow."""
    return data(_shown(world, call, world.store.workflows.named(call.arguments["id"])))


def update(world: World, call: Call) -> Answer:
    """Change the fields given; to switch it on again clears why it switched itself off."""
    row, changes = world.store.workflows.named(call.arguments["id"]), known(call.body, _WRITTEN)
    if not changes:
        raise invalid("Nothing to update")
    _check(row | changes)
    if changes.get("enabled"):
        changes["auto_disabled_reason"] = None
    return data(_shown(world, call, world.store.workflows.change(str(row["id"]), call.now, changes)))


def _check(fields: Record) -> None:
    """Refuse a bad name, a daily cap below one, and a value to compare with where nothing is compared."""
    if not 1 <= len(str(fields["name"])) <= ops.LONGEST_NAME:
        raise invalid("Invalid name", name=f"Must hold 1 to {ops.LONGEST_NAME} characters")
    if cast("int", fields["max_triggers_per_day"]) < 1:
        raise invalid("Invalid daily cap", max_triggers_per_day="Must be at least 1")
    if fields["condition_operator"] == "changed" and fields["condition_value"]:
        raise invalid("changed compares with nothing", condition_value="Must be empty for changed")


def _shown(world: World, call: Call, row: Record) -> Record:
    """A workflow in full; how often it ran today (in UTC) and when it last did comes from its runs."""
    runs = [run for run in _runs(world, str(row["id"])) if run["status"] != "skipped"]
    today = call.now - call.now % DAY
    facts: Record = {
        "triggers_today": sum((epoch(str(run["triggered_at"])) or 0.0) >= today for run in runs),
        "last_triggered_at": runs[0]["triggered_at"] if runs else None,
    }
    return pick(row | facts, ("id", *_WRITTEN, *facts, "auto_disabled_reason", "created_at", "updated_at"))


def _runs(world: World, id: str) -> list[Record]:
    return newest_first(world.store.workflow_logs.of(workflow_id=id), "triggered_at")


def delete(world: World, call: Call) -> Answer:
    """Delete a workflow; its runs can still be read."""
    world.store.workflows.remove(call.arguments["id"])
    return Answer(204)


def list_logs(world: World, call: Call) -> Answer:
    """One page of runs, newest first; those of a workflow that is gone are still there."""
    rows = _runs(world, call.arguments["id"])
    if not rows:
        world.store.workflows.named(call.arguments["id"])
    rows = within(matching(rows, call, "status"), call, "triggered_at", after="after")
    return paged("logs", [pick(row, _RUN) for row in rows], *call.page(25))


ROUTES = (
    route(ops.LIST, list_workflows),
    route(ops.CREATE, create),
    route(ops.GET, get),
    route(ops.UPDATE, update),
    route(ops.DELETE, delete),
    route(ops.LIST_LOGS, list_logs),
)
