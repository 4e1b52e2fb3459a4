"""``leadlex demo``: three launches at once, on a sandbox inside the process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from .report import say
from .run import run

if TYPE_CHECKING:
    from ..approvals.launch import Launch
    from ..client import LeadLex
    from ..sandbox import Decision, Sandbox, TaskRow
    from .demo_view import Row, View

CAMPAIGNS = {"Clients": 40, "Newsletter": 150, "Cold list": 600}
APPROVED_AFTER = 5.0
DISMISSED_AFTER = 8.0
LARGE = 500
TIMEOUT = 60.0


@click.command()
def demo() -> None:
    """Show three launches on a sandbox, in about 15 seconds."""
    say("A sandbox inside this process: it mails nobody, a scripted reviewer decides.")
    run(_demo())


async def _demo() -> None:
    from ..client import LeadLex
    from ..sandbox import Sandbox
    from .demo_view import Row, summary, view

    async with Sandbox(plan="pro", reviewer=_decide) as sandbox:
        rows = [Row(_added(sandbox, name), name, recipients) for name, recipients in CAMPAIGNS.items()]
        async with LeadLex(sandbox.api_key, base_url=sandbox.url) as leadlex:
            with view(rows) as shown:
                await _launch_all(leadlex, rows, shown)
            summary(rows, requests=sandbox.count(), quota=leadlex.rate_limit)


def _added(sandbox: Sandbox, name: str) -> str:
    return sandbox.add_campaign(recipients=CAMPAIGNS[name], name=name)


def _decide(task: TaskRow) -> Decision:
    from ..sandbox import approve_after, dismiss_after

    count = task.metadata["contact_count"]
    if isinstance(count, int) and count >= LARGE:
        return dismiss_after(DISMISSED_AFTER, "too many strangers")
    return approve_after(APPROVED_AFTER)


async def _launch_all(leadlex: LeadLex, rows: list[Row], shown: View) -> None:
    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(_launch(leadlex, row, shown))


async def _launch(leadlex: LeadLex, row: Row, shown: View) -> None:
    launch = await _launched(leadlex, row, shown)
    row.end(launch)
    shown.moved(row)


async def _launched(leadlex: LeadLex, row: Row, shown: View) -> Launch:
    from ..errors import ApprovalDismissed

    try:
        return await leadlex.campaigns.start_and_wait_for_approval(
            row.campaign_id, timeout=TIMEOUT, on_update=lambda update: shown.moved(row.follow(update))
        )
    except ApprovalDismissed as error:
        if error.launch is None:
            raise
        return error.launch
