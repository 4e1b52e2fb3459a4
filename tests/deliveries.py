"""Deliveries as LeadLex signs them, made by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime
from typing import NamedTuple

SECRET = "whsec_the_receiver_knows_it"  # noqa: S105 - a test secret
START = "POST /v1/campaigns/{id}/start"
TASKS = "GET /v1/lexi/tasks"


class Delivery(NamedTuple):
    """What is sent."""

    body: bytes
    headers: dict[str, str]


def delivery(
    event: str = "task.approved",
    *,
    id: str | None = None,
    secret: str = SECRET,
    at: datetime | None = None,
    **data: object,
) -> Delivery:
    """A signed delivery of an event that happened now."""
    now = datetime.now(UTC).isoformat()
    name = id or str(uuid.uuid4())
    envelope = {"event": event, "delivery_id": name, "occurred_at": now, "workspace_id": "w_1", "data": data}
    body = json.dumps(envelope).encode()
    return Delivery(body, signed(body, secret, at) | {"X-LeadLex-Delivery-ID": name})


def signed(body: bytes, secret: str = SECRET, at: datetime | None = None) -> dict[str, str]:
    """The headers that make a body a delivery."""
    return {
        "X-LeadLex-Signature": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
        "X-LeadLex-Timestamp": (at or datetime.now(UTC)).isoformat(),
        "Content-Type": "application/json",
    }
