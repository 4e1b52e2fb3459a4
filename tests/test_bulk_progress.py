"""What a bulk launch tells on its way, and how it goes on from its journal."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import pytest
from support import in_process, others, settled, virtual
from test_bulk import START, drafts, started_once

from leadlex_async import Outcome, ValidationError
from leadlex_async.bulk.report import LaunchProgress
from leadlex_async.sandbox import Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from leadlex_async.bulk.launches import Launches

Told: TypeAlias = list[LaunchProgress]
DAY = 86_400.0


class Broke(Exception):
    """What a listener of a test raises."""


def check(told: Told, total: int) -> None:
    """Counters only grow, and never beyond what there is."""
    for before, after in pairwise(told):
        assert before.started <= after.started
        assert before.done <= after.done
        assert before.requests <= after.requests
    for progress in told:
        assert progress.total == total
        assert 0 <= progress.waiting <= total
        assert progress.done + progress.waiting <= total
        assert progress.done == progress.decided + progress.failed
    named = [progress.latest.campaign_id for progress in told if progress.latest is not None]
    assert len(named) == len(set(named)) == told[-1].done == total


async def count(launches: Launches, results: Counter[str]) -> None:
    """Read all results and count them by campaign."""
    async for result in launches:
        results[result.campaign_id] += 1


@virtual
async def test_counters_agree() -> None:
    """Each event's counters fit together, each result is the latest once, and the last event tells the end."""
    sandbox = Sandbox(plan="org", reviewer=approve_after(90))
    told: Told = []
    ids = [*drafts(sandbox, 40), "nowhere", *drafts(sandbox, 10, recipients=10)]
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600, on_progress=told.append)
    check(told, 51)
    last = told[-1]
    assert (last.started, last.waiting, last.decided, last.failed) == (50, 0, 50, 1)
    assert last.requests == report.requests == sandbox.count()
    assert last.quota is not None
    assert all(progress.starts_end_at is not None and progress.paused_until is None for progress in told)


@virtual
async def test_a_generator_has_no_total() -> None:
    """Where nobody knows how many there are, no total and no end of the starts is told."""
    sandbox = Sandbox()
    told: Told = []
    ids = drafts(sandbox, 3, recipients=10)
    async with in_process(sandbox) as leadlex:
        await leadlex.campaigns.launch_all(iter(ids), timeout=60, on_progress=told.append)
    assert {(progress.total, progress.starts_end_at) for progress in told} == {(None, None)}


@pytest.mark.parametrize("error", [Broke, asyncio.CancelledError, StopIteration])
@pytest.mark.parametrize("number", [1, 2, 5, 9])
@virtual
async def test_a_listener_that_raises_ends_the_batch(tmp_path: Path, error: type[BaseException], number: int) -> None:
    """What ``on_progress`` raises reaches the caller; no campaign has two results and none is lost."""
    sandbox, journal = Sandbox(reviewer=approve_after(60)), tmp_path / "journal"
    ids, results = drafts(sandbox, 5), Counter[str]()
    told: Told = []

    def listen(progress: LaunchProgress) -> None:
        told.append(progress)
        if len(told) == number:
            raise error

    async with in_process(sandbox) as leadlex:
        launches = leadlex.campaigns.launch_many(ids, timeout=3_600, journal=journal, on_progress=listen)
        with pytest.raises((Broke, RuntimeError)):
            await count(launches, results)
        await settled()
        assert not others()
        assert max(results.values(), default=0) <= 1
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal)
    assert report.launched == 5
    assert started_once(sandbox, ids)


@virtual
async def test_a_listener_must_be_plain() -> None:
    """An async function would never be awaited, so it is refused before anything is sent."""

    async def listen(_: LaunchProgress) -> None:
        pass

    async with in_process(sandbox := Sandbox()) as leadlex:
        with pytest.raises(ValidationError, match="on_progress"):
            leadlex.campaigns.launch_many(drafts(sandbox, 1), timeout=60, on_progress=listen)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - the mistake
    assert sandbox.count() == 0


@virtual
async def test_decided_campaigns_take_no_request(tmp_path: Path) -> None:
    """Launched again with the same journal, all is told in the old order without a request."""
    sandbox, journal = Sandbox(reviewer=approve_after(60)), tmp_path / "journal"
    ids = drafts(sandbox, 20)
    async with in_process(sandbox) as leadlex:
        first = await leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal)
    requests = sandbox.count()
    async with in_process(sandbox) as leadlex:
        for given in (ids, None):
            again = await leadlex.campaigns.launch_all(given, timeout=3_600, journal=journal)
            assert again.requests == 0
            known = {result.campaign_id: result.launch for result in first.results}
            assert {result.campaign_id: result.launch for result in again.results} == known
            assert all(result.from_journal for result in again.results)
    assert [result.campaign_id for result in again.results] == [result.campaign_id for result in first.results]
    assert sandbox.count() == requests


@virtual
async def test_timeouts_stay_open(tmp_path: Path) -> None:
    """Who was not decided in time is told so, and waited for again by the next run, without another start."""
    sandbox, journal = Sandbox(reviewer=approve_after(500), execution=DAY), tmp_path / "journal"
    ids = drafts(sandbox, 4)
    async with in_process(sandbox) as leadlex:
        first = await leadlex.campaigns.launch_all(ids, timeout=60, journal=journal)
        assert first.outcomes == {Outcome.TIMED_OUT: 4}
        second = await leadlex.campaigns.launch_all(None, timeout=3_600, journal=journal)
    assert second.outcomes == {Outcome.APPROVED: 4}
    assert started_once(sandbox, ids)
    assert sandbox.count(START) == 4


@virtual
async def test_the_journal_alone_goes_on(tmp_path: Path) -> None:
    """Without ids all that the journal knows is told, the decided first, and the total with it."""
    sandbox, journal = Sandbox(reviewer=approve_after(500), execution=DAY), tmp_path / "journal"
    told: Told = []
    ids = drafts(sandbox, 6, recipients=10)[:3] + drafts(sandbox, 3)
    async with in_process(sandbox) as leadlex:
        await leadlex.campaigns.launch_all(ids, timeout=60, journal=journal)
        report = await leadlex.campaigns.launch_all(None, timeout=3_600, journal=journal, on_progress=told.append)
    assert [result.from_journal for result in report.results] == [True] * 3 + [False] * 3
    assert {progress.total for progress in told} == {6}
    assert report.launched == 6


@virtual
async def test_refused_campaigns_are_tried_again(tmp_path: Path) -> None:
    """A campaign that could not be started is not in the journal: the next run may have better luck."""
    sandbox, journal = Sandbox(), tmp_path / "journal"
    async with in_process(sandbox) as leadlex:
        first = await leadlex.campaigns.launch_all(["late-one"], timeout=60, journal=journal)
        assert [result.result for result in first.results] == ["NotFound"]
        assert not (await leadlex.campaigns.launch_all(None, timeout=60, journal=journal)).results
        sandbox.add_campaign(recipients=10, id="late-one")
        second = await leadlex.campaigns.launch_all(["late-one"], timeout=60, journal=journal)
    assert second.launched == 1


@virtual
async def test_a_slow_reader_is_not_run_over(tmp_path: Path) -> None:
    """Results of an earlier run wait in the journal and not in memory, and all of them come."""
    sandbox, journal = Sandbox(), tmp_path / "journal"
    ids = drafts(sandbox, 1_500, recipients=10)
    async with in_process(sandbox) as leadlex:
        await leadlex.campaigns.launch_all(ids, timeout=60, journal=journal)
        told: list[int] = []
        note: Callable[[LaunchProgress], None] = lambda progress: told.append(progress.done)  # noqa: E731 - its type
        results: list[str] = []
        async with leadlex.campaigns.launch_many(None, timeout=60, journal=journal, on_progress=note) as launches:
            async for result in launches:
                results.append(result.campaign_id)
                if len(results) == 1:
                    await asyncio.sleep(1_000)
                    assert told[-1] <= 1_001
    assert sorted(results) == sorted(ids)
