"""Enrichment: fill in what data vendors know (pages ``enrich/*``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypedDict, TypeVar, Unpack

from .._http.op import Op
from ..errors import ValidationError
from ..models.enrich import CardScan, CompanyEnrichment, ContactEnrichment, EmailEnrichment
from ._checks import require_any

if TYPE_CHECKING:
    from .._http.core import Core


T = TypeVar("T")


def _enrichment(path: str, returns: type[T], timeout: float = 60) -> Op[T]:
    return Op("POST", path, returns, scope="write:enrich", idempotent=True, credits="1 per match", timeout=timeout)


CONTACT = _enrichment("/v1/enrich/contact", ContactEnrichment)
COMPANY = _enrichment("/v1/enrich/company", CompanyEnrichment)
EMAIL = _enrichment("/v1/enrich/email", EmailEnrichment)
BUSINESS_CARD = _enrichment("/v1/scan/business-card", CardScan, timeout=120)

LARGEST_IMAGE = 10 * 2**20

CompanyField = Literal[
    "name", "industry", "size", "founded_year", "description", "hq_location", "logo_url", "linkedin_url", "tech_stack"
]
EnrichmentSection = Literal["person", "company", "social"]


class ContactEnrichmentOptions(TypedDict, total=False):
    """Body of ``enrich.contact``; fills six fields unless given, ``overwrite`` lets vendors' values replace yours."""

    fields: Sequence[str]
    overwrite: bool


class CompanyEnrichmentRequest(TypedDict, total=False):
    """Body of ``enrich.company``; a company of the CRM or a domain, for which one is made where there is none."""

    company_id: str
    domain: str
    fields: Sequence[CompanyField]
    overwrite: bool


class EmailEnrichmentOptions(TypedDict, total=False):
    """Body of ``enrich.email``; the sections to look up, ``verify`` also tells whether a mail would arrive."""

    include: Sequence[EnrichmentSection]
    verify: bool


class BusinessCard(TypedDict, total=False):
    """Body of ``enrich.business_card``; a PNG, JPG, WEBP or HEIC image, itself or at a public https address."""

    image_base64: str
    image_url: str
    language: str
    create_contact: bool


class Enrich:
    """``leadlex.enrich``. Nothing found is a ``Conflict`` with code ``no_match`` and costs no credit."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def contact(
        self, contact_id: str, *, idempotency_key: str | None = None, **options: Unpack[ContactEnrichmentOptions]
    ) -> ContactEnrichment:
        """Fill the empty fields of a contact (enrich/contact)."""
        body = {"contact_id": contact_id, **options}
        return await self._core.call(CONTACT, json=body, idempotency_key=idempotency_key)

    async def company(
        self, *, idempotency_key: str | None = None, **body: Unpack[CompanyEnrichmentRequest]
    ) -> CompanyEnrichment:
        """Fill the empty fields of a company (enrich/company)."""
        require_any(body, "company_id", "domain")
        return await self._core.call(COMPANY, json=body, idempotency_key=idempotency_key)

    async def email(
        self, email: str, *, idempotency_key: str | None = None, **options: Unpack[EmailEnrichmentOptions]
    ) -> EmailEnrichment:
        """Look up who is behind an address; nothing is saved (enrich/email)."""
        return await self._core.call(EMAIL, json={"email": email, **options}, idempotency_key=idempotency_key)

    async def business_card(self, *, idempotency_key: str | None = None, **body: Unpack[BusinessCard]) -> CardScan:
        """Read a business card of up to 10 MB; makes a contact only if asked to (enrich/business-card)."""
        require_any(body, "image_base64", "image_url")
        _require_image(body.get("image_base64") or "")
        return await self._core.call(BUSINESS_CARD, json=body, idempotency_key=idempotency_key)


def _require_image(image_base64: str) -> None:
    """Four characters hold three bytes; padding and line breaks hold none."""
    characters = len(image_base64) - sum(image_base64.count(empty) for empty in "=\r\n")
    if (size := characters * 3 // 4) > LARGEST_IMAGE:
        raise ValidationError(f"image_base64 must hold at most {LARGEST_IMAGE:,} bytes, not {size:,}")
