"""What this package costs on top of aiohttp: requests, CPU, import time, memory.

    python benchmarks/overhead.py [--json] [--quick]

The client beside aiohttp and the standard library's json as one would write it by hand, on the same local server (a
process of its own, canned answers), in turn in the same run. Figures are medians over the rounds; ``paired`` is the
median of the rounds' own ratios, by which aims are judged: it hardly minds a machine that is slow for a while. Memory
is that of tasks in ``approvals.wait``, on the sandbox in process; RSS is read on Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import aiohttp
from _server import SAME, TASKS, server
from attrs import asdict, define, frozen

from leadlex_async import LeadLex
from leadlex_async.approvals.reader import Reader
from leadlex_async.models.lexi import LexiTaskStatus
from leadlex_async.sandbox import Sandbox
from leadlex_async.testing import run_virtual

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

KEY = "wbk_benchmark_0123456789abcdefghijklmnopqrstuv"
CAMPAIGNS = tuple(f"cccccccc-0000-4000-8000-{number:012x}" for number in range(2_000))
HEADERS = {"Authorization": f"Bearer {KEY}", "Accept": "application/json", "User-Agent": "by hand"}
WEEK = 7 * 86_400.0


@frozen
class Size:
    """How much is measured."""

    rounds: int = 25
    requests: int = 1_000
    ticks: int = 80
    imports: int = 15
    waiters: int = 10_000


QUICK = Size(rounds=5, requests=500, ticks=40, imports=5, waiters=1_000)


@frozen
class Aim:
    """What a figure should be: the figure itself, or ``relative`` the ratio to that of raw aiohttp."""

    sign: Literal["<=", ">="]
    bound: float
    relative: bool = True

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:,g}{'x' if self.relative else ''}"

    def met(self, value: float) -> bool:
        """Whether a value is good enough."""
        return value <= self.bound if self.sign == "<=" else value >= self.bound


@define
class Figure:
    """One line of the table."""

    name: str
    unit: str
    ours: float
    raw: float | None = None
    ratio: float | None = None
    paired: float | None = None
    aim: str | None = None
    met: bool | None = None


@frozen
class Sample:
    """One round of one side: calls a second, and CPU microseconds of this process a call."""

    rate: float
    cpu: float


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    options = parser.parse_args()
    size = QUICK if options.quick else Size()
    with server() as url:
        figures = asyncio.run(requests(url, size))
    figures += [*imports(size), *memory(size)]
    if options.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=1))
    else:
        show(figures)


# Requests


async def requests(url: str, size: Size) -> list[Figure]:
    """Starts at three concurrencies, and the poll loop's list of pending tasks."""
    async with aiohttp.ClientSession() as session, LeadLex(KEY, base_url=url, plan="unlimited") as leadlex:
        figures: list[Figure] = []
        campaigns = itertools.cycle(CAMPAIGNS)

        def ours() -> Awaitable[object]:
            return leadlex.campaigns.start(next(campaigns))

        def raw() -> Awaitable[object]:
            return start_by_hand(session, url, next(campaigns))

        for concurrency in (1, 50, 500):
            count = size.requests if concurrency > 1 else size.requests // 2
            samples = await alternate(ours, raw, size.rounds, count, concurrency)
            figures += describe_starts(concurrency, *samples)
        return figures + [await lists(session, url, path, size) for path in ("", SAME)]


async def start_by_hand(session: aiohttp.ClientSession, url: str, campaign: str) -> Mapping[str, object]:
    """What one writes without this package."""
    async with session.post(f"{url}/v1/campaigns/{campaign}/start", headers=HEADERS) as response:
        return checked(response, await response.read())


async def list_by_hand(session: aiohttp.ClientSession, url: str) -> Mapping[str, object]:
    """What one writes without this package."""
    async with session.get(f"{url}/v1/lexi/tasks", params={"status": "pending"}, headers=HEADERS) as response:
        payload = checked(response, await response.read())
    return {task["id"]: task for task in payload["data"]["tasks"]}


def checked(response: aiohttp.ClientResponse, body: bytes) -> dict[str, dict[str, list[dict[str, str]]]]:
    """The parsed body of a success."""
    if response.status >= 300:
        raise RuntimeError(f"the server answered {response.status}")
    parsed: dict[str, dict[str, list[dict[str, str]]]] = json.loads(body)
    return parsed


async def lists(session: aiohttp.ClientSession, url: str, path: str, size: Size) -> Figure:
    """One list after the other, as the poll loop reads them: each scanned, or known from the last time."""
    async with LeadLex(KEY, base_url=url + path, plan="unlimited") as leadlex:
        reader = Reader(leadlex._core)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the loop's own way to read

        async def ours() -> object:
            listing = await reader.tasks(LexiTaskStatus.PENDING)
            reader.forget()
            return listing

        samples = await alternate(ours, partial(list_by_hand, session, url + path), size.rounds, size.ticks, 1)
    name = f"list of {TASKS} tasks, {'the same each time' if path else 'changing'}"
    return compare(name, "lists/s", *map(rates, samples), aim=None if path else Aim(">=", 1.2))


async def alternate(
    ours: Callable[[], Awaitable[object]],
    raw: Callable[[], Awaitable[object]],
    rounds: int,
    count: int,
    concurrency: int,
) -> tuple[list[Sample], list[Sample]]:
    """So many rounds of both in turn, after a warm-up of each."""
    for call in (ours, raw):
        await measure(call, count // 4, concurrency)
    pairs = [(await measure(ours, count, concurrency), await measure(raw, count, concurrency)) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


async def measure(call: Callable[[], Awaitable[object]], count: int, concurrency: int) -> Sample:
    """Do about ``count`` calls, so many at a time."""
    each = max(1, count // concurrency)

    async def worker() -> None:
        for _ in range(each):
            await call()

    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    return Sample(rate=each * concurrency / took, cpu=1e6 * cpu / (each * concurrency))


def describe_starts(concurrency: int, ours: list[Sample], raw: list[Sample]) -> list[Figure]:
    """Throughput and CPU of starts; the aims are about 50 at a time."""
    fast, cheap = (Aim(">=", 0.95), Aim("<=", 1.25)) if concurrency == 50 else (None, None)
    return [
        compare(f"start, {concurrency} at a time", "req/s", rates(ours), rates(raw), aim=fast),
        compare(f"  CPU of the client, {concurrency} at a time", "µs/req", costs(ours), costs(raw), aim=cheap),
    ]


def rates(samples: list[Sample]) -> list[float]:
    """Calls a second."""
    return [sample.rate for sample in samples]


def costs(samples: list[Sample]) -> list[float]:
    """CPU microseconds a call."""
    return [sample.cpu for sample in samples]


def compare(name: str, unit: str, ours: list[float], raw: list[float], *, aim: Aim | None = None) -> Figure:
    """One line out of the rounds of both sides."""
    left, right = statistics.median(ours), statistics.median(raw)
    paired = statistics.median(one / other for one, other in zip(ours, raw, strict=True))
    return judged(Figure(name, unit, left, right, left / right, paired), aim)


def judged(figure: Figure, aim: Aim | None) -> Figure:
    """The same line, with whether it is what it should be."""
    if aim is not None:
        value = figure.paired if aim.relative else figure.ours
        figure.aim, figure.met = str(aim), value is not None and aim.met(value)
    return figure


# Imports


def imports(size: Size) -> list[Figure]:
    """Milliseconds to import the package, and its client beside aiohttp, each in fresh interpreters in turn."""
    statements = ("import leadlex_async", "from leadlex_async import LeadLex", "import aiohttp")
    rounds = [[import_time(statement) for statement in statements] for _ in range(size.imports)]
    package, client, raw = (list(times) for times in zip(*rounds, strict=True))
    return [
        judged(Figure(statements[0], "ms", statistics.median(package)), Aim("<=", 30, relative=False)),
        compare(f"{statements[1]} / {statements[2]}", "ms", client, raw, aim=Aim("<=", 1.15)),
    ]


def import_time(statement: str) -> float:
    """Milliseconds that a statement takes in a fresh interpreter."""
    code = f"import time; began = time.perf_counter(); {statement}; print(time.perf_counter() - began)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    return 1000 * float(run.stdout)


# Memory


def memory(size: Size) -> list[Figure]:
    """Bytes per task that waits for an approval, beside a task that waits for a future."""
    figures: list[Figure] = []
    for how in ("tracemalloc", "RSS"):
        ours, raw = (fresh(grown, how, kind, size.waiters) for kind in ("waiter", "bare"))
        figure = Figure(f"one of {size.waiters:,} waiters / of bare tasks, {how}", "bytes", ours, raw)
        figure.ratio = ours / raw if raw else None
        figures.append(judged(figure, Aim("<=", 2_560, relative=False)))
    return figures


def fresh(function: Callable[[str, str, int], float], *arguments: str | int) -> float:
    """Call a function in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(function, *arguments).result()  # type: ignore[arg-type]


def grown(how: str, kind: str, count: int) -> float:
    """Bytes by which this process grows for each of ``count`` tasks that wait."""
    main = waiters(how, count) if kind == "waiter" else bare(how, count)
    return run_virtual(main) / count


async def waiters(how: str, count: int) -> float:
    """All that waiting takes: tickets and the sandbox's side were there before."""
    sandbox = Sandbox()
    async with LeadLex(
        sandbox.api_key, base_url=sandbox.url, transport=sandbox.transport(), plan="unlimited"
    ) as leadlex:
        tickets = [await leadlex.approvals.begin(sandbox.add_campaign()) for _ in range(count)]
        await leadlex.request("GET", "/v1/lexi/tasks")  # the sandbox encodes its list and keeps it
        before = used(how)
        tasks = [asyncio.create_task(leadlex.approvals.wait(ticket, timeout=WEEK)) for ticket in tickets]
        polled = sandbox.count()
        while sandbox.count() < polled + 2:  # noqa: ASYNC110 - virtual seconds, until the loop has polled twice
            await asyncio.sleep(1)
        after = used(how)
        await dismiss(tasks)
    return after - before


async def bare(how: str, count: int) -> float:
    """The least that a waiting task takes."""
    loop = asyncio.get_running_loop()
    before = used(how)
    tasks = [asyncio.create_task(hold(loop.create_future())) for _ in range(count)]
    await asyncio.sleep(1)
    after = used(how)
    await dismiss(tasks)
    return after - before


async def hold(future: asyncio.Future[None]) -> None:
    """Wait."""
    await future


async def dismiss(tasks: Sequence[asyncio.Task[object]]) -> None:
    """End them all."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def used(how: str) -> float:
    """Bytes in use: those allocated since the first call, or the resident set."""
    gc.collect()
    if how == "tracemalloc":
        tracemalloc.start()  # does nothing the second time
        return tracemalloc.get_traced_memory()[0]
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if pages.exists() else 0


def show(figures: list[Figure]) -> None:
    """Print the table."""
    print(f"{'':54}{'':8}{'ours':>10}{'raw':>10}{'ratio':>8}{'paired':>8}  aim")
    for figure in figures:
        row = f"{figure.name:54}{figure.unit:8}{figure.ours:>10,.0f}"
        row += f"{figure.raw:>10,.0f}" if figure.raw is not None else f"{'':10}"
        row += "".join(f"{value:>8.2f}" if value is not None else f"{'':8}" for value in (figure.ratio, figure.paired))
        print(f"{row}  {figure.aim}: {'pass' if figure.met else 'miss'}" if figure.aim else row)


if __name__ == "__main__":
    main()
