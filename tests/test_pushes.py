"""Pushed decisions beside the poll loop, in virtual time: what is believed, what is looked at, when polls slow down."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import pytest
from attrs import frozen
from hypothesis import given, settings, strategies as st
from support import in_process, settled, virtual
from test_waiting import START, begun, later, only_task

from leadlex_async import Approve, LaunchTicket, Outcome, UpdateKind, WebhookEvent
from leadlex_async.approvals.cadence import MOST_TO_TRUST, PUSHES_TO_TRUST, SAFETY_NET, Cadence
from leadlex_async.approvals.pushes import EARLY, MOST_EACH, REMEMBERED, Early, read
from leadlex_async.sandbox import Fault, Sandbox
from leadlex_async.testing import run_virtual

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from leadlex_async import Launch, LaunchUpdate, LeadLex
    from leadlex_async._http.wire import JSONValue


def told(sandbox: Sandbox, name: str, task_id: str | None = None, campaign_id: str | None = None) -> WebhookEvent:
    """A verified delivery about what happened just now."""
    data: dict[str, JSONValue] = {}
    if task_id is not None:
        data["task"] = {"id": task_id}
    if campaign_id is not None:
        data["campaign"] = {"id": campaign_id, "status": "active"}
    return WebhookEvent(event=name, occurred_at=datetime.fromtimestamp(sandbox.now(), UTC), data=data)


def waiting(leadlex: LeadLex, ticket: LaunchTicket, *, until: str = "decision") -> asyncio.Task[Launch]:
    """Someone waits for this ticket."""
    wait = leadlex.approvals.wait
    if until == "completed":
        return asyncio.ensure_future(wait(ticket, timeout=None, until="completed", raise_for_outcome=False))
    return asyncio.ensure_future(wait(ticket, timeout=None, raise_for_outcome=False))


async def took(work: Awaitable[object]) -> float:
    """Seconds until something is done."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await work
    return loop.time() - began


# What is believed


@virtual
async def test_a_push_that_beats_the_answer_of_its_start_is_remembered() -> None:
    """A person may decide, and the push arrive, while the start's answer is under way: no poll is needed then."""
    sandbox = Sandbox(execution=86_400)
    sandbox.fault(Fault("slow", START, seconds=8))
    campaign_id = sandbox.add_campaign()
    async with in_process(sandbox) as leadlex:
        start = leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=60)
        launch = asyncio.ensure_future(start)
        await asyncio.sleep(3)
        sandbox.approve(only_task(sandbox))
        for _ in range(3):
            assert leadlex.approvals.feed(told(sandbox, "task.approved", only_task(sandbox))) == 0
        assert (await launch).outcome == Outcome.APPROVED
    assert (sandbox.count(), launch.result().polls) == (1, 0)


@virtual
async def test_what_is_remembered_is_forgotten() -> None:
    """A push waits ten minutes for its waiter; then a poll finds the decision, as it would without pushes."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        leadlex.approvals.feed(told(sandbox, "task.approved", task_id))
        await asyncio.sleep(EARLY + 1)
        wait = waiting(leadlex, ticket)
        await asyncio.sleep(30)
        assert not wait.done()  # nobody approved: that push was a lie, and is forgotten
        sandbox.dismiss(task_id)
        assert (await wait).outcome == Outcome.DISMISSED


def test_what_is_remembered_is_bounded() -> None:
    """Neither many tasks nor many pushes of one fill the memory; the latest are kept."""
    early = Early()
    for number in range(REMEMBERED + 10):
        push = read(WebhookEvent(event="task.approved", data={"task_id": f"t{number}"}))
        assert push is not None
        early.keep(push, number / 1e6)
    for number in range(100):
        moment = datetime.fromtimestamp(number, UTC)
        push = read(WebhookEvent(event="task.approved", occurred_at=moment, data={"task_id": "one"}))
        assert push is not None
        early.keep(push, 1.0)
    kept = {each: len(early.of(each, 1.0)) for each in ("one", "t10009", "t20", "t0")}
    assert kept == {"one": MOST_EACH, "t10009": 1, "t20": 1, "t0": 0}


@pytest.mark.parametrize("event", ["campaign.started", "campaign.paused", "task.updated", "task.completed"])
def test_a_hint_has_the_lists_read(event: str) -> None:
    """What names the launch and decides nothing brings a look after some seconds, and the lists tell."""

    @virtual
    async def looks() -> None:
        sandbox = Sandbox()
        async with in_process(sandbox) as leadlex:
            ticket, task_id = await begun(leadlex, sandbox)
            wait = waiting(leadlex, ticket)
            await asyncio.sleep(3_600)  # polls are a minute apart now
            sandbox.dismiss(task_id)
            assert leadlex.approvals.feed(told(sandbox, event, task_id, ticket.campaign_id)) == 0
            assert await took(wait) < 8
            assert wait.result().outcome == Outcome.DISMISSED

    looks()


@virtual
async def test_a_campaign_that_runs_does_not_approve_an_earlier_launch() -> None:
    """The ticket of a dismissed launch, waited for again after the campaign was launched anew: still dismissed."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        sandbox.dismiss(task_id)
        await asyncio.sleep(60)
        again = await leadlex.approvals.begin(ticket.campaign_id)
        sandbox.approve(again.task_id or "")
        sandbox.visibility_delay, sandbox.list_cap = 0.0, 0  # so that the first poll finds nothing
        wait = waiting(leadlex, ticket)
        await settled()
        leadlex.approvals.feed(told(sandbox, "campaign.started", campaign_id=ticket.campaign_id))
        await settled()
        sandbox.list_cap = None
        assert (await wait).outcome == Outcome.DISMISSED


def aged(sandbox: Sandbox, name: str, task_id: str, seconds: float) -> WebhookEvent:
    """A delivery about what happened so many seconds ago."""
    moment = datetime.fromtimestamp(sandbox.now() - seconds, UTC)
    return WebhookEvent(event=name, occurred_at=moment, data={"task": {"id": task_id}})


@pytest.mark.parametrize("joined", [True, False])
def test_an_old_approval_is_looked_into(*, joined: bool) -> None:
    """A delivery of minutes ago says approved; what was approved has failed since: the lists tell."""

    @virtual
    async def fails() -> None:
        sandbox = Sandbox()
        async with in_process(sandbox) as leadlex:
            ticket, task_id = await begun(leadlex, sandbox)
            wait = waiting(leadlex, ticket) if joined else None
            await asyncio.sleep(0.5)
            sandbox.approve(task_id)
            sandbox.fail(task_id)
            assert leadlex.approvals.feed(aged(sandbox, "task.approved", task_id, 120)) == 0
            assert (await (wait or waiting(leadlex, ticket))).outcome == Outcome.FAILED

    fails()


@virtual
async def test_of_early_pushes_the_final_one_counts() -> None:
    """An approval and then a failure came before the waiter: it failed."""
    sandbox = Sandbox()
    sandbox.list_cap = 0
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        for name in ("task.approved", "lexi.task_failed"):
            leadlex.approvals.feed(told(sandbox, name, task_id))
        assert (await waiting(leadlex, ticket)).outcome == Outcome.FAILED


@virtual
async def test_a_second_waiter_of_a_decided_launch_need_not_poll() -> None:
    """The decision was pushed to the first waiter; another one who comes with the same ticket has it at once."""
    sandbox = Sandbox(execution=86_400)
    async with in_process(sandbox) as leadlex:
        await trusted(leadlex, sandbox)
        ticket, task_id = await begun(leadlex, sandbox)
        first = waiting(leadlex, ticket)
        await asyncio.sleep(1)
        sandbox.approve(task_id)
        leadlex.approvals.feed(told(sandbox, "task.approved", task_id))
        await first
        assert await took(waiting(leadlex, ticket)) == 0


@virtual
async def test_a_push_of_a_task_that_the_start_did_not_name() -> None:
    """Which launch it belongs to, its campaign tells; that it is our task, only a list can tell."""
    sandbox = Sandbox(execution=86_400)
    sandbox.null_task_id = True
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        sandbox.visibility_delay = 0.0
        wait = waiting(leadlex, ticket)
        await settled()
        sandbox.approve(task_id)
        metadata: dict[str, JSONValue] = {"campaign_id": ticket.campaign_id}
        event = WebhookEvent(event="task.approved", data={"task": {"id": task_id, "metadata": metadata}})
        assert leadlex.approvals.feed(event) == 0
        assert await took(wait) < 8
        assert (wait.result().outcome, wait.result().task_id) == (Outcome.APPROVED, task_id)


@virtual
async def test_an_approval_is_not_taken_back() -> None:
    """While an approved task is carried out, a push that it was dismissed is looked into; the lists tell."""
    sandbox = Sandbox(execution=7_200)
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        wait = waiting(leadlex, ticket, until="completed")
        await asyncio.sleep(600)
        sandbox.approve(task_id)
        leadlex.approvals.feed(told(sandbox, "task.approved", task_id))
        leadlex.approvals.feed(told(sandbox, "task.dismissed", task_id))
        await asyncio.sleep(100)
        assert not wait.done()
        await asyncio.sleep(7_200)
        leadlex.approvals.feed(told(sandbox, "lexi.task_completed", task_id))
        await settled()
        assert wait.result().outcome == Outcome.COMPLETED


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        ("lexi.task_approved", Outcome.APPROVED),
        ("lexi.task_completed", Outcome.COMPLETED),
        ("lexi.task_failed", Outcome.FAILED),
    ],
)
def test_the_older_names_are_believed_too(event: str, outcome: Outcome) -> None:
    """The names of the first overview say the same."""

    @virtual
    async def ends() -> None:
        sandbox = Sandbox()
        async with in_process(sandbox) as leadlex:
            ticket, task_id = await begun(leadlex, sandbox)
            wait = waiting(leadlex, ticket)
            await settled()
            assert leadlex.approvals.feed(told(sandbox, event, task_id)) == 1
            assert (await wait).outcome == outcome

    ends()


@virtual
async def test_a_date_without_a_zone_is_taken_for_utc() -> None:
    """A program that makes its own events may forget the zone; that ends nobody's wait with an error."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        ticket, _ = await begun(leadlex, sandbox)
        wait = waiting(leadlex, ticket)
        await settled()
        data: dict[str, JSONValue] = {"campaign_id": ticket.campaign_id}
        naive = datetime(2001, 1, 1)  # noqa: DTZ001 - that is the point
        event = WebhookEvent(event="campaign.started", occurred_at=naive, data=data)
        assert leadlex.approvals.feed(event) == 0
        wait.cancel()


# How often is polled beside pushes


async def trusted(leadlex: LeadLex, sandbox: Sandbox, count: int = PUSHES_TO_TRUST) -> None:
    """So many launches are decided by pushes alone."""
    for _ in range(count):
        ticket, task_id = await begun(leadlex, sandbox)
        wait = waiting(leadlex, ticket)
        await settled()
        sandbox.approve(task_id)
        leadlex.approvals.feed(told(sandbox, "task.approved", task_id))
        await wait


def polls(sandbox: Sandbox) -> int:
    """Rounds so far."""
    return len([entry for entry in sandbox.log if entry.query == "status=pending"])


@virtual
async def test_where_pushes_arrive_a_launch_costs_one_request() -> None:
    """A web backend launches now and then; each launch is decided by its push before any poll is due."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        await trusted(leadlex, sandbox)
        before = sandbox.count()
        for _ in range(10):
            await asyncio.sleep(120)
            ticket, task_id = await begun(leadlex, sandbox)
            wait = waiting(leadlex, ticket)
            await asyncio.sleep(200)
            sandbox.approve(task_id)
            leadlex.approvals.feed(told(sandbox, "task.approved", task_id))
            await wait
        assert sandbox.count() - before == 10


@virtual
async def test_a_push_that_is_late_by_seconds_still_counts() -> None:
    """A poll may be faster than a push: that is no reason to poll more."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        await trusted(leadlex, sandbox)
        ticket, task_id = await begun(leadlex, sandbox)
        keeper, _ = await begun(leadlex, sandbox)
        waits = [waiting(leadlex, ticket), waiting(leadlex, keeper)]
        await asyncio.sleep(SAFETY_NET * 0.95)
        sandbox.approve(task_id)
        later(SAFETY_NET * 0.15 + 10, lambda: leadlex.approvals.feed(told(sandbox, "task.approved", task_id)))
        await waits[0]
        before = polls(sandbox)
        await asyncio.sleep(SAFETY_NET * 3.5)
        assert polls(sandbox) - before <= 4
        waits[1].cancel()


@virtual
async def test_a_push_that_never_comes_ends_the_trust() -> None:
    """One decision that no push announces brings the polls back within a minute."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        await trusted(leadlex, sandbox)
        ticket, task_id = await begun(leadlex, sandbox)
        keeper, _ = await begun(leadlex, sandbox)
        waits = [waiting(leadlex, ticket), waiting(leadlex, keeper)]
        await asyncio.sleep(10)
        sandbox.approve(task_id)
        assert await took(waits[0]) <= SAFETY_NET * 1.1
        before = polls(sandbox)
        await asyncio.sleep(65)
        assert polls(sandbox) - before == 1
        await asyncio.sleep(535)
        assert polls(sandbox) - before > 8
        waits[1].cancel()


@virtual
async def test_a_task_that_vanishes_is_searched_at_once() -> None:
    """However well pushes arrive: of a task in no list there will be none."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        await trusted(leadlex, sandbox)
        ticket, task_id = await begun(leadlex, sandbox)
        wait = waiting(leadlex, ticket)
        sandbox.vanish(task_id)
        sandbox.campaigns[ticket.campaign_id].status = "draft"
        assert await took(wait) < SAFETY_NET * 1.1 + 60
        assert wait.result().outcome == Outcome.LOST


@pytest.mark.parametrize(("execution", "most"), [(20, 45), (400, 500)])
def test_what_is_carried_out_is_polled_for(execution: float, most: float) -> None:
    """No documented event tells that an approved task is done: nobody waits for the safety net for that."""

    @virtual
    async def ends() -> None:
        sandbox = Sandbox(execution=execution)
        async with in_process(sandbox) as leadlex:
            await trusted(leadlex, sandbox)
            ticket, task_id = await begun(leadlex, sandbox)
            wait = waiting(leadlex, ticket, until="completed")
            await asyncio.sleep(6 * 3_600)
            sandbox.approve(task_id)
            leadlex.approvals.feed(told(sandbox, "task.approved", task_id))
            assert await took(wait) < most
            assert wait.result().outcome == Outcome.COMPLETED

    ends()


@virtual
async def test_a_verdict_that_was_lost_is_given_again_soon() -> None:
    """No push will come of a decision that did not get through."""
    sandbox = Sandbox()
    async with in_process(sandbox, max_retries=0) as leadlex:
        await trusted(leadlex, sandbox)
        ticket, _ = await begun(leadlex, sandbox)
        sandbox.fault(Fault("reset", "POST /v1/lexi/tasks/{id}/approve"))
        wait = leadlex.approvals.wait(ticket, timeout=None, reviewer=lambda _: Approve())
        assert await took(wait) < 60


@virtual
async def test_a_push_that_came_and_could_not_be_believed_still_came() -> None:
    """The start did not name its task: the push is a hint, a poll finds the decision, and pushes are trusted still."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        await trusted(leadlex, sandbox)
        keeper, _ = await begun(leadlex, sandbox)
        sandbox.null_task_id = True
        ticket, task_id = await begun(leadlex, sandbox)
        sandbox.approve(task_id)
        waits = [waiting(leadlex, keeper), waiting(leadlex, ticket)]
        metadata: dict[str, JSONValue] = {"campaign_id": ticket.campaign_id}
        data: dict[str, JSONValue] = {"task": {"id": task_id, "metadata": metadata}}
        leadlex.approvals.feed(WebhookEvent(event="task.approved", data=data))
        await waits[1]
        before = polls(sandbox)
        await asyncio.sleep(SAFETY_NET * 3.5)
        assert polls(sandbox) - before <= 4
        waits[0].cancel()


def test_those_that_fail_again_must_prove_more() -> None:
    """Where a part of the decisions is never pushed, trust comes after ever longer runs without a failure."""
    cadence, needed = Cadence(), list[int]()
    for _ in range(8):
        count = 0
        while not cadence.trusting:
            cadence.pushed()
            count += 1
        needed.append(count)
        cadence.unannounced()
    assert needed == [3, 6, 12, 24, 48, MOST_TO_TRUST, 6, 12]  # so many without a failure are forgiven the earlier ones


def test_the_safety_net_stays_as_wide_however_long_was_waited() -> None:
    """Five minutes: what is lost is never found later than it would be without pushes."""
    cadence = Cadence()
    for _ in range(PUSHES_TO_TRUST):
        cadence.pushed()
    widths = [cadence.interval(waiting=5, age=age) for age in (0.0, 3_600.0, 10_000.0, 10**6)]
    expected = [SAFETY_NET] * 4
    assert all(least <= width <= least * 1.11 for width, least in zip(widths, expected, strict=True))


# Any order of things

delays = st.sampled_from([0.0, 0.01, 1.0, 5.0, 30.0, 59.0, 61.0, 301.0, 900.0])


@frozen
class Story:
    """A launch: how it is decided, how slowly its start is answered, and when what is pushed arrives, if it does."""

    action: Literal["approve", "dismiss"]
    after: float
    slow: float
    pushes: list[float]
    hints: list[float]
    dismissed_before: bool

    @property
    def outcome(self) -> Outcome:
        """How it must end."""
        return Outcome.APPROVED if self.action == "approve" else Outcome.DISMISSED


stories = st.builds(
    Story,
    st.sampled_from(["approve", "dismiss"]),
    st.sampled_from([0.0, 0.5, 2.0, 20.0, 600.0, 5_000.0]),
    st.sampled_from([0.0, 0.0, 1.0, 10.0]),
    st.lists(delays, max_size=3),
    st.lists(delays, max_size=2),
    st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(stories, min_size=1, max_size=6), st.booleans())
def test_any_order_of_answers_pushes_and_polls_ends_right(plot: list[Story], nameless: bool) -> None:  # noqa: FBT001
    """Start answers, pushes, polls, doubles and losses in any order: each launch ends once, as it was decided."""
    run_virtual(_play(plot, nameless=nameless))


async def _play(plot: list[Story], *, nameless: bool) -> None:
    sandbox, ends = Sandbox(execution=3_600), Counter[str]()
    sandbox.null_task_id = nameless
    async with in_process(sandbox) as leadlex:
        await leadlex.lexi.list_tasks()  # tells the server's time
        outcomes = await asyncio.gather(*(_tell(leadlex, sandbox, story, ends) for story in plot))
        await asyncio.sleep(2_000)  # what comes after the end changes nothing
        assert not leadlex.approvals.tickets
    assert outcomes == [story.outcome for story in plot]
    assert [*ends.values()] == [1] * len(plot)


async def _tell(leadlex: LeadLex, sandbox: Sandbox, story: Story, ends: Counter[str]) -> Outcome:
    campaign_id = sandbox.add_campaign()
    if story.dismissed_before:
        ticket = await leadlex.approvals.begin(campaign_id)
        earlier = _task_of(sandbox, campaign_id)
        sandbox.dismiss(earlier)
        await leadlex.approvals.wait(ticket, timeout=None, raise_for_outcome=False)
        for delay in (*story.pushes, *story.hints):  # late deliveries about the earlier launch
            _push(leadlex, told(sandbox, "task.dismissed", earlier), delay)
            _push(leadlex, told(sandbox, "campaign.started", campaign_id=campaign_id), delay)
        await asyncio.sleep(3)
    if story.slow:
        sandbox.fault(Fault("slow", START, seconds=story.slow))
    launch = asyncio.ensure_future(
        leadlex.approvals.launch(
            campaign_id, timeout=None, raise_for_outcome=False, on_update=lambda update: _count(ends, update)
        )
    )
    await settled()
    later(story.after, lambda: _decide(leadlex, sandbox, campaign_id, story))
    return (await launch).outcome


def _decide(leadlex: LeadLex, sandbox: Sandbox, campaign_id: str, story: Story) -> None:
    task_id = _task_of(sandbox, campaign_id)
    (sandbox.approve if story.action == "approve" else sandbox.dismiss)(task_id)
    for delay in story.pushes:
        _push(
            leadlex, told(sandbox, "task.approved" if story.action == "approve" else "task.dismissed", task_id), delay
        )
    for delay in story.hints:
        _push(leadlex, told(sandbox, "campaign.started", campaign_id=campaign_id), delay)


def _push(leadlex: LeadLex, event: WebhookEvent, delay: float) -> None:
    later(delay, lambda: leadlex.approvals.feed(event))


def _task_of(sandbox: Sandbox, campaign_id: str) -> str:
    return [task.id for task in sandbox.tasks.values() if task.campaign_id == campaign_id][-1]


def _count(ends: Counter[str], update: LaunchUpdate) -> None:
    if update.kind == UpdateKind.DECIDED:
        ends[update.ticket.campaign_id] += 1
