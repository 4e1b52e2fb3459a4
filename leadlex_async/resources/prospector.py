"""Prospector: find people outside of the CRM and reveal how to reach them (pages ``prospector/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from ..models.prospects import Prospect, RevealedProspect, RevealedProspects
from ._checks import require_any, require_size

if TYPE_CHECKING:
    from .._http.core import Core


SEARCH = Op("POST", "/v1/prospector/search", Page[Prospect], "results", scope="prospects:read")
REVEAL = Op("POST", "/v1/prospector/reveal", RevealedProspect, scope="prospects:read")
REVEAL_MANY = Op("POST", "/v1/prospector/reveal/bulk", RevealedProspects, scope="prospects:read", timeout=60)

MOST_REVEALS = 25


class ProspectFilters(TypedDict, total=False):
    """Which prospects to find; head counts are ranges like ``"51-200"``, sums are plain numbers."""

    titles: Sequence[str]
    seniority: Sequence[str]
    departments: Sequence[str]
    name: str
    company_name: str
    companies: Sequence[str]
    domains: Sequence[str]
    industry: Sequence[str]
    keywords: Sequence[str]
    headcount: Sequence[str]
    location: Sequence[str]
    hq_location: Sequence[str]
    funding_stage: Sequence[str]
    min_funding: float
    max_funding: float
    min_revenue: float
    max_revenue: float


class RevealRequest(TypedDict, total=False):
    """Body of ``prospector.reveal``; a member or a document; the company only improves the match."""

    member_id: str
    company_id: str
    document_id: str


class ProspectToReveal(TypedDict):
    """One row of ``prospector.reveal_many``; the company only improves the match."""

    member_id: str
    company_id: NotRequired[str]


class Prospector:
    """``leadlex.prospector``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def search(self, *, page: int = 1, **filters: Unpack[ProspectFilters]) -> Page[Prospect]:
        """One page of the people that meet all filters, of which one is needed (prospector/search)."""
        require_any(filters, *ProspectFilters.__annotations__)
        return await self._core.call(SEARCH, json={**filters, "page": page})

    def iter_search(self, *, limit: int | None = None, **filters: Unpack[ProspectFilters]) -> AsyncIterator[Prospect]:
        """Walk all pages of a search, whose size the API sets; stops after ``limit`` (prospector/search)."""
        require_any(filters, *ProspectFilters.__annotations__)
        return self._core.iterate(SEARCH, json=filters, limit=limit, key="member_id")

    async def reveal(self, **body: Unpack[RevealRequest]) -> RevealedProspect:
        """Get the e-mail address and the phone of one prospect (prospector/reveal)."""
        require_any(body, "member_id", "document_id")
        return await self._core.call(REVEAL, json=body)

    async def reveal_many(self, prospects: Sequence[ProspectToReveal]) -> RevealedProspects:
        """Reveal up to 25 prospects; each row tells whether it worked (prospector/reveal-bulk)."""
        require_size("prospects", prospects, MOST_REVEALS, "rows")
        return await self._core.call(REVEAL_MANY, json={"prospects": [*prospects]})
