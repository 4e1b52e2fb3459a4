"""Lexi, the assistant (pages ``lexi/*``)."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from ..models.lexi import (
    ChatReply,
    Conversation,
    LexiTask,
    LexiTaskStatus,
    PersonalizedEmail,
    Research,
    TaskApproved,
    TaskDismissed,
)
from ._chat import ChatStream
from ._checks import require_any, require_changes, require_size

if TYPE_CHECKING:
    from .._http.core import Core


CHAT = Op("POST", "/v1/lexi/chat", ChatReply, scope="lexi", credits="1, 5 for a prospect search", timeout=120)
CHAT_STREAM = Op(
    "POST", "/v1/lexi/chat/stream", NoneType, scope="write:ai", idempotent=True, credits="1-5", timeout=120
)
LIST_TASKS = Op("GET", "/v1/lexi/tasks", builtins.list[LexiTask], "tasks", scope="lexi")
APPROVE = Op("POST", "/v1/lexi/tasks/{id}/approve", TaskApproved, scope="lexi")
DISMISS = Op("POST", "/v1/lexi/tasks/{id}/dismiss", TaskDismissed, scope="lexi")
AUTORESEARCH = Op(
    "POST", "/v1/lexi/autoresearch", Research, scope="write:ai", idempotent=True, credits="3/6/12 by depth", timeout=120
)
PERSONALIZE_EMAIL = Op(
    "POST", "/v1/lexi/personalize-email", PersonalizedEmail, scope="write:ai", idempotent=True, credits="2", timeout=60
)
LIST_CONVERSATIONS = Op("GET", "/v1/lexi/conversations", Page[Conversation], "conversations", scope="read:ai")
GET_CONVERSATION = Op("GET", "/v1/lexi/conversations/{id}", Conversation, "conversation", scope="read:ai")
UPDATE_CONVERSATION = Op(
    "PATCH", "/v1/lexi/conversations/{id}", Conversation, "conversation", scope="write:ai", idempotent=True
)
DELETE_CONVERSATION = Op("DELETE", "/v1/lexi/conversations/{id}", NoneType, scope="write:ai", idempotent=True)

LONGEST_MESSAGE = 12_000
LONGEST_TITLE = 200

TaskStatusName = Literal["pending", "approved", "dismissed", "completed", "failed"]


class ChatContext(TypedDict, total=False):
    """What a chat message is about; ``conversation_id`` goes on with an earlier conversation."""

    list_id: str
    campaign_id: str
    conversation_id: str


class ChatEntity(TypedDict):
    """The record that the user is looking at; notes and tasks that Lexi makes are linked to it."""

    type: str
    id: str


class StreamContext(TypedDict, total=False):
    """What a streamed chat message is about."""

    contact_id: str
    deal_id: str
    matter_id: str
    company_id: str
    page: str


class StreamMessage(TypedDict):
    """Body of ``lexi.chat_stream``; ``allow_tools=False`` keeps Lexi from using CRM tools."""

    message: str
    conversation_id: NotRequired[str | None]
    context: NotRequired[StreamContext]
    allow_tools: NotRequired[bool]


class ResearchRequest(TypedDict, total=False):
    """Body of ``lexi.autoresearch``: a question, a contact, a company, or several of them."""

    query: str
    contact_id: str
    company_id: str
    depth: Literal["quick", "standard", "deep"]
    sources: Sequence[Literal["crm", "emails", "meetings", "web", "news", "linkedin"]]


class EmailRequest(TypedDict):
    """Body of ``lexi.personalize_email``; ``language`` is an ISO 639-1 code."""

    contact_id: str
    intent: str
    template: NotRequired[str]
    tone: NotRequired[Literal["professional", "warm", "formal", "casual"]]
    length: NotRequired[Literal["short", "medium", "long"]]
    language: NotRequired[str]


class ConversationFilters(TypedDict, total=False):
    """Which conversations to list; ``archived=True`` includes the archived ones."""

    per_page: int
    search: str
    user_id: str
    contact_id: str
    deal_id: str
    archived: bool


class ConversationLinks(TypedDict, total=False):
    """The records that a conversation is about; None clears a link."""

    contact_id: str | None
    deal_id: str | None
    matter_id: str | None


class ConversationChanges(TypedDict, total=False):
    """Body of ``lexi.update_conversation``; a title has 1 to 200 characters."""

    title: str
    archived: bool
    context: ConversationLinks | None


class Lexi:
    """``leadlex.lexi``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def chat(
        self,
        message: str,
        *,
        context: ChatContext | None = None,
        currentEntity: ChatEntity | None = None,  # noqa: N803 - the API's own name
    ) -> ChatReply:
        """Ask Lexi and get one whole answer; each message costs credits (lexi/chat)."""
        require_any({"message": message}, "message")
        about = {name: given for name, given in (("context", context), ("currentEntity", currentEntity)) if given}
        return await self._core.call(CHAT, json={"message": message, **about})

    def chat_stream(self, *, idempotency_key: str | None = None, **body: Unpack[StreamMessage]) -> ChatStream:
        """Ask Lexi and get the answer in pieces: ``async for event in leadlex.lexi.chat_stream(message=...)``.

        At most 12,000 characters. Errors come from the first step of the iteration on (lexi/chat-stream).
        """
        require_size("message", body.get("message", ""), LONGEST_MESSAGE, "characters")
        return ChatStream(self._core, CHAT_STREAM, body, idempotency_key)

    async def list_tasks(self, *, status: LexiTaskStatus | TaskStatusName = "pending") -> list[LexiTask]:
        """All approval tasks of one status; the API does not page them (lexi/tasks)."""
        return await self._core.call(LIST_TASKS, query={"status": status})

    async def approve(self, id: str) -> TaskApproved:
        """Approve a pending task, which is carried out at once; any other is a ``ValidationError`` (lexi/approve)."""
        return await self._core.call(APPROVE, id=id)

    async def dismiss(self, id: str, *, reason: str | None = None) -> TaskDismissed:
        """Dismiss a pending task for good; the reason is free text (lexi/dismiss)."""
        return await self._core.call(DISMISS, id=id, json={"reason": reason} if reason is not None else {})

    async def autoresearch(self, *, idempotency_key: str | None = None, **body: Unpack[ResearchRequest]) -> Research:
        """Have Lexi research a contact, a company or a question; takes up to a minute (lexi/autoresearch)."""
        require_any(body, "query", "contact_id", "company_id")
        return await self._core.call(AUTORESEARCH, json=body, idempotency_key=idempotency_key)

    async def personalize_email(
        self, *, idempotency_key: str | None = None, **body: Unpack[EmailRequest]
    ) -> PersonalizedEmail:
        """Have Lexi draft an e-mail to a contact (lexi/personalize-email)."""
        return await self._core.call(PERSONALIZE_EMAIL, json=body, idempotency_key=idempotency_key)

    async def list_conversations(self, *, page: int = 1, **filters: Unpack[ConversationFilters]) -> Page[Conversation]:
        """One page of conversations, 25 unless ``per_page`` (at most 100) says otherwise (lexi/conversations-list)."""
        return await self._core.call(LIST_CONVERSATIONS, query={"page": page, **filters})

    def iter_conversations(
        self, *, limit: int | None = None, **filters: Unpack[ConversationFilters]
    ) -> AsyncIterator[Conversation]:
        """Walk all conversations, one request a page of 100 (lexi/conversations-list)."""
        return self._core.iterate(LIST_CONVERSATIONS, query=filters, limit=limit)

    async def get_conversation(
        self, id: str, *, include_tool_steps: bool = False, limit: int | None = None
    ) -> Conversation:
        """Read a conversation with its 200 (``limit``: up to 1,000) latest messages (lexi/conversations-get)."""
        query = {"include_tool_steps": include_tool_steps or None, "limit": limit}
        return await self._core.call(GET_CONVERSATION, id=id, query=query)

    async def update_conversation(
        self, id: str, *, idempotency_key: str | None = None, **changes: Unpack[ConversationChanges]
    ) -> Conversation:
        """Rename, archive or relink a conversation (lexi/conversations-update)."""
        require_changes(changes)
        if "title" in changes:
            require_size("title", changes["title"], LONGEST_TITLE, "characters")
        return await self._core.call(UPDATE_CONVERSATION, id=id, json=changes, idempotency_key=idempotency_key)

    async def delete_conversation(self, id: str, *, idempotency_key: str | None = None) -> None:
        """Delete a conversation for good; archiving hides it only (lexi/conversations-delete)."""
        await self._core.call(DELETE_CONVERSATION, id=id, idempotency_key=idempotency_key)
