"""What launching thousands at once costs beside a loop written by hand, and how long a plan takes for it.

    python benchmarks/bulk.py [--json] [--quick]

``campaigns.launch_many`` with and without a journal beside raw aiohttp with a semaphore that sends the same starts, in
turn in the same run, on an unlimited sandbox in a process of its own; ``paired`` is the median of the rounds' own
ratios. The campaigns are small, so that each start decides itself. Memory and the longest time that the event loop was
blocked are those of as many launches that wait, all pending tasks in one list. The last lines are an Org plan in
virtual time.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
import random
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import aiohttp
from attrs import asdict, define, frozen

from leadlex_async import LeadLex
from leadlex_async.sandbox import Decision, Sandbox
from leadlex_async.testing import run_virtual

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Sequence
    from multiprocessing.connection import Connection

CONCURRENCY = 100
WEEK = 7 * 86_400.0
MIDNIGHT = 1_767_225_600.0
"""2026-01-01 00:00 UTC: the sandbox's day is fresh when a run begins."""
STARTED = "POST /v1/campaigns/{id}/start"


@frozen
class Size:
    """How much is measured."""

    rounds: int = 5
    campaigns: int = 10_000
    org: int = 10_000


QUICK = Size(rounds=3, campaigns=1_000, org=1_000)


@define
class Figure:
    """One line of the table."""

    name: str
    unit: str
    value: float
    paired: float | None = None
    aim: str = ""
    met: bool | None = None


@frozen
class Sample:
    """One round of one way: campaigns a second, and CPU microseconds of this process a campaign."""

    rate: float
    cpu: float


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller rounds")
    options = parser.parse_args()
    size = QUICK if options.quick else Size()
    with sandbox_server(size) as url:
        figures = [*asyncio.run(starts(url, size)), *waiting(url, size)]
    figures += org(size)
    if options.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=1))
    else:
        show(figures)


def show(figures: Sequence[Figure]) -> None:
    """Print a table."""
    for each in figures:
        paired = f"{each.paired:.2f}x" if each.paired is not None else ""
        verdict = "" if each.met is None else "met" if each.met else "MISSED"
        print(f"{each.name:<58}{each.value:>12,.2f} {each.unit:<14}{paired:>7}  {each.aim:<10}{verdict}")


# The sandbox, in a process of its own


@contextmanager
def sandbox_server(size: Size) -> Generator[str]:
    """Run a sandbox with enough campaigns and give its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, size), daemon=True)
    process.start()
    try:
        yield cast("str", ours.recv())
    finally:
        process.terminate()
        process.join()


def serve(pipe: Connection[str, None], size: Size) -> None:
    """Listen, and answer until this process ends."""
    asyncio.run(_serve(pipe, size))


async def _serve(pipe: Connection[str, None], size: Size) -> None:
    sandbox = Sandbox()
    for way in ("by hand", "plain", "journal"):
        for number in range(-1, size.rounds):
            for campaign in campaigns(way, number, size):
                sandbox.add_campaign(recipients=50, id=campaign)
    for campaign in campaigns("waiting", 0, size):
        sandbox.add_campaign(recipients=150, id=campaign)
    await sandbox.start()
    pipe.send(sandbox.url)
    await asyncio.Event().wait()


def campaigns(way: str, number: int, size: Size) -> list[str]:
    """The ids of one round; the one before the first is a short warm-up."""
    count = size.campaigns if number >= 0 else size.campaigns // 10
    return [f"{way.replace(' ', '-')}-{number}-{each}" for each in range(count)]


def checked(right: bool) -> None:  # noqa: FBT001 - the one thing it is about
    """A figure of something that went wrong is none."""
    if not right:
        raise RuntimeError("not every campaign was launched")


# Starts


async def starts(url: str, size: Size) -> list[Figure]:
    """Campaigns a second and CPU, in turn."""
    ways: dict[str, Callable[[str, list[str]], Awaitable[None]]] = {
        "by hand": by_hand,
        "plain": launch,
        "journal": launch_with_journal,
    }
    samples: dict[str, list[Sample]] = {way: [] for way in ways}
    for number in range(-1, size.rounds):
        for way, run in ways.items():
            sample = await measure(run, url, campaigns(way, number, size))
            if number >= 0:
                samples[way].append(sample)
    return [line for way, aim in (("plain", 0.8), ("journal", 0.6)) for line in compared(way, aim, samples)]


def compared(way: str, aim: float, samples: dict[str, list[Sample]]) -> list[Figure]:
    """The lines of one way beside that by hand."""
    ours, raw = samples[way], samples["by hand"]
    name = "launch_many" if way == "plain" else "launch_many with a journal"
    paired = statistics.median(one.rate / other.rate for one, other in zip(ours, raw, strict=True))
    cpu = statistics.median(one.cpu / other.cpu for one, other in zip(ours, raw, strict=True))
    rate = statistics.median(each.rate for each in ours)
    cost = statistics.median(each.cpu for each in ours)
    return [
        Figure(name, "campaigns/s", rate, paired, f">= {aim}x", paired >= aim),
        Figure(f"  CPU of the client, {way}", "us/campaign", cost, cpu),
    ]


async def measure(run: Callable[[str, list[str]], Awaitable[None]], url: str, ids: list[str]) -> Sample:
    """Launch all of these once."""
    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    await run(url, ids)
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    return Sample(len(ids) / took, 1e6 * spent / len(ids))


async def by_hand(url: str, ids: list[str]) -> None:
    """What one writes without this package; a lost answer would be the end of it."""
    places = asyncio.Semaphore(CONCURRENCY)
    headers = {"Authorization": f"Bearer {Sandbox.api_key}"}

    async def start(campaign: str) -> str:
        async with places, session.post(f"{url}/v1/campaigns/{campaign}/start", headers=headers) as response:
            response.raise_for_status()
            status: str = (await response.json())["data"]["status"]
            return status

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        answers = await asyncio.gather(*(start(campaign) for campaign in ids))
    checked(len(answers) == len(ids))


async def launch(url: str, ids: list[str], journal: Path | None = None) -> None:
    """The same with this package."""
    async with LeadLex(Sandbox.api_key, base_url=url, plan="unlimited") as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=WEEK, journal=journal)
    checked(report.launched == len(ids))


async def launch_with_journal(url: str, ids: list[str]) -> None:
    """And with a journal on disk."""
    with tempfile.TemporaryDirectory() as folder:
        await launch(url, ids, Path(folder) / "journal.db")


# Waiting


def waiting(url: str, size: Size) -> list[Figure]:
    """Memory and the loop's longest stop while so many launches wait."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        grown, blocked = executor.submit(wait_for_all, url, size).result()
    return [
        Figure(f"memory of {size.campaigns:,} waiting launches", "MB", grown / 1e6, None, "<= 40 MB", grown <= 40e6),
        Figure("  longest time the event loop was blocked", "ms", blocked, None, "<= 20 ms", blocked <= 20),
    ]


def wait_for_all(url: str, size: Size) -> tuple[float, float]:
    """Bytes of resident memory, and milliseconds."""
    return asyncio.run(_wait_for_all(url, size))


async def _wait_for_all(url: str, size: Size) -> tuple[float, float]:
    async with LeadLex(Sandbox.api_key, base_url=url, plan="unlimited") as leadlex:
        await leadlex.users.list()  # what is loaded and connected once
        gc.collect()
        before, ids = resident(), campaigns("waiting", 0, size)
        started = asyncio.Event()

        async def consume() -> None:
            def watch(progress: object) -> None:
                if getattr(progress, "waiting", 0) == len(ids):
                    started.set()

            async for _ in leadlex.campaigns.launch_many(ids, timeout=WEEK, on_progress=watch):
                raise AssertionError("nobody decides here")

        task = asyncio.create_task(consume())
        longest = asyncio.create_task(longest_stop(started, leadlex))
        blocked = await longest
        gc.collect()
        grown = resident() - before
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return grown, 1e3 * blocked


async def longest_stop(started: asyncio.Event, leadlex: LeadLex) -> float:
    """Seconds by which a timer of 1 ms was late at most during three polls, when all are started."""
    await started.wait()
    longest, polls = 0.0, 0
    while polls < 3:
        began, sent = time.perf_counter(), leadlex.requests_sent
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - began - 0.001)
        polls += int(started.is_set() and leadlex.requests_sent > sent)
    return longest


def resident() -> float:
    """Bytes of this process in memory; Linux only."""
    return 4096 * int(Path("/proc/self/statm").read_text().split()[1])


# A plan, in virtual time


def org(size: Size) -> list[Figure]:
    """Days, requests and refusals of a large batch on an Org plan with people who take about ten minutes."""
    days, requests, refused = run_virtual(_org(size))
    name = f"Org plan, {size.org:,} campaigns"
    return [
        Figure(name, "days", days),
        Figure("  requests per campaign", "requests", requests),
        Figure("  answers 429", "", refused, None, "0", refused == 0),
    ]


async def _org(size: Size) -> tuple[float, float, float]:
    chance = random.Random(7)
    loop = asyncio.get_running_loop()
    sandbox = Sandbox(
        plan="org",
        reviewer=lambda _: Decision(after=chance.lognormvariate(6.397, 1.0)),
        now=lambda: MIDNIGHT + loop.time(),
    )
    ids = [sandbox.add_campaign() for _ in range(size.org)]
    async with sandbox.client(plan="org") as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=4 * WEEK)
    checked(report.launched == size.org)
    refused = sum(entry.status == 429 for entry in sandbox.log)
    return (sandbox.now() - MIDNIGHT) / 86_400, sandbox.count() / size.org, float(refused)


if __name__ == "__main__":
    main()
