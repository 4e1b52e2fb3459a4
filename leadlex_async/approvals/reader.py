"""Reading the truth: the lists of Lexi tasks and the campaign itself."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .._http import convert
from .._http.wire import JSONValue
from ..errors import DecodeError
from ..models.lexi import LexiTask, LexiTaskStatus, LexiTaskType
from ..resources import campaigns, lexi

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from datetime import datetime

    from .._http.core import Core
    from ..models.campaigns import Campaign

    Taken = Callable[[str], bool]

Row = dict[str, JSONValue]

_STATUSES = frozenset(LexiTaskStatus)


class TaskList:
    """One answer of ``GET /v1/lexi/tasks?status=...``, scanned for ids; rows become records only where asked for.

    ``ids`` are the tasks that stand where the list says. ``strays`` say of themselves that they stand elsewhere, which
    is believed. A status nobody knows counts as pending in the pending list and as nothing in any other.
    """

    __slots__ = ("_rows", "_starts", "body", "ids", "listed", "strays")

    def __init__(self, body: bytes, listed: LexiTaskStatus) -> None:
        self.body = body
        self.listed = listed
        self.strays: dict[str, LexiTaskStatus] = {}
        self._rows: dict[str, Row] | None = None
        self._starts: dict[str, list[Row]] | None = None
        with _uncollected():
            rows, word = self._parsed(), listed.value
            self.ids = {task_id for task_id, row in rows.items() if row.get("status", word) == word}
        if len(self.ids) < len(rows):
            for task_id in rows.keys() - self.ids:
                self._stray(task_id, rows[task_id]["status"])

    def _stray(self, id: str, status: JSONValue) -> None:
        if isinstance(status, str) and status in _STATUSES:
            self.strays[id] = LexiTaskStatus(status)
        elif self.listed == LexiTaskStatus.PENDING:
            self.ids.add(id)

    def standing(self, id: str) -> LexiTaskStatus | None:
        """Where this list says the task stands; None when it says nothing."""
        return self.listed if id in self.ids else self.strays.get(id)

    def task(self, id: str) -> LexiTask | None:
        """The record of one task; None if it is not here or is not what the API documents."""
        row = self._parsed().get(id)
        return _record(row, self.listed) if row is not None else None

    def start_of(self, campaign_id: str, since: datetime | None, taken: Taken) -> LexiTask | None:
        """The newest task that starts this campaign, made at or after ``since``, but for those ``taken``."""
        tasks = (_record(row, self.listed) for row in self._by_campaign().get(campaign_id, ()))
        return newest(task for task in tasks if task and not taken(task.id) and self._made(task, since))

    def _made(self, task: LexiTask, since: datetime | None) -> bool:
        """Whether the task was made at or after a moment, by whole seconds; undated, it is if it is pending."""
        if since is None:
            return True
        if task.created_at is None:
            return self.listed == LexiTaskStatus.PENDING
        return task.created_at >= since.replace(microsecond=0)

    def forget(self) -> None:
        """Drop the parsed rows; they are parsed again if needed."""
        self._rows = self._starts = None

    def _parsed(self) -> dict[str, Row]:
        if self._rows is None:
            rows = convert.rows(convert.parse(self.body, lexi.LIST_TASKS.label), "tasks", lexi.LIST_TASKS.label)
            self._rows = {task_id: row for row in rows if isinstance(task_id := row.get("id"), str)}
        return self._rows

    def _by_campaign(self) -> dict[str, list[Row]]:
        if self._starts is None:
            self._starts = {}
            for row in self._parsed().values():
                if (campaign_id := _campaign_of(row)) is not None:
                    self._starts.setdefault(campaign_id, []).append(row)
        return self._starts


@contextmanager
def _uncollected() -> Generator[None, None, None]:
    """Without garbage collection, which the many objects of a list would set off.

    Next to thousands of waiters it takes longer than all the rest (measured), and none of these objects needs it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Reader:
    """Reads task lists and campaigns in the polls' lane of the pacer."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._latest: dict[LexiTaskStatus, TaskList] = {}

    async def tasks(self, status: LexiTaskStatus) -> TaskList:
        """List the tasks of one status, once; an answer identical to the last one is not parsed again."""
        request = self._core.request(lexi.LIST_TASKS, query={"status": status})
        response = await self._core.attempt(lexi.LIST_TASKS.label, request, lane="poll")
        latest = self._latest.get(status)
        if latest is None or latest.body != response.body:
            latest = self._latest[status] = TaskList(response.body, status)
        return latest

    async def campaign(self, id: str) -> Campaign:
        """Read one campaign, once."""
        request = self._core.request(campaigns.GET, id=id)
        response = await self._core.attempt(campaigns.GET.label, request, lane="poll")
        return convert.decode(campaigns.GET, response)

    async def find_start(
        self, statuses: Iterable[LexiTaskStatus], campaign_id: str, since: datetime | None, taken: Taken
    ) -> LexiTask | None:
        """The newest task that starts this campaign in the first of these lists that has one."""
        for status in statuses:
            listing = await self.tasks(status)
            task = listing.start_of(campaign_id, since, taken)
            listing.forget()
            if task is not None:
                return task
        return None

    def forget(self) -> None:
        """Drop parsed rows between rounds, and all lists but the pending one, which is compared with the next."""
        for status in [*self._latest]:
            if status == LexiTaskStatus.PENDING:
                self._latest[status].forget()
            else:
                del self._latest[status]


def newest(tasks: Iterable[LexiTask]) -> LexiTask | None:
    """The task made last; where the API does not say when, the first one listed."""
    return max(tasks, key=lambda task: task.created_at.timestamp() if task.created_at else 0.0, default=None)


def _campaign_of(row: Row) -> str | None:
    """The campaign that a row's task would start."""
    metadata = row.get("metadata")
    if not isinstance(metadata, dict) or row.get("type", LexiTaskType.CAMPAIGN_START) != LexiTaskType.CAMPAIGN_START:
        return None
    campaign_id = metadata.get("campaign_id")
    return campaign_id if isinstance(campaign_id, str) else None


def _record(row: Row, listed: LexiTaskStatus) -> LexiTask | None:
    given = {name: value for name, value in row.items() if value is not None}
    complete: Row = {"status": listed.value, "type": LexiTaskType.CAMPAIGN_START.value, **given}
    try:
        return convert.structure(complete, LexiTask)
    except DecodeError:
        return None
