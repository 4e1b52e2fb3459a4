"""Channels: messages through the connected messengers (pages ``channels/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.channels import Channel, ChannelMessage, ChannelProvider, ChannelSent
from ..models.common import Direction
from ._checks import require_any, require_size

if TYPE_CHECKING:
    from .._http.core import Core


SEND = Op("POST", "/v1/channels/send", ChannelSent, scope="write:channels", idempotent=True)
LIST_MESSAGES = Op("GET", "/v1/channels/messages", Page[ChannelMessage], "messages", scope="read:channels")
LIST_PROVIDERS = Op("GET", "/v1/channels/providers", list[ChannelProvider], "providers", scope="read:channels")

LONGEST_MESSAGE = 4096

ChannelName = Literal["slack", "teams", "whatsapp", "telegram", "email"]


class ChannelFile(TypedDict):
    """A file to send along: its content, or the address it can be fetched from."""

    filename: str
    mime_type: str
    content_base64: NotRequired[str]
    url: NotRequired[str]


class NewChannelMessage(TypedDict):
    """Body of ``channels.send``; ``subject`` is for e-mail, which needs it.

    ``recipient`` is a channel's or a person's id (Slack), an existing conversation's id (Teams), an E.164 number
    (WhatsApp), a numeric chat id as text (Telegram) or an e-mail address.
    """

    channel: Channel | ChannelName
    recipient: str
    message: str
    subject: NotRequired[str]
    contact_id: NotRequired[str]
    deal_id: NotRequired[str]
    attachments: NotRequired[Sequence[ChannelFile]]


class MessageFilters(TypedDict, total=False):
    """Which messages to list; ``after`` bounds when they were sent."""

    per_page: int
    channel: Channel | ChannelName
    contact_id: str
    deal_id: str
    direction: Direction | Literal["inbound", "outbound"]
    after: When


class Channels:
    """``leadlex.channels``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def send(self, *, idempotency_key: str | None = None, **body: Unpack[NewChannelMessage]) -> ChannelSent:
        """Send a message of at most 4,096 characters; read its ``status``, it may fail (channels/send)."""
        require_size("message", body.get("message", ""), LONGEST_MESSAGE, "characters")
        if body.get("channel") == "email":
            require_any(body, "subject")
        return await self._core.call(SEND, json=body, idempotency_key=idempotency_key)

    async def list_messages(self, *, page: int = 1, **filters: Unpack[MessageFilters]) -> Page[ChannelMessage]:
        """One page of messages, 25 unless ``per_page`` (at most 100) says otherwise (channels/messages-list)."""
        return await self._core.call(LIST_MESSAGES, query={"page": page, **filters})

    def iter_messages(
        self, *, limit: int | None = None, **filters: Unpack[MessageFilters]
    ) -> AsyncIterator[ChannelMessage]:
        """Walk all messages, one request a page of 100 (channels/messages-list)."""
        return self._core.iterate(LIST_MESSAGES, query=filters, limit=limit)

    async def list_providers(self) -> list[ChannelProvider]:
        """All channels, connected or not; the API does not page them (channels/providers)."""
        return await self._core.call(LIST_PROVIDERS)
