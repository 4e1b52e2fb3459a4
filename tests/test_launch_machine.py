"""Launches against a sandbox that misbehaves in every way it knows, in virtual time: a hypothesis state machine."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from launch_truth import Origin, ReviewerBroke, Truth, Waiter
from support import in_process, settled

from leadlex_async import (
    APIError,
    ApprovalError,
    Approve,
    Dismiss,
    LaunchTicket,
    StartOutcomeUnknown,
    WebhookEvent,
)
from leadlex_async.sandbox import Fault, Sandbox
from leadlex_async.testing import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from leadlex_async import Launch, LexiTask, Reviewer, Verdict
    from leadlex_async._http.wire import JSONValue
    from leadlex_async.approvals.launch import Until
    from leadlex_async.sandbox import TaskRow
    from leadlex_async.sandbox.faults import FaultKind

T = TypeVar("T")

START = "POST /v1/campaigns/{id}/start"
TASKS = "GET /v1/lexi/tasks"
CAMPAIGN = "GET /v1/campaigns/{id}"
APPROVE = "POST /v1/lexi/tasks/{id}/approve"
DISMISS = "POST /v1/lexi/tasks/{id}/dismiss"

DAY = 86_400.0
NOON = 1_772_020_800.0
"""2026-02-25T12:00:00Z: no run depends on the time of day."""

FAULTS: tuple[FaultKind, ...] = (
    *("status", "reset", "timeout", "slow", "truncated", "html"),
    *("garbage", "huge", "redirect", "refused", "late", "unknown_status"),
)

picks = st.integers(0, 1_000)
timeouts = st.sampled_from([None, 0.5, 20.0, 90.0, 3_600.0, 100_000.0])
untils = st.sampled_from(["decision", "completed"])
reviewers = st.sampled_from([None, None, None, "approve", "dismiss", "leave", "slow", "raise"])


async def review(manner: str, _: LexiTask) -> Verdict:
    """A reviewer of some manner."""
    if manner == "raise":
        raise ReviewerBroke
    if manner == "slow":
        await asyncio.sleep(40)
    if manner == "dismiss":
        return Dismiss("no")
    return None if manner == "leave" else Approve()


class LaunchMachine(RuleBasedStateMachine):
    """Starts, people, outages and restarts in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualTimeLoop()
        self.stray: list[str] = []
        self.loop.set_exception_handler(lambda _, context: self.stray.append(str(context)))
        self.waiters: list[Waiter] = []
        self.kept: list[LaunchTicket] = []
        self.origins: dict[tuple[str, object], Origin] = {}
        self.begun: list[Origin] = []
        self.budget: Counter[str] = Counter()

    # Driving

    def drive(self, work: Coroutine[object, object, T]) -> T:
        """Run the loop until this is done."""
        return self.loop.run_until_complete(work)

    def do(self, action: Callable[[], object]) -> None:
        """Do something inside of the loop, and let everything that is ready run."""

        async def inside() -> None:
            action()
            await settled()

        self.drive(inside())

    async def connect(self) -> None:
        """A new client, which knows the server's clock."""
        self.client = in_process(self.sandbox)
        # A first start takes the time from this machine's clock, which virtual time has left behind.
        faults, self.sandbox.faults = self.sandbox.faults, []
        await self.client.campaigns.list()
        self.sandbox.faults = faults

    # The model

    def pending(self) -> list[TaskRow]:
        """What a person can see and decide."""
        now = self.sandbox.now()
        return [
            task
            for task in self.sandbox.tasks.values()
            if task.status == "pending" and not task.gone and task.visible_from <= now
        ]

    def decidable(self) -> list[TaskRow]:
        """What a person decides: not while a lost start of it is looked for in lists that may not show it."""
        beginning = {waiter.origin.campaign_id for waiter in self.waiters if waiter.beginning}
        return [task for task in self.pending() if self.sandbox.list_cap is None or task.campaign_id not in beginning]

    # Calls under test

    def spawn(self, waiter: Waiter, work: Coroutine[object, object, Launch]) -> None:
        """Run a call beside the machine, judge how it ends and keep the ticket it ends with."""

        async def run() -> None:
            try:
                result = await work
            except ApprovalError as error:
                self.keep(waiter, error.ticket)
                self.truth.judge(waiter, error.launch or error)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - judged
                self.keep(waiter, error.ticket if isinstance(error, StartOutcomeUnknown) else None)
                if isinstance(error, APIError):  # it says that nothing was started
                    self.budget[waiter.origin.campaign_id] -= waiter.beginning
                self.truth.judge(waiter, error)
            else:
                self.truth.judge(waiter, result)

        async def start() -> None:
            waiter.task = asyncio.ensure_future(run())
            self.waiters.append(waiter)
            await settled()

        self.drive(start())

    def keep(self, waiter: Waiter, ticket: LaunchTicket | None) -> None:
        """Keep a ticket as a program would: as JSON, in a file."""
        if ticket is not None:
            self.origins.setdefault((ticket.campaign_id, ticket.started_at), waiter.origin)
            self.kept.append(LaunchTicket.from_json(ticket.to_json()))

    def fresh(self, pick: int, timeout: float | None, until: Until, manner: str | None) -> Waiter:
        """A waiter for a launch that is about to be begun."""
        campaign_id = [*self.sandbox.campaigns][pick % len(self.sandbox.campaigns)]
        # What was decided within the same second cannot be told from what is begun in it.
        self.drive(asyncio.sleep(3))
        self.budget[campaign_id] += 1
        origin = Origin(campaign_id, self.drive(self.now()))
        self.begun.append(origin)
        return Waiter(origin, self.loop.time(), timeout, until, beginning=True, manner=manner)

    async def now(self) -> float:
        """The sandbox's time."""
        return self.sandbox.now()

    def resume(self, ticket: LaunchTicket, timeout: float | None, until: Until, manner: str | None = None) -> None:
        """Wait with a ticket that came out of a file."""
        ticket = LaunchTicket.from_json(ticket.to_json())
        origin = self.origins[ticket.campaign_id, ticket.started_at]
        waiter = Waiter(origin, self.loop.time(), timeout, until, ticket=ticket, manner=manner)
        wait = self.client.approvals.wait
        self.spawn(waiter, wait(ticket, timeout=timeout, until=until, reviewer=self.reviewer(manner)))

    def reviewer(self, manner: str | None) -> Reviewer | None:
        """A reviewer of some manner."""
        return partial(review, manner) if manner is not None else None

    def waiting(self) -> list[Waiter]:
        """The calls that have not ended."""
        return [waiter for waiter in self.waiters if waiter.task is not None and not waiter.task.done()]

    def note_open(self) -> None:
        """Tell the origin of every ticket that the client holds."""
        for ticket in self.client.approvals.tickets:
            # The client's estimate of the server's time lags by up to a second.
            latest = ticket.started_at.timestamp() + 1.5
            before = [o for o in self.begun if o.campaign_id == ticket.campaign_id and o.at <= latest]
            self.origins.setdefault((ticket.campaign_id, ticket.started_at), max(before, key=lambda o: o.at))

    # Rules

    @initialize(plan=st.sampled_from([None, None, "org", "pro"]), latency=st.sampled_from([0.0, 0.2]))
    def begin_world(self, plan: str | None, latency: float) -> None:
        """A fresh sandbox and a client of it."""
        self.sandbox = Sandbox(plan=plan, latency=latency, execution=30.0, now=lambda: NOON + self.loop.time())
        self.truth = Truth(self.sandbox, self.loop)
        self.drive(self.connect())
        self.create(150)

    @rule(recipients=st.sampled_from([50, 150, 5_000]))
    def create(self, recipients: int) -> None:
        """A new campaign."""
        self.do(lambda: self.sandbox.add_campaign(recipients=recipients))

    @rule(pick=picks, timeout=timeouts, until=untils, manner=reviewers)
    def start_and_wait(self, pick: int, timeout: float | None, until: Until, manner: str | None) -> None:
        """Launch any campaign, whatever its state."""
        waiter = self.fresh(pick, timeout, until, manner)
        start = self.client.campaigns.start_and_wait_for_approval
        call = start(waiter.origin.campaign_id, timeout=timeout, until=until, reviewer=self.reviewer(manner))
        self.spawn(waiter, call)

    @rule(pick=picks, timeout=timeouts, until=untils)
    def adopt(self, pick: int, timeout: float | None, until: Until) -> None:
        """Join the launch of a campaign whose ticket was lost."""
        waiter, client = self.fresh(pick, timeout, until, None), self.client
        waiter.adopting = waiter.origin.joined = True

        async def joined() -> Launch:
            ticket = await client.approvals.begin(waiter.origin.campaign_id, adopt=True)
            waiter.began, waiter.beginning, waiter.adopting = self.loop.time(), False, False
            return await client.approvals.wait(ticket, timeout=timeout, until=until)

        self.spawn(waiter, joined())

    @rule(pick=picks, action=st.sampled_from(["approve", "dismiss", "fail", "vanish"]))
    def decide(self, pick: int, action: str) -> None:
        """A person decides what waits, or somebody purges it."""

        def act() -> None:
            if tasks := self.decidable():
                self.truth.look()
                getattr(self.sandbox, action)(tasks[pick % len(tasks)].id)

        self.do(act)

    @rule(pick=picks)
    def break_down(self, pick: int) -> None:
        """What was approved fails while it is carried out."""

        def act() -> None:
            if tasks := [task for task in self.sandbox.tasks.values() if task.status == "approved"]:
                self.truth.look()
                self.sandbox.fail(tasks[pick % len(tasks)].id)

        self.do(act)

    @rule(
        kind=st.sampled_from(FAULTS),
        operation=st.sampled_from([START, START, TASKS, TASKS, CAMPAIGN, APPROVE, DISMISS]),
        when=st.sampled_from(["before", "after"]),
        times=st.integers(1, 4),
        skip=st.integers(0, 2),
        status=st.sampled_from([500, 503, 429]),
        seconds=st.sampled_from([1.0, 8.0, 40.0]),
    )
    def misbehave(  # noqa: PLR0913, PLR0917 - a fault has so many sides
        self,
        kind: FaultKind,
        operation: str,
        when: Literal["before", "after"],
        times: int,
        skip: int,
        status: int,
        seconds: float,
    ) -> None:
        """Script a fault."""
        if kind == "unknown_status" and operation == CAMPAIGN:
            self.truth.garbled |= set(self.sandbox.campaigns)
        # A start that takes effect after the last reading of the truth may be made twice: nothing can tell.
        seconds = min(seconds, 8.0) if kind == "late" else seconds
        answers = status if kind == "status" else None
        if kind == "refused" or answers == 429:
            when = "before"  # what is surely refused has no effect
        self.sandbox.fault(Fault(kind, operation, when, times, skip, answers, seconds))

    @rule(
        null_task_id=st.booleans(),
        visibility_delay=st.sampled_from([0.0, 0.0, 5.0, 60.0]),
        list_cap=st.sampled_from([None, None, 1, 2]),
    )
    def set_world(self, *, null_task_id: bool, visibility_delay: float, list_cap: int | None) -> None:
        """Change how the API behaves."""
        self.sandbox.null_task_id, self.sandbox.visibility_delay = null_task_id, visibility_delay
        self.sandbox.list_cap = list_cap
        if list_cap is not None:
            self.truth.unclear |= set(self.sandbox.campaigns)

    @rule()
    def calm(self) -> None:
        """The outage is over."""
        self.sandbox.faults.clear()

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        """Cancel one call; its ticket stays with the client."""
        if waiters := self.waiting():
            waiter = waiters[pick % len(waiters)]
            assert waiter.task is not None
            waiter.cancelled = True
            self.do(waiter.task.cancel)

    @rule(pick=picks, timeout=timeouts, until=untils, manner=reviewers)
    def go_on(self, pick: int, timeout: float | None, until: Until, manner: str | None) -> None:
        """Wait with a ticket of the client, or one that an error carried."""
        self.note_open()
        if tickets := [*self.client.approvals.tickets, *self.kept]:
            self.resume(tickets[pick % len(tickets)], timeout, until, manner)

    @rule(pick=picks, by_campaign=st.booleans(), copies=st.integers(1, 2))
    def push(self, pick: int, copies: int, *, by_campaign: bool) -> None:
        """A delivery about any decision ever made, as late and as often as it may come."""

        def feed() -> None:
            self.truth.look()
            decided = [task for task in self.sandbox.tasks.values() if self.decision(task)]
            if decided:
                event = self.delivery(decided[pick % len(decided)], by_campaign=by_campaign)
                for _ in range(copies):
                    self.client.approvals.feed(event)

        self.do(feed)

    def decision(self, task: TaskRow) -> str | None:
        """What a person decided on a task, if that was told."""
        ever = self.truth.ever[task.id]
        return "approved" if ever & {"approved", "completed"} else "dismissed" if "dismissed" in ever else None

    def delivery(self, task: TaskRow, *, by_campaign: bool) -> WebhookEvent:
        """The event of a decision: of its task, or of the campaign that it launched."""
        decision, happened = self.decision(task), datetime.fromtimestamp(task.decided_at or 0, UTC)
        if by_campaign and decision == "approved":
            campaign: dict[str, JSONValue] = {"id": task.campaign_id, "status": "active"}
            return WebhookEvent(event="campaign.started", occurred_at=happened, data={"campaign": campaign})
        return WebhookEvent(event=f"task.{decision}", occurred_at=happened, data={"task": {"id": task.id}})

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 600.0, 3_600.0, 50_000.0]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.drive(asyncio.sleep(seconds))

    @rule(timeout=timeouts)
    def restart(self, timeout: float | None) -> None:
        """The program ends, and goes on with the tickets it stored."""
        self.note_open()
        tickets = self.client.approvals.tickets
        self.close()
        self.drive(asyncio.sleep(61))  # a new client does not know what the last one has sent within the minute
        self.drive(self.connect())
        for ticket in tickets:
            self.resume(ticket, timeout, "decision")

    def close(self) -> None:
        """Close the client: every call ends at once, nothing stays behind."""
        for waiter in self.waiting():
            waiter.closed = True
        self.drive(self.client.aclose())
        self.drive(asyncio.sleep(61))  # requests in flight end in their own time
        self.nothing_is_wrong()
        assert not self.waiting()
        assert not asyncio.all_tasks(self.loop)

    # What must hold

    @invariant()
    def nothing_is_wrong(self) -> None:
        """No call ended otherwise than the truth allows, and nothing failed unseen."""
        if hasattr(self, "truth"):
            assert not self.truth.wrong, self.truth.wrong
        assert not self.stray, self.stray

    @invariant()
    def no_double_start(self) -> None:
        """A campaign is started at most once for each call that might have started it."""
        if hasattr(self, "sandbox"):
            starts = self.sandbox.starts
            assert all(starts[campaign_id] <= self.budget[campaign_id] for campaign_id in starts)

    @invariant()
    def quota_is_kept(self) -> None:
        """No request is refused for the quota's sake, but by the script."""
        if hasattr(self, "sandbox"):
            assert not [entry for entry in self.sandbox.log if entry.status == 429 and entry.fault is None]

    def teardown(self) -> None:
        """People decide all that is left; then every call must end."""
        try:
            if hasattr(self, "sandbox") and not self.truth.wrong:
                self.wind_up()
        finally:
            self.stop()

    def stop(self) -> None:
        """End what is left, without a word."""
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        if left:
            self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self.loop.close()

    def wind_up(self) -> None:
        """Calm the world, decide everything, let days pass."""
        self.sandbox.faults.clear()
        self.sandbox.list_cap, self.sandbox.visibility_delay = None, 0.0
        for count in range(6):
            self.drive(asyncio.sleep(100))
            self.do(partial(self.decide_all, approve=bool(count % 2)))
            self.drive(asyncio.sleep(DAY / 3))
        self.nothing_is_wrong()
        self.no_double_start()
        assert not self.waiting(), self.waiting()
        self.close()

    def decide_all(self, *, approve: bool) -> None:
        """Decide every task, and put away the campaigns whose task is gone."""
        self.truth.look()
        for task in self.pending():
            (self.sandbox.approve if approve else self.sandbox.dismiss)(task.id)
        for task in self.sandbox.tasks.values():
            campaign = self.sandbox.campaigns[task.campaign_id or ""]
            if task.gone and campaign.status == "pending_approval":
                campaign.status = "draft"


TestLaunches = LaunchMachine.TestCase
TestLaunches.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
