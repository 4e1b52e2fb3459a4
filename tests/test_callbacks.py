"""Reviewers, listeners and pushes that misbehave: each is trouble for its own waiter only."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

import pytest
from support import in_process, virtual
from test_waiting import begun, later
from test_waiting_reviewer import APPROVE, DISMISS, Judge

from leadlex_async import (
    Approve,
    Dismiss,
    LaunchUpdate,
    Outcome,
    UpdateKind,
    ValidationError,
    WebhookEvent,
)
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from leadlex_async import Launch, LeadLex, LexiTask, OnUpdate, Reviewer, Verdict

STRANGE: list[type[BaseException]] = [StopIteration, asyncio.CancelledError]


async def pair(
    leadlex: LeadLex, sandbox: Sandbox, *, reviewer: Reviewer | None = None, on_update: OnUpdate | None = None
) -> tuple[Launch | BaseException, Launch | BaseException]:
    """Two launches, the first with these callbacks, and how both end."""
    launch = partial(leadlex.campaigns.start_and_wait_for_approval, timeout=3_600)
    tasks = (
        asyncio.ensure_future(launch(sandbox.add_campaign(), reviewer=reviewer, on_update=on_update)),
        asyncio.ensure_future(launch(sandbox.add_campaign())),
    )
    first, second = await asyncio.gather(*tasks, return_exceptions=True)
    return first, second


def approved(launch: Launch | BaseException) -> bool:
    """Whether a wait ended as usual."""
    return not isinstance(launch, BaseException) and launch.launched


# What callbacks raise


@pytest.mark.parametrize("kind", [UpdateKind.STARTED, UpdateKind.PENDING, UpdateKind.DECIDED])
@pytest.mark.parametrize("error", STRANGE)
@virtual
async def test_a_listener_may_raise_anything(error: type[BaseException], kind: UpdateKind) -> None:
    """What no future can hold ends its own wait with the cause; the other is approved."""
    sandbox = Sandbox(reviewer=approve_after(60))

    def listen(update: LaunchUpdate) -> None:
        if update.kind == kind:
            raise error

    async with in_process(sandbox) as leadlex:
        broken, other = await pair(leadlex, sandbox, on_update=listen)
    assert isinstance(broken, RuntimeError)
    assert isinstance(broken.__cause__, error)
    assert approved(other)


@pytest.mark.parametrize("error", STRANGE)
@pytest.mark.parametrize("waits", [False, True])
@virtual
async def test_a_reviewer_may_raise_anything(error: type[BaseException], *, waits: bool) -> None:
    """A reviewer that raises what no future can hold, at once or awaited, ends its own wait with the cause."""
    sandbox = Sandbox(reviewer=approve_after(60))

    def review(_: LexiTask) -> Verdict:
        raise error

    async def think(_: LexiTask) -> Verdict:
        await asyncio.sleep(1)
        raise error

    async with in_process(sandbox) as leadlex:
        broken, other = await pair(leadlex, sandbox, reviewer=think if waits else review)
    assert isinstance(broken, RuntimeError)
    assert isinstance(broken.__cause__, error)
    assert approved(other)


async def _listen(update: LaunchUpdate) -> None:
    """A listener that nobody would await."""


@pytest.mark.parametrize("listener", [_listen, partial(_listen)], ids=["function", "partial"])
@virtual
async def test_a_listener_is_no_coroutine_function(listener: object) -> None:
    """``async def`` as ``on_update`` is refused before anything is waited for."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
        count = sandbox.count()
        with pytest.raises(ValidationError, match="on_update"):
            await leadlex.approvals.wait(ticket, timeout=60, on_update=cast("OnUpdate", listener))
    assert sandbox.count() == count


@virtual
async def test_a_launch_with_a_wrong_listener_starts_nothing() -> None:
    """``async def`` as ``on_update`` is refused before the campaign is started."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        campaign_id, listener = sandbox.add_campaign(), cast("OnUpdate", _listen)
        with pytest.raises(ValidationError, match="on_update"):
            await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=60, on_update=listener)
    assert sandbox.count() == 0


# What reviewers return


@pytest.mark.parametrize("verdict", [Approve, Dismiss, True, "approve"], ids=str)
@virtual
async def test_a_verdict_that_is_none_is_a_clear_error(verdict: object) -> None:
    """The class ``Approve``, or anything else, ends its own wait at once and decides nothing."""
    sandbox = Sandbox(reviewer=approve_after(600))
    async with in_process(sandbox) as leadlex:
        broken, other = await pair(leadlex, sandbox, reviewer=Judge(cast("Verdict", verdict)))
    assert isinstance(broken, TypeError)
    assert "Approve()" in str(broken)
    assert approved(other)
    assert (sandbox.count(APPROVE), sandbox.count(DISMISS)) == (0, 0)


@virtual
async def test_a_reason_that_cannot_be_sent_is_a_clear_error() -> None:
    """``Dismiss(reason=b"x")`` ends its own wait at once, with nothing sent."""
    sandbox = Sandbox(reviewer=approve_after(600))
    verdict = Dismiss(reason=cast("str", b"x"))
    async with in_process(sandbox) as leadlex:
        broken, other = await pair(leadlex, sandbox, reviewer=Judge(verdict))
    assert isinstance(broken, ValidationError)
    assert broken.status is None
    assert approved(other)
    assert sandbox.count(DISMISS) == 0


@pytest.mark.parametrize("verdict", [Approve, True, Dismiss(reason=cast("str", b"x"))], ids=str)
@virtual
async def test_a_wrong_verdict_ends_the_wait_at_once(verdict: object) -> None:
    """Nobody waits for a timeout to learn that the reviewer is at fault."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
        with pytest.raises((TypeError, ValidationError)):
            await leadlex.approvals.wait(ticket, timeout=None, reviewer=Judge(cast("Verdict", verdict)))
    assert asyncio.get_running_loop().time() < 5


@pytest.mark.parametrize("status", [400, 404, 409])
@virtual
async def test_a_refused_verdict_was_too_late(status: int) -> None:
    """A verdict that the API refuses was overtaken: the lists tell by what, and nobody is asked again."""
    sandbox, judge = Sandbox(), Judge(Approve())
    sandbox.fault(Fault("status", APPROVE, status=status))
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        later(60, lambda: sandbox.dismiss(task_id))
        launch = await leadlex.approvals.wait(ticket, timeout=600, reviewer=judge, raise_for_outcome=False)
    assert launch.outcome == Outcome.DISMISSED
    assert (len(judge.shown), sandbox.count(APPROVE)) == (1, 1)


# Pushes


@virtual
async def test_a_push_delivered_again_proves_nothing() -> None:
    """Three deliveries of one push do not slow the polls down to the safety net."""
    sandbox = Sandbox(execution=86_400)
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        other, _ = await begun(leadlex, sandbox)
        waits = [
            asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=None, until="completed")),
            asyncio.ensure_future(leadlex.approvals.wait(other, timeout=None)),
        ]
        await asyncio.sleep(3)
        sandbox.approve(task_id)
        happened = ticket.started_at + timedelta(seconds=3)
        event = WebhookEvent(event="task.approved", occurred_at=happened, data={"task_id": task_id})
        for _ in range(5):
            leadlex.approvals.feed(event)
        await asyncio.sleep(600)
        before = len([entry for entry in sandbox.log if entry.query == "status=pending"])
        await asyncio.sleep(1_200)
        rounds = len([entry for entry in sandbox.log if entry.query == "status=pending"]) - before
        assert rounds >= 12
        for wait in waits:
            wait.cancel()
