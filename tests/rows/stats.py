"""Rows of ``leadlex.stats``."""

from __future__ import annotations

from ._row import SINCE, Row

STAGES = {"stages": {"Lead": 14, "Offer made": 5, "Won": 2}, "total": 21}
COUNTED = {"total": 30, "by_type": {"call": 21, "note": 9}}
OUTREACH = {
    "period_days": 14,
    "activities": {"email_sent": 80, "call": 11, "total": 91},
    "deals": {"active": 9, "lost": 1, "total": 10},
    "conversion": {"reply_rate": 17.5, "meeting_rate": 4},
}

ROWS = [
    Row("stats.pipeline", lambda api: api.stats.pipeline(), "GET /v1/stats/pipeline", STAGES),
    Row(
        "stats.pipeline of some deals",
        lambda api: api.stats.pipeline(pipeline="Basel", tags="VIP"),
        "GET /v1/stats/pipeline",
        STAGES,
        query={"pipeline": "Basel", "tags": "VIP"},
    ),
    Row(
        "stats.activities",
        lambda api: api.stats.activities("2026-03-01", SINCE),
        "GET /v1/stats/activities",
        COUNTED,
        query={"date_from": "2026-03-01", "date_to": "2026-04-01T00:00:00Z"},
    ),
    Row(
        "stats.activities of one type",
        lambda api: api.stats.activities(date_from="2026-03-01", date_to="2026-03-31", activity_type="call"),
        "GET /v1/stats/activities",
        COUNTED,
        query={"date_from": "2026-03-01", "date_to": "2026-03-31", "activity_type": "call"},
    ),
    Row("stats.outreach", lambda api: api.stats.outreach(), "GET /v1/analytics/outreach", OUTREACH),
    Row(
        "stats.outreach of some days",
        lambda api: api.stats.outreach(days=14, pipeline="Basel"),
        "GET /v1/analytics/outreach",
        OUTREACH,
        query={"days": "14", "pipeline": "Basel"},
    ),
]
