"""The types of events that webhooks can be sent."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from .._http.record import OpenEnum
from .._http.wire import JSONValue


class EventCategory(OpenEnum):
    """What an event is about."""

    CONTACT = "contact"
    COMPANY = "company"
    DEAL = "deal"
    TASK = "task"
    NOTE = "note"
    EMAIL = "email"
    MEETING = "meeting"
    DOCUMENT = "document"
    WORKFLOW = "workflow"
    BILLING = "billing"
    SYNC = "sync"


class EventStability(OpenEnum):
    """Whether an event may still change its shape."""

    STABLE = "stable"
    BETA = "beta"


@frozen(kw_only=True)
class EventType:
    """One type of event; ``data_schema`` is the JSON Schema of its ``data`` and may be missing."""

    type: str
    category: EventCategory | None = None
    description: str | None = None
    data_schema: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
    example_payload: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
    introduced_in: str | None = None
    stability: EventStability | None = None


@frozen(kw_only=True)
class EventCatalog:
    """The event types of one version."""

    events: tuple[EventType, ...] = ()
    total: int = 0
