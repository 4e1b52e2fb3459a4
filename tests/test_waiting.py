"""Waiting for a decision, in virtual time: how it ends, what it survives, when it gives up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from support import in_process, others, virtual

from leadlex_async import (
    ApprovalDismissed,
    ApprovalFailed,
    ApprovalLost,
    ApprovalTimeout,
    AuthenticationError,
    LeadLex,
    LeadLexError,
    Outcome,
    PermissionDenied,
    Request,
    Response,
    ValidationError,
)
from leadlex_async.sandbox import Fault, Sandbox, approve_after, dismiss_after, fail_after

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from leadlex_async import LaunchTicket, Stream, Transport
    from leadlex_async.sandbox.faults import FaultKind

TASKS = "GET /v1/lexi/tasks"
START = "POST /v1/campaigns/{id}/start"
CAMPAIGN = "GET /v1/campaigns/{id}"


class Detour:
    """A transport that changes requests on their way, or answers some of them itself."""

    def __init__(self, inner: Transport, turn: Callable[[Request], Response | None]) -> None:
        self._inner = inner
        self._turn = turn

    async def send(self, request: Request) -> Response:
        """Send one request, unless it is answered here."""
        return self._turn(request) or await self._inner.send(request)

    def open(self, request: Request) -> AbstractAsyncContextManager[Stream]:
        """Open a stream."""
        return self._inner.open(request)

    async def aclose(self) -> None:
        """Close what is behind."""
        await self._inner.aclose()


def detoured(sandbox: Sandbox, turn: Callable[[Request], Response | None]) -> LeadLex:
    """A client whose requests take a detour."""
    return LeadLex(sandbox.api_key, base_url=sandbox.url, transport=Detour(sandbox.transport(), turn))


def later(seconds: float, action: Callable[[], object]) -> None:
    """Have something happen after so many seconds."""
    asyncio.get_running_loop().call_later(seconds, action)


def only_task(sandbox: Sandbox) -> str:
    """The id of the task made last."""
    return [*sandbox.tasks][-1]


async def begun(leadlex: LeadLex, sandbox: Sandbox) -> tuple[LaunchTicket, str]:
    """A launch of 150 recipients, and its task."""
    ticket = await leadlex.approvals.begin(sandbox.add_campaign(recipients=150))
    return ticket, only_task(sandbox)


# How it ends


@virtual
async def test_few_recipients_need_no_approval() -> None:
    """A campaign that starts at once returns at once and is not polled for."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        launch = await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(recipients=50), timeout=60)
    assert (launch.outcome, launch.task_id, launch.polls, sandbox.count()) == (Outcome.AUTO_STARTED, None, 0, 1)


@virtual
async def test_approval_returns_the_launch() -> None:
    """An approved launch names its task, its campaign and how long it waited."""
    sandbox = Sandbox(reviewer=approve_after(30), execution=600)
    async with in_process(sandbox) as leadlex:
        campaign_id = sandbox.add_campaign(recipients=150)
        launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=600)
    assert (launch.outcome, launch.launched, launch.campaign_id) == (Outcome.APPROVED, True, campaign_id)
    assert launch.task_id == only_task(sandbox)
    assert launch.task is not None
    assert launch.task.contact_count == 150
    assert 30 <= launch.waited < 60
    assert launch.polls == sandbox.count(TASKS) - 1


@virtual
async def test_until_completed_waits_for_the_execution() -> None:
    """With ``until="completed"`` the wait goes on after the approval."""
    sandbox = Sandbox(reviewer=approve_after(30), execution=300)
    async with in_process(sandbox) as leadlex:
        launch = await leadlex.campaigns.start_and_wait_for_approval(
            sandbox.add_campaign(), timeout=3_600, until="completed"
        )
    assert launch.outcome == Outcome.COMPLETED
    assert launch.waited >= 330


@virtual
async def test_dismissal_raises() -> None:
    """A dismissed launch raises, with the launch and the ticket."""
    sandbox = Sandbox(reviewer=dismiss_after(30, "too many"))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(ApprovalDismissed) as caught:
            await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=600)
    assert caught.value.ticket is not None
    assert caught.value.launch is not None
    assert caught.value.launch.outcome == Outcome.DISMISSED
    assert not leadlex.approvals.tickets


@pytest.mark.parametrize("until", ["decision", "completed"])
def test_failure_raises(until: str) -> None:
    """A launch that fails while it is carried out raises."""

    @virtual
    async def fails() -> None:
        sandbox = Sandbox(reviewer=fail_after(30))
        async with in_process(sandbox) as leadlex:
            with pytest.raises(ApprovalFailed):
                await leadlex.campaigns.start_and_wait_for_approval(
                    sandbox.add_campaign(), timeout=600, until="completed" if until == "completed" else "decision"
                )

    fails()


@virtual
async def test_failure_after_the_approval_is_told_when_completion_is_waited_for() -> None:
    """A task that was seen approved and fails later is no completed launch."""
    sandbox = Sandbox(reviewer=approve_after(5), execution=1_000)
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        later(200, lambda: sandbox.fail(task_id))
        launch = await leadlex.approvals.wait(ticket, timeout=3_600, until="completed", raise_for_outcome=False)
    assert launch.outcome == Outcome.FAILED


@virtual
async def test_timeout_carries_a_ticket_that_goes_on() -> None:
    """A timeout says how to go on, and going on sees the decision."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        with pytest.raises(ApprovalTimeout) as caught:
            await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=60)
        ticket = caught.value.ticket
        assert ticket is not None
        assert leadlex.approvals.tickets == [ticket]
        sandbox.approve(only_task(sandbox))
        launch = await leadlex.approvals.wait(ticket, timeout=60)
    assert launch.outcome == Outcome.COMPLETED or launch.outcome == Outcome.APPROVED  # noqa: PLR1714 - types narrow
    assert sandbox.starts[ticket.campaign_id] == 1


# What the lists do not say


@virtual
async def test_a_start_that_names_no_task_finds_it_by_its_campaign() -> None:
    """With a null task id the task of this campaign is found, not another's."""
    sandbox = Sandbox()
    sandbox.null_task_id = True
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        _, other = await begun(leadlex, sandbox)
        later(30, lambda: sandbox.dismiss(other))
        later(60, lambda: sandbox.approve(task_id))
        launch = await leadlex.approvals.wait(ticket, timeout=600)
    assert (launch.task_id, ticket.task_id) == (task_id, None)


@pytest.mark.parametrize("delay", [0.0, 40.0])
def test_an_older_decision_is_not_ours(delay: float) -> None:
    """A campaign that was dismissed before and is started again waits for its new task, visible or not."""

    @virtual
    async def waits() -> None:
        sandbox = Sandbox()
        sandbox.null_task_id = True
        async with in_process(sandbox) as leadlex:
            ticket, old = await begun(leadlex, sandbox)
            sandbox.dismiss(old)
            await asyncio.sleep(60)
            sandbox.visibility_delay = delay
            again = await leadlex.approvals.begin(ticket.campaign_id)
            new = only_task(sandbox)
            later(120, lambda: sandbox.approve(new))
            launch = await leadlex.approvals.wait(again, timeout=600)
        assert (launch.task_id, launch.outcome.launched) == (new, True)

    waits()


@virtual
async def test_a_task_that_becomes_visible_late_is_waited_for() -> None:
    """A task that no list shows for ten minutes is not lost."""
    sandbox = Sandbox(reviewer=approve_after(1_200))
    sandbox.visibility_delay = 600
    async with in_process(sandbox) as leadlex:
        launch = await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=7_200)
    assert launch.launched


@pytest.mark.parametrize("status", ["active", "completed", "draft"])
def test_a_vanished_task_is_decided_by_its_campaign(status: str) -> None:
    """Of a task in no list the campaign tells whether it was launched."""

    @virtual
    async def ends() -> None:
        sandbox = Sandbox()
        async with in_process(sandbox) as leadlex:
            ticket, task_id = await begun(leadlex, sandbox)
            later(60, lambda: sandbox.vanish(task_id))
            later(90, lambda: setattr(sandbox.campaigns[ticket.campaign_id], "status", status))
            if status == "draft":
                with pytest.raises(ApprovalLost):
                    await leadlex.approvals.wait(ticket, timeout=3_600)
            else:
                launch = await leadlex.approvals.wait(ticket, timeout=3_600)
                assert (launch.outcome, launch.task) == (Outcome.APPROVED, None)

    ends()


@virtual
async def test_a_deleted_campaign_is_lost() -> None:
    """A campaign that exists no more cannot be waited for."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        sandbox.vanish(task_id)
        del sandbox.campaigns[ticket.campaign_id]
        with pytest.raises(ApprovalLost):
            await leadlex.approvals.wait(ticket, timeout=3_600)


@virtual
async def test_a_list_cut_short_hides_no_decision() -> None:
    """With 300 pending tasks and lists of 100, all end rightly and none is taken for lost."""
    sandbox = Sandbox()
    sandbox.list_cap = 100
    async with in_process(sandbox) as leadlex:
        tickets = [(await begun(leadlex, sandbox))[0] for _ in range(300)]
        waits = [asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=None)) for ticket in tickets]
        await asyncio.sleep(3_600)
        assert not any(wait.done() for wait in waits)
        for task_id in sandbox.tasks:
            sandbox.approve(task_id)
        launches = await asyncio.wait_for(asyncio.gather(*waits), 4 * 3_600)
    assert all(launch.launched for launch in launches)


@pytest.mark.parametrize("operation", [TASKS, START])
def test_an_unknown_status_is_no_decision(operation: str) -> None:
    """Words nobody knows neither crash nor decide."""

    @virtual
    async def waits() -> None:
        sandbox = Sandbox()
        sandbox.fault(Fault("unknown_status", operation, times=1 if operation == START else None))
        async with in_process(sandbox) as leadlex:
            ticket, task_id = await begun(leadlex, sandbox)
            wait = asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=3_600))
            await asyncio.sleep(1_800)
            assert not wait.done()
            sandbox.approve(task_id)
            assert (await wait).launched

    waits()


@virtual
async def test_a_list_that_ignores_its_filter_is_read_by_each_task_s_own_status() -> None:
    """When every list shows every task, what a task says of itself counts."""
    sandbox = Sandbox()

    def all_of_them(request: Request) -> Response | None:
        if "/lexi/tasks?" not in request.url:
            return None
        rows = b",".join(task.encode() for task in sandbox.tasks.values())
        return Response(200, {}, b'{"data":{"tasks":[' + rows + b"]}}")

    async with detoured(sandbox, all_of_them) as leadlex:
        (kept, first), (_, second) = await begun(leadlex, sandbox), await begun(leadlex, sandbox)
        later(30, lambda: sandbox.dismiss(second))
        later(200, lambda: sandbox.approve(first))
        launch = await leadlex.approvals.wait(kept, timeout=3_600)
    assert launch.waited >= 200


# What goes wrong while polling


@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationError), (403, PermissionDenied)])
def test_a_refused_key_ends_every_wait(status: int, kind: type[LeadLexError]) -> None:
    """A key that is refused while polling ends all waits with the first poll that is."""

    @virtual
    async def end() -> None:
        sandbox = Sandbox()
        async with in_process(sandbox) as leadlex:
            waits = [
                asyncio.ensure_future(leadlex.approvals.wait((await begun(leadlex, sandbox))[0], timeout=None))
                for _ in range(5)
            ]
            await asyncio.sleep(600)
            fault = sandbox.fault(Fault("status", TASKS, status=status))
            ended = await asyncio.wait_for(asyncio.gather(*waits, return_exceptions=True), 600)
            assert ({type(error) for error in ended}, fault.hits) == ({kind}, 1)
            assert len(leadlex.approvals.tickets) == 5

    end()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        *(("status", status) for status in (408, 429, 500, 502, 503, 504)),
        *((kind, None) for kind in ("reset", "timeout", "truncated", "html", "garbage", "redirect", "refused")),
    ],
)
def test_trouble_while_polling_is_waited_out(kind: FaultKind, status: int | None) -> None:
    """Ten polls in a row may fail in any way: the wait goes on and sees the decision."""

    @virtual
    async def waits() -> None:
        sandbox = Sandbox(reviewer=approve_after(60))
        sandbox.fault(Fault(kind, TASKS, status=status, times=10))
        async with in_process(sandbox) as leadlex:
            launch = await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=7_200)
        assert launch.launched

    waits()


@virtual
async def test_trouble_with_the_campaign_is_waited_out() -> None:
    """The question to the campaign of a vanished task is asked again after an error."""
    sandbox = Sandbox()
    sandbox.fault(Fault("status", CAMPAIGN, times=5))
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        sandbox.approve(task_id)
        sandbox.vanish(task_id)
        assert (await leadlex.approvals.wait(ticket, timeout=3_600)).outcome == Outcome.APPROVED


@virtual
async def test_a_campaign_that_cannot_be_read_stops_no_other() -> None:
    """One campaign that always fails delays only the waiters for it."""
    sandbox = Sandbox()
    async with in_process(sandbox) as starter:
        tickets = [(await begun(starter, sandbox))[0] for _ in range(3)]
    for task_id in [*sandbox.tasks]:
        sandbox.approve(task_id)
        sandbox.vanish(task_id)

    def broken(request: Request) -> Response | None:
        return Response(500, {}, b"") if request.url.endswith(f"/campaigns/{tickets[0].campaign_id}") else None

    async with detoured(sandbox, broken) as leadlex:
        waits = [leadlex.approvals.wait(ticket, timeout=3_600, raise_for_outcome=False) for ticket in tickets]
        launches = await asyncio.gather(*waits)
    assert [launch.outcome for launch in launches[1:]] == [Outcome.APPROVED] * 2


@virtual
async def test_an_approval_is_seen_while_another_launch_is_carried_out() -> None:
    """A task just approved is found in the approved list although others are awaited there, and is then completed."""
    sandbox = Sandbox(execution=3_600)
    async with in_process(sandbox) as leadlex:
        (first, first_task), (second, second_task) = await begun(leadlex, sandbox), await begun(leadlex, sandbox)
        sandbox.approve(first_task)
        waits = [
            asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=None, until="completed"))
            for ticket in (first, second)
        ]
        later(600, lambda: sandbox.approve(second_task))
        launches = await asyncio.gather(*waits)
    assert [launch.outcome for launch in launches] == [Outcome.COMPLETED] * 2


# When it gives up


@virtual
async def test_the_deadline_is_exact_and_the_last_poll_lands_on_it() -> None:
    """A wait of 1,000 s takes 1,000 s, and its last poll is answered just before."""
    sandbox = Sandbox(latency=0.1)
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
        began = sandbox.now()
        with pytest.raises(ApprovalTimeout):
            await leadlex.approvals.wait(ticket, timeout=1_000)
        assert sandbox.now() - began == pytest.approx(1_000)
    assert 0.1 <= began + 1_000 - sandbox.log[-1].at <= 1.0


@virtual
async def test_a_decision_shortly_before_the_deadline_is_seen() -> None:
    """Two seconds are enough, whatever the polling interval."""
    sandbox = Sandbox(reviewer=approve_after(998))
    async with in_process(sandbox) as leadlex:
        launch = await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=1_000)
    assert 998 <= launch.waited <= 1_000


@virtual
async def test_the_shortest_wait_polls_once() -> None:
    """Even a wait of a hundredth of a second looks."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        await asyncio.sleep(60)
        sandbox.approve(task_id)
        assert (await leadlex.approvals.wait(ticket, timeout=0.01)).launched


@virtual
async def test_without_a_timeout_it_waits_for_weeks() -> None:
    """``timeout=None`` has no end, and no more polls than one in five minutes."""
    sandbox = Sandbox(reviewer=approve_after(21 * 86_400))
    async with in_process(sandbox) as leadlex:
        assert (await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=None)).launched
    assert sandbox.count(TASKS) < 21 * 288 + 500


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), float("-inf")])
async def test_a_timeout_must_be_positive(timeout: float) -> None:
    """A timeout that means nothing is refused before anything is sent."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        with pytest.raises(ValidationError):
            await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=timeout)
    assert not sandbox.log


@virtual
async def test_waiters_end_each_by_itself() -> None:
    """Cancelling one disturbs no other, and after the last one no loop runs."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        first, second, third = (
            asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=timeout)) for timeout in (None, 100, None)
        )
        await asyncio.sleep(10)
        first.cancel()
        await asyncio.wait({first, second})
        assert isinstance(second.exception(), ApprovalTimeout)
        sandbox.approve(task_id)
        assert (await third).launched
        await asyncio.sleep(0)
        assert not others()
