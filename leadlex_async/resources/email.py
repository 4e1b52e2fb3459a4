"""E-mail through the workspace's connected mailboxes (pages ``email/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.common import SyncJob, SyncMode
from ..models.email import (
    AddressEnrichment,
    Correspondent,
    EmailProvider,
    EmailSent,
    EmailThread,
)
from ._checks import require_any, require_size

if TYPE_CHECKING:
    from .._http.core import Core


SEND = Op("POST", "/v1/email/send", EmailSent, scope="write:email", idempotent=True)
LIST_THREADS = Op("GET", "/v1/email/threads", Page[EmailThread], "threads", scope="read:email")
GET_THREAD = Op("GET", "/v1/email/threads/{id}", EmailThread, "thread", scope="read:email")
SYNC = Op("POST", "/v1/email/sync", SyncJob, scope="write:email", idempotent=True)
ENRICH = Op(
    "POST", "/v1/email/enrich", AddressEnrichment, scope="write:enrich", idempotent=True, credits="1", timeout=60
)
LIST_CORRESPONDENTS = Op("GET", "/v1/email/correspondents", list[Correspondent], "correspondents", scope="read:email")

LONGEST_SUBJECT = 998


class EmailFile(TypedDict):
    """A file to send along: its content, or the path it is stored at."""

    filename: str
    mime_type: str
    content_base64: NotRequired[str]
    storage_path: NotRequired[str]


class NewEmail(TypedDict):
    """Body of ``email.send``; addresses may carry a name, ``thread_id`` answers into that thread."""

    to: str | Sequence[str]
    subject: str
    body_html: NotRequired[str]
    body_text: NotRequired[str]
    cc: NotRequired[Sequence[str]]
    bcc: NotRequired[Sequence[str]]
    reply_to: NotRequired[str]
    contact_id: NotRequired[str]
    deal_id: NotRequired[str]
    thread_id: NotRequired[str]
    attachments: NotRequired[Sequence[EmailFile]]


class ThreadFilters(TypedDict, total=False):
    """Which threads to list: ``after`` means their newest message, ``unread`` any unread one in them."""

    per_page: int
    contact_id: str
    deal_id: str
    unread: bool
    after: When


class EmailSync(TypedDict, total=False):
    """Body of ``email.sync``: incremental and of all mailboxes, unless given."""

    mode: SyncMode | Literal["incremental", "full"]
    provider: EmailProvider | Literal["gmail", "microsoft"]


class AddressToEnrich(TypedDict, total=False):
    """Body of ``email.enrich``: an e-mail address or a domain, and the sections wanted."""

    email: str
    domain: str
    include: Sequence[Literal["person", "company", "social"]]


class CorrespondentFilters(TypedDict, total=False):
    """Which correspondents to list: 25 (``limit``: up to 200) with at least 2 messages (``min_messages``)."""

    limit: int
    since: When
    user_id: str
    min_messages: int


class Email:
    """``leadlex.email``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def send(self, *, idempotency_key: str | None = None, **body: Unpack[NewEmail]) -> EmailSent:
        """Send an e-mail with an HTML body, a text body or both; read its ``status``, it may fail (email/send)."""
        require_any(body, "body_html", "body_text")
        if subject := body.get("subject"):
            require_size("subject", subject, LONGEST_SUBJECT, "characters")
        return await self._core.call(SEND, json=body, idempotency_key=idempotency_key)

    async def list_threads(self, *, page: int = 1, **filters: Unpack[ThreadFilters]) -> Page[EmailThread]:
        """One page of threads, 25 unless ``per_page`` (at most 100) says otherwise (email/threads-list)."""
        return await self._core.call(LIST_THREADS, query={"page": page, **filters})

    def iter_threads(self, *, limit: int | None = None, **filters: Unpack[ThreadFilters]) -> AsyncIterator[EmailThread]:
        """Walk all threads, one request a page of 100 (email/threads-list)."""
        return self._core.iterate(LIST_THREADS, query=filters, limit=limit)

    async def get_thread(self, id: str, *, include_body: bool = True) -> EmailThread:
        """Read a thread with all its messages, oldest first (email/threads-get)."""
        query = {"include_body": None if include_body else False}
        return await self._core.call(GET_THREAD, id=id, query=query)

    async def sync(self, *, idempotency_key: str | None = None, **body: Unpack[EmailSync]) -> SyncJob:
        """Fetch from the mailboxes now, up to 6 times an hour; ``Conflict`` during a full sync (email/sync)."""
        return await self._core.call(SYNC, json=body, idempotency_key=idempotency_key)

    async def enrich(self, *, idempotency_key: str | None = None, **body: Unpack[AddressToEnrich]) -> AddressEnrichment:
        """Look up who is behind an address: a match costs one credit, none is ``NotFound`` (email/enrich)."""
        require_any(body, "email", "domain")
        return await self._core.call(ENRICH, json=body, idempotency_key=idempotency_key)

    async def list_correspondents(self, **filters: Unpack[CorrespondentFilters]) -> list[Correspondent]:
        """Those with whom most and most recently was written; the API does not page them (email/correspondents)."""
        return await self._core.call(LIST_CORRESPONDENTS, query=filters)
