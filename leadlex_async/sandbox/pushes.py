"""Events: which webhooks are told of one, and in what words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from .astray import astray
from .clock import iso
from .faults import take
from .outbox import Push
from .records import new_id

if TYPE_CHECKING:
    from .records import Record
    from .world import World

WORKSPACE = "ws_sandbox"
"""The id of the one workspace there is."""


def emit(world: World, event: str, data: Record, now: float, *, unasked: bool = False) -> None:
    """Push an event to every active webhook that asks for it, or ``unasked`` to all of them."""
    for webhook in world.store.webhooks:
        if webhook["active"] and (unasked or _asks(webhook, event)):
            _dispatch(world, str(webhook["id"]), event, data, now)


def _asks(webhook: Record, event: str) -> bool:
    events = webhook["events"]
    return isinstance(events, list) and event in events


def _dispatch(world: World, webhook_id: str, event: str, data: Record, now: float) -> None:
    push = _written(webhook_id, event, data, now)
    push.then = world.outbox.held(webhook_id)
    fault = take(world.push_faults, event)
    if fault is None:
        world.outbox.put(world.outbox.logged(push, now))
    else:
        astray(world.outbox, push, fault, now)


def _written(webhook_id: str, event: str, data: Record, now: float) -> Push:
    """A push in the envelope of the guide, in bytes: the records may change before it is sent."""
    delivery_id = new_id()
    head = {"event": event, "delivery_id": delivery_id, "occurred_at": iso(now), "workspace_id": WORKSPACE}
    return Push(webhook_id, event, delivery_id, orjson.dumps(head | {"data": data}))
