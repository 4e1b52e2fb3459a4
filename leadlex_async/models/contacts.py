"""Contacts: the people in the CRM."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from .._http.record import also
from .._http.wire import JSONValue


@frozen(kw_only=True)
class ContactNote:
    """A recent note, as embedded in a contact."""

    id: str
    title: str | None = None
    content: str | None = None
    note_type: str | None = None
    category: str | None = None
    created_at: datetime | None = field(default=None, metadata=also("created_date"))


@frozen(kw_only=True)
class ContactTask:
    """An open task, as embedded in a contact; ``due_date`` may be a date or a full timestamp."""

    id: str
    title: str | None = None
    status: str | None = None
    priority: str | None = None
    due_date: str | None = None
    assigned_to_user_id: str | None = None


@frozen(kw_only=True)
class ContactDeal:
    """An open deal, as embedded in a contact."""

    id: str
    name: str | None = None
    stage: str | None = None
    estimated_value: float | None = None
    updated_at: datetime | None = field(default=None, metadata=also("updated_date"))


@frozen(kw_only=True)
class Contact:
    """A person in the CRM; ``priority`` runs from 1 (high) to 3 (low).

    ``recent_notes``, ``open_tasks`` and ``open_deals`` hold up to three each, where ``get(include=...)`` asked.
    """

    id: str
    full_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    company: str | None = field(default=None, metadata=also("company_name"))
    related_company_id: str | None = field(default=None, metadata=also("company_id"))
    linkedin_url: str | None = None
    priority: int | None = None
    notes: str | None = None
    """The remarks that ``update(notes=...)`` has gathered; no other operation shows them."""
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
    created_at: datetime | None = field(default=None, metadata=also("created_date"))
    updated_at: datetime | None = field(default=None, metadata=also("updated_date"))
    recent_notes: tuple[ContactNote, ...] = ()
    open_tasks: tuple[ContactTask, ...] = ()
    open_deals: tuple[ContactDeal, ...] = ()


@frozen(kw_only=True)
class ContactTags:
    """What adding tags answers: all tags of the contact."""

    contact_id: str
    tags: tuple[str, ...] = ()


@frozen(kw_only=True)
class MergeCounts:
    """What moved from the duplicates to the contact that stays."""

    notes: int = 0
    activities: int = 0
    tasks: int = 0
    emails: int = 0
    documents: int = 0
    list_memberships: int = 0


@frozen(kw_only=True)
class ContactsMerged:
    """What merging contacts answers; ``fields_populated`` are those of ``primary`` that the duplicates filled."""

    primary: Contact
    merged_ids: tuple[str, ...] = ()
    fields_populated: tuple[str, ...] = ()
    counts: MergeCounts = MergeCounts()


@frozen(kw_only=True)
class ContactsCreated:
    """What creating many contacts answers."""

    created: int
    contacts: tuple[Contact, ...] = ()
