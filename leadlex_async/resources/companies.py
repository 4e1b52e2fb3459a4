"""Companies: the organisations in the CRM (pages ``companies/*``, and those of import and export)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import NoneType
from typing import TYPE_CHECKING, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.common import Deleted
from ..models.companies import Company, ContactsLinked
from ..models.contacts import Contact
from ..models.deals import Deal
from ..models.imports import Imported
from ..models.notes import Note
from ._bodies import CSVOptions, ImportOptions, PageSize
from ._checks import LARGEST_IMPORT, require_any, require_bytes, require_changes, require_size
from ._csv import Rows

if TYPE_CHECKING:
    from .._http.core import Core

LIST = Op("GET", "/v1/companies", Page[Company], "companies", scope="companies:read")
CREATE = Op("POST", "/v1/companies", Company, "company", scope="companies:write")
GET = Op("GET", "/v1/companies/{id}", Company, "company", scope="companies:read")
UPDATE = Op("PATCH", "/v1/companies/{id}", Company, "company", scope="companies:write")
DELETE = Op("DELETE", "/v1/companies/{id}", Deleted, scope="companies:write")
LIST_CONTACTS = Op("GET", "/v1/companies/{id}/contacts", Page[Contact], "contacts", scope="companies:read")
LIST_DEALS = Op("GET", "/v1/companies/{id}/deals", Page[Deal], "deals", scope="companies:read")
LINK_CONTACTS = Op("POST", "/v1/companies/{id}/contacts/link", ContactsLinked, scope="contacts:write")
CREATE_NOTE = Op("POST", "/v1/companies/{id}/notes", Note, "note", scope="companies:write")
LIST_NOTES = Op("GET", "/v1/companies/{id}/notes", Page[Note], "notes", scope="companies:read")
IMPORT = Op("POST", "/v1/import/companies", Imported, scope="write:companies", idempotent=True, timeout=120)
EXPORT = Op("GET", "/v1/companies/export", NoneType, scope="read:companies", timeout=120)

MOST_CONTACTS = 100
LONGEST_NOTE = 50_000


class CompanyFilters(TypedDict, total=False):
    """Which companies to list: ``search`` matches part of a name, ``industry`` part of an industry."""

    per_page: int
    search: str
    industry: str


class NewCompany(TypedDict):
    """Body of ``companies.create``; a company of the same name or domain is no obstacle."""

    name: str
    industry: NotRequired[str]
    website: NotRequired[str]
    linkedin_url: NotRequired[str]
    size: NotRequired[str]
    city: NotRequired[str]
    country: NotRequired[str]
    domain: NotRequired[str]
    tags: NotRequired[Sequence[str]]
    created_date: NotRequired[When]


class CompanyChanges(TypedDict, total=False):
    """Body of ``companies.update``; ``tags`` replaces all there are."""

    name: str
    industry: str | None
    website: str | None
    linkedin_url: str | None
    size: str | None
    city: str | None
    country: str | None
    domain: str | None
    description: str | None
    tags: Sequence[str]


class NewCompanyNote(TypedDict):
    """Body of ``companies.create_note``; ``content`` has at most 50,000 characters."""

    title: str
    content: NotRequired[str]
    note_type: NotRequired[str]
    tags: NotRequired[Sequence[str]]
    created_date: NotRequired[When]


class CompanyExport(TypedDict, total=False):
    """Which companies to export, and which columns; of several ``tag`` all must be there. At most 50,000 rows."""

    limit: int
    industry: str
    size: str
    country: str
    tag: str | Sequence[str]
    fields: Sequence[str]


class Companies:
    """``leadlex.companies``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def iter(self, *, limit: int | None = None, **filters: Unpack[CompanyFilters]) -> AsyncIterator[Company]:
        """Walk all companies, one request a page of 100; stops after ``limit`` (companies/list)."""
        return self._core.iterate(LIST, query=filters, limit=limit)

    async def create(self, **body: Unpack[NewCompany]) -> Company:
        """Create one company (companies/create)."""
        return await self._core.call(CREATE, json=body)

    async def get(self, id: str) -> Company:
        """Read one company (companies/get)."""
        return await self._core.call(GET, id=id)

    async def update(self, id: str, **changes: Unpack[CompanyChanges]) -> Company:
        """Change only the fields given; None clears one (companies/update)."""
        require_changes(changes)
        return await self._core.call(UPDATE, id=id, json=changes)

    async def delete(self, id: str) -> Deleted:
        """Delete a company for good; its contacts and deals stay (companies/delete)."""
        return await self._core.call(DELETE, id=id)

    async def list_contacts(self, id: str, *, page: int = 1, **size: Unpack[PageSize]) -> Page[Contact]:
        """One page of a company's contacts, 50 unless ``per_page`` says otherwise (companies/contacts)."""
        return await self._core.call(LIST_CONTACTS, id=id, query={"page": page, **size})

    def iter_contacts(self, id: str, *, limit: int | None = None, **size: Unpack[PageSize]) -> AsyncIterator[Contact]:
        """Walk all contacts of a company, one request a page of 100 (companies/contacts)."""
        return self._core.iterate(LIST_CONTACTS, id=id, query=size, limit=limit)

    async def list_deals(self, id: str, *, page: int = 1, **size: Unpack[PageSize]) -> Page[Deal]:
        """One page of a company's deals, 50 unless ``per_page`` says otherwise (companies/deals)."""
        return await self._core.call(LIST_DEALS, id=id, query={"page": page, **size})

    def iter_deals(self, id: str, *, limit: int | None = None, **size: Unpack[PageSize]) -> AsyncIterator[Deal]:
        """Walk all deals of a company, one request a page of 100 (companies/deals)."""
        return self._core.iterate(LIST_DEALS, id=id, query=size, limit=limit)

    async def link_contacts(self, id: str, contact_ids: Sequence[str]) -> ContactsLinked:
        """Make a company that of up to 100 contacts (companies/link-contacts)."""
        require_size("contact_ids", contact_ids, MOST_CONTACTS, "ids")
        return await self._core.call(LINK_CONTACTS, id=id, json={"contact_ids": [*contact_ids]})

    async def create_note(self, id: str, **body: Unpack[NewCompanyNote]) -> Note:
        """Write a note on a company (companies/create-note)."""
        if content := body.get("content"):
            require_size("content", content, LONGEST_NOTE, "characters")
        return await self._core.call(CREATE_NOTE, id=id, json=body)

    async def list_notes(self, id: str, *, page: int = 1, **size: Unpack[PageSize]) -> Page[Note]:
        """One page of a company's notes, 50 unless ``per_page`` says otherwise (companies/list-notes)."""
        return await self._core.call(LIST_NOTES, id=id, query={"page": page, **size})

    def iter_notes(self, id: str, *, limit: int | None = None, **size: Unpack[PageSize]) -> AsyncIterator[Note]:
        """Walk all notes on a company, one request a page of 100 (companies/list-notes)."""
        return self._core.iterate(LIST_NOTES, id=id, query=size, limit=limit)

    async def import_rows(
        self, rows: Sequence[NewCompany], *, idempotency_key: str | None = None, **options: Unpack[ImportOptions]
    ) -> Imported:
        """Import companies; more than 500 rows are queued; a bad row does not stop the others (import/companies)."""
        require_any({"rows": rows}, "rows")
        return await self._core.call(IMPORT, json={"rows": [*rows], **options}, idempotency_key=idempotency_key)

    async def import_csv(
        self, csv: str, *, idempotency_key: str | None = None, **options: Unpack[CSVOptions]
    ) -> Imported:
        """Import companies from CSV text of up to 20 MB; unknown columns are ignored (import/companies)."""
        require_any({"csv": csv}, "csv")
        require_bytes("csv", csv, LARGEST_IMPORT)
        return await self._core.call(IMPORT, json={"csv": csv, **options}, idempotency_key=idempotency_key)

    def export(self, **filters: Unpack[CompanyExport]) -> Rows:
        """Stream companies as rows of text, 10,000 unless ``limit`` says otherwise (export/companies)."""
        return Rows(self._core, EXPORT, filters)

    async def list(self, *, page: int = 1, **filters: Unpack[CompanyFilters]) -> Page[Company]:
        """One page of companies, 50 unless ``per_page`` (at most 100) says otherwise (companies/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})
