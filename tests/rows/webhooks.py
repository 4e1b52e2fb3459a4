"""Rows of ``leadlex.webhooks``."""

from __future__ import annotations

from ._row import HELD, META, Row, collect

URL = "https://example.com/hook"
WEBHOOK = {
    "id": "wh_1",
    "url": URL,
    "events": ["task.created", "note.created"],
    "description": "To the archive",
    "active": True,
}
LISTED = WEBHOOK | {"last_delivery_status": "failed", "last_delivery_at": HELD, "created_at": "2026-03-15T09:00:00Z"}
UNUSED = LISTED | {"id": "wh_2", "last_delivery_status": None, "last_delivery_at": None}
ATTEMPT = {
    "delivery_id": "del_1",
    "event": "task.created",
    "status": "failed",
    "response_status_code": 503,
    "response_body": "Closed",
    "duration_ms": 95,
    "attempt": 2,
    "error": "http_error",
    "delivered_at": HELD,
}
TIMED_OUT = ATTEMPT | {"attempt": 1, "response_status_code": None, "response_body": None, "error": "timeout"}

ROWS = [
    Row(
        "webhooks.list",
        lambda api: api.webhooks.list(),
        "GET /v1/webhooks",
        {"webhooks": [LISTED, UNUSED]},
        envelope="webhooks",
    ),
    Row(
        "webhooks.create",
        lambda api: api.webhooks.create(
            url=URL, events=("task.created", "note.created"), description="To the archive", active=True
        ),
        "POST /v1/webhooks",
        {"webhook": WEBHOOK | {"secret": "whsec_only_here", "created_at": HELD}},
        body={"url": URL, "events": ["task.created", "note.created"], "description": "To the archive", "active": True},
        envelope="webhook",
    ),
    Row(
        "webhooks.update",
        lambda api: api.webhooks.update(
            "wh_1", url=URL, events=["task.created"], active=False, description="To the archive"
        ),
        "PATCH /v1/webhooks/wh_1",
        {"webhook": WEBHOOK | {"events": ["task.created"], "active": False, "updated_at": HELD}},
        body={"url": URL, "events": ["task.created"], "active": False, "description": "To the archive"},
        envelope="webhook",
    ),
    Row(
        "webhooks.delete",
        lambda api: api.webhooks.delete("wh_1"),
        "DELETE /v1/webhooks/wh_1",
        {"deleted": True, "id": "wh_1"},
    ),
    Row(
        "webhooks.list_logs",
        lambda api: api.webhooks.list_logs("wh_1", page=2, per_page=25, status="failed"),
        "GET /v1/webhooks/wh_1/logs",
        {"logs": [ATTEMPT, TIMED_OUT]},
        query={"page": "2", "per_page": "25", "status": "failed"},
        envelope="logs",
        meta=META,
    ),
    Row(
        "webhooks.iter_logs of one delivery",
        lambda api: collect(api.webhooks.iter_logs("wh_1", status="failed", limit=2)),
        "GET /v1/webhooks/wh_1/logs",
        {"logs": [ATTEMPT, TIMED_OUT]},
        query={"page": "1", "per_page": "100", "status": "failed"},
        envelope="logs",
    ),
]
