"""Bulk launches under the limits of a plan: minutes, days, midnights, others with the same key; in virtual time."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support import in_process, others, settled, virtual
from test_bulk import START, drafts, started_once
from test_waiting_many import DAY, MIDNIGHT, at, planned

from leadlex_async import Outcome, Plan
from leadlex_async._http.pace import POLLS_OF_DAY, POLLS_OF_MINUTE
from leadlex_async.bulk.report import LaunchProgress
from leadlex_async.errors import QuotaExhausted
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from pathlib import Path


NOON = MIDNIGHT + DAY / 2
EVENING = MIDNIGHT + 23 * 3_600


def moment(epoch: float) -> datetime:
    """Epoch seconds as a time."""
    return datetime.fromtimestamp(epoch, UTC)


async def spend(sandbox: Sandbox, left: int) -> None:
    """Let another program use up the day to so many requests, and a minute pass."""
    while int(sandbox.quota.headers(now := sandbox.now())["X-RateLimit-Remaining"]) > left:
        sandbox.quota.charge(now)
    await asyncio.sleep(61)


def starts_by_day(sandbox: Sandbox) -> Counter[int]:
    """How many starts were let through on each day."""
    return Counter(int(entry.at // DAY) for entry in sandbox.log if entry.operation == START and entry.status == 200)


def busiest_minute(sandbox: Sandbox) -> int:
    """The most starts that any 60 seconds saw."""
    times = [entry.at for entry in sandbox.log if entry.operation == START]
    return max(sum(begin <= time < begin + 60 for time in times) for begin in times)


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize(("plan", "count"), [("starter", 150), ("pro", 300), ("org", 500)])
def test_the_plan_is_kept_and_used(plan: str, count: int, *, known: bool) -> None:
    """Starts take what the minute and the day allow but for the polls' share, and no request is refused."""

    @virtual
    async def launch() -> None:
        sandbox = Sandbox(plan=plan, reviewer=approve_after(300), now=at(MIDNIGHT + 100))
        ids, limits = drafts(sandbox, count), Plan.named(plan)
        async with planned(sandbox, plan if known else None) as leadlex:
            report = await leadlex.campaigns.launch_all(ids, timeout=5 * DAY)
        assert report.launched == count
        assert {entry.status for entry in sandbox.log} == {200}
        a_minute = (limits.per_minute or 0) - math.ceil((limits.per_minute or 0) * POLLS_OF_MINUTE)
        assert a_minute / 2 < busiest_minute(sandbox) <= a_minute
        a_day = (limits.per_day or 0) - math.ceil((limits.per_day or 0) * POLLS_OF_DAY)
        assert max(starts_by_day(sandbox).values()) <= a_day

    launch()


@virtual
async def test_a_spent_day_is_slept_through() -> None:
    """The batch tells until when it rests, sends nothing meanwhile, and goes on right after midnight."""
    sandbox = Sandbox(plan="starter", reviewer=approve_after(60), now=at(NOON))
    ids, told = drafts(sandbox, 120), list[LaunchProgress]()
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=None, on_progress=told.append)
    assert report.outcomes.keys() <= {Outcome.APPROVED, Outcome.COMPLETED}
    assert report.launched == 120
    pauses = [progress.paused_until for progress in told if progress.paused_until is not None]
    assert set(pauses) == {moment(MIDNIGHT + DAY)}
    assert told[-1].paused_until is None
    first, second = sorted(starts_by_day(sandbox).items())
    assert first[1] + second[1] == 120
    assert first[1] > 60
    after = min(entry.at for entry in sandbox.log if entry.operation == START and entry.at >= MIDNIGHT + DAY)
    assert after < MIDNIGHT + DAY + 5
    assert {entry.status for entry in sandbox.log} == {200}


@virtual
async def test_three_midnights() -> None:
    """A batch larger than three days' quota takes four, each to the full."""
    sandbox = Sandbox(plan="starter", now=at(EVENING))
    ids = drafts(sandbox, 300, recipients=10)
    async with in_process(sandbox) as leadlex:
        planned = leadlex.campaigns.plan_launch(300)
        report = await leadlex.campaigns.launch_all(ids, timeout=None)
    assert report.launched == 300
    assert [*starts_by_day(sandbox).values()] == [89, 90, 90, 31]  # one request comes before the first start
    assert {entry.status for entry in sandbox.log} == {200}
    assert planned.assumed


@virtual
async def test_no_wait_for_the_quota(tmp_path: Path) -> None:
    """Told not to wait, the batch ends when the day is spent, and its journal goes on the next day."""
    sandbox, journal = Sandbox(plan="starter", reviewer=approve_after(60), now=at(NOON)), tmp_path / "journal"
    ids = drafts(sandbox, 120)
    async with in_process(sandbox) as leadlex:
        with pytest.raises(QuotaExhausted) as caught:
            await leadlex.campaigns.launch_all(ids, timeout=None, journal=journal, wait_for_quota=False)
        await settled()
        assert not others()
    assert caught.value.reset_at == moment(MIDNIGHT + DAY)
    assert 60 < sum(sandbox.starts.values()) < 120
    for _ in range(3):  # the same day again: nothing but the same answer
        async with in_process(sandbox) as leadlex:
            with pytest.raises(QuotaExhausted):
                await leadlex.campaigns.launch_all(ids, timeout=None, journal=journal, wait_for_quota=False)
    await asyncio.sleep(DAY / 2)
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=None, journal=journal, wait_for_quota=False)
    assert report.launched == 120
    assert started_once(sandbox, ids)


@pytest.mark.parametrize("left", [0, 1, 5, 10])
@virtual
async def test_begun_on_a_spent_day(tmp_path: Path, left: int) -> None:
    """A new client that meets a day spent by others rests until midnight like any other."""
    sandbox = Sandbox(plan="starter", reviewer=approve_after(60), now=at(NOON))
    ids, told = drafts(sandbox, 5), list[LaunchProgress]()
    await spend(sandbox, left)
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(
            ids, timeout=None, journal=tmp_path / "journal", on_progress=told.append
        )
    assert report.launched == 5
    assert moment(MIDNIGHT + DAY) in {progress.paused_until for progress in told}
    assert started_once(sandbox, ids)


@virtual
async def test_an_intent_on_a_spent_day(tmp_path: Path) -> None:
    """A start that was not heard of is looked into the next day when this one is spent."""
    sandbox, journal = Sandbox(plan="starter", reviewer=approve_after(60), now=at(NOON)), tmp_path / "journal"
    ids = drafts(sandbox, 4)
    sandbox.fault(Fault("timeout", START, when="after", times=2, seconds=100))
    async with in_process(sandbox) as leadlex:
        launching = asyncio.ensure_future(leadlex.campaigns.launch_all(ids, timeout=None, journal=journal))
        await asyncio.sleep(1)
        for _ in range(2):
            launching.cancel()
            await settled()
        await asyncio.wait({launching})
    await spend(sandbox, 0)
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=None, journal=journal)
    assert (report.launched, sandbox.now() > MIDNIGHT + DAY) == (4, True)
    assert started_once(sandbox, ids)


@pytest.mark.parametrize("plan", ["starter", "pro"])
def test_two_processes_share_a_key(tmp_path: Path, plan: str) -> None:
    """Two batches of one key, each with a journal of its own, meet refusals and finish all the same."""

    @virtual
    async def launch() -> None:
        sandbox = Sandbox(plan=plan, reviewer=approve_after(600), now=at(MIDNIGHT + 100))
        halves = drafts(sandbox, 60), drafts(sandbox, 60)
        async with in_process(sandbox) as one, in_process(sandbox) as two:
            reports = await asyncio.gather(
                *(
                    leadlex.campaigns.launch_all(ids, timeout=None, journal=tmp_path / f"{plan}-{number}")
                    for number, (leadlex, ids) in enumerate(zip((one, two), halves, strict=True))
                )
            )
        assert [report.launched for report in reports] == [60, 60]
        assert started_once(sandbox, halves[0] + halves[1])

    launch()


@pytest.mark.parametrize("retry_after", [True, False])
@virtual
async def test_a_storm_of_refusals(retry_after: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Minutes of nothing but 429 delay the starts, and none is sent again that took effect."""
    sandbox = Sandbox(plan="org", reviewer=approve_after(60), now=at(NOON))
    sandbox.retry_after = retry_after
    ids = drafts(sandbox, 60)
    sandbox.fault(Fault("status", None, status=429, times=400, skip=5, seconds=20))
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=None)
    assert report.launched == 60
    assert started_once(sandbox, ids)


@virtual
async def test_a_storm_at_the_very_beginning() -> None:
    """Refusals before anything else was answered are waited out, too."""
    sandbox = Sandbox(plan="org", reviewer=approve_after(60), now=at(NOON))
    ids = drafts(sandbox, 2)
    sandbox.fault(Fault("status", None, status=429, times=40, seconds=20))
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=None)
    assert report.launched == 2
    assert started_once(sandbox, ids)


@pytest.mark.parametrize("jump", [-3 * DAY, -3_600, 3_600, 3 * DAY])
@virtual
async def test_the_clock_jumps(tmp_path: Path, jump: float) -> None:
    """The server's clock jumps while a batch waits, and between a death and the next run: nothing starts twice."""
    loop, shifted = asyncio.get_running_loop(), 0.0
    sandbox = Sandbox(plan="org", reviewer=approve_after(300), now=lambda: NOON + loop.time() + shifted)
    ids, journal = drafts(sandbox, 250), tmp_path / "journal"
    async with in_process(sandbox) as leadlex:
        launching = asyncio.ensure_future(leadlex.campaigns.launch_all(ids, timeout=None, journal=journal))
        await asyncio.sleep(70)
        shifted = jump
        await asyncio.sleep(20)
        launching.cancel()
        await asyncio.wait({launching})
        shifted = 0.0
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=None, journal=journal)
    assert report.launched == 250
    assert started_once(sandbox, ids)
