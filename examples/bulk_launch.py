"""Launch many campaigns with a journal, and see what is left of the day's quota on the way.

Run: python examples/bulk_launch.py
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from leadlex_async.sandbox import Sandbox, approve_after

if TYPE_CHECKING:
    from leadlex_async import LaunchProgress

CAMPAIGNS = 30


def show(progress: LaunchProgress) -> None:
    """Print every tenth result."""
    if progress.latest is not None and progress.done % 10 == 0:
        left = progress.quota.remaining if progress.quota is not None else "any number"
        print(f"{progress.done} of {progress.total} decided, {progress.requests} requests, left of the day: {left}")


async def main(journal: Path) -> None:
    """Launch them, and once more from the journal, which starts none of them again."""
    async with Sandbox(plan="pro", reviewer=approve_after(1)) as sandbox:
        ids = [sandbox.add_campaign(recipients=40 if number % 3 else 150) for number in range(CAMPAIGNS)]
        async with sandbox.client(plan="pro") as leadlex:
            print(leadlex.campaigns.plan_launch(len(ids)))
            report = await leadlex.campaigns.launch_all(ids, timeout=3600, journal=journal, on_progress=show)
            print(report)
            again = await leadlex.campaigns.launch_all(ids, timeout=3600, journal=journal)
            print(f"again: {again}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(Path(folder, "launches.db")))
