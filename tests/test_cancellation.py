"""A launch cancelled at each of its awaits: nothing left running, nothing lost, nobody else disturbed."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pytest
from support import in_process, others, settled, virtual

from leadlex_async import LaunchTicket
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Generator

    from leadlex_async import LeadLex

T = TypeVar("T")

START = "POST /v1/campaigns/{id}/start"


class CancelledAt:
    """Awaits a coroutine and cancels the task it runs in when it suspends for the nth time."""

    def __init__(self, work: Coroutine[object, None, T], number: int) -> None:
        self._work = work
        self._number = number
        self.reached = False

    def __await__(self) -> Generator[object, None, object]:
        inner = self._work.__await__()
        step = partial(inner.send, None)
        suspended = 0
        while True:
            try:
                waited_for = step()
            except StopIteration as end:
                return end.value
            suspended += 1
            if suspended == self._number:
                self.reached = True
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                yield waited_for
            except BaseException as error:  # noqa: BLE001 - handed on to the coroutine, whatever it is
                step = partial(inner.throw, error)
            else:
                step = partial(inner.send, None)


async def cancelled_at(number: int, sandbox: Sandbox, leadlex: LeadLex, recipients: int) -> bool:
    """One run of the sweep; returns whether the launch ran through before its nth await."""
    campaign_id, other_id = (sandbox.add_campaign(recipients=count) for count in (recipients, 150))
    other = asyncio.ensure_future(leadlex.campaigns.start_and_wait_for_approval(other_id, timeout=3000))
    await settled()
    work = CancelledAt(leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=3000), number)
    launching = asyncio.ensure_future(_await(work))
    try:
        await launching
    except asyncio.CancelledError:
        assert work.reached
    ran_through = not work.reached
    tickets = [ticket for ticket in leadlex.approvals.tickets if ticket.campaign_id == campaign_id]
    if not ran_through:
        await resumed(sandbox, leadlex, campaign_id, tickets)
    assert (await other).launched
    await settled()
    assert others() == []
    await leadlex.aclose()
    await settled()
    assert others() == []
    assert sandbox.starts[campaign_id] == sandbox.starts[other_id] == 1
    return ran_through


async def _await(work: Awaitable[object]) -> None:
    await work


async def resumed(sandbox: Sandbox, leadlex: LeadLex, campaign_id: str, tickets: list[LaunchTicket]) -> None:
    """What was sent has a ticket that goes on; what was not sent can be started."""
    if sandbox.starts[campaign_id]:
        assert len(tickets) == 1
    if tickets:
        stored = LaunchTicket.from_json(tickets[0].to_json())
        assert (await leadlex.approvals.wait(stored, timeout=3000)).launched
    else:
        assert (await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=3000)).launched


async def sweep(make: Callable[[], Sandbox], recipients: int) -> int:
    """Cancel at the 1st, 2nd ... await until the launch runs through; returns how many awaits there are."""
    number = 1
    while not await cancelled_at(number, sandbox := make(), sandbox.client(plan="org"), recipients):
        number += 1
    return number - 1


def plain() -> Sandbox:
    """A person approves after a minute."""
    return Sandbox(reviewer=approve_after(60), latency=0.1)


def losing_the_answer() -> Sandbox:
    """The answer to each campaign's start is lost after the commit."""
    sandbox = plain()
    sandbox.fault(Fault("reset", START, when="after", times=2))
    return sandbox


def never_answering() -> Sandbox:
    """The second start is carried out but never answered."""
    sandbox = plain()
    sandbox.fault(Fault("timeout", START, when="after", skip=1, seconds=1000))
    return sandbox


def busy() -> Sandbox:
    """The second start is refused once by the limits."""
    sandbox = plain()
    sandbox.fault(Fault("status", START, status=429, skip=1, seconds=3))
    return sandbox


@pytest.mark.parametrize("recipients", [40, 150])
@pytest.mark.parametrize(("make", "least"), [(plain, 1), (losing_the_answer, 5), (never_answering, 5), (busy, 3)])
@virtual
async def test_sweep(make: Callable[[], Sandbox], least: int, recipients: int) -> None:
    """Cancelled at every await, in process: the start happens once, its ticket is kept, the other waiter is served."""
    assert await sweep(make, recipients) >= least


async def test_sweep_over_sockets() -> None:
    """The same over real sockets, all cancellations side by side."""

    async def one(number: int) -> bool:
        async with Sandbox(reviewer=approve_after(0.3)) as sandbox, sandbox.client() as leadlex:
            campaign_id = sandbox.add_campaign(recipients=150)
            work = CancelledAt(leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=30), number)
            with_ticket = asyncio.ensure_future(_await(work))
            await asyncio.wait({with_ticket})
            if work.reached:
                assert with_ticket.cancelled()
                await resumed(sandbox, leadlex, campaign_id, leadlex.approvals.tickets)
            assert sandbox.starts[campaign_id] == 1
        return not work.reached

    done = await asyncio.gather(*(one(number) for number in range(1, 9)))
    assert done[-1]
    assert not done[0]
    assert others() == []


@virtual
async def test_a_second_cancellation_ends_the_grace() -> None:
    """Cancelled once, a start in flight waits for its answer; cancelled again it goes, and its intent is kept."""
    sandbox = Sandbox(latency=100)
    campaign_id = sandbox.add_campaign(recipients=150)
    async with sandbox.client(timeout=200) as leadlex:
        launching = asyncio.ensure_future(leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=3000))
        await asyncio.sleep(1)
        launching.cancel()
        await asyncio.sleep(1)
        assert not launching.done()
        launching.cancel()
        await settled()
        assert launching.cancelled()
        assert [ticket.status for ticket in leadlex.approvals.tickets] == [None]
    assert others() == []


@virtual
async def test_the_grace_is_bounded() -> None:
    """An answer that never comes delays a cancellation by five seconds at most."""
    sandbox = Sandbox()
    sandbox.fault(Fault("timeout", START, when="after", seconds=10_000))
    campaign_id = sandbox.add_campaign(recipients=150)
    loop = asyncio.get_running_loop()
    async with sandbox.client(timeout=1000) as leadlex:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=3000)
        assert 14.9 < loop.time() < 15.1
        (ticket,) = leadlex.approvals.tickets
        sandbox.approve(next(iter(sandbox.tasks)))
        assert (await leadlex.approvals.wait(ticket, timeout=600)).launched
    assert others() == []


@virtual
async def test_closing_the_client_ends_starts_in_flight() -> None:
    """``aclose`` with a start in flight leaves nothing running."""
    sandbox = Sandbox(latency=100)
    leadlex = sandbox.client(timeout=200)
    launching = asyncio.ensure_future(leadlex.approvals.begin(sandbox.add_campaign()))
    await asyncio.sleep(1)
    await leadlex.aclose()
    await asyncio.wait({launching})
    await settled()
    assert others() == []
    assert len(leadlex.approvals.tickets) == 1


@virtual
async def test_a_start_sent_again_and_cancelled_keeps_what_the_first_may_become() -> None:
    """The first start takes effect late and the second is refused for that: the launch is not forgotten."""
    sandbox = Sandbox()
    campaign_id = sandbox.add_campaign()
    sandbox.fault(Fault("late", START, seconds=10.8))  # after the last reading of the truth
    sandbox.fault(Fault("slow", START, seconds=3))
    async with in_process(sandbox) as leadlex:
        task = asyncio.ensure_future(leadlex.approvals.begin(campaign_id))
        while sandbox.count(START) < 2:  # noqa: ASYNC110 - virtual seconds, until it is sent again
            await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sandbox.starts[campaign_id] == 1
        assert [ticket.campaign_id for ticket in leadlex.approvals.tickets] == [campaign_id]
