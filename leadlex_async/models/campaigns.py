"""Campaigns: e-mail sequences to the contacts of a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum, also
from .._http.wire import JSONValue


class CampaignStatus(OpenEnum):
    """Where a campaign stands; open to words the API adds."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"


class SendCondition(OpenEnum):
    """When a step is sent, given what the contact did with the one before."""

    ALWAYS = "always"
    IF_NO_REPLY = "if_no_reply"
    IF_NO_OPEN = "if_no_open"
    IF_OPENED = "if_opened"
    IF_CLICKED = "if_clicked"


class EnrollmentStatus(OpenEnum):
    """Where one contact stands in a campaign."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    REPLIED = "replied"


class CampaignEventType(OpenEnum):
    """What happened to one mail of a campaign."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"


@frozen(kw_only=True)
class Step:
    """One mail of a campaign's sequence; ``index`` counts from 0, the delays count from the step before."""

    id: str
    index: int | None = None
    subject: str | None = None
    body: str | None = None
    delay_days: int = 0
    delay_hours: int = 0
    send_condition: SendCondition = SendCondition.ALWAYS
    created_at: datetime | None = None


@frozen(kw_only=True)
class CampaignTotals:
    """The three counts that the list of campaigns carries."""

    sent: int = 0
    opened: int = 0
    replied: int = 0


@frozen(kw_only=True)
class Campaign:
    """A campaign, as much of it as the operation answers: the others leave fields out."""

    id: str
    name: str | None = None
    status: CampaignStatus | None = None
    description: str | None = None
    list_id: str | None = None
    stats: CampaignTotals | None = None
    daily_send_limit: int | None = None
    """Mails a day, 1 to 500."""
    delay_between_emails: int | None = None
    """Seconds between two mails, at least 30."""
    sending_timezone: str | None = None
    send_on_weekends: bool | None = None
    track_opens: bool | None = None
    track_clicks: bool | None = None
    show_unsubscribe: bool | None = None
    steps: tuple[Step, ...] = ()
    contacts: tuple[str, ...] = ()
    """Ids of the enrolled contacts."""
    created_at: datetime | None = field(default=None, metadata=also("created_date"))
    updated_at: datetime | None = field(default=None, metadata=also("updated_date"))
    paused_at: datetime | None = None


@frozen(kw_only=True)
class Started:
    """What a start answers: ``task_id`` is the Lexi task a person must approve, if one must."""

    status: CampaignStatus
    campaign_id: str | None = None
    task_id: str | None = None


@frozen(kw_only=True)
class Enrollment:
    """One contact's way through a campaign; ``current_step`` is the index of the next step."""

    contact_id: str
    full_name: str | None = None
    email: str | None = None
    status: EnrollmentStatus | None = None
    current_step: int | None = None
    added_at: datetime | None = None
    last_sent_at: datetime | None = None


@frozen(kw_only=True)
class Enrolled:
    """What enrolling contacts answers: how many were new, how many were in already."""

    added: int
    skipped: int = 0
    contact_ids: tuple[str, ...] = ()


@frozen(kw_only=True)
class Unenrolled:
    """What removing a contact from a campaign answers."""

    contact_id: str
    campaign_id: str | None = None
    removed: bool = True


@frozen(kw_only=True)
class CampaignStats:
    """Counts over all steps and contacts; the rates run from 0 to 1."""

    sent_count: int = 0
    opened_count: int = 0
    clicked_count: int = 0
    replied_count: int = 0
    bounced_count: int = 0
    unsubscribed_count: int = 0
    open_rate: float = 0.0
    click_rate: float = 0.0
    reply_rate: float = 0.0


@frozen(kw_only=True)
class CampaignEvent:
    """One event of one mail: sent, opened, clicked ..."""

    id: str
    type: CampaignEventType
    contact_id: str | None = None
    email: str | None = None
    step_id: str | None = None
    timestamp: datetime | None = None
    metadata: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
