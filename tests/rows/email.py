"""Rows of ``leadlex.email``."""

from __future__ import annotations

from leadlex_async.models.common import SyncMode
from leadlex_async.models.email import EmailProvider

from ._row import HELD, META, SINCE, Row, collect

THREAD = {
    "id": "th-1",
    "subject": "Rent",
    "snippet": "Dear Ann",
    "message_count": 3,
    "unread_count": 2,
    "participants": ["ann@example.com", "desk@example.com"],
    "contact_ids": ["c-1"],
    "deal_id": "d1",
    "last_message_at": HELD,
}
MESSAGE = {
    "id": "m-1",
    "from": "Ann Lee <ann@example.com>",
    "to": ["desk@example.com"],
    "cc": ["bo@example.com"],
    "sent_at": HELD,
    "direction": "inbound",
    "body_text": "Dear desk",
    "body_html": "<p>Dear desk</p>",
    "attachments": [{"filename": "rent.pdf", "mime_type": "application/pdf", "size_bytes": 512}],
}
CONVERSATION = {key: THREAD[key] for key in ("id", "subject", "participants", "contact_ids", "deal_id")}
BARE = MESSAGE | {"id": "m-2", "direction": "outbound", "body_text": None, "body_html": None}
PERSON = {
    "full_name": "Ann Lee",
    "first_name": "Ann",
    "last_name": "Lee",
    "job_title": "Counsel",
    "seniority": "senior",
    "location": "Basel",
    "linkedin_url": "https://linkedin.com/in/ann",
}
COMPANY = {
    "name": "Lee AG",
    "domain": "lee.example",
    "industry": "Law",
    "size": "11-50",
    "founded_year": 1911,
    "description": "A law firm",
    "linkedin_url": "https://linkedin.com/company/lee",
    "hq_location": "Basel",
}
FOUND = {"source": "vendor_b", "confidence": 0.75, "credits_remaining": 40}

ROWS = [
    Row(
        "email.send",
        lambda api: api.email.send(
            to=["Ann Lee <ann@example.com>", "eve@example.com"],
            subject="Rent",
            body_html="<p>Dear Ann</p>",
            body_text="Dear Ann",
            cc=["bo@example.com"],
            bcc=("cy@example.com",),
            reply_to="desk@example.com",
            contact_id="c-1",
            deal_id="d1",
            thread_id="th-1",
            attachments=[
                {"filename": "a.txt", "mime_type": "text/plain", "content_base64": "QQ=="},
                {"filename": "b.pdf", "mime_type": "application/pdf", "storage_path": "files/b.pdf"},
            ],
        ),
        "POST /v1/email/send",
        {"id": "m-3", "thread_id": "th-1", "provider": "microsoft", "status": "sent", "sent_at": HELD},
        body={
            "to": ["Ann Lee <ann@example.com>", "eve@example.com"],
            "subject": "Rent",
            "body_html": "<p>Dear Ann</p>",
            "body_text": "Dear Ann",
            "cc": ["bo@example.com"],
            "bcc": ["cy@example.com"],
            "reply_to": "desk@example.com",
            "contact_id": "c-1",
            "deal_id": "d1",
            "thread_id": "th-1",
            "attachments": [
                {"filename": "a.txt", "mime_type": "text/plain", "content_base64": "QQ=="},
                {"filename": "b.pdf", "mime_type": "application/pdf", "storage_path": "files/b.pdf"},
            ],
        },
        idempotent=True,
    ),
    Row(
        "email.send to one, not sent yet",
        lambda api: api.email.send(to="ann@example.com", subject="x" * 998, body_text="Dear Ann"),
        "POST /v1/email/send",
        {"id": "m-4", "thread_id": "th-4", "provider": "gmail", "status": "queued", "sent_at": None},
        body={"to": "ann@example.com", "subject": "x" * 998, "body_text": "Dear Ann"},
        idempotent=True,
    ),
    Row(
        "email.list_threads",
        lambda api: api.email.list_threads(
            page=2, per_page=25, contact_id="c-1", deal_id="d1", unread=True, after=SINCE
        ),
        "GET /v1/email/threads",
        {"threads": [THREAD]},
        query={
            "page": "2",
            "per_page": "25",
            "contact_id": "c-1",
            "deal_id": "d1",
            "unread": "true",
            "after": "2026-04-01T00:00:00Z",
        },
        envelope="threads",
        meta=META,
    ),
    Row(
        "email.iter_threads",
        lambda api: collect(api.email.iter_threads(unread=False, limit=1)),
        "GET /v1/email/threads",
        {"threads": [THREAD | {"deal_id": None}]},
        query={"page": "1", "per_page": "100", "unread": "false"},
        envelope="threads",
    ),
    Row(
        "email.get_thread",
        lambda api: api.email.get_thread("th-1"),
        "GET /v1/email/threads/th-1",
        CONVERSATION | {"messages": [MESSAGE]},
    ),
    Row(
        "email.get_thread without bodies",
        lambda api: api.email.get_thread("th-1", include_body=False),
        "GET /v1/email/threads/th-1",
        CONVERSATION | {"messages": [BARE]},
        query={"include_body": "false"},
    ),
    Row(
        "email.sync",
        lambda api: api.email.sync(),
        "POST /v1/email/sync",
        {"job_id": "job-1", "status": "queued", "mode": "incremental", "queued_at": HELD},
        body={},
        idempotent=True,
    ),
    Row(
        "email.sync of one provider",
        lambda api: api.email.sync(mode=SyncMode.FULL, provider=EmailProvider.GMAIL),
        "POST /v1/email/sync",
        {"job_id": "job-2", "status": "running", "mode": "full", "queued_at": HELD},
        body={"mode": "full", "provider": "gmail"},
        idempotent=True,
    ),
    Row(
        "email.enrich",
        lambda api: api.email.enrich(
            email="ann@lee.example", domain="lee.example", include=["person", "company", "social"]
        ),
        "POST /v1/email/enrich",
        FOUND | {"person": PERSON, "company": COMPANY, "social": {"linkedin": "https://linkedin.com/in/ann"}},
        body={"email": "ann@lee.example", "domain": "lee.example", "include": ["person", "company", "social"]},
        idempotent=True,
    ),
    Row(
        "email.enrich of a domain",
        lambda api: api.email.enrich(domain="lee.example"),
        "POST /v1/email/enrich",
        FOUND | {"person": None, "company": COMPANY},
        body={"domain": "lee.example"},
        idempotent=True,
    ),
    Row(
        "email.list_correspondents",
        lambda api: api.email.list_correspondents(limit=200, since=SINCE, user_id="usr_1", min_messages=5),
        "GET /v1/email/correspondents",
        {
            "correspondents": [
                {
                    "email": "ann@example.com",
                    "display_name": "Ann Lee",
                    "contact_id": "c-1",
                    "company_name": "Lee AG",
                    "message_count": 9,
                    "sent_count": 4,
                    "received_count": 5,
                    "last_message_at": HELD,
                }
            ]
        },
        query={"limit": "200", "since": "2026-04-01T00:00:00Z", "user_id": "usr_1", "min_messages": "5"},
        envelope="correspondents",
    ),
]
