"""Deals: the opportunities and matters in the pipelines."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum, also
from .common import Priority


class DealStatus(OpenEnum):
    """Where a deal stands; one not yet decided is ``active`` on some pages of the API and ``open`` on others."""

    ACTIVE = "active"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@frozen(kw_only=True)
class Deal:
    """A deal; some fields are written by other names, ``main_contact_id`` by ``contact_id``, for instance.

    ``stage`` and ``pipeline`` are display names ("Proposal") or, from ``get``, slugs ("proposal"): never ids.
    """

    id: str
    name: str | None = None
    stage: str | None = None
    status: DealStatus | None = None
    pipeline: str | None = None
    estimated_value: float | None = None
    currency: str | None = None
    main_contact_id: str | None = field(default=None, metadata=also("contact_id"))
    owner_user_id: str | None = field(default=None, metadata=also("owner_id"))
    priority: Priority | None = None
    matter_type: str | None = field(default=None, metadata=also("deal_type"))
    tags: tuple[str, ...] = ()
    related_company_id: str | None = field(default=None, metadata=also("company_id"))
    high_level_description: str | None = field(default=None, metadata=also("description"))
    next_follow_up_date: str | None = field(default=None, metadata=also("follow_up_date"))
    """A day, ``2026-05-04``, or a timestamp."""
    fee_model: str | None = None
    probability: float | None = None
    """Percent."""
    closed_date: str | None = None
    """A day or a timestamp; None while the deal is open."""
    created_at: datetime | None = field(default=None, metadata=also("created_date"))
    updated_at: datetime | None = field(default=None, metadata=also("updated_date"))


@frozen(kw_only=True)
class DealsUpdated:
    """What changing many deals answers: how many were changed, not which."""

    updated: int
