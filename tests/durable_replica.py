"""A replica in a process of its own, to be killed.

    python tests/durable_replica.py DATABASE BASE_URL EXECUTOR_ID PLAN LEASE [BATCH_ID CAMPAIGN_ID ...]

It launches the batch it is given, if any, and takes part until it is killed; a line on stdout tells that it is ready.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from leadlex_async import LeadLex, Plan
from leadlex_async.durable import DurableLaunches

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from leadlex_async.sandbox import Sandbox
    from leadlex_async.sandbox.tasks import TaskRow

PATIENCE = 60.0


async def main(database: str, url: str, executor_id: str, plan: str, lease: str, *batch: str) -> None:
    """Take part."""
    allowed = Plan(int(plan), None) if plan.isdecimal() else plan
    async with (
        LeadLex(base_url=url, plan=allowed) as leadlex,
        DurableLaunches(leadlex, database=database, executor_id=executor_id, lease=float(lease)) as durable,
    ):
        if batch:
            await durable.launch(batch[1:], timeout=600, batch_id=batch[0])
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        await asyncio.Event().wait()


@asynccontextmanager
async def replica(
    sandbox: Sandbox, database: str, executor_id: str, *, plan: str = "unlimited", batch: Iterable[str] = ()
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run this program until the block is left, and enter when it takes part."""
    environment = {**os.environ, "LEADLEX_API_KEY": sandbox.api_key}
    arguments = (__file__, database, sandbox.url, executor_id, plan, "3", *batch)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        assert line == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def tasks_of(sandbox: Sandbox, count: int) -> list[TaskRow]:
    """The tasks, as soon as there are so many."""
    async with asyncio.timeout(PATIENCE):
        while len(sandbox.tasks) < count:  # noqa: ASYNC110 - the sandbox tells nobody
            await asyncio.sleep(0.02)
    return [*sandbox.tasks.values()]


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
