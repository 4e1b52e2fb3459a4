"""Runs of ``leadlex`` for the tests of its commands: in pipes and on a terminal, and outputs that are kept."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import struct
import sys
import tempfile
import termios
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

import pytest
from test_cli import KEY, PATIENCE, PROGRAM, Ended, Program, checked, until

from leadlex_async.cli.app import run_app

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncGenerator, Callable

    from leadlex_async.sandbox import Sandbox

GOLDEN = Path(__file__).parent / "golden"
NOBODY = {"XDG_CONFIG_HOME": tempfile.gettempdir(), "NO_PROXY": "*"}
"""No key of the person who runs the tests is found, and no proxy of theirs is used."""
OWNING = """import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])"""
"""A terminal sends the signals of its keys to the session that it belongs to."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?")


def program(sandbox: Sandbox, **more: str) -> Program:
    """The program, set up for a sandbox, with lines of 80 columns."""
    return Program({"LEADLEX_API_KEY": KEY, "LEADLEX_BASE_URL": sandbox.url, "COLUMNS": "80", **NOBODY, **more})


def golden(name: str, text: str) -> None:
    """The text is that of a file; with ``LEADLEX_GOLDEN=1`` the file is written anew."""
    file, text = GOLDEN / name, MOMENT.sub(lambda found: "0" * len(found[0]), text)
    if os.environ.get("LEADLEX_GOLDEN") == "1":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


Here: TypeAlias = "Callable[..., Ended]"


@pytest.fixture
def ended_here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Here:
    """Runs the program in this process, for what is decided before anything is sent."""
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["leadlex", *arguments])
        code = run_app()
        return checked(code, *(text.encode() for text in capsys.readouterr()))

    return run


class Terminal:
    """A run whose stdin, stdout and stderr are one terminal."""

    def __init__(self, process: Process, ours: int) -> None:
        self.process = process
        self._ours = ours
        self._new = asyncio.Event()
        self.shown = ""
        self._read_up_to = 0
        asyncio.get_running_loop().add_reader(ours, self._read)

    async def expect(self, text: str) -> Self:
        """Wait until something is shown, after what was expected before."""
        while text not in self.shown[self._read_up_to :]:
            self._new.clear()
            try:
                await asyncio.wait_for(self._new.wait(), PATIENCE)
            except TimeoutError:
                pytest.fail(f"{text!r} was never shown, but {self.shown[self._read_up_to :]!r}")
        self._read_up_to = self.shown.index(text, self._read_up_to) + len(text)
        return self

    async def takes_keys(self) -> None:
        """Wait until single keys are taken: what is typed before is thrown away."""
        await until(lambda: not termios.tcgetattr(self._ours)[3] & termios.ICANON)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._ours, keys.encode())

    async def end(self) -> Ended:
        """Wait for the end; all that was shown is in ``out``."""
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
        with suppress(OSError):  # Linux ends a terminal with EIO
            while piece := os.read(self._ours, 4096):
                self.shown += piece.decode(errors="replace")
        return checked(code, self.shown.encode(), b"")

    def _read(self) -> None:
        try:
            self.shown += os.read(self._ours, 4096).decode(errors="replace")
        except OSError:
            self.close()
        self._new.set()

    def close(self) -> None:
        """Read no more."""
        asyncio.get_running_loop().remove_reader(self._ours)


@asynccontextmanager
async def terminal(leadlex: Program, *arguments: str, columns: int = 80) -> AsyncGenerator[Terminal]:
    """Start a run on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {name: value for name, value in leadlex.variables.items() if name != "COLUMNS"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OWNING, *PROGRAM, *arguments),
        env={**os.environ, "TERM": "xterm", **variables},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = Terminal(process, ours)
    try:
        yield shown
    finally:
        shown.close()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        os.close(ours)
