"""What a bulk launch will cost, before anything is sent."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from attrs import frozen

from .._http.pace import POLLS_OF_DAY, POLLS_OF_MINUTE
from .._http.plan import Plan


@frozen(kw_only=True)
class LaunchPlan:
    """How long ``campaigns`` starts take under a plan, what is left of today included; ``str()`` says it in a sentence.

    ``days`` counts the days of the quota (00:00 to 00:00 UTC) that starts are sent on; ``minutes`` is the time they
    take without the nights; ``starts_end_at`` is when the last one is sent. Decisions come when people decide.
    """

    campaigns: int
    plan: Plan
    assumed: bool
    """Whether no answer has told the plan yet, and the smallest one is assumed."""
    left_today: int | None
    """Requests left of today; None without a limit, or where no answer has told yet and all of it is assumed."""
    starts_per_minute: int | None
    starts_per_day: int | None
    polls_keep_per_minute: int
    polls_keep_per_day: int
    requests: int
    """One for each start; polls come on top, at most what they keep."""
    days: int
    minutes: float
    starts_end_at: datetime

    def __str__(self) -> str:
        if self.starts_per_minute is None and self.starts_per_day is None:
            return f"{_plural(self.campaigns, 'campaign')}: no limit is known, so all starts are sent at once."
        assumed = "if the plan is the smallest, " if self.assumed else ""
        return (
            f"{_plural(self.campaigns, 'campaign')}: {assumed}starts go out on {_plural(self.days, 'day')}, at most "
            f"{_limit(self.starts_per_minute)} a minute and {_limit(self.starts_per_day)} a day; polls keep "
            f"{self.polls_keep_per_minute:,} requests a minute and {self.polls_keep_per_day:,} a day. "
            f"The last start goes out about {self.starts_end_at:%Y-%m-%d %H:%M} UTC."
        )


def plan_launch(count: int, plan: Plan, left_today: int | None, now: datetime, *, assumed: bool = False) -> LaunchPlan:
    """Plan so many starts from now on."""
    kept_minute, kept_day = _kept(plan.per_minute, POLLS_OF_MINUTE), _kept(plan.per_day, POLLS_OF_DAY)
    a_minute = None if plan.per_minute is None else plan.per_minute - kept_minute
    a_day = None if plan.per_day is None else plan.per_day - kept_day
    today = a_day if left_today is None or a_day is None else max(0, left_today - kept_day)
    days, minutes, end = _schedule(count, a_minute, a_day, today, now)
    return LaunchPlan(
        campaigns=count,
        plan=plan,
        assumed=assumed,
        left_today=left_today,
        starts_per_minute=a_minute,
        starts_per_day=a_day,
        polls_keep_per_minute=kept_minute,
        polls_keep_per_day=kept_day,
        requests=count,
        days=days,
        minutes=minutes,
        starts_end_at=end,
    )


def _schedule(
    count: int, a_minute: int | None, a_day: int | None, today: int | None, now: datetime
) -> tuple[int, float, datetime]:
    """The days, the minutes and the end of so many starts; a day takes what its minutes and its quota let through."""
    days, minutes, end, midnight = 0, 0.0, now, _midnight(now)
    while count > 0:
        room = (midnight - end).total_seconds() / 60
        quota = count if a_day is None else today if days == 0 and end == now and today is not None else a_day
        sent = min(count, quota, count if a_minute is None else math.floor(room * a_minute))
        took = 0.0 if a_minute is None else max(0.0, sent - a_minute) / a_minute
        if sent:
            days, minutes, count = days + 1, minutes + took, count - sent
        if count:
            end, midnight = midnight, midnight + timedelta(days=1)
        else:
            end += timedelta(minutes=took)
    return days, minutes, end


def _kept(limit: int | None, share: float) -> int:
    """What polls keep of a limit, as the pacer has it: never all of it."""
    return 0 if limit is None else min(math.ceil(limit * share), limit - 1)


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _plural(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _limit(count: int | None) -> str:
    return "any number" if count is None else f"{count:,}"
