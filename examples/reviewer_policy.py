"""Let a policy decide the clear cases and leave the rest to people.

Run: python examples/reviewer_policy.py
"""

from __future__ import annotations

import asyncio

from leadlex_async import ApprovalDismissed, Approve, Dismiss, LeadLex, LexiTask, Verdict
from leadlex_async.sandbox import Sandbox, approve_after
from leadlex_async.testing import run_virtual

FEW, MANY = 200, 500
HALF_AN_HOUR = 1800.0


async def policy(task: LexiTask) -> Verdict:
    """Approve up to 200 recipients, dismiss above 500; None leaves the task to people."""
    count = task.contact_count
    if count is None:
        return None
    if count <= FEW:
        return Approve()
    return Dismiss(f"{count} recipients, but at most {MANY} are allowed") if count > MANY else None


async def launch(leadlex: LeadLex, campaign_id: str, recipients: int) -> None:
    """Launch one campaign and print what became of it."""
    try:
        launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=3600, reviewer=policy)
        print(f"{recipients} recipients: {launch.outcome} after {launch.waited / 60:.0f} min")
    except ApprovalDismissed:
        print(f"{recipients} recipients: dismissed")


async def main() -> None:
    """Launch three campaigns at once on a sandbox whose person comes back in half an hour and approves what is left."""
    sandbox = Sandbox(reviewer=approve_after(HALF_AN_HOUR))
    async with sandbox.client() as leadlex, asyncio.TaskGroup() as group:
        for recipients in (150, 300, 600):
            group.create_task(launch(leadlex, sandbox.add_campaign(recipients=recipients), recipients))
    reasons = [task.reason for task in sandbox.tasks.values() if task.reason]
    print("reasons given:", *reasons)


if __name__ == "__main__":
    run_virtual(main())  # the half hour passes at once
