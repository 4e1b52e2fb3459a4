"""Rows of ``leadlex.settings``."""

from __future__ import annotations

from ._row import HELD, Row

SETTINGS = {
    "workspace_id": "ws_7",
    "name": "Lee AG",
    "slug": "lee",
    "timezone": "Europe/Zurich",
    "locale": "de-CH",
    "currency": "CHF",
    "jurisdiction": "CH",
    "billing": {"plan": "pro", "seats": 4, "credits_balance": 310, "trial_ends_at": "2026-05-17T00:00:00Z"},
    "features": {"document_ai": True, "sms": False},
    "branding": {
        "primary_color": "#102030",
        "logo_url": "https://example.com/logo.svg",
        "accent_color": "#405060",
    },
    "retention": {"audit_log_days": 400, "soft_delete_days": 14},
    "created_at": HELD,
}
PROVIDER = {
    "category": "storage",
    "name": "google_drive",
    "connected": True,
    "account_id": "acc_1",
    "display_name": "Drive of Lee AG",
    "scopes": ["drive.readonly", "drive.file"],
    "connected_at": "2026-02-20T14:00:00Z",
    "last_sync_at": HELD,
    "status": "needs_reauth",
    "error_message": "The grant has expired",
}
UNCONNECTED = {
    "category": "billing",
    "name": "stripe",
    "connected": False,
    "account_id": None,
    "last_sync_at": None,
    "status": "disconnected",
}

ROWS = [
    Row("settings.get", lambda api: api.settings.get(), "GET /v1/settings", SETTINGS),
    Row(
        "settings.list_providers",
        lambda api: api.settings.list_providers(),
        "GET /v1/settings/providers",
        {"providers": [PROVIDER, UNCONNECTED]},
        envelope="providers",
    ),
    Row(
        "settings.list_providers of one category",
        lambda api: api.settings.list_providers(category="storage"),
        "GET /v1/settings/providers",
        {"providers": [PROVIDER]},
        query={"category": "storage"},
        envelope="providers",
    ),
]
