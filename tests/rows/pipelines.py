"""Rows of ``leadlex.pipelines``."""

from __future__ import annotations

from ._row import Row

STAGES = [
    {"id": "stg-1", "name": "Pitch", "stage_type": "open", "sort_order": 1, "probability": 15},
    {"id": "stg-2", "name": "Signed", "stage_type": "won", "sort_order": 2, "probability": 99.5},
]

ROWS = [
    Row(
        "pipelines.list",
        lambda api: api.pipelines.list(),
        "GET /v1/pipelines",
        {"pipelines": [{"id": "pip-1", "name": "Mandates", "color": "#204060", "stages": STAGES}]},
        envelope="pipelines",
    )
]
