"""Rows of ``leadlex.audit_logs``."""

from __future__ import annotations

from ._row import HELD, META, SINCE, Row, collect

ENTRY = {
    "id": "log_1",
    "timestamp": HELD,
    "user": {"id": "usr_1", "email": "kim@example.com", "type": "user"},
    "action": "update",
    "resource_type": "deals",
    "resource_id": "d1",
    "details": {"method": "PATCH", "path": "/v1/deals/d1", "request_id": "req_1", "status_code": 200},
    "ip_address": "192.0.2.7",
    "user_agent": "Firefox",
}
BY_KEY = ENTRY | {
    "id": "log_2",
    "action": "api_access",
    "user": {"id": None, "email": "api-key:wbk_12345678", "type": "api_key"},
}

ROWS = [
    Row(
        "audit_logs.list",
        lambda api: api.audit_logs.list(
            page=2,
            per_page=25,
            action="update",
            user_id="usr_1",
            resource_type="deals",
            from_date=SINCE,
            to_date="2026-05-01",
        ),
        "GET /v1/audit-logs",
        {"logs": [ENTRY, BY_KEY]},
        query={
            "page": "2",
            "per_page": "25",
            "action": "update",
            "user_id": "usr_1",
            "resource_type": "deals",
            "from_date": "2026-04-01T00:00:00Z",
            "to_date": "2026-05-01",
        },
        envelope="logs",
        meta=META,
    ),
    Row(
        "audit_logs.iter",
        lambda api: collect(api.audit_logs.iter(action="delete", limit=2)),
        "GET /v1/audit-logs",
        {"logs": [ENTRY, BY_KEY]},
        query={"page": "1", "per_page": "200", "action": "delete"},
        envelope="logs",
    ),
    Row(
        "audit_logs.iter in smaller pages",
        lambda api: collect(api.audit_logs.iter(per_page=30, limit=1)),
        "GET /v1/audit-logs",
        {"logs": [ENTRY]},
        query={"page": "1", "per_page": "30"},
        envelope="logs",
    ),
]
