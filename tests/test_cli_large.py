"""``leadlex`` with 10,000 ids, and without what a program usually has: a home, a place to write."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from subprocess import PIPE
from typing import TYPE_CHECKING

from terminals import NOBODY, program
from test_cli import KEY, PROGRAM, Program, ended

from leadlex_async.cli.many_ids import campaign_ids

if TYPE_CHECKING:
    from pathlib import Path

    from leadlex_async.sandbox import Sandbox

ROWS = 10_000


async def test_ten_thousand_rows(tmp_path: Path) -> None:
    """A CSV of another system, with its line ends and its letters, from a file and from a pipe."""
    content = "\ufeffName;Kampagne\r\n" + "".join(f'"Müller, 漢 {n}\r\n& Söhne";c-ü-{n}\r\n' for n in range(ROWS))
    file = tmp_path / "ids.csv"
    file.write_bytes(content.encode())
    assert campaign_ids(str(file), "Kampagne") == [f"c-ü-{n}" for n in range(ROWS)]
    leadlex = Program({"LEADLEX_API_KEY": KEY, **NOBODY})
    piped = await leadlex.start("launch-many", "-", "--column", "Kampagne", "--plan", "--json", stdin=PIPE)
    run = await ended(piped, content.encode())
    assert (run.code, json.loads(run.out)["campaigns"], run.err) == (0, ROWS, "")


async def test_no_home(sandbox: Sandbox) -> None:
    """Nothing needs one."""
    environment = {"PATH": os.environ["PATH"], "LEADLEX_API_KEY": KEY, "LEADLEX_BASE_URL": sandbox.url}
    commands = (("doctor",), ("campaigns", "list"), ("launch", sandbox.add_campaign(recipients=10)))
    started = [
        await asyncio.create_subprocess_exec(*PROGRAM, *command, env=environment, stdout=PIPE, stderr=PIPE)
        for command in commands
    ]
    assert [run.code for run in await asyncio.gather(*map(ended, started))] == [0, 0, 0]


async def test_no_key_and_no_home() -> None:
    """The message names no file that cannot be."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "leadlex_async.cli",
        "campaigns",
        "list",
        env={"PATH": os.environ["PATH"]},
        stdout=PIPE,
        stderr=PIPE,
    )
    run = await ended(process)
    assert (run.code, run.err.count("\n")) == (1, 1)
    assert "or write the key to" not in run.err


async def test_a_configuration_that_cannot_be_read(sandbox: Sandbox, tmp_path: Path) -> None:
    """A folder where the key should be is told, and nothing is sent."""
    (tmp_path / "leadlex" / "key").mkdir(parents=True)
    leadlex = program(sandbox, XDG_CONFIG_HOME=str(tmp_path), LEADLEX_API_KEY="")
    run = await leadlex.run("campaigns", "list")
    assert (run.code, run.err) == (1, f"leadlex: {tmp_path}/leadlex/key is not a regular file\n")
    assert sandbox.count() == 0
