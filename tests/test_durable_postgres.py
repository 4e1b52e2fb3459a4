"""Durable launches on a PostgreSQL that two replicas share, one of which is struck in the middle of a batch."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from durable_postgres import binaries, postgres
from durable_replica import replica, tasks_of

from leadlex_async import Plan
from leadlex_async.durable import DurableLaunches
from leadlex_async.durable.course import turns_of
from leadlex_async.durable.database import checked_url
from leadlex_async.sandbox import Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = binaries()
PATIENCE = 120.0
PLAN = Plan(4000, None)
_PORTIONS = """
    SELECT workflow_uuid, executor_id, recovery_attempts, started_at_epoch_ms FROM dbos.workflow_status
    WHERE name = 'leadlex.starts' ORDER BY started_at_epoch_ms
"""


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of a database on a server of the test's own."""
    if FOLDER is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed; on Debian: apt-get install postgresql")
    with postgres(FOLDER) as url:
        yield url


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_batch_outlives_one_of_two_replicas(database: str, blow: signal.Signals) -> None:
    """Killed, or asleep until it was taken for dead: the batch ends, nothing starts twice, and the limit is kept."""
    async with Sandbox(latency=0.3, reviewer=approve_after(0.1)) as sandbox:
        ids = [sandbox.add_campaign() for _ in range(250)]
        options = {"plan": str(PLAN.per_minute)}
        async with (
            replica(sandbox, database, "one", **options, batch=("autumn", *ids)) as one,
            replica(sandbox, database, "two", **options) as two,
        ):
            victim = {"one": one, "two": two}[await starting(database, sandbox)]
            victim.send_signal(blow)
            assert len(sandbox.starts) < len(ids)
            if blow is signal.SIGSTOP:
                await tasks_of(sandbox, len(sandbox.tasks) + 50)
                victim.send_signal(signal.SIGCONT)
            async with (
                sandbox.client(plan=PLAN) as leadlex,
                DurableLaunches(leadlex, database=database, executor_id="three", lease=3.0) as durable,
            ):
                report = await durable.result("autumn", timeout=PATIENCE)
        assert report.launched == len(report.results) == len(ids)
        assert sandbox.starts == Counter(ids)
    check_limit(portions(database), len(ids))


async def starting(database: str, sandbox: Sandbox) -> str:
    """The replica that is in the middle of a portion."""
    async with asyncio.timeout(PATIENCE):
        while True:
            began = len(sandbox.starts)
            busy = await asyncio.to_thread(portions, database)
            await asyncio.sleep(0.2)
            if began and len(sandbox.starts) > began + 1 and busy:
                return str(busy[-1].executor_id).partition("/")[0]


def portions(database: str) -> Sequence[sa.Row[tuple[str, str, int, int]]]:
    """The portions that were handed to a replica, in the order of their last turns."""
    engine = sa.create_engine(checked_url(database))
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("workflow_status", schema="dbos"):
                return []
            rows = connection.execute(sa.text(_PORTIONS)).all()
            return [row for row in rows if row.started_at_epoch_ms is not None]
    finally:
        engine.dispose()


def check_limit(handed_out: Sequence[sa.Row[tuple[str, str, int, int]]], count: int) -> None:
    """No two portions were handed out less than their turn apart, whoever got them, and one was taken over."""
    turns = turns_of(PLAN)
    assert len(handed_out) == -(-count // turns.size)
    moments = [row.started_at_epoch_ms for row in handed_out]
    assert all(later - earlier >= 1000 * turns.period - 1 for earlier, later in pairwise(moments)), moments
    assert max(row.recovery_attempts for row in handed_out) > 1
