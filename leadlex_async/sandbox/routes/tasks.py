"""Lexi's approval tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import lexi as ops
from .. import launches
from ..answers import Answer, data
from ..table import route
from ..tasks import STATUSES

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World


def list_tasks(world: World, call: Call) -> Answer:
    """The tasks of one status, newest first."""
    status = call.among("status", STATUSES) or "pending"
    return Answer(body=world.store.board.listed(status, call.now, world.list_cap))


def approve(world: World, call: Call) -> Answer:
    """Approve a pending task."""
    task = launches.task_named(world, call.arguments["id"])
    launches.approve(world, task, call.now)
    return data({"task_id": task.id, "status": task.status, "execution_started": True})


def dismiss(world: World, call: Call) -> Answer:
    """Dismiss a pending task."""
    task = launches.task_named(world, call.arguments["id"])
    launches.dismiss(world, task, call.now, call.text("reason"))
    return data({"task_id": task.id, "status": task.status})


ROUTES = (
    route(ops.LIST_TASKS, list_tasks),
    route(ops.APPROVE, approve),
    route(ops.DISMISS, dismiss),
)
