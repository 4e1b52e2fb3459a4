"""Events that LeadLex pushes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

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
