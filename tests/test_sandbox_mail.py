"""E-mail, calendar, channels and documents of the sandbox, through the client."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, TypeAlias

import aiohttp
import pytest

from leadlex_async import (
    Conflict,
    LeadLex,
    LeadLexError,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    ValidationError,
)
from leadlex_async.sandbox import Fault
from leadlex_async.sandbox.clock import DAY, iso

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from leadlex_async._http.wire import JSONValue
    from leadlex_async.models.documents import Document
    from leadlex_async.resources import (
        calendar as calendar_ops,
        channels as channels_ops,
        documents as documents_ops,
        email as email_ops,
    )
    from leadlex_async.sandbox import Sandbox
    from leadlex_async.sandbox.records import Record

ANN, TEAM = "ann@example.com", "team@example.com"

Ask: TypeAlias = "Callable[[LeadLex], Awaitable[object]]"

UNKNOWN: list[Ask] = [
    lambda api: api.email.send(to=ANN, subject="Rent", body_text="Hi", thread_id="nothing"),
    lambda api: api.email.send(to=ANN, subject="Rent", body_text="Hi", contact_id="nobody"),
    lambda api: api.email.send(to=ANN, subject="Rent", body_text="Hi", deal_id="nothing"),
    lambda api: api.channels.send(channel="slack", recipient="C1", message="Hi", contact_id="nobody"),
    lambda api: api.channels.send(channel="slack", recipient="C1", message="Hi", deal_id="nothing"),
]
FORBIDDEN: list[Ask] = [
    lambda api: api.email.send(to=ANN, subject="Rent", body_text="Dear Ann"),
    lambda api: api.email.list_threads(),
    lambda api: api.email.get_thread("nothing"),
    lambda api: api.email.sync(),
    lambda api: api.email.list_correspondents(),
    lambda api: api.calendar.list_events(),
    lambda api: api.calendar.get_event("nothing"),
    lambda api: api.calendar.sync(),
    lambda api: api.channels.send(channel="slack", recipient="C1", message="Hi"),
    lambda api: api.channels.list_messages(),
    lambda api: api.channels.list_providers(),
    lambda api: api.documents.list(),
    lambda api: api.documents.get("nothing"),
]


async def refused(sandbox: Sandbox, path: str, body: JSONValue) -> tuple[int, str, list[str]]:
    """Status, code and blamed fields of a POST that the client would not send."""
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(sandbox.url + path, json=body) as response,
    ):
        error = (await response.json())["error"]
        return response.status, error["code"], [*error.get("details", {}).get("fields", {})]


def code_of(caught: pytest.ExceptionInfo[LeadLexError]) -> str | None:
    """The code of a refusal."""
    return caught.value.code


async def contact(leadlex: LeadLex, email: str = ANN) -> str:
    """The id of a new contact at a company."""
    return (await leadlex.contacts.create(full_name="Ann Lee", email=email, company="Lee AG")).id


def inbound(sandbox: Sandbox, *, ago: float = 60, unread: bool = True, sender: str = f"Ann <{ANN}>") -> Record:
    """A message that came in."""
    texts: Record = {"body_text": None, "body_html": "<p>Dear team &amp; all,</p><p>when?</p>"}
    facts: Record = {"id": "m1", "from": sender, "to": [TEAM], "cc": ["Bo <bo@example.com>"], "unread": unread}
    return facts | texts | {"sent_at": iso(sandbox.now() - ago), "direction": "inbound", "attachments": []}


def received(sandbox: Sandbox, *messages: Record) -> str:
    """The id of a thread of messages."""
    thread: Record = {"subject": "Rent", "messages": [*messages], "contact_ids": [], "deal_id": None}
    return str(sandbox.store.threads.add(sandbox.now(), thread)["id"])


async def test_the_life_of_a_thread(leadlex: LeadLex) -> None:
    """A mail opens a thread, an answer goes on with it, and the list counts them."""
    sent = await leadlex.email.send(to=f"Ann Lee <{ANN}>", subject="Rent", body_text="Dear Ann", cc=["bo@example.com"])
    assert (sent.status, sent.provider) == ("sent", "gmail")
    assert sent.thread_id
    again = await leadlex.email.send(
        to=[ANN, "cy@example.com"], subject="Re: Rent", body_html="<p>Hi&nbsp;again</p>", thread_id=sent.thread_id
    )
    assert again.thread_id == sent.thread_id
    (listed,) = await leadlex.email.list_threads()
    assert (listed.subject, listed.snippet, listed.message_count, listed.unread_count) == ("Rent", "Hi again", 2, 0)
    assert listed.participants == (TEAM, ANN, "bo@example.com", "cy@example.com")
    assert (listed.last_message_at, listed.messages) == (again.sent_at, ())
    thread = await leadlex.email.get_thread(listed.id)
    first, second = thread.messages
    assert (first.id, first.sender, first.to, first.cc) == (sent.id, TEAM, (f"Ann Lee <{ANN}>",), ("bo@example.com",))
    assert (first.direction, first.body_text, first.body_html) == ("outbound", "Dear Ann", None)
    assert (second.id, second.sent_at, second.body_html) == (again.id, again.sent_at, "<p>Hi&nbsp;again</p>")
    bare = await leadlex.email.get_thread(listed.id, include_body=False)
    assert {(each.body_text, each.body_html) for each in bare.messages} == {(None, None)}
    with pytest.raises(NotFound) as caught:
        await leadlex.email.get_thread("nothing")
    assert code_of(caught) == "not_found"


@pytest.mark.parametrize("send", UNKNOWN)
async def test_a_message_is_about_what_is_known(leadlex: LeadLex, send: Ask) -> None:
    """Into an unknown thread, about an unknown contact or deal nothing is sent."""
    with pytest.raises(NotFound) as caught:
        await send(leadlex)
    assert code_of(caught) == "not_found"
    assert (await leadlex.email.list_threads()).total == (await leadlex.channels.list_messages()).total == 0


async def test_a_mail_is_about_somebody(leadlex: LeadLex) -> None:
    """Contact and deal are noted on the thread, and in the contact's timeline."""
    ann, bo = await contact(leadlex), await contact(leadlex, "bo@example.com")
    deal = (await leadlex.deals.create(name="Lease")).id
    sent = await leadlex.email.send(to=ANN, subject="Rent", body_text="Dear Ann", contact_id=ann, deal_id=deal)
    assert sent.thread_id
    for each in (bo, ann):
        await leadlex.email.send(to=ANN, subject="Rent", body_text="Bo", contact_id=each, thread_id=sent.thread_id)
    thread = await leadlex.email.get_thread(sent.thread_id)
    assert (thread.contact_ids, thread.deal_id) == ((ann, bo), deal)
    entry, first = await leadlex.contacts.list_activities(ann)
    assert (first.type, first.title, first.description, first.deal_id) == ("email_sent", "Rent", "Dear Ann", deal)
    assert (first.entity_type, first.entity_id, entry.deal_id) == ("email", sent.id, None)


async def test_attachments_are_told_by_their_size(leadlex: LeadLex) -> None:
    """That of the content, or of the document stored at the path."""
    await leadlex.documents.create(name="b", mime_type="application/pdf", storage_path="files/b.pdf", size_bytes=512)
    sent = await leadlex.email.send(
        to=ANN,
        subject="Rent",
        body_text="Dear Ann",
        attachments=[
            {"filename": "a.txt", "mime_type": "text/plain", "content_base64": base64.b64encode(b"abcd").decode()},
            {"filename": "b.pdf", "mime_type": "application/pdf", "storage_path": "files/b.pdf"},
            {"filename": "c.pdf", "mime_type": "application/pdf", "storage_path": "files/c.pdf"},
        ],
    )
    assert sent.thread_id
    (message,) = (await leadlex.email.get_thread(sent.thread_id)).messages
    assert [(each.filename, each.size_bytes) for each in message.attachments] == [
        ("a.txt", 4),
        ("b.pdf", 512),
        ("c.pdf", None),
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": []}, "to"),
        ({"to": "nobody"}, "to"),
        ({"to": [ANN, "Ann <ann@example.com"]}, "to"),
        ({"cc": ["ann@"]}, "cc"),
        ({"bcc": ["@example.com"]}, "bcc"),
        ({"reply_to": "desk"}, "reply_to"),
        ({"subject": "x" * 999}, "subject"),
        ({"subject": None}, "subject"),
        ({"body_text": ""}, "body_html"),
        ({"attachments": [{"filename": "a", "mime_type": "text/plain"}]}, "attachments"),
        ({"attachments": [{"filename": "a", "mime_type": "text/plain", "content_base64": "?"}]}, "attachments"),
    ],
)
async def test_a_mail_that_cannot_be_sent(sandbox: Sandbox, wrong: Record, field: str) -> None:
    """Bad addresses, no subject, no body, an attachment without content: all are validation errors."""
    mail: Record = {"to": ANN, "subject": "Rent", "body_text": "Dear Ann"}
    status, code, fields = await refused(sandbox, "/v1/email/send", mail | wrong)
    assert (status, code, fields[0]) == (400, "validation_error", field)
    assert not len(sandbox.store.threads)


async def test_a_key_is_for_one_message(leadlex: LeadLex) -> None:
    """The same key sends once; with another payload it is refused."""
    first = await leadlex.email.send(to=ANN, subject="Rent", body_text="Dear Ann", idempotency_key="k1")
    assert await leadlex.email.send(to=ANN, subject="Rent", body_text="Dear Ann", idempotency_key="k1") == first
    with pytest.raises(Conflict) as caught:
        await leadlex.email.send(to=ANN, subject="Rent", body_text="Dear Bo", idempotency_key="k1")
    assert code_of(caught) == "idempotency_conflict"
    message = await leadlex.channels.send(channel="slack", recipient="C1", message="Hi", idempotency_key="k2")
    assert await leadlex.channels.send(channel="slack", recipient="C1", message="Hi", idempotency_key="k2") == message
    with pytest.raises(Conflict) as caught:
        await leadlex.channels.send(channel="slack", recipient="C1", message="Ho", idempotency_key="k2")
    assert code_of(caught) == "idempotency_conflict"
    assert (await leadlex.email.list_threads()).total == (await leadlex.channels.list_messages()).total == 1


@pytest.mark.parametrize("send", UNKNOWN[::4])
async def test_a_provider_may_fail(leadlex: LeadLex, sandbox: Sandbox, send: Ask) -> None:
    """A scripted 502 is that of the mailbox or the channel."""
    sandbox.fault(Fault("status", status=502))
    with pytest.raises(ServerError) as caught:
        await send(leadlex.with_options(max_retries=0))
    assert (caught.value.status, code_of(caught)) == (502, "provider_error")


async def test_threads_are_found(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """By contact, deal, unread mail and the time of the newest message; the latest comes first."""
    ann, deal = await contact(leadlex), (await leadlex.deals.create(name="Lease")).id
    old = received(sandbox, inbound(sandbox, ago=2 * DAY), inbound(sandbox, ago=DAY, unread=False))
    read = received(sandbox, inbound(sandbox, ago=3600, unread=False))
    mine = (await leadlex.email.send(to=ANN, subject="Us", body_text="Hi", contact_id=ann, deal_id=deal)).thread_id
    recent = iso(sandbox.now() - 2 * 3600)
    cases: list[tuple[email_ops.ThreadFilters, list[JSONValue]]] = [
        ({}, [mine, read, old]),
        ({"contact_id": ann}, [mine]),
        ({"deal_id": deal}, [mine]),
        ({"unread": True}, [old]),
        ({"unread": False}, [mine, read, old]),
        ({"after": recent}, [mine, read]),
        ({"contact_id": "nobody"}, []),
    ]
    for filters, expected in cases:
        found = [thread async for thread in leadlex.email.iter_threads(**filters)]
        assert [thread.id for thread in found] == expected
    page = await leadlex.email.list_threads(page=2, per_page=2)
    assert ([each.id for each in page], page.total, page.per_page) == ([old], 3, 2)
    assert (page.items[0].unread_count, page.items[0].snippet) == (1, "Dear team & all, when?")
    assert (await leadlex.email.list_threads()).per_page == 25


async def test_messages_come_in_their_order(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """The oldest is first, however they came in; reading them leaves them unread."""
    thread = received(sandbox, inbound(sandbox, ago=60), inbound(sandbox, ago=3600) | {"id": "m0"})
    assert [each.id for each in (await leadlex.email.get_thread(thread)).messages] == ["m0", "m1"]
    (listed,) = await leadlex.email.list_threads(unread=True)
    assert listed.unread_count == 2


async def test_a_thread_without_messages(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """It counts nothing and belongs to nobody."""
    received(sandbox)
    (listed,) = await leadlex.email.list_threads()
    assert (listed.message_count, listed.snippet, listed.participants, listed.last_message_at) == (0, "", (), None)


async def test_correspondents(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """Counted by direction, named after their contact, the latest first; copies of incoming mail do not count."""
    ann = await contact(leadlex, "Ann@Example.com")
    for _ in range(2):
        await leadlex.email.send(to=[ANN, "Cy Doe <cy@example.com>"], subject="Rent", body_text="Hi", cc=[TEAM])
    received(sandbox, inbound(sandbox, ago=DAY, sender=ANN), inbound(sandbox, ago=2 * DAY, sender="dee@example.com"))
    first, second = await leadlex.email.list_correspondents()
    assert (first.email, first.display_name, first.contact_id, first.company) == (ANN, "Ann Lee", ann, "Lee AG")
    assert (first.message_count, first.sent_count, first.received_count) == (3, 2, 1)
    assert (second.email, second.display_name, second.contact_id) == ("cy@example.com", "Cy Doe", None)
    assert (second.message_count, second.sent_count, second.received_count) == (2, 2, 0)
    assert second.last_message_at == first.last_message_at
    all_of_them = await leadlex.email.list_correspondents(min_messages=1)
    assert [each.email for each in all_of_them] == [ANN, "cy@example.com", "dee@example.com"]
    assert all_of_them[2].received_count == 1
    assert [each.email for each in await leadlex.email.list_correspondents(limit=1)] == [ANN]
    (recent, _) = await leadlex.email.list_correspondents(since=iso(sandbox.now() - 3600))
    assert (recent.message_count, recent.received_count) == (2, 0)
    assert len(await leadlex.email.list_correspondents(user_id="usr_sandbox")) == 2
    assert await leadlex.email.list_correspondents(user_id="usr_other") == []


async def test_sync_jobs(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """A job is queued in the mode wished for; while a full one runs, none of its kind is."""
    for kind, other in ((leadlex.email, leadlex.calendar), (leadlex.calendar, leadlex.email)):
        quick = await kind.sync()
        assert (quick.status, quick.mode) == ("queued", "incremental")
        assert quick.queued_at
        full = await kind.sync(mode="full", provider="microsoft", idempotency_key=f"k-{kind}")
        assert (full.mode, full.job_id != quick.job_id) == ("full", True)
        sandbox.advance(119)
        with pytest.raises(Conflict) as caught:
            await kind.sync()
        assert code_of(caught) == "sync_in_progress"
        assert await kind.sync(mode="full", provider="microsoft", idempotency_key=f"k-{kind}") == full
        await other.sync()
        sandbox.advance(1)
        await kind.sync()


async def test_syncs_are_rationed(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """Six of a kind an hour."""
    once = leadlex.with_options(max_retries=0)
    for kind in (once.email, once.calendar):
        for _ in range(6):
            await kind.sync()
        with pytest.raises(RateLimited) as caught:
            await kind.sync()
        assert code_of(caught) == "rate_limited"
    sandbox.advance(3600)
    async with LeadLex(sandbox.api_key, base_url=sandbox.url) as later:
        assert (await later.email.sync()).status == "queued"


def event(sandbox: Sandbox, starts: float, **fields: JSONValue) -> str:
    """The id of an event that starts so many seconds from now."""
    start = sandbox.now() + starts
    times: Record = {"title": "Rent", "start_time": iso(start), "end_time": iso(start + 1800)}
    return str(sandbox.store.events.add(sandbox.now(), times | fields)["id"])


async def test_one_event(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """What only one event tells: recurrence, tasks, and which contacts attend."""
    ann = await contact(leadlex)
    people: list[JSONValue] = [
        {"email": "Ann@example.com", "name": "Ann", "response_status": "accepted"},
        {"email": "bo@example.com", "name": "Bo", "response_status": "needsAction"},
        {"email": "cy@example.com", "name": "Cy", "response_status": "declined", "contact_id": "c-cy"},
    ]
    made = event(sandbox, 60, attendees=people, recurrence_rule="RRULE:FREQ=WEEKLY", contact_ids=["c-0"], deal_id="d1")
    task = await leadlex.tasks.create(title="Prepare", event_id=made)
    found = await leadlex.calendar.get_event(made)
    assert [each.contact_id for each in found.attendees] == [ann, None, "c-cy"]
    assert found.attendees[1].response_status == "needsAction"
    assert (found.recurrence_rule, found.task_ids, found.deal_id) == ("RRULE:FREQ=WEEKLY", (task.id,), "d1")
    assert (found.provider, found.status, found.all_day, found.title) == ("google", "confirmed", False, "Rent")
    assert found.contact_ids == ("c-0", ann, "c-cy")
    assert found.created_at == found.updated_at is not None
    (listed,) = await leadlex.calendar.list_events()
    assert (listed.id, listed.start_time, listed.contact_ids) == (made, found.start_time, found.contact_ids)
    assert [each.contact_id for each in listed.attendees] == [None, None, None]
    assert (listed.recurrence_rule, listed.task_ids, listed.created_at) == (None, (), None)
    with pytest.raises(NotFound) as caught:
        await leadlex.calendar.get_event("nothing")
    assert code_of(caught) == "not_found"


async def test_events_are_found(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """By their start, within 30 days unless told otherwise, and by contact, deal and attendee."""
    ann, today = await contact(leadlex), sandbox.now() // DAY * DAY - sandbox.now()
    people: list[JSONValue] = [{"email": ANN}]
    first, last = event(sandbox, today, deal_id="d1"), event(sandbox, today + 30 * DAY, attendees=people)
    past, later = event(sandbox, today - 1, contact_ids=["c-1"]), event(sandbox, today + 30 * DAY + 1)
    week_ago, tomorrow = (iso(sandbox.now() + days * DAY)[:10] for days in (-7, 1))
    cases: list[tuple[calendar_ops.CalendarFilters, list[JSONValue]]] = [
        ({}, [first, last]),
        ({"deal_id": "d1"}, [first]),
        ({"attendee_email": "ANN@example.com"}, [last]),
        ({"contact_id": ann}, [last]),
        ({"contact_id": "c-1"}, []),
        ({"contact_id": "c-1", "from_date": week_ago}, [past]),
        ({"from_date": week_ago}, [past, first]),
        ({"from_date": tomorrow}, [last, later]),
        ({"to_date": iso(sandbox.now() + today)}, [first]),
        ({"from_date": iso(sandbox.now() - DAY)[:10], "to_date": iso(sandbox.now() - DAY)[:10]}, [past]),
        ({"from_date": week_ago, "to_date": iso(sandbox.now() + 31 * DAY)}, [past, first, last, later]),
    ]
    for filters, expected in cases:
        found = [each async for each in leadlex.calendar.iter_events(**filters)]
        assert [each.id for each in found] == expected, filters
    page = await leadlex.calendar.list_events(page=2, per_page=1)
    assert ([each.id for each in page], page.total) == ([last], 2)
    with pytest.raises(ValidationError):
        await leadlex.calendar.list_events(from_date="yesterday")


async def test_channels_carry_messages(leadlex: LeadLex) -> None:
    """What was sent is listed with sender, text and attachments."""
    ann, deal = await contact(leadlex), (await leadlex.deals.create(name="Lease")).id
    sent = await leadlex.channels.send(
        channel="slack",
        recipient="U01234567",
        message="Signed",
        contact_id=ann,
        deal_id=deal,
        attachments=[{"filename": "b.pdf", "mime_type": "application/pdf", "url": "https://example.com/b.pdf"}],
    )
    assert (sent.channel, sent.status) == ("slack", "sent")
    (listed,) = await leadlex.channels.list_messages()
    assert (listed.id, listed.channel, listed.direction, listed.body) == (sent.id, "slack", "outbound", "Signed")
    assert (listed.sender, listed.recipient, listed.sent_at) == ("T01234567", "U01234567", sent.sent_at)
    file = {"filename": "b.pdf", "mime_type": "application/pdf", "url": "https://example.com/b.pdf"}
    assert (listed.contact_id, listed.deal_id, listed.attachments) == (ann, deal, (file,))


async def test_channel_messages_are_found(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """By channel, contact, deal, direction and time; the newest comes first."""
    facts: Record = {"channel": "whatsapp", "direction": "inbound", "sender": "+14155550100", "recipient": "+1"}
    ids: Record = {"contact_id": "c-1", "deal_id": "d1", "body": "Hi", "attachments": []}
    old = sandbox.store.messages.add(sandbox.now(), facts | ids | {"sent_at": iso(sandbox.now() - DAY)})["id"]
    new = (await leadlex.channels.send(channel="email", recipient=ANN, message="Hi", subject="Rent")).id
    cases: list[tuple[channels_ops.MessageFilters, list[JSONValue]]] = [
        ({}, [new, old]),
        ({"channel": "whatsapp"}, [old]),
        ({"contact_id": "c-1"}, [old]),
        ({"deal_id": "d1"}, [old]),
        ({"direction": "outbound"}, [new]),
        ({"after": iso(sandbox.now() - 3600)}, [new]),
        ({"channel": "slack"}, []),
    ]
    for filters, expected in cases:
        found = [each async for each in leadlex.channels.iter_messages(**filters)]
        assert [each.id for each in found] == expected
    page = await leadlex.channels.list_messages(page=2, per_page=1)
    assert ([each.id for each in page], page.total) == ([old], 2)


@pytest.mark.parametrize(
    ("channel", "good", "bad"),
    [
        ("slack", "C01234567", "#general"),
        ("whatsapp", "+41612223344", "061 222 33 44"),
        ("email", "Ann <ann@example.com>", "Ann"),
        ("telegram", "", "@ann"),
        ("teams", "", "19 abc"),
    ],
)
async def test_a_channel_knows_its_recipients(sandbox: Sandbox, channel: str, good: str, bad: str) -> None:
    """Each channel writes its recipients in its own way."""
    body: Record = {"channel": channel, "message": "Hi", "subject": "Rent"}
    wrong = await refused(sandbox, "/v1/channels/send", body | {"recipient": bad})
    assert wrong == (400, "validation_error", ["recipient"])
    async with sandbox.client() as leadlex:
        if good:
            sent = await leadlex.channels.send(channel=channel, recipient=good, message="Hi", subject="Rent")  # type: ignore[arg-type]
            assert sent.status == "sent"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"message": "x" * 4097}, "message"),
        ({"message": ""}, "message"),
        ({"channel": "fax"}, "channel"),
        ({"channel": "email", "recipient": ANN}, "subject"),
        ({"attachments": [{"filename": "a", "mime_type": "text/plain"}]}, "attachments"),
    ],
)
async def test_a_channel_message_that_cannot_be_sent(sandbox: Sandbox, wrong: Record, field: str) -> None:
    """Too long, empty, through no channel, an e-mail without a subject: all are validation errors."""
    body: Record = {"channel": "slack", "recipient": "C01234567", "message": "Hi"}
    assert await refused(sandbox, "/v1/channels/send", body | wrong) == (400, "validation_error", [field])
    assert not len(sandbox.store.messages)


async def test_teams_needs_a_conversation(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """It answers where somebody wrote before."""
    with pytest.raises(NotFound) as caught:
        await leadlex.channels.send(channel="teams", recipient="19:abc", message="Hi")
    assert code_of(caught) == "conversation_required"
    came: Record = {"channel": "teams", "direction": "inbound", "sender": "19:abc", "sent_at": iso(sandbox.now())}
    sandbox.store.messages.add(sandbox.now(), came)
    assert (await leadlex.channels.send(channel="teams", recipient="19:abc", message="Hi")).status == "sent"


async def test_a_channel_must_be_connected(leadlex: LeadLex) -> None:
    """Through one that is not connected nothing is sent."""
    with pytest.raises(PermissionDenied) as caught:
        await leadlex.channels.send(channel="telegram", recipient="-100123", message="Hi")
    assert (code_of(caught), "No telegram account" in str(caught.value)) == ("insufficient_permissions", True)


async def test_channel_providers(leadlex: LeadLex) -> None:
    """All five are listed; one that is not connected has no names and no times."""
    providers = {each.channel: each for each in await leadlex.channels.list_providers()}
    assert [*providers] == ["slack", "teams", "whatsapp", "telegram", "email"]
    states = [(each.connected, each.status) for each in providers.values()]
    assert states == [
        (True, "healthy"),
        (True, "healthy"),
        (True, "degraded"),
        (False, "disconnected"),
        (True, "healthy"),
    ]
    none, slow = providers["telegram"], providers["whatsapp"]  # type: ignore[index]
    assert {none.display_name, none.account_id, none.connected_at, none.last_sync_at, none.error_message} == {None}
    assert (none.capabilities, slow.error_message) == ((), "Deliveries are delayed")
    assert slow.connected_at is not None


async def document(leadlex: LeadLex, name: str = "Lease.pdf", **fields: object) -> Document:
    """A new document."""
    given = {"mime_type": "application/pdf", "storage_path": f"files/{name}"} | fields
    return await leadlex.documents.create(name=name, **given)  # type: ignore[arg-type]


async def test_the_life_of_a_document(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """Recorded, read with an address that ends after 15 minutes, listed, deleted."""
    made = await document(leadlex, "New lease.pdf", description="The lease", size_bytes=512, tags=["signed"])
    assert (made.folder, made.tags, made.created_by, made.download_url) == (None, ("signed",), "usr_sandbox", None)
    assert made.created_at == made.updated_at is not None
    found = await leadlex.documents.get(made.id)
    assert (found.name, found.description, found.size_bytes) == ("New lease.pdf", "The lease", 512)
    assert found.download_url
    assert found.download_url.startswith("https://storage.leadlex.test/files/New%20lease.pdf?")
    assert found.download_url_expires_at
    assert found.download_url_expires_at.timestamp() == pytest.approx(sandbox.now() + 900, abs=30)
    plain = await leadlex.documents.get(made.id, download=False)
    assert (plain.download_url, plain.download_url_expires_at) == (None, None)
    assert (await leadlex.documents.list()).items == [made]
    await leadlex.documents.delete(made.id, idempotency_key="k1")
    await leadlex.documents.delete(made.id, idempotency_key="k1")
    for call in (
        leadlex.documents.get(made.id),
        leadlex.documents.delete(made.id),
        leadlex.documents.link(made.id, entity_type="contact", entity_id="c-1"),
    ):
        with pytest.raises(NotFound) as caught:
            await call
        assert code_of(caught) == "not_found"
    assert not await leadlex.documents.list()
    assert (await document(leadlex, "New lease.pdf")).id != made.id


async def test_a_file_is_recorded_once(leadlex: LeadLex) -> None:
    """A second document of the same path is a conflict, the same request with its key is not."""
    path = "files/a.pdf"
    made = await leadlex.documents.create(name="a", mime_type="x/y", storage_path=path, idempotency_key="k1")
    assert await leadlex.documents.create(name="a", mime_type="x/y", storage_path=path, idempotency_key="k1") == made
    with pytest.raises(Conflict) as caught:
        await leadlex.documents.create(name="b", mime_type="x/y", storage_path=path)
    assert code_of(caught) == "storage_conflict"


@pytest.mark.parametrize("wrong", [{"name": "x" * 256}, {"name": ""}, {"mime_type": None}, {"storage_path": ""}])
async def test_a_document_that_is_none(sandbox: Sandbox, wrong: Record) -> None:
    """Name, type and path must be there, and the name must fit."""
    body: Record = {"name": "a", "mime_type": "x/y", "storage_path": "files/a"}
    assert await refused(sandbox, "/v1/documents", body | wrong) == (400, "validation_error", [*wrong])


async def test_documents_are_found(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """By folder with those below, by all tags, type, words and age; the newest comes first."""
    lease = (await document(leadlex, folder="/lee/leases", tags=["signed", "2026"], description="Basel office")).id
    sandbox.advance(3600)
    note = (await document(leadlex, "Note.txt", mime_type="text/plain", folder="/lee", tags=["signed"])).id
    other = (await document(leadlex, "Other.pdf", folder="/leeward")).id
    cases: list[tuple[documents_ops.DocumentFilters, list[JSONValue]]] = [
        ({}, [other, note, lease]),
        ({"folder": "/lee"}, [note, lease]),
        ({"folder": "/lee/leases/"}, [lease]),
        ({"tag": "signed"}, [note, lease]),
        ({"tag": ["signed", "2026"]}, [lease]),
        ({"mime_type": "text/plain"}, [note]),
        ({"search": "basel"}, [lease]),
        ({"search": "OTHER"}, [other]),
        ({"created_after": iso(sandbox.now() - 1800)}, [other, note]),
    ]
    for filters, expected in cases:
        found = [each async for each in leadlex.documents.iter(**filters)]
        assert [each.id for each in found] == expected
    page = await leadlex.documents.list(page=2, per_page=2)
    assert ([each.id for each in page], page.total) == ([lease], 3)


async def test_links(leadlex: LeadLex) -> None:
    """A document is linked to a record once, whatever the role, and both sides tell it."""
    ann, lease = await contact(leadlex), await document(leadlex)
    made = await leadlex.documents.link(lease.id, entity_type="contact", entity_id=ann, role="signed")
    assert (made.document_id, made.entity_type, made.entity_id, made.role) == (lease.id, "contact", ann, "signed")
    assert made.created_at
    assert await leadlex.documents.link(lease.id, entity_type="contact", entity_id=ann, role="draft") == made
    (entity,) = (await leadlex.documents.get(lease.id)).linked_entities
    assert (entity.entity_type, entity.entity_id) == ("contact", ann)
    (shown,) = await leadlex.contacts.list_documents(ann)
    assert (shown.id, shown.role, shown.linked_at) == (lease.id, "signed", made.created_at)
    await leadlex.documents.delete(lease.id)
    assert not await leadlex.contacts.list_documents(ann)


async def test_a_link_to_what_is_gone(leadlex: LeadLex) -> None:
    """A deleted record is no longer among those a document belongs to."""
    ann, lease = await contact(leadlex), await document(leadlex)
    await leadlex.documents.link(lease.id, entity_type="contact", entity_id=ann)
    await leadlex.contacts.delete(ann)
    assert (await leadlex.documents.get(lease.id)).linked_entities == ()


async def test_every_kind_of_record_is_linked(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """A matter is found among the deals; unknown ids are not found."""
    lease, deal = await document(leadlex), (await leadlex.deals.create(name="Lease")).id
    ids: dict[documents_ops.LinkedEntityName, str] = {
        "contact": await contact(leadlex),
        "company": (await leadlex.companies.create(name="Lee AG")).id,
        "deal": deal,
        "event": event(sandbox, 60),
        "matter": deal,
        "task": (await leadlex.tasks.create(title="Sign", deal_id=deal)).id,
    }
    for kind, entity in ids.items():
        assert (await leadlex.documents.link(lease.id, entity_type=kind, entity_id=entity)).entity_id == entity
        with pytest.raises(NotFound) as caught:
            await leadlex.documents.link(lease.id, entity_type=kind, entity_id="nothing")
        assert code_of(caught) == "not_found"
    linked = (await leadlex.documents.get(lease.id)).linked_entities
    assert [(each.entity_type, each.entity_id) for each in linked] == [*ids.items()]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"role": "x" * 65}, "role"), ({"entity_type": "list"}, "entity_type"), ({"entity_id": ""}, "entity_id")],
)
async def test_a_link_that_is_none(leadlex: LeadLex, sandbox: Sandbox, wrong: Record, field: str) -> None:
    """A role that is too long, an unknown type and no id are validation errors."""
    lease = await document(leadlex)
    body: Record = {"entity_type": "contact", "entity_id": "c-1"}
    assert await refused(sandbox, f"/v1/documents/{lease.id}/link", body | wrong) == (400, "validation_error", [field])


async def test_a_document_in_use(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """What an enabled workflow names stays; once it is disabled, it goes."""
    lease = await document(leadlex)
    other: Record = {"name": "Tell", "enabled": True, "action_config": {"recipient": "C1", "message": "Signed"}}
    sandbox.store.workflows.add(sandbox.now(), other)
    config: Record = {"files": [{"note": None}, {"document_id": lease.id}], "delay": 5}
    facts: Record = {"name": "Send", "enabled": True, "action_config": config}
    workflow = sandbox.store.workflows.add(sandbox.now(), facts)
    with pytest.raises(Conflict) as caught:
        await leadlex.documents.delete(lease.id)
    assert code_of(caught) == "in_use"
    workflow["enabled"] = False
    await leadlex.documents.delete(lease.id)


@pytest.fixture
async def limited(sandbox: Sandbox) -> AsyncIterator[LeadLex]:
    """A client whose key may write documents, but not destroy files."""
    made: Record = {"key": "wbk_documents", "permissions": ["write:documents"], "revoked_at": None}
    sandbox.store.api_keys.add(sandbox.now(), made)
    async with LeadLex("wbk_documents", base_url=sandbox.url) as limited:
        yield limited


async def test_destroying_takes_a_permission(leadlex: LeadLex, sandbox: Sandbox, limited: LeadLex) -> None:
    """``hard`` needs ``admin:documents``; without it the ordinary delete remains."""
    first, second = await document(limited, "a"), await document(limited, "b")
    with pytest.raises(PermissionDenied) as caught:
        await limited.documents.delete(first.id, hard=True)
    assert (code_of(caught), "admin:documents" in str(caught.value)) == ("insufficient_permissions", True)
    await limited.documents.delete(first.id)
    sandbox.store.api_keys.of(key="wbk_documents")[0]["permissions"] = ["write:documents", "admin:documents"]
    await limited.documents.delete(second.id, hard=True)
    await leadlex.documents.delete((await document(leadlex)).id, hard=True)


@pytest.mark.parametrize("call", FORBIDDEN)
async def test_a_key_may_not_do_everything(limited: LeadLex, call: Ask) -> None:
    """A key that may write documents may do none of this."""
    with pytest.raises(PermissionDenied) as caught:
        await call(limited)
    assert code_of(caught) == "insufficient_permissions"
