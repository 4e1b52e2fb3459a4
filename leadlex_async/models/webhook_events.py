"""The events that have a class of their own, by what they are about.

What an event holds is read out of ``data`` each time it is asked for, and is None where ``data`` does not have it in a
form that this release can read: no event is lost because of its contents. ``data`` has them as they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._parts import Part, id_of, record, text, texts
from .activities import Activity
from .campaigns import Campaign, Step
from .common import SyncJob
from .companies import Company
from .contacts import Contact
from .deals import Deal
from .documents import Document
from .imports import Imported
from .lexi import LexiTask
from .lists import ContactList
from .notes import Note
from .tasks import Task
from .webhooks import EventName, WebhookEvent
from .workflows import Workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._http.wire import JSONValue


class ContactEvent(WebhookEvent):
    """``contact.*``: one contact; of one that was deleted or merged away, only its id may be left."""

    contact = record(Contact, "contact")
    """The contact, as much of it as the event has."""
    contact_id = id_of("contact")
    changed_fields = texts("changed_fields")
    """The names of the fields that changed, where the event tells them."""


class CompanyEvent(WebhookEvent):
    """``company.*``: one company."""

    company = record(Company, "company")
    """The company, as much of it as the event has."""
    company_id = id_of("company")
    changed_fields = texts("changed_fields")
    """The names of the fields that changed, where the event tells them."""


class DealEvent(WebhookEvent):
    """``deal.*``: one deal; ``deal.stage_changed`` tells both stages."""

    deal = record(Deal, "deal")
    """The deal, as much of it as the event has."""
    deal_id = id_of("deal")
    from_stage_id = text("from_stage_id")
    to_stage_id = text("to_stage_id")
    changed_fields = texts("changed_fields")
    """The names of the fields that changed, where the event tells them."""


class ListEvent(WebhookEvent):
    """``list.*``: a list of contacts, or who joined and left it."""

    contact_list = record(ContactList, "list")
    """The list, as much of it as the event has."""
    list_id = id_of("list")
    contact_ids = texts("contact_ids", "contact_id")
    """The contacts that joined or left, where the event tells them."""


class CampaignEvent(WebhookEvent):
    """``campaign.*``: a campaign, its steps, contacts and mails (``models.campaigns`` has another of this name)."""

    campaign = record(Campaign, "campaign")
    """The campaign, as much of it as the event has."""
    campaign_id = id_of("campaign")
    step = record(Step, "step")
    """The step that ``campaign.step_created`` is about."""
    contact_ids = texts("contact_ids", "contact_id")
    """The contacts it is about, where the event tells them."""


class ActivityEvent(WebhookEvent):
    """``activity.created``: an entry of a timeline."""

    activity = record(Activity, "activity")
    activity_id = id_of("activity")


class TaskEvent(WebhookEvent):
    """``task.created``, ``updated``, ``completed``, ``overdue``: something that people have to do.

    Whether the first two also come for Lexi's approval tasks, the API's pages leave open.
    """

    task = record(Task, "task")
    """The task, as much of it as the event has."""
    task_id = id_of("task")
    lexi_task = record(LexiTask, "task")
    """The same if it has the form of an approval task of Lexi's."""


def _started_by(event: WebhookEvent) -> str | None:
    record = event.data.get("task")
    metadata = record.get("metadata") if isinstance(record, dict) else None
    told = metadata.get("campaign_id") if isinstance(metadata, dict) else None
    return told if isinstance(told, str) else event.id_of("campaign")


class LexiTaskEvent(WebhookEvent):
    """``task.approved``, ``task.dismissed`` and ``lexi.task_*``: an approval task of Lexi's."""

    task = record(LexiTask, "task")
    """The approval task; None where the event has less than id, type and status of it."""
    task_id = id_of("task")
    campaign_id = Part(_started_by)
    """The campaign that the task would start: out of the task's metadata, or told beside it."""


class NoteEvent(WebhookEvent):
    """``note.created``: a note."""

    note = record(Note, "note")
    note_id = id_of("note")


class EmailEvent(WebhookEvent):
    """``email.sent`` and ``email.received``: one e-mail."""

    message_id = id_of("message")
    thread_id = id_of("thread")
    """The conversation it belongs to, where the event tells it."""
    to = texts("to")


class MeetingEvent(WebhookEvent):
    """``meeting.*``: an event of the calendar; ``event_id`` is its id there."""

    event_id = id_of("event")
    title = text("title")


class DocumentEvent(WebhookEvent):
    """``document.*``: a document."""

    document = record(Document, "document")
    """The document's metadata, as much of it as the event has."""
    document_id = id_of("document")


class WorkflowEvent(WebhookEvent):
    """``workflow.*``: a workflow ran, or switched itself off."""

    workflow = record(Workflow, "workflow")
    """The workflow, as much of it as the event has."""
    workflow_id = id_of("workflow")


class SyncEvent(WebhookEvent):
    """``email.sync.completed`` and ``calendar.sync.completed``: a synchronization that was asked for is over."""

    job = record(SyncJob, "job", "")
    """The synchronization; ``job_id`` is what asking for it answered."""
    job_id = id_of("job")


class ImportEvent(WebhookEvent):
    """``import.completed``: an import that was queued is over."""

    imported = record(Imported, "import", "")
    """How it went; ``job_id`` is what asking for it answered."""
    job_id = id_of("job")


def _records_of(event: WebhookEvent) -> tuple[Mapping[str, JSONValue], ...]:
    lists = [value for value in event.data.values() if isinstance(value, list)]
    return tuple(item for item in (lists[0] if lists else ()) if isinstance(item, dict))


def _count_of(event: WebhookEvent) -> int:
    told = event.data.get("count")
    return told if isinstance(told, int) and not isinstance(told, bool) else len(_records_of(event))


class BulkEvent(WebhookEvent):
    """``*.bulk_created`` and ``*.bulk_updated``: many records at once."""

    records = Part(_records_of)
    """The records as they came, out of the first list that the event has: its key is not documented."""
    count = Part(_count_of)
    """How many there are, which may be more than the event has."""


_BY_BEGINNING: dict[str, type[WebhookEvent]] = {
    "activity": ActivityEvent,
    "calendar": SyncEvent,
    "campaign": CampaignEvent,
    "company": CompanyEvent,
    "contact": ContactEvent,
    "deal": DealEvent,
    "document": DocumentEvent,
    "email": EmailEvent,
    "import": ImportEvent,
    "lexi": LexiTaskEvent,
    "list": ListEvent,
    "meeting": MeetingEvent,
    "note": NoteEvent,
    "task": TaskEvent,
    "workflow": WorkflowEvent,
}

KINDS: dict[str, type[WebhookEvent]] = {
    **{name: BulkEvent if ".bulk_" in name else _BY_BEGINNING[name.partition(".")[0]] for name in EventName},
    EventName.EMAIL_SYNC_COMPLETED: SyncEvent,
    EventName.TASK_APPROVED: LexiTaskEvent,
    EventName.TASK_DISMISSED: LexiTaskEvent,
}
"""The class of each event that this release knows; any other is a plain ``WebhookEvent``."""
