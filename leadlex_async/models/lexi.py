"""Lexi, the assistant: its approval tasks, chats, research and drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from attrs import field, frozen

from .._http.record import OpenEnum
from .._http.wire import JSONValue


class LexiTaskType(OpenEnum):
    """What an approval task would do."""

    PROSPECT_SEARCH = "prospect_search"
    CAMPAIGN_START = "campaign_start"
    CONTACT_UPDATE = "contact_update"
    LIST_OPERATION = "list_operation"


class LexiTaskStatus(OpenEnum):
    """Where an approval task stands: ``approved`` is being carried out, ``completed`` is done."""

    PENDING = "pending"
    APPROVED = "approved"
    COMPLETED = "completed"
    DISMISSED = "dismissed"
    FAILED = "failed"


@frozen(kw_only=True)
class LexiTask:
    """Something Lexi will do once a person approves it."""

    id: str
    type: LexiTaskType
    status: LexiTaskStatus
    description: str | None = None
    created_at: datetime | None = None
    metadata: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])

    @property
    def campaign_id(self) -> str | None:
        """The campaign that a ``campaign_start`` task would start."""
        value = self.metadata.get("campaign_id")
        return value if isinstance(value, str) else None

    @property
    def contact_count(self) -> int | None:
        """How many people a ``campaign_start`` task would mail."""
        value = self.metadata.get("contact_count")
        return value if isinstance(value, int) else None


@frozen(kw_only=True)
class TaskApproved:
    """What an approval answers."""

    task_id: str
    status: LexiTaskStatus = LexiTaskStatus.APPROVED
    execution_started: bool = False


@frozen(kw_only=True)
class TaskDismissed:
    """What a dismissal answers."""

    task_id: str
    status: LexiTaskStatus = LexiTaskStatus.DISMISSED


@frozen(kw_only=True)
class ChatReply:
    """One answer of Lexi; ``task_id`` is set when what it proposes needs an approval."""

    response: str | None = None
    task_id: str | None = None
    requires_approval: bool = False
    conversation_id: str | None = None


@frozen(kw_only=True)
class Thinking:
    """Chat stream: a thought on the way to the answer."""

    text: str = ""


@frozen(kw_only=True)
class ToolStep:
    """Chat stream: a CRM tool was started or has completed."""

    tool: str = ""
    status: str = ""
    summary: str | None = None


@frozen(kw_only=True)
class TextDelta:
    """Chat stream: the next piece of the answer; join the ``delta`` of all."""

    delta: str = ""
    conversation_id: str | None = None


@frozen(kw_only=True)
class ChatDone:
    """Chat stream: the answer is complete."""

    message_id: str | None = None
    credits_remaining: int | None = None


@frozen(kw_only=True)
class UnknownChatEvent:
    """Chat stream: an event this release has no class for."""

    name: str
    data: JSONValue = None


ChatEvent: TypeAlias = Thinking | ToolStep | TextDelta | ChatDone | UnknownChatEvent


@frozen(kw_only=True)
class NewsItem:
    """A piece of news found by research; ``published_at`` is as the source gives it."""

    title: str | None = None
    url: str | None = None
    published_at: str | None = None
    source: str | None = None


@frozen(kw_only=True)
class ResearchedPerson:
    """A person named by research."""

    name: str | None = None
    role: str | None = None


@frozen(kw_only=True)
class Competitor:
    """A competitor named by research."""

    name: str | None = None


@frozen(kw_only=True)
class Citation:
    """Where a finding comes from."""

    url: str | None = None
    title: str | None = None
    source_type: str | None = None


@frozen(kw_only=True)
class Research:
    """A research briefing on a contact, a company or a question."""

    summary: str | None = None
    key_findings: tuple[str, ...] = ()
    recent_news: tuple[NewsItem, ...] = ()
    people: tuple[ResearchedPerson, ...] = ()
    competitors: tuple[Competitor, ...] = ()
    talking_points: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    credits_remaining: int | None = None


@frozen(kw_only=True)
class PersonalizedEmail:
    """A drafted e-mail, as text and as HTML."""

    subject: str | None = None
    body_text: str | None = None
    body_html: str | None = None
    personalization_notes: tuple[str, ...] = ()
    reading_time_seconds: int | None = None
    credits_remaining: int | None = None


class MessageRole(OpenEnum):
    """Who wrote a message."""

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@frozen(kw_only=True)
class ConversationContext:
    """The records a conversation is about."""

    contact_id: str | None = None
    deal_id: str | None = None
    matter_id: str | None = None
    page: str | None = None


@frozen(kw_only=True)
class Message:
    """One message of a conversation."""

    id: str
    role: MessageRole
    content: str | None = None
    tool_calls: tuple[JSONValue, ...] = ()
    tool_name: str | None = None
    tool_output: JSONValue = None
    created_at: datetime | None = None


@frozen(kw_only=True)
class Conversation:
    """A chat with Lexi; ``messages`` come with ``get_conversation`` only."""

    id: str
    title: str | None = None
    message_count: int | None = None
    last_message_at: datetime | None = None
    context: ConversationContext = ConversationContext()
    archived: bool = False
    messages: tuple[Message, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
