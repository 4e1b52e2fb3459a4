"""What deliveries are answered."""

from __future__ import annotations

from attrs import frozen

BODY_PATIENCE = 10.0
"""Seconds that a body may take to arrive."""
MOST_AT_ONCE = 1_000
"""Events that are handled at the same time, at most."""

STATUS = {"size": 413, "signature": 401, "timestamp": 401, "content": 400}
"""By the check that a delivery did not pass."""


@frozen
class Receipt:
    """What to answer a delivery: an HTTP status and a sentence for the body, which holds no secret."""

    status: int
    reason: str


ACCEPTED = Receipt(200, "accepted")
DUPLICATE = Receipt(200, "a duplicate: it was accepted before")
BUSY = Receipt(503, f"{MOST_AT_ONCE} events are being handled; deliver this one again later")
CLOSING = Receipt(503, "the server is shutting down; deliver this event again later")
REFUSED = Receipt(503, "the event could not be accepted; deliver it again later")
SLOW = Receipt(408, f"the body did not arrive within {BODY_PATIENCE:g} s")
BROKEN = Receipt(400, "the body broke off")
UNREAD = {408, 413}
"""After these the rest of the body is still to come: the connection is no good for another request."""
