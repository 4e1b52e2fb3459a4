"""Rows of ``leadlex.ai``."""

from __future__ import annotations

from leadlex_async.models.ai import FollowupType

from ._row import HELD, SINCE, Row

NOTES = {
    "summary": "Ann may move.",
    "key_points": ["Flat fee", "June"],
    "risks": [{"description": "Another offer", "severity": "high"}],
    "opportunities": [{"description": "A retainer"}],
    "sentiment": {"label": "mixed", "score": -0.25},
    "timeline": [{"date": "2026-04-02", "event": "Call"}],
    "note_ids": ["n1", "n2"],
    "credits_remaining": 40,
}
PAIR = {
    "primary_id": "c-1",
    "duplicate_id": "c-2",
    "similarity": 0.97,
    "matched_fields": ["email", "phone"],
    "reason": "Same address",
}
FOLLOWUP = {
    "type": "call",
    "title": "Ring up",
    "reason": "No answer yet",
    "suggested_when": "Tomorrow",
    "draft_body": "Hello Ann",
    "confidence": 0.8,
}
MEETING = {
    "contact_id": "c-1",
    "contact_name": "Ann Lee",
    "reason": "No meeting since May",
    "deal_id": "d1",
    "opportunity_value": 12500.5,
    "priority": "low",
    "suggested_agenda": ["Fee", "Scope", "Start"],
    "suggested_when": "Next week",
    "confidence": 0.6,
}
INSIGHTS = {
    "summary": "A lease.",
    "risks": [{"description": "Notice", "severity": "medium", "likelihood": "low"}],
    "precedents": [{"title": "Lee v Roe", "citation": "BGE 1", "jurisdiction": "CH", "relevance": 0.7}],
    "next_steps": ["Write", "Wait"],
    "deadlines": [{"description": "Notice", "due_date": "2026-06-30"}],
    "counterparty": {"observations": ["Pays late"]},
    "regulatory": [{"regime": "FinSA", "citation": "Art. 3", "notes": "Applies"}],
    "credits_remaining": 30,
}
DOCUMENT = {
    "summary": "A lease.",
    "clauses": [{"type": "term", "title": "Term", "text": "Five years", "page": 3}],
    "entities": [{"type": "person", "name": "Ann Lee", "page": 1}],
    "risks": [{"description": "Notice", "severity": "low"}],
    "obligations": [{"party": "Tenant", "description": "Pay"}],
    "dates": [{"context": "Begin", "value": "2026-05-01"}],
    "amounts": [{"value": 1500, "currency": "CHF", "context": "Rent"}],
    "signatories": [{"name": "Ann Lee", "role": "Owner", "party": "Lee AG"}],
    "page_count": 9,
    "credits_remaining": 27,
}
CONFERENCE = {
    "name": "Lex Days",
    "url": "https://lex.example",
    "start_date": "2026-09-01",
    "end_date": "2026-09-02",
    "location": "Basel, CH",
    "industry_tags": ["law"],
    "topics": ["rent", "ai"],
    "relevance": 0.9,
    "attendee_size": "100-500",
    "reason": "Close by",
}

ROWS = [
    Row(
        "ai.analyze_notes",
        lambda api: api.ai.analyze_notes(contact_id="c-1", focus="all", max_notes=200),
        "POST /v1/ai/analyze-notes",
        NOTES,
        body={"contact_id": "c-1", "focus": "all", "max_notes": 200},
        idempotent=True,
    ),
    Row(
        "ai.analyze_notes of a deal",
        lambda api: api.ai.analyze_notes(deal_id="d1", focus="summary"),
        "POST /v1/ai/analyze-notes",
        {"summary": "Ann may move.", "sentiment": None, "note_ids": ["n1"], "credits_remaining": 38},
        body={"deal_id": "d1", "focus": "summary"},
        idempotent=True,
    ),
    Row(
        "ai.detect_duplicates",
        lambda api: api.ai.detect_duplicates(
            "contact", threshold=0.9, limit=5, scope={"created_after": SINCE, "tag": "VIP", "list_id": "l-1"}
        ),
        "POST /v1/ai/detect-duplicates",
        {"pairs": [PAIR], "total_candidates": 51, "credits_remaining": 35},
        body={
            "entity_type": "contact",
            "threshold": 0.9,
            "limit": 5,
            "scope": {"created_after": "2026-04-01T00:00:00Z", "tag": "VIP", "list_id": "l-1"},
        },
        idempotent=True,
    ),
    Row(
        "ai.suggest_followups",
        lambda api: api.ai.suggest_followups("c-1", count=2, lookback_days=30, channels=["call", FollowupType.EMAIL]),
        "POST /v1/ai/suggest-followups",
        {
            "suggestions": [FOLLOWUP, FOLLOWUP | {"type": "meeting", "draft_body": None}],
            "activity_summary": "One call",
            "credits_remaining": 33,
        },
        body={"contact_id": "c-1", "count": 2, "lookback_days": 30, "channels": ["call", "email"]},
        idempotent=True,
    ),
    Row(
        "ai.suggest_meetings",
        lambda api: api.ai.suggest_meetings(contact_ids=["c-1"], window_days=7, count=1, only_open_deals=False),
        "POST /v1/ai/suggest-meetings",
        {"suggestions": [MEETING], "credits_remaining": 30},
        body={"contact_ids": ["c-1"], "window_days": 7, "count": 1, "only_open_deals": False},
        idempotent=True,
    ),
    Row(
        "ai.legal_insights",
        lambda api: api.ai.legal_insights(matter_id="m-1", focus=["risks", "regulatory"], jurisdiction="CH"),
        "POST /v1/ai/legal-insights",
        INSIGHTS,
        body={"matter_id": "m-1", "focus": ["risks", "regulatory"], "jurisdiction": "CH"},
        idempotent=True,
    ),
    Row(
        "ai.legal_insights of a deal",
        lambda api: api.ai.legal_insights(deal_id="d1"),
        "POST /v1/ai/legal-insights",
        INSIGHTS | {"counterparty": None},
        body={"deal_id": "d1"},
        idempotent=True,
    ),
    Row(
        "ai.analyze_document",
        lambda api: api.ai.analyze_document("doc_1", sections=["summary", "amounts"], prompt="Who pays?"),
        "POST /v1/ai/analyze-document",
        DOCUMENT,
        body={"document_id": "doc_1", "sections": ["summary", "amounts"], "prompt": "Who pays?"},
        idempotent=True,
    ),
    Row(
        "ai.discover_conferences",
        lambda api: api.ai.discover_conferences(
            industry="law", region="CH", date_range={"from": SINCE, "to": "2026-12-31"}, topics=["rent"], limit=10
        ),
        "POST /v1/ai/discover-conferences",
        {"conferences": [CONFERENCE], "generated_at": HELD, "cache_hit": True, "credits_remaining": 30},
        body={
            "industry": "law",
            "region": "CH",
            "date_range": {"from": "2026-04-01T00:00:00Z", "to": "2026-12-31"},
            "topics": ["rent"],
            "limit": 10,
        },
        idempotent=True,
    ),
]
