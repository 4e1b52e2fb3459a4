"""API keys: which are accepted, and what they may do."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast

from .answers import Refusal
from .clock import epoch, iso

if TYPE_CHECKING:
    from .records import Record
    from .world import World

SHOWN = 8
"""Characters of a key that tell it from others."""


def authenticate(world: World, authorization: str, now: float) -> frozenset[str] | None:
    """The permissions of a key; a ``wbk_`` key that was not made here may do everything, which is None."""
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Refusal(401, "missing_auth", "Missing or malformed Authorization header")
    made = next(iter(world.store.api_keys.of(key=key)), None) if len(world.store.api_keys) else None
    if not key.startswith("wbk_") or (made is not None and not active(made, now)):
        raise Refusal(401, "invalid_key", "Invalid or expired API key")
    if made is None:
        return None
    made["last_used_at"] = iso(now)
    return frozenset(cast("list[str]", made["permissions"]))


def active(made: Record, now: float) -> bool:
    """Whether a key is neither revoked nor expired."""
    expires = epoch(str(made.get("expires_at") or ""))
    return made.get("revoked_at") is None and (expires is None or expires > now)


def new_key() -> str:
    """A fresh key in plain text."""
    return f"wbk_{secrets.token_hex(26)}"
