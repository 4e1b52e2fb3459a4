"""Bulk launches: what goes in, what comes out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from support import in_process, others, settled, virtual

from leadlex_async import Approve, Dismiss, Outcome, ValidationError
from leadlex_async.sandbox import Decision, Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from leadlex_async import LexiTask, Verdict
    from leadlex_async.bulk.batch import Campaigns
    from leadlex_async.sandbox import TaskRow

START = "POST /v1/campaigns/{id}/start"


def drafts(sandbox: Sandbox, count: int, *, recipients: int = 150) -> list[str]:
    """So many campaigns that nobody has started."""
    return [sandbox.add_campaign(recipients=recipients) for _ in range(count)]


async def one_by_one(ids: Iterable[str]) -> AsyncIterator[str]:
    """The ids, as a database would stream them."""
    for each in ids:
        await asyncio.sleep(1)
        yield each


def started_once(sandbox: Sandbox, ids: Iterable[str]) -> bool:
    """Whether each campaign was started exactly once."""
    return all(sandbox.starts[each] == 1 for each in ids)


FORMS: dict[str, Callable[[list[str]], Campaigns]] = {
    "list": lambda ids: ids,
    "tuple": lambda ids: (*ids,),
    "iterator": iter,
    "keys": lambda ids: dict.fromkeys(ids, 1).keys(),
    "async": one_by_one,
    "uuids": lambda ids: [UUID(each) for each in ids],
}


@pytest.mark.parametrize("form", FORMS)
@virtual
async def test_ids_from_anything_iterable(form: str) -> None:
    """Iterables and async iterables of texts and UUIDs are launched, each campaign once."""
    sandbox = Sandbox(reviewer=approve_after(60))
    ids = [sandbox.add_campaign(recipients=150, id=str(uuid4())) for _ in range(5)]
    async with in_process(sandbox) as leadlex:
        results = [result async for result in leadlex.campaigns.launch_many(FORMS[form](ids), timeout=3_600)]
        await settled()
        assert not others()
    assert sorted(result.campaign_id for result in results) == sorted(ids)
    assert all(result.launched and not result.from_journal for result in results)
    assert started_once(sandbox, ids)


@virtual
async def test_results_come_as_people_decide() -> None:
    """The campaign decided first is told first, whatever the order of the ids."""
    delays = iter((4_000, 1_000, 3_000, 2_000, 0))

    def decide(_: TaskRow) -> Decision:
        return Decision(next(delays))

    sandbox = Sandbox(reviewer=decide)
    ids = drafts(sandbox, 5)
    async with in_process(sandbox) as leadlex:
        results = [result.campaign_id async for result in leadlex.campaigns.launch_many(ids, timeout=None)]
    assert results == [ids[4], ids[1], ids[3], ids[2], ids[0]]


@virtual
async def test_small_campaigns_need_nobody() -> None:
    """What needs no approval is told as soon as it is started, without a poll."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(drafts(sandbox, 30, recipients=40), timeout=60)
    assert report.outcomes == {Outcome.AUTO_STARTED: 30}
    assert sandbox.count(START) == 30
    assert report.requests == sandbox.count() == 31


@virtual
async def test_nothing_to_do() -> None:
    """No campaigns, no results, no requests."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all([], timeout=60)
    assert (report.results, report.requests, sandbox.count()) == ((), 0, 0)


@virtual
async def test_duplicates_are_launched_once() -> None:
    """The same campaign again, as text or UUID, is counted and left out."""
    sandbox = Sandbox(reviewer=approve_after(60))
    same = sandbox.add_campaign(recipients=150, id=str(uuid4()))
    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all([same, UUID(same), same], timeout=3_600)
    assert (len(report.results), report.duplicates, sandbox.starts[same]) == (1, 2, 1)


@pytest.mark.parametrize("ids", ["a-campaign", b"a-campaign", None])
@virtual
async def test_ids_must_be_many(ids: Campaigns | None) -> None:
    """One text is no list of ids, and without a journal there must be some."""
    async with in_process(Sandbox()) as leadlex:
        with pytest.raises(ValidationError):
            leadlex.campaigns.launch_many(ids, timeout=60)


@pytest.mark.parametrize("timeout", [0, -1, True, float("nan"), float("inf"), "60"])
@virtual
async def test_a_wrong_timeout_starts_nothing(timeout: float) -> None:
    """The timeout is checked before the first campaign goes out."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        with pytest.raises(ValidationError, match="timeout"):
            await leadlex.campaigns.launch_all(drafts(sandbox, 2), timeout=timeout)
    assert sandbox.count() == 0


@pytest.mark.parametrize("bad", ["", "  ", None, 3])
@virtual
async def test_a_bad_id_ends_the_batch(bad: str) -> None:
    """What is no id at all is a mistake of the program, and said at once."""
    sandbox = Sandbox(reviewer=approve_after(60))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(ValidationError, match="non-empty text"):
            await leadlex.campaigns.launch_all([*drafts(sandbox, 2), bad], timeout=3_600)
        await settled()
        assert not others()


@virtual
async def test_a_reviewer_decides_each() -> None:
    """A reviewer is shown each task once and its verdicts are carried out."""
    sandbox = Sandbox()
    ids = drafts(sandbox, 6)
    shown: list[str | None] = []

    async def review(task: LexiTask) -> Verdict:
        shown.append(task.campaign_id)
        await asyncio.sleep(5)
        return Approve() if ids.index(task.campaign_id or "") % 2 else Dismiss("not now")

    async with in_process(sandbox) as leadlex:
        report = await leadlex.campaigns.launch_all(ids, timeout=3_600, reviewer=review)
    assert sorted(map(str, shown)) == sorted(ids)
    assert report.outcomes == {Outcome.APPROVED: 3, Outcome.DISMISSED: 3}
