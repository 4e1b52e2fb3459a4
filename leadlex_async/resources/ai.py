"""AI analysis of what is in the CRM; all of it costs credits (pages ``ai/*``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypedDict, TypeVar, Unpack

from .._http.op import Op
from .._http.wire import When
from ..models.ai import (
    Conferences,
    DocumentAnalysis,
    Duplicates,
    Followups,
    FollowupType,
    LegalInsights,
    MeetingSuggestions,
    NotesAnalysis,
)
from ._checks import require_any

if TYPE_CHECKING:
    from .._http.core import Core


T = TypeVar("T")


def _analysis(path: str, returns: type[T], credits: str) -> Op[T]:
    return Op("POST", path, returns, scope="write:ai", idempotent=True, credits=credits, timeout=120)


ANALYZE_NOTES = _analysis("/v1/ai/analyze-notes", NotesAnalysis, "2")
DETECT_DUPLICATES = _analysis("/v1/ai/detect-duplicates", Duplicates, "3/5/10 by workspace size")
SUGGEST_FOLLOWUPS = _analysis("/v1/ai/suggest-followups", Followups, "2")
SUGGEST_MEETINGS = _analysis("/v1/ai/suggest-meetings", MeetingSuggestions, "3")
LEGAL_INSIGHTS = _analysis("/v1/ai/legal-insights", LegalInsights, "4")
ANALYZE_DOCUMENT = _analysis("/v1/ai/analyze-document", DocumentAnalysis, "3/6/12 by pages")
DISCOVER_CONFERENCES = _analysis("/v1/ai/discover-conferences", Conferences, "3")

EntityType = Literal["contact", "company", "deal"]
NotesFocus = Literal["summary", "risks", "opportunities", "sentiment", "timeline", "all"]
LegalFocus = Literal["risks", "precedents", "next_steps", "deadlines", "counterparty", "regulatory"]
DocumentSection = Literal["summary", "clauses", "entities", "risks", "obligations", "dates", "amounts", "signatories"]
FollowupTypeName = Literal["email", "call", "meeting", "linkedin", "whatsapp"]
DateRange = TypedDict("DateRange", {"from": When, "to": When}, total=False)
DateRange.__doc__ = "From which day to which."


class NotesRequest(TypedDict, total=False):
    """Body of ``ai.analyze_notes``; a contact or a deal, and how many of its newest notes to read, up to 200."""

    contact_id: str
    deal_id: str
    focus: NotesFocus
    max_notes: int


class DuplicateScope(TypedDict, total=False):
    """Which records to compare, inside the body of ``ai.detect_duplicates``."""

    created_after: When
    tag: str
    list_id: str


class DuplicateOptions(TypedDict, total=False):
    """Body of ``ai.detect_duplicates``; ``threshold`` runs from 0 to 1 (0.85 unless given), up to 1,000 pairs."""

    threshold: float
    limit: int
    scope: DuplicateScope


class FollowupOptions(TypedDict, total=False):
    """Body of ``ai.suggest_followups``; 1 to 10 steps, drawn from the last 60 days unless told otherwise."""

    count: int
    lookback_days: int
    channels: Sequence[FollowupType | FollowupTypeName]


class MeetingsRequest(TypedDict, total=False):
    """Body of ``ai.suggest_meetings``; 1 to 20 meetings, from the whole pipeline unless contacts are given."""

    contact_ids: Sequence[str]
    window_days: int
    count: int
    only_open_deals: bool


class LegalRequest(TypedDict, total=False):
    """Body of ``ai.legal_insights``; a matter or a deal, in the workspace's jurisdiction unless given."""

    matter_id: str
    deal_id: str
    focus: Sequence[LegalFocus]
    jurisdiction: str


class DocumentOptions(TypedDict, total=False):
    """Body of ``ai.analyze_document``; the sections to extract, and what else to ask."""

    sections: Sequence[DocumentSection]
    prompt: str


class ConferencesRequest(TypedDict, total=False):
    """Body of ``ai.discover_conferences``; ``region``: global, europe, north-america, apac or a country (alpha-2)."""

    industry: str
    region: str
    date_range: DateRange
    topics: Sequence[str]
    limit: int


class AI:
    """``leadlex.ai``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def analyze_notes(self, *, idempotency_key: str | None = None, **body: Unpack[NotesRequest]) -> NotesAnalysis:
        """Sum up the notes on a contact or a deal; without any it is a ``Conflict`` (ai/analyze-notes)."""
        require_any(body, "contact_id", "deal_id")
        return await self._core.call(ANALYZE_NOTES, json=body, idempotency_key=idempotency_key)

    async def detect_duplicates(
        self, entity_type: EntityType, *, idempotency_key: str | None = None, **options: Unpack[DuplicateOptions]
    ) -> Duplicates:
        """Find records that look the same; an answer is kept for an hour (ai/detect-duplicates)."""
        body = {"entity_type": entity_type, **options}
        return await self._core.call(DETECT_DUPLICATES, json=body, idempotency_key=idempotency_key)

    async def suggest_followups(
        self, contact_id: str, *, idempotency_key: str | None = None, **options: Unpack[FollowupOptions]
    ) -> Followups:
        """Suggest next steps with a contact, drafts included (ai/suggest-followups)."""
        body = {"contact_id": contact_id, **options}
        return await self._core.call(SUGGEST_FOLLOWUPS, json=body, idempotency_key=idempotency_key)

    async def suggest_meetings(
        self, *, idempotency_key: str | None = None, **body: Unpack[MeetingsRequest]
    ) -> MeetingSuggestions:
        """Suggest whom to meet, and about what (ai/suggest-meetings)."""
        return await self._core.call(SUGGEST_MEETINGS, json=body, idempotency_key=idempotency_key)

    async def legal_insights(
        self, *, idempotency_key: str | None = None, **body: Unpack[LegalRequest]
    ) -> LegalInsights:
        """Assess a matter or a deal (ai/legal-insights)."""
        require_any(body, "matter_id", "deal_id")
        return await self._core.call(LEGAL_INSIGHTS, json=body, idempotency_key=idempotency_key)

    async def analyze_document(
        self, document_id: str, *, idempotency_key: str | None = None, **options: Unpack[DocumentOptions]
    ) -> DocumentAnalysis:
        """Read a document of up to 250 pages (ai/analyze-document)."""
        body = {"document_id": document_id, **options}
        return await self._core.call(ANALYZE_DOCUMENT, json=body, idempotency_key=idempotency_key)

    async def discover_conferences(
        self, *, idempotency_key: str | None = None, **body: Unpack[ConferencesRequest]
    ) -> Conferences:
        """Find conferences, 20 of the next 180 days unless told otherwise (ai/discover-conferences)."""
        return await self._core.call(DISCOVER_CONFERENCES, json=body, idempotency_key=idempotency_key)
