# pyright: reportUnnecessaryTypeIgnoreComment=true
# Both checkers honour `type: ignore`, and each fails where its own error is not there: unused-ignore in mypy.
"""Lexi, AI analysis and enrichment: what calls give and what is refused; read by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import assert_type

from leadlex_async import LeadLex, Page
from leadlex_async.models.ai import (
    Conferences,
    DocumentAnalysis,
    Duplicates,
    Followups,
    FollowupType,
    LegalInsights,
    MeetingSuggestions,
    NotesAnalysis,
)
from leadlex_async.models.enrich import CardScan, CompanyEnrichment, ContactEnrichment, EmailEnrichment
from leadlex_async.models.lexi import (
    ChatEvent,
    ChatReply,
    Conversation,
    LexiTask,
    PersonalizedEmail,
    Research,
    TaskApproved,
    TaskDismissed,
)
from leadlex_async.resources._chat import ChatStream

NOW = datetime(2026, 4, 1, tzinfo=UTC)


async def ai(leadlex: LeadLex) -> None:
    """What ``leadlex.ai`` gives."""
    assert_type(await leadlex.ai.analyze_notes(contact_id="c-1", focus="risks"), NotesAnalysis)
    assert_type(await leadlex.ai.detect_duplicates("contact", scope={"tag": "VIP"}, threshold=0.9), Duplicates)
    assert_type(await leadlex.ai.suggest_followups("c-1", channels=["email", FollowupType.CALL]), Followups)
    assert_type(await leadlex.ai.suggest_meetings(window_days=14), MeetingSuggestions)
    assert_type(await leadlex.ai.legal_insights(deal_id="d-1", focus=("risks", "deadlines")), LegalInsights)
    assert_type(await leadlex.ai.analyze_document("doc-1", sections=["clauses"]), DocumentAnalysis)
    assert_type(await leadlex.ai.discover_conferences(date_range={"from": "2026-05-01", "to": NOW}), Conferences)


async def ai_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.ai`` does not take."""
    await leadlex.ai.detect_duplicates("contact", treshold=0.9)  # type: ignore[call-arg]
    await leadlex.ai.analyze_document()  # type: ignore[call-arg]
    await leadlex.ai.detect_duplicates("person")  # type: ignore[arg-type]
    await leadlex.ai.suggest_followups("c-1", channels=["fax"])  # type: ignore[list-item]


async def lexi(leadlex: LeadLex) -> None:
    """What ``leadlex.lexi`` gives."""
    assert_type(
        await leadlex.lexi.chat("Hi", context={"list_id": "l-1"}, currentEntity={"type": "contact", "id": "c-1"}),
        ChatReply,
    )
    assert_type(leadlex.lexi.chat_stream(message="Hi", conversation_id=None, context={"deal_id": "d-1"}), ChatStream)
    async with leadlex.lexi.chat_stream(message="Hi") as events:
        async for event in events:
            assert_type(event, ChatEvent)
    assert_type(await leadlex.lexi.list_tasks(status="approved"), list[LexiTask])
    assert_type(await leadlex.lexi.approve("task-1"), TaskApproved)
    assert_type(await leadlex.lexi.dismiss("task-1", reason="No"), TaskDismissed)
    assert_type(await leadlex.lexi.autoresearch(query="Lee AG", depth="deep", sources=["web"]), Research)
    assert_type(await leadlex.lexi.personalize_email(contact_id="c-1", intent="Offer", tone="warm"), PersonalizedEmail)
    assert_type(await leadlex.lexi.list_conversations(archived=True), Page[Conversation])
    assert_type(leadlex.lexi.iter_conversations(search="Lee"), AsyncIterator[Conversation])
    assert_type(await leadlex.lexi.get_conversation("conv-1", include_tool_steps=True, limit=5), Conversation)
    assert_type(await leadlex.lexi.update_conversation("conv-1", context={"deal_id": None}), Conversation)
    assert_type(await leadlex.lexi.delete_conversation("conv-1"), None)


async def lexi_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.lexi`` does not take."""
    await leadlex.lexi.chat("Hi", current_entity=None)  # type: ignore[call-arg]
    await leadlex.lexi.personalize_email(contact_id="c-1")  # type: ignore[call-arg]
    await leadlex.lexi.list_tasks(status="done")  # type: ignore[arg-type]
    await leadlex.lexi.chat("Hi", currentEntity={"id": "c-1"})  # type: ignore[arg-type]
    approved = await leadlex.lexi.approve("task-1")
    _ = approved.task  # type: ignore[attr-defined]


async def enrich(leadlex: LeadLex) -> None:
    """What ``leadlex.enrich`` gives."""
    assert_type(await leadlex.enrich.contact("c-1", fields=["phone"]), ContactEnrichment)
    assert_type(await leadlex.enrich.company(domain="lee.example", fields=["size"]), CompanyEnrichment)
    assert_type(await leadlex.enrich.email("ann@example.com", include=["person"]), EmailEnrichment)
    assert_type(await leadlex.enrich.business_card(image_url="https://lee.example/card.png"), CardScan)


async def enrich_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.enrich`` does not take."""
    await leadlex.enrich.email("ann@example.com", sections=["person"])  # type: ignore[call-arg]
    await leadlex.enrich.contact()  # type: ignore[call-arg]
    await leadlex.enrich.company(fields=["phone"])  # type: ignore[list-item]
