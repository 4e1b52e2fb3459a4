"""What waiting costs: requests per campaign and how late a decision is noticed, in virtual time.

    python benchmarks/polling.py [--json] [--quick]

The real client on the in-process sandbox with the plan's limits, by polls alone and with pushed decisions beside them:
those take 0.3 to 1.5 s to arrive, 2 % of them 30 s more, and 0.1 % never do. Beside it two ways people write it by
hand, under the same limits and the same people: the vendor docs' sample (every waiter lists the pending tasks each
5 s) and every waiter with its own exponential backoff from 1 to 60 s.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from attrs import asdict, define

from leadlex_async import ApprovalError, RateLimited
from leadlex_async.sandbox import Decision, Sandbox
from leadlex_async.testing import run_virtual
from leadlex_async.webhooks import verify

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping

    from leadlex_async import LeadLex
    from leadlex_async.sandbox import TaskRow

DISMISSED = 0.1
WEEK = 7 * 86_400.0
UNDER_WAY = (0.3, 1.5)
"""Seconds a push takes, at least and at most."""
LATE, DELAY = 0.02, 30.0
LOST = 0.001
MIDNIGHT = 1_767_225_600.0
"""2026-01-01 00:00 UTC: the sandbox's day is fresh when a run begins."""


@define
class Figures:
    """One run."""

    way: str
    people: str
    plan: str
    campaigns: int
    requests_per_campaign: float
    refused: float
    mean_delay: float
    p95_delay: float
    hours: float
    seconds: float


def lognormal(seed: int) -> Callable[[TaskRow], Decision]:
    """Each person takes their time: median 600 s, sigma 1; one in ten dismisses."""
    chance = random.Random(seed)

    def decide(_: TaskRow) -> Decision:
        action: Literal["approve", "dismiss"] = "dismiss" if chance.random() < DISMISSED else "approve"
        return Decision(after=chance.lognormvariate(6.397, 1.0), action=action)

    return decide


def bursts(seed: int, now: Callable[[], float]) -> Callable[[TaskRow], Decision]:
    """One person: 20 in a row, 5 s apart, then an hour away; at work from 9 to 18 h."""
    chance = random.Random(seed)
    slots = _slots()
    taken = next(slots)

    def decide(_: TaskRow) -> Decision:
        nonlocal taken
        while taken < now() - MIDNIGHT + 30:
            taken = next(slots)
        after, taken = taken - (now() - MIDNIGHT), next(slots)
        action: Literal["approve", "dismiss"] = "dismiss" if chance.random() < DISMISSED else "approve"
        return Decision(after=after, action=action)

    return decide


def _slots() -> Iterator[float]:
    """Seconds since the first midnight at which the person decides one task."""
    for day in range(60):
        for hour in range(9, 18):
            start = day * 86_400 + hour * 3_600 + 600
            yield from (start + 5.0 * number for number in range(20))


async def shared(leadlex: LeadLex, sandbox: Sandbox, campaign_id: str, noticed: dict[str, float]) -> None:
    """This package."""
    try:
        await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=WEEK)
    except ApprovalError as error:
        if error.launch is None:
            raise
    noticed[campaign_id] = sandbox.now()


def by_hand(
    pauses: Callable[[], Iterator[float]],
) -> Callable[[LeadLex, Sandbox, str, dict[str, float]], Awaitable[None]]:
    """Every waiter polls for itself; a refusal by the limits is tried again at the next pause."""

    async def wait(leadlex: LeadLex, sandbox: Sandbox, campaign_id: str, noticed: dict[str, float]) -> None:
        steps = pauses()
        while True:
            try:
                task_id = (await leadlex.campaigns.start(campaign_id)).task_id
                break
            except RateLimited:
                await asyncio.sleep(next(steps))
        steps = pauses()
        while True:
            await asyncio.sleep(next(steps))
            try:
                if all(task.id != task_id for task in await leadlex.lexi.list_tasks()):
                    break
            except RateLimited:
                continue
        noticed[campaign_id] = sandbox.now()

    return wait


def each_5_s() -> Iterator[float]:
    """The sample of the vendor's pages."""
    while True:
        yield 5.0


def backing_off() -> Iterator[float]:
    """1, 2, 4 ... 60 s."""
    pause = 1.0
    while True:
        yield pause
        pause = min(60.0, pause * 2)


@asynccontextmanager
async def pushing(leadlex: LeadLex, sandbox: Sandbox, seed: int) -> AsyncGenerator[None]:
    """Have decisions pushed by the sandbox, verified and fed, over a network that delays some and loses a few."""
    chance, loop = random.Random(seed), asyncio.get_running_loop()
    secret = sandbox.add_webhook("https://backend.example/leadlex", ["task.approved", "task.dismissed"])

    def arrive(body: bytes, headers: Mapping[str, str]) -> None:
        leadlex.approvals.feed(verify(body, headers, secret, now=datetime.fromtimestamp(sandbox.now(), UTC)))

    def receive(body: bytes, headers: Mapping[str, str]) -> int:
        fate, takes = chance.random(), chance.uniform(*UNDER_WAY)
        if fate >= LOST:
            loop.call_later(takes + (DELAY if fate < LOST + LATE else 0.0), arrive, body, headers)
        return 200

    async with sandbox.delivering(receive):
        yield


PUSHED = "leadlex_async, pushed"
WAYS = {
    "leadlex_async": shared,
    PUSHED: shared,
    "each waiter, 5 s": by_hand(each_5_s),
    "each waiter, backoff": by_hand(backing_off),
}


async def run(way: str, people: str, plan: str, campaigns: int, seed: int) -> Figures:
    """One way of waiting for so many campaigns."""
    loop = asyncio.get_running_loop()
    sandbox = Sandbox(plan=plan, now=lambda: MIDNIGHT + loop.time())
    sandbox.reviewer = lognormal(seed) if people == "lognormal" else bursts(seed, sandbox.now)
    ids = [sandbox.add_campaign(recipients=150) for _ in range(campaigns)]
    noticed: dict[str, float] = {}
    # Those who write it by hand do not pace themselves: an unlimited plan switches the client's own pacing off.
    client = sandbox.client() if WAYS[way] is shared else sandbox.client(plan="unlimited", max_retries=0)
    began = time.perf_counter()
    async with client as leadlex, pushing(leadlex, sandbox, seed) if way == PUSHED else nullcontext():
        await asyncio.gather(*(WAYS[way](leadlex, sandbox, campaign_id, noticed) for campaign_id in ids))
    decided = {str(task.metadata["campaign_id"]): task.decided_at or 0.0 for task in sandbox.tasks.values()}
    delays = sorted(noticed[campaign_id] - decided[campaign_id] for campaign_id in ids)
    return Figures(
        way=way,
        people=people,
        plan=plan,
        campaigns=campaigns,
        requests_per_campaign=sandbox.count() / campaigns,
        refused=sum(entry.status == 429 for entry in sandbox.log),
        mean_delay=statistics.fmean(delays),
        p95_delay=delays[int(0.95 * (len(delays) - 1))],
        hours=loop.time() / 3600,
        seconds=time.perf_counter() - began,
    )


CASES = [("pro", 10), ("pro", 100), ("org", 1_000), ("org", 10_000)]
RUNS = {10: 31, 100: 15, 1_000: 5, 10_000: 1}
"""Runs of each case, with other people each; the median of each figure is shown."""
BY_HAND_UP_TO = 100
"""Waiters; beyond, those who poll for themselves need weeks under the limits."""
BY_HAND_RUNS = 1


def cases(*, quick: bool) -> Iterator[tuple[str, str, str, int, int]]:
    """Way, people, plan, campaigns and runs of each line of the table."""
    for people in ("lognormal", "bursts"):
        for plan, campaigns in CASES:
            # One person with 180 decisions a day is at 10,000 for two months.
            if campaigns <= 1_000 or not (quick or people == "bursts"):
                yield "leadlex_async", people, plan, campaigns, RUNS[campaigns]
                yield PUSHED, people, plan, campaigns, RUNS[campaigns]
            if campaigns == 1_000 and plan == "org" and people == "lognormal":
                yield PUSHED, people, "pro", campaigns, RUNS[campaigns]  # a day of Pro cannot poll for so many
            if not quick and campaigns <= BY_HAND_UP_TO:
                for way in ("each waiter, 5 s", "each waiter, backoff"):
                    yield way, people, plan, campaigns, BY_HAND_RUNS


def medians(way: str, people: str, plan: str, campaigns: int, runs: int) -> Figures:
    """The median of each figure over so many runs, with other people each."""
    figures = [asdict(run_virtual(run(way, people, plan, campaigns, seed))) for seed in range(runs)]
    named = {name: figures[0][name] for name in ("way", "people", "plan", "campaigns")}
    measured = {name: statistics.median(one[name] for one in figures) for name in figures[0] if name not in named}
    return Figures(**named, **measured)


def main() -> None:
    """Run all cases and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="this package only, without the largest case")
    options = parser.parse_args()
    rows: list[Figures] = []
    for case in cases(quick=options.quick):
        rows.append(medians(*case))
        if not options.json:
            show(rows[-1], header=len(rows) == 1)
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))


def show(row: Figures, *, header: bool) -> None:
    """One line of the table."""
    if header:
        heads = f"{'req/N':>9}{'429s':>8}{'mean s':>9}{'p95 s':>10}{'hours':>8}{'took s':>8}"
        print(f"{'way':22}{'people':11}{'plan':5}{'N':>7}{heads}")
    print(
        f"{row.way:22}{row.people:11}{row.plan:5}{row.campaigns:>7,}{row.requests_per_campaign:>9.2f}"
        f"{row.refused:>8,.0f}{row.mean_delay:>9.2f}{row.p95_delay:>10.2f}{row.hours:>8.2f}{row.seconds:>8.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
