"""The commands that the documents show: taken apart, checked, and carried out as a reader would."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click
from docs_blocks import ROOT

from leadlex_async import LaunchTicket
from leadlex_async.cli.app import HELP, program
from leadlex_async.cli.given import arguments_of
from leadlex_async.cli.operations import Call, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docs_blocks import Block

PATIENCE = 30
BIN = Path(sys.executable).parent
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
_VARIABLE = re.compile(r"\w+=")
_TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
_REQUIRED = str(_PROJECT["dependency-groups"])


def commands(block: Block) -> Iterator[list[str]]:
    """The words of each command of ours in a block, from the name of the program on."""
    lines = block.text.splitlines()
    if block.kind == "console":
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    for line in lines:
        words = [*takewhile(_same_command, shlex.split(line.rpartition("&& ")[2], comments=True))]
        words = [*dropwhile(_VARIABLE.match, words)]
        if words and (name := Path(words[0]).name) in {"leadlex", "make", "pip", "python"}:
            yield [name, *words[1:]]


def _same_command(word: str) -> bool:
    """What is printed may go into a file or into another command."""
    return re.fullmatch(r"[\d&]*[<>|]+", word) is None


def check(words: list[str], saved: set[str]) -> None:
    """A command is one that exists, with options that exist."""
    match words:
        case ["leadlex", *arguments]:
            _check_leadlex(arguments)
        case ["make", *targets]:
            assert set(targets) <= _TARGETS
        case ["python", file, *_]:
            assert file in saved or (ROOT / file).exists()
        case ["pip", "install", *names]:
            for name in names:
                _check_package(name)
        case _:
            raise AssertionError(f"unknown command: {words}")


def _check_leadlex(arguments: list[str]) -> None:
    command: click.Command = program
    name = "leadlex"
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        name, *arguments = arguments
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"there is no command {name}"
        command = found
    _make_files(arguments)
    if {"--help", "--version"}.isdisjoint(arguments):
        top = click.Context(program, help_option_names=HELP)  # click keeps the help option that it makes first
        with command.make_context(name, arguments, top) as context:
            if isinstance(command, Call):
                arguments_of(name, context.params["assignments"], parameters(command.operation, command.method))


def _make_files(arguments: list[str]) -> None:
    """What a command reads must be there."""
    ticket = LaunchTicket(campaign_id="c", base_url="http://127.0.0.1:9", started_at=datetime(2026, 1, 1, tzinfo=UTC))
    for argument in arguments:
        if re.fullmatch(r"[\w-]+\.(csv|txt)", argument):
            Path(argument).touch()
        if file := re.fullmatch(r"(?:\w+=)?@([\w.-]+)", argument):
            Path(file[1]).write_text(ticket.to_json(), "utf-8")


def _check_package(name: str) -> None:
    ours = re.fullmatch(r"(?:leadlex_async|\.)(?:\[(\w+)\])?", name)
    if ours and ours[1]:
        assert ours[1] in _PROJECT["project"]["optional-dependencies"]
    assert ours or name.startswith("-") or name in _REQUIRED


class Shell:
    """What runs the console blocks of a page; ``leadlex sandbox`` stays in the background, as in a shell of its own."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._campaign = ""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LEADLEX_")}
        self._env = clean | {"PATH": f"{BIN}{os.pathsep}{clean['PATH']}"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, block: Block) -> None:
        """Carry out each command and compare what it prints."""
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            if command.startswith("leadlex sandbox"):
                self._serve(command, expected.splitlines())
                continue
            said = self._printed(command.replace("CAMPAIGN_ID", self._campaign))
            assert not expected or re.fullmatch(_pattern(expected), said), f"{command} printed:\n{said}"

    def _printed(self, command: str) -> str:
        done = subprocess.run(  # noqa: S603 - our own page
            shlex.split(command), env=self._env, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stderr}"
        return done.stdout

    def _serve(self, command: str, expected: list[str]) -> None:
        pipe = subprocess.PIPE
        served = subprocess.Popen(shlex.split(command), env=self._env, stdout=pipe, text=True)  # noqa: S603 - as above
        self._stack.enter_context(served)
        self._stack.callback(served.terminate)
        assert served.stdout is not None
        said = [served.stdout.readline() for _ in expected]
        assert all(re.fullmatch(_pattern(line), told.strip()) for line, told in zip(expected, said, strict=True))
        self._env |= dict(word.split("=", 1) for word in shlex.split(said[0])[1:])
        self._campaign = next(line.split()[2] for line in said if "150" in line)


def _pattern(expected: str) -> str:
    """What may be printed in place of it: another word where there are digits, anything for three dots."""
    return re.sub(r"\S+", lambda word: _alike(word[0]), expected)


def _alike(word: str) -> str:
    if word == "...":
        return ".*"
    return r"\S+" if re.search(r"\d", word) else re.escape(word)
