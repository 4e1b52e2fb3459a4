"""Contacts: the people in the CRM (pages ``contacts/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import JSONValue, When
from ..models.contacts import Contact, ContactsCreated
from ._checks import require_any, require_size

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/contacts", Page[Contact], "contacts", scope="read")
CREATE = Op("POST", "/v1/contacts", Contact, "contact", scope="contacts:write")
GET = Op("GET", "/v1/contacts/{id}", Contact, "contact", scope="read")
CREATE_MANY = Op("POST", "/v1/contacts/bulk", ContactsCreated, scope="contacts:write")

MOST_ROWS = 500

ContactSort = Literal["created_at", "-created_at", "updated_date", "-updated_date", "full_name", "-full_name"]
ContactPriority = Literal["high", "medium", "low", 1, 2, 3]
ContactInclude = Literal["notes", "tasks", "deals", "*"]


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
        return await self._core.call(GET, id=id, query={"include": ",".join(include) or None})

    async def create_many(self, contacts: Sequence[ContactRow]) -> ContactsCreated:
        """Create up to 500 contacts in one request (contacts/bulk-create)."""
        require_size("contacts", contacts, MOST_ROWS, "rows")
        return await self._core.call(CREATE_MANY, json={"contacts": [*contacts]})

    async def list(self, *, page: int = 1, **filters: Unpack[ContactFilters]) -> Page[Contact]:
        """One page of contacts, 50 unless ``per_page`` (at most 100) says otherwise (contacts/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})
