"""Webhooks: addresses that events are pushed to (pages ``webhooks/*``)."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from ..errors import ValidationError
from ..models.common import Deleted
from ..models.webhooks import DeliveryStatus, Webhook, WebhookDelivery
from ._checks import require_changes, require_size

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/webhooks", builtins.list[Webhook], "webhooks", scope="webhooks:read")
CREATE = Op("POST", "/v1/webhooks", Webhook, "webhook", scope="webhooks:write")
UPDATE = Op("PATCH", "/v1/webhooks/{id}", Webhook, "webhook", scope="webhooks:write")
DELETE = Op("DELETE", "/v1/webhooks/{id}", Deleted, scope="webhooks:write")
LIST_LOGS = Op("GET", "/v1/webhooks/{id}/logs", Page[WebhookDelivery], "logs", scope="webhooks:read")

LONGEST_DESCRIPTION = 200

DeliveryStatusName = Literal["success", "failed", "pending"]


class NewWebhook(TypedDict):
    """Body of ``webhooks.create``; ``events.catalog`` has the event types, ``active=False`` starts it paused."""

    url: str
    events: Sequence[str]
    description: NotRequired[str]
    active: NotRequired[bool]


class WebhookChanges(TypedDict, total=False):
    """Body of ``webhooks.update``; ``events`` replaces the whole list."""

    url: str
    events: Sequence[str]
    active: bool
    description: str


class DeliveryFilters(TypedDict, total=False):
    """Which delivery attempts to list."""

    per_page: int
    status: DeliveryStatus | DeliveryStatusName


class Webhooks:
    """``leadlex.webhooks``. A webhook's secret cannot be changed: delete the webhook and create it again."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def create(self, **body: Unpack[NewWebhook]) -> Webhook:
        """Register a public https address; this answer alone holds the ``secret`` (webhooks/create)."""
        _require_https(body.get("url"))
        if description := body.get("description"):
            require_size("description", description, LONGEST_DESCRIPTION, "characters")
        return await self._core.call(CREATE, json=body)

    async def update(self, id: str, **changes: Unpack[WebhookChanges]) -> Webhook:
        """Change only the fields given; the secret stays (webhooks/update)."""
        require_changes(changes)
        if "url" in changes:
            _require_https(changes["url"])
        return await self._core.call(UPDATE, id=id, json=changes)

    async def delete(self, id: str) -> Deleted:
        """Delete a webhook with its secret and its pending retries (webhooks/delete)."""
        return await self._core.call(DELETE, id=id)

    async def list_logs(self, id: str, *, page: int = 1, **filters: Unpack[DeliveryFilters]) -> Page[WebhookDelivery]:
        """One page of delivery attempts of the last 30 days, newest first, 50 unless ``per_page`` (webhooks/logs)."""
        return await self._core.call(LIST_LOGS, id=id, query={"page": page, **filters})

    def iter_logs(
        self, id: str, *, limit: int | None = None, **filters: Unpack[DeliveryFilters]
    ) -> AsyncIterator[WebhookDelivery]:
        """Walk all delivery attempts, one request a page of 100 (webhooks/logs)."""
        return self._core.iterate(LIST_LOGS, id=id, query=filters, limit=limit)

    async def list(self) -> builtins.list[Webhook]:
        """All webhooks, without their secrets; the API does not page them (webhooks/list)."""
        return await self._core.call(LIST)


def _require_https(url: str | None) -> None:
    if not isinstance(url, str) or not url.lower().startswith("https://"):
        raise ValidationError("url must begin with https://")
