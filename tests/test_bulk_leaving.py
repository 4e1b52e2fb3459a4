"""A bulk launch left early, at any moment and in any way: nothing left running, nothing lost from the journal."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from support import in_process, others, settled, virtual
from test_bulk import START, drafts, started_once
from test_cancellation import CancelledAt

from leadlex_async.errors import JournalError
from leadlex_async.sandbox import Fault, Sandbox, approve_after
from leadlex_async.testing import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
    from pathlib import Path

    from leadlex_async import LeadLex
    from leadlex_async.bulk.launches import Launches

    Leave = Callable[[Launches], Awaitable[None]]


class Left(Exception):
    """What a loop body of a test raises."""


def rows(journal: Path) -> dict[str, str]:
    """The campaigns in a journal that nobody has open, and their states."""
    if not journal.exists():
        return {}
    with closing(sqlite3.connect(journal)) as connection:
        return dict(connection.execute("SELECT campaign_id, state FROM launches").fetchall())


def kept(sandbox: Sandbox, journal: Path) -> bool:
    """Whether all that took effect is in the journal."""
    return sandbox.starts.keys() <= rows(journal).keys()


async def goes_on(sandbox: Sandbox, journal: Path, ids: list[str]) -> None:
    """Launched again with the journal, each campaign is launched, and was started once."""
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=36_000, journal=journal)
    assert sorted(result.campaign_id for result in report.results if result.launched) == sorted(ids)
    assert started_once(sandbox, ids)
    assert set(rows(journal).values()) == {"decided"}


async def by_break(launches: Launches) -> None:
    """Leave after two results."""
    count = 0
    async for _ in launches:
        count += 1
        if count == 2:
            break


async def by_aclose(launches: Launches) -> None:
    """Close after two results."""
    await anext(launches)
    await anext(launches)
    await launches.aclose()


async def by_context(launches: Launches) -> None:
    """Leave the context after one result."""
    async with launches:
        await anext(launches)


async def by_error(launches: Launches) -> None:
    """Raise in the loop's body."""
    with suppress(Left):
        async for _ in launches:
            raise Left


async def by_timeout(launches: Launches) -> None:
    """Be cancelled while no result has come yet."""
    with suppress(TimeoutError):
        async with asyncio.timeout(1.5):
            async for _ in launches:
                pytest.fail("nobody has decided yet")


@pytest.mark.parametrize("leave", [by_break, by_aclose, by_context, by_error, by_timeout])
@virtual
async def test_leaving_early(tmp_path: Path, leave: Leave) -> None:
    """However the iteration is left, nothing goes on in the background, and the journal has all that was sent."""
    sandbox, journal = Sandbox(latency=1, reviewer=approve_after(600)), tmp_path / "journal"
    ids = drafts(sandbox, 150)
    async with in_process(sandbox) as leadlex:
        await leave(leadlex.campaigns.launch_many(ids, timeout=3_600, journal=journal))
        await asyncio.sleep(6)  # what is on its way is heard for up to 5 s
        assert not others()
        requests = sandbox.count()
        await asyncio.sleep(600)
        assert sandbox.count() == requests
    assert sandbox.starts
    assert kept(sandbox, journal)
    await goes_on(sandbox, journal, ids)


@pytest.mark.parametrize("moment", [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 60.0, 62.0])
@pytest.mark.parametrize("times", [1, 2, 3])
@virtual
async def test_cancelled_again_and_again(tmp_path: Path, moment: float, times: int) -> None:
    """Who does not wait for the answers leaves at once, and the journal is closed and whole even so."""
    sandbox, journal = Sandbox(latency=1, reviewer=approve_after(60)), tmp_path / "journal"
    ids = drafts(sandbox, 120)
    async with in_process(sandbox) as leadlex:
        launching = asyncio.ensure_future(leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal))
        await asyncio.sleep(moment)
        for _ in range(times):
            launching.cancel()
            await settled()
        await asyncio.wait({launching})
        assert launching.cancelled()
        await settled()
        assert not others()
        assert kept(sandbox, journal)
    await goes_on(sandbox, journal, ids)


@virtual
async def test_cancelled_at_every_await(tmp_path: Path) -> None:
    """The consumer is cancelled at its 1st, 2nd ... await until it runs through."""
    reached, number = True, 0
    while reached:
        number += 1
        sandbox, journal = Sandbox(latency=0.1, reviewer=approve_after(60)), tmp_path / f"journal-{number}"
        sandbox.fault(Fault("reset", START, when="after", skip=1))
        ids = drafts(sandbox, 3)
        async with in_process(sandbox) as leadlex:
            work = CancelledAt(leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal), number)
            launching = asyncio.ensure_future(_await(work))
            await asyncio.wait({launching})
            reached = work.reached
            assert launching.cancelled() == reached
            await settled()
            assert not others()
        assert kept(sandbox, journal)
        await goes_on(sandbox, journal, ids)
    assert number > 5


async def _await(work: Awaitable[object]) -> None:
    await work


@pytest.mark.parametrize("closing_client", [True, False])
@pytest.mark.parametrize("moment", [0.5, 1.5, 70.0])
def test_the_program_ends_right_after_a_break(tmp_path: Path, moment: float, *, closing_client: bool) -> None:
    """A loop left as the last thing a program does: asyncio ends it, and nothing is lost or complained of."""
    sandbox, journal = Sandbox(latency=1, reviewer=approve_after(60)), tmp_path / "journal"
    ids = drafts(sandbox, 120)
    complaints: list[object] = []

    async def first(leadlex: LeadLex) -> None:
        async for _ in leadlex.campaigns.launch_many(ids, timeout=3_600, journal=journal):
            break

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        leadlex = in_process(sandbox)
        asyncio.get_running_loop().call_later(moment, _cancel, asyncio.current_task())
        try:
            await first(leadlex)
        finally:
            if closing_client:
                await leadlex.aclose()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        try:
            runner.run(main())
        except asyncio.CancelledError:
            assert moment < 60
    assert complaints == []
    assert kept(sandbox, journal)
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(goes_on(sandbox, journal, ids))


def _cancel(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()


@virtual
async def test_streamed_ids_are_closed(tmp_path: Path) -> None:
    """An async iterable of ids that is left in the middle is not left waiting."""
    sandbox = Sandbox(reviewer=approve_after(5))
    ids, ended = drafts(sandbox, 50), asyncio.Event()

    async def stream(ids: Iterable[str]) -> AsyncIterator[str]:
        try:
            for each in ids:
                await asyncio.sleep(1)
                yield each
        finally:
            ended.set()

    async with in_process(sandbox) as leadlex:
        async for _ in leadlex.campaigns.launch_many(stream(ids), timeout=60, journal=tmp_path / "journal"):
            break
        await asyncio.sleep(6)
        assert ended.is_set()
        assert not others()


@virtual
async def test_never_iterated(tmp_path: Path) -> None:
    """A launch that nobody iterates sends nothing, makes no file and needs no closing."""
    sandbox, journal = Sandbox(), tmp_path / "journal"
    async with in_process(sandbox) as leadlex:
        leadlex.campaigns.launch_many(drafts(sandbox, 2), timeout=60, journal=journal)
        async with leadlex.campaigns.launch_many(drafts(sandbox, 2), timeout=60, journal=journal):
            pass
    assert (sandbox.count(), journal.exists(), others()) == (0, False, [])


@virtual
async def test_the_journal_is_free_again(tmp_path: Path) -> None:
    """While one batch has the journal no other gets it; once left, the next one does."""
    sandbox, journal = Sandbox(reviewer=approve_after(60)), tmp_path / "journal"
    ids = drafts(sandbox, 3)
    async with in_process(sandbox) as leadlex:
        async with leadlex.campaigns.launch_many(ids, timeout=3_600, journal=journal) as launches:
            await anext(launches)
            with pytest.raises(JournalError, match="open already"):
                await leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal)
        assert not others()
    await goes_on(sandbox, journal, ids)
