"""Begin a launch in one process and wait for its decision in another, with a ticket in a file between them.

Run: python examples/wait_elsewhere.py
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from leadlex_async import LaunchTicket, LeadLex
from leadlex_async.sandbox import Sandbox, approve_after


async def begin(file: Path) -> None:
    """Start a campaign, keep its ticket, and let another process wait."""
    async with Sandbox(reviewer=approve_after(1)) as sandbox:
        async with sandbox.client() as leadlex:
            ticket = await leadlex.approvals.begin(sandbox.add_campaign(recipients=150))
        await asyncio.to_thread(file.write_text, ticket.to_json())
        print(f"process {os.getpid()} began the launch: {ticket.to_json()}")
        environment = {**os.environ, "LEADLEX_API_KEY": sandbox.api_key}
        other = await asyncio.create_subprocess_exec(sys.executable, __file__, file, env=environment)
        if await other.wait():
            sys.exit("the other process failed")


async def wait(ticket: LaunchTicket) -> None:
    """Go on with a ticket: the key comes from the environment, the address from the ticket."""
    async with LeadLex(base_url=ticket.base_url) as leadlex:
        launch = await leadlex.approvals.wait(ticket, timeout=60)
    print(f"process {os.getpid()} saw the decision: {launch.outcome} after {launch.waited:.1f} s")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(wait(LaunchTicket.from_json(Path(sys.argv[1]).read_text())))
    else:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(begin(Path(folder, "ticket.json")))
