"""Notes on contacts, companies, deals and events (pages ``notes/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.common import Deleted
from ..models.notes import Note, NoteType
from ._checks import require_any, require_changes, require_size

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/notes", Page[Note], "notes", scope="contacts:read")
CREATE = Op("POST", "/v1/notes", Note, "note", scope="contacts:write")
GET = Op("GET", "/v1/notes/{id}", Note, "note", scope="contacts:read")
UPDATE = Op("PATCH", "/v1/notes/{id}", Note, "note", scope="contacts:write")
DELETE = Op("DELETE", "/v1/notes/{id}", Deleted, scope="contacts:write")

LONGEST_CONTENT = 50_000
PARENTS = ("contact_id", "contact_name", "related_company_id", "company_id", "company_name", "deal_id", "event_id")

NoteTypeName = Literal["general", "meeting", "call", "email", "other"]


class NoteFilters(TypedDict, total=False):
    """Which notes to list; ``search`` looks into titles and contents, ``tags`` is one tag."""

    per_page: int
    note_type: NoteType | NoteTypeName
    tags: str
    search: str
    is_pinned: Literal[True]


class NewNote(TypedDict):
    """Body of ``notes.create``; a name must fit one record, an id wins over it; ``created_date`` as for deals."""

    title: str
    content: NotRequired[str]
    note_type: NotRequired[NoteType | NoteTypeName]
    tags: NotRequired[Sequence[str]]
    is_pinned: NotRequired[bool]
    contact_id: NotRequired[str]
    contact_name: NotRequired[str]
    related_company_id: NotRequired[str]
    company_id: NotRequired[str]
    company_name: NotRequired[str]
    deal_id: NotRequired[str]
    event_id: NotRequired[str]
    created_date: NotRequired[When]


class NoteChanges(TypedDict, total=False):
    """Body of ``notes.update``; ``tags`` replace all the note has, its parent cannot be changed."""

    title: str
    content: str | None
    note_type: NoteType | NoteTypeName
    tags: Sequence[str]
    is_pinned: bool


class Notes:
    """``leadlex.notes``. The notes of one record are ``leadlex.contacts.iter_notes(id)`` and its like."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def iter(self, *, limit: int | None = None, **filters: Unpack[NoteFilters]) -> AsyncIterator[Note]:
        """Walk all notes, one request a page of 100; stops after ``limit`` (notes/list)."""
        return self._core.iterate(LIST, query=filters, limit=limit)

    async def create(self, **body: Unpack[NewNote]) -> Note:
        """Create a note of up to 50,000 characters on a contact, company, deal or event (notes/create)."""
        require_any(body, *PARENTS)
        if content := body.get("content"):
            require_size("content", content, LONGEST_CONTENT, "characters")
        return await self._core.call(CREATE, json=body)

    async def get(self, id: str) -> Note:
        """Read one note (notes/get)."""
        return await self._core.call(GET, id=id)

    async def update(self, id: str, **changes: Unpack[NoteChanges]) -> Note:
        """Change only the fields given (notes/update)."""
        require_changes(changes)
        if content := changes.get("content"):
            require_size("content", content, LONGEST_CONTENT, "characters")
        return await self._core.call(UPDATE, id=id, json=changes)

    async def delete(self, id: str) -> Deleted:
        """Delete a note (notes/delete)."""
        return await self._core.call(DELETE, id=id)

    async def list(self, *, page: int = 1, **filters: Unpack[NoteFilters]) -> Page[Note]:
        """One page of notes, 50 unless ``per_page`` (at most 100) says otherwise (notes/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})
