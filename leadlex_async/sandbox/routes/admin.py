"""The workspace: its settings, its people, its tags and its audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ...resources import audit_logs, settings, tags, users
from ..answers import Answer, Refusal, data, paged
from ..clock import DAY, epoch
from ..pushes import WORKSPACE
from ..records import Record, matching, newest_first, pick, within
from ..table import route
from .conversations import USER
from .email import MAILBOX

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

_SINCE = "2026-02-11T09:00:00.000Z"
_SYNCED = "2026-02-11T09:05:00.000Z"
_KEPT = 365
"""Days that an entry of the audit log is kept."""

_USERS: tuple[Record, ...] = (
    {"id": USER, "full_name": "Sandra Box", "email": "sandra@example.com"},
    {"id": "usr_partner", "full_name": "Paul Partner", "email": "paul@example.com"},
    {"id": "usr_associate", "full_name": "Anna Associate", "email": "anna@example.com"},
)
_SETTINGS: Record = {
    "workspace_id": WORKSPACE,
    "name": "Example Legal",
    "slug": "example-legal",
    "timezone": "UTC",
    "locale": "de-DE",
    "currency": "EUR",
    "jurisdiction": "DE",
    "features": {"lexi_autoresearch": True, "lexi_chat_stream": True, "document_ai": True},
    "branding": {
        "primary_color": "#0f5845",
        "logo_url": "https://example.com/logo.png",
        "accent_color": "#ff7a00",
    },
    "retention": {"audit_log_days": _KEPT, "soft_delete_days": 30},
    "created_at": _SINCE,
}
_LOG = ("id", "timestamp", "user", "action", "resource_type", "resource_id", "details", "ip_address", "user_agent")


def get_settings(world: World, _: Call) -> Answer:
    """The settings, with the credits that are left."""
    billing: Record = {"plan": "growth", "seats": 8, "credits_balance": world.credits, "trial_ends_at": None}
    return data(_SETTINGS | {"billing": billing})


def _provider(category: str, name: str, account: str, title: str, *scopes: str) -> Record:
    """An integration that is connected."""
    return {
        "category": category,
        "name": name,
        "connected": True,
        "account_id": account,
        "display_name": title,
        "scopes": [*scopes],
        "connected_at": _SINCE,
        "last_sync_at": _SYNCED,
        "status": "healthy",
        "error_message": None,
    }


def _unconnected(category: str, name: str) -> Record:
    blank = dict.fromkeys(("account_id", "display_name", "connected_at", "last_sync_at", "error_message"))
    return {"category": category, "name": name, "connected": False, **blank, "scopes": [], "status": "disconnected"}


_PROVIDERS = (
    _provider("email", "gmail", MAILBOX, "Team Mailbox", "gmail.readonly", "gmail.send"),
    _provider("calendar", "google", MAILBOX, "Team Calendar", "calendar.readonly"),
    _provider("channels", "slack", "T01234567", "Example Legal", "chat:write", "channels:history"),
    _unconnected("identity", "microsoft"),
    _unconnected("storage", "google_drive"),
    _provider("billing", "stripe", "acct_sandbox", "Example Legal", "read_only"),
)


def list_providers(_: World, call: Call) -> Answer:
    """Every integration, connected or not."""
    return data({"providers": matching(_PROVIDERS, call, "category")})


def list_users(_: World, __: Call) -> Answer:
    """The people of the workspace."""
    return data({"users": _USERS})


def list_tags(world: World, _: Call) -> Answer:
    """All tags that contacts have, sorted."""
    found = (cast("list[str]", row["tags"] or []) for row in world.store.contacts)
    return data({"tags": sorted({tag for each in found for tag in each})})


def list_audit_logs(world: World, call: Call) -> Answer:
    """One page of the audit log, newest first, for admin keys only."""
    _check(call)
    rows = matching(world.store.audit, call, "action", "resource_type")
    rows = within(rows, call, "timestamp", after="from_date", before="to_date")
    oldest, user_id = call.now - _KEPT * DAY, call.query.get("user_id")
    rows = [row for row in rows if (epoch(str(row["timestamp"])) or 0.0) >= oldest]
    rows = [row for row in rows if not user_id or cast("Record", row["user"])["id"] == user_id]
    shown = [pick(row, _LOG) for row in newest_first(rows, "timestamp")]
    return paged("logs", shown, *call.page(50, audit_logs.LARGEST_PAGE))


def _check(call: Call) -> None:
    """Refuse a key without any admin permission, and a span of time that ends before it begins."""
    if call.permissions is not None and not any("admin" in each.split(":") for each in call.permissions):
        raise Refusal(403, "admin_key_required", "The audit log is for admin keys only")
    first, last = (call.query.get(name, "") for name in ("from_date", "to_date"))
    start, end = epoch(first), epoch(last)
    if end is not None and len(last) <= len("2026-01-31"):
        end += DAY - 1e-3
    if start is not None and end is not None and start > end:
        raise Refusal(400, "invalid_date_range", "from_date is after to_date")


ROUTES = (
    route(settings.GET, get_settings),
    route(settings.LIST_PROVIDERS, list_providers),
    route(users.LIST, list_users),
    route(tags.LIST, list_tags),
    route(audit_logs.LIST, list_audit_logs),
)
