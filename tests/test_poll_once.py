"""Launches looked at once: for programs with a loop, or an engine, of their own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from support import in_process, virtual

from leadlex_async import (
    LaunchTicket,
    LeadLex,
    Outcome,
    PermissionDenied,
    Request,
    Response,
    Stream,
    Transport,
    ValidationError,
)
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

CAMPAIGN = "GET /v1/campaigns/{id}"


@virtual
async def test_only_what_is_decided_comes_back() -> None:
    """One request while all are pending; what is decided is told again until it is asked for no more."""
    sandbox = Sandbox(reviewer=approve_after(60))
    async with in_process(sandbox) as leadlex:
        tickets = [await leadlex.approvals.begin(sandbox.add_campaign(recipients=size)) for size in (50, 150, 150)]
        sent = leadlex.requests_sent
        (small,) = await leadlex.approvals.poll_once(tickets)
        assert (small.campaign_id, small.outcome) == (tickets[0].campaign_id, Outcome.AUTO_STARTED)
        assert leadlex.requests_sent == sent + 1
        await asyncio.sleep(61)
        found = await leadlex.approvals.poll_once(tickets)
        assert {launch.campaign_id for launch in found} == {ticket.campaign_id for ticket in tickets}
        assert all(launch.launched and launch.polls in {0, 1} for launch in found)
        assert await leadlex.approvals.poll_once([]) == []


@virtual
async def test_none_of_many_missing_tasks_is_left_out_for_ever() -> None:
    """Two campaigns are asked a call, and not the same two each time."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        tickets = [await leadlex.approvals.begin(sandbox.add_campaign()) for _ in range(6)]
        for task in [*sandbox.tasks.values()]:
            sandbox.vanish(task.id)
        await asyncio.sleep(40)
        for _ in range(60):
            await leadlex.approvals.poll_once(tickets)
        asked = {entry.path for entry in sandbox.log if entry.operation == CAMPAIGN}
        assert len(asked) == 6


@virtual
async def test_one_that_may_not_be_read_hides_no_other() -> None:
    """Its error is raised only when nothing else is to be told."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        small, gone = [await leadlex.approvals.begin(sandbox.add_campaign(recipients=size)) for size in (50, 150)]
        sandbox.vanish(next(iter(sandbox.tasks)))
        await asyncio.sleep(40)
        sandbox.fault(Fault("status", CAMPAIGN, status=403, times=None))
        assert [launch.campaign_id for launch in await leadlex.approvals.poll_once([gone, small])] == [
            small.campaign_id
        ]
        with pytest.raises(PermissionDenied):
            await leadlex.approvals.poll_once([gone])


@virtual
async def test_an_unheard_start_belongs_to_its_campaign() -> None:
    """A mistaken ticket starts nothing."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket = await leadlex.approvals.begin(sandbox.add_campaign())
        other = sandbox.add_campaign()
        with pytest.raises(ValidationError, match="is one of campaign"):
            await leadlex.approvals.begin(other, unheard=ticket)
        assert sandbox.starts[other] == 0


class Written:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, LaunchTicket]] = []

    async def intend(self, intent: LaunchTicket) -> None:
        """About to be sent."""
        self.lines.append(("intent", intent))

    def began(self, ticket: LaunchTicket) -> None:
        """Answered."""
        self.lines.append(("ticket", ticket))

    def refused(self, intent: LaunchTicket) -> None:
        """Not started."""
        self.lines.append(("refused", intent))


@virtual
async def test_what_is_written_down_is_dated_by_the_server() -> None:
    """The clock of this machine may be wrong by hours, and the first request is a start."""
    loop = asyncio.get_running_loop()
    sandbox = Sandbox(now=lambda: 1_800_000_000 + loop.time())
    async with in_process(sandbox) as leadlex:
        written = Written()
        ticket = await leadlex.approvals.begin(sandbox.add_campaign(), log=written)
    assert [kind for kind, _ in written.lines] == ["intent", "ticket"]
    assert all(abs(each.started_at.timestamp() - 1_800_000_000) < 5 for _, each in written.lines)
    assert written.lines[1][1] == ticket


class Timeless:
    """A transport whose answers, by a proxy's fault, do not tell the time."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    async def send(self, request: Request) -> Response:
        """The answer without its date."""
        answer = await self._inner.send(request)
        return Response(
            answer.status, {name: each for name, each in answer.headers.items() if name != "Date"}, answer.body
        )

    def open(self, request: Request) -> AbstractAsyncContextManager[Stream]:
        """Not used here."""
        return self._inner.open(request)

    async def aclose(self) -> None:
        """Close the other."""
        await self._inner.aclose()


@virtual
async def test_a_server_that_tells_no_time_is_asked_once() -> None:
    """And not again before each start."""
    sandbox = Sandbox()
    transport = Timeless(sandbox.transport())
    async with LeadLex(sandbox.api_key, base_url=sandbox.url, transport=transport) as leadlex:
        for _ in range(3):
            await leadlex.approvals.begin(sandbox.add_campaign(), log=Written())
    assert sandbox.count("GET /v1/lexi/tasks") == 1


@virtual
async def test_a_refused_start_is_written_down_too() -> None:
    """So that nobody looks for it."""
    sandbox, written = Sandbox(), Written()
    async with in_process(sandbox) as leadlex:
        with pytest.raises(Exception, match="not found"):
            await leadlex.approvals.begin("nobody", log=written)
    assert [kind for kind, _ in written.lines] == ["intent", "refused"]
