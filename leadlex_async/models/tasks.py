"""Tasks: what people have to do (Lexi's approval tasks are ``models.lexi.LexiTask``)."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum, also
from .common import CompanySummary, ContactSummary, DealSummary, EventSummary, Priority


class TaskStatus(OpenEnum):
    """Where a task stands; a task created ``open`` may be read as ``pending``."""

    OPEN = "open"
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    DISMISSED = "dismissed"


@frozen(kw_only=True)
class Task:
    """A task, as much of it as the operation answers: create and update leave fields out."""

    id: str
    title: str | None = None
    description: str | None = None
    """May hold Markdown."""
    status: TaskStatus | None = None
    priority: Priority | None = None
    task_type: str | None = None
    due_date: str | None = None
    """A day, ``2026-05-04``, or a timestamp."""
    assigned_to_user_id: str | None = field(default=None, metadata=also("assignee_id"))
    contact_id: str | None = None
    deal_id: str | None = None
    event_id: str | None = None
    contact: ContactSummary | None = None
    company: CompanySummary | None = None
    deal: DealSummary | None = None
    event: EventSummary | None = None
    created_at: datetime | None = field(default=None, metadata=also("created_date"))
    updated_at: datetime | None = field(default=None, metadata=also("updated_date"))
