"""Webhooks of the sandbox: which addresses may be registered, and which events tell of what."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import firm
import pytest
from pushed import URL, Receiver
from support import in_process, settled, virtual
from told import EVENTS, QUIET, SEPARATELY, SILENT

from leadlex_async import LeadLexError, ValidationError
from leadlex_async.sandbox import Sandbox
from leadlex_async.sandbox.emitted import EMITTED
from leadlex_async.sandbox.event_types import CATALOG, NAMES
from leadlex_async.sandbox.routes import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from told import Do

    from leadlex_async import LeadLex
    from leadlex_async._http.wire import JSONValue

HERE = ("http://127.0.0.1:8080/hook", "http://localhost/hook", "https://127.8.9.1/hook", "http://[::1]:8080/hook")
ELSEWHERE = (
    "http://example.org/hook",
    "http://10.0.0.1/hook",
    "https://192.168.1.1/hook",
    "http://127.0.0.1:0/hook",
    "ftp://127.0.0.1/hook",
    "http://localhost.example.org/hook",
    "http://[::1/hook",
    "http:///hook",
)


async def everything(sandbox: Sandbox, leadlex: LeadLex) -> dict[str, str]:
    """A firm and somebody the directory knows; then one webhook for all events."""
    ids = await firm.found(leadlex, sandbox)
    known = await leadlex.contacts.create(full_name="Jane Doe", email="jane.doe@example.com")
    await leadlex.webhooks.delete(ids["webhooks"])
    sandbox.add_webhook(URL, sorted(NAMES))
    return ids | {"known": known.id}


@pytest.mark.parametrize(("label", "do", "expected"), EVENTS, ids=[each[0] for each in EVENTS])
@virtual
async def test_a_write_tells_what_it_has_changed(label: str, do: Do, expected: list[tuple[str, str]]) -> None:
    """Each operation, with the keys of the data of its events, in their order."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ids = await everything(sandbox, leadlex)
        receiver = Receiver(sandbox)
        async with sandbox.delivering(receiver):
            await do(leadlex, ids)
            await asyncio.sleep(20)
    assert sandbox.log[-1].operation == label
    assert [(each.event, [*each.data]) for each in receiver.got] == [(name, keys.split()) for name, keys in expected]


def test_every_write_is_told_or_known_to_be_silent() -> None:
    """No operation is forgotten, and none is told of that the tests do not know."""
    told = {each[0] for each in EVENTS} | SEPARATELY
    writes = {route.label for route in TABLE.routes if route.method != "GET"}
    quiet = {label for label in writes if label.split("/")[2] in QUIET} | {*SILENT}
    assert writes == told | quiet
    assert EMITTED.keys() <= told


def test_what_the_operations_tell_is_what_the_catalog_describes() -> None:
    """Data of an event of the catalog has at least what its schema has."""
    described = {str(each["type"]): cast("Mapping[str, JSONValue]", each["data_schema"]) for each in CATALOG}
    for name, keys in (event for _, _, events in EVENTS for event in events):
        properties = cast("Mapping[str, JSONValue]", described.get(name, {}).get("properties", {}))
        assert name in NAMES
        assert {*properties} <= {*keys.split()}


@virtual
async def test_a_merge_tells_of_each_duplicate() -> None:
    """A dry run tells nothing."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        first, *others = [(await leadlex.contacts.create(full_name=name)).id for name in ("Ann", "Anne", "Anna")]
        sandbox.add_webhook(URL, ["contact.merged", "contact.deleted"])
        receiver = Receiver(sandbox)
        async with sandbox.delivering(receiver):
            await leadlex.contacts.merge(first, others, dry_run=True)
            await leadlex.contacts.delete_many([first], dry_run=True)
            await leadlex.contacts.merge(first, others)
            await settled()
    assert receiver.events == ["contact.merged", "contact.merged"]
    assert [each.data["merged_contact_id"] for each in receiver.got] == others


@virtual
async def test_a_deal_tells_of_its_stages_and_its_end() -> None:
    """One by one and many alike, and only where something is new."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ids = [(await leadlex.deals.create(name=name, stage="Lead")).id for name in ("Suit", "Will")]
        sandbox.add_webhook(URL, ["deal.stage_changed", "deal.closed_won", "deal.closed_lost"])
        receiver = Receiver(sandbox)
        async with sandbox.delivering(receiver):
            await leadlex.deals.update(ids[0], stage="Won", status="won")
            await leadlex.deals.update(ids[0], stage="Won", status="won")
            await leadlex.deals.update_many(ids, {"status": "lost"})
            await settled()
    assert receiver.events == ["deal.stage_changed", "deal.closed_won", "deal.closed_lost", "deal.closed_lost"]
    assert (receiver.got[0].data["from_stage_id"], receiver.got[0].data["to_stage_id"]) == ("Lead", "Won")


@virtual
async def test_a_queued_import_tells_of_its_end() -> None:
    """With the counts that its answer does not have."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, ["import.completed"])
    receiver = Receiver(sandbox)
    async with in_process(sandbox) as leadlex, sandbox.delivering(receiver):
        queued = await leadlex.contacts.import_rows([{"full_name": f"Ann {number}"} for number in range(501)])
        await settled()
    (got,) = receiver.got
    assert (got.data["job_id"], got.data["status"], got.data["created_count"]) == (queued.job_id, "completed", 501)


@virtual
async def test_mail_that_comes_in_and_meetings_are_told() -> None:
    """What is put into the sandbox by hand."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, ["email.received", "meeting.scheduled"])
    receiver = Receiver(sandbox)
    async with sandbox.delivering(receiver):
        thread = sandbox.receive_email("ann@example.com", "Offer", "Thanks")
        sandbox.add_event(title="Lunch")
        await settled()
    assert receiver.events == ["email.received", "meeting.scheduled"]
    assert (receiver.got[0].data["thread_id"], receiver.got[1].data["title"]) == (thread, "Lunch")


@virtual
async def test_what_no_list_names_is_not_told() -> None:
    """Changes of campaigns and notes, deleted notes and tasks, imported companies."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ids = await everything(sandbox, leadlex)
        receiver = Receiver(sandbox)
        async with sandbox.delivering(receiver):
            await leadlex.campaigns.update(ids["campaigns"], daily_send_limit=10)
            await leadlex.notes.update(ids["notes"], title="Second call")
            await leadlex.notes.delete(ids["notes"])
            await leadlex.tasks.delete(ids["tasks"])
            await leadlex.companies.import_rows([{"name": "Roth AG"}])
            await settled()
    assert receiver.events == []


@virtual
async def test_what_changes_nothing_tells_nothing() -> None:
    """Those on a list or in a campaign already, a company that holds all that is known of it."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ids = await everything(sandbox, leadlex)
        await leadlex.campaigns.add_contacts(ids["campaigns"], [ids["contacts"]])
        await leadlex.enrich.company(domain="example.com")
        sandbox.outbox.ready.clear()
        receiver = Receiver(sandbox)
        async with sandbox.delivering(receiver):
            await leadlex.lists.add_contacts(ids["lists"], [ids["contacts"]])
            await leadlex.campaigns.add_contacts(ids["campaigns"], [ids["contacts"]])
            await leadlex.enrich.company(domain="example.com")
            await leadlex.enrich.business_card(image_url="https://example.org/card.png")
            await leadlex.deals.update_many(["unknown"], {"priority": "high"})
            await settled()
    assert receiver.events == []


@virtual
async def test_a_refused_write_tells_nothing() -> None:
    """Neither does one that is answered twice by its idempotency key tell twice."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, sorted(NAMES))
    receiver = Receiver(sandbox)
    async with in_process(sandbox) as leadlex, sandbox.delivering(receiver):
        with pytest.raises(LeadLexError):
            await leadlex.contacts.delete("unknown")
        for _ in range(2):
            await leadlex.documents.create(
                name="a.pdf", mime_type="application/pdf", storage_path="/a.pdf", idempotency_key="k-1"
            )
        await settled()
    assert receiver.events == ["document.created"]


@virtual
async def test_every_documented_event_reaches_a_webhook() -> None:
    """Emitted by hand, to the one that asks for it only."""
    sandbox = Sandbox()
    secrets = {name: sandbox.add_webhook(f"{URL}/{name}", [name]) for name in NAMES}
    receiver = Receiver(sandbox)
    async with sandbox.delivering(receiver):
        for name in sorted(NAMES):
            sandbox.emit(name, {"for": name})
        await settled()
    assert sorted(receiver.events) == sorted(NAMES)
    assert all(each.data == {"for": each.event} and each.signed(secrets[each.event]) for each in receiver.got)


@virtual
async def test_an_unknown_event_reaches_all_active_webhooks() -> None:
    """Nobody could ask for it."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        made = await leadlex.webhooks.create(url=URL, events=["deal.created"])
        await leadlex.webhooks.create(url=f"{URL}/paused", events=["deal.created"], active=False)
        receiver = Receiver(sandbox)
        async with sandbox.delivering(receiver):
            sandbox.emit("deal.burned", {})
            sandbox.emit("deal.updated", {})
            await settled()
    assert receiver.events == ["deal.burned"]
    assert receiver.got[0].signed(made.secret or "")


def test_a_webhook_added_by_hand_has_the_secret_it_is_given() -> None:
    """Or a new one."""
    sandbox = Sandbox()
    assert sandbox.add_webhook(URL, ["any.thing"], secret="whsec_mine") == "whsec_mine"
    assert sandbox.add_webhook(URL, ["any.thing"]).startswith("whsec_")


@pytest.mark.parametrize("url", [*HERE, *ELSEWHERE])
async def test_an_address_of_this_machine_is_refused_unless_allowed(url: str) -> None:
    """No other address is accepted then that was not before."""
    for allowed in (False, True):
        sandbox = Sandbox(allow_loopback=allowed)
        body: dict[str, JSONValue] = {"url": url, "events": ["deal.created"]}
        async with in_process(sandbox) as leadlex:
            attempt = leadlex.request("POST", "/v1/webhooks", json=body)
            if allowed and url in HERE:
                await attempt
                continue
            with pytest.raises(ValidationError) as caught:
                await attempt
        assert caught.value.code == "invalid_url"
