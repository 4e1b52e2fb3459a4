"""Lists: named groups of contacts."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .._http.record import also


@frozen(kw_only=True)
class ContactList:
    """A named group of contacts."""

    id: str
    name: str | None = None
    description: str | None = None
    contact_count: int | None = None
    created_at: datetime | None = field(default=None, metadata=also("created_date"))
    updated_at: datetime | None = field(default=None, metadata=also("updated_date"))


@frozen(kw_only=True)
class ListDeleted:
    """What deleting a list answers; its contacts stay."""

    id: str
    deleted: bool = True
    memberships_removed: int | None = None


@frozen(kw_only=True)
class ListAdded:
    """What adding contacts answers: how many were new, how many the list holds now."""

    added: int
    list_id: str | None = None
    contact_count: int | None = None


@frozen(kw_only=True)
class ListRemoved:
    """What removing a contact from a list answers."""

    contact_id: str
    list_id: str | None = None
    removed: bool = True
