"""What each call sends and how its answer is read."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import attrs
import pytest
from aioresponses_shim import mocked
from rows import ROWS, Row, collect
from rows.lexi import TASK

from leadlex_async import LeadLex, Page, ServerError, ValidationError, __version__, catalog
from leadlex_async._http.record import ALSO
from leadlex_async.models.lexi import LexiTaskStatus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from leadlex_async.models.contacts import Contact
    from leadlex_async.sandbox import Sandbox

KEY = "wbk_test_0123456789"
HOST = "api.leadlex.test"
HELD = "2026-04-17T14:30:00Z"


@pytest.fixture
async def api() -> AsyncIterator[LeadLex]:
    """A client whose requests are answered from memory."""
    async with LeadLex(KEY, base_url=f"https://{HOST}/gateway") as api:
        yield api


def offered(value: object, key: str) -> str:
    """The attribute that a documented key is read from: its own, or that of which it is another name."""
    if hasattr(value, key):
        return key
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", type(value)))
    return next((each.name for each in fields if key in each.metadata.get(ALSO, ())), key)


def read(value: object, sample: object, where: str = "$") -> None:
    """Every field of the sample can be read from the record, with its value."""
    if isinstance(sample, dict) and type(value) is not dict:
        for key, item in cast("dict[str, object]", sample).items():
            name = offered(value, key)
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
@pytest.mark.parametrize("row", [row for row in ROWS if row.data is not None], ids=str)
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


ENVELOPES = {operation.name: operation.op.envelope for operation in catalog.operations()}


@pytest.mark.parametrize("row", [row for row in ROWS if not row.envelope and ENVELOPES.get(row.name)], ids=str)
async def test_a_payload_that_is_documented_bare_may_come_wrapped(api: LeadLex, row: Row) -> None:
    """The API's newer pages wrap single records, so the older ones may follow."""
    with mocked() as http:
        http.answer({"data": {ENVELOPES[row.name]: row.payload}})
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
    """Every operation has a row but these, which have tests of their own."""
    asked = [row.request for row in ROWS]
    left = {
        operation.name
        for operation in catalog.operations()
        if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation.op.label), request) for request in asked)
    }
    assert left == {
        "lexi.chat_stream",
        "lexi.delete_conversation",
        "contacts.export",
        "companies.export",
        "deals.export",
    }


def test_rows_are_named_for_methods() -> None:
    """A row's name begins with the method it calls, and each form of a call has one."""
    methods = {f"{each.resource}.{method}" for each in catalog.operations() for method in each.methods}
    named = {row.name.split()[0] for row in ROWS}
    assert named <= methods
    assert {
        name for name in methods - named if not name.endswith((".export", ".chat_stream", ".delete_conversation"))
    } == set()
