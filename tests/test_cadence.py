"""Properties of the pace of polling."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, settings, strategies as st

from leadlex_async.approvals.cadence import JITTER, LONGEST, PUSHES_TO_TRUST, SAFETY_NET, SHORTEST, Cadence, hazard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

few = settings(max_examples=80, deadline=None)

ages = st.floats(0, 10**8)
launches = st.integers(0, 100_000)
budgets = st.none() | st.tuples(st.integers(-50, 10_000), st.floats(0, 86_400))


@st.composite
def rounds(draw: Callable[[st.SearchStrategy[float]], float]) -> dict[str, float]:
    """What a round of polling may tell."""
    waiting = int(draw(st.integers(0, 10_000)))
    return {
        "elapsed": draw(st.floats(0, 100_000)),
        "waiting": waiting,
        "age": draw(ages),
        "decided": draw(st.integers(0, waiting)),
        "requests": draw(st.integers(0, 10)),
    }


def taught(history: Sequence[dict[str, float]]) -> Cadence:
    """A cadence that has seen these rounds."""
    cadence = Cadence()
    for told in history:
        cadence.round(
            elapsed=told["elapsed"],
            waiting=int(told["waiting"]),
            age=told["age"],
            decided=int(told["decided"]),
            requests=int(told["requests"]),
        )
    return cadence


def quiet(cadence: Cadence, count: int = 1, *, waiting: int = 10, age: float = 600.0, elapsed: float = 60.0) -> None:
    """Let so many rounds pass in which nothing moves."""
    for _ in range(count):
        cadence.round(elapsed=elapsed, waiting=waiting, age=age, decided=0, requests=1)


def steady(cadence: Cadence, *, waiting: int = 10, age: float = 600.0) -> float:
    """The next interval without its jitter: the least of many."""
    return min(cadence.interval(waiting=waiting, age=age) for _ in range(300))


@few
@given(st.lists(rounds(), max_size=20), launches, launches, ages, budgets)
def test_an_interval_is_at_least_the_shortest(
    history: list[dict[str, float]], waiting: int, queued: int, age: float, budget: tuple[int, float] | None
) -> None:
    """Never below 2 s, always finite, whatever was seen and whatever is left of the day."""
    interval = taught(history).interval(waiting=waiting, age=age, queued=queued, budget=budget)
    assert SHORTEST <= interval < math.inf


@few
@given(st.lists(rounds(), max_size=20), launches, launches, ages)
def test_an_interval_is_at_most_the_safety_net(
    history: list[dict[str, float]], waiting: int, queued: int, age: float
) -> None:
    """Never above 300 s and its jitter where the day's quota does not matter."""
    interval = taught(history).interval(waiting=waiting, age=age, queued=queued)
    assert interval <= SAFETY_NET * (1 + JITTER)


@few
@given(st.lists(rounds(), max_size=20), launches, ages, budgets)
def test_jitter_goes_up_only(
    history: list[dict[str, float]], waiting: int, age: float, budget: tuple[int, float] | None
) -> None:
    """Intervals of the same state differ by a tenth at most."""
    cadence = taught(history)
    drawn = [cadence.interval(waiting=waiting, age=age, budget=budget) for _ in range(50)]
    assert max(drawn) <= min(drawn) * (1 + JITTER) + 1e-9


def test_it_starts_at_the_shortest() -> None:
    """The first interval is 2 s, and again so after a restart."""
    cadence = Cadence()
    assert SHORTEST <= cadence.interval(waiting=1, age=0) <= SHORTEST * (1 + JITTER)
    quiet(cadence, 100, waiting=1)
    assert cadence.interval(waiting=1, age=6_000) > 30
    cadence.restart()
    assert cadence.step() == SHORTEST
    assert SHORTEST <= cadence.interval(waiting=1, age=6_000) <= SHORTEST * (1 + JITTER)


def test_it_grows_while_nothing_moves() -> None:
    """Silence lengthens the interval up to a minute, a long one beyond it."""
    cadence = Cadence()
    intervals: list[float] = []
    for _ in range(8):
        intervals.append(steady(cadence, waiting=1, age=0))
        quiet(cadence, waiting=1, age=0)
    assert all(later > 0.99 * sooner for sooner, later in pairwise(intervals))
    assert intervals[-1] >= LONGEST * 0.9
    quiet(cadence, 1_000, waiting=1, age=80_000)
    assert steady(cadence, waiting=1, age=80_000) >= LONGEST * 2


@few
@given(st.integers(1, 1_000), st.floats(60, 3_600))
def test_decisions_shorten_it(waiting: int, age: float) -> None:
    """The same silence with a bunch of decisions at its end calls for a shorter interval, or as short a one."""
    silent, busy = Cadence(), Cadence()
    for cadence in (silent, busy):
        quiet(cadence, 20, waiting=waiting, age=age)
    quiet(silent, waiting=waiting, age=age)
    busy.round(elapsed=60, waiting=waiting, age=age, decided=20, requests=1)
    assert steady(busy, waiting=waiting, age=age) <= steady(silent, waiting=waiting, age=age) * (1 + JITTER / 10)


@few
@given(st.integers(1, 500), st.floats(600, 80_000), ages)
def test_less_of_the_day_never_means_more_polls(left: int, renewed_in: float, age: float) -> None:
    """The fewer requests are left, the longer the interval; without any, polls wait for the reset or nearly so."""
    cadence = Cadence()
    quiet(cadence, 20)
    few_left, many_left = (
        min(cadence.interval(waiting=10, age=age, budget=(count, renewed_in)) for _ in range(300))
        for count in (left, left * 2)
    )
    assert few_left * (1 + JITTER / 10) >= many_left


@few
@given(st.integers(1, 1_000), st.floats(3_600, 86_400))
def test_what_is_left_of_the_day_lasts(left: int, renewed_in: float) -> None:
    """Those who have waited for a day do not spend what is left before it is renewed."""
    cadence = Cadence()
    quiet(cadence, 20)
    interval = cadence.interval(waiting=10, age=86_400, budget=(left, renewed_in))
    assert renewed_in / interval <= left


@few
@given(st.floats(0, 10**12))
def test_hazard_is_finite_and_positive(age: float) -> None:
    """Somebody may always decide, and nobody decides infinitely fast."""
    assert 0 < hazard(age) < 1


def test_hazard_is_continuous_in_the_tail() -> None:
    """Where the tail is taken for its limit, no leap of more than a few percent shows."""
    values = [hazard(600 * math.exp(z / 100)) for z in range(400, 800)]
    assert all(abs(next_ / value - 1) < 0.05 for value, next_ in pairwise(values))


def test_pushes_are_trusted_after_some_and_until_one_is_missed() -> None:
    """Three pushes slow the polls to the safety net; a decision without one brings them back."""
    cadence = Cadence()
    for _ in range(PUSHES_TO_TRUST):
        assert cadence.interval(waiting=10, age=600) < LONGEST
        cadence.pushed()
    assert cadence.interval(waiting=10, age=600) >= SAFETY_NET
    cadence.unannounced()
    assert cadence.interval(waiting=10, age=600) < LONGEST
