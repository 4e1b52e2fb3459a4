"""How a client is let go of by a server that stops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..approvals.begin import GRACE

if TYPE_CHECKING:
    from ..client import LeadLex

GLANCE = 0.02
"""Seconds between two looks whether the starts on their way have been answered."""


async def end_waits(leadlex: LeadLex) -> None:
    """End every wait with ``ClientClosed``; starts on their way are heard first, for up to 5 s."""
    loop = asyncio.get_running_loop()
    end = loop.time() + GRACE
    while loop.time() < end and any(ticket.status is None for ticket in leadlex.approvals.tickets):  # noqa: ASYNC110 - nothing tells it sooner
        await asyncio.sleep(GLANCE)
    await leadlex.approvals.aclose()


async def close_later(leadlex: LeadLex) -> None:
    """Close the client 5 s from now: a start that still waits for its turn in the quota ends with ``ClientClosed``."""
    await asyncio.sleep(GRACE)
    await leadlex.aclose()
