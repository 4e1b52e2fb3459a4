"""Rows of ``leadlex.lists``."""

from __future__ import annotations

from ._row import HELD, Row

LIST = {
    "id": "l-1",
    "name": "Basel",
    "description": "Counsel",
    "contact_count": 45,
    "created_at": HELD,
    "updated_date": HELD,
}

ROWS = [
    Row("lists.list", lambda api: api.lists.list(), "GET /v1/lists", {"lists": [LIST]}, envelope="lists"),
    Row(
        "lists.create",
        lambda api: api.lists.create(name="Basel", description="Counsel"),
        "POST /v1/lists",
        {key: value for key, value in LIST.items() if key != "updated_date"},
        body={"name": "Basel", "description": "Counsel"},
    ),
    Row(
        "lists.delete",
        lambda api: api.lists.delete("l-1"),
        "DELETE /v1/lists/l-1",
        {"deleted": True, "id": "l-1", "memberships_removed": 45},
    ),
    Row(
        "lists.add_contacts",
        lambda api: api.lists.add_contacts("l-1", ["c-1", "c-2"]),
        "POST /v1/lists/l-1/contacts",
        {"added": 2, "list_id": "l-1", "contact_count": 47},
        body={"contact_ids": ["c-1", "c-2"]},
    ),
    Row(
        "lists.remove_contact",
        lambda api: api.lists.remove_contact("l-1", "c-1"),
        "DELETE /v1/lists/l-1/contacts/c-1",
        {"removed": True, "list_id": "l-1", "contact_id": "c-1"},
    ),
]
