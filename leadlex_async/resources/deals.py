"""Deals: the opportunities and matters in the pipelines (pages ``deals/*``)."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.common import BulkDeleted, Deleted
from ..models.deals import Deal, DealStatus, DealsUpdated
from ..models.documents import LinkedDocument
from ..models.notes import Note
from ._bodies import DocumentFilters, NewRemark, PageSize
from ._checks import require_changes, require_size
from ._csv import Rows

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/deals", Page[Deal], "deals", scope="deals:read")
CREATE = Op("POST", "/v1/deals", Deal, "deal", scope="deals:write")
GET = Op("GET", "/v1/deals/{id}", Deal, "deal", scope="deals:read")
UPDATE = Op("PATCH", "/v1/deals/{id}", Deal, "deal", scope="deals:write")
DELETE = Op("DELETE", "/v1/deals/{id}", Deleted, scope="deals:write")
CREATE_MANY = Op("POST", "/v1/deals/bulk", builtins.list[Deal], "deals", scope="deals:write")
UPDATE_MANY = Op("PATCH", "/v1/deals/bulk", DealsUpdated, scope="deals:write")
DELETE_MANY = Op("POST", "/v1/deals/bulk-delete", BulkDeleted, scope="write:deals", idempotent=True)
CREATE_NOTE = Op("POST", "/v1/deals/{id}/notes", Note, "note", scope="deals:write")
LIST_NOTES = Op("GET", "/v1/deals/{id}/notes", Page[Note], "notes", scope="deals:read")
EXPORT = Op("GET", "/v1/deals/export", NoneType, scope="read:deals", timeout=120)
LIST_DOCUMENTS = Op("GET", "/v1/deals/{id}/documents", Page[LinkedDocument], "documents", scope="read:documents")

MOST_CREATED = 50
MOST_UPDATED = 100
MOST_DELETED = 500
LONGEST_NOTE = 10_000

DealStatusName = Literal["active", "won", "lost"]


class DealFilters(TypedDict, total=False):
    """Which deals to list; ``pipeline`` and ``stage`` are names, ``tags`` is one tag."""

    per_page: int
    status: DealStatus | DealStatusName
    pipeline: str
    stage: str
    contact_id: str
    owner_user_id: str
    tags: str
    created_after: When
    created_before: When
    updated_after: When


class NewDeal(TypedDict):
    """Body of ``deals.create``; a ``created_date`` over 5 years back or 24 hours ahead becomes the server's time."""

    name: str
    stage: NotRequired[str]
    status: NotRequired[DealStatus | DealStatusName]
    pipeline: NotRequired[str]
    estimated_value: NotRequired[float]
    contact_id: NotRequired[str]
    owner_id: NotRequired[str]
    priority: NotRequired[str]
    deal_type: NotRequired[str]
    notes: NotRequired[str]
    tags: NotRequired[Sequence[str]]
    description: NotRequired[str]
    follow_up_date: NotRequired[When]
    probability: NotRequired[float]
    currency: NotRequired[str]
    related_company_id: NotRequired[str]
    relationship_partner_id: NotRequired[str]
    matter_lead_id: NotRequired[str]
    team_member_ids: NotRequired[Sequence[str]]
    fee_model: NotRequired[str]
    created_date: NotRequired[When]


class DealUpdates(TypedDict, total=False):
    """What ``deals.update_many`` can change; ``tags`` replace all the deals have."""

    name: str
    stage: str
    status: DealStatus | DealStatusName
    pipeline: str
    estimated_value: float | None
    priority: str | None
    notes: str | None
    tags: Sequence[str]
    closed_date: When | None
    owner_id: str | None
    contact_id: str | None
    deal_type: str | None


class DealChanges(DealUpdates, total=False):
    """Body of ``deals.update``: all that ``deals.update_many`` can change, and more."""

    description: str | None
    follow_up_date: When | None
    probability: float | None
    currency: str
    related_company_id: str | None


class DealExport(TypedDict, total=False):
    """Which deals to export, and which columns, at most 50,000 rows; pipelines and stages are told by their ids."""

    limit: int
    pipeline_id: str
    stage_id: str
    status: Literal["open", "won", "lost"]
    created_after: When
    created_before: When
    fields: Sequence[str]


class Deals:
    """``leadlex.deals``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def iter(self, *, limit: int | None = None, **filters: Unpack[DealFilters]) -> AsyncIterator[Deal]:
        """Walk all deals, one request a page of 100; stops after ``limit`` (deals/list)."""
        return self._core.iterate(LIST, query=filters, limit=limit)

    async def create(self, **body: Unpack[NewDeal]) -> Deal:
        """Create a deal, ``active`` unless ``status`` says otherwise; ``probability`` is in percent (deals/create)."""
        return await self._core.call(CREATE, json=body)

    async def get(self, id: str) -> Deal:
        """Read one deal (deals/get)."""
        return await self._core.call(GET, id=id)

    async def update(self, id: str, **changes: Unpack[DealChanges]) -> Deal:
        """Change only the fields given (deals/update)."""
        require_changes(changes)
        return await self._core.call(UPDATE, id=id, json=changes)

    async def delete(self, id: str) -> Deleted:
        """Delete a deal; its activities, tasks and notes stay, without a deal (deals/delete)."""
        return await self._core.call(DELETE, id=id)

    async def create_many(self, deals: Sequence[NewDeal]) -> builtins.list[Deal]:
        """Create up to 50 deals in one request; one bad row refuses all (deals/bulk-create)."""
        require_size("deals", deals, MOST_CREATED, "rows")
        return await self._core.call(CREATE_MANY, json={"deals": [*deals]})

    async def update_many(self, deal_ids: Sequence[str], updates: DealUpdates) -> DealsUpdated:
        """Change up to 100 deals alike; unknown ids are not reported (deals/bulk-update)."""
        require_size("deal_ids", deal_ids, MOST_UPDATED, "ids")
        require_changes(updates)
        return await self._core.call(UPDATE_MANY, json={"deal_ids": [*deal_ids], "updates": updates})

    async def delete_many(
        self, deal_ids: Sequence[str], *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> BulkDeleted:
        """Delete up to 500 deals, or with ``dry_run`` only count them; their documents stay (bulk/deals-delete)."""
        require_size("deal_ids", deal_ids, MOST_DELETED, "ids")
        body = {"deal_ids": [*deal_ids]} | ({"dry_run": True} if dry_run else {})
        return await self._core.call(DELETE_MANY, json=body, idempotency_key=idempotency_key)

    async def create_note(self, id: str, **body: Unpack[NewRemark]) -> Note:
        """Put a note of up to 10,000 characters on a deal (deals/create-note)."""
        if content := body.get("content"):
            require_size("content", content, LONGEST_NOTE, "characters")
        return await self._core.call(CREATE_NOTE, id=id, json=body)

    async def list_notes(self, id: str, *, page: int = 1, **filters: Unpack[PageSize]) -> Page[Note]:
        """One page of a deal's notes, 50 unless ``per_page`` (at most 100) says otherwise (deals/list-notes)."""
        return await self._core.call(LIST_NOTES, id=id, query={"page": page, **filters})

    def iter_notes(self, id: str, *, limit: int | None = None, **filters: Unpack[PageSize]) -> AsyncIterator[Note]:
        """Walk all notes of a deal, one request a page of 100 (deals/list-notes)."""
        return self._core.iterate(LIST_NOTES, id=id, query=filters, limit=limit)

    async def list_documents(
        self, id: str, *, page: int = 1, **filters: Unpack[DocumentFilters]
    ) -> Page[LinkedDocument]:
        """One page of a deal's documents, 25 unless ``per_page`` (at most 100) says so (documents/deal-documents)."""
        return await self._core.call(LIST_DOCUMENTS, id=id, query={"page": page, **filters})

    def iter_documents(
        self, id: str, *, limit: int | None = None, **filters: Unpack[DocumentFilters]
    ) -> AsyncIterator[LinkedDocument]:
        """Walk all documents of a deal, one request a page of 100 (documents/deal-documents)."""
        return self._core.iterate(LIST_DOCUMENTS, id=id, query=filters, limit=limit)

    def export(self, **filters: Unpack[DealExport]) -> Rows:
        """Stream deals as rows of text, 10,000 unless ``limit`` says otherwise (export/deals)."""
        return Rows(self._core, EXPORT, filters)

    async def list(self, *, page: int = 1, **filters: Unpack[DealFilters]) -> Page[Deal]:
        """One page of deals, 50 unless ``per_page`` (at most 100) says otherwise (deals/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})
