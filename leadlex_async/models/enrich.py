"""Enrichment: what data vendors know about a person, a company or a card."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from .._http.record import OpenEnum, also
from .._http.wire import JSONValue
from .contacts import Contact


class EnrichmentSource(OpenEnum):
    """Where enriched data comes from."""

    VENDOR_A = "vendor_a"
    VENDOR_B = "vendor_b"
    CACHED = "cached"


class Deliverability(OpenEnum):
    """Whether a mail to an address would arrive."""

    DELIVERABLE = "deliverable"
    UNDELIVERABLE = "undeliverable"
    RISKY = "risky"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class EnrichedPerson:
    """What is known about a person; it is no contact of the CRM."""

    full_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    seniority: str | None = None
    location: str | None = None
    linkedin_url: str | None = None


@frozen(kw_only=True)
class EnrichedCompany:
    """What is known about a company; ``id`` is set where it is one of the CRM, ``size`` is a range of heads."""

    id: str | None = None
    name: str | None = None
    domain: str | None = None
    industry: str | None = None
    size: str | None = None
    founded_year: int | None = None
    description: str | None = None
    hq_location: str | None = None
    logo_url: str | None = None
    linkedin_url: str | None = None
    tech_stack: tuple[str, ...] = ()


@frozen(kw_only=True)
class EnrichedContact(Contact):
    """A contact of the CRM with the two fields that only enrichment shows."""

    location: str | None = None
    seniority: str | None = None


@frozen(kw_only=True)
class ContactEnrichment:
    """The contact as it is now; ``confidence`` runs from 0 to 1."""

    contact: EnrichedContact | None = None
    fields_updated: tuple[str, ...] = ()
    source: EnrichmentSource | None = None
    confidence: float | None = None
    credits_remaining: int | None = None


@frozen(kw_only=True)
class CompanyEnrichment:
    """The company as it is now; ``confidence`` runs from 0 to 1."""

    company: EnrichedCompany | None = None
    fields_updated: tuple[str, ...] = ()
    source: EnrichmentSource | None = None
    confidence: float | None = None
    credits_remaining: int | None = None


@frozen(kw_only=True)
class EmailEnrichment:
    """Who is behind an address, in the sections asked for; ``confidence`` runs from 0 to 1."""

    person: EnrichedPerson | None = None
    company: EnrichedCompany | None = None
    social: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
    deliverable: Deliverability | None = None
    source: EnrichmentSource | None = None
    confidence: float | None = None
    credits_remaining: int | None = None


@frozen(kw_only=True)
class CardFields:
    """What was read from a business card."""

    full_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    company: str | None = field(default=None, metadata=also("company_name"))
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    website: str | None = None
    address: str | None = None


@frozen(kw_only=True)
class CardScan:
    """A scanned card; ``contact_id`` is set where a contact was made of it, ``confidence`` runs from 0 to 1."""

    fields: CardFields = CardFields()
    contact_id: str | None = None
    confidence: float | None = None
    raw_text: str | None = None
    credits_remaining: int | None = None
