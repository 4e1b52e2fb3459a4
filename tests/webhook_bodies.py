"""Deliveries as LeadLex makes them, for the tests of ``leadlex_async.webhooks``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from leadlex_async import webhooks

if TYPE_CHECKING:
    from leadlex_async.webhooks import WebhookEvent

SECRET = "whsec_TOPSECRET0123456789abcdef"  # noqa: S105 - a secret to look for
NOON = datetime(2026, 4, 17, 12, tzinfo=UTC)

CONTACT = {
    "id": "123e4567-e89b-12d3-a456-426614174000",
    "full_name": "Jane Doe",
    "email": "jane@example.com",
    "created_at": "2026-04-17T14:23:05Z",
}
ENVELOPE = {
    "event": "contact.created",
    "delivery_id": "7f3c4d2a-1b8e-4a9c-9d6f-2e5b8c7a1f3d",
    "occurred_at": "2026-04-17T11:59:58Z",
    "workspace_id": "w_9a8b7c6d5e4f3a2b1c0d",
    "data": {"contact": CONTACT},
}
BODY = orjson.dumps(ENVELOPE)


def signed(body: bytes, secret: str = SECRET, at: datetime = NOON) -> dict[str, str]:
    """The headers of a delivery."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "LeadLex-Webhook/1.0",
        "X-LeadLex-Signature": webhooks.signature(body, secret),
        "X-LeadLex-Timestamp": at.isoformat().replace("+00:00", "Z"),
        "X-LeadLex-Delivery-ID": "7f3c4d2a-1b8e-4a9c-9d6f-2e5b8c7a1f3d",
    }


def verified(envelope: object) -> WebhookEvent:
    """The event of an envelope that LeadLex delivers at noon."""
    body = envelope if isinstance(envelope, bytes) else orjson.dumps(envelope)
    return webhooks.verify(body, signed(body), SECRET, now=NOON)


def pushed(event: str, **data: object) -> WebhookEvent:
    """The event of the documented envelope with other contents."""
    return verified(ENVELOPE | {"event": event, "data": data})
