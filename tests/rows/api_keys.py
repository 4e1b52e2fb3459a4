"""Rows of ``leadlex.api_keys``."""

from __future__ import annotations

from ._row import HELD, META, SINCE, Row, collect

LISTED = {
    "id": "key_1",
    "name": "Nightly",
    "description": "Copies deals",
    "prefix": "wbk_test",
    "permissions": ["read:deals", "write:deals"],
    "rate_limit_tier": "high",
    "created_by": "usr_1",
    "created_at": "2026-03-15T09:00:00Z",
    "last_used_at": HELD,
    "expires_at": "2027-01-01T00:00:00Z",
    "revoked_at": "2026-04-18T00:00:00Z",
}
CREATED = {
    "id": "key_1",
    "key": "wbk_test_only_here",
    "prefix": "wbk_test",
    "name": "Nightly",
    "description": "Copies deals",
    "permissions": ["read:deals", "write:deals"],
    "rate_limit_tier": "high",
    "expires_at": "2026-04-01T00:00:00Z",
    "created_at": HELD,
}

ROWS = [
    Row(
        "api_keys.list",
        lambda api: api.api_keys.list(page=2, per_page=25, include_revoked=True, search="night"),
        "GET /v1/api-keys",
        {"api_keys": [LISTED]},
        query={"page": "2", "per_page": "25", "include_revoked": "true", "search": "night"},
        envelope="api_keys",
        meta=META,
    ),
    Row(
        "api_keys.iter",
        lambda api: collect(api.api_keys.iter(include_revoked=False, limit=1)),
        "GET /v1/api-keys",
        {"api_keys": [LISTED]},
        query={"page": "1", "per_page": "100", "include_revoked": "false"},
        envelope="api_keys",
    ),
    Row(
        "api_keys.create",
        lambda api: api.api_keys.create(
            name="Nightly",
            permissions=("read:deals", "write:deals"),
            description="Copies deals",
            rate_limit_tier="high",
            expires_at=SINCE,
        ),
        "POST /v1/api-keys",
        CREATED,
        body={
            "name": "Nightly",
            "permissions": ["read:deals", "write:deals"],
            "description": "Copies deals",
            "rate_limit_tier": "high",
            "expires_at": "2026-04-01T00:00:00Z",
        },
        idempotent=True,
    ),
    Row(
        "api_keys.delete",
        lambda api: api.api_keys.delete("key_1", idempotency_key="k1"),
        "DELETE /v1/api-keys/key_1",
        None,
        idempotent=True,
    ),
]
