"""Launch a batch that outlives its process: begun, left, and carried to its end by another run.

Run: python examples/durable_launch.py [DATABASE]

The database is an SQLite file of its own unless another is given as a URL: postgresql://user:password@host/name. It
needs the extra ``durable``.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from leadlex_async import Plan
from leadlex_async.durable import DurableLaunches
from leadlex_async.sandbox import Sandbox, approve_after

CAMPAIGNS = 20


async def main(database: str) -> None:
    """Begin on one replica, leave, and let another one end the batch."""
    async with Sandbox(reviewer=approve_after(1)) as sandbox, sandbox.client(plan=Plan(600, None)) as leadlex:
        ids = [sandbox.add_campaign(recipients=150) for _ in range(CAMPAIGNS)]
        async with DurableLaunches(leadlex, database=database, executor_id="one") as durable:
            batch = await durable.launch(ids, timeout=3600)
            while not await durable.tickets(batch):  # noqa: ASYNC110 - nothing tells it sooner
                await asyncio.sleep(0.05)
        print(f"replica one left with {len(sandbox.starts)} of {CAMPAIGNS} started")
        async with DurableLaunches(leadlex, database=database, executor_id="two") as durable:
            print(f"replica two: {await durable.result(batch)}")
        print(f"starts of each campaign: {max(sandbox.starts.values())}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(main(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(main(f"sqlite:///{Path(folder, 'launches.sqlite')}"))
