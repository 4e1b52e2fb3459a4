"""The settings of the workspace and the services it is connected to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum


class IntegrationCategory(OpenEnum):
    """What an integration is for."""

    EMAIL = "email"
    CALENDAR = "calendar"
    CHANNELS = "channels"
    IDENTITY = "identity"
    STORAGE = "storage"
    BILLING = "billing"


class IntegrationName(OpenEnum):
    """Which service an integration connects to."""

    GMAIL = "gmail"
    GOOGLE = "google"
    GOOGLE_DRIVE = "google_drive"
    MICROSOFT = "microsoft"
    SLACK = "slack"
    STRIPE = "stripe"


class IntegrationStatus(OpenEnum):
    """How well a connection works."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    NEEDS_REAUTH = "needs_reauth"
    DISCONNECTED = "disconnected"


@frozen(kw_only=True)
class Billing:
    """The plan of the workspace, its seats and its credits."""

    plan: str | None = None
    seats: int | None = None
    credits_balance: int | None = None
    trial_ends_at: datetime | None = None


@frozen(kw_only=True)
class Branding:
    """The look of the workspace; colours are in hexadecimal."""

    primary_color: str | None = None
    logo_url: str | None = None
    accent_color: str | None = None


@frozen(kw_only=True)
class Retention:
    """For how many days things are kept."""

    audit_log_days: int | None = None
    soft_delete_days: int | None = None


@frozen(kw_only=True)
class WorkspaceSettings:
    """The settings of the workspace that the key belongs to; ``features`` tells which are switched on."""

    workspace_id: str
    name: str | None = None
    slug: str | None = None
    timezone: str | None = None
    locale: str | None = None
    currency: str | None = None
    jurisdiction: str | None = None
    billing: Billing = Billing()
    features: Mapping[str, bool] = field(factory=dict[str, bool])
    branding: Branding = Branding()
    retention: Retention = Retention()
    created_at: datetime | None = None


@frozen(kw_only=True)
class Integration:
    """An outside service and its connection to the workspace, if it has one."""

    category: IntegrationCategory | None = None
    name: IntegrationName | None = None
    connected: bool = False
    account_id: str | None = None
    display_name: str | None = None
    scopes: tuple[str, ...] = ()
    connected_at: datetime | None = None
    last_sync_at: datetime | None = None
    status: IntegrationStatus | None = None
    error_message: str | None = None
