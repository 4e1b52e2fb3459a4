"""Many waiters, long waits and small quotas, in virtual time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support import in_process, others, settled, virtual
from test_waiting import TASKS, begun

from leadlex_async import LeadLex, Outcome, RateLimited
from leadlex_async.sandbox import Decision, Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadlex_async.sandbox import TaskRow

MIDNIGHT = 1_767_225_600.0
"""2026-01-01 00:00 UTC."""
DAY = 86_400.0


def at(moment: float) -> Callable[[], float]:
    """A clock that shows this moment when the loop starts."""
    return lambda: moment + asyncio.get_running_loop().time()


def planned(sandbox: Sandbox, plan: str | None) -> LeadLex:
    """A client that knows the plan, or does not."""
    return LeadLex(sandbox.api_key, base_url=sandbox.url, transport=sandbox.transport(), plan=plan)


async def spend(sandbox: Sandbox, requests: int) -> None:
    """Let another program use up the day to so many requests, and a minute pass."""
    for _ in range(requests - sum(entry.status == 200 for entry in sandbox.log)):
        sandbox.quota.charge(sandbox.now())
    await asyncio.sleep(61)


@virtual
async def test_a_thousand_waiters_share_one_poll() -> None:
    """Each tick lists the pending tasks once, the other lists at most once, whoever waits; all end rightly."""
    wishes: dict[str, str] = {}

    def decide(task: TaskRow) -> Decision:
        number = len(wishes)
        wishes[task.id] = ("approve", "dismiss", "fail")[number % 3]
        return Decision(60 + 7 * (number % 90), "approve" if number % 3 == 0 else "dismiss")

    sandbox = Sandbox(reviewer=decide, execution=100_000)
    async with in_process(sandbox) as leadlex:
        waits = [
            leadlex.approvals.launch(sandbox.add_campaign(), timeout=7_200, raise_for_outcome=False)
            for _ in range(1_000)
        ]
        launches = await asyncio.gather(*waits)
        await settled()
        assert not others()
    for launch in launches:
        expected = Outcome.APPROVED if wishes[launch.task_id or ""] == "approve" else Outcome.DISMISSED
        assert launch.outcome == expected
    rounds: Counter[tuple[float, str]] = Counter(
        (entry.at, entry.query) for entry in sandbox.log if entry.operation == TASKS
    )
    assert max(rounds.values()) == 1
    assert sum(rounds.values()) < 1_000


@virtual
async def test_two_days_under_the_pro_plan() -> None:
    """A wait of two days keeps far below the day's quota and takes no time."""
    began = time.perf_counter()
    sandbox = Sandbox(plan="pro", reviewer=approve_after(2 * DAY), now=at(MIDNIGHT + 100))
    async with in_process(sandbox) as leadlex:
        launch = await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=3 * DAY)
    assert launch.launched
    assert launch.waited <= 2 * DAY + 400
    assert all(entry.status == 200 for entry in sandbox.log)
    assert sandbox.count() < 1_300
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("plan", "launches"),
    [
        ("starter", 30),
        ("pro", 120),
        ("org", 500),
    ],
)
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_no_plan_is_ever_overrun(plan: str, launches: int, *, known: bool) -> None:
    """Many launches at once never meet a 429, whether or not the client was told its plan."""

    @virtual
    async def launch() -> None:
        sandbox = Sandbox(plan=plan, reviewer=approve_after(300), now=at(MIDNIGHT + 100), latency=0.05)
        async with planned(sandbox, plan if known else None) as leadlex:
            start = leadlex.campaigns.start_and_wait_for_approval
            ended = await asyncio.gather(*(start(sandbox.add_campaign(), timeout=DAY / 2) for _ in range(launches)))
        assert all(launch.launched for launch in ended)
        assert {entry.status for entry in sandbox.log} == {200}

    launch()


def test_turns_go_on_minute_after_minute() -> None:
    """Whenever the first minute began, and however long an answer takes, the second one sends the rest."""

    @virtual
    async def send(latency: float) -> None:
        sandbox = Sandbox(plan="starter", now=at(MIDNIGHT), latency=latency)
        async with planned(sandbox, "starter") as leadlex:
            lists = [asyncio.ensure_future(leadlex.campaigns.list()) for _ in range(25)]
            _, waiting = await asyncio.wait(lists, timeout=200)
            assert not waiting, latency

    for number in range(40):
        send(number / 30)


@virtual
async def test_more_launches_than_a_day_allows() -> None:
    """What does not fit into a Starter day goes on the next, and none is refused."""
    sandbox = Sandbox(plan="starter", reviewer=approve_after(300), now=at(MIDNIGHT + 100))
    async with planned(sandbox, None) as leadlex:
        start = leadlex.campaigns.start_and_wait_for_approval
        ended = await asyncio.gather(*(start(sandbox.add_campaign(), timeout=4 * DAY) for _ in range(150)))
    assert all(launch.launched for launch in ended)
    assert {entry.status for entry in sandbox.log} == {200}
    assert max(sandbox.starts.values()) == 1


@virtual
async def test_two_clients_share_nothing() -> None:
    """Plan, quota, polls, tickets and the end of one client do not touch another."""
    one, two = Sandbox(plan="pro", reviewer=approve_after(600)), Sandbox(reviewer=approve_after(600))
    first, second = in_process(one), in_process(two)
    waits = [
        asyncio.ensure_future(leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=None))
        for leadlex, sandbox in ((first, one), (second, two))
    ]
    await asyncio.sleep(60)
    assert (first.rate_limit is not None, second.rate_limit) == (True, None)
    assert [len(leadlex.approvals.tickets) for leadlex in (first, second)] == [1, 1]
    await first.aclose()
    assert (await asyncio.gather(*waits, return_exceptions=True))[1] is waits[1].result()
    assert waits[1].result().launched
    await second.aclose()


@virtual
async def test_a_day_spent_while_waiting_is_slept_through() -> None:
    """When another program has spent the day, polls rest until midnight and then see the decision."""
    sandbox = Sandbox(plan="starter", now=at(MIDNIGHT + DAY / 2))
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        wait = asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=2 * DAY))
        await asyncio.sleep(60)
        await spend(sandbox, 100)
        sandbox.approve(task_id)
        launch = await wait
    assert launch.launched
    assert DAY / 2 <= launch.waited < DAY / 2 + 700
    assert sum(entry.status == 429 for entry in sandbox.log) <= 2


@pytest.mark.parametrize("timeout", [DAY / 4, DAY])
def test_a_start_on_a_spent_day(timeout: float) -> None:
    """The start waits for midnight when that comes before the deadline, else it is refused at once."""

    @virtual
    async def start() -> None:
        sandbox = Sandbox(plan="starter", reviewer=approve_after(60), now=at(MIDNIGHT + DAY / 2))
        async with in_process(sandbox) as leadlex:
            await leadlex.campaigns.list()
            await spend(sandbox, 95)
            await leadlex.campaigns.list()
            loop = asyncio.get_running_loop()
            began, call = loop.time(), leadlex.campaigns.start_and_wait_for_approval
            if timeout == DAY:
                assert (await call(sandbox.add_campaign(), timeout=timeout)).launched
                assert loop.time() - began > DAY / 3
            else:
                with pytest.raises(RateLimited) as caught:
                    await call(sandbox.add_campaign(), timeout=timeout)
                assert (caught.value.daily, loop.time() - began) == (True, 0)
                assert not leadlex.approvals.tickets

    start()
