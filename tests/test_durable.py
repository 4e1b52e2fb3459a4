"""Durable launches on SQLite: a whole batch, a death in the middle of it, pushed decisions, doubles, refusals."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from durable_replica import PATIENCE, replica, tasks_of

from leadlex_async import (
    AuthenticationError,
    ClientClosed,
    ConfigurationError,
    JournalError,
    LaunchTicket,
    LeadLex,
    NotFound,
    Outcome,
    Plan,
    ValidationError,
    WebhookEvent,
)
from leadlex_async.durable import DurableLaunches
from leadlex_async.durable.course import launch_from
from leadlex_async.durable.database import Database, checked_url
from leadlex_async.durable.starts import Log, Starts
from leadlex_async.durable.work import News, Work
from leadlex_async.sandbox import Fault, Sandbox, approve_after, dismiss_after

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from pathlib import Path

    from leadlex_async._http.wire import JSONValue
    from leadlex_async.sandbox import Decision
    from leadlex_async.sandbox.tasks import TaskRow

START = "POST /v1/campaigns/{id}/start"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The URL of a database that does not exist yet."""
    return f"sqlite:///{tmp_path}/launches.sqlite"


@pytest.fixture
async def durable(leadlex: LeadLex, database: str) -> AsyncIterator[DurableLaunches]:
    """Durable launches on the sandbox."""
    async with DurableLaunches(leadlex, database=database) as durable:
        yield durable


@asynccontextmanager
async def worker(leadlex: LeadLex, database: str) -> AsyncGenerator[Work]:
    """The steps of a replica, without DBOS."""
    opened = await Database.open(checked_url(database))
    try:
        core = leadlex._core  # pyright: ignore[reportPrivateUsage] - the steps are tested by themselves
        yield Work(core, leadlex.approvals, opened, Starts(opened), 0.0)
    finally:
        await opened.aclose()


# A batch


async def test_a_batch_is_launched_and_reported(sandbox: Sandbox, durable: DurableLaunches) -> None:
    """Each campaign once, however it ends, and why it could not be started, even if the call is repeated."""

    def review(task: TaskRow) -> Decision:
        return dismiss_after(0.1, "no") if task.campaign_id == ids[1] else approve_after(0.1)

    ids = [sandbox.add_campaign(recipients=150) for _ in range(3)]
    small = sandbox.add_campaign(recipients=10)
    sandbox.reviewer, sandbox.execution = review, 3600.0
    given = [*ids, small, "unknown", ids[0]]
    batch = await durable.launch(given, timeout=600, batch_id="autumn")
    again, empty = await durable.launch(given, timeout=600, batch_id="autumn"), await durable.launch([], timeout=None)
    report = await durable.result(batch, timeout=PATIENCE)
    results = {result.campaign_id: result for result in report.results}
    assert [results[each].result for each in ids] == ["approved", "dismissed", "approved"]
    assert results[small].result == Outcome.AUTO_STARTED
    assert isinstance(results["unknown"].error, NotFound)
    assert (batch, again, report.duplicates, report.launched) == ("autumn", "autumn", 1, 3)
    assert (await durable.result(empty, timeout=PATIENCE)).results == ()
    assert report.requests >= 5
    assert {*sandbox.starts.values()} == {1}
    assert {ticket.campaign_id for ticket in await durable.tickets(batch)} == {*ids, small}
    launch = results[ids[0]].launch
    assert launch is not None
    assert launch.waited > 0
    assert launch.polls >= 1


async def test_pushed_decisions_end_launches_without_a_poll(sandbox: Sandbox, durable: DurableLaunches) -> None:
    """A verified push is enough, even if no list shows it; a repeated or a foreign one changes nothing."""
    sandbox.list_cap = 0  # so that no poll can find anything
    batch = await durable.launch([sandbox.add_campaign(), sandbox.add_campaign()], timeout=600)
    first, second = await tasks_of(sandbox, 2)
    async with asyncio.timeout(PATIENCE):
        # The ticket is in the database a moment after the task is in the sandbox.
        while not await durable.feed(pushed("task.dismissed", "d1", task={"id": first.id})):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert await durable.feed(pushed("task.dismissed", "d1", task={"id": first.id})) == 1
    assert await durable.feed(pushed("task.approved", "d2", task={"id": "another"})) == 0
    assert await durable.feed(pushed("deal.created", "d3", deal={"id": "d"})) == 0
    told: dict[str, JSONValue] = {"id": second.id, "metadata": {"campaign_id": second.campaign_id}}
    assert await durable.feed(pushed("task.approved", "d4", task=told)) == 1
    report = await durable.result(batch, timeout=PATIENCE)
    ends = {result.campaign_id: result.result for result in report.results}
    assert ends == {first.campaign_id: "dismissed", second.campaign_id: "approved"}


def pushed(event: str, delivery_id: str, **data: dict[str, JSONValue]) -> WebhookEvent:
    """A verified delivery of just now."""
    later = datetime.now(UTC) + timedelta(seconds=60)
    return WebhookEvent(event=event, delivery_id=delivery_id, occurred_at=later, data={**data})


async def test_a_batch_can_be_cancelled(sandbox: Sandbox, durable: DurableLaunches) -> None:
    """It ends with an error, and what was started is told."""
    batch = await durable.launch([sandbox.add_campaign()], timeout=None)
    (task,) = await tasks_of(sandbox, 1)
    await durable.cancel(batch)
    with pytest.raises(JournalError, match="cancelled"):
        await durable.result(batch, timeout=PATIENCE)
    assert [ticket.campaign_id for ticket in await durable.tickets(batch)] == [task.campaign_id]


# Deaths


async def test_a_batch_goes_on_after_kill_9(tmp_path: Path, database: str) -> None:
    """Killed while answers are on their way, and started again: all are decided, none was started twice."""
    async with Sandbox(latency=0.3, reviewer=approve_after(0.2)) as sandbox:
        ids = [sandbox.add_campaign() for _ in range(250)]
        async with replica(sandbox, database, "one", batch=("autumn", *ids)) as process:
            await tasks_of(sandbox, 50)
            process.kill()
            await process.wait()
        assert len(sandbox.tasks) < len(ids), tmp_path
        sandbox.latency = 0.0
        async with (
            sandbox.client() as leadlex,
            DurableLaunches(leadlex, database=database, executor_id="one") as durable,
        ):
            report = await durable.result("autumn", timeout=PATIENCE)
        assert report.launched == len(ids)
        assert sandbox.starts == Counter(ids)


async def test_two_runs_of_one_portion_start_each_campaign_once(
    sandbox: Sandbox, leadlex: LeadLex, database: str
) -> None:
    """As when a replica that seemed dead lives: whoever writes the intent first sends, the other one joins."""
    ids = [sandbox.add_campaign() for _ in range(5)]
    async with worker(leadlex, database) as one, worker(leadlex, database) as other:
        ends = await asyncio.gather(one.start("b", ids), other.start("b", ids))
        again = await one.start("b", ids)
    assert sum(entry.operation == START for entry in sandbox.log) == len(ids)
    assert {len(each.tickets) for each in (*ends, again)} == {len(ids)}


async def test_a_start_whose_answer_nobody_heard_is_joined(sandbox: Sandbox, leadlex: LeadLex, database: str) -> None:
    """The intent of a process that died leads to the launch, without a second start."""
    ticket = await leadlex.approvals.begin(sandbox.add_campaign())
    dead = await Database.open(checked_url(database))
    await Log(dead, "b", "token").intend(attrs.evolve(ticket, task_id=None, status=None))
    await dead.aclose()
    async with sandbox.client() as another, worker(another, database) as alive:
        found = await alive.start("b", [ticket.campaign_id])
    assert [LaunchTicket.from_json(each).task_id for each in found.tickets] == [ticket.task_id]
    assert sandbox.starts == Counter([ticket.campaign_id])


async def test_a_launch_that_nobody_decides_times_out(sandbox: Sandbox, leadlex: LeadLex, database: str) -> None:
    """Time counts from the start, and the launch goes on at LeadLex."""
    ticket = await leadlex.approvals.begin(sandbox.add_campaign())
    news = News(rounds=4, joined=True, pushes=0, queued=0)
    async with worker(leadlex, database) as work:
        early = await work.look("b", [ticket], news, timeout=3600)
        await asyncio.sleep(1.1)
        late = await work.look("b", [ticket], news, timeout=1)
    assert (early.ended, early.pause >= 2) == ((), True)
    ((campaign_id, launch),) = late.ended
    ended = launch_from(launch)
    assert campaign_id == ended.campaign_id == ticket.campaign_id
    assert (ended.outcome, ended.noticed_at, ended.polls) == (Outcome.TIMED_OUT, None, 5)


# What holds a batch up


async def test_a_spent_day_and_a_refused_key_leave_starts_for_later(
    leadlex: LeadLex, sandbox: Sandbox, database: str
) -> None:
    """They are no matter of one campaign: it comes back unsent, with the time to wait."""
    ids = [sandbox.add_campaign() for _ in range(3)]
    sandbox.fault(Fault("status", START, status=401, times=2))
    async with worker(leadlex, database) as work:
        refused = await work.start("b", ids)
    assert (len(refused.tickets), len(refused.rest), refused.failed) == (1, 2, ())
    assert refused.pause > 60
    async with Sandbox(plan=Plan(None, 4)) as small, small.client() as other, worker(other, f"{database}2") as work:
        spent = await work.start("b", [small.add_campaign() for _ in range(6)])
    assert spent.rest
    assert not spent.failed
    assert len(spent.tickets) + len(spent.rest) == 6
    assert spent.pause > 1


# Misuse


@pytest.mark.parametrize("url", ["sqlite://", "mysql://root:secret@host/db", "launches.sqlite", ""])
async def test_another_database_is_refused(leadlex: LeadLex, url: str) -> None:
    """The error names what is taken, and no password."""
    with pytest.raises(ConfigurationError, match="database is a URL") as caught:
        DurableLaunches(leadlex, database=url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/x.sqlite", "postgresql://me:secret@127.0.0.1:1/db"])
async def test_a_database_that_cannot_be_used_is_an_error_of_ours(leadlex: LeadLex, url: str) -> None:
    """In one line, without the password; and the process is free for another try."""
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="cannot be used") as caught:
            await DurableLaunches(leadlex, database=url).__aenter__()
        assert "secret" not in str(caught.value)
        assert "\n" not in str(caught.value)


async def test_a_refused_key_is_told_at_once(sandbox: Sandbox, leadlex: LeadLex, database: str) -> None:
    """Before anything is opened."""
    sandbox.fault(Fault("status", status=401))
    with pytest.raises(AuthenticationError):
        await DurableLaunches(leadlex, database=database).__aenter__()


async def test_a_process_has_one_of_them(leadlex: LeadLex, database: str, durable: DurableLaunches) -> None:
    """DBOS is one in a process; a block that was not entered does nothing; and what is no batch is refused."""
    other = DurableLaunches(leadlex, database=database)
    with pytest.raises(ConfigurationError, match="already"):
        await other.__aenter__()
    with pytest.raises(ClientClosed):
        await other.launch([], timeout=None)
    # An unknown id, one text for many ids, an empty id, a timeout that is none:
    with pytest.raises(ValidationError, match="no batch"):
        await durable.result("nothing")
    with pytest.raises(ValidationError, match="not one text"):
        await durable.launch("c-1", timeout=None)
    with pytest.raises(ValidationError, match="non-empty"):
        await durable.launch([""], timeout=None)
    with pytest.raises(ValidationError, match="timeout"):
        await durable.launch([], timeout=-1)


async def test_without_the_extra_the_error_says_how_to_get_it() -> None:
    """The module can be imported; what needs DBOS says so."""
    program = (
        "import sys; sys.modules['dbos'] = None\n"
        "from leadlex_async import ConfigurationError, LeadLex\n"
        "from leadlex_async.durable import DurableLaunches\n"
        "try: DurableLaunches(LeadLex('wbk_x'), database='sqlite:///x.sqlite')\n"
        "except ConfigurationError as error: print(error)\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert 'pip install "leadlex_async[durable]"' in out.decode()
