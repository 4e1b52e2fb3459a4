"""Rows of ``leadlex.lexi``."""

from __future__ import annotations

from leadlex_async.models.lexi import LexiTaskStatus

from ._row import HELD, META, Row, collect

TASK = {
    "id": "task-1",
    "type": "campaign_start",
    "status": "approved",
    "description": "Start campaign 'Autumn' for 150 contacts",
    "created_at": HELD,
    "metadata": {"campaign_id": "cmp_9", "contact_count": 150},
}
RESEARCH = {
    "summary": "Lee AG grows.",
    "key_findings": ["Hires", "Moves"],
    "recent_news": [
        {"title": "Lee AG moves", "url": "https://example.com/n", "published_at": "2026-03-21", "source": "BZ"}
    ],
    "people": [{"name": "Ann Lee", "role": "Counsel"}],
    "competitors": [{"name": "Roe AG"}],
    "talking_points": ["Rent"],
    "citations": [{"url": "https://example.com/n", "title": "Lee AG moves", "source_type": "news"}],
    "credits_remaining": 41,
}
LETTER = {
    "subject": "Rent",
    "body_text": "Hi Ann",
    "body_html": "<p>Hi Ann</p>",
    "personalization_notes": ["Named the move"],
    "reading_time_seconds": 28,
    "credits_remaining": 39,
}
CONVERSATION = {
    "id": "conv_1",
    "title": "Lee AG",
    "message_count": 14,
    "last_message_at": HELD,
    "context": {"contact_id": "c-1", "deal_id": "d1", "matter_id": "m1"},
    "archived": True,
    "created_at": "2026-04-15T09:00:00Z",
}
MESSAGES = [
    {"id": "msg_1", "role": "user", "content": "Who is Ann?", "created_at": HELD},
    {"id": "msg_2", "role": "assistant", "content": "", "tool_calls": [{"name": "find"}], "created_at": HELD},
    {"id": "msg_3", "role": "tool", "tool_name": "find", "tool_output": {"hits": [1, 2]}, "created_at": HELD},
]

ROWS = [
    Row(
        "lexi.chat",
        lambda api: api.lexi.chat("Find 20", context={"conversation_id": "conv_1", "list_id": "l-1"}),
        "POST /v1/lexi/chat",
        {"response": "Please approve", "task_id": "task-1", "requires_approval": True, "conversation_id": "conv_1"},
        body={"message": "Find 20", "context": {"conversation_id": "conv_1", "list_id": "l-1"}},
    ),
    Row(
        "lexi.chat without a task",
        lambda api: api.lexi.chat("Hello"),
        "POST /v1/lexi/chat",
        {"response": "Hello", "task_id": None, "requires_approval": False, "conversation_id": "conv_1"},
        body={"message": "Hello"},
    ),
    Row(
        "lexi.list_tasks",
        lambda api: api.lexi.list_tasks(),
        "GET /v1/lexi/tasks",
        {"tasks": [TASK, TASK | {"id": "task-2", "type": "prospect_search", "metadata": {"per_page": 20}}]},
        query={"status": "pending"},
        envelope="tasks",
    ),
    Row(
        "lexi.list_tasks of one status",
        lambda api: api.lexi.list_tasks(status=LexiTaskStatus.FAILED),
        "GET /v1/lexi/tasks",
        {"tasks": list[object]()},
        query={"status": "failed"},
        envelope="tasks",
    ),
    Row(
        "lexi.approve",
        lambda api: api.lexi.approve("task-1"),
        "POST /v1/lexi/tasks/task-1/approve",
        {"task_id": "task-1", "status": "approved", "execution_started": True},
    ),
    Row(
        "lexi.dismiss",
        lambda api: api.lexi.dismiss("task-1", reason="duplicate"),
        "POST /v1/lexi/tasks/task-1/dismiss",
        {"task_id": "task-1", "status": "dismissed"},
        body={"reason": "duplicate"},
    ),
    Row(
        "lexi.autoresearch",
        lambda api: api.lexi.autoresearch(query="Lee AG", contact_id="c-1", depth="quick", sources=["crm", "web"]),
        "POST /v1/lexi/autoresearch",
        RESEARCH,
        body={"query": "Lee AG", "contact_id": "c-1", "depth": "quick", "sources": ["crm", "web"]},
        idempotent=True,
    ),
    Row(
        "lexi.personalize_email",
        lambda api: api.lexi.personalize_email(contact_id="c-1", intent="rent", tone="warm", length="short"),
        "POST /v1/lexi/personalize-email",
        LETTER,
        body={"contact_id": "c-1", "intent": "rent", "tone": "warm", "length": "short"},
        idempotent=True,
    ),
    Row(
        "lexi.list_conversations",
        lambda api: api.lexi.list_conversations(search="rent & co", archived=True, page=2, per_page=25),
        "GET /v1/lexi/conversations",
        {"conversations": [CONVERSATION]},
        query={"page": "2", "per_page": "25", "search": "rent & co", "archived": "true"},
        envelope="conversations",
        meta=META,
    ),
    Row(
        "lexi.iter_conversations",
        lambda api: collect(api.lexi.iter_conversations(archived=False, contact_id="c-1", limit=1)),
        "GET /v1/lexi/conversations",
        {"conversations": [CONVERSATION]},
        query={"page": "1", "per_page": "100", "archived": "false", "contact_id": "c-1"},
        envelope="conversations",
    ),
    Row(
        "lexi.get_conversation",
        lambda api: api.lexi.get_conversation("conv_1", include_tool_steps=True, limit=3),
        "GET /v1/lexi/conversations/conv_1",
        CONVERSATION | {"messages": MESSAGES, "context": {"contact_id": "c-1", "page": "/deals"}},
        query={"include_tool_steps": "true", "limit": "3"},
    ),
    Row(
        "lexi.update_conversation",
        lambda api: api.lexi.update_conversation("conv_1", title="T", archived=False, context={"deal_id": None}),
        "PATCH /v1/lexi/conversations/conv_1",
        {"id": "conv_1", "title": "T", "archived": False, "context": {"contact_id": "c-1"}, "updated_at": HELD},
        body={"title": "T", "archived": False, "context": {"deal_id": None}},
        idempotent=True,
    ),
]
