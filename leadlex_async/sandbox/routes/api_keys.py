"""API keys: those made here work, and may do just what they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ...resources import api_keys as ops
from ..answers import Answer, Refusal, data, invalid, missing, paged
from ..clock import iso
from ..keys import SHOWN, active, new_key
from ..records import Record, known, matching, pick
from ..table import route
from .conversations import USER

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

_READ_AND_WRITTEN = ("ai", "email", "calendar", "channels", "documents", "contacts", "companies", "deals", "workflows")
_SCOPES = {
    *("read", "write", "lexi"),
    *(f"{name}:{verb}" for name in ("contacts", "companies", "deals") for verb in ("read", "write")),
    *(f"{name}:{verb}" for name in ("activities", "campaigns", "webhooks") for verb in ("read", "write")),
    *("contacts:delete", "prospects:read"),
    *(f"{verb}:{name}" for name in _READ_AND_WRITTEN for verb in ("read", "write")),
    *("write:enrich", "read:settings", "read:webhooks", "admin:api_keys", "admin:webhooks", "admin:documents"),
}
"""Every permission that the API's pages name, in any of their three vocabularies."""

_BLANK: Record = {
    **dict.fromkeys(("description", "last_used_at", "expires_at", "revoked_at")),
    "rate_limit_tier": "standard",
    "created_by": USER,
}
_WRITTEN = ("name", "permissions", "description", "rate_limit_tier", "expires_at")
_LISTED = ("id", "prefix", *_WRITTEN, "created_by", "created_at", "last_used_at", "revoked_at")


def list_keys(world: World, call: Call) -> Answer:
    """One page of keys, never in plain text; revoked ones only where asked for."""
    rows = matching(world.store.api_keys, call, search=("name", "description"))
    if call.query.get("include_revoked") != "true":
        rows = [row for row in rows if row.get("revoked_at") is None]
    return paged("api_keys", [pick(_BLANK | row, _LISTED) for row in rows], *call.page(25))


def create(world: World, call: Call) -> Answer:
    """A new key; this answer alone holds it in plain text."""
    _check(world, call, call.required("name"))
    key = new_key()
    row = world.store.api_keys.add(call.now, _BLANK | known(call.body, _WRITTEN) | {"key": key, "prefix": key[:SHOWN]})
    return data(pick(row, ("id", "key", "prefix", *_WRITTEN, "created_at")))


def _check(world: World, call: Call, name: str) -> None:
    """Refuse a name that is too long or taken, and permissions that do not exist."""
    if len(name) > ops.LONGEST_NAME:
        raise invalid("The name is too long", name=f"At most {ops.LONGEST_NAME} characters")
    unknown = sorted({*call.ids("permissions")} - _SCOPES)
    if unknown:
        raise invalid("Unknown permission", permissions=f"Unknown: {', '.join(unknown)}")
    if any(active(row, call.now) for row in world.store.api_keys.of(name=name)):
        raise Refusal(409, "duplicate_name", "An active key has this name already")


def delete(world: World, call: Call) -> Answer:
    """Revoke a key for good, but not the last one that may manage keys."""
    keys = world.store.api_keys
    row = keys.named(call.arguments["id"])
    if row.get("revoked_at") is not None:
        raise missing("API key")
    others = (each for each in keys if each is not row and active(each, call.now))
    # The caller may manage keys: if no other key may, it is the caller itself that is to be revoked.
    if call.permissions is not None and not any(map(_manages, others)):
        raise Refusal(403, "insufficient_permissions", "The last admin key of the workspace cannot be revoked")
    keys.change(str(row["id"]), call.now, {"revoked_at": iso(call.now)})
    return Answer(204)


def _manages(row: Record) -> bool:
    return any({*each.split(":")} == {"admin", "api_keys"} for each in cast("list[str]", row["permissions"]))


ROUTES = (
    route(ops.LIST, list_keys),
    route(ops.CREATE, create),
    route(ops.DELETE, delete),
)
