"""Rows of ``leadlex.notes``."""

from __future__ import annotations

from ._row import HELD, META, SINCE, Row, collect

NOTE = {
    "id": "n-1",
    "title": "First call",
    "content": "Wants a fixed fee",
    "note_type": "call",
    "tags": ["fees", "Basel"],
    "is_pinned": True,
    "contact_id": "c-1",
    "deal_id": "d-1",
    "created_date": "2026-03-15T09:00:00Z",
    "updated_date": HELD,
}
LISTED = NOTE | {
    "related_company_id": "co-1",
    "contact": {"id": "c-1", "full_name": "Ann Lee", "first_name": "Ann", "last_name": "Lee"},
    "company": {"id": "co-1", "name": "Lee AG"},
    "deal": {"id": "d-1", "name": "Retainer"},
    "event": {"id": "ev-1", "title": "Closing dinner"},
}
CREATED = (
    "id",
    "title",
    "note_type",
    "tags",
    "is_pinned",
    "contact_id",
    "related_company_id",
    "deal_id",
    "created_date",
)

ROWS = [
    Row(
        "notes.list",
        lambda api: api.notes.list(
            page=2, per_page=25, note_type="meeting", tags="fees", search="fixed fée", is_pinned=True
        ),
        "GET /v1/notes",
        {"notes": [LISTED]},
        query={
            "page": "2",
            "per_page": "25",
            "note_type": "meeting",
            "tags": "fees",
            "search": "fixed fée",
            "is_pinned": "true",
        },
        envelope="notes",
        meta=META,
    ),
    Row(
        "notes.iter",
        lambda api: collect(api.notes.iter(tags="fees", limit=1)),
        "GET /v1/notes",
        {"notes": [LISTED | {"updated_date": None}]},
        query={"page": "1", "per_page": "100", "tags": "fees"},
        envelope="notes",
    ),
    Row(
        "notes.create",
        lambda api: api.notes.create(
            title="First call",
            content="C",
            note_type="call",
            tags=("fees",),
            is_pinned=True,
            contact_id="c-1",
            contact_name="Ann Lee",
            related_company_id="co-1",
            company_id="co-1",
            company_name="Lee AG",
            deal_id="d-1",
            event_id="ev-1",
            created_date=SINCE,
        ),
        "POST /v1/notes",
        {key: LISTED[key] for key in CREATED},
        body={
            "title": "First call",
            "content": "C",
            "note_type": "call",
            "tags": ["fees"],
            "is_pinned": True,
            "contact_id": "c-1",
            "contact_name": "Ann Lee",
            "related_company_id": "co-1",
            "company_id": "co-1",
            "company_name": "Lee AG",
            "deal_id": "d-1",
            "event_id": "ev-1",
            "created_date": "2026-04-01T00:00:00Z",
        },
    ),
    Row("notes.get", lambda api: api.notes.get("n-1"), "GET /v1/notes/n-1", NOTE),
    Row(
        "notes.update",
        lambda api: api.notes.update(
            "n-1", title="Call", content=None, note_type="email", tags=["fees", "Basel"], is_pinned=True
        ),
        "PATCH /v1/notes/n-1",
        {key: NOTE[key] for key in ("id", "title", "note_type", "tags", "is_pinned", "updated_date")},
        body={"title": "Call", "content": None, "note_type": "email", "tags": ["fees", "Basel"], "is_pinned": True},
    ),
    Row("notes.delete", lambda api: api.notes.delete("n-1"), "DELETE /v1/notes/n-1", {"deleted": True, "id": "n-1"}),
]
