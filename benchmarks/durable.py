"""What a durable batch costs beside one without DBOS.

    python benchmarks/durable.py [--json] [--quick] [--database URL]

``DurableLaunches`` on SQLite (or the PostgreSQL given) and ``campaigns.launch_all`` launch as many campaigns, in turn
in one process, on an unlimited sandbox in a process of its own; each start decides itself. Figures are CPU time of the
process, all threads, and medians over the rounds; what a round costs beyond ``launch_all`` is the median of their
own differences.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from attrs import asdict, frozen

from leadlex_async import LeadLex
from leadlex_async.durable import DurableLaunches
from leadlex_async.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterator
    from multiprocessing.connection import Connection

    from leadlex_async.bulk.report import LaunchReport

AIM = 0.3
IDLE = 10.0


@frozen
class Figure:
    """One line of the table."""

    name: str
    unit: str
    value: float
    aim: str = ""


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller rounds")
    parser.add_argument("--database", help="the URL of an empty database")
    options = parser.parse_args()
    rounds, size = (2, 1_000) if options.quick else (5, 4_000)
    with tempfile.TemporaryDirectory() as folder, sandbox_server() as url:
        database = options.database or f"sqlite:///{Path(folder, 'launches.sqlite')}"
        figures = asyncio.run(measured(url, database, rounds, size))
    if options.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=1))
        return
    for each in figures:
        print(f"{each.name:<52}{each.value:>10,.2f} {each.unit:<6} {each.aim}")


async def measured(url: str, database: str, rounds: int, size: int) -> list[Figure]:
    """The rounds, after one that warms up."""
    ids = (f"c-{number}" for number in count())
    async with replica(url, database) as (leadlex, durable):
        await by_dbos(durable, ids, size // 10)
        await by_itself(leadlex, ids, size // 10)
        pairs = [(await by_dbos(durable, ids, size), await by_itself(leadlex, ids, size)) for _ in range(rounds)]
        began = time.process_time()
        await asyncio.sleep(IDLE)
        idle = (time.process_time() - began) / IDLE
    kind = database.partition(":")[0]
    beyond = statistics.median(dbos - itself for dbos, itself in pairs)
    return [
        Figure(f"batch on DBOS, {kind}", "ms", statistics.median(dbos for dbos, _ in pairs)),
        Figure("launch_all", "ms", statistics.median(itself for _, itself in pairs)),
        Figure("beyond launch_all, a campaign", "ms", beyond, f"<= {AIM}: {'met' if beyond <= AIM else 'MISSED'}"),
        Figure("an idle replica, a second", "ms", 1_000 * idle),
    ]


@asynccontextmanager
async def replica(url: str, database: str) -> AsyncGenerator[tuple[LeadLex, DurableLaunches]]:
    """A client, and durable launches with another one."""
    async with (
        LeadLex(Sandbox.api_key, base_url=url) as leadlex,
        LeadLex(Sandbox.api_key, base_url=url) as other,
        DurableLaunches(other, database=database) as durable,
    ):
        yield leadlex, durable


async def by_dbos(durable: DurableLaunches, ids: Iterator[str], size: int) -> float:
    """CPU milliseconds of a durable batch, for each campaign."""
    given, began = [*islice(ids, size)], time.process_time()
    report = await durable.result(await durable.launch(given, timeout=3600))
    checked(report, size)
    return 1_000 * (time.process_time() - began) / size


async def by_itself(leadlex: LeadLex, ids: Iterator[str], size: int) -> float:
    """CPU milliseconds of a batch without DBOS, for each campaign."""
    given, began = [*islice(ids, size)], time.process_time()
    report = await leadlex.campaigns.launch_all(given, timeout=3600)
    checked(report, size)
    return 1_000 * (time.process_time() - began) / size


def checked(report: LaunchReport, size: int) -> None:
    """A figure of launches that failed would be none."""
    if report.launched != size:
        raise RuntimeError(f"not all of {size} campaigns were launched: {report}")


@contextmanager
def sandbox_server() -> Generator[str]:
    """Run a sandbox with enough campaigns and give its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield cast("str", ours.recv())
    finally:
        process.terminate()
        process.join()


def serve(pipe: Connection[str, None]) -> None:
    """Listen, and answer until this process ends."""

    async def run() -> None:
        async with Sandbox() as sandbox:
            for number in range(50_000):
                sandbox.add_campaign(recipients=10, id=f"c-{number}")
            pipe.send(sandbox.url)
            await asyncio.Event().wait()

    asyncio.run(run())


if __name__ == "__main__":
    main()
