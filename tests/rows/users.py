"""Rows of ``leadlex.users``."""

from __future__ import annotations

from ._row import Row

USERS = [
    {"id": "usr_1", "full_name": "Kim Vogt", "email": "kim@example.com"},
    {"id": "usr_2", "full_name": "Lou Frei", "email": "lou@example.com"},
]

ROWS = [Row("users.list", lambda api: api.users.list(), "GET /v1/users", {"users": USERS}, envelope="users")]
