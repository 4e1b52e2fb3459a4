"""``leadlex tasks watch``: which tasks come, and what becomes of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import evolve

from .._http.retry import growth, passing
from ..errors import LeadLexError, RateLimited
from ..models.lexi import LexiTask, LexiTaskStatus
from . import report
from .clients import connected
from .forms import Rows
from .safe import one_line
from .table import cut, painted, room, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._http.pace import RateLimit
    from ..client import LeadLex
    from .options import Form

SHORTEST, LONGEST = 2.0, 60.0
"""Seconds between two looks."""
SHARE = 0.5
"""Of what is left of the day's requests; the rest is for other programs."""
LOOKS = 3
"""How often a task that has left the pending ones is looked for in the other lists."""
GONE = LexiTaskStatus("gone")
DECIDED = (LexiTaskStatus.APPROVED, LexiTaskStatus.COMPLETED, LexiTaskStatus.DISMISSED, LexiTaskStatus.FAILED)


async def follow(form: Form) -> None:
    """Print what happens until the end, which a signal brings."""
    stream = Rows([], form) if form != "people" else None
    async with connected() as leadlex:
        watcher = Watcher(leadlex)
        report.say("watching the tasks of Lexi, until Ctrl-C", err=True)
        while True:
            for task in await watcher.look():
                if stream is not None:
                    stream.add(task)
                else:
                    _print(task)
            await asyncio.sleep(watcher.pause())


class Watcher:
    """Looks at the tasks, and tells at each look what is new."""

    def __init__(self, leadlex: LeadLex) -> None:
        self._leadlex = leadlex
        self._pending: dict[str, LexiTask] = {}
        self._looked: Counter[str] = Counter()
        self._pauses = growth(SHORTEST, LONGEST)
        self._held = 0.0
        self._trouble = ""

    async def look(self) -> list[LexiTask]:
        """The tasks that are new, and those that were decided; errors that pass are said on stderr and waited out."""
        self._held = 0.0
        try:
            moved = await self._look()
        except LeadLexError as error:
            spent = isinstance(error, RateLimited) and error.daily
            if not (passing(error) or spent):
                raise
            self._tell(str(error))
            self._held = _until_reset(error.reset_at) if isinstance(error, RateLimited) and spent else 0.0
            return []
        self._tell("")
        if moved:
            self._pauses = growth(SHORTEST, LONGEST)
        return moved

    def pause(self) -> float:
        """Seconds until the next look."""
        return max(next(self._pauses), self._held, _affordable(self._leadlex.rate_limit))

    async def _look(self) -> list[LexiTask]:
        listed = {task.id: task for task in await self._leadlex.lexi.list_tasks()}
        new = oldest_first(task for task in listed.values() if task.id not in self._pending)
        decided = await self._found([task for task in self._pending.values() if task.id not in listed])
        self._pending |= listed
        for task in decided:
            del self._pending[task.id]
            del self._looked[task.id]
        return new + decided

    async def _found(self, missing: list[LexiTask]) -> list[LexiTask]:
        """What became of tasks that are pending no more, as far as a list tells it by now."""
        left, found = {task.id: task for task in missing}, list[LexiTask]()
        for status in DECIDED:
            if left:
                listed = await self._leadlex.lexi.list_tasks(status=status.value)
                found += [task for task in listed if left.pop(task.id, None) is not None]
        self._looked.update(left.keys())
        return found + [evolve(task, status=GONE) for task in left.values() if self._looked[task.id] >= LOOKS]

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            report.say(f"{trouble}; still watching" if trouble else "watching again", err=True)
        self._trouble = trouble


def oldest_first(tasks: Iterable[LexiTask]) -> list[LexiTask]:
    """The tasks in the order in which they were made; of the same moment the last one listed first, as LeadLex does."""
    found = [*tasks]
    found.reverse()
    found.sort(key=lambda task: task.created_at.timestamp() if task.created_at is not None else 0.0)
    return found


def _affordable(quota: RateLimit | None) -> float:
    """Seconds between two looks with which the day's requests last."""
    if quota is None or quota.reset_at is None:
        return 0.0
    return _until_reset(quota.reset_at) / max(1.0, quota.remaining * SHARE)


def _until_reset(reset_at: datetime | None) -> float:
    return max(0.0, (reset_at - datetime.now(UTC)).total_seconds()) if reset_at is not None else LONGEST


def _print(task: LexiTask) -> None:
    reach = f" ({task.contact_count:,} recipients)" if task.contact_count is not None else ""
    status = f"{one_line(task.status):<9}"
    ends = [f"{datetime.now(UTC):%H:%M:%S}", one_line(task.id), one_line(f"{task.description or task.type}{reach}")]
    left = room() - width_of("  ".join([*ends[:2], status, ""]))
    report.put("  ".join([ends[0], painted(status, task.status), ends[1], cut(ends[2], max(1, left))]))
