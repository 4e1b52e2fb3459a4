"""Launch one campaign: on LeadLex with a key, else on a sandbox where a scripted person approves.

Run: LEADLEX_API_KEY=wbk_... python examples/quickstart.py CAMPAIGN_ID, or just python examples/quickstart.py
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from leadlex_async import ApprovalError, LaunchUpdate, LeadLex
from leadlex_async.sandbox import Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


@asynccontextmanager
async def opened() -> AsyncGenerator[tuple[LeadLex, str], None]:
    """A client, and the id of the campaign to launch with it."""
    if "LEADLEX_API_KEY" in os.environ:
        async with LeadLex() as leadlex:
            yield leadlex, sys.argv[1] if len(sys.argv) > 1 else sys.exit(__doc__)
    else:
        print("no LEADLEX_API_KEY: this runs on a sandbox and mails nobody")
        async with Sandbox(reviewer=approve_after(1)) as sandbox, sandbox.client() as leadlex:
            yield leadlex, sandbox.add_campaign(recipients=150)


def tell(update: LaunchUpdate) -> None:
    """Print one step of the launch."""
    print(f"{update.kind}: {update.task.description if update.task else f'campaign {update.ticket.campaign_id}'}")


async def main() -> None:
    """Launch, and tell how it ended."""
    async with opened() as (leadlex, campaign_id):
        try:
            launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=3600, on_update=tell)
        except ApprovalError as error:
            sys.exit(f"not launched: {error}")
        print(f"{launch.outcome} after {launch.waited:.1f} s, polls: {launch.polls}")


if __name__ == "__main__":
    asyncio.run(main())
