"""What is said on stdout and stderr, and which exit code an error means."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import traceback
from typing import TYPE_CHECKING

import click

from ..errors import (
    AlreadyStarted,
    ApprovalDismissed,
    ApprovalFailed,
    ApprovalTimeout,
    LeadLexError,
    StartOutcomeUnknown,
    ValidationError,
)
from .run import SIGNALLED, Stopped

if TYPE_CHECKING:
    from ..approvals.ticket import LaunchTicket

ERROR, USAGE, DISMISSED, FAILED, TIMED_OUT = range(1, 6)

# The hints of the errors speak of Python calls; here they speak of options.
_HINTS: dict[type[LeadLexError], str] = {
    AlreadyStarted: ". Join the launch that is under way with --adopt",
    ApprovalTimeout: "",
    StartOutcomeUnknown: "",
}


def say(line: str, *, err: bool = False) -> None:
    """Print one line at once; a reader who has gone is no error."""
    try:
        click.echo(line, err=err)
    except BrokenPipeError:
        # What is printed later, and the flush at exit, must find an open file.
        stream = sys.stderr if err else sys.stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def go_on(ticket: LaunchTicket) -> str:
    """The command that goes on waiting for a launch."""
    return f"go on with: leadlex wait {shlex.quote(ticket.to_json())}"


def usage(error: click.UsageError) -> int:
    """Say what is wrong with the command line."""
    path = error.ctx.command_path if error.ctx is not None else "leadlex"
    say(f"leadlex: {_one_line(error.format_message()).rstrip('.')}. See: {path} --help", err=True)
    return USAGE


def refusal(error: click.ClickException) -> int:
    """Say why a command cannot do its work."""
    say(f"leadlex: {_one_line(error.format_message())}", err=True)
    return error.exit_code


def interrupted() -> int:
    """Say that the program was stopped while no work was under way."""
    say("leadlex: stopped", err=True)
    return SIGNALLED + signal.SIGINT


def failure(error: BaseException) -> int:
    """Say what went wrong: one line, and the notes that were added on the way."""
    error = _root(error)
    if os.environ.get("LEADLEX_DEBUG") == "1" and not isinstance(error, Stopped):
        say("".join(traceback.format_exception(error)), err=True)
    say(f"leadlex: {_sentence(error)}", err=True)
    for note in getattr(error, "__notes__", ()):
        say(str(note), err=True)
    return exit_code(error)


def exit_code(error: BaseException) -> int:
    """What an error means to a shell script."""
    match error:
        case Stopped():
            return error.exit_code
        case ApprovalDismissed():
            return DISMISSED
        case ApprovalFailed():
            return FAILED
        case ApprovalTimeout():
            return TIMED_OUT
        case ValidationError(status=None):
            return USAGE
        case _:
            return ERROR


def _root(error: BaseException) -> BaseException:
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return _root(inner[0]) if inner else error


def _sentence(error: BaseException) -> str:
    if isinstance(error, Stopped):
        return str(error)
    if not isinstance(error, LeadLexError):
        # The type only: what a foreign error prints may hold anything.
        return f"unexpected {type(error).__name__}; please report it with the traceback that LEADLEX_DEBUG=1 shows"
    hint = _HINTS.get(type(error))
    return str(error) if hint is None else str(error).removesuffix(f". {error.hint}") + hint


def _one_line(text: str) -> str:
    return " ".join(text.split())
