"""Documents: files of the workspace and what they are linked to (pages ``documents/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.documents import Document, DocumentLink, LinkedEntityType
from ._checks import require_size

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/documents", Page[Document], "documents", scope="read:documents")
CREATE = Op("POST", "/v1/documents", Document, "document", scope="write:documents", idempotent=True)
GET = Op("GET", "/v1/documents/{id}", Document, "document", scope="read:documents")
DELETE = Op("DELETE", "/v1/documents/{id}", NoneType, scope="write:documents", idempotent=True)
LINK = Op("POST", "/v1/documents/{id}/link", DocumentLink, scope="write:documents", idempotent=True)

LONGEST_NAME = 255
LONGEST_ROLE = 64

LinkedEntityName = Literal["contact", "company", "deal", "event", "matter", "task"]


class DocumentFilters(TypedDict, total=False):
    """Which documents to list: several tags must all match, ``search`` looks into name and description."""

    per_page: int
    folder: str
    tag: str | Sequence[str]
    mime_type: str
    search: str
    created_after: When


class NewDocument(TypedDict):
    """Body of ``documents.create``; a folder that does not exist yet is made."""

    name: str
    mime_type: str
    storage_path: str
    size_bytes: NotRequired[int]
    description: NotRequired[str]
    folder: NotRequired[str]
    tags: NotRequired[Sequence[str]]


class NewLink(TypedDict):
    """Body of ``documents.link``; ``role`` is free text such as ``signed``, at most 64 characters."""

    entity_type: LinkedEntityType | LinkedEntityName
    entity_id: str
    role: NotRequired[str]


class Documents:
    """``leadlex.documents``. Those of one contact or deal: ``leadlex.contacts`` and ``leadlex.deals``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def iter(self, *, limit: int | None = None, **filters: Unpack[DocumentFilters]) -> AsyncIterator[Document]:
        """Walk all documents, one request a page of 100 (documents/list)."""
        return self._core.iterate(LIST, query=filters, limit=limit)

    async def create(self, *, idempotency_key: str | None = None, **body: Unpack[NewDocument]) -> Document:
        """Record a file that lies at ``storage_path`` already; a second record is a ``Conflict`` (documents/create)."""
        require_size("name", body.get("name", ""), LONGEST_NAME, "characters")
        return await self._core.call(CREATE, json=body, idempotency_key=idempotency_key)

    async def get(self, id: str, *, download: bool = True) -> Document:
        """Read one document, with an address to download it from for 15 minutes (documents/get)."""
        return await self._core.call(GET, id=id, query={"download": None if download else False})

    async def delete(self, id: str, *, hard: bool = False, idempotency_key: str | None = None) -> None:
        """Delete a document and its links; the file goes within an hour, if ``hard`` at once (documents/delete).

        ``hard`` needs the scope ``admin:documents``; a document that a workflow or a template uses is a ``Conflict``.
        """
        await self._core.call(DELETE, id=id, query={"hard": hard or None}, idempotency_key=idempotency_key)

    async def link(self, id: str, *, idempotency_key: str | None = None, **body: Unpack[NewLink]) -> DocumentLink:
        """Link a document to a record; where it is linked already, that link is answered (documents/link)."""
        if role := body.get("role"):
            require_size("role", role, LONGEST_ROLE, "characters")
        return await self._core.call(LINK, id=id, json=body, idempotency_key=idempotency_key)

    async def list(self, *, page: int = 1, **filters: Unpack[DocumentFilters]) -> Page[Document]:
        """One page of documents, 25 unless ``per_page`` (at most 100) says otherwise (documents/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})
