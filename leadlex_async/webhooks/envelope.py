"""The body of a delivery becomes an event: forgiving in everything but its name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from ..errors import WebhookVerificationError
from ..models.webhook_events import KINDS
from ..models.webhooks import WebhookEvent

if TYPE_CHECKING:
    from .._http.wire import JSONValue


def event_of(body: bytes) -> WebhookEvent | WebhookVerificationError:
    """The event that a signed body holds, or why it holds none.

    The guide's envelope, that of the catalog's examples, and that of the guide's first edition are read. The reason is
    given, not raised: the parser's own error has the whole body, and would stay in its context.
    """
    try:
        content: JSONValue = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _unfit("the body is signed but is not JSON")
    if not isinstance(content, dict):
        return _unfit("the body is signed but is no JSON object")
    get = content.get
    name = get("event") or get("type")
    if not isinstance(name, str):
        return _unfit("the body is signed but does not name an event")
    data = get("data")
    return KINDS.get(name, WebhookEvent)(
        event=name,
        delivery_id=_text(get("delivery_id") or get("id")),
        occurred_at=moment(get("occurred_at") or get("created_at") or get("timestamp")),
        workspace_id=_text(get("workspace_id")),
        data=data if isinstance(data, dict) else {},
    )


def moment(value: JSONValue) -> datetime | None:
    """An ISO 8601 time, UTC where it names no zone; None if it is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _text(value: JSONValue) -> str | None:
    return value if isinstance(value, str) else None


def _unfit(message: str) -> WebhookVerificationError:
    return WebhookVerificationError(message, check="content")
