"""The journal of a bulk launch: what it holds, in which order, and when it is on disk."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st
from support import others, settled

from leadlex_async import Launch, LaunchTicket, LexiTask, Outcome
from leadlex_async.bulk.journal import Entry, Journal
from leadlex_async.errors import JournalError
from leadlex_async.models.campaigns import CampaignStatus
from leadlex_async.models.lexi import LexiTaskStatus, LexiTaskType
from leadlex_async.testing import run_virtual

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

URL = "https://leadlex.example"
MOMENT = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - they get one
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | words
    | st.floats(allow_nan=False, allow_infinity=False)
)
json = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=5)


def intent(campaign_id: str) -> LaunchTicket:
    """A start about to be sent."""
    return LaunchTicket(campaign_id=campaign_id, base_url=URL, started_at=MOMENT)


def ticket(campaign_id: str) -> LaunchTicket:
    """A start that was answered."""
    return LaunchTicket(
        campaign_id=campaign_id,
        base_url=URL,
        started_at=MOMENT,
        task_id=f"t-{campaign_id}",
        status=CampaignStatus.PENDING_APPROVAL,
    )


def launch(campaign_id: str, outcome: Outcome = Outcome.APPROVED) -> Launch:
    """A launch that was decided."""
    known = ticket(campaign_id)
    return Launch(campaign_id=campaign_id, task_id=known.task_id, outcome=outcome, ticket=known, started_at=MOMENT)


def committed(path: Path) -> dict[str, str]:
    """What a copy of the files holds, as another process would find it after a power cut."""
    copy = path.with_name("copy")
    for suffix in ("", "-wal"):
        original = path.with_name(path.name + suffix)
        copy.with_name(f"copy{suffix}").write_bytes(original.read_bytes() if original.exists() else b"")
    with closing(sqlite3.connect(copy)) as connection:
        return dict(connection.execute("SELECT campaign_id, state FROM launches").fetchall())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal lies."""
    return tmp_path / "launches.journal"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[Journal]:
    """A new journal."""
    opened = await Journal.open(path, URL)
    yield opened
    await opened.aclose()


async def test_from_intent_to_decision(journal: Journal) -> None:
    """A campaign's row tells how far it has come and what is known by then."""
    await journal.intend(intent("a"))
    assert await journal.entry("a") == Entry("intent", intent("a"))
    journal.began(ticket("a"))
    await asyncio.sleep(0)
    assert await journal.states() == {"a": "waiting"}
    assert await journal.entry("a") == Entry("waiting", ticket("a"))
    await journal.decided(launch("a"))
    assert await journal.entry("a") == Entry("decided", ticket("a"), launch("a"))


async def test_an_intent_is_on_disk_when_it_returns(journal: Journal, path: Path) -> None:
    """So are the decision and, soon, the ticket."""
    await journal.intend(intent("a"))
    assert committed(path) == {"a": "intent"}
    journal.began(ticket("a"))
    await journal.intend(intent("b"))
    assert committed(path) == {"a": "waiting", "b": "intent"}
    await journal.decided(launch("a"))
    assert committed(path) == {"a": "decided", "b": "intent"}


async def test_the_decided_come_first(journal: Journal) -> None:
    """States come in the order of the decisions, then those that are open."""
    for each in "abcde":
        await journal.intend(intent(each))
        journal.began(ticket(each))
    for each in "dbe":
        await journal.decided(launch(each))
    assert [*(await journal.states()).items()] == [
        *(("d", "decided"), ("b", "decided"), ("e", "decided")),
        *(("a", "waiting"), ("c", "waiting")),
    ]


async def test_the_order_goes_on(path: Path) -> None:
    """Decisions of a later run come after those of the runs before, however many there were."""
    names = [f"c-{number:02}" for number in range(24, 0, -1)]
    for part in (names[:11], names[11:13], names[13:]):
        journal = await Journal.open(path, URL)
        for each in part:
            await journal.intend(intent(each))
            await journal.decided(launch(each))
        told = [*await journal.states()]
        await journal.aclose()
    assert told == names


async def test_refused_is_forgotten(journal: Journal) -> None:
    """A start that had no effect leaves no row; one that had is not forgotten by a late refusal."""
    await journal.intend(intent("a"))
    journal.refused(intent("a"))
    await journal.intend(intent("b"))
    journal.began(ticket("b"))
    journal.refused(intent("b"))
    await asyncio.sleep(0)
    assert await journal.states() == {"b": "waiting"}


async def test_an_intent_anew(journal: Journal) -> None:
    """A start that is sent again is dated anew."""
    await journal.intend(intent("a"))
    later = LaunchTicket(campaign_id="a", base_url=URL, started_at=MOMENT.replace(hour=9))
    await journal.intend(later)
    assert await journal.entry("a") == Entry("intent", later)


async def test_many_writes_are_one_transaction(journal: Journal, path: Path) -> None:
    """A thousand intents at once take few commits: a transaction has what gathers while the one before is written."""
    frames = [path.with_name(path.name + "-wal").stat().st_size]
    writes = [asyncio.ensure_future(journal.intend(intent(f"c-{number}"))) for number in range(1_000)]
    while not all(write.done() for write in writes):
        await asyncio.wait(writes, return_when=asyncio.FIRST_COMPLETED)
        writes = [write for write in writes if not write.done()]
        frames.append(path.with_name(path.name + "-wal").stat().st_size)
    assert len({*frames}) <= 5
    assert len(await journal.states()) == 1_000


async def test_closing_writes_the_rest(path: Path) -> None:
    """What was noted and not yet written is in the file when it is closed."""
    journal = await Journal.open(path, URL)
    await journal.intend(intent("a"))
    journal.began(ticket("a"))
    await journal.aclose()
    again = await Journal.open(path, URL)
    assert await again.states() == {"a": "waiting"}
    await again.aclose()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("steps", range(6))
async def test_opening_is_cancelled(path: Path, steps: int) -> None:
    """Whenever that happens, the file is free afterwards and no thread is left."""
    opening = asyncio.ensure_future(Journal.open(path, URL))
    for _ in range(steps):
        await asyncio.sleep(0)
    opening.cancel()
    await asyncio.wait({opening})
    assert opening.cancelled()
    assert not others()
    await (await Journal.open(path, URL)).aclose()


async def test_a_cancelled_write_is_written(path: Path) -> None:
    """Who stops waiting for a commit does not undo it, and does not stop the others'."""
    journal = await Journal.open(path, URL)
    impatient, patient = (asyncio.ensure_future(journal.intend(intent(each))) for each in "ab")
    await asyncio.sleep(0)
    impatient.cancel()
    await patient
    assert await journal.states() == {"a": "intent", "b": "intent"}
    journal.began(ticket("b"))
    closing_it = asyncio.ensure_future(journal.aclose())
    for _ in range(3):
        await asyncio.sleep(0)
        closing_it.cancel()
    await asyncio.wait({closing_it})
    await settled()
    again = await Journal.open(path, URL)
    assert await again.states() == {"a": "intent", "b": "waiting"}
    await again.aclose()


tasks = st.none() | st.builds(
    LexiTask,
    id=words,
    type=st.sampled_from([*LexiTaskType]) | words.map(LexiTaskType),
    status=st.sampled_from([*LexiTaskStatus]) | words.map(LexiTaskStatus),
    description=st.none() | words,
    created_at=st.none() | moments,
    metadata=st.dictionaries(words, json),
)
tickets = st.builds(
    LaunchTicket,
    campaign_id=st.just("c"),
    base_url=st.just(URL),
    started_at=moments,
    task_id=st.none() | words,
    status=st.none() | st.sampled_from([*CampaignStatus]) | words.map(CampaignStatus),
    joined=st.booleans(),
)
launches = st.builds(
    Launch,
    campaign_id=st.just("c"),
    task_id=st.none() | words,
    outcome=st.sampled_from([*Outcome]),
    ticket=tickets,
    task=tasks,
    started_at=moments,
    noticed_at=st.none() | moments,
    waited=st.floats(0, 1e9),
    polls=st.integers(0, 10**9),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(launches, min_size=5, max_size=30))
def test_launches_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, decided: list[Launch]) -> None:
    """Every outcome, every task with whatever metadata, in words this release does not know, too."""

    async def write_and_read() -> None:
        journal = await Journal.open(tmp_path_factory.mktemp("journal") / "journal", URL)
        for launch in decided:
            await journal.intend(launch.ticket)
            await journal.decided(launch)
            entry = await journal.entry("c")
            assert entry == Entry("decided", launch.ticket, launch)
            assert entry.launch is not None
            assert type(entry.launch.outcome) is Outcome
        await journal.aclose()

    run_virtual(write_and_read())


async def test_nowhere_to_be_made(path: Path) -> None:
    """Where no file can be made there is an error of ours, and nothing is left behind."""
    with pytest.raises(JournalError, match="directory must exist"):
        await Journal.open(path.parent / "nowhere" / "journal", URL)
    with pytest.raises(JournalError):
        await Journal.open(path.parent, URL)
    assert [*path.parent.iterdir()] == []
