"""Campaigns: e-mail sequences to the contacts of a list (pages ``campaigns/*``)."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.campaigns import (
    Campaign,
    CampaignEvent,
    CampaignEventType,
    CampaignStats,
    Enrolled,
    Enrollment,
    EnrollmentStatus,
    SendCondition,
    Started,
    Step,
    Unenrolled,
)
from ..models.common import Deleted
from ._checks import require_changes, require_size

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/campaigns", builtins.list[Campaign], "campaigns", scope="read")
CREATE = Op("POST", "/v1/campaigns", Campaign, "campaign", scope="write")
GET = Op("GET", "/v1/campaigns/{id}", Campaign, "campaign", scope="campaigns:read")
UPDATE = Op("PATCH", "/v1/campaigns/{id}", Campaign, "campaign", scope="campaigns:write")
DELETE = Op("DELETE", "/v1/campaigns/{id}", Deleted, scope="campaigns:write")
START = Op("POST", "/v1/campaigns/{id}/start", Started, scope="write")
PAUSE = Op("POST", "/v1/campaigns/{id}/pause", Campaign, "campaign", scope="campaigns:write")
LIST_CONTACTS = Op("GET", "/v1/campaigns/{id}/contacts", Page[Enrollment], "contacts", scope="campaigns:read")
ADD_CONTACTS = Op("POST", "/v1/campaigns/{id}/contacts", Enrolled, scope="campaigns:write")
REMOVE_CONTACT = Op("DELETE", "/v1/campaigns/{id}/contacts/{contact_id}", Unenrolled, scope="campaigns:write")
LIST_STEPS = Op("GET", "/v1/campaigns/{id}/steps", builtins.list[Step], "steps", scope="campaigns:read")
CREATE_STEP = Op("POST", "/v1/campaigns/{id}/steps", Step, "step", scope="campaigns:write")
UPDATE_STEP = Op("PATCH", "/v1/campaigns/{id}/steps/{step_id}", Step, "step", scope="campaigns:write")
DELETE_STEP = Op("DELETE", "/v1/campaigns/{id}/steps/{step_id}", Deleted, scope="campaigns:write")
STATS = Op("GET", "/v1/campaigns/{id}/stats", CampaignStats, "stats", scope="campaigns:read")
LIST_EVENTS = Op("GET", "/v1/campaigns/{id}/events", Page[CampaignEvent], "events", scope="campaigns:read")

MOST_CONTACTS = 500

SendConditionName = Literal["always", "if_no_reply", "if_no_open", "if_opened", "if_clicked"]
EnrollmentStatusName = Literal["pending", "active", "paused", "completed", "bounced", "unsubscribed", "replied"]
EventTypeName = Literal["sent", "delivered", "opened", "clicked", "replied", "bounced", "unsubscribed", "complained"]


class NewCampaign(TypedDict):
    """Body of ``campaigns.create``; ``template`` may use ``{{name}}``, ``{{company}}`` and the like."""

    name: str
    list_id: str
    template: str


class CampaignChanges(TypedDict, total=False):
    """Body of ``campaigns.update``: 1 to 500 mails a day, at least 30 seconds apart, an IANA time zone."""

    name: str
    description: str
    daily_send_limit: int
    delay_between_emails: int
    sending_timezone: str
    send_on_weekends: bool
    track_opens: bool
    track_clicks: bool
    show_unsubscribe: bool


class NewStep(TypedDict):
    """Body of ``campaigns.create_step``; ``{{first_name}}``, ``{{company_name}}`` ... are filled in when it is sent."""

    subject: str
    body: str
    delay_days: NotRequired[int]
    delay_hours: NotRequired[int]
    send_condition: NotRequired[SendCondition | SendConditionName]


class StepChanges(TypedDict, total=False):
    """Body of ``campaigns.update_step``: only the fields given change."""

    subject: str
    body: str
    delay_days: int
    delay_hours: int
    send_condition: SendCondition | SendConditionName


class EnrollmentFilters(TypedDict, total=False):
    """Which enrolled contacts to list."""

    per_page: int
    status: EnrollmentStatus | EnrollmentStatusName


class EventFilters(TypedDict, total=False):
    """Which events to list; both dates are inclusive."""

    per_page: int
    type: CampaignEventType | EventTypeName
    contact_id: str
    from_date: When
    to_date: When


class Campaigns:
    """``leadlex.campaigns``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def create(self, **body: Unpack[NewCampaign]) -> Campaign:
        """Create a draft for the contacts of a list (campaigns/create)."""
        return await self._core.call(CREATE, json=body)

    async def get(self, id: str) -> Campaign:
        """Read one campaign with its steps and the ids of its contacts (campaigns/get)."""
        return await self._core.call(GET, id=id)

    async def update(self, id: str, **changes: Unpack[CampaignChanges]) -> Campaign:
        """Change only the settings given (campaigns/update)."""
        require_changes(changes)
        return await self._core.call(UPDATE, id=id, json=changes)

    async def delete(self, id: str) -> Deleted:
        """Delete a draft; any other campaign is a ``Conflict`` (campaigns/delete)."""
        return await self._core.call(DELETE, id=id)

    async def start(self, id: str) -> Started:
        """Start or resume a campaign, once: a lost answer is an error here and is never sent again (campaigns/start).

        ``start_and_wait_for_approval`` and ``approvals.begin`` find out what became of a lost answer; this does not.
        """
        return await self._core.call(START, id=id)

    async def pause(self, id: str) -> Campaign:
        """Pause an active campaign; mails on their way still go out (campaigns/pause)."""
        return await self._core.call(PAUSE, id=id)

    async def list_contacts(self, id: str, *, page: int = 1, **filters: Unpack[EnrollmentFilters]) -> Page[Enrollment]:
        """One page of enrolled contacts, newest first, 50 unless ``per_page`` says otherwise (campaigns/contacts)."""
        return await self._core.call(LIST_CONTACTS, id=id, query={"page": page, **filters})

    def iter_contacts(
        self, id: str, *, limit: int | None = None, **filters: Unpack[EnrollmentFilters]
    ) -> AsyncIterator[Enrollment]:
        """Walk all enrolled contacts, one request a page of 100 (campaigns/contacts)."""
        return self._core.iterate(LIST_CONTACTS, id=id, query=filters, limit=limit, key="contact_id")

    async def add_contacts(self, id: str, contact_ids: Sequence[str], *, source: str | None = None) -> Enrolled:
        """Enrol up to 500 contacts; those already in are skipped (campaigns/add-contacts)."""
        require_size("contact_ids", contact_ids, MOST_CONTACTS, "ids")
        body = {"contact_ids": [*contact_ids]} | ({"source": source} if source is not None else {})
        return await self._core.call(ADD_CONTACTS, id=id, json=body)

    async def remove_contact(self, id: str, contact_id: str) -> Unenrolled:
        """Cancel what this campaign would still send to one contact (campaigns/remove-contact)."""
        return await self._core.call(REMOVE_CONTACT, id=id, contact_id=contact_id)

    async def list_steps(self, id: str) -> builtins.list[Step]:
        """All steps in the order they are sent (campaigns/steps)."""
        return await self._core.call(LIST_STEPS, id=id)

    async def create_step(self, id: str, **body: Unpack[NewStep]) -> Step:
        """Append a step at the end (campaigns/create-step)."""
        return await self._core.call(CREATE_STEP, id=id, json=body)

    async def update_step(self, id: str, step_id: str, **changes: Unpack[StepChanges]) -> Step:
        """Change only the fields given, for mails not yet sent (campaigns/update-step)."""
        require_changes(changes)
        return await self._core.call(UPDATE_STEP, id=id, step_id=step_id, json=changes)

    async def delete_step(self, id: str, step_id: str) -> Deleted:
        """Delete a step; the later ones move up (campaigns/delete-step)."""
        return await self._core.call(DELETE_STEP, id=id, step_id=step_id)

    async def stats(self, id: str) -> CampaignStats:
        """Counts and rates over all steps and contacts (campaigns/stats)."""
        return await self._core.call(STATS, id=id)

    async def list_events(self, id: str, *, page: int = 1, **filters: Unpack[EventFilters]) -> Page[CampaignEvent]:
        """One page of events of the last 180 days, newest first (campaigns/events)."""
        return await self._core.call(LIST_EVENTS, id=id, query={"page": page, **filters})

    def iter_events(
        self, id: str, *, limit: int | None = None, **filters: Unpack[EventFilters]
    ) -> AsyncIterator[CampaignEvent]:
        """Walk all events, one request a page of 100 (campaigns/events)."""
        return self._core.iterate(LIST_EVENTS, id=id, query=filters, limit=limit)

    async def list(self) -> builtins.list[Campaign]:
        """All campaigns; the API does not page them (campaigns/list)."""
        return await self._core.call(LIST)
