"""A program that launches campaigns from a journal, and dies of SIGKILL where its order says.

    python -m killing.child < order.json

Nothing of the SDK is touched: it dies in the ids it gives, in aiohttp's own tracing of its session, in its reviewer,
in its listener, or in the body of its loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypedDict

import aiohttp

from leadlex_async import Approve, LeadLex

from .hasty import HastyLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from leadlex_async import LaunchProgress, LexiTask, Verdict

Point = Literal["named", "intent", "answered", "started", "pending", "verdict", "listed", "decided", "told"]

_START = re.compile(r"/v1/campaigns/([^/]+)/start$")
_VERDICT = re.compile(r"/v1/lexi/tasks/[^/]+/approve$")


class Order(TypedDict):
    """What a child is told."""

    key: str
    base_url: str
    journal: str
    ids: list[str]
    fresh: list[str]
    """The campaigns that are not in the journal: they come one by one, the others at once."""
    reviewed: list[str]
    """The campaigns that this program's own reviewer approves."""
    point: Point | None
    number: int
    """How often the point is passed before it kills."""


class Reaper:
    """Kills this process when a point is reached for the nth time, and says so before."""

    def __init__(self, order: Order) -> None:
        self._point = order["point"]
        self._left = order["number"]

    def reach(self, point: Point, campaign_id: str | None = None) -> None:
        """This point is reached."""
        if point != self._point:
            return
        self._left -= 1
        if self._left < 0:
            os.write(1, json.dumps({"point": point, "campaign": campaign_id}).encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def tracing(self) -> aiohttp.TraceConfig:
        """Points at which a request is about to be sent, or was answered."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._sending)
        trace.on_request_end.append(self._answered)
        return trace

    async def _sending(self, _: aiohttp.ClientSession, __: object, params: aiohttp.TraceRequestStartParams) -> None:
        if start := _START.search(params.url.path):
            self.reach("intent", start[1])

    async def _answered(self, _: aiohttp.ClientSession, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        if params.response.status >= 300:
            return
        if start := _START.search(params.url.path):
            self.reach("answered", start[1])
        elif _VERDICT.search(params.url.path):
            self.reach("verdict")
        elif params.url.query.get("status", "pending") != "pending":
            self.reach("listed")

    def progress(self, progress: LaunchProgress) -> None:
        """Points at which the batch tells of itself."""
        if progress.latest is None:
            self.reach("started")
        elif progress.latest.launch is not None and not progress.latest.from_journal:
            self.reach("decided", progress.latest.campaign_id)


async def launch(order: Order) -> None:
    """Launch all there are, and print what came of it."""
    reaper = Reaper(order)
    reviewed, fresh = {*order["reviewed"]}, {*order["fresh"]}

    async def ids() -> AsyncIterator[str]:
        for each in order["ids"]:
            if each in fresh:
                reaper.reach("named", each)
                await asyncio.sleep(0.4)
            yield each

    async def review(task: LexiTask) -> Verdict:
        reaper.reach("pending", task.campaign_id)
        await asyncio.sleep(1)
        return Approve() if task.campaign_id in reviewed else None

    connector = aiohttp.TCPConnector(limit=0)
    session = aiohttp.ClientSession(connector=connector, trace_configs=[reaper.tracing()])
    rows: list[dict[str, object]] = []
    # Timeouts are hasty seconds, and this machine is not a hundred times faster.
    async with session, LeadLex(order["key"], base_url=order["base_url"], session=session, timeout=3_000) as leadlex:
        async for result in leadlex.campaigns.launch_many(
            ids(), timeout=None, journal=order["journal"], reviewer=review, on_progress=reaper.progress
        ):
            rows.append(result.row())
            if result.launch is not None and not result.from_journal:
                reaper.reach("told", result.campaign_id)
        open_tickets = len(leadlex.approvals.tickets)
    os.write(1, json.dumps({"results": rows, "tickets": open_tickets}).encode())


if __name__ == "__main__":
    for slow in ("approvals.service", "bulk.campaigns"):  # which the first launch would import
        import_module(f"leadlex_async.{slow}")
    with asyncio.Runner(loop_factory=HastyLoop) as runner:
        runner.run(launch(json.loads(sys.stdin.readline())))
