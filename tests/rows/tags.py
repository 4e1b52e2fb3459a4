"""Rows of ``leadlex.tags``."""

from __future__ import annotations

from ._row import Row

ROWS = [
    Row("tags.list", lambda api: api.tags.list(), "GET /v1/tags", {"tags": ["Basel", "VIP"]}, envelope="tags"),
]
