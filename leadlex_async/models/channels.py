"""Channels: messages through Slack, Teams, WhatsApp, Telegram and e-mail."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from .._http.record import OpenEnum
from .._http.wire import JSONValue
from .common import Direction, SendStatus


class Channel(OpenEnum):
    """What a message goes through."""

    SLACK = "slack"
    TEAMS = "teams"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    EMAIL = "email"


class ProviderStatus(OpenEnum):
    """How a channel's connection is; ``needs_reauth`` wants a person to sign in again."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    NEEDS_REAUTH = "needs_reauth"
    DISCONNECTED = "disconnected"


@frozen(kw_only=True)
class ChannelSent:
    """What sending a message answers; the id is the provider's, ``sent_at`` is None until it is sent."""

    id: str
    channel: Channel | None = None
    status: SendStatus | None = None
    sent_at: datetime | None = None


@frozen(kw_only=True)
class ChannelMessage:
    """A message of any channel; sender and recipient are written as their channel writes them."""

    id: str
    channel: Channel | None = None
    direction: Direction | None = None
    sender: str | None = None
    recipient: str | None = None
    body: str | None = None
    attachments: tuple[JSONValue, ...] = ()
    """As they come: their shape is not documented."""
    contact_id: str | None = None
    deal_id: str | None = None
    sent_at: datetime | None = None


@frozen(kw_only=True)
class ChannelProvider:
    """A channel's connection; one that is not connected has no names and times."""

    channel: Channel
    connected: bool = False
    display_name: str | None = None
    account_id: str | None = None
    connected_at: datetime | None = None
    last_sync_at: datetime | None = None
    status: ProviderStatus | None = None
    error_message: str | None = None
    capabilities: tuple[str, ...] = ()
    """What it can do: ``send``, ``receive``, ``attachments`` ..."""
