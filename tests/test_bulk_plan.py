"""The plan of a bulk launch: what it says, and that it promises nothing the limits do not allow."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from support import in_process, virtual
from test_bulk import START, drafts
from test_waiting_many import MIDNIGHT, at

from leadlex_async import Plan
from leadlex_async.bulk.plan import LaunchPlan, plan_launch
from leadlex_async.sandbox import Sandbox

MORNING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LATE = datetime(2026, 3, 1, 23, 58, tzinfo=UTC)
NEXT = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

limits = st.none() | st.integers(1, 500)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - they get one


def test_within_a_minute() -> None:
    """As many as a minute lets through go out at once."""
    plan = plan_launch(40, Plan.PRO, 1_000, MORNING)
    assert (plan.starts_per_minute, plan.polls_keep_per_minute) == (40, 10)
    assert (plan.starts_per_day, plan.polls_keep_per_day) == (900, 100)
    assert (plan.days, plan.minutes, plan.starts_end_at) == (1, 0.0, MORNING)


def test_several_minutes() -> None:
    """The rest goes at the pace of the minute."""
    plan = plan_launch(200, Plan.PRO, 1_000, MORNING)
    assert (plan.days, plan.minutes, plan.starts_end_at) == (1, 4.0, MORNING + 4 * MINUTE)


def test_several_days() -> None:
    """A day takes its quota, what is left of today counts, and each new day begins at midnight."""
    plan = plan_launch(1_000, Plan.STARTER, 60, MORNING)
    assert (plan.days, plan.campaigns, plan.requests) == (12, 1_000, 1_000)
    assert plan.starts_end_at.date() == (MORNING + timedelta(days=11)).date()
    exact = plan_launch(50 + 90, Plan.STARTER, 60, MORNING)
    assert exact.days == 2
    assert exact.starts_end_at == NEXT + (90 - 8) / 8 * MINUTE


def test_the_evening_is_short() -> None:
    """Just before midnight the minutes that are left bound the day, not its quota."""
    plan = plan_launch(100, Plan.PRO, 1_000, LATE)
    assert plan.days == 2
    assert plan.starts_end_at < NEXT + MINUTE


@pytest.mark.parametrize("left", [0, 5, 10])
def test_a_spent_day(left: int) -> None:
    """With nothing left but the polls' share, all starts are tomorrow's."""
    plan = plan_launch(8, Plan.STARTER, left, MORNING)
    assert (plan.days, plan.minutes, plan.starts_end_at) == (1, 0.0, NEXT)


def test_the_smallest_plans() -> None:
    """A single request a day or a minute is a start's: the polls keep nothing of it."""
    plan = plan_launch(3, Plan(1, 1), 1, MORNING)
    assert (plan.polls_keep_per_minute, plan.polls_keep_per_day) == (0, 0)
    assert (plan.days, plan.starts_end_at) == (3, NEXT + timedelta(days=1))


def test_nothing_to_launch() -> None:
    """No campaigns take no time."""
    plan = plan_launch(0, Plan.STARTER, 0, MORNING)
    assert (plan.days, plan.minutes, plan.starts_end_at) == (0, 0.0, MORNING)


def test_no_limits() -> None:
    """Without limits all go at once."""
    plan = plan_launch(10_000, Plan.UNLIMITED, None, MORNING)
    assert (plan.days, plan.starts_end_at) == (1, MORNING)
    assert (plan.starts_per_minute, plan.starts_per_day) == (None, None)
    assert str(plan) == "10,000 campaigns: no limit is known, so all starts are sent at once."


def test_in_words() -> None:
    """The sentence has all that matters, and says what is only assumed."""
    assert str(plan_launch(1_000, Plan.PRO, 1_000, MORNING)) == (
        "1,000 campaigns: starts go out on 2 days, at most 40 a minute and 900 a day; polls keep 10 requests a minute "
        "and 100 a day. The last start goes out about 2026-03-02 00:01 UTC."
    )
    assert "1 campaign: if the plan is the smallest, starts go out on 1 day," in str(
        plan_launch(1, Plan.STARTER, None, MORNING, assumed=True)
    )
    assert "at most any number a minute and 90 a day" in str(plan_launch(1, Plan(None, 100), None, MORNING))


@given(st.integers(0, 5_000), limits, limits, st.none() | st.integers(0, 500), moments)
def test_never_before_the_limits_allow(
    count: int, per_minute: int | None, per_day: int | None, left: int | None, now: datetime
) -> None:
    """The last start is never planned earlier than minutes and days let it be, nor later than they must make it."""
    plan = plan_launch(count, Plan(per_minute, per_day), left, now)
    assert plan.starts_end_at >= now
    days, minutes = _least(plan, left)
    end = plan.starts_end_at
    assert (end.date() - now.date()).days >= days
    assert end >= now + timedelta(minutes=minutes) - timedelta(seconds=1)
    _holds_what_it_must(plan, now, left)


def _least(plan: LaunchPlan, left: int | None) -> tuple[int, float]:
    """The nights and the minutes that the limits alone, each for itself, make it take."""
    nights, minutes = 0, 0.0
    if plan.starts_per_day is not None:
        today = plan.starts_per_day if left is None else max(0, left - plan.polls_keep_per_day)
        nights = math.ceil(max(0, plan.campaigns - today) / plan.starts_per_day)
    if plan.starts_per_minute is not None:
        minutes = max(0, plan.campaigns - plan.starts_per_minute * (nights + 1)) / plan.starts_per_minute
    return nights, minutes


def _holds_what_it_must(plan: LaunchPlan, now: datetime, left: int | None) -> None:
    """The days planned hold all campaigns, and one day less would not."""
    by_minutes = plan.campaigns if plan.starts_per_minute is None else plan.starts_per_minute * 1_440
    most = min(by_minutes, plan.campaigns if plan.starts_per_day is None else plan.starts_per_day)
    first = most if left is None or plan.starts_per_day is None else min(by_minutes, left)
    nights = (plan.starts_end_at.date() - now.date()).days
    assert first + most * nights >= plan.campaigns
    assert plan.days <= nights + 1
    assert plan.minutes >= 0


@pytest.mark.parametrize(("plan", "count"), [("starter", 100), ("starter", 200), ("pro", 300), ("pro", 2_000)])
def test_the_batch_takes_as_long_as_planned(plan: str, count: int) -> None:
    """A batch in virtual time sends its last start on the planned day, within minutes of the plan."""

    @virtual
    async def launch() -> None:
        sandbox = Sandbox(plan=plan, now=at(MIDNIGHT + 22 * 3_600))
        ids = drafts(sandbox, count, recipients=10)
        async with in_process(sandbox) as leadlex:
            await leadlex.campaigns.list()
            await asyncio.sleep(61)
            planned = leadlex.campaigns.plan_launch(count)
            await leadlex.campaigns.launch_all(ids, timeout=None)
        last = max(entry.at for entry in sandbox.log if entry.operation == START)
        assert not planned.assumed
        assert abs(last - planned.starts_end_at.timestamp()) < 120

    launch()


@virtual
async def test_what_is_not_known_is_assumed() -> None:
    """Before the first answer the smallest plan is assumed, unless one was given; nothing is sent."""
    sandbox = Sandbox(plan="org", now=at(MIDNIGHT))
    async with in_process(sandbox) as leadlex:
        assert (leadlex.campaigns.plan_launch(5).assumed, leadlex.campaigns.plan_launch(5).plan) == (True, Plan.STARTER)
        assert sandbox.count() == 0
        await leadlex.campaigns.list()
        known = leadlex.campaigns.plan_launch(5)
        assert (known.assumed, known.plan, known.left_today) == (False, Plan.ORG, 9_999)
