"""Campaigns themselves: create, read, change, start, pause."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from ...resources import campaigns as ops
from .. import launches
from ..answers import Answer, Refusal, data, missing
from ..clock import iso
from ..records import new_id
from ..store import CampaignRow
from ..table import route
from .steps import shown as step_shown

if TYPE_CHECKING:
    from ..._http.wire import JSONValue
    from ..call import Call
    from ..world import World

_SETTINGS: dict[str, JSONValue] = {
    "description": "",
    "daily_send_limit": 50,
    "delay_between_emails": 120,
    "sending_timezone": "UTC",
    "send_on_weekends": False,
    "track_opens": True,
    "track_clicks": True,
    "show_unsubscribe": True,
}
_FLAGS = ("send_on_weekends", "track_opens", "track_clicks", "show_unsubscribe")


def campaign_named(world: World, call: Call, code: str = "campaign_not_found") -> CampaignRow:
    """The campaign that the path names."""
    row = world.store.campaigns.get(call.arguments["id"])
    if row is None:
        raise missing("Campaign", code)
    return row


def sent(row: CampaignRow) -> int:
    """How many people a campaign has mailed; one without stored contacts mails all at once."""
    counted = row.recipients if row.list_id is None and row.status in {"active", "paused", "completed"} else 0
    return counted + sum(enrollment.last_sent_at is not None for enrollment in row.enrollments.values())


def list_campaigns(world: World, _: Call) -> Answer:
    """All campaigns, in the short form of the list."""
    return data({"campaigns": [_listed(row) for row in world.store.campaigns.values()]})


def create(world: World, call: Call) -> Answer:
    """A new draft for the contacts of a list."""
    name, list_id, template = call.required("name"), call.required("list_id"), call.required("template")
    if list_id not in world.store.lists:
        raise missing("List")
    row = CampaignRow(new_id(), name, call.now, list_id=list_id, template=template, updated_at=call.now)
    world.store.campaigns[row.id] = row
    return data(_brief(row))


def get(world: World, call: Call) -> Answer:
    """One campaign with its settings, steps and contacts."""
    return data({"campaign": _full(campaign_named(world, call))})


def update(world: World, call: Call) -> Answer:
    """Change settings."""
    row = campaign_named(world, call)
    row.settings |= _changes(call)
    row.name = call.text("name") or row.name
    row.updated_at = call.now
    return data({"campaign": _full(row)})


def delete(world: World, call: Call) -> Answer:
    """Delete a draft."""
    row = campaign_named(world, call)
    if row.status != "draft":
        raise Refusal(409, "campaign_not_draft", "Only draft campaigns can be deleted")
    del world.store.campaigns[row.id]
    return data({"deleted": True, "id": row.id})


def start(world: World, call: Call) -> Answer:
    """Start or resume, at once or once a person has approved."""
    row = campaign_named(world, call, "not_found")
    task = launches.start(world, row, call.now)
    named = task.id if task is not None and not world.null_task_id else None
    return data({"campaign_id": row.id, "status": row.status, "task_id": named})


def pause(world: World, call: Call) -> Answer:
    """Pause an active campaign."""
    row = campaign_named(world, call)
    launches.pause(world, row, call.now)
    return data({"campaign": {"id": row.id, "status": row.status, "paused_at": iso(call.now)}})


def stats(world: World, call: Call) -> Answer:
    """Counts: the sandbox's mails are sent, and nobody reacts."""
    counts = ("opened_count", "clicked_count", "replied_count", "bounced_count", "unsubscribed_count")
    quiet = dict.fromkeys(counts, 0) | dict.fromkeys(("open_rate", "click_rate", "reply_rate"), 0.0)
    return data({"stats": {"sent_count": sent(campaign_named(world, call))} | quiet})


def _changes(call: Call) -> dict[str, JSONValue]:
    changes: dict[str, JSONValue] = {
        "description": call.text("description"),
        "daily_send_limit": call.number("daily_send_limit", 1, 500, "invalid_send_limit"),
        "delay_between_emails": call.number("delay_between_emails", 30, 86_400),
        "sending_timezone": _timezone(call),
    }
    changes |= {name: call.flag(name) for name in _FLAGS}
    return {name: value for name, value in changes.items() if value is not None}


def _timezone(call: Call) -> str | None:
    name = call.text("sending_timezone")
    # A system without a time zone database knows no names at all; there every name passes.
    if name is not None and _timezones() and name not in _timezones():
        raise Refusal(400, "invalid_timezone", "sending_timezone must be an IANA time zone")
    return name


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _brief(row: CampaignRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "status": row.status,
        "list_id": row.list_id,
        "created_at": iso(row.created_at),
    }


def _listed(row: CampaignRow) -> dict[str, object]:
    return _brief(row) | {"stats": {"sent": sent(row), "opened": 0, "replied": 0}}


def _full(row: CampaignRow) -> dict[str, object]:
    more: dict[str, object] = {
        "steps": [step_shown(row, step) for step in row.steps],
        "contacts": [*row.enrollments],
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }
    return {"id": row.id, "name": row.name, "status": row.status, **_SETTINGS, **row.settings, **more}


ROUTES = (
    route(ops.LIST, list_campaigns),
    route(ops.CREATE, create),
    route(ops.GET, get),
    route(ops.UPDATE, update),
    route(ops.DELETE, delete),
    route(ops.START, start),
    route(ops.PAUSE, pause),
    route(ops.STATS, stats),
)
