"""The help of ``leadlex``, its completion, and what both cost."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import cast

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner
from terminals import NOBODY, Here, ended_here, golden
from test_cli import Ended, Program

from leadlex_async import catalog
from leadlex_async.cli.app import program
from leadlex_async.cli.operations import call_of, names, parameters

__all__ = ["ended_here"]
HEAVY = ("aiohttp", "cattrs", "rich", "orjson")
PAGES = (
    "",
    "tasks",
    "tasks review",
    "campaigns",
    "webhooks listen",
    "doctor",
    "completion",
    "call",
    "call contacts.list",
    "call lexi.chat_stream",
)


def page(*arguments: str) -> str:
    """A page of the help, in 80 columns."""
    shown = CliRunner(env={"COLUMNS": "80"}).invoke(program, [*arguments, "--help"], prog_name="leadlex")
    assert shown.exit_code == 0, shown.output
    return shown.output


@pytest.mark.parametrize("command", PAGES)
def test_help(command: str) -> None:
    """The page is as it was."""
    golden(f"help_{'_'.join(command.split()) or 'leadlex'}.txt", page(*command.split()))


@pytest.mark.parametrize("group", ["tasks", "campaigns", "webhooks", "call"])
def test_a_group_alone_shows_its_help(group: str) -> None:
    """Nothing is an error that only asks what there is."""
    shown = CliRunner(env={"COLUMNS": "80"}).invoke(program, [group], prog_name="leadlex")
    assert (shown.exit_code, shown.output) == (0, page(group))


@pytest.mark.parametrize("operation", catalog.operations(), ids=lambda operation: operation.name)
def test_every_operation_has_help(operation: catalog.Operation) -> None:
    """Each form of each operation shows what it does, its permission, its credits and all of its parameters."""
    for method in operation.methods:
        shown = " ".join(page("call", f"{operation.resource}.{method}").split())
        assert operation.op.label in shown
        assert operation.op.scope in shown
        assert operation.op.credits in shown
        assert all(f" {name} " in shown for name in parameters(operation, method))


def test_all_methods_are_commands() -> None:
    """All 140 operations, and the forms of each."""
    assert len({call.operation.op.label for name in names() if (call := call_of(name))}) == len(catalog.operations())
    assert len(names()) == sum(len(each.methods) for each in catalog.operations())


@pytest.mark.parametrize("arguments", [[], ["call", "--help"], ["tasks", "--help"], ["webhooks", "listen", "--help"]])
def test_help_is_light(arguments: list[str]) -> None:
    """Help imports neither the network nor the tables."""
    code = (
        "import sys; from leadlex_async.cli import main\n"
        f"sys.argv = ['leadlex', *{arguments!r}]\n"
        "try: main()\n"
        f"except SystemExit: print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert (run.stderr.strip(), "Usage: leadlex" in run.stdout) == ("", True)


def completed(*words: str) -> list[str]:
    """What completes the last word."""
    shell = ShellComplete(program, {}, "leadlex", "_LEADLEX_COMPLETE")
    return [item.value for item in shell.get_completions([*words[:-1]], words[-1])]


def test_completion() -> None:
    """Commands, operations, parameters and words are completed."""
    assert completed("lau") == ["launch", "launch-many"]
    assert completed("call", "contacts.cr") == ["contacts.create", "contacts.create_many", "contacts.create_note"]
    assert "--help" in completed("call", "-")
    assert completed("call", "tasks.update", "du") == ["due_date="]
    assert completed("call", "tasks.update", "priority=h") == ["priority=high"]
    assert completed("call", "nothing.get", "x") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    """Each shell gets the script that asks the program."""
    shown = CliRunner().invoke(program, ["completion", shell])
    assert shown.exit_code == 0
    assert "_LEADLEX_COMPLETE" in shown.output


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
async def test_completion_in_bash() -> None:
    """The program answers the script."""
    asked = {"_LEADLEX_COMPLETE": "bash_complete", "COMP_WORDS": "leadlex call tags.", "COMP_CWORD": "2"}
    run = await Program({**asked, **NOBODY}).run()
    assert run == Ended(0, "plain,tags.list\n", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contacts.crate", "there is no operation 'contacts.crate'; did you mean contacts.create?"),
        ("contact.get", "did you mean contacts.get?"),
        ("contacts", "contacts has several operations; call one of contacts.list, contacts.iter, contacts.create"),
        ("zzz", "there is no operation 'zzz'; `leadlex ops` lists all"),
    ],
)
def test_unknown_operations(name: str, expected: str, ended_here: Here) -> None:
    """The nearest name is told, nothing is sent, and the exit code is 2."""
    run = ended_here("call", name)
    assert (run.code, run.out) == (2, "")
    assert expected in run.err
    assert run.err.endswith(" See: leadlex call --help\n")


@pytest.mark.parametrize("form", [["--csv"], ["--csv", "--json"]])
def test_a_stream_is_no_csv(form: list[str], ended_here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before anything is sent: nobody answers at the address."""
    monkeypatch.setenv("LEADLEX_API_KEY", "wbk_x")
    monkeypatch.setenv("LEADLEX_BASE_URL", "http://127.0.0.1:1")
    run = ended_here("call", "lexi.chat_stream", "message=x", *form)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert "--csv" in run.err
    assert run.err.endswith("--help\n")


def test_the_page_has_every_command() -> None:
    """Each command is on the page of the documentation with an example, and each example is a command."""
    page = (Path(__file__).parent.parent / "docs" / "cli.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    words = [line.partition("leadlex ")[2].split() for block in blocks for line in block.splitlines()]
    shown = {" ".join(each[:2] if each[0] in GROUPS else each[:1]) for each in words if each}
    assert {each for each in shown if each.split()[0] != "call"} >= commands()
    called = [each[1] for each in words if each[:1] == ["call"]]
    assert all(call_of(each) is not None for each in called)


GROUPS = {name for name, command in program.commands.items() if isinstance(command, click.Group) and name != "call"}


def commands() -> set[str]:
    """All commands but the operations."""
    inner = {f"{name} {each}" for name in GROUPS for each in cast("click.Group", program.commands[name]).commands}
    return inner | ({*program.commands} - GROUPS - {"call"})
