"""The steps of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import campaigns as ops
from ..answers import Answer, data, missing
from ..clock import iso
from ..records import new_id
from ..store import CampaignRow, StepRow
from ..table import route

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

_CONDITIONS = ("always", "if_no_reply", "if_no_open", "if_opened", "if_clicked")
_LONGEST_DELAY = 3650


def shown(row: CampaignRow, step: StepRow) -> dict[str, object]:
    """A step as answers show it; its index is its place."""
    return {
        "id": step.id,
        "index": row.steps.index(step),
        "subject": step.subject,
        "body": step.body,
        "delay_days": step.delay_days,
        "delay_hours": step.delay_hours,
        "send_condition": step.send_condition,
        "created_at": iso(step.created_at),
    }


def list_steps(world: World, call: Call) -> Answer:
    """All steps in order."""
    row = _campaign(world, call)
    return data({"steps": [shown(row, step) for step in row.steps]})


def create(world: World, call: Call) -> Answer:
    """Append a step."""
    row = _campaign(world, call)
    subject, body = (call.required(name, "missing_required_field") for name in ("subject", "body"))
    step = StepRow(new_id("step"), subject, body, call.now)
    _apply(step, call)
    row.steps.append(step)
    return data({"step": shown(row, step)})


def update(world: World, call: Call) -> Answer:
    """Change a step."""
    row = _campaign(world, call)
    step = _step(row, call)
    _apply(step, call)
    step.subject = call.text("subject") or step.subject
    step.body = call.text("body") or step.body
    return data({"step": shown(row, step)})


def delete(world: World, call: Call) -> Answer:
    """Delete a step; those after it move up."""
    row = _campaign(world, call)
    step = _step(row, call)
    row.steps.remove(step)
    return data({"deleted": True, "id": step.id})


def _apply(step: StepRow, call: Call) -> None:
    days = call.number("delay_days", 0, _LONGEST_DELAY)
    hours = call.number("delay_hours", 0, 23)
    condition = call.choice("send_condition", _CONDITIONS, "invalid_send_condition")
    step.delay_days = step.delay_days if days is None else days
    step.delay_hours = step.delay_hours if hours is None else hours
    step.send_condition = condition or step.send_condition


def _campaign(world: World, call: Call) -> CampaignRow:
    row = world.store.campaigns.get(call.arguments["id"])
    if row is None:
        raise missing("Campaign", "campaign_not_found")
    return row


def _step(row: CampaignRow, call: Call) -> StepRow:
    for step in row.steps:
        if step.id == call.arguments["step_id"]:
            return step
    raise missing("Step", "step_not_found")


ROUTES = (
    route(ops.LIST_STEPS, list_steps),
    route(ops.CREATE_STEP, create, missing="missing_required_field", send_condition="invalid_send_condition"),
    route(ops.UPDATE_STEP, update, send_condition="invalid_send_condition"),
    route(ops.DELETE_STEP, delete),
)
