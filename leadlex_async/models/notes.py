"""Notes on contacts, companies, deals and events."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum, also
from .common import CompanySummary, ContactSummary, DealSummary, EventSummary


class NoteType(OpenEnum):
    """What a note is about."""

    GENERAL = "general"
    MEETING = "meeting"
    CALL = "call"
    EMAIL = "email"
    OTHER = "other"


@frozen(kw_only=True)
class Note:
    """A note, as much of it as the operation answers: ``notes.create`` and ``notes.update`` leave ``content`` out.

    ``updated_at`` is None until the note is edited.
    """

    id: str
    title: str | None = None
    content: str | None = None
    note_type: NoteType | None = None
    tags: tuple[str, ...] = ()
    is_pinned: bool = False
    contact_id: str | None = None
    related_company_id: str | None = field(default=None, metadata=also("company_id"))
    deal_id: str | None = None
    contact: ContactSummary | None = None
    company: CompanySummary | None = None
    deal: DealSummary | None = None
    event: EventSummary | None = None
    created_at: datetime | None = field(default=None, metadata=also("created_date"))
    updated_at: datetime | None = field(default=None, metadata=also("updated_date"))
