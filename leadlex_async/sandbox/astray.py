"""Each kind of push fault, as what becomes of the push that was due."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import orjson
from attrs import evolve

from .outbox import Outcome
from .records import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from .outbox import Outbox, Push
    from .push_faults import PushFault
    from .records import Record

TOLERANCE = 300.0
"""Seconds that a timestamp may be old (guide: webhooks)."""

_OPPOSITES = {"task.approved": "task.dismissed", "task.dismissed": "task.approved"}


def astray(outbox: Outbox, push: Push, fault: PushFault, now: float) -> None:
    """Send a push the way a fault has it."""
    _KINDS[fault.kind](outbox, push, fault, now)


def _lost(outbox: Outbox, push: Push, _: PushFault, now: float) -> None:
    outbox.made(outbox.logged(push, now), Outcome(200), 0.0, now)


def _late(outbox: Outbox, push: Push, fault: PushFault, now: float) -> None:
    outbox.later(outbox.logged(push, now), now + fault.seconds)


def _duplicate(outbox: Outbox, push: Push, _: PushFault, now: float) -> None:
    for each in (push, evolve(push, then=[])):
        outbox.put(outbox.logged(each, now))


def _reorder(outbox: Outbox, push: Push, fault: PushFault, now: float) -> None:
    outbox.hold(outbox.logged(push, now), now + fault.seconds)


def _forged(outbox: Outbox, push: Push, _: PushFault, now: float) -> None:
    forged = evolve(push, body=_forgery(push), secret=f"whsec_{secrets.token_hex(24)}", then=[push])
    outbox.logged(push, now)
    outbox.put(forged)


def _stale(outbox: Outbox, push: Push, fault: PushFault, now: float) -> None:
    outbox.put(outbox.logged(evolve(push, age=TOLERANCE + fault.seconds), now))


def _again(outbox: Outbox, push: Push, fault: PushFault, now: float) -> None:
    outbox.later(evolve(push, then=[]), now + fault.seconds)
    outbox.put(outbox.logged(push, now))


def _renamed(outbox: Outbox, push: Push, _: PushFault, now: float) -> None:
    other = new_id()
    body = orjson.dumps(orjson.loads(push.body) | {"delivery_id": other})
    for each in (push, evolve(push, delivery_id=other, body=body, then=[])):
        outbox.put(outbox.logged(each, now))


def _forgery(push: Push) -> bytes:
    """What somebody would have the receiver believe; it has the delivery id of the true push."""
    told: Record = orjson.loads(push.body)
    data, opposite = told["data"], _OPPOSITES.get(push.event)
    facts: Record = data if isinstance(data, dict) else {}
    if opposite is None:
        return orjson.dumps(told | {"data": facts | {"forged": True}})
    task = facts.get("task")
    turned: Record = {**(task if isinstance(task, dict) else {}), "status": opposite.removeprefix("task.")}
    return orjson.dumps(told | {"event": opposite, "data": facts | {"task": turned}})


_KINDS: dict[str, Callable[[Outbox, Push, PushFault, float], None]] = {
    "lost": _lost,
    "late": _late,
    "duplicate": _duplicate,
    "reorder": _reorder,
    "forged": _forged,
    "stale": _stale,
    "again": _again,
    "renamed": _renamed,
}
