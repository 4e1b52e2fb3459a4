"""E-mail: what is sent and received through the workspace's mailboxes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum, also
from .._http.wire import JSONValue
from .common import Direction, SendStatus
from .enrich import EnrichedCompany, EnrichedPerson, EnrichmentSource


class EmailProvider(OpenEnum):
    """Where a mailbox lives."""

    GMAIL = "gmail"
    MICROSOFT = "microsoft"


@frozen(kw_only=True)
class EmailSent:
    """What sending an e-mail answers: both ids are the provider's; ``sent_at`` is None until it is sent."""

    id: str
    thread_id: str | None = None
    provider: EmailProvider | None = None
    status: SendStatus | None = None
    sent_at: datetime | None = None


@frozen(kw_only=True)
class EmailAttachment:
    """An attachment's metadata; the API offers no way to download it."""

    filename: str | None = None
    mime_type: str | None = None
    size_bytes: int | None = None


@frozen(kw_only=True)
class EmailMessage:
    """One e-mail of a thread; the bodies are None where ``include_body=False`` left them out."""

    id: str
    sender: str | None = field(default=None, metadata=also("from"))
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    sent_at: datetime | None = None
    direction: Direction | None = None
    body_text: str | None = None
    body_html: str | None = None
    attachments: tuple[EmailAttachment, ...] = ()


@frozen(kw_only=True)
class EmailThread:
    """An e-mail conversation.

    The list has the snippet, the counts and the last message's time; ``get_thread`` has the messages instead.
    """

    id: str
    subject: str | None = None
    snippet: str | None = None
    message_count: int | None = None
    unread_count: int | None = None
    participants: tuple[str, ...] = ()
    contact_ids: tuple[str, ...] = ()
    deal_id: str | None = None
    last_message_at: datetime | None = None
    messages: tuple[EmailMessage, ...] = ()
    """Oldest first."""


@frozen(kw_only=True)
class AddressEnrichment:
    """What enriching an e-mail address or a domain answers: the sections asked for and found.

    ``confidence`` runs from 0 to 1.
    """

    person: EnrichedPerson | None = None
    company: EnrichedCompany | None = None
    social: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
    source: EnrichmentSource | None = None
    confidence: float | None = None
    credits_remaining: int | None = None


@frozen(kw_only=True)
class Correspondent:
    """Somebody the workspace exchanges e-mails with."""

    email: str
    display_name: str | None = None
    contact_id: str | None = None
    company: str | None = field(default=None, metadata=also("company_name"))
    message_count: int | None = None
    sent_count: int | None = None
    received_count: int | None = None
    last_message_at: datetime | None = None
