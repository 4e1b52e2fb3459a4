"""The API keys of the workspace."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum


class RateLimitTier(OpenEnum):
    """How fast a key may be used; ``unmetered`` is for enterprises."""

    STANDARD = "standard"
    HIGH = "high"
    UNMETERED = "unmetered"


@frozen(kw_only=True)
class APIKey:
    """What is known of an API key; a revoked one has ``revoked_at``."""

    id: str
    key: str | None = field(default=None, repr=False)
    """The key itself, in the answer to ``create`` only."""
    name: str | None = None
    description: str | None = None
    prefix: str | None = None
    permissions: tuple[str, ...] = ()
    rate_limit_tier: RateLimitTier | None = None
    created_by: str | None = None
    """Id of the user who created it."""
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
