"""Deliveries that LeadLex pushes: whether to believe them, what they say, and whether they were here before.

    event = verify(body, headers, secret)
    if await deduplicator.first(event):
        ...

``verify`` takes the raw body and the headers of any framework. Nothing here needs a client or a network
(guide: webhooks).
"""

from __future__ import annotations

from ..errors import WebhookVerificationError
from ..models.webhook_events import (
    ActivityEvent,
    BulkEvent,
    CampaignEvent,
    CompanyEvent,
    ContactEvent,
    DealEvent,
    DocumentEvent,
    EmailEvent,
    ImportEvent,
    LexiTaskEvent,
    ListEvent,
    MeetingEvent,
    NoteEvent,
    SyncEvent,
    TaskEvent,
    WorkflowEvent,
)
from ..models.webhooks import EventName, WebhookEvent
from .deduplicator import Deduplicator, MemoryStore, SeenStore
from .headers import DELIVERY_ID, SIGNATURE, TIMESTAMP, Headers
from .verification import LARGEST_BODY, signature, verify

__all__ = [
    "DELIVERY_ID",
    "LARGEST_BODY",
    "SIGNATURE",
    "TIMESTAMP",
    "ActivityEvent",
    "BulkEvent",
    "CampaignEvent",
    "CompanyEvent",
    "ContactEvent",
    "DealEvent",
    "Deduplicator",
    "DocumentEvent",
    "EmailEvent",
    "EventName",
    "Headers",
    "ImportEvent",
    "LexiTaskEvent",
    "ListEvent",
    "MeetingEvent",
    "MemoryStore",
    "NoteEvent",
    "SeenStore",
    "SyncEvent",
    "TaskEvent",
    "WebhookEvent",
    "WebhookVerificationError",
    "WorkflowEvent",
    "signature",
    "verify",
]
