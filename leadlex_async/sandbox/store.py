"""The records of a workspace, as rows without rules."""

from __future__ import annotations

from collections import Counter
from functools import partial

from attrs import define, field

from .._http.wire import JSONValue
from .records import Record, Shelf
from .tasks import Board

STAMPS = ("created_at", "updated_at")
"""The names of the timestamps on the newer pages."""

_CONTACT: Record = {
    **dict.fromkeys(("first_name", "last_name", "full_name", "email", "phone", "job_title", "company")),
    **dict.fromkeys(("related_company_id", "linkedin_url", "priority", "location", "seniority")),
    "tags": [],
    "custom_fields": {},
}
_COMPANY: Record = {
    **dict.fromkeys(("name", "industry", "website", "linkedin_url", "size", "domain", "city", "country", "state")),
    **dict.fromkeys(("street", "postal_code", "description", "logo_url", "founded_year", "hq_location")),
    "tags": [],
}
_DEAL: Record = {
    **dict.fromkeys(("name", "stage", "status", "pipeline", "estimated_value", "main_contact_id", "owner_user_id")),
    **dict.fromkeys(("priority", "matter_type", "related_company_id", "high_level_description", "currency")),
    **dict.fromkeys(("next_follow_up_date", "fee_model", "probability", "closed_date")),
    "tags": [],
}
_TODO: Record = {
    **dict.fromkeys(("title", "description", "status", "priority", "task_type", "due_date", "assigned_to_user_id")),
    **dict.fromkeys(("contact_id", "company_id", "deal_id", "event_id")),
}
_NOTE: Record = {
    **dict.fromkeys(("title", "content", "contact_id", "related_company_id", "deal_id", "event_id")),
    "note_type": "general",
    "tags": [],
    "is_pinned": False,
}


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
    lists: dict[str, ListRow] = field(factory=dict[str, ListRow])
    conversations: dict[str, ConversationRow] = field(factory=dict[str, ConversationRow])
    starts: Counter[str] = field(factory=Counter[str])
    """Committed starts by campaign."""
    contacts: Shelf = field(factory=partial(Shelf, "Contact", blank=_CONTACT))
    companies: Shelf = field(factory=partial(Shelf, "Company", code="company_not_found", blank=_COMPANY))
    deals: Shelf = field(factory=partial(Shelf, "Deal", code="deal_not_found", blank=_DEAL))
    todos: Shelf = field(factory=partial(Shelf, "Task", code="task_not_found", blank=_TODO))
    """The tasks of the CRM, not Lexi's."""
    notes: Shelf = field(factory=partial(Shelf, "Note", blank=_NOTE))
    activities: Shelf = field(factory=partial(Shelf, "Activity", code="activity_not_found"))
    documents: Shelf = field(factory=partial(Shelf, "Document", prefix="doc", dates=STAMPS))
    links: Shelf = field(factory=partial(Shelf, "Link", prefix="link", dates=STAMPS))
    """Which document belongs to which record."""
    workflows: Shelf = field(factory=partial(Shelf, "Workflow", prefix="wf", dates=STAMPS))
    workflow_logs: Shelf = field(factory=partial(Shelf, "Workflow run", prefix="run", dates=STAMPS))
    webhooks: Shelf = field(factory=partial(Shelf, "Webhook", code="webhook_not_found", dates=STAMPS))
    deliveries: Shelf = field(factory=partial(Shelf, "Delivery", dates=STAMPS))
    api_keys: Shelf = field(factory=partial(Shelf, "API key", prefix="key", dates=STAMPS))
    threads: Shelf = field(factory=partial(Shelf, "Thread", prefix="thr", dates=STAMPS))
    events: Shelf = field(factory=partial(Shelf, "Event", prefix="evt", dates=STAMPS))
    """The events of the calendar."""
    messages: Shelf = field(factory=partial(Shelf, "Message", prefix="msg", dates=STAMPS))
    """The messages of the channels."""
    jobs: Shelf = field(factory=partial(Shelf, "Job", prefix="job", dates=STAMPS))
    """The synchronizations of mailboxes and calendars."""
    audit: Shelf = field(factory=partial(Shelf, "Audit log", prefix="log", dates=("timestamp", "updated_at")))

    def members(self, list_id: str | None) -> dict[str, None]:
        """The members of a list; none if there is no such list."""
        row = self.lists.get(list_id or "")
        return row.members if row is not None else {}
