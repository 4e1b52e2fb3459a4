"""Completion in a real bash on a terminal, and the scripts of the shells that may not be here."""

from __future__ import annotations

import asyncio
import os
import pty
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import get_completion_class
from click.testing import CliRunner
from terminals import NOBODY, OWNING, Terminal

from leadlex_async.cli.app import program

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

in_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
BIN = Path(sys.executable).parent
SHELL = ("bash", "--noprofile", "--norc", "-i")
PREPARED = """PS1='$ '; bind 'set show-all-if-ambiguous on'; bind 'set bell-style none'
eval "$(command leadlex completion bash)"; leadlex() { printf '<%s>' "$@"; echo .; }; echo rea""dy
"""
"""The function stands before the program when a command is entered, not when the completion asks."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files to complete."""
    (tmp_path / "folder").mkdir()
    for name in ("ids.csv", "ticket.json", "my file$.csv", "folder/inside.json", "Meier"):
        (tmp_path / name).touch()
    return tmp_path


@asynccontextmanager
async def bash(folder: Path, before: str = "") -> AsyncGenerator[Terminal]:
    """A bash on a terminal, with our completion, in a folder."""
    ours, theirs = pty.openpty()
    env = {**os.environ, **NOBODY, "TERM": "dumb", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    starting = (sys.executable, "-c", OWNING, shutil.which("bash") or "", *SHELL[1:])
    process = await asyncio.create_subprocess_exec(
        *starting, env=env, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = Terminal(process, ours)
    try:
        shown.press(before + PREPARED)
        yield await shown.expect("ready")
    finally:
        shown.close()
        process.kill()
        await process.wait()
        os.close(ours)


TYPED = {
    "call contacts.list sea\tMeier": "<call><contacts.list><search=Meier>",
    "call contacts.list sort=\t\tx": "<call><contacts.list><sort=x>",
    "call contacts.list search=\t\tx": "<call><contacts.list><search=x>",
    "call tasks.update priority=h\tid=1": "<call><tasks.update><priority=high><id=1>",
    "call tasks.update id=a:b pri\thi\t": "<call><tasks.update><id=a:b><priority=high>",
    "call contacts.update email:=\t\tnull": "<call><contacts.update><email:=null>",
    "call contacts.import_csv csv=@ids\t": "<call><contacts.import_csv><csv=@ids.csv>",
    "call contacts.import_csv csv=@my\t": "<call><contacts.import_csv><csv=@my file$.csv>",
    "call contacts.import_csv csv=@my\\ f\t": "<call><contacts.import_csv><csv=@my file$.csv>",
    'call contacts.import_csv csv="@id\t': "<call><contacts.import_csv><csv=@ids.csv>",
    "launch-many id\t--plan": "<launch-many><ids.csv><--plan>",
    "launch-many ids.csv --quota=p\t": "<launch-many><ids.csv><--quota=pro>",
    "launch x --ticket tick\t": "<launch><x><--ticket><ticket.json>",
    "launch x --ticket=tick\t": "<launch><x><--ticket=ticket.json>",
    "launch x --adopt < id\t": "<launch><x><--adopt>",
    "wait @tick\t --until d\t": "<wait><@ticket.json><--until><decision>",
    "wait @fol\tin\t": "<wait><@folder/inside.json>",
}


@in_bash
@pytest.mark.parametrize("before", ["", "COMP_WORDBREAKS=${COMP_WORDBREAKS//[=:@]}\n"], ids=["default", "whole words"])
async def test_bash(folder: Path, before: str) -> None:
    """What is typed with tabs becomes the arguments that are meant: no space after =, no parameter as a value."""
    async with bash(folder, before) as shell:
        for typed, arguments in TYPED.items():
            shell.press(f"leadlex {typed}\n")
            await shell.expect(f"{arguments}.")
        assert "No such file" not in shell.shown
        assert "sort=search" not in shell.shown


@in_bash
async def test_bash_lists_what_fits(folder: Path) -> None:
    """Where several fit they are shown, and for a value only values."""
    async with bash(folder) as shell:
        shell.press("leadlex call tasks.update priority=\t")
        await shell.expect("high")
        shell.press("low\n")
        await shell.expect("<priority=low>.")
        assert "due_date=" not in shell.shown


def script(shell: str) -> str:
    """What ``leadlex completion`` prints."""
    return CliRunner().invoke(program, ["completion", shell]).output


def answers(monkeypatch: pytest.MonkeyPatch, shell: str, *words: str) -> list[str]:
    """What a shell that does not break words at = is told for the last word."""
    asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1)}
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    kind = get_completion_class(shell)
    assert kind is not None
    return kind(program, {}, "leadlex", "_LEADLEX_COMPLETE").complete().splitlines()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells(shell: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They get whole words, files too; where there is nothing to say of a plain word the shell completes files."""
    monkeypatch.chdir(folder)
    expected = {
        ("call", "contacts.list", "sea"): "plain,search=",
        ("call", "tasks.update", "priority=h"): "plain,priority=high",
        ("call", "contacts.import_csv", "csv=@ids"): "plain,csv=@ids.csv",
        ("launch-many", "x", "--quota=p"): "plain,--quota=pro",
        ("launch-many", "ids"): "file,ids",
        ("launch", "x", "--ticket=ti"): "plain,--ticket=ticket.json",
        ("wait", "@f"): "plain,@folder/",
    }
    for words, answer in expected.items():
        told = answers(monkeypatch, shell, "leadlex", *words)
        assert told == ([answer] if shell == "fish" else [*answer.split(",", 1), "_"])
    assert [each for each in answers(monkeypatch, shell, "leadlex", "call", "contacts.list", "search=M") if each] == []


def test_zsh_adds_no_space_after_an_open_word() -> None:
    """What ends in = or / goes on; fish sees to it by itself."""
    assert "open+=" in script("zsh")
    assert "compadd -U -V unsorted -S '' -a open" in script("zsh")
    assert "string split --max 1" in script("fish")
