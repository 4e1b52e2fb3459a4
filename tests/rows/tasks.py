"""Rows of ``leadlex.tasks``."""

from __future__ import annotations

from datetime import date

from ._row import HELD, META, SINCE, Row, collect

TASK = {
    "id": "t-1",
    "title": "Send the engagement letter",
    "description": "**Two** copies",
    "status": "dismissed",
    "priority": "urgent",
    "task_type": "follow_up",
    "due_date": "2026-05-04",
    "assigned_to_user_id": "usr-1",
    "contact_id": "c-1",
    "deal_id": "d-1",
    "event_id": "ev-1",
    "created_date": "2026-03-15T09:00:00Z",
    "updated_date": HELD,
}
LISTED = TASK | {
    "status": "open",
    "contact": {"id": "c-1", "full_name": "Ann Lee", "first_name": "Ann", "last_name": "Lee"},
    "company": {"id": "co-1", "name": "Lee AG"},
    "deal": {"id": "d-1", "name": "Retainer"},
    "event": {"id": "ev-1", "title": "Closing dinner"},
}
CREATED = (
    "id",
    "title",
    "status",
    "priority",
    "due_date",
    "assigned_to_user_id",
    "contact_id",
    "deal_id",
    "event_id",
    "created_date",
)
UPDATED = ("id", "title", "status", "priority", "due_date", "assigned_to_user_id", "updated_date")
NEW = {
    "title": "T",
    "description": "D",
    "status": "in_progress",
    "priority": "low",
    "task_type": "call",
    "assignee_id": "usr-1",
    "contact_id": "c-1",
    "contact_name": "Ann Lee",
    "company_id": "co-1",
    "company_name": "Lee AG",
    "deal_id": "d-1",
    "event_id": "ev-1",
}

ROWS = [
    Row(
        "tasks.list",
        lambda api: api.tasks.list(
            page=2, per_page=25, status="pending", assignee_id="usr-1", deal_id="d-1", contact_id="c-1"
        ),
        "GET /v1/tasks",
        {"tasks": [LISTED]},
        query={
            "page": "2",
            "per_page": "25",
            "status": "pending",
            "assignee_id": "usr-1",
            "deal_id": "d-1",
            "contact_id": "c-1",
        },
        envelope="tasks",
        meta=META,
    ),
    Row(
        "tasks.iter",
        lambda api: collect(api.tasks.iter(contact_id="c-1", limit=1)),
        "GET /v1/tasks",
        {"tasks": [LISTED]},
        query={"page": "1", "per_page": "100", "contact_id": "c-1"},
        envelope="tasks",
    ),
    Row(
        "tasks.create",
        lambda api: api.tasks.create(
            title="T",
            description="D",
            status="in_progress",
            priority="low",
            task_type="call",
            due_date=date(2026, 5, 4),
            assignee_id="usr-1",
            contact_id="c-1",
            contact_name="Ann Lee",
            company_id="co-1",
            company_name="Lee AG",
            deal_id="d-1",
            event_id="ev-1",
            created_date=SINCE,
        ),
        "POST /v1/tasks",
        {key: TASK[key] for key in CREATED},
        body=NEW | {"due_date": "2026-05-04", "created_date": "2026-04-01T00:00:00Z"},
    ),
    Row(
        "tasks.create for a company",
        lambda api: api.tasks.create(title="T", company_name="Lee AG"),
        "POST /v1/tasks",
        {key: TASK[key] for key in CREATED} | {"contact_id": None, "due_date": HELD},
        body={"title": "T", "company_name": "Lee AG"},
    ),
    Row("tasks.get", lambda api: api.tasks.get("t-1"), "GET /v1/tasks/t-1", {"task": TASK}, envelope="task"),
    Row(
        "tasks.update",
        lambda api: api.tasks.update("t-1", status="completed", priority="urgent", due_date=None, assignee_id=None),
        "PATCH /v1/tasks/t-1",
        {key: TASK[key] for key in UPDATED},
        body={"status": "completed", "priority": "urgent", "due_date": None, "assignee_id": None},
    ),
    Row("tasks.delete", lambda api: api.tasks.delete("t-1"), "DELETE /v1/tasks/t-1", {"deleted": True, "id": "t-1"}),
]
