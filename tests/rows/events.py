"""Rows of ``leadlex.events``."""

from __future__ import annotations

from ._row import HELD, Row

EVENTS = [
    {
        "type": "note.created",
        "category": "note",
        "description": "A note was written",
        "data_schema": {"type": "object", "required": ["note"]},
        "example_payload": {"id": "evt_1", "type": "note.created", "created_at": HELD, "data": {"note": {"id": "n1"}}},
        "introduced_in": "v1",
        "stability": "beta",
    },
    {"type": "task.overdue", "category": "task", "description": "A task is late", "stability": "stable"},
]

ROWS = [
    Row("events.catalog", lambda api: api.events.catalog(), "GET /v1/events/catalog", {"events": EVENTS, "total": 2}),
    Row(
        "events.catalog of one category",
        lambda api: api.events.catalog(category="note", version="v2"),
        "GET /v1/events/catalog",
        {"events": EVENTS[:1], "total": 1},
        query={"category": "note", "version": "v2"},
    ),
]
