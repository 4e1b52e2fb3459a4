"""What each call sends and how its answer is read."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, cast

import pytest
from aioresponses_shim import mocked
from attrs import field, frozen

from leadlex_async import LeadLex, Page, ServerError, ValidationError, __version__
from leadlex_async._http.op import Op
from leadlex_async.models.lexi import LexiTaskStatus
from leadlex_async.resources import campaigns, contacts, lexi, lists

if TYPE_CHECKING:
    from leadlex_async.models.contacts import Contact
    from leadlex_async.sandbox import Sandbox

KEY = "wbk_test_0123456789"
HOST = "api.leadlex.test"
ALIASES = {"created_date": "created_at", "updated_date": "updated_at", "company_name": "company"}
HELD = "2026-04-17T14:30:00Z"


@pytest.fixture
async def api() -> AsyncIterator[LeadLex]:
    """A client whose requests are answered from memory."""
    async with LeadLex(KEY, base_url=f"https://{HOST}/gateway") as api:
        yield api


@frozen
class Row:
    """One operation: how it is called, what it sends, what the documented answer looks like."""

    name: str
    call: Callable[[LeadLex], Awaitable[object]]
    request: str
    data: object
    body: object = None
    query: dict[str, str] = field(factory=dict[str, str])
    envelope: str = ""
    meta: dict[str, int] | None = None
    idempotent: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def answer(self) -> dict[str, object]:
        """The documented answer."""
        return {"data": self.data} | ({"meta": self.meta} if self.meta else {})

    @property
    def payload(self) -> object:
        """What is to be read out of it."""
        return cast("dict[str, object]", self.data)[self.envelope] if self.envelope else self.data


async def collect(items: AsyncIterator[object]) -> list[object]:
    """All items of an async iterator."""
    return [item async for item in items]


def read(value: object, sample: object, where: str = "$") -> None:
    """Every field of the sample can be read from the record, with its value."""
    if isinstance(sample, dict) and type(value) is not dict:
        for key, item in cast("dict[str, object]", sample).items():
            name = ALIASES.get(key, key)
            assert hasattr(value, name), f"{where}.{key} cannot be read"
            read(getattr(value, name), item, f"{where}.{key}")
    elif isinstance(sample, list):
        rows, samples = list(cast("tuple[object, ...]", value)), cast("list[object]", sample)
        assert len(rows) == len(samples), where
        for at, (row, item) in enumerate(zip(rows, samples, strict=True)):
            read(row, item, f"{where}[{at}]")
    elif isinstance(value, datetime):
        assert value == datetime.fromisoformat(cast("str", sample)), where
        assert value.tzinfo is not None, where
    else:
        assert value == sample, where


META = {"page": 2, "per_page": 25, "total": 51}
STEP = {
    "id": "step_7",
    "index": 1,
    "subject": "Once more, {{company_name}}",
    "body": "<p>Hello {{first_name}}</p>",
    "delay_days": 4,
    "delay_hours": 6,
    "send_condition": "if_no_reply",
    "created_at": HELD,
}
CAMPAIGN = {
    "id": "cmp_9",
    "name": "Autumn",
    "description": "General counsel in Basel",
    "status": "paused",
    "daily_send_limit": 40,
    "delay_between_emails": 90,
    "sending_timezone": "Europe/Zurich",
    "send_on_weekends": False,
    "track_opens": True,
    "track_clicks": False,
    "show_unsubscribe": True,
    "steps": [{key: STEP[key] for key in ("id", "subject", "body", "delay_days", "delay_hours", "send_condition")}],
    "contacts": ["c-1", "c-2"],
    "created_at": "2026-03-15T09:00:00Z",
    "updated_at": HELD,
}
LISTED = {
    "id": "c-1",
    "full_name": "Ann Lee",
    "email": "ann@example.com",
    "phone": "+41 61 000",
    "job_title": "Counsel",
    "company_name": "Lee AG",
    "linkedin_url": "https://linkedin.com/in/ann",
    "created_at": "2026-02-24T10:00:00Z",
    "updated_date": "2026-02-25T10:00:00Z",
}
CONTACT = {
    "id": "c-1",
    "first_name": "Ann",
    "last_name": "Lee",
    "full_name": "Ann Lee",
    "email": "ann@example.com",
    "phone": "+41 61 000",
    "job_title": "Counsel",
    "company": "Lee AG",
    "related_company_id": "co-1",
    "linkedin_url": "https://linkedin.com/in/ann",
    "priority": 1,
    "tags": ["VIP", "Basel"],
    "custom_fields": {"bar": ["BS", {"since": 2011}], "shoe": None},
    "created_date": "2026-01-15T10:00:00.000Z",
    "updated_date": "2026-02-24T14:30:00Z",
    "recent_notes": [
        {
            "id": "n1",
            "title": "Call",
            "content": "Long",
            "note_type": "call",
            "category": "intro",
            "created_date": "2026-02-20T14:00:00Z",
        }
    ],
    "open_tasks": [
        {
            "id": "t1",
            "title": "Offer",
            "status": "pending",
            "priority": "high",
            "due_date": "2026-03-01",
            "assigned_to_user_id": "usr_1",
        }
    ],
    "open_deals": [
        {"id": "d1", "name": "Retainer", "stage": "proposal", "estimated_value": 85000, "updated_date": HELD}
    ],
}
ENROLLED = {
    "contact_id": "c-1",
    "full_name": "Ann Lee",
    "email": "ann@example.com",
    "status": "replied",
    "current_step": 2,
    "added_at": "2026-04-01T09:00:00Z",
    "last_sent_at": None,
}
EVENT = {
    "id": "evt_1",
    "type": "clicked",
    "contact_id": "c-1",
    "email": "ann@example.com",
    "step_id": "step_7",
    "timestamp": HELD,
    "metadata": {"url": "https://example.com", "ip_country": "CH"},
}
TASK = {
    "id": "task-1",
    "type": "campaign_start",
    "status": "approved",
    "description": "Start campaign 'Autumn' for 150 contacts",
    "created_at": HELD,
    "metadata": {"campaign_id": "cmp_9", "contact_count": 150},
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
LIST = {
    "id": "l-1",
    "name": "Basel",
    "description": "Counsel",
    "contact_count": 45,
    "created_at": HELD,
    "updated_date": HELD,
}
CREATED = {"id": "cmp_9", "name": "Autumn", "status": "draft", "list_id": "l-1", "created_at": HELD}
TOTALS = {"sent": 120, "opened": 45, "replied": 12}
STATS = {
    "sent_count": 1247,
    "opened_count": 612,
    "clicked_count": 143,
    "replied_count": 89,
    "bounced_count": 12,
    "unsubscribed_count": 4,
    "open_rate": 0.491,
    "click_rate": 0,
    "reply_rate": 0.071,
}
FOUND = [
    {"id": "c-1", "full_name": "Ann Lee", "email": "ann@example.com"},
    {"id": "c-2", "full_name": "Bo", "email": None},
]
NEW_STEP = {"subject": "S", "body": "B", "delay_days": 3, "send_condition": "always"}
SETTINGS = {"name": "N", "daily_send_limit": 75, "send_on_weekends": False}
SINCE = datetime(2026, 4, 1, 2, tzinfo=timezone(timedelta(hours=2)))

CAMPAIGNS = [
    Row(
        "campaigns.list",
        lambda api: api.campaigns.list(),
        "GET /v1/campaigns",
        {"campaigns": [CREATED | {"stats": TOTALS, "status": "pending_approval"}]},
        envelope="campaigns",
    ),
    Row(
        "campaigns.create",
        lambda api: api.campaigns.create(name="Autumn", list_id="l-1", template="Hi {{name}}"),
        "POST /v1/campaigns",
        CREATED,
        body={"name": "Autumn", "list_id": "l-1", "template": "Hi {{name}}"},
    ),
    Row(
        "campaigns.get",
        lambda api: api.campaigns.get("cmp_9"),
        "GET /v1/campaigns/cmp_9",
        {"campaign": CAMPAIGN},
        envelope="campaign",
    ),
    Row(
        "campaigns.update",
        lambda api: api.campaigns.update("cmp_9", name="N", daily_send_limit=75, send_on_weekends=False),
        "PATCH /v1/campaigns/cmp_9",
        {"campaign": {"id": "cmp_9", **SETTINGS, "updated_at": HELD}},
        body=SETTINGS,
        envelope="campaign",
    ),
    Row(
        "campaigns.delete",
        lambda api: api.campaigns.delete("cmp_9"),
        "DELETE /v1/campaigns/cmp_9",
        {"deleted": True, "id": "cmp_9"},
    ),
    Row(
        "campaigns.start",
        lambda api: api.campaigns.start("cmp_9"),
        "POST /v1/campaigns/cmp_9/start",
        {"campaign_id": "cmp_9", "status": "pending_approval", "task_id": "task-1"},
    ),
    Row(
        "campaigns.start at once",
        lambda api: api.campaigns.start("cmp_9"),
        "POST /v1/campaigns/cmp_9/start",
        {"campaign_id": "cmp_9", "status": "active", "task_id": None},
    ),
    Row(
        "campaigns.pause",
        lambda api: api.campaigns.pause("cmp_9"),
        "POST /v1/campaigns/cmp_9/pause",
        {"campaign": {"id": "cmp_9", "status": "paused", "paused_at": HELD}},
        envelope="campaign",
    ),
    Row(
        "campaigns.list_contacts",
        lambda api: api.campaigns.list_contacts("cmp_9", page=2, per_page=25, status="replied"),
        "GET /v1/campaigns/cmp_9/contacts",
        {"contacts": [ENROLLED]},
        query={"page": "2", "per_page": "25", "status": "replied"},
        envelope="contacts",
        meta=META,
    ),
    Row(
        "campaigns.iter_contacts",
        lambda api: collect(api.campaigns.iter_contacts("cmp_9", status="active", limit=1)),
        "GET /v1/campaigns/cmp_9/contacts",
        {"contacts": [ENROLLED]},
        query={"page": "1", "per_page": "100", "status": "active"},
        envelope="contacts",
    ),
    Row(
        "campaigns.add_contacts",
        lambda api: api.campaigns.add_contacts("cmp_9", ("c-1", "c-2"), source="list:basel"),
        "POST /v1/campaigns/cmp_9/contacts",
        {"added": 2, "skipped": 1, "contact_ids": ["c-1", "c-2"]},
        body={"contact_ids": ["c-1", "c-2"], "source": "list:basel"},
    ),
    Row(
        "campaigns.remove_contact",
        lambda api: api.campaigns.remove_contact("cmp_9", "c-1"),
        "DELETE /v1/campaigns/cmp_9/contacts/c-1",
        {"removed": True, "campaign_id": "cmp_9", "contact_id": "c-1"},
    ),
    Row(
        "campaigns.list_steps",
        lambda api: api.campaigns.list_steps("cmp_9"),
        "GET /v1/campaigns/cmp_9/steps",
        {"steps": [STEP, STEP | {"id": "step_8", "index": 2}]},
        envelope="steps",
    ),
    Row(
        "campaigns.create_step",
        lambda api: api.campaigns.create_step("cmp_9", subject="S", body="B", delay_days=3, send_condition="always"),
        "POST /v1/campaigns/cmp_9/steps",
        {"step": STEP},
        body=NEW_STEP,
        envelope="step",
    ),
    Row(
        "campaigns.update_step",
        lambda api: api.campaigns.update_step("cmp_9", "step_7", delay_days=5),
        "PATCH /v1/campaigns/cmp_9/steps/step_7",
        {"step": {key: value for key, value in STEP.items() if key != "created_at"}},
        body={"delay_days": 5},
        envelope="step",
    ),
    Row(
        "campaigns.delete_step",
        lambda api: api.campaigns.delete_step("cmp_9", "step_7"),
        "DELETE /v1/campaigns/cmp_9/steps/step_7",
        {"deleted": True, "id": "step_7"},
    ),
    Row(
        "campaigns.stats",
        lambda api: api.campaigns.stats("cmp_9"),
        "GET /v1/campaigns/cmp_9/stats",
        {"stats": STATS},
        envelope="stats",
    ),
    Row(
        "campaigns.list_events",
        lambda api: api.campaigns.list_events(
            "cmp_9", type="clicked", contact_id="c-1", from_date=SINCE, to_date="2026-05-01"
        ),
        "GET /v1/campaigns/cmp_9/events",
        {"events": [EVENT]},
        query={
            "page": "1",
            "type": "clicked",
            "contact_id": "c-1",
            "from_date": "2026-04-01T00:00:00Z",
            "to_date": "2026-05-01",
        },
        envelope="events",
        meta=META,
    ),
    Row(
        "campaigns.iter_events",
        lambda api: collect(api.campaigns.iter_events("cmp_9", per_page=30, limit=1)),
        "GET /v1/campaigns/cmp_9/events",
        {"events": [EVENT]},
        query={"page": "1", "per_page": "30"},
        envelope="events",
    ),
]

LEXI = [
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

LISTS = [
    Row("lists.list", lambda api: api.lists.list(), "GET /v1/lists", {"lists": [LIST]}, envelope="lists"),
    Row(
        "lists.create",
        lambda api: api.lists.create(name="Basel", description="Counsel"),
        "POST /v1/lists",
        {key: value for key, value in LIST.items() if key != "updated_date"},
        body={"name": "Basel", "description": "Counsel"},
    ),
    Row(
        "lists.delete",
        lambda api: api.lists.delete("l-1"),
        "DELETE /v1/lists/l-1",
        {"deleted": True, "id": "l-1", "memberships_removed": 45},
    ),
    Row(
        "lists.add_contacts",
        lambda api: api.lists.add_contacts("l-1", ["c-1", "c-2"]),
        "POST /v1/lists/l-1/contacts",
        {"added": 2, "list_id": "l-1", "contact_count": 47},
        body={"contact_ids": ["c-1", "c-2"]},
    ),
    Row(
        "lists.remove_contact",
        lambda api: api.lists.remove_contact("l-1", "c-1"),
        "DELETE /v1/lists/l-1/contacts/c-1",
        {"removed": True, "list_id": "l-1", "contact_id": "c-1"},
    ),
]

CONTACTS = [
    Row(
        "contacts.list",
        lambda api: api.contacts.list(page=2, per_page=25, created_after=SINCE, sort="-full_name"),
        "GET /v1/contacts",
        {"contacts": [LISTED]},
        query={"page": "2", "per_page": "25", "created_after": "2026-04-01T00:00:00Z", "sort": "-full_name"},
        envelope="contacts",
        meta=META,
    ),
    Row(
        "contacts.iter",
        lambda api: collect(api.contacts.iter(search="Lée +1", list_id="l-1", limit=1)),
        "GET /v1/contacts",
        {"contacts": [LISTED]},
        query={"page": "1", "per_page": "100", "search": "Lée +1", "list_id": "l-1"},
        envelope="contacts",
    ),
    Row(
        "contacts.create",
        lambda api: api.contacts.create(full_name="Ann Lee", priority="high", tags=("VIP",), created_date=SINCE),
        "POST /v1/contacts",
        {key: CONTACT[key] for key in ("id", "first_name", "last_name", "full_name", "email", "created_date")}
        | {"priority": None},
        body={"full_name": "Ann Lee", "priority": "high", "tags": ["VIP"], "created_date": "2026-04-01T00:00:00Z"},
    ),
    Row("contacts.get", lambda api: api.contacts.get("c-1"), "GET /v1/contacts/c-1", CONTACT),
    Row(
        "contacts.get with more",
        lambda api: api.contacts.get("c-1", include=["notes", "deals"]),
        "GET /v1/contacts/c-1",
        CONTACT,
        query={"include": "notes,deals"},
    ),
    Row(
        "contacts.create_many",
        lambda api: api.contacts.create_many([{"full_name": "Ann Lee", "email": "ann@example.com"}]),
        "POST /v1/contacts/bulk",
        {"created": 2, "contacts": FOUND},
        body={"contacts": [{"full_name": "Ann Lee", "email": "ann@example.com"}]},
    ),
]

ROWS = [*CAMPAIGNS, *LEXI, *LISTS, *CONTACTS]
HEADERS = {"Authorization": f"Bearer {KEY}", "Accept": "application/json", "User-Agent": f"leadlex_async/{__version__}"}


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_a_call_sends_what_is_documented(api: LeadLex, row: Row) -> None:
    """Method, address, query, body and headers are those of the operation's page, and no others."""
    with mocked() as http:
        http.answer(row.answer)
        await row.call(api)
    sent = http.sent[0]
    assert len(http.sent) == 1
    assert (f"{sent.method} {sent.path.removeprefix('/gateway')}", sent.host) == (row.request, HOST)
    assert (sent.query, sent.body) == (row.query, row.body)
    headers = dict(sent.headers)
    key = headers.pop("Idempotency-Key", None)
    assert (key is not None) == row.idempotent
    assert headers == HEADERS | ({"Content-Type": "application/json"} if row.body is not None else {})


@pytest.mark.parametrize("bare", [False, True], ids=["as documented", "the other way"])
@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_every_documented_field_can_be_read(api: LeadLex, row: Row, *, bare: bool) -> None:
    """Wrapped or bare, the payload becomes a record with all its fields."""
    with mocked() as http:
        http.answer(row.answer | ({"data": row.payload} if bare else {}))
        value = await row.call(api)
    if isinstance(value, Page):
        page = cast("Page[object]", value)
        assert {"page": page.page, "per_page": page.per_page, "total": page.total} == row.meta
        value = page.items
    read(value, row.payload)


WRAPPED = {
    "campaigns.create": "campaign",
    "contacts.create": "contact",
    "contacts.get": "contact",
    "lists.create": "list",
    "lexi.get_conversation": "conversation",
    "lexi.update_conversation": "conversation",
}


@pytest.mark.parametrize("row", [row for row in ROWS if row.name in WRAPPED], ids=str)
async def test_a_payload_that_is_documented_bare_may_come_wrapped(api: LeadLex, row: Row) -> None:
    """The API's newer pages wrap single records, so the older ones may follow."""
    with mocked() as http:
        http.answer({"data": {WRAPPED[row.name]: row.payload}})
        read(await row.call(api), row.payload)


async def test_a_delete_without_a_body(api: LeadLex) -> None:
    """The conversation's delete is answered 204 with nothing in it."""
    with mocked() as http:
        http.answer(status=204)
        await api.lexi.delete_conversation("conv_1")
    sent = http.sent[0]
    assert (sent.method, sent.path, sent.raw) == ("DELETE", "/gateway/v1/lexi/conversations/conv_1", None)
    assert uuid.UUID(sent.headers["Idempotency-Key"]).version == 4
    assert "Content-Type" not in sent.headers


async def test_a_dismissal_without_a_reason(api: LeadLex) -> None:
    """The reason is optional."""
    with mocked() as http:
        http.answer({"data": {"task_id": "task-1", "status": "dismissed"}})
        assert (await api.lexi.dismiss("task-1")).status is LexiTaskStatus.DISMISSED
    assert http.sent[0].body == {}


STREAMED = b'event: text\ndata: {"delta": "Hi", "conversation_id": "conv_1"}\n\ndata: [DONE]\n\n'


async def test_a_streamed_chat_asks_for_events(api: LeadLex) -> None:
    """The stream's request asks for an event stream, with the conversation at the top level."""
    with mocked() as http:
        http.answer(body=STREAMED, headers={"Content-Type": "text/event-stream"})
        stream = api.lexi.chat_stream(
            message="Hi", conversation_id="conv_1", context={"deal_id": "d1"}, allow_tools=False, idempotency_key="k1"
        )
        assert len(await collect(stream)) == 1
    sent = http.sent[0]
    assert (sent.method, sent.path) == ("POST", "/gateway/v1/lexi/chat/stream")
    assert sent.body == {
        "message": "Hi",
        "conversation_id": "conv_1",
        "context": {"deal_id": "d1"},
        "allow_tools": False,
    }
    assert sent.headers == HEADERS | {
        "Accept": "text/event-stream",
        "Content-Type": "application/json",
        "Idempotency-Key": "k1",
    }


IDEMPOTENT: list[tuple[str, Callable[[LeadLex, str | None], Awaitable[object]]]] = [
    ("autoresearch", lambda api, key: api.lexi.autoresearch(query="q", idempotency_key=key)),
    (
        "personalize_email",
        lambda api, key: api.lexi.personalize_email(contact_id="c", intent="i", idempotency_key=key),
    ),
    ("update_conversation", lambda api, key: api.lexi.update_conversation("x", title="t", idempotency_key=key)),
    ("delete_conversation", lambda api, key: api.lexi.delete_conversation("x", idempotency_key=key)),
]


@pytest.mark.parametrize("own", [None, "my-key"])
@pytest.mark.parametrize("call", [call for _, call in IDEMPOTENT], ids=[name for name, _ in IDEMPOTENT])
async def test_a_retry_carries_the_same_key(
    api: LeadLex, call: Callable[[LeadLex, str | None], Awaitable[object]], own: str | None
) -> None:
    """A credit is charged once: the second try has the key of the first, another call has another."""
    with mocked() as http:
        http.answer({}, status=503)
        http.answer({"data": {"id": "x"}})
        http.answer({"data": {"id": "x"}})
        await call(api, own)
        await call(api, own)
    first, again, other = (sent.headers["Idempotency-Key"] for sent in http.sent)
    assert first == again
    assert (first == other) is (own is not None)
    assert own in {None, first}


async def test_what_is_not_idempotent_is_sent_once(api: LeadLex) -> None:
    """A failed create may have created something, so it is not sent again."""
    with mocked() as http:
        http.answer({}, status=503)
        with pytest.raises(ServerError):
            await api.contacts.create(email="ann@example.com")
    assert len(http.sent) == 1


@pytest.mark.parametrize(
    ("data", "field", "value"),
    [
        ({"created_at": HELD}, "created_at", datetime.fromisoformat(HELD)),
        ({"created_date": HELD}, "created_at", datetime.fromisoformat(HELD)),
        ({"created_at": None, "created_date": HELD}, "created_at", datetime.fromisoformat(HELD)),
        ({"created_at": "2026-04-17T14:30:00"}, "created_at", datetime(2026, 4, 17, 14, 30, tzinfo=UTC)),
        ({"updated_at": HELD}, "updated_at", datetime.fromisoformat(HELD)),
        ({"company": "Lee AG"}, "company", "Lee AG"),
        ({"company_name": "Lee AG"}, "company", "Lee AG"),
        ({"company": "Lee AG", "company_name": "Roe AG"}, "company", "Lee AG"),
        ({"company_id": "co-1"}, "related_company_id", "co-1"),
    ],
)
async def test_a_field_of_two_names(api: LeadLex, data: dict[str, object], field: str, value: object) -> None:
    """The API's pages do not agree on some names; the record has one."""
    with mocked() as http:
        http.answer({"data": {"id": "c-1"} | data})
        assert getattr(await api.contacts.get("c-1"), field) == value


def page(*ids: int, total: int | None = None) -> dict[str, object]:
    """An answer with these contacts."""
    rows = [{"id": f"c-{number}"} for number in ids]
    meta: dict[str, object] = {"meta": {"page": 1, "per_page": 2, "total": total}} if total else {}
    return {"data": {"contacts": rows}, **meta}


@pytest.mark.parametrize(
    ("pages", "limit", "expected"),
    [
        ([page(1, 2, total=3), page(3, total=3)], None, [1, 2, 3]),
        ([page(1, 2, total=2)], None, [1, 2]),
        ([page(1, 2, total=9), page(3, 4, total=9)], 3, [1, 2, 3]),
        ([page(1, 2, total=9)], 2, [1, 2]),
        ([page(1, 2), page(3), page()], None, [1, 2, 3]),
        ([page()], None, []),
        ([page(1, 2, total=9), page()], None, [1, 2]),
        ([page(1, 2, total=3), page(2, 3, total=4)], None, [1, 2, 3]),
        ([], 0, []),
    ],
    ids=["total", "full page", "limit", "limit of a page", "no total", "nothing", "empty page", "moved", "none wanted"],
)
async def test_walking_pages(
    api: LeadLex, pages: list[dict[str, object]], limit: int | None, expected: list[int]
) -> None:
    """The walk asks for page after page, ends where it should, and gives no row twice."""
    with mocked() as http:
        for answer in pages:
            http.answer(answer)
        found = [contact.id async for contact in api.contacts.iter(limit=limit)]
    assert found == [f"c-{number}" for number in expected]
    assert [sent.query for sent in http.sent] == [
        {"page": str(number + 1), "per_page": "100"} for number in range(len(pages))
    ]


async def test_a_walk_ends_when_pages_bring_nothing_new(api: LeadLex) -> None:
    """A server that ignores ``page`` and tells no total must not be asked for ever."""
    with mocked() as http:
        for _ in range(5):
            http.answer(page(1, 2))
        found = [contact.id async for contact in api.contacts.iter()]
    assert found == ["c-1", "c-2"]


async def test_a_walk_asks_only_for_what_is_read(api: LeadLex) -> None:
    """Nothing is sent before the first step, and no page ahead of it."""
    with mocked() as http:
        http.answer(page(1, 2, total=9))
        walk: AsyncIterator[Contact] = api.contacts.iter()
        assert not http.sent
        assert (await anext(walk)).id == "c-1"
        assert (await anext(walk)).id == "c-2"
    assert len(http.sent) == 1


NAIVE = datetime(2026, 4, 1)  # noqa: DTZ001 - that is what must be refused

REFUSED: dict[str, Callable[[LeadLex], Awaitable[object]]] = {
    "no name": lambda api: api.contacts.create(phone="1"),
    "empty name": lambda api: api.contacts.create(full_name="", email=""),
    "no contacts": lambda api: api.contacts.create_many([]),
    "501 contacts": lambda api: api.contacts.create_many([{"full_name": "A"} for _ in range(501)]),
    "no ids": lambda api: api.campaigns.add_contacts("cmp", []),
    "501 ids": lambda api: api.campaigns.add_contacts("cmp", ["c"] * 501),
    "no ids for a list": lambda api: api.lists.add_contacts("l", []),
    "101 ids for a list": lambda api: api.lists.add_contacts("l", ["c"] * 101),
    "no settings": lambda api: api.campaigns.update("cmp"),
    "no step fields": lambda api: api.campaigns.update_step("cmp", "step"),
    "no conversation fields": lambda api: api.lexi.update_conversation("conv"),
    "no message": lambda api: api.lexi.chat(""),
    "nothing to research": lambda api: api.lexi.autoresearch(depth="quick"),
    "empty streamed message": lambda api: collect(api.lexi.chat_stream(message="")),
    "long streamed message": lambda api: collect(api.lexi.chat_stream(message="x" * 12_001)),
    "naive time in a query": lambda api: api.contacts.list(created_after=NAIVE),
    "naive time in a body": lambda api: api.contacts.create(full_name="A", created_date=NAIVE),
    "no JSON": lambda api: api.contacts.create(full_name="A", custom_fields={"x": cast("str", object())}),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=list(REFUSED))
async def test_bad_input_costs_no_request(api: LeadLex, call: Callable[[LeadLex], Awaitable[object]]) -> None:
    """What the API would surely refuse is refused here, without a status."""
    with mocked() as http:
        with pytest.raises(ValidationError) as caught:
            await call(api)
        assert not http.sent
    assert caught.value.status is None


async def test_a_naive_time_is_named_as_the_reason(api: LeadLex) -> None:
    """The message tells what is wrong with the body, not only that something is."""
    with pytest.raises(ValidationError, match="time zone"):
        await api.contacts.create(full_name="A", created_date=NAIVE)


async def test_limits_are_reached_exactly(api: LeadLex) -> None:
    """The largest documented sizes pass."""
    with mocked() as http:
        http.answer({"data": {"added": 500}})
        http.answer({"data": {"added": 100}})
        http.answer(body=STREAMED)
        await api.campaigns.add_contacts("cmp", ["c"] * 500)
        await api.lists.add_contacts("l", ["c"] * 100)
        await collect(api.lexi.chat_stream(message="x" * 12_000))
    assert len(http.sent) == 3


TWO_IDS: dict[str, Callable[[LeadLex, str], Awaitable[object]]] = {
    "get": lambda api, value: api.campaigns.get(value),
    "approve": lambda api, value: api.lexi.approve(value),
    "second place": lambda api, value: api.lists.remove_contact("l", value),
}


@pytest.mark.parametrize("id", ["", " ", "\t\n", "\N{NO-BREAK SPACE}", ".", "..", cast("str", None), cast("str", 7)])
@pytest.mark.parametrize("call", TWO_IDS.values(), ids=list(TWO_IDS))
async def test_an_id_that_would_be_another_path(
    api: LeadLex, call: Callable[[LeadLex, str], Awaitable[object]], id: str
) -> None:
    """Empty ids and dots would address something else, so they are refused."""
    with pytest.raises(ValidationError, match="must be a non-empty id"), mocked():
        await call(api, id)


@pytest.mark.parametrize(
    ("id", "segment"),
    [
        ("a/b", "a%2Fb"),
        ("../../v1/lists", "..%2F..%2Fv1%2Flists"),
        ("a b", "a%20b"),
        ("a?b#c", "a%3Fb%23c"),
        ("50%", "50%25"),
        ("%2e%2e", "%252e%252e"),
        ("a%2Fb", "a%252Fb"),
        ("é/日", "%C3%A9%2F%E6%97%A5"),
        ("a+b;c=d", "a%2Bb%3Bc%3Dd"),
        ("...", "..."),
        ("{id}", "%7Bid%7D"),
    ],
)
async def test_an_id_is_one_segment_on_the_wire(leadlex: LeadLex, sandbox: Sandbox, id: str, segment: str) -> None:
    """Whatever is in an id, the server sees one encoded segment and decodes it to the same id."""
    sandbox.add_campaign(id=id)
    assert (await leadlex.campaigns.get(id)).id == id
    assert sandbox.log[-1].path == f"/v1/campaigns/{segment}"


async def test_a_page_is_a_sequence_of_its_rows(api: LeadLex) -> None:
    """A page can be walked and counted without naming its rows."""
    with mocked() as http:
        http.answer(page(1, 2, total=9))
        found = await api.contacts.list()
    assert ([contact.id for contact in found], len(found), found.total) == (["c-1", "c-2"], 2, 9)


@pytest.mark.parametrize(
    ("metadata", "campaign_id", "contact_count"),
    [
        ({"campaign_id": "cmp_9", "contact_count": 150}, "cmp_9", 150),
        ({"campaign_id": 9, "contact_count": "many"}, None, None),
        ({}, None, None),
    ],
)
async def test_what_a_task_would_start(
    api: LeadLex, metadata: dict[str, object], campaign_id: str | None, contact_count: int | None
) -> None:
    """Metadata is free-form, so what is of another type is as good as missing."""
    with mocked() as http:
        http.answer({"data": {"tasks": [TASK | {"metadata": metadata}]}})
        (task,) = await api.lexi.list_tasks()
    assert (task.campaign_id, task.contact_count) == (campaign_id, contact_count)


def test_the_rows_are_complete() -> None:
    """Every operation of the four resources has a row but these, which have tests of their own."""
    operations = {
        value.label
        for module in (campaigns, contacts, lexi, lists)
        for value in vars(module).values()
        if type(value) is Op
    }
    patterns = {label: re.sub(r"\{\w+\}", "[^/]+", label) for label in operations}
    asked = [row.request for row in ROWS]
    left = {label for label in operations if not any(re.fullmatch(patterns[label], request) for request in asked)}
    assert left == {lexi.CHAT_STREAM.label, lexi.DELETE_CONVERSATION.label}
