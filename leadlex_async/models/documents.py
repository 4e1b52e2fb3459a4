"""Documents: files kept for the workspace, and the records they are linked to."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum


class LinkedEntityType(OpenEnum):
    """What kind of record a document is linked to."""

    CONTACT = "contact"
    COMPANY = "company"
    DEAL = "deal"
    EVENT = "event"
    MATTER = "matter"
    TASK = "task"


@frozen(kw_only=True)
class LinkedEntity:
    """A record that a document is linked to."""

    entity_id: str
    entity_type: LinkedEntityType | None = None


@frozen(kw_only=True)
class Document:
    """A document's metadata; ``linked_entities`` and the download link come with ``get`` only."""

    id: str
    name: str | None = None
    description: str | None = None
    mime_type: str | None = None
    size_bytes: int | None = None
    storage_path: str | None = None
    folder: str | None = None
    tags: tuple[str, ...] = ()
    linked_entities: tuple[LinkedEntity, ...] = ()
    download_url: str | None = field(default=None, repr=False)
    """Whoever has this address can read the file for 15 minutes, so it is not shown; it needs no API key."""
    download_url_expires_at: datetime | None = None
    created_by: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@frozen(kw_only=True)
class DocumentLink:
    """What linking a document answers: the new link, or the one there was already."""

    link_id: str
    document_id: str | None = None
    entity_type: LinkedEntityType | None = None
    entity_id: str | None = None
    role: str | None = None
    created_at: datetime | None = None


@frozen(kw_only=True)
class LinkedDocument:
    """A document as listed for a contact or a deal: ``role`` and ``linked_at`` are the link's."""

    id: str
    name: str | None = None
    mime_type: str | None = None
    size_bytes: int | None = None
    folder: str | None = None
    tags: tuple[str, ...] = ()
    role: str | None = None
    linked_at: datetime | None = None
    created_at: datetime | None = None
