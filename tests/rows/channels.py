"""Rows of ``leadlex.channels``."""

from __future__ import annotations

from leadlex_async.models.channels import Channel
from leadlex_async.models.common import Direction

from ._row import HELD, META, SINCE, Row, collect

MESSAGE = {
    "id": "171.12",
    "channel": "teams",
    "direction": "inbound",
    "sender": "ann",
    "recipient": "desk",
    "body": "Dear desk",
    "attachments": [{"filename": "rent.pdf"}, "https://example.com/rent.pdf"],
    "contact_id": "c-1",
    "deal_id": "d1",
    "sent_at": HELD,
}
CONNECTED = {
    "channel": "whatsapp",
    "connected": True,
    "display_name": "Desk",
    "account_id": "acc-1",
    "connected_at": "2026-02-01T09:00:00Z",
    "last_sync_at": HELD,
    "status": "needs_reauth",
    "error_message": "Sign in again",
    "capabilities": ["send", "receive"],
}
MISSING = dict.fromkeys(CONNECTED) | {
    "channel": "telegram",
    "connected": False,
    "status": "disconnected",
    "capabilities": list[str](),
}

ROWS = [
    Row(
        "channels.send",
        lambda api: api.channels.send(
            channel="email",
            recipient="ann@example.com",
            message="x" * 4096,
            subject="Rent",
            contact_id="c-1",
            deal_id="d1",
            attachments=[
                {"filename": "a.txt", "mime_type": "text/plain", "content_base64": "QQ=="},
                {"filename": "b.pdf", "mime_type": "application/pdf", "url": "https://example.com/b.pdf"},
            ],
        ),
        "POST /v1/channels/send",
        {"id": "171.13", "channel": "email", "status": "sent", "sent_at": HELD},
        body={
            "channel": "email",
            "recipient": "ann@example.com",
            "message": "x" * 4096,
            "subject": "Rent",
            "contact_id": "c-1",
            "deal_id": "d1",
            "attachments": [
                {"filename": "a.txt", "mime_type": "text/plain", "content_base64": "QQ=="},
                {"filename": "b.pdf", "mime_type": "application/pdf", "url": "https://example.com/b.pdf"},
            ],
        },
        idempotent=True,
    ),
    Row(
        "channels.send without a subject",
        lambda api: api.channels.send(channel=Channel.SLACK, recipient="U1", message="Hi"),
        "POST /v1/channels/send",
        {"id": "171.14", "channel": "slack", "status": "failed", "sent_at": None},
        body={"channel": "slack", "recipient": "U1", "message": "Hi"},
        idempotent=True,
    ),
    Row(
        "channels.list_messages",
        lambda api: api.channels.list_messages(
            page=2,
            per_page=25,
            channel="teams",
            contact_id="c-1",
            deal_id="d1",
            direction=Direction.INBOUND,
            after=SINCE,
        ),
        "GET /v1/channels/messages",
        {"messages": [MESSAGE]},
        query={
            "page": "2",
            "per_page": "25",
            "channel": "teams",
            "contact_id": "c-1",
            "deal_id": "d1",
            "direction": "inbound",
            "after": "2026-04-01T00:00:00Z",
        },
        envelope="messages",
        meta=META,
    ),
    Row(
        "channels.iter_messages",
        lambda api: collect(api.channels.iter_messages(channel=Channel.SLACK, direction="outbound", limit=1)),
        "GET /v1/channels/messages",
        {"messages": [MESSAGE | {"channel": "slack", "direction": "outbound", "contact_id": None}]},
        query={"page": "1", "per_page": "100", "channel": "slack", "direction": "outbound"},
        envelope="messages",
    ),
    Row(
        "channels.list_providers",
        lambda api: api.channels.list_providers(),
        "GET /v1/channels/providers",
        {"providers": [CONNECTED, MISSING]},
        envelope="providers",
    ),
]
