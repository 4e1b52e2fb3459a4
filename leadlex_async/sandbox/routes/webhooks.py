"""Webhooks: the addresses that events are to be pushed to, and what was pushed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast

from ...resources import webhooks as ops
from ..addresses import loopback, public
from ..answers import Answer, Refusal, data, invalid, paged
from ..clock import DAY, epoch
from ..event_types import NAMES
from ..records import Record, known, matching, newest_first, pick
from ..table import route

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

_WRITTEN = ("url", "events", "description", "active")
_HEAD = ("id", *_WRITTEN)
_LOG = (
    "delivery_id",
    "event",
    "status",
    "response_status_code",
    "response_body",
    "duration_ms",
    "attempt",
    "error",
    "delivered_at",
)
_KEPT = 30 * DAY


def list_webhooks(world: World, _: Call) -> Answer:
    """All webhooks, without their secrets."""
    rows = [pick(row, _HEAD) | _last(world, row) | pick(row, ("created_at",)) for row in world.store.webhooks]
    return data({"webhooks": rows})


def _last(world: World, row: Record) -> Record:
    """How the latest attempt to deliver ended, and when."""
    ended = [each for each in _attempts(world, row) if each["status"] != "pending"]
    last = ended[0] if ended else {}
    return {"last_delivery_status": last.get("status"), "last_delivery_at": last.get("delivered_at")}


def _attempts(world: World, row: Record) -> list[Record]:
    """The attempts to deliver to a webhook, newest first."""
    return newest_first(world.store.deliveries.of(webhook_id=row["id"]), "created_at")


def create(world: World, call: Call) -> Answer:
    """A new webhook; this answer alone holds its secret."""
    _check(world, call)
    if world.store.webhooks.of(url=call.required("url")):
        raise Refusal(409, "duplicate_webhook", "A webhook of this URL exists already")
    row = register(world, call.now, known(call.body, _WRITTEN))
    return data({"webhook": pick(row, (*_HEAD, "secret", "created_at"))})


def register(world: World, now: float, fields: Record) -> Record:
    """Put up a webhook with a secret, and have its deliveries carried."""
    blank: Record = {"description": None, "active": True, "secret": f"whsec_{secrets.token_hex(24)}"}
    row = world.store.webhooks.add(now, blank | fields)
    world.wake()
    return row


def update(world: World, call: Call) -> Answer:
    """Change the fields given; events are replaced, the secret stays."""
    row = world.store.webhooks.named(call.arguments["id"])
    _check(world, call)
    world.store.webhooks.change(str(row["id"]), call.now, known(call.body, _WRITTEN))
    return data({"webhook": pick(row, (*_HEAD, "updated_at"))})


def _check(world: World, call: Call) -> None:
    """Refuse an address nobody may be sent to, events that do not exist and a description that is too long."""
    url = call.text("url") or ""
    if "url" in call.body and not (public(url) or (world.allow_loopback and loopback(url))):
        raise Refusal(400, "invalid_url", "url must begin with https:// and be a public address")
    unknown = sorted({*cast("list[str]", call.body.get("events", []))} - NAMES)
    if unknown or call.body.get("events") == []:
        raise Refusal(400, "invalid_events", f"Unknown events: {', '.join(unknown)}" if unknown else "No events")
    if len(call.text("description") or "") > ops.LONGEST_DESCRIPTION:
        raise invalid("The description is too long", description=f"At most {ops.LONGEST_DESCRIPTION} characters")


def delete(world: World, call: Call) -> Answer:
    """Delete a webhook, and give up what was still to be delivered to it."""
    row = world.store.webhooks.remove(call.arguments["id"])
    for attempt in world.store.deliveries.of(webhook_id=row["id"], status="pending"):
        world.store.deliveries.remove(str(attempt["id"]))
    return data({"deleted": True, "id": row["id"]})


def list_logs(world: World, call: Call) -> Answer:
    """One page of the attempts of the last 30 days, newest first."""
    rows = matching(_attempts(world, world.store.webhooks.named(call.arguments["id"])), call, "status")
    rows = [row for row in rows if (epoch(str(row["created_at"])) or 0.0) >= call.now - _KEPT]
    return paged("logs", [pick(row, _LOG) for row in rows], *call.page())


ROUTES = (
    route(ops.LIST, list_webhooks),
    route(ops.CREATE, create, missing="missing_required_field"),
    route(ops.UPDATE, update, url="invalid_url", events="invalid_events"),
    route(ops.DELETE, delete),
    route(ops.LIST_LOGS, list_logs),
)
