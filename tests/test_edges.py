"""Rare turns that nothing else takes."""

from __future__ import annotations

import asyncio
import types
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest
from support import in_process, settled, virtual

from leadlex_async import (
    AuthenticationError,
    ClientClosed,
    LaunchTicket,
    Plan,
    RateLimited,
    StartOutcomeUnknown,
    TransportError,
    ValidationError,
)
from leadlex_async._http import wire
from leadlex_async._http.clock import ServerClock
from leadlex_async._http.pace import Pacer
from leadlex_async.approvals.ledger import REMEMBERED, Ledger
from leadlex_async.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from leadlex_async import LeadLex

START = "POST /v1/campaigns/{id}/start"
CAMPAIGN = "GET /v1/campaigns/{id}"
TASKS = "GET /v1/lexi/tasks"
STREAM = "POST /v1/lexi/chat/stream"


@virtual
async def test_closing_ends_those_who_wait_for_their_turn() -> None:
    """Queued requests and resting launches end in ``ClientClosed``, and so does whoever comes later."""
    pace = Pacer(Plan(1, None), ServerClock())
    await pace.acquire()
    queued = [asyncio.ensure_future(pace.acquire()) for _ in range(3)]
    resting = asyncio.ensure_future(pace.rest(1_000))
    await settled()
    queued[0].cancel()
    pace.close()
    ended = await asyncio.gather(*queued, resting, return_exceptions=True)
    assert [type(one) for one in ended] == [asyncio.CancelledError, ClientClosed, ClientClosed, ClientClosed]
    with pytest.raises(ClientClosed):
        await pace.acquire()


def test_any_mapping_is_a_body() -> None:
    """A read-only mapping is written like a dict."""
    assert wire.encode_json({"context": types.MappingProxyType({"deal_id": "d"})}) == b'{"context":{"deal_id":"d"}}'


@virtual
async def test_a_ticket_is_asked_for_by_type() -> None:
    """The JSON of a ticket is not yet a ticket; the error says how it becomes one."""
    async with in_process(Sandbox()) as leadlex:
        with pytest.raises(ValidationError, match="from_json"):
            await leadlex.approvals.wait(cast("LaunchTicket", '{"version": 1}'), timeout=1)


async def test_one_id_is_no_list_of_ids(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """A text where ids are asked for would be sent letter by letter."""
    with pytest.raises(ValidationError, match="list of ids"):
        await leadlex.campaigns.add_contacts("c-1", "abc")
    assert sandbox.count() == 0


def test_the_ledger_forgets_the_oldest_decisions() -> None:
    """Thousands of launches do not fill the memory."""
    ledger, clock = Ledger(), datetime(2026, 1, 1, tzinfo=UTC)
    ticket = LaunchTicket(campaign_id="c", base_url="https://x.test", started_at=clock)
    later = LaunchTicket(campaign_id="c", base_url="https://x.test", started_at=clock.replace(year=2027))
    for number in range(REMEMBERED + 1):
        ledger.drop(ticket, f"task-{number}")
    assert [ledger.taken(later, f"task-{number}") for number in (0, 1, REMEMBERED)] == [False, True, True]


@virtual
async def test_a_lost_start_whose_truth_is_forbidden() -> None:
    """A key that may start but not read is told so, with the ticket."""
    sandbox = Sandbox()
    sandbox.fault(Fault("reset", START, when="after"))
    sandbox.fault(Fault("status", CAMPAIGN, status=403, times=None))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(StartOutcomeUnknown, match="not allowed") as caught:
            await leadlex.approvals.begin(sandbox.add_campaign())
    assert caught.value.ticket is not None


@virtual
async def test_decided_tasks_that_cannot_be_read() -> None:
    """Three drafts are not enough when the decided tasks, where the start may be, stay hidden."""
    sandbox = Sandbox()
    sandbox.fault(Fault("reset", START, when="before"))
    sandbox.fault(Fault("status", TASKS, status=503, skip=3, times=None))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(StartOutcomeUnknown, match="decided tasks"):
            await leadlex.approvals.begin(sandbox.add_campaign())
    assert sandbox.count(START) == 1


@virtual
async def test_joining_a_launch_that_cannot_be_read() -> None:
    """``adopt`` tries its reading again, and ends with the refusal that no trying changes."""
    sandbox = Sandbox()
    campaign_id = sandbox.add_campaign()
    sandbox.fault(Fault("status", CAMPAIGN, status=503, times=2))
    async with in_process(sandbox) as leadlex:
        await leadlex.approvals.begin(campaign_id)
        assert (await leadlex.approvals.begin(campaign_id, adopt=True)).joined
        sandbox.fault(Fault("status", CAMPAIGN, status=401))
        with pytest.raises(AuthenticationError):
            await leadlex.approvals.begin(campaign_id, adopt=True)
    assert sandbox.starts[campaign_id] == 1


@virtual
async def test_minutes_of_429_end_a_start_in_the_end() -> None:
    """A key that others keep busy is not tried for ever; nothing was started and no ticket stays."""
    sandbox = Sandbox()
    campaign_id = sandbox.add_campaign()
    sandbox.fault(Fault("status", START, status=429, times=None, seconds=30))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(RateLimited):
            await leadlex.approvals.launch(campaign_id, timeout=None)
        assert leadlex.approvals.tickets == []
    assert 10 <= sandbox.count(START) <= 20
    assert sandbox.starts[campaign_id] == 0


@virtual
async def test_streams_that_break_off_are_charged() -> None:
    """A streamed question whose answer never began was sent all the same: it counts in the minute."""
    sandbox = Sandbox(plan="starter")
    sandbox.fault(Fault("reset", STREAM, when="after", times=None))
    async with in_process(sandbox) as leadlex:

        async def ask() -> None:
            with pytest.raises(TransportError):
                await anext(leadlex.lexi.chat_stream(message="Hi"))

        for _ in range(14):
            await ask()
        assert leadlex.requests_sent == sandbox.count() == 14
    assert [entry.status for entry in sandbox.log if entry.status == 429] == []


@virtual
async def test_streams_that_never_left_are_not_charged() -> None:
    """Refused connections take nothing from the quota, and no place is lost."""
    sandbox = Sandbox(plan="starter")
    sandbox.fault(Fault("refused", STREAM, times=30))
    async with in_process(sandbox) as leadlex:
        for _ in range(30):
            with pytest.raises(TransportError):
                await anext(leadlex.lexi.chat_stream(message="Hi"))
        assert leadlex.requests_sent == 0
        assert asyncio.get_running_loop().time() < 60
        assert await leadlex.lists.list() == []
