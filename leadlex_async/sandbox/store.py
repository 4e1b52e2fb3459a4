"""The records of a workspace, as rows without rules."""

from __future__ import annotations

import uuid
from collections import Counter

from attrs import define, field

from .._http.wire import JSONValue
from .tasks import Board


def new_id(prefix: str = "") -> str:
    """A fresh id: a UUID, or a prefix and 12 hex digits."""
    fresh = uuid.uuid4()
    return f"{prefix}_{fresh.hex[:12]}" if prefix else str(fresh)


@define(eq=False)
class StepRow:
    """One mail of a campaign's sequence."""

    id: str
    subject: str
    body: str
    created_at: float
    delay_days: int = 0
    delay_hours: int = 0
    send_condition: str = "always"


@define(eq=False)
class EnrollmentRow:
    """One contact in a campaign; its status follows the campaign's."""

    contact_id: str
    added_at: float
    source: str | None = None
    last_sent_at: float | None = None


@define(eq=False)
class CampaignRow:
    """One campaign. Without a ``list_id``, ``recipients`` is a bare number and no contact is stored for it."""

    id: str
    name: str
    created_at: float
    status: str = "draft"
    recipients: int = 0
    list_id: str | None = None
    template: str = ""
    updated_at: float = 0.0
    paused_at: float | None = None
    settings: dict[str, JSONValue] = field(factory=dict["str", "JSONValue"])
    steps: list[StepRow] = field(factory=list[StepRow])
    enrollments: dict[str, EnrollmentRow] = field(factory=dict[str, EnrollmentRow])


@define(eq=False)
class ContactRow:
    """One person."""

    id: str
    first_name: str
    last_name: str
    full_name: str
    created_at: float
    updated_at: float
    email: str | None = None
    priority: int | None = None
    details: dict[str, JSONValue] = field(factory=dict["str", "JSONValue"])
    """Everything else, as it was sent."""


@define(eq=False)
class ListRow:
    """A named group of contacts; ``members`` keep the order they came in."""

    id: str
    name: str
    description: str | None
    created_at: float
    updated_at: float
    members: dict[str, None] = field(factory=dict[str, None])


@define(eq=False)
class MessageRow:
    """One message of a conversation."""

    id: str
    role: str
    content: str
    created_at: float
    tool: str | None = None


@define(eq=False)
class ConversationRow:
    """A chat with Lexi."""

    id: str
    title: str
    created_at: float
    updated_at: float
    archived: bool = False
    context: dict[str, JSONValue] = field(factory=dict["str", "JSONValue"])
    messages: list[MessageRow] = field(factory=list[MessageRow])


@define(eq=False)
class Store:
    """All rows of one workspace."""

    campaigns: dict[str, CampaignRow] = field(factory=dict[str, CampaignRow])
    board: Board = field(factory=Board)
    contacts: dict[str, ContactRow] = field(factory=dict[str, ContactRow])
    lists: dict[str, ListRow] = field(factory=dict[str, ListRow])
    conversations: dict[str, ConversationRow] = field(factory=dict[str, ConversationRow])
    starts: Counter[str] = field(factory=Counter[str])
    """Committed starts by campaign."""

    def members(self, list_id: str | None) -> dict[str, None]:
        """The members of a list; none if there is no such list."""
        row = self.lists.get(list_id or "")
        return row.members if row is not None else {}
