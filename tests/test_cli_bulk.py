"""``leadlex launch-many``, run for real in a process of its own against a sandbox on a socket: how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
from contextlib import suppress
from subprocess import PIPE
from typing import TYPE_CHECKING

import pytest
from test_cli import KEY, Ended, Program, ended, until

from leadlex_async._http.plan import Plan
from leadlex_async.sandbox import Fault, Sandbox, approve_after, dismiss_after

if TYPE_CHECKING:
    from pathlib import Path


START = "POST /v1/campaigns/{id}/start"
AT_ONCE = 100
"""Starts that are under way at the same time."""


@pytest.fixture
def leadlex(sandbox: Sandbox) -> Program:
    """The program, set up for the sandbox."""
    return program(sandbox)


def program(sandbox: Sandbox, **more: str) -> Program:
    """The program, set up for a sandbox."""
    return Program({"LEADLEX_API_KEY": KEY, "LEADLEX_BASE_URL": sandbox.url} | more)


def campaigns(sandbox: Sandbox, file: Path, count: int, recipients: int = 150) -> list[str]:
    """New campaigns, and a file of their ids."""
    ids = [sandbox.add_campaign(recipients=recipients) for _ in range(count)]
    file.write_text("\n".join(ids))
    return ids


def table(run: Ended) -> dict[str, str]:
    """The counts that were printed."""
    return dict(line.rsplit(maxsplit=1) for line in run.out.splitlines() if ": " not in line)


def names(folder: Path) -> set[str]:
    """The files in a folder: a journal that was closed has none beside it."""
    return {path.name for path in folder.iterdir()}


def approve_all(sandbox: Sandbox) -> None:
    """A person comes back and approves everything, what is still to come too."""
    sandbox.reviewer = approve_after(0)
    for task in [*sandbox.tasks.values()]:
        sandbox.approve(task.id)


async def test_all_are_launched(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """Every campaign is started once, the report is a table, the exit code 0, and going on finds it all decided."""
    sandbox.reviewer = approve_after(0)
    ids = campaigns(sandbox, tmp_path / "ids", 3)
    small = sandbox.add_campaign(recipients=10)
    (tmp_path / "ids").write_text("\n".join([*ids, small, ids[0]]))
    arguments = ("launch-many", str(tmp_path / "ids"), "--journal", str(tmp_path / "run.db"))
    first = await leadlex.run(*arguments)
    requests = sandbox.count()
    assert (first.code, first.err) == (0, "launching 4 campaigns\n")
    assert [*table(first).items()] == [
        ("campaigns", "4"),
        ("launched", "4"),
        ("  approved", "3"),
        ("  auto_started", "1"),
        ("not launched", "0"),
        ("duplicates", "1"),
        ("requests", str(requests)),
    ]
    again, resumed = await leadlex.run(*arguments), await leadlex.run("launch-many", "--resume", *arguments[2:])
    assert (again.code, resumed.code) == (0, 0)
    assert table(again)["launched"] == table(resumed)["launched"] == "4"
    assert sandbox.count() == requests
    assert set(sandbox.starts.values()) == {1}


async def test_failures_are_listed(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """Whatever keeps a campaign from its launch is told by its id, and the exit code is 1."""
    sandbox.reviewer = dismiss_after(0)
    file = tmp_path / "ids"
    (dismissed,) = campaigns(sandbox, file, 1)
    under_way = sandbox.add_campaign(status="active")
    file.write_text(f"{dismissed}\n{under_way}\nno-such-campaign\n")
    run = await leadlex.run("launch-many", str(file))
    assert run.code == 1
    assert table(run)["  dismissed"] == table(run)["  AlreadyStarted"] == table(run)["  NotFound"] == "1"
    failures = {line.split(": ")[0]: line for line in run.out.splitlines() if ": " in line}
    assert failures[dismissed] == f"{dismissed}: dismissed"
    assert "(404 not_found " in failures["no-such-campaign"]
    assert "approvals." not in failures[under_way]
    assert run.err == "launching 3 campaigns\n"


async def test_stopped_once(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """The first signal hears the starts on their way; ``--resume`` goes on with them, and the options stay."""
    sandbox.fault(Fault("slow", START, seconds=1.2, times=3))
    file, journal = tmp_path / "ids", str(tmp_path / "run 1.db")
    campaigns(sandbox, file, 3)
    process = await leadlex.start(
        "launch-many", str(file), "--journal", journal, "--timeout", "1.5h", "--csv", "--no-wait-for-quota"
    )
    await until(lambda: len(sandbox.starts) == 3)
    process.send_signal(signal.SIGINT)
    run = await ended(process)
    assert (run.code, run.out) == (130, "")
    assert "Ctrl-C again leaves at once" in run.err.splitlines()[1]
    assert run.err.splitlines()[2:-1] == [
        "leadlex: stopped",
        "of 3 campaigns 0 ended, 3 are under way, 0 not started",
    ]
    options = ["--journal", journal, "--timeout", "5400", "--no-wait-for-quota", "--csv"]
    assert run.command == ["launch-many", "--resume", *options]
    approve_all(sandbox)
    resumed = await leadlex.run(*run.command)
    assert (resumed.code, resumed.out.count(",approved,")) == (0, 3)
    assert set(sandbox.starts.values()) == {1}


async def test_stopped_twice(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """A second signal cuts the hearing short; the same command goes on with what was started and what was not."""
    slow = sandbox.fault(Fault("slow", START, seconds=20, times=None))
    file, journal = tmp_path / "ids.csv", str(tmp_path / "run.db")
    ids = campaigns(sandbox, file, AT_ONCE + 5)
    file.write_text("\n".join(["campaign", *ids]))
    process = await leadlex.start("launch-many", str(file), "--column", "campaign", "--journal", journal)
    await until(lambda: len(sandbox.starts) == AT_ONCE)
    with suppress(ProcessLookupError):
        for _ in range(10):
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.01)
    run = await ended(process)
    assert (run.code, run.out) == (143, "")
    assert names(tmp_path) == {"ids.csv", "run.db"}
    assert "of 105 campaigns 0 ended, 100 are under way, 5 not started\n" in run.err
    assert run.command == ["launch-many", str(file), "--column", "campaign", "--journal", journal]
    sandbox.faults.remove(slow)
    approve_all(sandbox)
    assert table(await leadlex.run(*run.command))["launched"] == "105"
    assert set(sandbox.starts.values()) == {1}


async def test_killed(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """Nothing is lost to a process that dies, and while it lives no other can use its journal."""
    file, journal = tmp_path / "ids", str(tmp_path / "run.db")
    campaigns(sandbox, file, 5)
    process = await leadlex.start("launch-many", str(file), "--journal", journal)
    await until(lambda: len(sandbox.starts) == 5)
    other = await leadlex.run("launch-many", str(file), "--journal", journal)
    assert (other.code, other.out, other.err.count("\n")) == (1, "", 2)
    assert "it is open already, most likely in another process" in other.err
    process.kill()
    await process.communicate()
    approve_all(sandbox)
    resumed = await leadlex.run("launch-many", "--resume", "--journal", journal)
    assert (resumed.code, table(resumed)["  approved"]) == (0, "5")
    assert set(sandbox.starts.values()) == {1}


async def test_timed_out(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """A launch that nobody decides in time stays open in the journal, from which the printed command goes on."""
    campaigns(sandbox, tmp_path / "ids", 2)
    run = await leadlex.run("launch-many", str(tmp_path / "ids"), "--journal", str(tmp_path / "j"), "--timeout", "0.3")
    assert (run.code, table(run)["  timed_out"]) == (1, "2")
    assert run.command == ["launch-many", "--resume", "--journal", str(tmp_path / "j"), "--timeout", "0.3"]
    assert len(run.err.splitlines()) == 2


async def test_without_a_journal(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """What is still open is told launch by launch, after a timeout and after a signal."""
    files = [tmp_path / "one", tmp_path / "two"]
    one, two = (campaigns(sandbox, file, 2) for file in files)
    stopped = await leadlex.start("launch-many", str(files[1]))
    timed_out = await leadlex.run("launch-many", str(files[0]), "--timeout", "0.5")
    await until(lambda: len(sandbox.starts) == 4)
    stopped.send_signal(signal.SIGINT)
    assert (timed_out.code, table(timed_out)["  timed_out"]) == (1, "2")
    for run, ids in ((timed_out, one), (await ended(stopped), two)):
        commands = [
            shlex.split(line.removeprefix("go on with: "))[2:]
            for line in run.err.splitlines()
            if line.startswith("go on with: ")
        ]
        assert {json.loads(ticket)["campaign_id"] for _, ticket in commands} == {*ids}
        assert {command for command, _ in commands} == {"wait"}


async def test_quota(tmp_path: Path) -> None:
    """On a spent day the batch pauses until midnight, or ends with a code of its own and goes on from stdin later."""
    async with Sandbox(plan=Plan(1000, 6)) as sandbox:
        ids = campaigns(sandbox, tmp_path / "ids", 9)
        journal = str(tmp_path / "run.db")
        process = await program(sandbox).start(
            "launch-many", "-", "--journal", journal, "--no-wait-for-quota", stdin=PIPE
        )
        run = await ended(process, "\n".join(ids).encode())
        assert (run.code, run.out) == (6, "")
        assert run.err.splitlines()[1].startswith("leadlex: the day's quota is spent; it is renewed at ")
        started = len(sandbox.starts)
        assert run.err.splitlines()[2:4] == [
            f"of 9 campaigns 0 ended, {started} are under way, {9 - started} not started",
            "the next command needs the same ids on stdin",
        ]
        waiting = await program(sandbox).start(*run.command[:-1], stdin=PIPE)
        assert waiting.stdin is not None
        assert waiting.stderr is not None
        waiting.stdin.write("\n".join(ids).encode())
        waiting.stdin.close()
        async with asyncio.timeout(30):
            while not (line := await waiting.stderr.readline()).startswith(b"paused until "):
                pass
        assert f" 00:00 UTC, {started}/9 started, ".encode() in line
        waiting.send_signal(signal.SIGINT)
        assert (await ended(waiting)).code == 130


async def test_reader_leaves(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """A reader who has gone, of either stream, changes nothing; a full disk has the report told on stderr."""
    reading, writing = os.pipe()
    os.close(reading)
    full = os.open("/dev/full", os.O_WRONLY)
    files = [tmp_path / name for name in ("one", "two", "three")]
    for file in files:
        campaigns(sandbox, file, 1, recipients=10)
    runs = [
        await leadlex.start("launch-many", str(files[0]), stdout=writing),
        await leadlex.start("launch-many", str(files[1]), stderr=writing),
        await leadlex.start("launch-many", str(files[2]), "--csv", stdout=full),
    ]
    os.close(writing)
    os.close(full)
    unheard, silent, unwritten = await asyncio.gather(*map(ended, runs))
    assert (unheard.code, unheard.err) == (0, "launching 1 campaign\n")
    assert (silent.code, table(silent)["launched"]) == (0, "1")
    assert unwritten.code == 1
    assert ",auto_started," in unwritten.err
    assert unwritten.err.splitlines()[-2].startswith("leadlex: cannot write to stdout: ")
