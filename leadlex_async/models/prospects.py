"""Prospects: people outside of the CRM, found by the prospector."""

from __future__ import annotations

from attrs import frozen

from .._http.record import OpenEnum


class RevealStatus(OpenEnum):
    """Whether one prospect of several could be revealed."""

    SUCCESS = "success"
    FAILED = "failed"


@frozen(kw_only=True)
class Prospect:
    """A person found; ``member_id`` and ``company_id`` are what a reveal asks for, ``company_size`` is a range."""

    member_id: str
    company_id: str | None = None
    full_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    linkedin_url: str | None = None
    location: str | None = None
    email_available: bool = False
    phone_available: bool = False
    company: str | None = None
    company_domain: str | None = None
    company_size: str | None = None
    company_industry: str | None = None


@frozen(kw_only=True)
class RevealedProspect:
    """A prospect's address and phone; ``status`` and ``error`` come with ``reveal_many``, which fills fewer fields."""

    member_id: str | None = None
    company_id: str | None = None
    document_id: str | None = None
    full_name: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone: str | None = None
    linkedin_url: str | None = None
    job_title: str | None = None
    company: str | None = None
    status: RevealStatus | None = None
    error: str | None = None


@frozen(kw_only=True)
class RevealSummary:
    """How many of the prospects could be revealed."""

    total: int = 0
    succeeded: int = 0
    failed: int = 0


@frozen(kw_only=True)
class RevealedProspects:
    """What revealing many answers: a row for each, also for those that failed."""

    results: tuple[RevealedProspect, ...] = ()
    summary: RevealSummary = RevealSummary()
