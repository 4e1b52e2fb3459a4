"""Lexi's approval tasks, kept by status, with every list of them encoded once per change."""

from __future__ import annotations

import math
from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

import orjson
from attrs import NOTHING, define, field, setters

from .._http.wire import JSONValue
from .clock import iso

if TYPE_CHECKING:
    from attrs import Attribute


V = TypeVar("V")

STATUSES = ("pending", "approved", "dismissed", "completed", "failed")


def _watched(row: TaskRow, attribute: Attribute[object], value: V) -> V:
    if row.board is not None:
        row.board.changing(row, value if attribute.name == "status" else NOTHING)
    return value


@define(eq=False, on_setattr=_watched)
class TaskRow:
    """One approval task; its fields may be set, the lists follow. ``gone`` takes it out of every list."""

    id: str
    type: str
    status: str
    description: str
    created_at: float
    metadata: dict[str, JSONValue]
    decided_at: float | None = None
    visible_from: float = 0.0
    gone: bool = False
    reason: str | None = None
    board: Board | None = field(default=None, repr=False, on_setattr=setters.NO_OP)
    encoded: bytes | None = field(default=None, repr=False, on_setattr=setters.NO_OP)

    @property
    def campaign_id(self) -> str | None:
        """The campaign that a ``campaign_start`` task would start."""
        value = self.metadata.get("campaign_id")
        return value if isinstance(value, str) else None

    def encode(self) -> bytes:
        """The task as its lists show it."""
        if self.encoded is None:
            shown = {name: getattr(self, name) for name in ("id", "type", "status", "description")}
            more = {"created_at": iso(self.created_at), "metadata": self.metadata}
            self.encoded = orjson.dumps(shown | more)
        return self.encoded


class Board:
    """All tasks. A list is rebuilt only when one of its tasks changed or became visible."""

    def __init__(self) -> None:
        self.rows: dict[str, TaskRow] = {}
        self._by_status: defaultdict[str, dict[str, TaskRow]] = defaultdict(dict)
        self._lists: dict[str, tuple[float, int | None, bytes]] = {}

    def add(self, row: TaskRow) -> None:
        """Put up a new task."""
        row.board = self
        self.rows[row.id] = self._by_status[row.status][row.id] = row
        self._lists.pop(row.status, None)

    def changing(self, row: TaskRow, status: object) -> None:
        """Follow a field of a task that is about to be set, ``status`` if it is that one."""
        row.encoded = None
        self._lists.pop(row.status, None)
        if isinstance(status, str):
            del self._by_status[row.status][row.id]
            self._by_status[status][row.id] = row
            self._lists.pop(status, None)

    def listed(self, status: str, now: float, cap: int | None) -> bytes:
        """The answer that lists the tasks of one status, newest first, at most ``cap`` of them."""
        until, capped, body = self._lists.get(status, (-math.inf, None, b""))
        if now >= until or capped != cap:
            rows = [row for row in reversed(self._by_status[status].values()) if not row.gone]
            shown = [row for row in rows if row.visible_from <= now]
            hidden = (row.visible_from for row in rows if row.visible_from > now) if len(shown) < len(rows) else ()
            until, body = min(hidden, default=math.inf), _encode(shown, cap)
            self._lists[status] = until, cap, body
        return body


def _encode(rows: list[TaskRow], cap: int | None) -> bytes:
    rows.sort(key=attrgetter("created_at"), reverse=True)
    listed = b",".join([row.encoded or row.encode() for row in rows[:cap]])
    return b"".join((b'{"data":{"tasks":[', listed, b"]}}"))
