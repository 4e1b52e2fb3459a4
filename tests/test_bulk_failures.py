"""Bulk launches in which something fails: one campaign, the network, the key, the caller's own code."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from support import in_process, others, settled, virtual
from test_bulk import START, drafts, started_once

from leadlex_async import (
    AlreadyStarted,
    Approve,
    AuthenticationError,
    ClientClosed,
    Dismiss,
    LeadLex,
    NotFound,
    Outcome,
    PermissionDenied,
    StartOutcomeUnknown,
)
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leadlex_async import LexiTask, Verdict


@virtual
async def test_one_failure_never_stops_the_others() -> None:
    """An unknown campaign and one under way are results like any other."""
    sandbox = Sandbox(reviewer=approve_after(60))
    ids = drafts(sandbox, 3)
    under_way = sandbox.add_campaign(status="active")
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all([ids[0], "nowhere", under_way, *ids[1:]], timeout=3_600)
    errors = {result.campaign_id: type(result.error) for result in report.results if result.error}
    assert errors == {"nowhere": NotFound, under_way: AlreadyStarted}
    assert (report.launched, len(report.results)) == (3, 5)
    assert set(report.failures) == {"nowhere", under_way}


@virtual
async def test_a_lost_answer_is_looked_into() -> None:
    """Starts whose answers are lost end as those that were answered."""
    sandbox = Sandbox(reviewer=approve_after(60))
    ids = drafts(sandbox, 10)
    sandbox.fault(Fault("reset", START, when="after", skip=2, times=3))
    sandbox.fault(Fault("reset", START, when="before", skip=2, times=3))
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600)
    assert report.launched == 10
    assert started_once(sandbox, ids)


@pytest.mark.parametrize("status", [429, 500])
@virtual
async def test_what_cannot_be_read_is_read_later(status: int) -> None:
    """A start whose truth could not be read for half a minute is looked into again before it is given up."""
    sandbox = Sandbox(reviewer=approve_after(60))
    ids = drafts(sandbox, 4)
    sandbox.fault(Fault("reset", START, when="after"))
    sandbox.fault(Fault("reset", START, when="before"))
    sandbox.fault(Fault("status", "GET /v1/campaigns/{id}", status=status, times=10))
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600)
    assert (report.launched, report.failures) == (4, {})
    assert started_once(sandbox, ids)


@virtual
async def test_what_stays_unclear_is_told() -> None:
    """A start of which nobody can tell is not sent again, and its result says so."""
    sandbox = Sandbox()
    ids = drafts(sandbox, 2, recipients=10)
    sandbox.fault(Fault("reset", START, when="before"))
    sandbox.fault(Fault("unknown_status", "GET /v1/campaigns/{id}", times=None))
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600)
    assert [type(result.error) for result in report.results if result.error] == [StartOutcomeUnknown]
    assert sum(sandbox.starts.values()) == 1


@virtual
async def test_ids_that_break_off(tmp_path: Path) -> None:
    """What the ids raise reaches the caller; what was started goes on from the journal."""
    sandbox, journal = Sandbox(reviewer=approve_after(60)), tmp_path / "journal"
    ids = drafts(sandbox, 5)

    def broken() -> Iterator[str]:
        yield from ids[:3]
        raise LookupError("the database is gone")

    async with in_process(sandbox) as leadlex:
        with pytest.raises(LookupError, match="gone"):
            await leadlex.campaigns.launch_all(broken(), timeout=3_600, journal=journal)
        await settled()
        assert not others()
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal)
    assert report.launched == 5
    assert started_once(sandbox, ids)


@virtual
async def test_a_reviewer_that_raises(tmp_path: Path) -> None:
    """What a reviewer raises is the result of that campaign, whose launch stays open in the journal."""
    sandbox, journal = Sandbox(), tmp_path / "journal"
    ids = drafts(sandbox, 3)

    def review(task: LexiTask) -> Verdict:
        if task.campaign_id == ids[1]:
            raise LookupError("who is this?")
        return Approve()

    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600, reviewer=review, journal=journal)
        assert report.launched == 2
        assert [result.campaign_id for result in report.results if isinstance(result.error, LookupError)] == [ids[1]]
        again = await leadlex.campaigns.launch_all(None, timeout=3_600, reviewer=lambda _: Dismiss(), journal=journal)
    assert again.outcomes == {Outcome.APPROVED: 2, Outcome.DISMISSED: 1}
    assert started_once(sandbox, ids)


@virtual
async def test_a_key_revoked_meanwhile_ends_the_batch(tmp_path: Path) -> None:
    """A refused key ends all launches with one error; with a good one they go on from the journal."""
    sandbox, journal = Sandbox(latency=1, reviewer=approve_after(600)), tmp_path / "journal"
    ids = drafts(sandbox, 300)
    key = sandbox.add_key("read", "write", "admin")
    async with LeadLex(key, base_url=sandbox.url, transport=sandbox.transport()) as leadlex:
        launching = asyncio.ensure_future(leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal))
        await asyncio.sleep(2.5)
        sandbox.store.api_keys.of(key=key)[0]["revoked_at"] = "2026-01-01T00:00:00Z"
        with pytest.raises(AuthenticationError):
            await launching
        await settled()
        assert not others()
    assert 0 < sum(sandbox.starts.values()) < 300
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal)
    assert (report.launched, len(report.results)) == (300, 300)
    assert started_once(sandbox, ids)


@pytest.mark.parametrize("known", [True, False])
@virtual
async def test_an_error_at_the_very_end_is_told(known: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """What ends the batch is raised, too, when nothing else is under way any more."""
    sandbox = Sandbox()
    ids, key = drafts(sandbox, 1), sandbox.add_key("read", "write", "admin")
    async with LeadLex(key, base_url=sandbox.url, transport=sandbox.transport()) as leadlex:
        if known:
            await leadlex.campaigns.list()
        sandbox.store.api_keys.of(key=key)[0]["revoked_at"] = "2026-01-01T00:00:00Z"
        with pytest.raises(AuthenticationError):
            await leadlex.campaigns.launch_all(ids, timeout=60)


@virtual
async def test_a_client_closed_meanwhile_ends_the_batch(tmp_path: Path) -> None:
    """Closing the client ends the iteration with ``ClientClosed``, and nothing is lost."""
    sandbox, journal = Sandbox(latency=1, reviewer=approve_after(600)), tmp_path / "journal"
    ids = drafts(sandbox, 150)
    leadlex = in_process(sandbox)
    launching = asyncio.ensure_future(leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal))
    await asyncio.sleep(2.5)
    await leadlex.aclose()
    with pytest.raises(ClientClosed):
        await launching
    await settled()
    assert not others()
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal)
    assert report.launched == 150
    assert started_once(sandbox, ids)


@virtual
async def test_a_campaign_that_may_not_be_read_ends_no_batch(tmp_path: Path) -> None:
    """A later run waits for two launches; one task is gone, and its campaign may not be read."""
    sandbox, journal = Sandbox(execution=10_000), tmp_path / "journal"
    ids = drafts(sandbox, 2)
    async with in_process(sandbox) as leadlex:
        first = await leadlex.campaigns.launch_all(ids, timeout=60, journal=journal)
        assert {result.result for result in first.results} == {"timed_out"}
    gone, other = sandbox.tasks.values()
    sandbox.vanish(gone.id)
    sandbox.fault(Fault("status", "GET /v1/campaigns/{id}", status=403, times=None))
    async with in_process(sandbox) as leadlex:
        results: dict[str, str] = {}
        async with leadlex.campaigns.launch_many(ids, timeout=3_600, journal=journal) as launches:
            async for result in launches:
                results[result.campaign_id] = result.result
                if len(results) == 1:
                    sandbox.approve(other.id)
    assert results == {gone.campaign_id: "PermissionDenied", other.campaign_id: "approved"}


@virtual
async def test_a_key_that_may_not_start_ends_the_batch() -> None:
    """Thousands of other starts would be refused the same way."""
    sandbox = Sandbox(plan="org")
    ids = drafts(sandbox, 500)
    key = sandbox.add_key("read", "lexi")
    async with LeadLex(key, base_url=sandbox.url, transport=sandbox.transport()) as leadlex:
        with pytest.raises(PermissionDenied):
            await leadlex.campaigns.launch_all(ids, timeout=60)
    assert sandbox.count(START) <= 200
    assert not sandbox.starts
