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
NOTE = {
    "id": "n-1",
    "title": "Call",
    "content": "Wants an offer",
    "note_type": "call",
    "tags": ["Offer"],
    "is_pinned": True,
    "created_date": HELD,
    "updated_date": HELD,
}
ACTIVITY = {
    "id": "a-1",
    "type": "meeting",
    "title": "Lunch",
    "description": "At the Rhine",
    "contact_id": "c-1",
    "deal_id": "d-1",
    "entity_type": "deal",
    "entity_id": "d-1",
    "entity_name": "Retainer",
    "metadata": {"minutes": 90},
    "created_by_user_id": "usr_1",
    "created_date": HELD,
}
OLDER_ACTIVITY = {
    "id": "a-2",
    "activity_type": "email_sent",
    "description": "Sent the offer",
    "entity_type": "contact",
    "entity_id": "c-1",
    "entity_name": "Ann Lee",
    "metadata": {"subject": "Offer"},
    "user_id": "usr_1",
    "user_name": "Kim",
    "created_date": HELD,
}
LINKED = {
    "id": "doc_1",
    "name": "NDA.pdf",
    "mime_type": "application/pdf",
    "size_bytes": 4096,
    "folder": "/clients/lee",
    "tags": ["NDA"],
    "role": "contract",
    "linked_at": HELD,
    "created_at": "2026-04-01T08:00:00Z",
}
IMPORTED = {
    "job_id": "imp_1",
    "status": "completed",
    "created_count": 2,
    "updated_count": 1,
    "skipped_count": 3,
    "errors": [{"row_number": 4, "code": "validation_error", "message": "No name"}],
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
    Row(
        "contacts.update",
        lambda api: api.contacts.update("c-1", company_name="Lee AG", phone=None, notes="Prefers mail"),
        "PATCH /v1/contacts/c-1",
        {key: LISTED[key] for key in ("id", "full_name", "email", "phone", "job_title", "company_name", "updated_date")}
        | {"notes": "Met in Basel\nPrefers mail"},
        body={"company_name": "Lee AG", "phone": None, "notes": "Prefers mail"},
    ),
    Row(
        "contacts.delete",
        lambda api: api.contacts.delete("c-1"),
        "DELETE /v1/contacts/c-1",
        {"deleted": True, "id": "c-1"},
    ),
    Row(
        "contacts.delete_many",
        lambda api: api.contacts.delete_many(["c-1", "c-2"], dry_run=True),
        "POST /v1/contacts/bulk-delete",
        {
            "deleted_count": 1,
            "not_found_count": 2,
            "errors": [{"contact_id": "c-2", "code": "locked", "message": "It is being merged"}],
        },
        body={"contact_ids": ["c-1", "c-2"], "dry_run": True},
        idempotent=True,
    ),
    Row(
        "contacts.merge",
        lambda api: api.contacts.merge("c-1", ["c-2"], overwrite=True),
        "POST /v1/contacts/merge",
        {
            "primary": {key: LISTED[key] for key in ("id", "full_name", "email", "phone")},
            "merged_ids": ["c-2"],
            "fields_populated": ["phone"],
            "counts": {
                "notes": 1,
                "activities": 2,
                "tasks": 3,
                "emails": 4,
                "documents": 5,
                "list_memberships": 6,
            },
        },
        body={"primary_id": "c-1", "duplicate_ids": ["c-2"], "overwrite": True},
        idempotent=True,
    ),
    Row(
        "contacts.add_tags",
        lambda api: api.contacts.add_tags("c-1", ["Basel"]),
        "POST /v1/contacts/c-1/tags",
        {"contact_id": "c-1", "tags": ["VIP", "Basel"]},
        body={"tags": ["Basel"]},
    ),
    Row(
        "contacts.create_note",
        lambda api: api.contacts.create_note("c-1", title="Call", content="Wants an offer"),
        "POST /v1/contacts/c-1/notes",
        {key: NOTE[key] for key in ("id", "title", "content", "created_date")},
        body={"title": "Call", "content": "Wants an offer"},
    ),
    Row(
        "contacts.list_notes",
        lambda api: api.contacts.list_notes("c-1", page=2, per_page=25),
        "GET /v1/contacts/c-1/notes",
        {"notes": [NOTE]},
        query={"page": "2", "per_page": "25"},
        envelope="notes",
        meta=META,
    ),
    Row(
        "contacts.iter_notes",
        lambda api: collect(api.contacts.iter_notes("c-1", limit=1)),
        "GET /v1/contacts/c-1/notes",
        {"notes": [NOTE]},
        query={"page": "1", "per_page": "100"},
        envelope="notes",
    ),
    Row(
        "contacts.list_activities",
        lambda api: api.contacts.list_activities("c-1", type="meeting", from_date=SINCE, to_date="2026-05-01"),
        "GET /v1/contacts/c-1/activities",
        {"activities": [ACTIVITY, OLDER_ACTIVITY]},
        query={"page": "1", "type": "meeting", "from_date": "2026-04-01T00:00:00Z", "to_date": "2026-05-01"},
        envelope="activities",
        meta=META,
    ),
    Row(
        "contacts.iter_activities",
        lambda api: collect(api.contacts.iter_activities("c-1", limit=1)),
        "GET /v1/contacts/c-1/activities",
        {"activities": [ACTIVITY]},
        query={"page": "1", "per_page": "100"},
        envelope="activities",
    ),
    Row(
        "contacts.list_documents",
        lambda api: api.contacts.list_documents("c-1", role="contract"),
        "GET /v1/contacts/c-1/documents",
        {"documents": [LINKED]},
        query={"page": "1", "role": "contract"},
        envelope="documents",
        meta=META,
    ),
    Row(
        "contacts.iter_documents",
        lambda api: collect(api.contacts.iter_documents("c-1", per_page=10, limit=1)),
        "GET /v1/contacts/c-1/documents",
        {"documents": [LINKED]},
        query={"page": "1", "per_page": "10"},
        envelope="documents",
    ),
    Row(
        "contacts.import_rows",
        lambda api: api.contacts.import_rows([{"full_name": "Ann Lee"}], update_existing=True, tags=["Fair"]),
        "POST /v1/import/contacts",
        IMPORTED,
        body={"rows": [{"full_name": "Ann Lee"}], "update_existing": True, "tags": ["Fair"]},
        idempotent=True,
    ),
    Row(
        "contacts.import_csv",
        lambda api: api.contacts.import_csv("Name\nAnn Lee\n", has_header=True, mapping={"Name": "full_name"}),
        "POST /v1/import/contacts",
        {"job_id": "imp_1", "status": "queued"},
        body={"csv": "Name\nAnn Lee\n", "has_header": True, "mapping": {"Name": "full_name"}},
        idempotent=True,
    ),
]
