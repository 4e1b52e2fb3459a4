"""Prospects: the older search, and saving what was found (pages ``prospects/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from ..models.contacts import ContactsCreated
from ..models.prospects import Prospect
from ._checks import require_any
from .prospector import ProspectFilters

if TYPE_CHECKING:
    from .._http.core import Core


SEARCH = Op("POST", "/v1/prospects/search", Page[Prospect], "results", scope="prospects:read")
SAVE = Op("POST", "/v1/prospects/save", ContactsCreated, scope="write")


class LegacyProspectFilters(ProspectFilters, total=False):
    """Which prospects to find: as for ``prospector.search``; ``query`` is a job title, ``jobTitles`` are ``titles``."""

    query: str
    jobTitles: Sequence[str]  # noqa: N815 - the API's own name


class ProspectToSave(TypedDict):
    """One row of ``prospects.save``: a prospect's ``full_name``, ``job_title`` and ``company`` under these names."""

    name: str
    email: NotRequired[str]
    title: NotRequired[str]
    company_name: NotRequired[str]
    linkedin_url: NotRequired[str]


class Prospects:
    """``leadlex.prospects``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def search(self, *, page: int = 1, **filters: Unpack[LegacyProspectFilters]) -> Page[Prospect]:
        """One page of people, as ``prospector.search`` finds them; that is the newer way (prospects/search)."""
        require_any(filters, *LegacyProspectFilters.__annotations__)
        return await self._core.call(SEARCH, json={**filters, "page": page})

    def iter_search(
        self, *, limit: int | None = None, **filters: Unpack[LegacyProspectFilters]
    ) -> AsyncIterator[Prospect]:
        """Walk all pages of a search, whose size the API sets; stops after ``limit`` (prospects/search)."""
        require_any(filters, *LegacyProspectFilters.__annotations__)
        return self._core.iterate(SEARCH, json=filters, limit=limit, key="member_id")

    async def save(self, prospects: Sequence[ProspectToSave], *, list_id: str | None = None) -> ContactsCreated:
        """Make contacts of prospects, on a list if given; whose e-mail is known is skipped (prospects/save)."""
        body = {"prospects": [*prospects]} | ({"list_id": list_id} if list_id is not None else {})
        return await self._core.call(SAVE, json=body)
