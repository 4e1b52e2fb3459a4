"""The course of a durable batch, from what was recorded and nothing else; and the turns that a plan allows."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from leadlex_async import LaunchTicket, NotFound, Outcome, Plan
from leadlex_async.approvals.pushes import REMEMBERED
from leadlex_async.durable.course import Course, Push, Round, Started, launch_of, launch_to, turns_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def ticket(campaign_id: str) -> LaunchTicket:
    """The ticket of a start at noon."""
    return LaunchTicket(campaign_id=campaign_id, task_id=f"t-{campaign_id}", base_url="https://x", started_at=NOW)


def begun(*ids: str) -> Started:
    """A portion whose starts were all answered."""
    return Started(tickets=tuple(ticket(each).to_json() for each in ids), requests=len(ids))


def push(outcome: Outcome, *, campaign: str | None = None, task: str | None = None, after: float = 1.0) -> Push:
    """A push, so many seconds after the start."""
    return Push(outcome.value, campaign, task, NOW + timedelta(seconds=after), NOW + timedelta(seconds=5))


def test_portions_are_handed_out_a_few_at_a_time() -> None:
    """And what was not sent comes first, when its pause is over."""
    course = Course.of([str(number) for number in range(10)], 2)
    handed_out = [course.hand_out() for _ in range(4)]
    assert [portion and portion.ids for portion in handed_out] == [("0", "1"), ("2", "3"), ("4", "5"), None]
    course.started(Started(rest=("0", "1"), pause=60.0))
    again = course.hand_out()
    assert again is not None
    assert (again.ids, again.delay, course.queued, course.done) == (("0", "1"), 60.0, 4, False)


def test_a_push_that_comes_before_its_portion_is_kept() -> None:
    """A person may decide before the batch knows the ticket."""
    course = Course.of(["a", "b"], 2)
    course.hand_out()
    assert not course.pushed(push(Outcome.DISMISSED, task="t-b"))
    course.started(begun("a", "b"))
    assert [*course.waiting] == ["a"]
    assert not course.pushed(push(Outcome.APPROVED, task="t-a"))
    report = course.summary(0).report()
    assert course.done
    assert [(each.campaign_id, each.result) for each in report.results] == [("b", "dismissed"), ("a", "approved")]
    assert (report.requests, report.results[0].launch and report.results[0].launch.waited) == (2, 5.0)


def test_a_push_of_a_campaign_only_calls_for_a_look() -> None:
    """It may be of another launch; one of a task is sure, one of nobody's task or from before the start is nothing."""
    course = Course.of(["a"], 2)
    course.hand_out()
    course.started(begun("a"))
    assert course.pushed(push(Outcome.APPROVED, campaign="a"))
    assert not course.pushed(push(Outcome.APPROVED, campaign="a", after=-3600))
    assert not course.pushed(push(Outcome.APPROVED, task="t-z"))
    assert (course.done, course.pushes, course.early) == (False, 0, {})
    assert not course.pushed(push(Outcome.APPROVED, task="t-a", after=-3600))
    assert course.done


def test_old_news_of_an_approval_only_call_for_a_look() -> None:
    """What was approved may have failed since; a dismissal is final, however late it comes."""
    course = Course.of(["a", "b"], 2)
    course.hand_out()
    course.started(begun("a", "b"))
    late = attrs.evolve(push(Outcome.APPROVED, task="t-a"), late=True)
    assert course.pushed(late)
    assert [*course.waiting] == ["a", "b"]
    assert not course.pushed(push(Outcome.DISMISSED, task="t-b"))
    assert [*course.waiting] == ["a"]


def test_of_early_pushes_the_final_one_counts() -> None:
    """An approval, then a failure, and the approval once more, all before the portion came back: it failed."""
    course = Course.of(["a"], 1)
    course.hand_out()
    for outcome in (Outcome.APPROVED, Outcome.FAILED, Outcome.APPROVED):
        course.pushed(push(outcome, task="t-a"))
    course.started(begun("a"))
    assert [each.result for each in course.summary(0).report().results] == ["failed"]


def test_early_pushes_are_bounded_and_forgotten() -> None:
    """Others' decisions do not fill a batch, and when all portions are back none is kept."""
    course = Course.of(["a"], 1)
    course.hand_out()
    for number in range(REMEMBERED + 10):
        course.pushed(push(Outcome.APPROVED, task=f"t-{number}"))
    assert len(course.early) == REMEMBERED
    course.started(begun("a"))
    assert (course.early, [*course.waiting]) == ({}, ["a"])


def test_what_is_told_twice_counts_once() -> None:
    """A look may find what a push has decided meanwhile."""
    course = Course.of(["a"], 2)
    course.hand_out()
    course.started(begun("a"))
    course.pushed(push(Outcome.APPROVED, task="t-a"))
    launch = launch_of(ticket("a"), Outcome.DISMISSED, NOW, 1)
    course.looked(Round((("a", launch_to(launch)),), 2.0, 1))
    assert [each.result for each in course.summary(0).report().results] == ["approved"]


def test_what_is_recorded_survives_the_database() -> None:
    """DBOS pickles it, errors included."""
    recorded = Started(failed=(("a", NotFound("no such campaign", status=404)),))
    ((campaign_id, error),) = pickle.loads(pickle.dumps(recorded)).failed  # noqa: S301 - our own
    assert (campaign_id, str(error)) == ("a", "no such campaign (404)")


@pytest.mark.parametrize(
    ("per_minute", "size", "period"),
    [(200, 90, 30.0), (50, 22, 29.33), (10, 4, 26.67), (1, 1, 60.0), (6000, 200, 2.22)],
)
def test_starts_take_nine_tenths_of_the_minute(per_minute: int, size: int, period: float) -> None:
    """A portion lasts half a minute, if it does not grow too large."""
    turns = turns_of(Plan(per_minute, None))
    assert (turns.size, round(turns.period, 2)) == (size, period)
    assert 60 / turns.spacing <= max(1.0, 0.9 * per_minute) + 1e-9


def test_without_a_limit_nothing_is_held_back() -> None:
    """Portions go out one after the other."""
    assert turns_of(Plan.UNLIMITED).spacing == 0
