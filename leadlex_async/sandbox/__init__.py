"""A local LeadLex to build and test against, with people, quotas and outages you script.

    async with Sandbox(reviewer=approve_after(30)) as sandbox:
        campaign_id = sandbox.add_campaign(recipients=150)
        async with LeadLex(sandbox.api_key, base_url=sandbox.url) as leadlex:
            ...

It keeps everything in memory, answers every documented operation and delivers to webhooks. ``sandbox.transport()``
reaches it without a socket, and its clock can be driven: a wait of two days takes milliseconds. So do deliveries, by
calls of a function of yours:

    sandbox.add_webhook("https://example.com/hook", ["task.approved"])
    async with sandbox.delivering(receive):               # receive(body, headers) returns an HTTP status
        ...
"""

from __future__ import annotations

from .answers import Refusal
from .decisions import Decision, approve_after, dismiss_after, fail_after
from .faults import Fault, Reply
from .push_faults import PushFault
from .sandbox import Sandbox
from .store import CampaignRow
from .tasks import TaskRow
from .world import LogEntry

__all__ = [
    "CampaignRow",
    "Decision",
    "Fault",
    "LogEntry",
    "PushFault",
    "Refusal",
    "Reply",
    "Sandbox",
    "TaskRow",
    "approve_after",
    "dismiss_after",
    "fail_after",
]
