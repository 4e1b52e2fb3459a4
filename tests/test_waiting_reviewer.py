"""A reviewer of one's own, and updates on the way, in virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import pytest
from support import in_process, others, settled, virtual
from test_waiting import TASKS, begun, later

from leadlex_async import (
    ApprovalDismissed,
    ApprovalTimeout,
    Approve,
    ClientClosed,
    Dismiss,
    LaunchUpdate,
    NotFound,
    Outcome,
    PermissionDenied,
    UpdateKind,
    ValidationError,
    WebhookEvent,
)
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from leadlex_async import LexiTask, Verdict
    from leadlex_async.sandbox.faults import FaultKind

APPROVE = "POST /v1/lexi/tasks/{id}/approve"
DISMISS = "POST /v1/lexi/tasks/{id}/dismiss"


class Judge:
    """A reviewer that remembers what it was shown, and takes its time."""

    def __init__(self, verdict: Verdict | Exception, seconds: float = 0.0) -> None:
        self.shown: list[LexiTask] = []
        self._verdict = verdict
        self._seconds = seconds

    async def __call__(self, task: LexiTask) -> Verdict:
        """Look, think, decide."""
        self.shown.append(task)
        await asyncio.sleep(self._seconds)
        if isinstance(self._verdict, Exception):
            raise self._verdict
        return self._verdict


class Listener:
    """Updates as they come; fails at one of a kind."""

    def __init__(self, broken_at: UpdateKind | None = None) -> None:
        self.updates: list[LaunchUpdate] = []
        self._broken_at = broken_at

    @property
    def kinds(self) -> list[UpdateKind]:
        """What was told."""
        return [update.kind for update in self.updates]

    def __call__(self, update: LaunchUpdate) -> None:
        """Take in one update."""
        self.updates.append(update)
        if update.kind == self._broken_at:
            raise KeyError(update.kind)


# The reviewer


@virtual
async def test_a_reviewer_approves() -> None:
    """The reviewer sees the pending task once and its approval ends the wait with the answer."""
    sandbox, judge = Sandbox(), Judge(Approve())
    async with in_process(sandbox) as leadlex:
        campaign_id = sandbox.add_campaign()
        launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=60, reviewer=judge)
    assert launch.outcome == Outcome.APPROVED
    assert [task.campaign_id for task in judge.shown] == [campaign_id]
    assert sandbox.count(APPROVE) == 1


@virtual
async def test_a_reviewer_dismisses_with_a_reason() -> None:
    """The reviewer's reason reaches LeadLex."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        with pytest.raises(ApprovalDismissed):
            await leadlex.approvals.wait(ticket, timeout=60, reviewer=Judge(Dismiss("wrong list")))
    assert sandbox.tasks[task_id].reason == "wrong list"


@virtual
async def test_a_reviewer_leaves_it_to_people() -> None:
    """None decides nothing, and the reviewer is not asked again."""
    sandbox, judge = Sandbox(reviewer=approve_after(3_000)), Judge(None)
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
        assert (await leadlex.approvals.wait(ticket, timeout=7_200, reviewer=judge)).launched
    assert (len(judge.shown), sandbox.count(APPROVE)) == (1, 0)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("oh"),
        TimeoutError("mine"),
        NotFound("no such contact", status=404),
        ValidationError("bad input", status=400),
    ],
    ids=repr,
)
def test_a_reviewer_that_raises_ends_its_own_wait(error: Exception) -> None:
    """Whatever a reviewer raises, an error of this package included, its waiter gets, and no other."""

    @virtual
    async def ends() -> None:
        sandbox = Sandbox(reviewer=approve_after(60))
        async with in_process(sandbox) as leadlex:
            ticket, _ = await begun(leadlex, sandbox)
            other = asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=600))
            with pytest.raises(type(error)) as caught:
                await leadlex.approvals.wait(ticket, timeout=600, reviewer=Judge(error))
            assert caught.value is error
            assert (await other).launched

    ends()


@virtual
async def test_a_slow_reviewer_delays_nobody() -> None:
    """Polls go on while a reviewer thinks, and a wait whose task is decided meanwhile stops it."""
    sandbox, judge = Sandbox(), Judge(Approve(), seconds=86_400)
    async with in_process(sandbox) as leadlex:
        (first, first_task), (second, second_task) = await begun(leadlex, sandbox), await begun(leadlex, sandbox)
        slow = asyncio.ensure_future(leadlex.approvals.wait(first, timeout=None, reviewer=judge))
        later(60, lambda: sandbox.approve(second_task))
        assert (await leadlex.approvals.wait(second, timeout=600)).waited < 150
        sandbox.approve(first_task)
        assert (await slow).waited < 600
        await settled()
        assert not others()
    assert (len(judge.shown), sandbox.count(APPROVE)) == (1, 0)


@pytest.mark.parametrize("kind", ["reset", "timeout", "status", "garbage", "truncated"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("verdict", [Approve(), Dismiss()], ids=["approve", "dismiss"])
def test_a_verdict_whose_answer_is_lost_is_carried_out_once(
    kind: FaultKind, when: Literal["before", "after"], verdict: Verdict
) -> None:
    """A lost verdict is sent again if it had no effect; the reviewer is asked once, the task decided once."""

    @virtual
    async def decides() -> None:
        sandbox, judge = Sandbox(), Judge(verdict)
        fault = sandbox.fault(Fault(kind, APPROVE if verdict == Approve() else DISMISS, when=when))
        async with in_process(sandbox) as leadlex:
            ticket, _ = await begun(leadlex, sandbox)
            launch = await leadlex.approvals.wait(ticket, timeout=600, reviewer=judge, raise_for_outcome=False)
        assert launch.launched is (verdict == Approve())
        assert launch.outcome in {Outcome.APPROVED, Outcome.COMPLETED, Outcome.DISMISSED}
        assert (len(judge.shown), fault.hits) == (1, 1)
        assert sandbox.count(APPROVE) + sandbox.count(DISMISS) == (2 if when == "before" else 1)

    decides()


@virtual
async def test_people_may_be_faster_than_the_reviewer() -> None:
    """A verdict on a task that was dismissed meanwhile changes nothing: what was decided counts."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        later(0.5, lambda: sandbox.dismiss(task_id))
        with pytest.raises(ApprovalDismissed):
            await leadlex.approvals.wait(ticket, timeout=600, reviewer=Judge(Approve(), seconds=1.0))
    assert sandbox.count(APPROVE) == 1


@virtual
async def test_a_reviewer_without_the_permission_ends_its_own_wait() -> None:
    """A key that may read tasks but not approve them is told so, not waited out."""
    sandbox = Sandbox()
    sandbox.fault(Fault("status", APPROVE, status=403))
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
        with pytest.raises(PermissionDenied):
            await leadlex.approvals.wait(ticket, timeout=600, reviewer=Judge(Approve()))


@virtual
async def test_each_waiter_asks_its_own_reviewer() -> None:
    """Two waiters for one ticket ask two reviewers, and both learn what the faster one decided."""
    sandbox, quick, slow = Sandbox(), Judge(Dismiss()), Judge(Approve(), seconds=1.0)
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
        waits = [
            leadlex.approvals.wait(ticket, timeout=600, reviewer=judge, raise_for_outcome=False)
            for judge in (quick, slow)
        ]
        launches = await asyncio.gather(*waits)
    assert [launch.outcome for launch in launches] == [Outcome.DISMISSED] * 2
    assert (len(quick.shown), len(slow.shown)) == (1, 1)


@virtual
async def test_closing_stops_a_reviewer() -> None:
    """A reviewer at work is cancelled when the client is closed."""
    sandbox = Sandbox()
    leadlex = in_process(sandbox)
    ticket, _ = await begun(leadlex, sandbox)
    judge = Judge(Approve(), seconds=600)
    wait = asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=None, reviewer=judge))
    await asyncio.sleep(60)
    await leadlex.aclose()
    with pytest.raises(ClientClosed):
        await wait
    assert (len(judge.shown), others()) == (1, [])


# Updates


@pytest.mark.parametrize("until", ["decision", "completed"])
def test_updates_tell_the_story(until: Literal["decision", "completed"]) -> None:
    """Started, pending, approved where completion is waited for, decided: each once and in this order."""

    @virtual
    async def listens() -> None:
        sandbox, listener = Sandbox(reviewer=approve_after(60), execution=600), Listener()
        async with in_process(sandbox) as leadlex:
            launch = await leadlex.campaigns.start_and_wait_for_approval(
                sandbox.add_campaign(), timeout=3_600, until=until, on_update=listener
            )
        middle = [UpdateKind.APPROVED] if until == "completed" else []
        assert listener.kinds == [UpdateKind.STARTED, UpdateKind.PENDING, *middle, UpdateKind.DECIDED]
        assert listener.updates[-1].outcome == launch.outcome
        assert {update.ticket.campaign_id for update in listener.updates} == {launch.campaign_id}

    listens()


@virtual
async def test_updates_tell_of_trouble() -> None:
    """A failed poll is told with its error, and the wait goes on."""
    sandbox, listener = Sandbox(reviewer=approve_after(60)), Listener()
    sandbox.fault(Fault("status", TASKS, status=502))
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
        await leadlex.approvals.wait(ticket, timeout=600, on_update=listener)
    assert listener.kinds[0] == UpdateKind.TROUBLE
    assert listener.kinds[-1] == UpdateKind.DECIDED
    assert "502" in str(listener.updates[0].error)


@virtual
async def test_an_automatic_start_is_told() -> None:
    """A launch that needs no approval is started and decided."""
    sandbox, listener = Sandbox(), Listener()
    async with in_process(sandbox) as leadlex:
        campaign_id = sandbox.add_campaign(recipients=5)
        await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=60, on_update=listener)
    assert listener.kinds == [UpdateKind.STARTED, UpdateKind.DECIDED]


@pytest.mark.parametrize("kind", [UpdateKind.PENDING, UpdateKind.TROUBLE, UpdateKind.APPROVED, UpdateKind.DECIDED])
def test_a_listener_that_raises_ends_its_own_wait(kind: UpdateKind) -> None:
    """What ``on_update`` raises ends this wait and no other, whenever it does."""

    @virtual
    async def ends() -> None:
        sandbox = Sandbox(reviewer=approve_after(60), execution=200)
        sandbox.fault(Fault("reset", TASKS))
        async with in_process(sandbox) as leadlex:
            ticket, _ = await begun(leadlex, sandbox)
            other = asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=600))
            with pytest.raises(KeyError):
                await leadlex.approvals.wait(ticket, timeout=600, until="completed", on_update=Listener(kind))
            assert (await other).launched
            await settled()
            assert not others()

    ends()


@virtual
async def test_a_listener_that_raises_at_the_start_keeps_the_ticket() -> None:
    """The launch is under way when its first update fails: the client still holds the ticket."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        with pytest.raises(KeyError):
            await leadlex.campaigns.start_and_wait_for_approval(
                sandbox.add_campaign(), timeout=60, on_update=Listener(UpdateKind.STARTED)
            )
        assert len(leadlex.approvals.tickets) == 1


@virtual
async def test_an_approval_is_told_once() -> None:
    """Two pushes about one approval, the task's and the campaign's, are one update."""
    sandbox, listener = Sandbox(execution=60), Listener()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        wait = asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=600, until="completed", on_update=listener))
        await asyncio.sleep(3)
        sandbox.approve(task_id)
        for event in ("task.approved", "campaign.started"):
            data = {"task_id": task_id, "campaign_id": ticket.campaign_id}
            leadlex.approvals.feed(WebhookEvent(event=event, data=data))
        await wait
    assert listener.kinds == [UpdateKind.PENDING, UpdateKind.APPROVED, UpdateKind.DECIDED]


@virtual
async def test_a_timeout_while_the_reviewer_thinks() -> None:
    """A reviewer that is too slow is stopped by the deadline; nothing was decided."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        with pytest.raises(ApprovalTimeout):
            await leadlex.approvals.wait(ticket, timeout=30, reviewer=Judge(Approve(), seconds=60))
        await asyncio.sleep(100)
        assert (sandbox.tasks[task_id].status, others()) == ("pending", [])
