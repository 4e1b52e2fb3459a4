"""Pacing in virtual time: the quota is kept, nobody is forgotten, and the server is believed."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings, strategies as st
from support import settled, virtual

from leadlex_async import Plan, RateLimited
from leadlex_async._http.clock import ServerClock
from leadlex_async._http.pace import MINUTE, Pacer
from leadlex_async._http.wire import Response

if TYPE_CHECKING:
    from leadlex_async._http.pace import Lane

NOON = datetime(2026, 2, 25, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 2, 26, tzinfo=UTC)
few = settings(max_examples=40, deadline=None)


def now() -> float:
    """Virtual seconds."""
    return asyncio.get_running_loop().time()


def pacer(per_minute: int | None, per_day: int | None = None) -> Pacer:
    """A pacer of a given plan."""
    return Pacer(Plan(per_minute, per_day), ServerClock(), places=1_000)


def said(status: int = 200, *, left: int | None = None, limit: int = 100, **more: str) -> Response:
    """An answer; the server's day began twelve hours before the virtual time did."""
    moment = NOON + timedelta(seconds=now())
    headers = {"Date": format_datetime(moment, usegmt=True)} | {k.replace("_", "-"): v for k, v in more.items()}
    if left is not None:
        end = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        headers |= {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(int(end.timestamp())),
        }
    return Response(status, headers, b"")


async def visit(pace: Pacer, answer: Response | None = None, lane: Lane = "call") -> float:
    """One request with an answer at once; tells when it went out."""
    async with asyncio.timeout(10_000):
        await pace.acquire(lane)
    at = now()
    pace.release(answer)
    return at


async def told(pace: Pacer, *answers: Response) -> None:
    """Answers that came one after another."""
    for answer in answers:
        await visit(pace, answer)


def told_day(day: tuple[int, float] | None) -> tuple[object, ...]:
    """What is known of the day, to compare with something near."""
    return day or ()


def queue(pace: Pacer, count: int, lane: Lane = "call") -> list[asyncio.Task[None]]:
    """Callers that ask for a turn in this order and keep it."""
    return [asyncio.create_task(pace.acquire(lane)) for _ in range(count)]


def done(tasks: list[asyncio.Task[None]]) -> list[bool]:
    """Which of them have their turn."""
    return [task.done() for task in tasks]


async def dropped(tasks: list[asyncio.Task[None]]) -> None:
    """End callers that a test leaves waiting."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def traffic(pace: Pacer, count: int, seed: int, slowest: float) -> list[float]:
    """So many requests over a bad network, and when the server saw them."""
    chance, seen = random.Random(seed), list[float]()  # noqa: S311 - repeatable

    async def request() -> None:
        await asyncio.sleep(chance.uniform(0, 90))
        await pace.acquire(chance.choice(["poll", "call"]))
        try:
            await asyncio.sleep(chance.uniform(0, slowest))
            seen.append(now())
            await asyncio.sleep(chance.uniform(0, slowest))
        finally:
            pace.release(said() if chance.random() < 0.9 else None)

    async with asyncio.timeout(100_000):
        await asyncio.gather(*(request() for _ in range(count)))
    return sorted(seen)


async def launches(pace: Pacer) -> None:
    """Launches that come and go: each that ends lets waiting calls try again."""
    while True:
        await asyncio.sleep(61)
        with pace.reserve():
            await asyncio.sleep(1)


@few
@given(st.integers(1, 12), st.integers(1, 60), st.integers(0, 2**32), st.sampled_from([0.0, 3.0, 200.0]))
@virtual
async def test_no_minute_holds_more_than_the_plan(limit: int, count: int, seed: int, slowest: float) -> None:
    """As the server sees it, no window of 60 seconds holds more than the plan, whatever the network does."""
    pace = pacer(limit)
    beside = asyncio.create_task(launches(pace))
    seen = await traffic(pace, count, seed, slowest)
    beside.cancel()
    assert len(seen) == count
    assert all(later - earlier >= 60 for earlier, later in zip(seen, seen[limit:], strict=False))


@few
@given(st.integers(1, 3), st.integers(1, 12), st.integers(0, 2**32))
@example(1, 2, 0)
@virtual
async def test_everybody_gets_a_turn(limit: int, count: int, seed: int) -> None:
    """Nothing but time is needed for everybody to be served."""
    assert len(await traffic(pacer(limit), count, seed, 0.0)) == count


@virtual
async def test_a_place_falls_free_when_it_should() -> None:
    """The quota is used: a place comes back a minute after its answer, not later."""
    pace = pacer(2)
    times = [await visit(pace) for _ in range(6)]
    assert times == pytest.approx([0, 0, MINUTE, MINUTE, 2 * MINUTE, 2 * MINUTE])


@virtual
async def test_first_come_first_served() -> None:
    """Callers of one lane go out in the order they came."""
    pace, order = pacer(6), list[int]()

    async def request(number: int) -> None:
        await visit(pace)
        order.append(number)

    await asyncio.gather(*(request(number) for number in range(12)))
    assert order == list(range(12))


@virtual
async def test_a_newcomer_does_not_overtake() -> None:
    """A place that falls free goes to who waits, not to who comes in that moment."""
    pace = pacer(1)
    await visit(pace)
    first = queue(pace, 1)
    await settled()
    await asyncio.sleep(MINUTE)
    late = queue(pace, 1)
    await settled()
    assert (done(first), done(late)) == ([True], [False])
    await dropped(late)


@virtual
async def test_polls_go_first() -> None:
    """A poll goes out before every call that waits."""
    pace = pacer(1)
    await visit(pace)
    calls = queue(pace, 3)
    await settled()
    polls = queue(pace, 1, "poll")
    await settled()
    assert pace.queued == 4
    await asyncio.sleep(MINUTE + 1)
    assert (done(calls), done(polls), pace.queued) == ([False] * 3, [True], 3)
    await dropped(calls)


@pytest.mark.parametrize(("limit", "share"), [(10, 2), (50, 10), (200, 40), (7, 2), (2, 1), (1, 0)])
@virtual
async def test_polls_have_a_share_while_it_is_reserved(limit: int, share: int) -> None:
    """A fifth of the minute is left to the polls, never all of it, and only while a launch is under way."""
    pace = pacer(limit)
    with pace.reserve():
        with pace.reserve():
            calls = queue(pace, limit)
            await settled()
        await settled()
        assert sum(done(calls)) == limit - share
    await settled()
    assert all(done(calls))


@pytest.mark.parametrize("limit", [10, 7, 2])
@virtual
async def test_a_poll_finds_the_share_free(limit: int) -> None:
    """However many calls wait, the polls' share goes to polls at once."""
    pace = pacer(limit)
    with pace.reserve():
        calls = queue(pace, limit)
        await settled()
        free = limit - sum(done(calls))
        polls = queue(pace, free + 1, "poll")
        await settled()
        assert sum(done(polls)) == free
        await dropped([*calls, *polls])


@virtual
async def test_a_poll_may_take_every_place() -> None:
    """Polls are not held to their share."""
    pace = pacer(5)
    with pace.reserve():
        polls = queue(pace, 5, "poll")
        await settled()
    assert all(done(polls))


@virtual
async def test_a_caller_that_leaves_the_queue_leaves_no_hole() -> None:
    """Who is cancelled while waiting takes no place, and the one behind moves up."""
    pace = pacer(1)
    await visit(pace)
    first, second, third = queue(pace, 3)
    await settled()
    first.cancel()
    third.cancel()
    await settled()
    assert pace.queued == 1
    async with asyncio.timeout(MINUTE + 1):
        await second
    pace.release(None)
    assert await visit(pace) == pytest.approx(2 * MINUTE)


@virtual
async def test_a_turn_that_is_granted_to_who_just_left_goes_on() -> None:
    """Granted and cancelled in the same step, a turn goes to the next in line."""
    pace = pacer(5)
    reserved = pace.reserve()
    reserved.__enter__()
    calls = queue(pace, 6)
    await settled()
    assert sum(done(calls)) == 4
    reserved.__exit__(None, None, None)
    calls[4].cancel()
    await settled()
    assert calls[4].cancelled()
    assert calls[5].done()
    for _ in range(5):
        pace.release(None)
    assert await visit(pace) == pytest.approx(MINUTE)


@virtual
async def test_a_refusal_that_reaches_who_just_left_is_no_trouble() -> None:
    """Refused and cancelled in the same step, nothing is left behind."""
    pace = pacer(1, 100)
    await pace.acquire()
    (waiting,) = queue(pace, 1)
    await settled()
    pace.release(said(left=0))
    waiting.cancel()
    await settled()
    assert waiting.cancelled()
    assert pace.queued == 0


@few
@given(st.integers(0, 2**32))
@virtual
async def test_no_cancellation_costs_a_place(seed: int) -> None:
    """After any storm of cancellations the whole minute is there again."""
    chance, pace = random.Random(seed), pacer(3)  # noqa: S311 - repeatable

    async def request() -> None:
        await pace.acquire(chance.choice(["poll", "call"]))
        try:
            await asyncio.sleep(chance.uniform(0, 5))
        finally:
            pace.release(None)

    tasks = [asyncio.create_task(request()) for _ in range(20)]
    for task in chance.sample(tasks, 15):
        await asyncio.sleep(chance.choice([0, 0, 1, 20, MINUTE]))
        task.cancel()
    beside = asyncio.create_task(launches(pace))
    async with asyncio.timeout(5_000):
        await asyncio.gather(*tasks, return_exceptions=True)
    beside.cancel()
    assert pace.queued == 0
    await asyncio.sleep(MINUTE + 1)
    start = now()
    async with asyncio.timeout(1):
        await told(pace, said(), said(), said())
    assert now() == start


@pytest.mark.parametrize("at", [239.38970938266223, 503.48149663023787, 465.72723394066816])
@virtual
async def test_nobody_is_forgotten_by_rounding(at: float) -> None:
    """Whatever the fraction of the second, the place comes back and the caller is woken."""
    loop = asyncio.get_running_loop()
    woken = loop.create_future()
    loop.call_at(at, woken.set_result, None)
    await woken
    pace = pacer(1)
    await visit(pace)
    async with asyncio.timeout(300):
        await visit(pace)


@pytest.mark.parametrize(
    ("limit", "per_minute"),
    [(100, 10), (1_000, 50), (10_000, 200), (50, 10), (0, 10), (150, 10), (999, 10), (5_000, 50), (10**9, 200)],
)
@virtual
async def test_the_plan_is_learnt(limit: int, per_minute: int) -> None:
    """The daily limit tells the plan; between two plans it is the smaller one."""
    pace = Pacer(None, ServerClock())
    assert pace.plan == Plan.STARTER
    await told(pace, said(left=limit, limit=limit))
    assert pace.plan == Plan(per_minute, max(1, limit))


@pytest.mark.parametrize(("value", "plan"), [("many", Plan.UNLIMITED), ("-1", Plan.UNLIMITED), (" 1000 ", Plan.PRO)])
@virtual
async def test_an_odd_limit(value: str, plan: Plan) -> None:
    """A header that is no number is none."""
    pace = Pacer(None, ServerClock())
    await told(pace, said(X_RateLimit_Limit=value))
    assert pace.plan == plan


@virtual
async def test_a_success_without_the_header_knows_no_limit() -> None:
    """Before the first answer the smallest plan is kept; an error without headers tells nothing."""
    pace = Pacer(None, ServerClock())
    calls = queue(pace, 30)
    await settled()
    assert sum(done(calls)) == 10
    for status in (401, 404, 500, 302):
        pace.release(said(status))
    await settled()
    assert pace.plan == Plan.STARTER
    assert sum(done(calls)) == 10
    pace.release(said())
    await settled()
    assert pace.plan == Plan.UNLIMITED
    assert all(done(calls))


@virtual
async def test_a_given_plan_stays() -> None:
    """What the caller says of the minute is not overruled."""
    pace = pacer(3, 300)
    await told(pace, said(left=9_999, limit=10_000), said())
    assert pace.plan == Plan(3, 300)


@virtual
async def test_a_spent_day_is_an_error_at_once() -> None:
    """New callers are refused without waiting, and told when the day resets."""
    pace = pacer(10, 100)
    await told(pace, said(left=1), said(left=0))
    for lane in ("call", "poll"):
        with pytest.raises(RateLimited) as caught:
            await pace.acquire(lane)
        error = caught.value
        assert (error.scope, error.daily, error.status, error.code) == ("day", True, None, "rate_limited")
        assert error.reset_at is not None
        assert abs(error.reset_at - MIDNIGHT) <= timedelta(seconds=1)
        assert "100" in str(error)
        assert "2026-02-26 00:00" in str(error)
    assert now() == 0


@virtual
async def test_a_spent_day_reaches_who_waits() -> None:
    """Who waits for a place in the minute does not wait for one in a day that is over."""
    pace = pacer(2, 100)
    await pace.acquire()
    await pace.acquire()
    waiting = [*queue(pace, 2), *queue(pace, 1, "poll")]
    await settled()
    pace.release(said(left=0))
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(outcome, RateLimited) and outcome.daily for outcome in outcomes] == [True] * 3
    assert now() == 0


@virtual
async def test_the_next_day_begins_at_the_reset() -> None:
    """After 00:00 UTC the whole day is there, before any answer says so."""
    pace = pacer(10, 100)
    await told(pace, said(left=0))
    await asyncio.sleep(12 * 3600 - 2)
    with pytest.raises(RateLimited):
        await pace.acquire()
    await asyncio.sleep(3)
    assert told_day(pace.day_left()) == (100, pytest.approx(86_400, abs=5))
    await told(pace, said(left=99))
    assert told_day(pace.day_left()) == (99, pytest.approx(86_400, abs=5))


@virtual
async def test_some_days_without_a_request() -> None:
    """After any number of days the reset lies ahead."""
    pace = pacer(10, 100)
    await told(pace, said(left=0))
    await asyncio.sleep(4 * 86_400)
    left = pace.day_left()
    assert left is not None
    assert left[0] == 100
    assert 0 < left[1] <= 86_400


@virtual
async def test_what_is_left_is_not_promised_twice() -> None:
    """Requests on their way count: two places are not given to three."""
    pace = pacer(10, 100)
    await told(pace, said(left=2))
    await pace.acquire()
    await pace.acquire()
    with pytest.raises(RateLimited):
        await pace.acquire()
    pace.release(said(left=1))
    pace.release(said(left=0))
    assert told_day(pace.day_left()) == (0, pytest.approx(12 * 3600, abs=2))


@virtual
async def test_polls_have_a_share_of_the_day() -> None:
    """The last tenth of the day is the polls' while a launch is under way, anybody's otherwise."""
    pace = pacer(None, 100)
    await told(pace, said(left=11))
    with pace.reserve():
        await visit(pace, said(left=10))
        with pytest.raises(RateLimited, match="polls"):
            await pace.acquire()
        await visit(pace, said(left=9), "poll")
    await visit(pace, said(left=8))


@virtual
async def test_nothing_is_known_before_the_first_answer() -> None:
    """Neither the day nor the rate limit is guessed."""
    pace = pacer(10, 100)
    assert (pace.day_left(), pace.rate_limit) == (None, None)
    await told(pace, said(left=42))
    assert pace.rate_limit is not None
    assert (pace.rate_limit.limit, pace.rate_limit.remaining, pace.rate_limit.reset_at) == (100, 42, MIDNIGHT)


@virtual
async def test_a_day_without_a_reset_ends_at_midnight() -> None:
    """Without ``X-RateLimit-Reset`` the documented hour holds."""
    pace = pacer(10, 100)
    await told(pace, said(X_RateLimit_Limit="100", X_RateLimit_Remaining="5"))
    assert told_day(pace.day_left()) == (5, pytest.approx(12 * 3600, abs=2))
    assert pace.rate_limit is not None
    assert pace.rate_limit.reset_at is None


@virtual
async def test_another_process_uses_the_same_day() -> None:
    """The server's count is the truth, up and down, when an answer was alone on its way."""
    pace = pacer(None, 100)
    for left in (90, 40, 39, 60, 3):
        await told(pace, said(left=left))
        assert told_day(pace.day_left()) == (left, pytest.approx(12 * 3600, abs=2))
    await told(pace, said(left=0))
    with pytest.raises(RateLimited):
        await pace.acquire()


@few
@given(st.permutations(range(8)), st.integers(0, 5))
@virtual
async def test_answers_that_overtake_raise_nothing(order: list[int], elsewhere: int) -> None:
    """In whatever order answers come, what is left never grows; the next one alone tells it exactly."""
    pace = pacer(None, 100)
    await told(pace, said(left=50))
    for _ in order:
        await pace.acquire()
    known = 50
    for number in order:
        pace.release(said(left=49 - number - elsewhere))
        left = pace.day_left()
        assert left is not None
        assert left[0] < known
        known = left[0]
    assert known <= 42 - elsewhere
    await told(pace, said(left=41 - elsewhere))
    assert told_day(pace.day_left()) == (41 - elsewhere, pytest.approx(12 * 3600, abs=2))


@virtual
async def test_an_answer_of_yesterday_does_not_spend_today() -> None:
    """An answer written before the reset and read after it delays the new day by as much, no longer."""
    pace = pacer(None, 100)
    await told(pace, said(left=1))
    await asyncio.sleep(12 * 3600 - 5)
    await pace.acquire()
    late = said(left=0)
    await asyncio.sleep(10)
    pace.release(late)
    await asyncio.sleep(6)
    await visit(pace, said(left=99))


@virtual
async def test_a_429_holds_everybody_as_long_as_the_server_says() -> None:
    """``Retry-After`` holds polls and calls, new and queued."""
    pace = pacer(10, None)
    await told(pace, said(429, Retry_After="7"))
    lanes: list[Lane] = ["call", "poll", "call"]
    times = await asyncio.gather(*(visit(pace, said(), lane) for lane in lanes))
    assert times == pytest.approx([7, 7, 7])
    assert await visit(pace) == pytest.approx(7)


@virtual
async def test_a_429_without_a_word_holds_longer_each_time() -> None:
    """Two seconds, four, eight ... a minute at most; a success begins anew."""
    pace = pacer(None)
    before, holds = 0.0, list[float]()
    for _ in range(7):
        at = await visit(pace, said(429))
        holds.append(at - before)
        before = at
    assert holds == pytest.approx([0, 2, 4, 8, 16, 32, 60])
    await told(pace, said())
    at = await visit(pace, said(429))
    assert await visit(pace) - at == pytest.approx(2)


@virtual
async def test_a_short_hold_does_not_shorten_a_long_one() -> None:
    """Of two 429 the longer counts."""
    pace = pacer(None)
    await pace.acquire()
    await pace.acquire()
    pace.release(said(429, Retry_After="30"))
    pace.release(said(429, Retry_After="1"))
    assert await visit(pace) == pytest.approx(30)


@virtual
async def test_a_request_without_an_answer_was_counted() -> None:
    """What was sent and lost may have arrived, so it takes its place in the minute."""
    pace = pacer(1)
    assert await visit(pace) == 0
    assert await visit(pace) == pytest.approx(MINUTE)


@virtual
async def test_one_request_a_minute_is_enough() -> None:
    """The smallest plan serves polls and calls, with and without a reservation."""
    pace = pacer(1, 1000)
    async with asyncio.timeout(20 * MINUTE):
        with pace.reserve():
            await asyncio.gather(*(visit(pace, None, lane) for lane in ("call", "poll", "call", "call")))
        await asyncio.gather(*(visit(pace) for _ in range(4)))
    assert now() == pytest.approx(7 * MINUTE)


@virtual
async def test_what_polls_may_spend() -> None:
    """What the queue leaves of the day, and never less than the polls' share of it."""
    pace = pacer(1, 100)
    assert pace.poll_budget() is None
    await told(pace, said(left=30))
    calls = queue(pace, 12)
    await settled()
    assert told_day(pace.poll_budget()) == (18, pytest.approx(12 * 3600, abs=2))
    calls += queue(pace, 15)
    await settled()
    assert told_day(pace.poll_budget()) == (10, pytest.approx(12 * 3600, abs=2))
    await dropped(calls)


def test_the_servers_clock_is_learnt() -> None:
    """A wrong clock here changes nothing; an unreadable ``Date`` neither."""

    @virtual
    async def run() -> None:
        clock = ServerClock()
        for date in ("nonsense", format_datetime(NOON, usegmt=True), format_datetime(NOON, usegmt=True), "", "2026"):
            clock.observe({"Date": date})
        await asyncio.sleep(90)
        assert clock.now() == NOON + timedelta(seconds=90)
        assert clock.at(0) == NOON

    run()


@virtual
async def test_without_the_servers_clock_ours_has_to_do() -> None:
    """Before the first answer the machine's time is taken."""
    assert abs(ServerClock().now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("name", ["starter", "PRO", "Org", "unlimited"])
def test_a_plan_has_a_name(name: str) -> None:
    """Names are taken in any case."""
    assert Plan.named(name) == getattr(Plan, name.upper())


class CreepingLoop(asyncio.SelectorEventLoop):
    """Each reading of its clock takes ``step`` seconds, as on a machine that is busy."""

    step = 0.0
    ahead = 0.0

    def time(self) -> float:
        """Real time, and what was added to it."""
        self.ahead += self.step
        return super().time() + self.ahead


async def queued_near_the_end_of_a_minute(margin: float) -> None:
    """A request asks for the one place of a minute just as it falls free, and gets it soon."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, CreepingLoop)
    pace = Pacer(Plan(1, None), ServerClock())
    await pace.acquire()
    pace.release(None)
    loop.ahead += MINUTE - margin
    loop.step = 0.0004
    async with asyncio.timeout(30):
        await pace.acquire()


@pytest.mark.parametrize("step", range(1, 40))
def test_a_place_that_falls_free_while_it_is_looked_for_is_found(step: int) -> None:
    """Between two readings of the clock it becomes free: somebody must come back for it."""
    with asyncio.Runner(loop_factory=CreepingLoop) as runner:
        runner.run(queued_near_the_end_of_a_minute(step / 10_000))
