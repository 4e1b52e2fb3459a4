"""What is said on stdout and stderr, and which exit code an error means."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import sys
import traceback
from typing import TYPE_CHECKING, TextIO

import click

from ..errors import (
    AlreadyStarted,
    ApprovalDismissed,
    ApprovalFailed,
    ApprovalTimeout,
    LeadLexError,
    QuotaExhausted,
    StartOutcomeUnknown,
    ValidationError,
)
from .run import SIGNALLED, Stopped
from .safe import LINES, on_terminal, one_line, safe

if TYPE_CHECKING:
    from ..approvals.ticket import LaunchTicket

ERROR, USAGE, DISMISSED, FAILED, TIMED_OUT, QUOTA_SPENT = range(1, 7)

_CODES: dict[type[LeadLexError], int] = {
    ApprovalDismissed: DISMISSED,
    ApprovalFailed: FAILED,
    ApprovalTimeout: TIMED_OUT,
    QuotaExhausted: QUOTA_SPENT,
}

# The hints of the errors speak of Python calls; here they speak of options.
_HINTS: dict[type[LeadLexError], str] = {
    AlreadyStarted: ". Join the launch that is under way with --adopt",
    ApprovalTimeout: "",
    QuotaExhausted: "",
    StartOutcomeUnknown: "; do not launch it again before you know",
}
# And so do these words.
_WORDS = {"base_url must": "LEADLEX_BASE_URL must", "Check base_url and session": "Check LEADLEX_BASE_URL"}

_UNWRITABLE = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


class Unwritten(Exception):
    """What was to be said on stdout, and could not be."""

    def __init__(self, line: str, reason: OSError) -> None:
        super().__init__(f"cannot write to stdout: {reason.strerror}")
        self.line = line


def say(line: str, *, err: bool = False) -> None:
    """Print one line at once; a reader who has gone is no error, and on stderr nothing is."""
    try:
        _echo(line, err=err)
    except OSError as error:
        _hush(sys.stderr if err else sys.stdout)
        if not err and not isinstance(error, BrokenPipeError):
            raise Unwritten(line, error) from None


def put(line: str, *, end: str = "\n") -> None:
    """Print what is one of many, as it is; its ``OSError`` for a reader who has gone ends the program in peace."""
    if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison] - where it is closed, it is None
        sys.stdout.write(line + end)
        sys.stdout.flush()


def _echo(line: str, *, err: bool) -> None:
    """Nothing raw reaches a terminal, nor stderr; in a pipe stdout is data, as it is."""
    click.echo(safe(line, LINES) if err or on_terminal(sys.stdout) else line, err=err)


def _hush(stream: TextIO) -> None:
    """What is printed later, and the flush at exit, must find a file that can be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def go_on(ticket: LaunchTicket) -> str:
    """The command that goes on waiting for a launch."""
    return command(ticket.base_url, "wait", ticket.to_json())


def command(base_url: str, *words: str) -> str:
    """A command that goes on with what is under way at this address."""
    from ..client import BASE_URL

    address = f"LEADLEX_BASE_URL={shlex.quote(base_url)} " if base_url != BASE_URL else ""
    return f"go on with: {address}leadlex {shlex.join(words)}"


def overview(context: click.Context) -> None:
    """Print the help of a group that was called without a command."""
    if context.invoked_subcommand is None:
        say(context.get_help())


def usage(error: click.UsageError) -> int:
    """Say what is wrong with the command line."""
    path = error.ctx.command_path if error.ctx is not None else "leadlex"
    text = one_line(error.format_message()).rstrip(".")
    stop = "" if text.endswith(("?", "?)")) else "."
    say(f"leadlex: {text}{stop} See: {path} --help", err=True)
    return USAGE


def refusal(error: click.ClickException) -> int:
    """Say why a command cannot do its work."""
    say(f"leadlex: {one_line(error.format_message())}", err=True)
    return error.exit_code


def interrupted() -> int:
    """Say that the program was stopped while no work was under way."""
    say("leadlex: stopped", err=True)
    return SIGNALLED + signal.SIGINT


def failure(error: BaseException) -> int:
    """Say what went wrong: one line, and the notes that were added on the way."""
    error = _root(error)
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        # Help and tables are not printed by us; every other error of the system is told before it gets here.
        _hush(sys.stdout)
        if error.errno == errno.EPIPE:
            return 0
        error = Unwritten("", error)
    if isinstance(error, Unwritten) and error.line:
        say(error.line, err=True)
    if os.environ.get("LEADLEX_DEBUG") == "1" and not isinstance(error, Stopped):
        say("".join(traceback.format_exception(error)), err=True)
    say(f"leadlex: {sentence(error)}", err=True)
    for note in getattr(error, "__notes__", ()):
        say(str(note), err=True)
    return exit_code(error)


def exit_code(error: BaseException) -> int:
    """What an error means to a shell script."""
    match error:
        case Stopped():
            return error.exit_code
        case ValidationError(status=None):
            return USAGE
        case _:
            return next((code for kind, code in _CODES.items() if isinstance(error, kind)), ERROR)


def _root(error: BaseException) -> BaseException:
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return _root(inner[0]) if inner else error


def sentence(error: BaseException) -> str:
    """What went wrong, in the words of a command line."""
    if isinstance(error, (Stopped, Unwritten)):
        return str(error)
    if not isinstance(error, LeadLexError):
        # The type only: what a foreign error prints may hold anything.
        return f"unexpected {type(error).__name__}; please report it with the traceback that LEADLEX_DEBUG=1 shows"
    hint = _HINTS.get(type(error))
    text = str(error) if hint is None else str(error).removesuffix(f". {error.hint}") + hint
    for word, ours in _WORDS.items():
        text = text.replace(word, ours)
    return text
