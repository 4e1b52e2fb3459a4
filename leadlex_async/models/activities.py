"""Activities: what happened with a contact or a deal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum, also
from .._http.wire import JSONValue


class ActivityType(OpenEnum):
    """What kind of activity it was; an integration may log words of its own."""

    CALL = "call"
    EMAIL = "email"
    EMAIL_SENT = "email_sent"
    EMAIL_REPLIED = "email_replied"
    MEETING = "meeting"
    NOTE = "note"
    TASK = "task"
    TASK_COMPLETED = "task_completed"
    AI_ACTION = "ai_action"
    DEAL_STAGE_CHANGE = "deal_stage_change"
    LIST_ADDED = "list_added"
    CAMPAIGN_SENT = "campaign_sent"


class ActivityEntity(OpenEnum):
    """What kind of record an activity belongs to besides its contact and its deal."""

    CONTACT = "contact"
    DEAL = "deal"
    TASK = "task"
    EMAIL = "email"
    CAMPAIGN = "campaign"
    LIST = "list"


@frozen(kw_only=True)
class Activity:
    """One entry of a timeline; ``user_name`` comes with the older form of a contact's timeline only."""

    id: str
    type: ActivityType | None = field(default=None, metadata=also("activity_type"))
    title: str | None = None
    description: str | None = None
    contact_id: str | None = None
    deal_id: str | None = None
    entity_type: ActivityEntity | None = None
    entity_id: str | None = None
    entity_name: str | None = None
    metadata: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
    created_by_user_id: str | None = field(default=None, metadata=also("user_id"))
    user_name: str | None = None
    created_at: datetime | None = field(default=None, metadata=also("created_date"))
