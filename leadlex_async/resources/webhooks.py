"""Webhooks: addresses that events are pushed to (pages ``webhooks/*``)."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack
from urllib.parse import urlsplit

from yarl import URL

from .._http.op import Op
from .._http.record import Page
from ..errors import Conflict, ValidationError
from ..models.common import Deleted
from ..models.webhooks import DeliveryStatus, Webhook, WebhookDelivery
from ._checks import require_changes, require_list, require_size

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


class _Registration:
    """What is made of the operations; the catalog goes by the methods of the class below."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def ensure(self, url: str, events: Sequence[str], *, description: str | None = None) -> Webhook:
        """Have exactly these events pushed to ``url``, however often this is called (webhooks/list, webhooks/create).

        The webhook of this URL is returned as it is if it is active and has these events; else it is changed, or
        created. Only one that was created has a ``secret``: store it then, since no later answer holds it. When it is
        lost, ``delete`` the webhook and ensure it again. A create whose answer is lost is not sent again: its
        ``TransportError`` means that there may be a webhook whose secret nobody knows.
        """
        wanted = _wanted(url, events, description, self._core.base_url)
        found = await self._find(url)
        if found is None:
            try:
                return await self._core.call(CREATE, json=wanted)
            except Conflict:
                # Somebody else, another worker at its start say, was faster.
                found = await self._find(url)
                if found is None:
                    raise
        if _is_as(found, wanted):
            return found
        changes = {name: value for name, value in wanted.items() if name != "url"} | {"active": True}
        return await self._core.call(UPDATE, id=found.id, json=changes)

    async def _find(self, url: str) -> Webhook | None:
        known = await self._core.call(LIST)
        return next((each for each in known if each.url is not None and _same(each.url, url)), None)


class Webhooks(_Registration):
    """``leadlex.webhooks``. A webhook's secret cannot be changed: delete the webhook and create it again."""

    async def create(self, **body: Unpack[NewWebhook]) -> Webhook:
        """Register a public https address; this answer alone holds the ``secret`` (webhooks/create)."""
        _require_public(body.get("url"), self._core.base_url)
        if description := body.get("description"):
            require_size("description", description, LONGEST_DESCRIPTION, "characters")
        return await self._core.call(CREATE, json=body)

    async def update(self, id: str, **changes: Unpack[WebhookChanges]) -> Webhook:
        """Change only the fields given; the secret stays (webhooks/update)."""
        require_changes(changes)
        if "url" in changes:
            _require_public(changes["url"], self._core.base_url)
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


def _wanted(url: str, events: Sequence[str], description: str | None, base_url: str) -> NewWebhook:
    """The webhook that is to be there, checked before anything is sent."""
    _require_public(url, base_url)
    if not require_list("events", events):
        raise ValidationError("events is empty: name those that are to be pushed")
    wanted = NewWebhook(url=url, events=[*dict.fromkeys(events)])
    if description is not None:
        require_size("description", description, LONGEST_DESCRIPTION, "characters")
        wanted["description"] = description
    return wanted


def _is_as(found: Webhook, wanted: NewWebhook) -> bool:
    described = wanted.get("description", found.description) == found.description
    return bool(found.active) and {*found.events} == {*wanted["events"]} and described


def _same(one: str, other: str) -> bool:
    """Whether two spellings are the same URL: the case of the host tells nothing, nor does the port of https."""
    try:
        return one == other or _spelt(URL(one)) == _spelt(URL(other))
    except ValueError:
        return False


def _spelt(url: URL) -> URL:
    return url.with_port(None) if url.is_default_port() else url


def _require_public(url: str | None, base_url: str) -> None:
    """The API takes https only; a sandbox, whose own address is http, may deliver to this machine by http, too."""
    if not isinstance(url, str) or not url.lower().startswith("https://"):
        if base_url.startswith("http://") and isinstance(url, str) and _is_local(url):
            return
        raise ValidationError("url must begin with https://")


def _is_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
