"""Webhooks: where events are pushed to, what was pushed, and what arrives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum
from .._http.wire import JSONValue


@frozen(kw_only=True)
class WebhookEvent:
    """One verified delivery, in the envelope of the webhooks guide; ``data`` depends on ``event``."""

    event: str
    delivery_id: str | None = None
    occurred_at: datetime | None = None
    workspace_id: str | None = None
    data: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])

    def id_of(self, kind: str) -> str | None:
        """The id of the record the event is about: ``data.<kind>.id`` or ``data.<kind>_id``."""
        record = self.data.get(kind)
        value = record.get("id") if isinstance(record, dict) else self.data.get(f"{kind}_id")
        return value if isinstance(value, str) else None


class DeliveryStatus(OpenEnum):
    """What became of one attempt to deliver an event."""

    SUCCESS = "success"
    FAILED = "failed"
    PENDING = "pending"


class DeliveryError(OpenEnum):
    """Why an attempt failed."""

    TIMEOUT = "timeout"
    CONNECTION_REFUSED = "connection_refused"
    DNS_FAILURE = "dns_failure"
    HTTP_ERROR = "http_error"


@frozen(kw_only=True)
class Webhook:
    """An address that events are pushed to; it gets those named in ``events`` while it is ``active``."""

    id: str
    url: str | None = None
    events: tuple[str, ...] = ()
    description: str | None = None
    active: bool | None = None
    secret: str | None = field(default=None, repr=False)
    """What its deliveries are signed with, in the answer to ``create`` only."""
    last_delivery_status: DeliveryStatus | None = None
    last_delivery_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@frozen(kw_only=True)
class WebhookDelivery:
    """One attempt to deliver an event; ``attempt`` counts from 1."""

    delivery_id: str
    event: str | None = None
    status: DeliveryStatus | None = None
    response_status_code: int | None = None
    response_body: str | None = None
    """The first 2 KB of what your server answered."""
    duration_ms: int | None = None
    attempt: int | None = None
    error: DeliveryError | None = None
    delivered_at: datetime | None = None

    @property
    def id(self) -> str:
        """Tells attempts apart: those of one delivery may share its ``delivery_id``."""
        return f"{self.delivery_id}/{self.attempt}"
