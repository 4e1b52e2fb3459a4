"""What both example backends answer."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leadlex_async import AlreadyStarted, Conflict, LeadLexError, NotFound, RateLimited, ValidationError

if TYPE_CHECKING:
    from _store import Stored


def shown(launch: Stored) -> dict[str, object]:
    """A launch as JSON has it."""
    ticket: object = json.loads(launch.ticket.to_json())
    return {"id": launch.id, "state": launch.state, "open": launch.open, "ticket": ticket}


def sse(launch: Stored) -> bytes:
    """A launch as a server-sent event."""
    return f"event: state\ndata: {json.dumps(shown(launch))}\n\n".encode()


def refusal(error: LeadLexError) -> tuple[int, dict[str, str]]:
    """The status, and headers, that a start which was not made is answered with."""
    match error:
        case NotFound():
            return 404, {}
        case AlreadyStarted() | Conflict():
            return 409, {}
        case RateLimited():
            return 429, {"Retry-After": str(wait_for(error))}
        case ValidationError():
            return 422, {}
        case _:
            return 503, {}


def wait_for(error: RateLimited) -> int:
    """Seconds until requests are let through again, a minute if nobody knows."""
    if error.reset_at is not None:
        return max(1, math.ceil((error.reset_at - datetime.now(UTC)).total_seconds()))
    return math.ceil(error.retry_after or 60)
