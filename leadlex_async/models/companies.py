"""Companies: the organisations in the CRM."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .._http.record import also


@frozen(kw_only=True)
class Company:
    """An organisation in the CRM; ``size`` is a range of heads, such as ``51-200``."""

    id: str
    name: str | None = None
    industry: str | None = None
    website: str | None = None
    linkedin_url: str | None = None
    size: str | None = None
    domain: str | None = None
    city: str | None = None
    country: str | None = None
    state: str | None = None
    street: str | None = None
    postal_code: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    logo_url: str | None = None
    created_at: datetime | None = field(default=None, metadata=also("created_date"))
    updated_at: datetime | None = field(default=None, metadata=also("updated_date"))


@frozen(kw_only=True)
class ContactsLinked:
    """What linking contacts to a company answers; which ones failed is not told."""

    updated: int
    failed: int = 0
