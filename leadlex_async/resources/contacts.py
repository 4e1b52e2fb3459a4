"""Contacts: the people in the CRM (pages ``contacts/*``, and those of bulk, import and export)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import JSONValue, When
from ..models.activities import Activity, ActivityType
from ..models.common import BulkDeleted, Deleted
from ..models.contacts import Contact, ContactsCreated, ContactsMerged, ContactTags
from ..models.documents import LinkedDocument
from ..models.imports import Imported
from ..models.notes import Note, NoteType
from ._bodies import CSVOptions, DocumentFilters, ImportOptions, NewRemark, PageSize
from ._checks import LARGEST_IMPORT, require_any, require_bytes, require_changes, require_list, require_size
from ._csv import Rows

if TYPE_CHECKING:
    from .._http.core import Core

LIST = Op("GET", "/v1/contacts", Page[Contact], "contacts", scope="read")
CREATE = Op("POST", "/v1/contacts", Contact, "contact", scope="contacts:write")
GET = Op("GET", "/v1/contacts/{id}", Contact, "contact", scope="read")
UPDATE = Op("PATCH", "/v1/contacts/{id}", Contact, "contact", scope="write")
DELETE = Op("DELETE", "/v1/contacts/{id}", Deleted, scope="contacts:delete")
CREATE_MANY = Op("POST", "/v1/contacts/bulk", ContactsCreated, scope="contacts:write")
DELETE_MANY = Op("POST", "/v1/contacts/bulk-delete", BulkDeleted, scope="write:contacts", idempotent=True)
MERGE = Op("POST", "/v1/contacts/merge", ContactsMerged, scope="write:contacts", idempotent=True)
ADD_TAGS = Op("POST", "/v1/contacts/{id}/tags", ContactTags, scope="contacts:write")
CREATE_NOTE = Op("POST", "/v1/contacts/{id}/notes", Note, "note", scope="contacts:write")
LIST_NOTES = Op("GET", "/v1/contacts/{id}/notes", Page[Note], "notes", scope="contacts:read")
LIST_ACTIVITIES = Op("GET", "/v1/contacts/{id}/activities", Page[Activity], "activities", scope="activities:read")
LIST_DOCUMENTS = Op("GET", "/v1/contacts/{id}/documents", Page[LinkedDocument], "documents", scope="read:documents")
IMPORT = Op("POST", "/v1/import/contacts", Imported, scope="write:contacts", idempotent=True, timeout=120)
EXPORT = Op("GET", "/v1/contacts/export", NoneType, scope="read:contacts", timeout=120)

MOST_ROWS = 500
MOST_DUPLICATES = 20
LONGEST_NOTE = 10_000


ContactSort = Literal["created_at", "-created_at", "updated_date", "-updated_date", "full_name", "-full_name"]
ContactPriority = Literal["high", "medium", "low", 1, 2, 3]
ContactInclude = Literal["notes", "tasks", "deals", "*"]
NoteTypeName = Literal["general", "meeting", "call", "email", "other"]


class ContactFilters(TypedDict, total=False):
    """Which contacts to list; ``search`` matches part of a name or e-mail, ``-`` before ``sort`` is descending."""

    per_page: int
    search: str
    list_id: str
    created_after: When
    sort: ContactSort


class NewContact(TypedDict, total=False):
    """Body of ``contacts.create``: at least a name or an e-mail; missing names are derived from the others."""

    full_name: str
    first_name: str
    last_name: str
    email: str
    phone: str
    job_title: str
    company: str
    related_company_id: str
    linkedin_url: str
    priority: ContactPriority
    tags: Sequence[str]
    custom_fields: Mapping[str, JSONValue]
    created_date: When


class ContactRow(TypedDict):
    """One row of ``contacts.create_many``; unlike a single create it needs ``full_name``."""

    full_name: str
    email: NotRequired[str]
    phone: NotRequired[str]
    job_title: NotRequired[str]
    company: NotRequired[str]
    linkedin_url: NotRequired[str]
    tags: NotRequired[Sequence[str]]
    custom_fields: NotRequired[Mapping[str, JSONValue]]
    created_date: NotRequired[When]


class ContactChanges(TypedDict, total=False):
    """Body of ``contacts.update``; ``notes`` is appended to the remarks there are."""

    full_name: str
    email: str | None
    phone: str | None
    job_title: str | None
    company_name: str | None
    related_company_id: str | None
    linkedin_url: str | None
    notes: str


class NewContactNote(NewRemark):
    """Body of ``contacts.create_note``: as that of a deal's note, and what else ``notes.create`` takes."""

    note_type: NotRequired[NoteType | NoteTypeName]
    tags: NotRequired[Sequence[str]]
    is_pinned: NotRequired[bool]


class ActivityFilters(TypedDict, total=False):
    """Which activities to list; both dates are inclusive."""

    per_page: int
    type: ActivityType | str
    from_date: When
    to_date: When


class ContactExport(TypedDict, total=False):
    """Which contacts to export, and which columns; of several ``tag`` all must be there. At most 50,000 rows."""

    limit: int
    created_after: When
    created_before: When
    list_id: str
    tag: str | Sequence[str]
    fields: Sequence[str]


class Contacts:
    """``leadlex.contacts``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def iter(self, *, limit: int | None = None, **filters: Unpack[ContactFilters]) -> AsyncIterator[Contact]:
        """Walk all contacts, one request a page of 100; stops after ``limit`` (contacts/list)."""
        return self._core.iterate(LIST, query=filters, limit=limit)

    async def create(self, **body: Unpack[NewContact]) -> Contact:
        """Create one contact; duplicates are not rejected (contacts/create)."""
        require_any(body, "full_name", "first_name", "last_name", "email")
        return await self._core.call(CREATE, json=body)

    async def get(self, id: str, *, include: Sequence[ContactInclude] = ()) -> Contact:
        """Read one contact, with its recent notes, open tasks and deals where ``include`` asks (contacts/get)."""
        return await self._core.call(GET, id=id, query={"include": ",".join(require_list("include", include)) or None})

    async def update(self, id: str, **changes: Unpack[ContactChanges]) -> Contact:
        """Change only the fields given; None clears one (contacts/update)."""
        require_changes(changes)
        return await self._core.call(UPDATE, id=id, json=changes)

    async def delete(self, id: str) -> Deleted:
        """Delete one contact for good (contacts/delete)."""
        return await self._core.call(DELETE, id=id)

    async def create_many(self, contacts: Sequence[ContactRow]) -> ContactsCreated:
        """Create up to 500 contacts in one request (contacts/bulk-create)."""
        require_size("contacts", contacts, MOST_ROWS, "rows")
        return await self._core.call(CREATE_MANY, json={"contacts": [*contacts]})

    async def delete_many(
        self, contact_ids: Sequence[str], *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> BulkDeleted:
        """Delete up to 500 contacts, or with ``dry_run`` only count them; their notes stay (bulk/contacts-delete)."""
        require_size("contact_ids", contact_ids, MOST_ROWS, "ids")
        body = {"contact_ids": [*contact_ids]} | ({"dry_run": True} if dry_run else {})
        return await self._core.call(DELETE_MANY, json=body, idempotency_key=idempotency_key)

    async def merge(
        self,
        primary_id: str,
        duplicate_ids: Sequence[str],
        *,
        overwrite: bool = False,
        dry_run: bool = False,
        idempotency_key: str | None = None,
    ) -> ContactsMerged:
        """Merge up to 20 duplicates, in this order, into one contact; the duplicates are gone (bulk/contacts-merge).

        They fill its empty fields only, all fields with ``overwrite``; ``dry_run`` shows what would happen.
        """
        require_size("duplicate_ids", duplicate_ids, MOST_DUPLICATES, "ids")
        options = {name: True for name, wanted in (("overwrite", overwrite), ("dry_run", dry_run)) if wanted}
        body = {"primary_id": primary_id, "duplicate_ids": [*duplicate_ids], **options}
        return await self._core.call(MERGE, json=body, idempotency_key=idempotency_key)

    async def add_tags(self, id: str, tags: Sequence[str]) -> ContactTags:
        """Add tags to those the contact has; the API removes none (contacts/add-tags)."""
        require_size("tags", tags, MOST_ROWS, "tags")
        return await self._core.call(ADD_TAGS, id=id, json={"tags": [*tags]})

    async def create_note(self, id: str, **body: Unpack[NewContactNote]) -> Note:
        """Write a note on a contact (contacts/create-note)."""
        if body.get("content"):
            require_size("content", body.get("content", ""), LONGEST_NOTE, "characters")
        return await self._core.call(CREATE_NOTE, id=id, json=body)

    async def list_notes(self, id: str, *, page: int = 1, **size: Unpack[PageSize]) -> Page[Note]:
        """One page of a contact's notes, 50 unless ``per_page`` says otherwise (contacts/list-notes)."""
        return await self._core.call(LIST_NOTES, id=id, query={"page": page, **size})

    def iter_notes(self, id: str, *, limit: int | None = None, **size: Unpack[PageSize]) -> AsyncIterator[Note]:
        """Walk all notes on a contact, one request a page of 100 (contacts/list-notes)."""
        return self._core.iterate(LIST_NOTES, id=id, query=size, limit=limit)

    async def list_activities(self, id: str, *, page: int = 1, **filters: Unpack[ActivityFilters]) -> Page[Activity]:
        """One page of a contact's timeline, the newest first (activities/list, contacts/activities)."""
        return await self._core.call(LIST_ACTIVITIES, id=id, query={"page": page, **filters})

    def iter_activities(
        self, id: str, *, limit: int | None = None, **filters: Unpack[ActivityFilters]
    ) -> AsyncIterator[Activity]:
        """Walk a contact's timeline, one request a page of 100 (activities/list)."""
        return self._core.iterate(LIST_ACTIVITIES, id=id, query=filters, limit=limit)

    async def list_documents(
        self, id: str, *, page: int = 1, **filters: Unpack[DocumentFilters]
    ) -> Page[LinkedDocument]:
        """One page of the documents linked to a contact, 25 unless told otherwise (documents/contact-documents)."""
        return await self._core.call(LIST_DOCUMENTS, id=id, query={"page": page, **filters})

    def iter_documents(
        self, id: str, *, limit: int | None = None, **filters: Unpack[DocumentFilters]
    ) -> AsyncIterator[LinkedDocument]:
        """Walk the documents linked to a contact, one request a page of 100 (documents/contact-documents)."""
        return self._core.iterate(LIST_DOCUMENTS, id=id, query=filters, limit=limit)

    async def import_rows(
        self, rows: Sequence[NewContact], *, idempotency_key: str | None = None, **options: Unpack[ImportOptions]
    ) -> Imported:
        """Import contacts; more than 500 rows are queued, and a bad row does not stop the others (import/contacts)."""
        require_any({"rows": rows}, "rows")
        body = {"rows": [*rows], **options}
        return await self._core.call(IMPORT, json=body, idempotency_key=idempotency_key)

    async def import_csv(
        self, csv: str, *, idempotency_key: str | None = None, **options: Unpack[CSVOptions]
    ) -> Imported:
        """Import contacts from CSV text of up to 20 MB; unknown columns are ignored (import/contacts)."""
        require_any({"csv": csv}, "csv")
        require_bytes("csv", csv, LARGEST_IMPORT)
        return await self._core.call(IMPORT, json={"csv": csv, **options}, idempotency_key=idempotency_key)

    def export(self, **filters: Unpack[ContactExport]) -> Rows:
        """Stream contacts as rows of text: ``async for row in leadlex.contacts.export()``.

        10,000 rows unless ``limit`` says otherwise; ten exports an hour for the whole workspace (export/contacts).
        """
        return Rows(self._core, EXPORT, filters)

    async def list(self, *, page: int = 1, **filters: Unpack[ContactFilters]) -> Page[Contact]:
        """One page of contacts, 50 unless ``per_page`` (at most 100) says otherwise (contacts/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})
