"""Journals that cannot be used: others', damaged, on a full disk, where nothing may be written, or open already."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st
from support import in_process, virtual
from test_bulk import START, drafts, started_once

from leadlex_async import LeadLex
from leadlex_async.bulk.journal import Journal
from leadlex_async.errors import JournalError
from leadlex_async.sandbox import Sandbox, approve_after
from leadlex_async.testing import run_virtual

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

TESTS = Path(__file__).parent
HOLDER = """
import asyncio, sys
from leadlex_async.bulk.journal import Journal
async def hold():
    await Journal.open(sys.argv[1], "http://127.0.0.1:1")
    print("open", flush=True)
    await asyncio.sleep(600)
asyncio.run(hold())
"""


async def finished(sandbox: Sandbox, journal: Path, count: int = 40) -> list[str]:
    """A journal in which all is decided."""
    ids = drafts(sandbox, count)
    async with in_process(sandbox) as leadlex:
        await leadlex.campaigns.launch_all(ids, timeout=3_600, journal=journal)
    return ids


def changed(journal: Path, statement: str) -> None:
    """Change a journal behind its back."""
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.execute(statement)


def other_database(journal: Path) -> None:
    """A database of another program."""
    changed(journal, "CREATE TABLE things (name TEXT)")


def no_batch(journal: Path) -> None:
    """A journal that does not know whose it is."""
    run_virtual(finished(Sandbox(reviewer=approve_after(5)), journal, 1))
    changed(journal, "DELETE FROM batch")


def no_table(journal: Path) -> None:
    """A journal without its launches."""
    run_virtual(finished(Sandbox(reviewer=approve_after(5)), journal, 1))
    changed(journal, "DROP TABLE launches")


def later_version(journal: Path) -> None:
    """A journal of a later release."""
    run_virtual(finished(Sandbox(reviewer=approve_after(5)), journal, 1))
    changed(journal, "PRAGMA user_version = 2")


MAKERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (lambda path: path.write_text("campaign,when\n" * 100), "no journal"),
    "empty": (lambda path: path.touch(), "no journal"),
    "other database": (other_database, "no journal"),
    "directory": (lambda path: path.mkdir(), "cannot be opened"),
    "no batch": (no_batch, "belongs to"),
    "no table": (no_table, "damaged|no such table"),
    "later version": (later_version, "version 2, this release reads version 1; upgrade"),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_no_journal_of_ours(tmp_path: Path, kind: str) -> None:
    """It is refused before anything is sent, and left as it is."""
    path, (make, message) = tmp_path / "journal", MAKERS[kind]
    make(path)
    before = path.read_bytes() if path.is_file() else b""

    @virtual
    async def launch() -> None:
        sandbox = Sandbox()
        async with in_process(sandbox) as leadlex:
            with pytest.raises(JournalError, match=message):
                await leadlex.campaigns.launch_all(drafts(sandbox, 3), timeout=60, journal=path)
        assert sandbox.count() == 0

    launch()
    assert (path.read_bytes() if path.is_file() else b"") == before


@virtual
async def test_a_journal_of_another_address(tmp_path: Path) -> None:
    """Launches of one workspace are not taken for those of another."""
    sandbox, journal = Sandbox(reviewer=approve_after(5)), tmp_path / "journal"
    ids = await finished(sandbox, journal, 2)
    async with LeadLex(sandbox.api_key, base_url="https://other.example", transport=sandbox.transport()) as leadlex:
        with pytest.raises(JournalError, match=r"belongs to http://127\.0\.0\.1:1, this client talks to https://other"):
            await leadlex.campaigns.launch_all(ids, timeout=60, journal=journal)


@pytest.fixture(scope="module")
def whole() -> tuple[Sandbox, list[str], bytes]:
    """A sandbox, its campaigns, and the journal of their launches."""
    sandbox = Sandbox(reviewer=approve_after(5))
    with tempfile.TemporaryDirectory() as directory:
        journal = Path(directory) / "journal"
        ids = run_virtual(finished(sandbox, journal))
        return sandbox, ids, journal.read_bytes()


@settings(max_examples=60, deadline=None)
@given(
    where=st.floats(0, 1, exclude_max=True),
    rubbish=st.none() | st.binary(min_size=1, max_size=5_000),
)
def test_a_damaged_journal(whole: tuple[Sandbox, list[str], bytes], where: float, rubbish: bytes | None) -> None:
    """Cut off or written over anywhere, it is refused with a clear error, or what it still tells is true."""
    sandbox, ids, content = whole
    begin = int(where * len(content))
    broken = content[:begin] + (rubbish + content[begin + len(rubbish) :] if rubbish is not None else b"")

    async def launch(journal: Path) -> bool:
        starts = sandbox.count(START)
        async with in_process(sandbox) as leadlex:
            try:
                report = await leadlex.campaigns.launch_all(ids, timeout=60, journal=journal)
            except JournalError:
                assert sandbox.count(START) == starts
                return True
        assert sorted(result.campaign_id for result in report.results) == sorted(ids)
        return False

    with tempfile.TemporaryDirectory() as directory:
        journal = Path(directory) / "journal"
        journal.write_bytes(broken)
        refused = run_virtual(launch(journal))
        assert not refused or journal.read_bytes() == broken
    assert started_once(sandbox, ids)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE launches SET ticket = '{}'",
        "UPDATE launches SET ticket = 'rubbish'",
        "UPDATE launches SET launch = '[]'",
        'UPDATE launches SET launch = \'{"outcome": "galactic"}\'',
        "UPDATE launches SET launch = replace(launch, 'completed', 'galactic')",
        "UPDATE launches SET launch = NULL",
        "UPDATE launches SET campaign_id = 'other'",
        "UPDATE launches SET ticket = CAST(x'ff00ff' AS TEXT)",
    ],
)
@virtual
async def test_rows_that_were_never_written(tmp_path: Path, change: str) -> None:
    """A row that is not what was written is no reason to start anything."""
    sandbox, journal = Sandbox(reviewer=approve_after(5), execution=0), tmp_path / "journal"
    await finished(sandbox, journal, 1)
    changed(journal, change)
    async with in_process(sandbox) as leadlex:
        with pytest.raises(JournalError, match=r"damaged|UTF-8"):
            await leadlex.campaigns.launch_all(None, timeout=60, journal=journal)
    assert sandbox.count(START) == 1


def hindered(how: str, directory: Path) -> dict[str, list[str]]:
    """What a program met whose journal could not be written."""
    program = [sys.executable, "-m", "killing.hindered", how, str(directory)]
    done = subprocess.run(program, cwd=TESTS, capture_output=True, check=False, timeout=120)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr.decode()
    told: dict[str, list[str]] = json.loads(done.stdout)
    return told


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """The batch ends with a clear error, nothing was sent without its intent, and with more room it goes on."""
    told = hindered("full", tmp_path)
    first, second, third = told["met"]
    assert "the disk may be full" in first
    assert "the disk may be full" in second
    assert third == ""
    assert 0 < int(str(told["started"])) < 400
    assert told["kept"]
    assert {*map(str, told["starts"])} == {"1"}
    assert len(told["starts"]) == 400


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A disk of a few megabytes."""
    where = tmp_path / "disk"
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(where)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603 - our own
        pytest.skip("a disk can only be mounted by root, and not in every container")
    yield where
    subprocess.run(["umount", str(where)], check=True)  # noqa: S603, S607 - our own


def test_a_full_disk(small_disk: Path) -> None:
    """The error says that the disk is full; when there is room again, the batch goes on."""
    told = hindered("disk", small_disk)
    assert "the disk is full" in told["met"][0]
    assert told["met"][1] == ""
    assert 0 < int(str(told["started"])) < 400
    assert told["kept"]
    assert {*map(str, told["starts"])} == {"1"}


def test_a_directory_that_may_not_be_written(tmp_path: Path) -> None:
    """Neither a new journal nor one that is there can be used, nothing is sent, and the old one stays as it is."""
    directory = tmp_path / "theirs"
    directory.mkdir()
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    told = hindered("forbidden", directory)
    new, known = told["met"]
    assert "its directory must exist and be writable" in new
    assert "it may not be written" in known
    assert str(told["sent"]) == "0"
    assert told["same"]
    assert [file.name for file in directory.iterdir()] == ["journal"]


async def test_a_second_process(tmp_path: Path) -> None:
    """While another process has the journal it is refused at once; when that one is killed it is free."""
    journal = tmp_path / "journal"
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(journal), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"open\n"
    sandbox = Sandbox()
    ids = drafts(sandbox, 2, recipients=10)
    async with in_process(sandbox) as leadlex:
        with pytest.raises(JournalError, match="open already, most likely in another process"):
            await leadlex.campaigns.launch_all(ids, timeout=60, journal=journal)
        assert sandbox.count() == 0
        holder.send_signal(signal.SIGKILL)
        await holder.wait()
        assert (await leadlex.campaigns.launch_all(ids, timeout=60, journal=journal)).launched == 2


async def test_made_by_many_at_once(tmp_path: Path) -> None:
    """Of many who make the same journal at the same moment one gets it at most, and none replaces another's."""
    for number in range(20):
        path = tmp_path / f"journal-{number}"
        opened = await asyncio.gather(*(Journal.open(path, "https://x") for _ in range(6)), return_exceptions=True)
        journals = [journal for journal in opened if isinstance(journal, Journal)]
        assert len(journals) <= 1
        assert all(isinstance(other, (Journal, JournalError)) for other in opened)
        for journal in journals:
            await journal.aclose()
        await (await Journal.open(path, "https://x")).aclose()
    assert len(os.listdir(tmp_path)) == 20  # noqa: PTH208 - nothing else runs here that it could block
