"""API keys, for keys that may manage them (pages ``api-keys/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..errors import ValidationError
from ..models.api_keys import APIKey, RateLimitTier
from ._checks import require_size

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/api-keys", Page[APIKey], "api_keys", scope="admin:api_keys")
CREATE = Op("POST", "/v1/api-keys", APIKey, "api_key", scope="admin:api_keys", idempotent=True)
DELETE = Op("DELETE", "/v1/api-keys/{id}", NoneType, scope="admin:api_keys", idempotent=True)

LONGEST_NAME = 120

RateLimitTierName = Literal["standard", "high", "unmetered"]


class APIKeyFilters(TypedDict, total=False):
    """Which keys to list; ``search`` looks at names and descriptions, revoked keys come only where asked for."""

    per_page: int
    include_revoked: bool
    search: str


class NewAPIKey(TypedDict):
    """Body of ``api_keys.create``; the name is unique among active keys, without ``expires_at`` a key lasts."""

    name: str
    permissions: Sequence[str]
    description: NotRequired[str]
    rate_limit_tier: NotRequired[RateLimitTier | RateLimitTierName]
    expires_at: NotRequired[When]


class APIKeys:
    """``leadlex.api_keys``. To rotate a key, create the new one, switch to it, then delete the old one."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def iter(self, *, limit: int | None = None, **filters: Unpack[APIKeyFilters]) -> AsyncIterator[APIKey]:
        """Walk all keys, one request a page of 100 (api-keys/list)."""
        return self._core.iterate(LIST, query=filters, limit=limit)

    async def create(self, *, idempotency_key: str | None = None, **body: Unpack[NewAPIKey]) -> APIKey:
        """Create a key; this answer alone holds the ``key`` itself (api-keys/create)."""
        require_size("name", body.get("name", ""), LONGEST_NAME, "characters")
        _require_scopes(body.get("permissions", ()))
        return await self._core.call(CREATE, json=body, idempotency_key=idempotency_key)

    async def delete(self, id: str, *, idempotency_key: str | None = None) -> None:
        """Revoke a key at once and for good; the last admin key is a ``PermissionDenied`` (api-keys/delete)."""
        await self._core.call(DELETE, id=id, idempotency_key=idempotency_key)

    async def list(self, *, page: int = 1, **filters: Unpack[APIKeyFilters]) -> Page[APIKey]:
        """One page of keys, 25 unless ``per_page`` (at most 100) says otherwise (api-keys/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})


def _require_scopes(permissions: Sequence[str]) -> None:
    if isinstance(permissions, str) or not permissions:
        raise ValidationError("permissions must be a list of at least one scope")
