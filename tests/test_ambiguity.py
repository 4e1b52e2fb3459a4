"""Every fault at every step of a launch, over real sockets: what the caller gets, and never a second start.

All cases run side by side, once: most of them wait for seconds.
"""

from __future__ import annotations

import asyncio
import copy
import functools
from typing import TYPE_CHECKING, Literal

import pytest
from attrs import frozen
from support import in_process, virtual

from leadlex_async import AlreadyStarted, APIError, Approve, Dismiss, LeadLexError, Outcome, StartOutcomeUnknown
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from leadlex_async import LeadLex, LexiTask
    from leadlex_async.sandbox.faults import FaultKind

    Begin = Callable[[], Awaitable[None]]

START = "POST /v1/campaigns/{id}/start"
TASKS = "GET /v1/lexi/tasks"
APPROVE = "POST /v1/lexi/tasks/{id}/approve"
DISMISS = "POST /v1/lexi/tasks/{id}/dismiss"

LOOK_UP = "look-up of a resolved list"

TRY = 2.5
"""Seconds a try may take, so that faults that never answer are over soon."""


HUGE_TRY = 30.0


@frozen
class Trouble:
    """One way in which a request goes wrong, and what a caller sees who sends it once."""

    name: str
    fault: Fault | None
    seen: str | None
    done: bool | None = None
    """Whether a change was carried out all the same."""


def troubles() -> list[Trouble]:
    """The rows of the matrix; ``seen`` is None where the client tries again by itself and gets through."""
    both = [
        Trouble(f"{fault.kind} {fault.when} the commit", fault, seen, done=fault.when == "after")
        for fault, seen in (
            (Fault("reset", when="before"), "TransportError"),
            (Fault("reset", when="after"), "TransportError"),
            (Fault("timeout", when="before"), "RequestTimeout"),
            (Fault("timeout", when="after"), "RequestTimeout"),
        )
    ]
    statuses = [
        Trouble(
            f"{status} {when} the commit", Fault("status", when=when, status=status), "ServerError", when == "after"
        )
        for status in (500, 502, 503, 504)
        for when in ("before", "after")
    ]
    return [
        Trouble("refused", None, None, done=True),
        *both,
        *statuses,
        Trouble("429", Fault("status", status=429, seconds=1), None, done=True),
        Trouble("truncated body", Fault("truncated", when="after"), "TransportError", done=True),
        Trouble("HTML body", Fault("html", when="after"), "DecodeError", done=True),
        Trouble("garbage for JSON", Fault("garbage", when="after"), "DecodeError", done=True),
        Trouble("huge body", Fault("huge", when="after"), "DecodeError", done=True),
        Trouble("redirect to another host", Fault("redirect", when="before"), "APIError", done=False),
    ]


@frozen
class Result:
    """What came of one case."""

    seen: str | None
    starts: int
    status: str
    outcome: Outcome | None = None


async def start(sandbox: Sandbox, leadlex: LeadLex, trouble: Begin) -> Result:
    """Launch a campaign that needs no approval; the start is in trouble."""
    campaign_id = sandbox.add_campaign(recipients=40)
    await trouble()
    launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=40)
    return Result(None, sandbox.starts[campaign_id], sandbox.campaigns[campaign_id].status, launch.outcome)


async def start_needing_approval(sandbox: Sandbox, leadlex: LeadLex, trouble: Begin) -> Result:
    """Launch a campaign that a person approves; the start is in trouble."""
    campaign_id = sandbox.add_campaign(recipients=150)
    await trouble()
    sandbox.reviewer = approve_after(1)
    launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=40)
    return Result(None, sandbox.starts[campaign_id], sandbox.campaigns[campaign_id].status, launch.outcome)


async def polled(sandbox: Sandbox, leadlex: LeadLex, trouble: Begin) -> Result:
    """Wait for a person; the polls, or the look-ups after a poll, are in trouble once the person has approved."""
    campaign_id = sandbox.add_campaign(recipients=150)
    seen = asyncio.Event()
    waiting = asyncio.ensure_future(
        leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=40, on_update=lambda _: seen.set())
    )
    await seen.wait()
    sandbox.approve(next(iter(sandbox.tasks)))
    await trouble()
    launch = await waiting
    return Result(None, sandbox.starts[campaign_id], sandbox.campaigns[campaign_id].status, launch.outcome)


async def decided(
    sandbox: Sandbox, leadlex: LeadLex, trouble: Begin, call: Callable[[str], Awaitable[object]]
) -> Result:
    """Approve or dismiss once, in trouble, with nobody to look after it."""
    campaign_id = sandbox.add_campaign(recipients=150)
    task_id = (await leadlex.campaigns.start(campaign_id)).task_id or ""
    await trouble()
    seen = None
    try:
        await call(task_id)
    except LeadLexError as error:
        seen = type(error).__name__
    await asyncio.sleep(0.1)
    return Result(seen, sandbox.starts[campaign_id], sandbox.tasks[task_id].status)


async def reviewed(sandbox: Sandbox, leadlex: LeadLex, trouble: Begin, verdict: Approve | Dismiss) -> Result:
    """A reviewer decides; carrying out the verdict is in trouble."""
    campaign_id = sandbox.add_campaign(recipients=150)

    async def reviewer(_: LexiTask) -> Approve | Dismiss:
        await trouble()
        return verdict

    launch = await leadlex.approvals.launch(campaign_id, timeout=40, reviewer=reviewer, raise_for_outcome=False)
    return Result(None, sandbox.starts[campaign_id], sandbox.campaigns[campaign_id].status, launch.outcome)


STEPS: dict[str, tuple[str, Callable[[Sandbox, LeadLex, Begin], Awaitable[Result]]]] = {
    "start": (START, start),
    "start needing approval": (START, start_needing_approval),
    "approve": (APPROVE, lambda s, c, t: decided(s, c, t, c.lexi.approve)),
    "dismiss": (DISMISS, lambda s, c, t: decided(s, c, t, c.lexi.dismiss)),
    "reviewer approves": (APPROVE, lambda s, c, t: reviewed(s, c, t, Approve())),
    "reviewer dismisses": (DISMISS, lambda s, c, t: reviewed(s, c, t, Dismiss("testing"))),
    "poll": (TASKS, polled),
    LOOK_UP: (TASKS, polled),
}


async def run_case(step: str, row: Trouble) -> Result:
    """One cell of the matrix, on a sandbox of its own."""
    operation, action = STEPS[step]
    seconds = HUGE_TRY if row.name == "huge body" else TRY
    async with Sandbox() as sandbox, sandbox.client(timeout=seconds, plan="unlimited") as leadlex:
        begin = (
            functools.partial(close_port, sandbox)
            if row.fault is None
            else functools.partial(script, sandbox, row.fault, operation, skip=step == LOOK_UP)
        )
        return await action(sandbox, leadlex, begin)


async def script(sandbox: Sandbox, fault: Fault, operation: str, *, skip: bool) -> None:
    """Put the fault into the sandbox's script."""
    fault = copy.copy(fault)
    fault.operation, fault.skip = operation, int(skip)
    # aiohttp itself sends a GET again, once, when the connection breaks: it takes two to be noticed.
    fault.times = 2 if operation == TASKS else 1
    sandbox.fault(fault)


async def close_port(sandbox: Sandbox) -> None:
    """Nobody listens for a while."""
    await sandbox.stop()
    await asyncio.sleep(0.05)  # for the client to notice that its idle connections are gone
    asyncio.get_running_loop().call_later(0.4, lambda: reopening.add(asyncio.ensure_future(sandbox.start())))


reopening: set[asyncio.Future[None]] = set()


@functools.cache
def results() -> dict[tuple[str, str], Result | BaseException]:
    """The whole matrix, run side by side in one loop."""

    async def run_all() -> dict[tuple[str, str], Result | BaseException]:
        cells = [(step, trouble) for step in STEPS for trouble in troubles()]
        done = await asyncio.gather(*(run_case(*cell) for cell in cells), return_exceptions=True)
        return {(step, trouble.name): result for (step, trouble), result in zip(cells, done, strict=True)}

    return asyncio.run(run_all())


@pytest.mark.parametrize("trouble", troubles(), ids=lambda trouble: trouble.name)
@pytest.mark.parametrize("step", STEPS)
def test_matrix(step: str, trouble: Trouble) -> None:
    """Each fault at each step: the right end, and exactly one start."""
    result = results()[step, trouble.name]
    if isinstance(result, BaseException):
        raise result
    assert result.starts == 1
    if step in {"approve", "dismiss"}:
        assert result.seen == trouble.seen
        status = {"approve": {"approved", "completed"}, "dismiss": {"dismissed"}}[step]
        assert result.status in (status if trouble.done else {"pending"})
    elif step == "reviewer dismisses":
        assert (result.outcome, result.status) == (Outcome.DISMISSED, "draft")
    else:
        expected = {Outcome.AUTO_STARTED} if step == "start" else {Outcome.APPROVED, Outcome.COMPLETED}
        assert result.outcome in expected
        assert result.status == "active"


PERSISTENT = [
    ("reset", "before", "StartOutcomeUnknown"),
    ("reset", "after", None),
    ("timeout", "before", "StartOutcomeUnknown"),
    ("timeout", "after", None),
    ("status", "before", "StartOutcomeUnknown"),
    ("status", "after", None),
    ("truncated", "after", None),
    ("html", "after", None),
    ("garbage", "after", None),
    ("redirect", "before", "StartOutcomeUnknown"),
    ("refused", "before", "TransportError"),
]


@pytest.mark.parametrize(("kind", "when", "seen"), PERSISTENT)
@virtual
async def test_trouble_that_never_ends(kind: FaultKind, when: Literal["before", "after"], seen: str | None) -> None:
    """A start that is in trouble each time ends: adopted if it had an effect, else in an error with a ticket."""
    sandbox = Sandbox()
    campaign_id = sandbox.add_campaign(recipients=40)
    sandbox.fault(Fault(kind, START, when=when, times=None))
    async with in_process(sandbox) as leadlex:
        if seen is None:
            assert (await leadlex.approvals.begin(campaign_id)).settled
            assert sandbox.starts[campaign_id] == 1
            return
        with pytest.raises(LeadLexError) as caught:
            await leadlex.approvals.begin(campaign_id)
        assert type(caught.value).__name__ == seen
        kept = [caught.value.ticket] if isinstance(caught.value, StartOutcomeUnknown) else []
        assert leadlex.approvals.tickets == kept
        assert sandbox.starts[campaign_id] == 0


@pytest.mark.parametrize("seconds", [0.1, 1, 5, 9, 12, 30, 300])
@pytest.mark.parametrize("recipients", [40, 150])
@virtual
async def test_late_commit(seconds: float, recipients: int) -> None:
    """A start that is carried out long after its answer was lost, perhaps after the next try, is one start."""
    sandbox = Sandbox(reviewer=approve_after(60))
    campaign_id = sandbox.add_campaign(recipients=recipients)
    sandbox.fault(Fault("late", START, seconds=seconds))
    async with in_process(sandbox) as leadlex:
        launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=4000)
        await asyncio.sleep(400)
        assert launch.launched
        assert sandbox.starts[campaign_id] == 1


@pytest.mark.parametrize("status", ["paused", "galactic"])
@virtual
async def test_a_campaign_that_says_nothing_clear_is_not_started_again(status: str) -> None:
    """Paused, perhaps by a person right after our start, or of an unknown status: undecidable, never sent again."""
    sandbox = Sandbox()
    campaign_id = sandbox.add_campaign(recipients=150)
    sandbox.fault(Fault("reset", START, when="before"))
    async with in_process(sandbox) as leadlex:
        sandbox.campaigns[campaign_id].status = status
        with pytest.raises(StartOutcomeUnknown, match=status) as caught:
            await leadlex.approvals.begin(campaign_id)
        assert sandbox.count(START) == 1
        assert caught.value.ticket is not None
        assert caught.value.ticket.status is None


@virtual
async def test_truth_that_cannot_be_read() -> None:
    """With every reading refused, nothing is sent again and the ticket goes on once reading works."""
    sandbox = Sandbox()
    campaign_id = sandbox.add_campaign(recipients=150)
    sandbox.fault(Fault("reset", START, when="after"))
    broken = sandbox.fault(Fault("status", "GET /v1/campaigns/{id}", status=503, times=None))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(StartOutcomeUnknown) as caught:
            await leadlex.approvals.begin(campaign_id)
        sandbox.faults.remove(broken)
        assert caught.value.ticket is not None
        waiting = asyncio.ensure_future(leadlex.approvals.wait(caught.value.ticket, timeout=600))
        await asyncio.sleep(100)
        sandbox.approve(next(iter(sandbox.tasks)))
        assert (await waiting).launched
    assert sandbox.starts[campaign_id] == 1


@pytest.mark.parametrize("decide", ["approve", "dismiss", "fail"])
@virtual
async def test_decided_before_the_first_reading(decide: str) -> None:
    """A lost start that a person decides within half a second is found among the decided ones."""
    sandbox = Sandbox()
    campaign_id = sandbox.add_campaign(recipients=150)
    sandbox.fault(Fault("reset", START, when="after"))
    async with in_process(sandbox) as leadlex:
        launching = asyncio.ensure_future(leadlex.approvals.launch(campaign_id, timeout=600, raise_for_outcome=False))
        await asyncio.sleep(0.2)
        getattr(sandbox, decide)(next(iter(sandbox.tasks)))
        launch = await launching
    assert (
        launch.outcome
        in {
            "approve": {Outcome.APPROVED, Outcome.COMPLETED},
            "dismiss": {Outcome.DISMISSED},
            "fail": {Outcome.FAILED},
        }[decide]
    )
    assert sandbox.starts[campaign_id] == 1


@virtual
async def test_an_earlier_dismissal_is_not_this_launch() -> None:
    """A lost start of a campaign that was dismissed before is sent again, not taken for dismissed."""
    sandbox = Sandbox()
    campaign_id = sandbox.add_campaign(recipients=150)
    async with in_process(sandbox) as leadlex:
        await leadlex.campaigns.start(campaign_id)
        sandbox.dismiss(next(iter(sandbox.tasks)))
        await asyncio.sleep(60)
        sandbox.fault(Fault("reset", START, when="before"))
        ticket = await leadlex.approvals.begin(campaign_id)
        assert sandbox.tasks[ticket.task_id or ""].status == "pending"
        assert sandbox.starts[campaign_id] == 2


async def test_already_under_way(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """A first answer "already ..." is a clear error; adopting joins the launch that is under way."""
    campaign_id = sandbox.add_campaign(recipients=150)
    ticket = await leadlex.approvals.begin(campaign_id)
    with pytest.raises(AlreadyStarted, match="adopt=True"):
        await leadlex.approvals.begin(campaign_id)
    adopted = await leadlex.approvals.begin(campaign_id, adopt=True)
    assert adopted.task_id == ticket.task_id
    sandbox.approve(ticket.task_id or "")
    assert (await leadlex.approvals.wait(adopted, timeout=30)).launched
    running = await leadlex.approvals.begin(campaign_id, adopt=True)
    assert (await leadlex.approvals.wait(running, timeout=30)).launched
    assert sandbox.starts[campaign_id] == 1
    assert leadlex.approvals.tickets == []


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@virtual
async def test_refused_starts_are_not_sent_again(status: int) -> None:
    """A clear refusal is raised at once, and no ticket stays open."""
    sandbox = Sandbox()
    campaign_id = sandbox.add_campaign(recipients=150)
    sandbox.fault(Fault("status", START, status=status))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(APIError) as caught:
            await leadlex.approvals.begin(campaign_id)
        assert caught.value.status == status
        assert sandbox.count(START) == 1
        assert leadlex.approvals.tickets == []
