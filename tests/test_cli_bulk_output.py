"""What ``leadlex launch-many`` prints: reports, plans, and how far it has come."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import pty
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from test_cli import KEY, Program, ended, everything, until
from test_cli_bulk import campaigns, program, table

from leadlex_async import LeadLexError
from leadlex_async._http.pace import RateLimit
from leadlex_async.bulk.report import LaunchProgress, LaunchReport, LaunchResult
from leadlex_async.cli import many_report, many_view
from leadlex_async.sandbox import approve_after

if TYPE_CHECKING:
    from pathlib import Path

    from leadlex_async.cli.many import Order
    from leadlex_async.sandbox import Sandbox

TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def leadlex(sandbox: Sandbox) -> Program:
    """The program, set up for the sandbox."""
    return program(sandbox)


def test_many_failures_are_cut_short() -> None:
    """People get twenty of them; what a foreign error says is shown to nobody."""
    order: Order = {
        "file": "ids",
        "column": None,
        "journal": None,
        "resume": False,
        "plan": False,
        "quota": None,
        "timeout": 1.0,
        "wait_for_quota": True,
        "csv": False,
        "json": False,
    }
    errors = [KeyError(KEY), *[LeadLexError("wrong")] * 24]
    results = tuple(LaunchResult(campaign_id=f"c{number}", error=error) for number, error in enumerate(errors))
    lines = many_report.text(LaunchReport(results=results, requests=25), 25, order).splitlines()
    assert lines[-1] == "... and 5 more; --csv and --json tell all"
    assert [line for line in lines if line.startswith("c") and ":" in line][:2] == [
        "c0: KeyError",
        "c1: LeadLexError: wrong",
    ]


async def test_csv_and_json(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """Programs get the whole report on stdout and nothing else."""
    sandbox.reviewer = approve_after(0)
    files = [tmp_path / "one", tmp_path / "two"]
    (one,), (two,) = (campaigns(sandbox, file, 1) for file in files)
    as_json, as_csv = await asyncio.gather(
        leadlex.run("launch-many", str(files[0]), "--json"), leadlex.run("launch-many", str(files[1]), "--csv")
    )
    report = json.loads(as_json.out)
    assert [*report] == ["campaigns", "launched", "outcomes", "failures", "requests", "duplicates", "results"]
    assert (report["campaigns"], report["outcomes"], report["failures"]) == (1, {"approved": 1}, {})
    columns = ["campaign_id", "result", "task_id", "started_at", "noticed_at", "waited", "error"]
    assert [*report["results"][0]] == columns
    assert report["results"][0]["campaign_id"] == one
    header, row = csv.reader(as_csv.out.splitlines())
    assert (header, row[:2]) == (columns, [two, "approved"])


async def test_plan(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """The plan is of what the journal does not know yet; it sends nothing and makes no journal."""
    sandbox.reviewer = approve_after(0)
    file, journal = tmp_path / "ids", tmp_path / "run.db"
    campaigns(sandbox, file, 3)
    arguments = ("launch-many", str(file), "--journal", str(journal), "--plan")
    said, counted = await asyncio.gather(leadlex.run(*arguments), leadlex.run(*arguments, "--json", "--quota", "org"))
    assert (said.code, counted.code, sandbox.count(), journal.exists()) == (0, 0, 0, False)
    assert said.out.startswith("3 campaigns: if the plan is the smallest, starts go out on 1 day, at most 8 a minute")
    plan = json.loads(counted.out)
    assert (plan["campaigns"], plan["plan"], plan["assumed"]) == (3, {"per_minute": 200, "per_day": 10_000}, False)
    assert [*plan][-3:] == ["days", "minutes", "starts_end_at"]
    await leadlex.run(*arguments[:-1])
    campaigns(sandbox, file, 2)
    ready, resumed = await leadlex.run(*arguments), await leadlex.run("launch-many", "--resume", *arguments[2:])
    assert ready.out.startswith("2 campaigns: ")
    assert resumed.out.startswith("0 campaigns: ")


async def test_live_line(sandbox: Sandbox, tmp_path: Path) -> None:
    """On a terminal one line on stderr shows how far all has come."""
    sandbox.reviewer = approve_after(0.5)
    campaigns(sandbox, tmp_path / "ids", 3)
    terminal, theirs = pty.openpty()
    process = await program(sandbox, COLUMNS="80").start("launch-many", str(tmp_path / "ids"), stderr=theirs)
    os.close(theirs)
    shown, run = await asyncio.gather(asyncio.to_thread(everything, terminal), ended(process))
    assert table(run)["launched"] == "3"
    assert "3/3 started, 3 waiting, 0 decided" in shown
    assert " requests\r" in shown


def test_standing_in_words() -> None:
    """A pause comes first; what is not known, or does not matter any more, is left out."""
    quota = RateLimit(1000, 480, None)
    progress = LaunchProgress(
        total=10, started=4, waiting=3, decided=1, failed=1, quota=quota, starts_end_at=TODAY + timedelta(days=2)
    )
    day = (TODAY + timedelta(days=2)).date()
    words = f"4/10 started, 3 waiting, 1 decided, 1 failed, last start {day} 12:00 UTC, quota 480/1,000"
    assert many_view.standing(progress, 10) == words
    paused = LaunchProgress(total=2, started=0, waiting=1, decided=1, paused_until=TODAY, starts_end_at=TODAY)
    assert many_view.standing(paused, 2) == "paused until 12:00 UTC, 2/2 started, 1 waiting, 1 decided"


async def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Away from terminals a pause is told at once, and of all other news now and then the latest."""
    told: list[str] = []

    def lines() -> list[str]:
        told.extend(capsys.readouterr().err.splitlines())
        return told

    with many_view.PlainView("launching", 2, every=0.01) as shown:
        shown.update(LaunchProgress(total=2, started=1))
        shown.update(LaunchProgress(total=2, started=2))
        assert lines() == ["launching"]
        await until(lambda: len(lines()) == 2)
        shown.update(LaunchProgress(total=2, started=2, paused_until=TODAY))
        shown.update(LaunchProgress(total=2, started=2))
        shown.update(LaunchProgress(total=2, started=2, decided=1))
    assert lines()[1:] == [
        "2/2 started, 0 waiting, 0 decided",
        "paused until 12:00 UTC, 2/2 started, 0 waiting, 0 decided",
        "2/2 started, 0 waiting, 0 decided",
    ]
