"""Rows of ``leadlex.contacts``."""

from __future__ import annotations

from ._row import HELD, META, SINCE, Row, collect

LISTED = {
    "id": "c-1",
    "full_name": "Ann Lee",
    "email": "ann@example.com",
    "phone": "+41 61 000",
    "job_title": "Counsel",
    "company_name": "Lee AG",
    "linkedin_url": "https://linkedin.com/in/ann",
    "created_at": "2026-02-24T10:00:00Z",
    "updated_date": "2026-02-25T10:00:00Z",
}
CONTACT = {
    "id": "c-1",
    "first_name": "Ann",
    "last_name": "Lee",
    "full_name": "Ann Lee",
    "email": "ann@example.com",
    "phone": "+41 61 000",
    "job_title": "Counsel",
    "company": "Lee AG",
    "related_company_id": "co-1",
    "linkedin_url": "https://linkedin.com/in/ann",
    "priority": 1,
    "tags": ["VIP", "Basel"],
    "custom_fields": {"bar": ["BS", {"since": 2011}], "shoe": None},
    "created_date": "2026-01-15T10:00:00.000Z",
    "updated_date": "2026-02-24T14:30:00Z",
    "recent_notes": [
        {
            "id": "n1",
            "title": "Call",
            "content": "Long",
            "note_type": "call",
            "category": "intro",
            "created_date": "2026-02-20T14:00:00Z",
        }
    ],
    "open_tasks": [
        {
            "id": "t1",
            "title": "Offer",
            "status": "pending",
            "priority": "high",
            "due_date": "2026-03-01",
            "assigned_to_user_id": "usr_1",
        }
    ],
    "open_deals": [
        {"id": "d1", "name": "Retainer", "stage": "proposal", "estimated_value": 85000, "updated_date": HELD}
    ],
}
FOUND = [
    {"id": "c-1", "full_name": "Ann Lee", "email": "ann@example.com"},
    {"id": "c-2", "full_name": "Bo", "email": None},
]

ROWS = [
    Row(
        "contacts.list",
        lambda api: api.contacts.list(page=2, per_page=25, created_after=SINCE, sort="-full_name"),
        "GET /v1/contacts",
        {"contacts": [LISTED]},
        query={"page": "2", "per_page": "25", "created_after": "2026-04-01T00:00:00Z", "sort": "-full_name"},
        envelope="contacts",
        meta=META,
    ),
    Row(
        "contacts.iter",
        lambda api: collect(api.contacts.iter(search="Lée +1", list_id="l-1", limit=1)),
        "GET /v1/contacts",
        {"contacts": [LISTED]},
        query={"page": "1", "per_page": "100", "search": "Lée +1", "list_id": "l-1"},
        envelope="contacts",
    ),
    Row(
        "contacts.create",
        lambda api: api.contacts.create(full_name="Ann Lee", priority="high", tags=("VIP",), created_date=SINCE),
        "POST /v1/contacts",
        {key: CONTACT[key] for key in ("id", "first_name", "last_name", "full_name", "email", "created_date")}
        | {"priority": None},
        body={"full_name": "Ann Lee", "priority": "high", "tags": ["VIP"], "created_date": "2026-04-01T00:00:00Z"},
    ),
    Row("contacts.get", lambda api: api.contacts.get("c-1"), "GET /v1/contacts/c-1", CONTACT),
    Row(
        "contacts.get with more",
        lambda api: api.contacts.get("c-1", include=["notes", "deals"]),
        "GET /v1/contacts/c-1",
        CONTACT,
        query={"include": "notes,deals"},
    ),
    Row(
        "contacts.create_many",
        lambda api: api.contacts.create_many([{"full_name": "Ann Lee", "email": "ann@example.com"}]),
        "POST /v1/contacts/bulk",
        {"created": 2, "contacts": FOUND},
        body={"contacts": [{"full_name": "Ann Lee", "email": "ann@example.com"}]},
    ),
]
