"""The types of events: those of the catalog with an example each, and all names that a webhook may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._http.wire import JSONValue
    from .records import Record

VERSION = "v1"
"""The version that every type was introduced in."""

_CONTACT: Record = {"id": "c-1", "full_name": "Jane Doe"}
_COMPANY: Record = {"id": "co-1", "name": "Acme"}
_DEAL: Record = {"id": "d-1", "name": "Retainer"}
_TASK: Record = {"id": "t-1", "title": "Call Jane"}
_NOTE: Record = {"id": "n-1", "title": "First call"}
_MEETING: Record = {"event_id": "evt-1", "title": "Intro call"}
_DOCUMENT: Record = {"id": "doc-1", "name": "nda.pdf"}
_WORKFLOW: Record = {"id": "wf-1", "name": "Ping the owner"}

_CATALOG: tuple[tuple[str, str, Record], ...] = (
    ("contact.created", "A contact was created.", {"contact": _CONTACT}),
    ("contact.updated", "Fields of a contact changed.", {"contact": _CONTACT, "changed_fields": ["job_title"]}),
    ("contact.deleted", "A contact was deleted.", {"contact_id": "c-1"}),
    ("contact.merged", "A contact was merged into another.", {"contact": _CONTACT, "merged_contact_id": "c-2"}),
    ("contact.enriched", "A contact was enriched.", {"contact": _CONTACT, "enriched_fields": ["phone"]}),
    ("company.created", "A company was created.", {"company": _COMPANY}),
    ("company.updated", "Fields of a company changed.", {"company": _COMPANY, "changed_fields": ["industry"]}),
    ("company.enriched", "A company was enriched.", {"company": _COMPANY, "enriched_fields": ["size"]}),
    ("deal.created", "A deal was created.", {"deal": _DEAL}),
    ("deal.updated", "Fields of a deal changed.", {"deal": _DEAL, "changed_fields": ["estimated_value"]}),
    (
        "deal.stage_changed",
        "A deal moved to another stage.",
        {"deal": _DEAL, "from_stage_id": "stage-sales-1", "to_stage_id": "stage-sales-2"},
    ),
    ("deal.closed_won", "A deal was won.", {"deal": _DEAL}),
    ("deal.closed_lost", "A deal was lost.", {"deal": _DEAL}),
    ("task.created", "A task was created.", {"task": _TASK}),
    ("task.completed", "A task was completed.", {"task": _TASK}),
    ("task.overdue", "The due date of an open task passed.", {"task": _TASK, "due_date": "2026-04-16"}),
    ("note.created", "A note was created.", {"note": _NOTE}),
    ("email.sent", "An e-mail was sent.", {"message_id": "msg-1", "to": ["jane@example.com"]}),
    ("email.received", "An e-mail came in.", {"message_id": "msg-2", "from": "jane@example.com"}),
    ("email.sync.completed", "A synchronization of a mailbox ended.", {"job_id": "job-1", "mode": "incremental"}),
    ("meeting.scheduled", "A contact was invited to a new event.", _MEETING),
    ("meeting.cancelled", "An event with a contact was cancelled.", _MEETING),
    ("meeting.completed", "An event with a contact is over.", _MEETING),
    ("document.created", "A document was recorded.", {"document": _DOCUMENT}),
    ("document.deleted", "A document was deleted.", {"document_id": "doc-1"}),
    ("workflow.triggered", "A workflow ran.", {"workflow": _WORKFLOW, "entity_type": "deal", "entity_id": "d-1"}),
    (
        "workflow.auto_disabled",
        "A workflow switched itself off.",
        {"workflow": _WORKFLOW, "reason": "daily_cap_exceeded"},
    ),
)

_OTHERS = {
    "contact": ("bulk_created",),
    "company": ("deleted",),
    "deal": ("deleted", "bulk_created", "bulk_updated"),
    "list": ("created", "deleted", "contacts_added", "contacts_removed"),
    "campaign": ("created", "started", "paused", "deleted", "step_created", "contacts_added"),
    "activity": ("created",),
    "task": ("updated", "approved", "dismissed"),
    "import": ("completed",),
    "calendar": ("sync.completed",),
}
"""What the catalog does not name: but for the last two, of pages of their own, the guide to webhooks does."""


def _described(order: int, type: str, description: str, example: Record) -> Record:
    """An entry of the catalog; the example is of a whole payload, the schema of its ``data``."""
    properties: Record = {name: {"type": _type(value)} for name, value in example.items()}
    payload: Record = {"id": f"evt_{order:02}", "type": type, "created_at": "2026-04-17T09:00:00.000Z", "data": example}
    facts: Record = {"type": type, "category": type.partition(".")[0], "description": description}
    schema: Record = {"type": "object", "properties": properties}
    more: Record = {"data_schema": schema, "example_payload": payload, "introduced_in": VERSION, "stability": "stable"}
    return facts | more


def _type(value: JSONValue) -> str:
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "string"


CATALOG = tuple(_described(order, *each) for order, each in enumerate(_CATALOG, 1))
"""The 27 types of the catalog."""

NAMES = frozenset(each[0] for each in _CATALOG) | {f"{kind}.{what}" for kind, rest in _OTHERS.items() for what in rest}
"""Every name of either official list, and of other pages: what a webhook may ask for."""
