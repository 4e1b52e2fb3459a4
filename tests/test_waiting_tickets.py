"""Tickets, pushed decisions and the end of a client, in virtual time unless a socket is named."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
import pytest
from support import in_process, others, settled, virtual
from test_waiting import START, TASKS, begun, later, only_task

from leadlex_async import (
    AlreadyStarted,
    ApprovalDismissed,
    ApprovalTimeout,
    ClientClosed,
    ConfigurationError,
    LaunchTicket,
    LeadLex,
    Outcome,
    ValidationError,
    WebhookEvent,
)
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from leadlex_async._http.wire import JSONValue


# Tickets


@virtual
async def test_a_ticket_goes_on_in_another_process() -> None:
    """A ticket that travelled as JSON is the same ticket, and another client waits with it at once."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
    await asyncio.sleep(3 * 86_400)
    sandbox.approve(task_id)
    async with in_process(sandbox) as leadlex:
        again = LaunchTicket.from_json(ticket.to_json())
        assert again == ticket
        launch = await leadlex.approvals.wait(again, timeout=60)
    assert (launch.launched, launch.waited < 5) == (True, True)


@virtual
async def test_a_ticket_belongs_to_its_address() -> None:
    """A ticket of another base URL is refused before anything is sent."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
    count = sandbox.count()
    elsewhere = LeadLex(sandbox.api_key, base_url="https://elsewhere.example", transport=sandbox.transport())
    async with elsewhere:
        with pytest.raises(ConfigurationError, match=r"elsewhere\.example"):
            await elsewhere.approvals.wait(ticket, timeout=60)
    assert sandbox.count() == count


@pytest.mark.parametrize("text", [b"", b"\xff", b"[1]", b"null", b"{}", b'{"version":2}', b'{"version":1}'])
async def test_what_is_no_ticket_is_refused(text: bytes) -> None:
    """Whatever is no ticket of this version is a clear error."""
    with pytest.raises(ValidationError, match="ticket"):
        LaunchTicket.from_json(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("campaign_id", None),
        ("base_url", None),
        ("started_at", "yesterday"),
        ("task_id", 7),
        ("campaign_id", ""),
    ],
)
async def test_a_damaged_ticket_is_refused(name: str, value: object) -> None:
    """A ticket with a field that cannot be is a clear error."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
    with pytest.raises(ValidationError, match="ticket"):
        LaunchTicket.from_json(orjson.dumps(orjson.loads(ticket.to_json()) | {name: value}))


@virtual
async def test_two_waiters_share_a_ticket() -> None:
    """Both learn of the decision, from the same poll."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        later(60, lambda: sandbox.approve(task_id))
        first, second = await asyncio.gather(*(leadlex.approvals.wait(ticket, timeout=600) for _ in range(2)))
    assert first.launched
    assert (first.outcome, first.noticed_at) == (second.outcome, second.noticed_at)


@virtual
async def test_two_waiters_share_a_ticket_without_a_task() -> None:
    """A decided task that the ticket does not name is found for both, and for one that comes later."""
    sandbox = Sandbox()
    sandbox.null_task_id = True
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        sandbox.dismiss(task_id)
        wait = leadlex.approvals.wait
        launches = await asyncio.gather(*(wait(ticket, timeout=600, raise_for_outcome=False) for _ in range(2)))
        launches.append(await wait(ticket, timeout=600, raise_for_outcome=False))
    assert [launch.outcome for launch in launches] == [Outcome.DISMISSED] * 3


@virtual
async def test_an_adopted_launch_finds_its_task_late() -> None:
    """A launch joined before any list shows its task ends with that task's decision."""
    sandbox = Sandbox()
    sandbox.visibility_delay = 30
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        await asyncio.sleep(10)
        joined = await leadlex.approvals.begin(ticket.campaign_id, adopt=True)
        later(120, lambda: sandbox.dismiss(task_id))
        launch = await leadlex.approvals.wait(joined, timeout=3_600, raise_for_outcome=False)
    assert launch.outcome == Outcome.DISMISSED


@pytest.mark.parametrize("wrong", [-600.0, 600.0])
def test_a_wrong_clock_changes_nothing(wrong: float) -> None:
    """The server's time decides which task is ours, from the first request on."""

    @virtual
    async def ends() -> None:
        loop, now = asyncio.get_running_loop(), Sandbox().now()
        sandbox = Sandbox(now=lambda: now + wrong + loop.time())
        sandbox.null_task_id = True
        async with in_process(sandbox) as leadlex:
            ticket, old = await begun(leadlex, sandbox)
            sandbox.dismiss(old)
        await asyncio.sleep(60)
        sandbox.visibility_delay = 30
        async with in_process(sandbox) as leadlex:
            again = await leadlex.approvals.begin(ticket.campaign_id)
            later(120, lambda: sandbox.dismiss(only_task(sandbox)))
            launch = await leadlex.approvals.wait(again, timeout=600, raise_for_outcome=False)
        assert (launch.outcome, launch.task_id) == (Outcome.DISMISSED, only_task(sandbox))

    ends()


@virtual
async def test_a_start_that_times_out_carries_its_own_ticket() -> None:
    """An earlier launch of the campaign, not waited for to its end, is not the one that timed out."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        first, task_id = await begun(leadlex, sandbox)
        sandbox.dismiss(task_id)
        await asyncio.sleep(60)
        sandbox.fault(Fault("timeout", START, when="after", seconds=20))
        with pytest.raises(ApprovalTimeout) as caught:
            await leadlex.campaigns.start_and_wait_for_approval(first.campaign_id, timeout=5)
        assert caught.value.ticket is not None
        assert caught.value.ticket.started_at > first.started_at


@virtual
async def test_a_start_that_never_left_has_no_ticket() -> None:
    """When nobody listens until the timeout, nothing was sent and there is nothing to go on with."""
    sandbox = Sandbox()
    sandbox.fault(Fault("refused", times=None))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(ApprovalTimeout, match="nothing is under way") as caught:
            await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=1)
        assert (caught.value.ticket, leadlex.approvals.tickets) == (None, [])


@virtual
async def test_a_start_that_never_left_carries_no_other_ticket() -> None:
    """An earlier launch of the campaign, not waited for to its end, does not make a start that was not sent one."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        first, task_id = await begun(leadlex, sandbox)
        sandbox.dismiss(task_id)
        sandbox.fault(Fault("refused", times=None))
        with pytest.raises(ApprovalTimeout, match="nothing is under way") as caught:
            await leadlex.campaigns.start_and_wait_for_approval(first.campaign_id, timeout=1)
        assert caught.value.ticket is None


@virtual
async def test_a_cancelled_start_keeps_its_ticket() -> None:
    """The answer to a start that is cancelled is heard, and its ticket goes on."""
    sandbox = Sandbox(latency=2)
    async with in_process(sandbox) as leadlex:
        start = asyncio.ensure_future(leadlex.approvals.begin(sandbox.add_campaign()))
        await asyncio.sleep(1)
        start.cancel()
        await asyncio.wait({start})
        assert start.cancelled()
        (ticket,) = leadlex.approvals.tickets
        assert ticket.task_id == only_task(sandbox)


@virtual
async def test_a_cancelled_start_that_is_refused_leaves_no_ticket() -> None:
    """A start that LeadLex refused was none, cancelled or not."""
    sandbox = Sandbox(latency=2)
    async with in_process(sandbox) as leadlex:
        start = asyncio.ensure_future(leadlex.approvals.begin(sandbox.add_campaign(status="active")))
        await asyncio.sleep(1)
        start.cancel()
        await asyncio.wait({start})
        assert not leadlex.approvals.tickets


# Pushed decisions


def push(event: str, ticket: LaunchTicket, ago: float = 0.0) -> WebhookEvent:
    """A delivery about this launch, which happened so many seconds before it was begun."""
    data: dict[str, JSONValue] = {"task": {"id": ticket.task_id}}
    if event.startswith("campaign."):
        data = {"campaign": {"id": ticket.campaign_id, "status": "active"}}
    return WebhookEvent(event=event, occurred_at=ticket.started_at - timedelta(seconds=ago), data=data)


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        ("task.approved", Outcome.APPROVED),
        ("task.dismissed", Outcome.DISMISSED),
    ],
)
def test_a_push_decides_at_once(event: str, outcome: Outcome) -> None:
    """A push ends the wait it is about, without a poll, and no other."""

    @virtual
    async def ends() -> None:
        sandbox = Sandbox()
        async with in_process(sandbox) as leadlex:
            (ticket, _), (other, _) = await begun(leadlex, sandbox), await begun(leadlex, sandbox)
            wait, waiting = (
                asyncio.ensure_future(leadlex.approvals.wait(one, timeout=None, raise_for_outcome=False))
                for one in (ticket, other)
            )
            await settled()
            assert leadlex.approvals.feed(push(event, ticket)) == 1
            assert (await wait).outcome == outcome
            assert leadlex.approvals.feed(push(event, ticket)) == 0
            assert (sandbox.count(TASKS), waiting.done()) == (0, False)
            waiting.cancel()

    ends()


@pytest.mark.parametrize("event", ["contact.created", "task.approved", "task.dismissed", "campaign.started", ""])
def test_a_push_about_something_else_is_nothing(event: str) -> None:
    """Events of other kinds, and about tasks and campaigns nobody waits for, end no wait."""

    @virtual
    async def goes_on() -> None:
        sandbox = Sandbox()
        sandbox.null_task_id = True
        async with in_process(sandbox) as leadlex:
            ticket, _ = await begun(leadlex, sandbox)
            wait = asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=None))
            await settled()
            strange: tuple[dict[str, JSONValue], ...] = (
                {},
                {"task_id": "other", "campaign_id": "other"},
                {"task": None},
            )
            for data in strange:
                assert leadlex.approvals.feed(WebhookEvent(event=event, data=data)) == 0
            assert not wait.done()
            wait.cancel()

    goes_on()


@virtual
async def test_a_late_push_about_an_earlier_launch_is_not_ours() -> None:
    """``campaign.started`` of a launch that failed, delivered again, does not approve the next one."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        sandbox.fail(task_id)
        await asyncio.sleep(600)
        again = await leadlex.approvals.begin(ticket.campaign_id)
        wait = asyncio.ensure_future(leadlex.approvals.wait(again, timeout=None))
        await settled()
        assert leadlex.approvals.feed(push("campaign.started", again, ago=590)) == 0
        wait.cancel()


@virtual
async def test_proven_pushes_slow_the_polls_to_a_safety_net() -> None:
    """After three pushes one poll in five minutes is enough; a decision that was not pushed ends that."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        tickets = [(await begun(leadlex, sandbox))[0] for _ in range(6)]
        waits = [asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=None)) for ticket in tickets]
        await asyncio.sleep(600)
        for ticket in tickets[:3]:
            sandbox.approve(ticket.task_id or "")
            leadlex.approvals.feed(push("task.approved", ticket))
        await asyncio.sleep(300)
        polled = sandbox.count(TASKS)
        await asyncio.sleep(3_000)
        assert 9 <= sandbox.count(TASKS) - polled <= 10
        sandbox.approve(tickets[3].task_id or "")
        await waits[3]
        polled = sandbox.count(TASKS)
        await asyncio.sleep(600)
        assert sandbox.count(TASKS) - polled > 5
        for wait in waits[4:]:
            wait.cancel()


# The end of a client


@virtual
async def test_closing_ends_every_wait() -> None:
    """Waiters get ``ClientClosed``, their tickets stay with the client, and nothing runs on."""
    sandbox = Sandbox()
    leadlex = in_process(sandbox)
    launches = [
        asyncio.ensure_future(leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=None))
        for _ in range(50)
    ]
    await asyncio.sleep(100)
    await leadlex.aclose()
    ended = await asyncio.gather(*launches, return_exceptions=True)
    assert {type(error) for error in ended} == {ClientClosed}
    assert (len(leadlex.approvals.tickets), others()) == (50, [])


@virtual
async def test_nothing_runs_on_after_closing() -> None:
    """A client closed right after its last wait leaves no task behind."""
    sandbox = Sandbox(reviewer=approve_after(60))
    async with in_process(sandbox) as leadlex:
        await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=600)
    assert not others()


@virtual
async def test_a_closed_client_does_not_wait() -> None:
    """Waiting with a closed client is an error at once."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
    with pytest.raises(ClientClosed):
        await asyncio.wait_for(leadlex.approvals.wait(ticket, timeout=None), 86_400)


@virtual
async def test_closing_during_a_start_cancels_nobody() -> None:
    """A caller whose start is in flight gets ``ClientClosed``, not a cancellation that nobody asked for."""
    sandbox = Sandbox(latency=2)
    leadlex = in_process(sandbox)
    start = asyncio.ensure_future(leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=None))
    await asyncio.sleep(1)
    await leadlex.aclose()
    await asyncio.wait({start}, timeout=86_400)
    assert not start.cancelled()
    assert isinstance(start.exception(), ClientClosed)
    assert len(leadlex.approvals.tickets) == 1


@virtual
async def test_closing_while_a_lost_start_is_looked_for_ends_it() -> None:
    """A caller whose start was lost gets an error when the client is closed between the readings."""
    sandbox = Sandbox(latency=0.2)
    sandbox.fault(Fault("reset", START, when="after"))
    leadlex = in_process(sandbox)
    start = asyncio.ensure_future(leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=None))
    await asyncio.sleep(1.0)
    await leadlex.aclose()
    await asyncio.wait({start}, timeout=86_400)
    assert start.done()


async def test_closing_on_a_socket_leaves_nothing(sandbox: Sandbox) -> None:
    """Over a socket, too, closing ends the waits, the loop and the connections."""
    leadlex = LeadLex(sandbox.api_key, base_url=sandbox.url)
    ticket = await leadlex.approvals.begin(sandbox.add_campaign())
    wait = asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=None))
    await asyncio.sleep(0.01)
    await leadlex.aclose()
    with pytest.raises(ClientClosed):
        await wait
    assert not [name for name in others() if "leadlex" in name and "Server" not in name]


# Starts


@virtual
async def test_a_campaign_under_way_is_a_clear_error() -> None:
    """Starting it again is ``AlreadyStarted`` and leaves no ticket; ``adopt=True`` joins."""
    sandbox = Sandbox()
    async with in_process(sandbox) as starter, in_process(sandbox) as leadlex:
        ticket, task_id = await begun(starter, sandbox)
        with pytest.raises(AlreadyStarted):
            await leadlex.campaigns.start_and_wait_for_approval(ticket.campaign_id, timeout=60)
        assert not leadlex.approvals.tickets
        joined = await leadlex.approvals.begin(ticket.campaign_id, adopt=True)
        assert joined.task_id == task_id
        sandbox.dismiss(task_id)
        with pytest.raises(ApprovalDismissed):
            await leadlex.approvals.wait(joined, timeout=60)
    assert sandbox.starts[ticket.campaign_id] == 1


@virtual
async def test_joining_waits_out_a_passing_failure() -> None:
    """One failed reading does not keep a launch from being joined."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        sandbox.fault(Fault("status", TASKS, status=503))
        assert (await leadlex.approvals.begin(ticket.campaign_id, adopt=True)).task_id == task_id
