"""Pacing: every request waits here for its turn, so that the quota is kept and never run into.

The minute: a place is taken when a request is sent and given back 60 seconds after its *answer*. The server saw the
request before that, so no window of 60 seconds, sliding or fixed, ever holds more than the plan allows.
The day: the server's own ``X-RateLimit-Remaining`` is the truth, since other processes may use the same key.
"""

from __future__ import annotations

import math
from asyncio import Event, get_running_loop, timeout
from collections import deque
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from ..errors import ClientClosed, RateLimited
from . import faults
from .plan import Plan

if TYPE_CHECKING:
    from asyncio import Future, TimerHandle
    from collections.abc import Generator, Mapping

    from .clock import ServerClock
    from .wire import Response

Lane = Literal["poll", "call"]

MINUTE = 60.05
"""Seconds; a little more than a minute, so that rounding never puts one request too many into it."""
POLLS_OF_MINUTE = 0.2
POLLS_OF_DAY = 0.1
FIRST_HOLD = 2.0
LONGEST_HOLD = 60.0
LONGEST_COUNT = 18
"""Digits of a quota that is believed."""
PLACES = 100
"""Requests in flight at once. The wait for a place is here and not in aiohttp's pool, which counts it into its total
timeout: a burst would time out in its own queue, and nobody could tell that from a timeout after sending."""


@frozen
class RateLimit:
    """What the last answer said of the day's quota; ``reset_at`` is 00:00 UTC."""

    limit: int
    remaining: int
    reset_at: datetime | None


class Pacer:
    """Turns for requests: first come, first served, except that polls go first and have a share of their own."""

    def __init__(self, plan: Plan | None, clock: ServerClock, *, places: int = PLACES) -> None:
        self._clock = clock
        self._places = places
        self._given = plan is not None
        # Until the first answer tells the plan, the smallest one is assumed.
        self._plan = plan or Plan.STARTER
        self.sent = 0
        self.rate_limit: RateLimit | None = None
        self._finished: deque[float] = deque()
        self._in_flight = 0
        self._overlapped = False
        self._left: int | None = None
        self._day_ends: float | None = None
        self._held_until = 0.0
        self._holds = 0
        self._reservations = 0
        self._queues: dict[Lane, deque[Future[None]]] = {"poll": deque(), "call": deque()}
        self._timer: TimerHandle | None = None
        self._closing = Event()

    def close(self) -> None:
        """Let nothing more out: whoever waits here gets ``ClientClosed``, now and later."""
        self._closing.set()
        for queue in self._queues.values():
            for future in queue:
                if not future.done():
                    future.set_exception(_closed())
            queue.clear()

    async def rest(self, seconds: float) -> None:
        """Sleep, but end in ``ClientClosed`` when the client is closed meanwhile."""
        with suppress(TimeoutError):
            async with timeout(seconds):
                await self._closing.wait()
        if self._closing.is_set():
            raise _closed()

    @property
    def plan(self) -> Plan:
        """The plan given, or the one learnt from the answers."""
        return self._plan

    @property
    def plan_is_known(self) -> bool:
        """Whether the plan was given or told, and not just assumed."""
        return self._given or self.rate_limit is not None or self._plan.per_day is None

    @property
    def day_is_spent(self) -> bool:
        """Whether the day's quota is used up, but for what polls may still need."""
        return self._spent("call")

    @property
    def queued(self) -> int:
        """How many requests wait for their turn."""
        return sum(not future.done() for queue in self._queues.values() for future in queue)

    @contextmanager
    def reserve(self) -> Generator[None, None, None]:
        """Keep the polls' share of the minute and the day free while a launch is under way."""
        self._reservations += 1
        try:
            yield
        finally:
            self._reservations -= 1
            if not self._reservations:
                self._pump()

    def day_left(self) -> tuple[int, float] | None:
        """Requests left today and seconds until the reset, if the server has told."""
        self._roll_day()
        if self._left is None or self._day_ends is None:
            return None
        return self._left, self._day_ends - get_running_loop().time()

    def poll_budget(self) -> tuple[int, float] | None:
        """Requests that polls may take today, and seconds until they are renewed: what the queue will leave of it."""
        day = self.day_left()
        if day is None:
            return None
        left, renewed_in = day
        share = math.ceil((self._per_day or 0) * POLLS_OF_DAY)
        return max(left - self.queued, min(left, share)), renewed_in

    async def acquire(self, lane: Lane = "call") -> None:
        """Wait for a turn; ``release`` must follow. A spent day is ``RateLimited`` at once."""
        if self._closing.is_set():
            raise _closed()
        if not self._queues[lane] and not self._queues["poll"] and self._free(lane):
            self._take()
            return
        if self._spent(lane):
            raise self._day_is_spent()
        future = get_running_loop().create_future()
        self._queues[lane].append(future)
        self._pump()
        try:
            await future
        except BaseException:
            if future.done() and not future.cancelled() and future.exception() is None:
                # The turn was granted and the waiter cancelled in the same step: hand it to the next in line.
                self.sent -= 1
                self._in_flight -= 1
                self._pump()
            raise

    def _take(self) -> None:
        self.sent += 1
        self._overlapped = self._in_flight > 0
        self._in_flight += 1

    def release(self, response: Response | None, *, sent: bool = True) -> None:
        """End a turn and learn from its answer; None when none came, ``sent=False`` when nothing even left."""
        if sent:
            self.answered(response)
        else:
            self.sent -= 1
        self.leave()

    def leave(self) -> None:
        """Free the place of a request whose answer is known already."""
        self._in_flight -= 1
        if self._queues["call"] or self._queues["poll"]:
            self._pump()

    def answered(self, response: Response | None) -> None:
        """Charge a request to the quota and learn from its answer; its place stays taken until ``leave``."""
        refused = response is not None and response.status == 429
        if self._plan.per_minute is not None:
            self._finished.append(get_running_loop().time())
        if self._left is not None and not refused:
            self._left -= 1
        if response is not None:
            self._learn(response.status, response.headers)

    def _learn(self, status: int, headers: Mapping[str, str]) -> None:
        self._clock.observe(headers)
        limit = _count(headers, "X-RateLimit-Limit")
        if not self._given:
            self._learn_plan(status, limit)
        if limit is not None and (remaining := _count(headers, "X-RateLimit-Remaining")) is not None:
            self._learn_day(limit, remaining, faults.reset_at(headers))
        if status == 429:
            self._hold(headers)
        elif status < 400:
            self._holds = 0

    def _learn_plan(self, status: int, limit: int | None) -> None:
        if limit is not None:
            if limit != self._plan.per_day:
                self._plan = Plan.of_daily_limit(limit)
        elif status < 300 and self.rate_limit is None:
            self._plan = Plan.UNLIMITED

    def _learn_day(self, limit: int, remaining: int, reset_at: datetime | None) -> None:
        now = get_running_loop().time()
        self.rate_limit = RateLimit(limit, remaining, reset_at)
        ends_in = ((reset_at or _midnight(self._clock.now())) - self._clock.now()).total_seconds()
        same_day = self._day_ends is not None and abs(now + ends_in - self._day_ends) < 3600
        # Answers may overtake each other: only one that was alone on its way is taken at its word.
        trusted = not same_day or self._left is None or not (self._overlapped or self._in_flight > 1)
        self._left = remaining if trusted or self._left is None else min(self._left, remaining)
        self._day_ends = now + max(0.0, ends_in)

    def _hold(self, headers: Mapping[str, str]) -> None:
        """After a 429 nothing is sent for a while: as long as the server says, or longer each time, up to a minute."""
        pause = faults.retry_after(headers)
        if pause is None:
            pause = FIRST_HOLD * 2**self._holds
            self._holds = min(self._holds + 1, 10)
        pause = min(LONGEST_HOLD, pause)
        self._held_until = max(self._held_until, get_running_loop().time() + pause)

    @property
    def _per_day(self) -> int | None:
        """What the server says counts, whatever plan was given."""
        return self.rate_limit.limit if self.rate_limit is not None else self._plan.per_day

    def _roll_day(self) -> None:
        while self._day_ends is not None and get_running_loop().time() >= self._day_ends:
            self._left = self._per_day
            self._day_ends += 86_400.0

    def _spent(self, lane: Lane) -> bool:
        self._roll_day()
        if self._left is None:
            return False
        return self._left - self._in_flight <= self._kept(lane, self._per_day or 0, POLLS_OF_DAY)

    def _free(self, lane: Lane) -> bool:
        """Whether a request of this lane may go out right now."""
        if self._in_flight >= self._places:
            return False
        limit = self._plan.per_minute
        if limit is not None:
            now = get_running_loop().time()
            # The very sum that `_next_place` arms the timer with: rounding must not set them at odds.
            while self._finished and self._finished[0] + MINUTE <= now:
                self._finished.popleft()
            if self._in_flight + len(self._finished) >= limit - self._kept(lane, limit, POLLS_OF_MINUTE):
                return False
        return not self._spent(lane) and (not self._held_until or get_running_loop().time() >= self._held_until)

    def _kept(self, lane: Lane, limit: int, share: float) -> int:
        """What a request of this lane must leave to the polls; never all of it."""
        if lane == "poll" or not self._reservations:
            return 0
        return max(0, min(math.ceil(limit * share), limit - 1))

    def _day_is_spent(self) -> RateLimited:
        left = self.day_left()
        # To the second, which is what the server's clock is known to: sums of floats end just before midnight.
        ends = self._clock.now() + timedelta(seconds=left[1] + 0.5) if left else None
        reset_at = ends.replace(microsecond=0) if ends else None
        error = RateLimited(
            f"the day's quota of {self._per_day} requests is spent, but for what polls may still need; "
            f"it resets at {_told(reset_at)}. Nothing was sent",
            code="rate_limited",
        )
        error.scope, error.reset_at = "day", reset_at
        return error

    def _pump(self) -> None:
        """Grant turns to those who wait, polls first."""
        began = get_running_loop().time()
        for lane, queue in self._queues.items():
            while queue:
                if queue[0].done():
                    queue.popleft()
                elif self._free(lane):
                    self._take()
                    queue.popleft().set_result(None)
                elif self._spent(lane):
                    queue.popleft().set_exception(self._day_is_spent())
                else:
                    break
        self._arm(began)

    def _arm(self, looked: float) -> None:
        """Come back when the next place falls free; with nothing to wait for, the next ``release`` comes back.

        ``looked`` is when the places were looked at: one that has fallen free since then is come back for at once.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not (self._queues["call"] or self._queues["poll"]):
            return
        moments = [moment for moment in (self._held_until, self._next_place()) if moment > looked]
        if moments:
            self._timer = get_running_loop().call_at(min(moments), self._pump)

    def _next_place(self) -> float:
        return self._finished[0] + MINUTE if self._finished else 0.0


def _told(reset_at: datetime | None) -> str:
    """The clock of the server is known to a second: half a minute keeps 00:00 from being said as 23:59."""
    return f"{reset_at + timedelta(seconds=30):%Y-%m-%d %H:%M} UTC" if reset_at else "00:00 UTC"


def _closed() -> ClientClosed:
    return ClientClosed("this client is closed; nothing was sent")


def _count(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "").strip()
    return int(value) if value.isdecimal() and len(value) <= LONGEST_COUNT else None


def _midnight(now: datetime) -> datetime:
    return datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
