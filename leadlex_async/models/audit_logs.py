"""The audit log: who did what in the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum
from .._http.wire import JSONValue


class AuditAction(OpenEnum):
    """What was done."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LOGIN = "login"
    API_ACCESS = "api_access"


class AuditResource(OpenEnum):
    """What kind of record it was done to."""

    CONTACTS = "contacts"
    COMPANIES = "companies"
    DEALS = "deals"
    TASKS = "tasks"
    NOTES = "notes"
    LISTS = "lists"
    CAMPAIGNS = "campaigns"
    WEBHOOKS = "webhooks"
    API_KEYS = "api_keys"
    USERS = "users"


class AuditActorType(OpenEnum):
    """Who or what acted."""

    USER = "user"
    API_KEY = "api_key"
    SYSTEM = "system"


@frozen(kw_only=True)
class AuditActor:
    """Who acted; a key has no ``id``, and ``api-key:`` with its prefix as ``email``."""

    id: str | None = None
    email: str | None = None
    type: AuditActorType | None = None


@frozen(kw_only=True)
class AuditLog:
    """One entry of the audit log; what ``details`` holds depends on the action."""

    id: str
    timestamp: datetime | None = None
    user: AuditActor = AuditActor()
    action: AuditAction | None = None
    resource_type: AuditResource | None = None
    resource_id: str | None = None
    details: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
    ip_address: str | None = None
    user_agent: str | None = None
