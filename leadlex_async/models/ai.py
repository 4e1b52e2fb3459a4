"""AI analysis: findings in notes and documents, suggestions, duplicates, conferences.

Days stand as the analysis found them, so they are text. What no page gives a type is a ``JSONValue``.
"""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum, also
from .._http.wire import JSONValue


class FollowupType(OpenEnum):
    """How to get back to a contact."""

    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"
    LINKEDIN = "linkedin"
    WHATSAPP = "whatsapp"


class MeetingPriority(OpenEnum):
    """How much a suggested meeting matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@frozen(kw_only=True)
class Risk:
    """A risk; ``likelihood`` comes with legal insights only."""

    description: str | None = None
    severity: str | None = None
    likelihood: JSONValue = None


@frozen(kw_only=True)
class Opportunity:
    """Something the notes promise."""

    description: str | None = None


@frozen(kw_only=True)
class Sentiment:
    """The mood of the notes, as a word and as a number."""

    label: str | None = None
    score: float | None = None


@frozen(kw_only=True)
class TimelineEntry:
    """What happened on a day."""

    date: str | None = None
    event: str | None = None


@frozen(kw_only=True)
class NotesAnalysis:
    """What the notes on a contact or a deal say; sections that were not asked for are empty."""

    summary: str | None = None
    key_points: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()
    sentiment: Sentiment | None = None
    timeline: tuple[TimelineEntry, ...] = ()
    note_ids: tuple[str, ...] = ()
    """The notes that were read."""
    credits_remaining: int | None = None


@frozen(kw_only=True)
class DuplicatePair:
    """Two records that look the same; ``similarity`` runs from 0 to 1."""

    primary_id: str
    duplicate_id: str
    similarity: float | None = None
    matched_fields: tuple[str, ...] = ()
    reason: str | None = None


@frozen(kw_only=True)
class Duplicates:
    """The pairs found."""

    pairs: tuple[DuplicatePair, ...] = ()
    total_candidates: int | None = None
    credits_remaining: int | None = None


@frozen(kw_only=True)
class Followup:
    """A next step with a contact; ``suggested_when`` is free text, ``confidence`` runs from 0 to 1."""

    type: FollowupType | None = None
    title: str | None = None
    reason: str | None = None
    suggested_when: str | None = None
    draft_body: str | None = None
    confidence: float | None = None


@frozen(kw_only=True)
class Followups:
    """The next steps suggested."""

    suggestions: tuple[Followup, ...] = ()
    activity_summary: str | None = None
    credits_remaining: int | None = None


@frozen(kw_only=True)
class MeetingSuggestion:
    """A meeting worth having; ``opportunity_value`` is in EUR, ``suggested_when`` free text, ``confidence`` 0 to 1."""

    contact_id: str
    contact_name: str | None = None
    reason: str | None = None
    deal_id: str | None = None
    opportunity_value: float | None = None
    priority: MeetingPriority | None = None
    suggested_agenda: tuple[str, ...] = ()
    suggested_when: str | None = None
    confidence: float | None = None


@frozen(kw_only=True)
class MeetingSuggestions:
    """The meetings suggested."""

    suggestions: tuple[MeetingSuggestion, ...] = ()
    credits_remaining: int | None = None


@frozen(kw_only=True)
class Precedent:
    """A case or a rule that bears on the matter."""

    title: str | None = None
    citation: str | None = None
    jurisdiction: str | None = None
    relevance: JSONValue = None


@frozen(kw_only=True)
class Deadline:
    """A day to keep."""

    description: str | None = None
    due_date: str | None = None


@frozen(kw_only=True)
class Counterparty:
    """What is known about the other side."""

    observations: JSONValue = None


@frozen(kw_only=True)
class Regulation:
    """A regime the matter falls under."""

    regime: str | None = None
    citation: str | None = None
    notes: JSONValue = None


@frozen(kw_only=True)
class LegalInsights:
    """An assessment of a matter or a deal; sections that were not asked for are empty."""

    summary: str | None = None
    risks: tuple[Risk, ...] = ()
    precedents: tuple[Precedent, ...] = ()
    next_steps: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    counterparty: Counterparty | None = None
    regulatory: tuple[Regulation, ...] = ()
    credits_remaining: int | None = None


@frozen(kw_only=True)
class Clause:
    """A clause and the page it stands on."""

    type: str | None = None
    title: str | None = None
    text: str | None = None
    page: int | None = None


@frozen(kw_only=True)
class Entity:
    """A company, a person or the like that a document names, and the page."""

    type: str | None = None
    name: str | None = None
    page: int | None = None


@frozen(kw_only=True)
class Obligation:
    """What a party owes."""

    party: str | None = None
    description: str | None = None


@frozen(kw_only=True)
class DocumentDate:
    """A day a document names, and what for."""

    context: str | None = None
    value: str | None = None


@frozen(kw_only=True)
class Amount:
    """A sum a document names, and what for."""

    # The pages name the currency and the context but not the key of the sum: both likely ones are taken.
    value: JSONValue = field(default=None, metadata=also("amount"))
    currency: str | None = None
    context: str | None = None


@frozen(kw_only=True)
class Signatory:
    """Who signs, and for which party."""

    name: str | None = None
    role: str | None = None
    party: str | None = None


@frozen(kw_only=True)
class DocumentAnalysis:
    """What a document says; sections that were not asked for are empty."""

    summary: str | None = None
    clauses: tuple[Clause, ...] = ()
    entities: tuple[Entity, ...] = ()
    risks: tuple[Risk, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    dates: tuple[DocumentDate, ...] = ()
    amounts: tuple[Amount, ...] = ()
    signatories: tuple[Signatory, ...] = ()
    page_count: int | None = None
    credits_remaining: int | None = None


@frozen(kw_only=True)
class Conference:
    """A conference worth a visit; the dates are days, ``relevance`` runs from 0 to 1, ``attendee_size`` is a range."""

    name: str | None = None
    url: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    location: str | None = None
    industry_tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    relevance: float | None = None
    attendee_size: str | None = None
    reason: str | None = None


@frozen(kw_only=True)
class Conferences:
    """The conferences found; ``cache_hit`` tells that ``generated_at`` is that of an earlier answer."""

    conferences: tuple[Conference, ...] = ()
    generated_at: datetime | None = None
    cache_hit: bool = False
    credits_remaining: int | None = None
