"""A sandbox with faults and limits, campaigns in it, and one program after another that dies launching them."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from attrs import define, field

from leadlex_async.sandbox import Decision, Fault, Sandbox

from .hasty import HastyClock

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncGenerator

    from leadlex_async.sandbox import TaskRow

    from .child import Order, Point

TESTS = Path(__file__).parent.parent
START = "POST /v1/campaigns/{id}/start"
TASKS = "GET /v1/lexi/tasks"
CAMPAIGN = "GET /v1/campaigns/{id}"
APPROVE = "POST /v1/lexi/tasks/{id}/approve"

WITHIN: tuple[Point, ...] = (
    *("named", "intent", "answered", "started", "pending"),
    *("verdict", "listed", "decided", "told"),
)
"""Points where a child kills itself."""
AT_ANY_TIME = ("opening", "random")
FROM_OUTSIDE = ("carried out", *AT_ANY_TIME)
"""Where it is killed: while the server carries out a start, as soon as it begins, or at any time."""
LONGEST = 9_000.0
"""Hasty seconds, a minute and a half, that a program may take: it takes two or three."""
MOST = 5
"""A point is passed up to so many times before it kills."""

STATES: dict[str, set[str | None]] = {
    "named": {None},
    "intent": {"intent"},
    "carried out": {"intent"},
    "answered": {"intent"},
    "pending": {"intent", "waiting"},
    "decided": {"decided"},
    "told": {"decided"},
}
"""How far the journal may have come with the campaign at a point; others are of no single campaign."""


class Row(TypedDict):
    """One result, as the child printed it."""

    campaign_id: str
    result: str
    error: str | None


class Said(TypedDict, total=False):
    """What a child printed last."""

    point: str
    campaign: str | None
    results: list[Row]
    tickets: int


@define
class Tally:
    """What was done."""

    runs: int = 0
    kills: Counter[str] = field(factory=Counter[str])
    states: Counter[tuple[str, str]] = field(factory=Counter[tuple[str, str]])
    """How often a kill at a point found the journal in which state."""
    faults: Counter[str] = field(factory=Counter[str])


class Arena:
    """One batch of campaigns and its journal."""

    def __init__(self, directory: Path, seed: int, tally: Tally, *, campaigns: int = 200) -> None:
        self.tally = tally
        self._dice = random.Random(seed)  # noqa: S311 - chance that can be repeated
        self._journal = directory / f"journal-{seed}"
        self._copy = directory / f"copy-{seed}"
        self.sandbox = Sandbox(plan="org", reviewer=self._decide, latency=1.0, now=HastyClock())
        self.sandbox.visibility_delay = self._dice.choice((0.0, 3.0))
        self.sandbox.null_task_id = self._dice.random() < 0.3
        self.sandbox.retry_after = self._dice.random() < 0.5
        sizes = [10 if self._dice.random() < 0.1 else 150 for _ in range(campaigns)]
        self.ids = [self.sandbox.add_campaign(recipients=size) for size in sizes]
        self._reviewed = self._dice.sample(self.ids, campaigns // 3)
        self._victim: tuple[Process, int] | None = None
        self._struck: str | None = None
        self._spare: asyncio.Task[Process] | None = None

    async def run(self, kills: int) -> list[Row]:
        """Have so many programs die, if so many get to it, then one finish; returns what that one said."""
        async with self.sandbox:
            try:
                enough = sum(self.tally.kills.values()) + kills
                while sum(self.tally.kills.values()) < enough and (points := self._within_reach()):
                    await self._life(self._next(points))
                return await self._finish()
            finally:
                await self._dismiss_spare()

    def _within_reach(self) -> list[str]:
        """The points that the next program passes often enough."""
        rows = self.rows()
        undecided = sum(state != "decided" for state in rows.values())
        points: list[str] = []
        if len(self.ids) - len(rows) > 2 * MOST:
            points += ["named", "intent", "carried out", "answered", "started"]
        if len(self.ids) - len(rows) + undecided > 2 * MOST:
            points += ["pending", "verdict", "listed", "decided", "told", *AT_ANY_TIME]
        return points

    def _next(self, points: list[str]) -> str:
        """One of those that were met least."""
        fewest = min(self.tally.kills[point] for point in points)
        return self._dice.choice([point for point in points if self.tally.kills[point] == fewest])

    async def _life(self, point: str) -> None:
        """One program from its birth to its death, if it meets that."""
        self._misbehave()
        said = await self._child(point, self._dice.randrange(1 if point == "listed" else MOST))
        if "results" not in said:
            self.tally.kills[point] += 1
            self._check(point, said.get("campaign"))

    async def _finish(self) -> list[Row]:
        """The last run, without faults; what could not be told before is told now."""
        self.sandbox.faults.clear()
        said = await self._child(None, 0)
        results = said.get("results", [])
        assert said.get("tickets") == 0, [row for row in results if row["error"]]
        return results

    async def _child(self, point: str | None, number: int) -> Said:
        process, self._spare = await (self._spare or self._spawn()), asyncio.ensure_future(self._spawn())
        self.tally.runs += 1
        known = self.rows()
        order: Order = {
            "key": self.sandbox.api_key,
            "base_url": self.sandbox.url,
            "journal": str(self._journal),
            "ids": self.ids,
            "fresh": [each for each in self.ids if each not in known],
            "reviewed": self._reviewed,
            "point": point if point in WITHIN else None,
            "number": number,
        }
        self._struck, self._victim = None, (process, number) if point == "carried out" else None
        if point in {"opening", "random"}:
            after = self._dice.uniform(0, 2 if point == "opening" else 40)
            asyncio.get_running_loop().call_later(after, _kill, process)
        async with _killing(process):
            output, errors = await process.communicate(json.dumps(order).encode() + b"\n")
        self._victim = None
        assert process.returncode in {0, -signal.SIGKILL}, errors.decode()
        said: Said = json.loads(output or "{}")
        return {"campaign": self._struck} if self._struck is not None else said

    async def _spawn(self) -> Process:
        """A child that imports what it needs while another one lives, and waits for its order."""
        program = ("-m", "killing.child")
        return await asyncio.create_subprocess_exec(
            sys.executable, *program, cwd=TESTS, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )

    async def _dismiss_spare(self) -> None:
        if self._spare is not None:
            process = await self._spare
            process.kill()
            await process.communicate()

    def _decide(self, task: TaskRow) -> Decision | None:
        """The person at the other end; it also sees each start that is carried out."""
        if self._victim is not None:
            process, left = self._victim
            self._victim = (process, left - 1) if left else None
            if not left:
                _kill(process)
                self._struck = task.campaign_id
        if task.campaign_id in self._reviewed:
            return None
        after = self._dice.choice((0.5, self._dice.uniform(5, 300)))
        return Decision(after, self._dice.choices(("approve", "dismiss", "fail"), (80, 15, 5))[0])

    def _misbehave(self) -> None:
        """A few faults for the next life."""
        for fault in self.sandbox.faults:
            self.tally.faults[fault.kind] += fault.hits
        dice = self._dice
        starts = [
            Fault("reset", START, when="after"),
            Fault("reset", START, when="before"),
            Fault("late", START, seconds=3),
            Fault("timeout", START, when="after", seconds=5),
            Fault("slow", START, seconds=4),
            Fault("status", START, when="after"),
            Fault("status", START, when="before", status=503),
            Fault("truncated", START, when="after"),
            Fault("garbage", START, when="after"),
            Fault("status", None, status=429, seconds=2, times=5),
        ]
        reads = [
            Fault("reset", TASKS, times=2),
            Fault("html", TASKS),
            Fault("status", CAMPAIGN, times=2),
            Fault("unknown_status", CAMPAIGN),
            Fault("reset", APPROVE, when="after"),
            Fault("truncated", APPROVE, when="after"),
        ]
        self.sandbox.faults[:] = [*dice.sample(starts, 2), dice.choice(reads)]
        for fault in self.sandbox.faults:
            fault.skip = dice.randrange(4)

    def _check(self, point: str, campaign_id: str | None) -> None:
        """After a kill: what took effect is in the journal, once, and the point was the one it is called."""
        rows = self.rows()
        assert max(self.sandbox.starts.values(), default=0) <= 1
        assert self.sandbox.starts.keys() <= rows.keys(), "a start without its intent on disk"
        if campaign_id is None:
            return
        state = rows.get(campaign_id)
        self.tally.states[point, str(state)] += 1
        assert state in STATES[point], (point, state)

    def rows(self) -> dict[str, str]:
        """How far the journal has come with which campaign, read from a copy: the journal is for its owner."""
        return {campaign_id: state for campaign_id, state, _ in self.read()}

    def read(self) -> list[tuple[str, str, str | None]]:
        """The journal's rows."""
        if not self._journal.exists():
            return []
        for suffix in ("-wal", "-journal", ""):
            copy = Path(f"{self._copy}{suffix}")
            copy.unlink(missing_ok=True)
            if (original := Path(f"{self._journal}{suffix}")).exists():
                shutil.copyfile(original, copy)
        with closing(sqlite3.connect(self._copy)) as connection:
            return connection.execute("SELECT campaign_id, state, launch FROM launches").fetchall()


@asynccontextmanager
async def _killing(process: Process) -> AsyncGenerator[None]:
    """No program outlives what waits for it, and none hangs for ever."""
    try:
        async with asyncio.timeout(LONGEST):
            yield
    finally:
        _kill(process)


def _kill(process: Process) -> None:
    if process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)
