"""What ``leadlex launch-many`` takes in: files of ids, options, journals."""

from __future__ import annotations

import asyncio
from subprocess import PIPE
from typing import TYPE_CHECKING

import click
import pytest
from test_cli import Program, ended
from test_cli_bulk import campaigns, program, table

from leadlex_async.cli.many_ids import campaign_ids
from leadlex_async.sandbox import Sandbox, approve_after

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def leadlex(sandbox: Sandbox) -> Program:
    """The program, set up for the sandbox."""
    return program(sandbox)


@pytest.mark.parametrize(
    ("content", "column"),
    [
        ("a\nb\nß", None),
        ("\ufeff# ours\r\n\r\na\r\n  b \r\n\t# not this, or that\r\nß\r\n", None),
        ("a\rb\rß", None),
        ("id\na\nb\nß\n", None),
        ("\ufeffName,Campaign_ID\r\nBasel,a\r\n\r\n,b\r\nBern,ß\r\n", None),
        ('# export\n\nname;id;no\n"x; y\nz";a;1\n;;\n#x;c;2\nx;"b";2\nx;ß;3', None),
        ("id\tcampaign_id\n1\ta\n2\tb\n3\tß\n", "campaign_id"),
        ("Kampagne\na\nb\nß\n", " Kampagne"),
    ],
)
def test_ids(tmp_path: Path, content: str, column: str | None) -> None:
    """Ids are read from lines and from columns, of files made on any system."""
    file = tmp_path / "ids"
    file.write_bytes(content.encode())
    assert campaign_ids(str(file), column) == ["a", "b", "ß"]


@pytest.mark.parametrize(
    ("content", "column", "expected"),
    [
        (b"", None, "ids holds no campaign ids"),
        (b"", "id", "ids holds no campaign ids"),
        (b"# nothing\n\n", None, "ids holds no campaign ids"),
        (b"name,id\n", None, "ids holds no campaign ids"),
        (b"a\nb c\n", None, "ids line 2: 'b c' is no campaign id"),
        (b"# x\n\na\n..\n", None, "ids line 4: '..' is no campaign id"),
        (b"name,id\nx,a\ny, \n", None, "ids line 3: '' is no campaign id"),
        (b"name,id\nx,a,b\n", None, "ids line 2 has another number of cells than the first line"),
        (b"# x\nid,name\na,x\nb\n", None, "ids line 4 has another number of cells than the first line"),
        (b"name,uuid\nx,a\n", None, "line 1: 'name,uuid' is no campaign id; for a CSV use --column NAME"),
        (b"id,campaign_id\nx,a\n", None, "for a CSV use --column NAME"),
        (b"name,id\nx,a\n", "ID", "ids has no column 'ID'; its first line is 'name, id'"),
        (b"x,x\nx,a\n", "x", "ids has several columns 'x'"),
        (b'name,id\n"x,a\n', None, "ids is no CSV: unexpected end of data"),
        (b"a\xff\n", None, "ids is not UTF-8 text"),
        ("a\n".encode("utf-16-le"), None, "is no campaign id"),
    ],
)
def test_no_ids(tmp_path: Path, content: bytes, column: str | None, expected: str) -> None:
    """What cannot be meant is told with its line, before anything is sent."""
    file = tmp_path / "ids"
    file.write_bytes(content)
    with pytest.raises(click.BadParameter) as caught:
        campaign_ids(str(file), column)
    assert expected in caught.value.message


async def test_stdin(sandbox: Sandbox, leadlex: Program) -> None:
    """A CSV may come from a pipe."""
    campaign = sandbox.add_campaign(recipients=10)
    process = await leadlex.start("launch-many", "-", "--column", "nr", stdin=PIPE)
    run = await ended(process, f"name,nr\r\nx,{campaign}\r\n".encode())
    assert (run.code, table(run)["launched"]) == (0, "1")
    assert sandbox.starts[campaign] == 1


async def test_usage(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """What does not go together exits with 2, in one line, and sends nothing."""
    file = tmp_path / "ids"
    campaigns(sandbox, file, 1)
    wrong = {
        (): "give FILE with campaign ids, - for stdin, or --resume",
        ("--resume",): "give --journal PATH",
        (str(file), "--resume", "--journal", "x.db"): "--resume takes no FILE",
        ("--resume", "--journal", "/no/x.db"): "there is no journal /no/x.db to go on with",
        ("--resume", "--journal", str(file), "--column", "x"): "--column names a column of FILE",
        (str(file), "--csv", "--json"): "--csv and --json exclude each other",
        (str(file), "--plan", "--csv"): "--plan prints no CSV",
        (str(file), "--quota", "pro"): "--quota is for --plan",
        (str(file), "--timeout", "0"): "is no time at all",
        (str(tmp_path),): "cannot be read: Is a directory",
        ("/no/such/file",): "/no/such/file cannot be read: No such file or directory",
    }
    results = await asyncio.gather(*[leadlex.run("launch-many", *arguments) for arguments in wrong])
    for result, expected in zip(results, wrong.values(), strict=True):
        assert expected in result.err
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
        assert result.err.endswith(" See: leadlex launch-many --help\n")
    assert sandbox.count() == 0


async def test_journals_that_cannot_be_used(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """Another file, another place or another address is an error in one line, and nothing is sent."""
    sandbox.reviewer = approve_after(0)
    file, journal = tmp_path / "ids", tmp_path / "run.db"
    campaigns(sandbox, file, 1)
    async with Sandbox() as elsewhere:
        await program(elsewhere).run("launch-many", str(file), "--journal", str(journal))
    wrong = {
        str(file): "is no journal of launches",
        "/no/x.db": "cannot be",
        str(journal): f"belongs to {elsewhere.url}",
    }
    results = await asyncio.gather(*[leadlex.run("launch-many", str(file), "--journal", path) for path in wrong])
    for result, expected in zip(results, wrong.values(), strict=True):
        assert (result.code, result.out, result.err.count("\n")) == (1, "", 2)
        assert expected in result.err.splitlines()[1]
    plan, resumed, keyless = await asyncio.gather(
        leadlex.run("launch-many", str(file), "--plan", "--journal", str(journal)),
        leadlex.run("launch-many", "--resume", "--journal", str(journal)),
        Program({}).run("launch-many", str(file)),
    )
    assert [run.code for run in (plan, resumed, keyless)] == [1, 1, 1]
    assert keyless.err.startswith("leadlex: no API key: set LEADLEX_API_KEY;")
    assert sandbox.count() == 0
