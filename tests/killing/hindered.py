"""A program whose journal cannot be written: a full disk, or a directory that is not its own.

    python -m killing.hindered full DIRECTORY
    python -m killing.hindered forbidden DIRECTORY

It prints what it met as JSON. It changes limits and rights of its whole process, so it must be one of its own.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from leadlex_async.errors import JournalError
from leadlex_async.sandbox import Sandbox, approve_after
from leadlex_async.testing import run_virtual

COUNT = 400
SMALL = 150_000
"""Bytes that a file may have: the journal outgrows them in the middle of a batch."""
NOBODY = 65_534


async def launch(sandbox: Sandbox, journal: Path) -> str:
    """Launch all of the sandbox's campaigns; returns the error, or nothing."""
    async with sandbox.client() as leadlex:
        try:
            report = await leadlex.campaigns.launch_all([*sandbox.campaigns], timeout=3_600, journal=journal)
        except JournalError as error:
            return str(error)
    assert report.launched == len(sandbox.campaigns), report.failures
    return ""


def new_sandbox() -> Sandbox:
    """A sandbox with campaigns that a person approves."""
    sandbox = Sandbox(reviewer=approve_after(60), latency=0.1)
    for _ in range(COUNT):
        sandbox.add_campaign(recipients=150)
    return sandbox


def known(journal: Path) -> set[str]:
    """The campaigns in the journal."""
    with closing(sqlite3.connect(journal)) as connection:
        return {row[0] for row in connection.execute("SELECT campaign_id FROM launches").fetchall()}


async def full(directory: Path) -> dict[str, object]:
    """Launch until a file may not grow any more, then again with more room."""
    sandbox, journal = new_sandbox(), directory / "journal"
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, hard))
    met = [await launch(sandbox, journal)]
    started = {*sandbox.starts}
    met.append(await launch(sandbox, journal))
    more = {*sandbox.starts} - started
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    kept = started | more <= known(journal)
    met.append(await launch(sandbox, journal))
    return {"met": met, "started": len(started), "kept": kept, "starts": [*sandbox.starts.values()]}


async def disk(directory: Path) -> dict[str, object]:
    """Launch on a small disk until it is full, then again when something was deleted."""
    sandbox, journal, ballast = new_sandbox(), directory / "journal", directory / "ballast"
    disk = os.statvfs(directory)
    ballast.write_bytes(bytes(disk.f_bavail * disk.f_frsize - 2 * SMALL))
    met = [await launch(sandbox, journal)]
    started = {*sandbox.starts}
    ballast.unlink()
    kept = started <= known(journal)
    met.append(await launch(sandbox, journal))
    return {"met": met, "started": len(started), "kept": kept, "starts": [*sandbox.starts.values()]}


async def forbidden(directory: Path) -> dict[str, object]:
    """Launch with a new journal, and with one that is there, where nothing may be written."""
    sandbox, journal = new_sandbox(), directory / "journal"
    await launch(Sandbox(), journal)
    before = journal.read_bytes()
    os.chmod(journal, 0o444)  # noqa: PTH101 - nothing else runs here that it could block
    os.chmod(directory, 0o555)  # noqa: PTH101, S103 - as above; it takes rights away
    if os.geteuid() == 0:  # which may write anywhere
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    met = [await launch(sandbox, directory / "new"), await launch(sandbox, journal)]
    return {"met": met, "sent": sandbox.count(), "same": journal.read_bytes() == before}


if __name__ == "__main__":
    work = {"full": full, "disk": disk, "forbidden": forbidden}[sys.argv[1]]
    sys.stdout.write(json.dumps(run_virtual(work(Path(sys.argv[2])))))
