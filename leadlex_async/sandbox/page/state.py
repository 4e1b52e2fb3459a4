"""What the page shows of a world, as one JSON object."""

from __future__ import annotations

from collections import Counter
from heapq import nlargest
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from ..clock import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..records import Record
    from ..store import CampaignRow
    from ..tasks import TaskRow
    from ..world import LogEntry, World

T = TypeVar("T")
Shown: TypeAlias = dict[str, object]

MOST = 100
"""How many of each kind are shown."""

LOOKED_THROUGH = 10_000
"""How many of the latest requests a filter looks through; the log has no end."""

LONGEST = 150
"""Characters of a text that are shown."""


def state(world: World, wanted: str) -> Shown:
    """Let everything happen that is due, and show what matches ``wanted`` (a part of a name or an id; all if empty)."""
    now, wanted = world.settle(), wanted.strip().casefold()
    return {
        "now": iso(now),
        "approval_above": world.approval_above,
        "tasks": _tasks(world, now, wanted),
        "campaigns": _campaigns(world, wanted),
        "requests": _requests(world, wanted),
        "quota": world.quota.left(now),
        "deliveries": _deliveries(world, wanted),
    }


def _tasks(world: World, now: float, wanted: str) -> Shown:
    """The pending ones, the longest waiting first: a new one moves no button away from under a finger."""
    rows = world.store.board.rows.values()
    waiting = [row for row in rows if row.status == "pending" and not row.gone and row.visible_from <= now]
    found = _matching(waiting, wanted, lambda row: f"{row.id} {row.campaign_id} {row.description}")
    return {"total": len(waiting), "rows": [_task(world, row) for row in islice(found, MOST)]}


def _task(world: World, row: TaskRow) -> Shown:
    campaign = world.store.campaigns.get(row.campaign_id or "")
    return {
        "id": row.id,
        "name": _cut(campaign.name if campaign is not None else row.description),
        "recipients": row.metadata.get("contact_count"),
        "about": _cut(row.campaign_id or row.type),
        "at": iso(row.created_at),
    }


def _campaigns(world: World, wanted: str) -> Shown:
    """The latest changed first."""
    rows = world.store.campaigns
    found = _matching(reversed(rows.values()), wanted, lambda row: f"{row.id} {row.name}")
    latest = nlargest(MOST, found, key=lambda row: max(row.created_at, row.updated_at))
    counts = Counter(row.status for row in rows.values())
    return {"total": len(rows), "counts": counts, "rows": [_campaign(world, row) for row in latest]}


def _campaign(world: World, row: CampaignRow) -> Shown:
    stored = len(world.store.members(row.list_id)) if row.list_id else row.recipients + len(row.enrollments)
    return {
        "id": _sound(row.id),
        "name": _cut(row.name),
        "about": _cut(row.id),
        "state": row.status,
        "recipients": stored,
    }


def _requests(world: World, wanted: str) -> Shown:
    """The latest first; each is known by its place in the log."""
    places = range(len(world.log) - 1, -1, -1)
    latest = ((place, world.log[place]) for place in islice(places, LOOKED_THROUGH))
    found = _matching(latest, wanted, lambda each: f"{each[1].operation} {_path(each[1])}")
    return {"total": len(world.log), "rows": [_request(place, entry) for place, entry in islice(found, MOST)]}


def _request(place: int, entry: LogEntry) -> Shown:
    return {
        "id": str(place),
        "at": iso(entry.at),
        "name": _cut(f"{entry.method} {_path(entry)}"),
        "about": entry.fault and f"fault: {entry.fault}",
        "state": "no answer" if entry.status is None else str(entry.status),
    }


def _path(entry: LogEntry) -> str:
    return f"{entry.path}?{entry.query}" if entry.query else entry.path


def _deliveries(world: World, wanted: str) -> Shown:
    """The latest attempt first; the time of a pending one is that at which it was planned."""
    rows = world.store.deliveries
    names = ("event", "delivery_id", "webhook_id")
    found = _matching([*rows][::-1], wanted, lambda row: " ".join(str(row[name]) for name in names))
    latest = nlargest(MOST, found, key=lambda row: str(row["created_at"]))
    return {"total": len(rows), "rows": [_delivery(world, row) for row in latest]}


def _delivery(world: World, row: Record) -> Shown:
    webhook = world.store.webhooks.rows.get(str(row["webhook_id"]), {"url": "a webhook that is gone"})
    again = f"attempt {row['attempt']}, " if row["attempt"] != 1 else ""
    return {
        "id": row["id"],
        "at": row["created_at"],
        "name": _cut(str(row["event"])),
        "about": _cut(f"{again}{webhook['url']}"),
        "state": str(row["response_status_code"] or row["error"] or row["status"]),
    }


def _matching(rows: Iterable[T], wanted: str, words: Callable[[T], str]) -> Iterable[T]:
    return (row for row in rows if wanted in words(row).casefold()) if wanted else rows


def _cut(text: str) -> str:
    """A text short enough to be shown."""
    return _sound(text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)")


def _sound(text: str) -> str:
    """A text that JSON can hold: half a surrogate pair becomes a question mark."""
    return text.encode(errors="replace").decode()
