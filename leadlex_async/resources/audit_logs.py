"""The audit log, for admin keys only (pages ``audit-logs/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.audit_logs import AuditAction, AuditLog, AuditResource

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/audit-logs", Page[AuditLog], "logs")

LARGEST_PAGE = 200

AuditActionName = Literal["create", "update", "delete", "login", "api_access"]
AuditResourceName = Literal[
    "contacts", "companies", "deals", "tasks", "notes", "lists", "campaigns", "webhooks", "api_keys", "users"
]


class AuditLogFilters(TypedDict, total=False):
    """Which entries to list; ``user_id`` finds what people did, not what keys did."""

    per_page: int
    action: AuditAction | AuditActionName
    user_id: str
    resource_type: AuditResource | AuditResourceName
    from_date: When
    to_date: When


class AuditLogs:
    """``leadlex.audit_logs``. Any key that is not an admin's gets ``PermissionDenied``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def iter(self, *, limit: int | None = None, **filters: Unpack[AuditLogFilters]) -> AsyncIterator[AuditLog]:
        """Walk all entries, one request a page of 200 (audit-logs/list)."""
        return self._core.iterate(LIST, query={"per_page": LARGEST_PAGE, **filters}, limit=limit)

    async def list(self, *, page: int = 1, **filters: Unpack[AuditLogFilters]) -> Page[AuditLog]:
        """One page of the last 365 days, newest first, 50 entries or ``per_page``, at most 200 (audit-logs/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})
