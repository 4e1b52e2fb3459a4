"""Rows of ``leadlex.documents``."""

from __future__ import annotations

from leadlex_async.models.documents import LinkedEntityType

from ._row import HELD, META, SINCE, Row, collect

LISTED = {
    "id": "doc-1",
    "name": "Lease.pdf",
    "description": "The new lease",
    "mime_type": "application/pdf",
    "size_bytes": 5120,
    "storage_path": "files/lease.pdf",
    "folder": "/lee/rent",
    "tags": ["lease", "2026"],
    "created_by": "usr_1",
    "created_at": HELD,
    "updated_at": "2026-04-18T14:30:00Z",
}
KEPT = LISTED | {
    "linked_entities": [
        {"entity_type": "contact", "entity_id": "c-1"},
        {"entity_type": "matter", "entity_id": "mat-1"},
    ]
}
DOCUMENT = KEPT | {
    "download_url": "https://files.example/lease.pdf?signature=abc",
    "download_url_expires_at": "2026-04-17T14:45:00Z",
}

ROWS = [
    Row(
        "documents.list",
        lambda api: api.documents.list(
            page=2,
            per_page=25,
            folder="/lee/rent",
            tag=["lease"],
            mime_type="application/pdf",
            search="new lease",
            created_after=SINCE,
        ),
        "GET /v1/documents",
        {"documents": [LISTED]},
        query={
            "page": "2",
            "per_page": "25",
            "folder": "/lee/rent",
            "tag": "lease",
            "mime_type": "application/pdf",
            "search": "new lease",
            "created_after": "2026-04-01T00:00:00Z",
        },
        envelope="documents",
        meta=META,
    ),
    Row(
        "documents.iter",
        lambda api: collect(api.documents.iter(tag="2026", limit=1)),
        "GET /v1/documents",
        {"documents": [LISTED | {"description": None}]},
        query={"page": "1", "per_page": "100", "tag": "2026"},
        envelope="documents",
    ),
    Row(
        "documents.create",
        lambda api: api.documents.create(
            name="Lease.pdf",
            mime_type="application/pdf",
            storage_path="files/lease.pdf",
            size_bytes=5120,
            description="The new lease",
            folder="/lee/rent",
            tags=("lease", "2026"),
        ),
        "POST /v1/documents",
        DOCUMENT,
        body={
            "name": "Lease.pdf",
            "mime_type": "application/pdf",
            "storage_path": "files/lease.pdf",
            "size_bytes": 5120,
            "description": "The new lease",
            "folder": "/lee/rent",
            "tags": ["lease", "2026"],
        },
        idempotent=True,
    ),
    Row("documents.get", lambda api: api.documents.get("doc-1"), "GET /v1/documents/doc-1", DOCUMENT),
    Row(
        "documents.get without a link",
        lambda api: api.documents.get("doc-1", download=False),
        "GET /v1/documents/doc-1",
        KEPT,
        query={"download": "false"},
    ),
    Row(
        "documents.delete",
        lambda api: api.documents.delete("doc-1"),
        "DELETE /v1/documents/doc-1",
        None,
        idempotent=True,
    ),
    Row(
        "documents.delete at once",
        lambda api: api.documents.delete("doc-1", hard=True),
        "DELETE /v1/documents/doc-1",
        None,
        query={"hard": "true"},
        idempotent=True,
    ),
    Row(
        "documents.link",
        lambda api: api.documents.link("doc-1", entity_type="deal", entity_id="d1", role="signed"),
        "POST /v1/documents/doc-1/link",
        {
            "link_id": "lnk-1",
            "document_id": "doc-1",
            "entity_type": "deal",
            "entity_id": "d1",
            "role": "signed",
            "created_at": HELD,
        },
        body={"entity_type": "deal", "entity_id": "d1", "role": "signed"},
        idempotent=True,
    ),
    Row(
        "documents.link without a role",
        lambda api: api.documents.link("doc-1", entity_type=LinkedEntityType.TASK, entity_id="t1"),
        "POST /v1/documents/doc-1/link",
        {"link_id": "lnk-2", "document_id": "doc-1", "entity_type": "task", "entity_id": "t1", "role": None},
        body={"entity_type": "task", "entity_id": "t1"},
        idempotent=True,
    ),
]
