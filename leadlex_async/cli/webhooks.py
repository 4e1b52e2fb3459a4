"""``leadlex webhooks``."""

from __future__ import annotations

import sys
from typing import TypedDict, Unpack

import click

from .options import with_json
from .report import overview
from .run import Stopped, run
from .safe import on_terminal
from .ticket_file import ticket_file

PORT = 8080
LAST_PORT = 65_535
PATH = "/leadlex/webhook"
EVENTS = "task.approved,task.dismissed,campaign.started"
ITSELF = "itself"
VARIABLE = "LEADLEX_WEBHOOK_SECRET"


class Listening(TypedDict):
    """What the command line asks for."""

    host: str
    port: int
    path: str
    secret_file: str | None
    ensure: str | None
    events: list[str]
    as_json: bool


@click.group(invoke_without_command=True)
@click.pass_context
def webhooks(context: click.Context) -> None:
    """Receive what LeadLex pushes."""
    overview(context)


def _path(text: str) -> str:
    if not text.startswith("/") or not text.isprintable() or set(text) & set(" ?#{}"):
        raise click.BadParameter(f"{text!r} is no path; it begins with /, such as {PATH}")
    return text


def _events(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise click.BadParameter("name at least one event, such as task.approved; leadlex call events.catalog has all")
    return names


def _require_place(secret_file: str | None) -> None:
    """A new webhook's secret is shown once: before anything is sent there must be a place for it."""
    if secret_file is not None:
        ticket_file(secret_file)
    elif not on_terminal(sys.stderr):
        raise click.UsageError(
            "a new webhook's secret is shown once: give --secret-file FILE to keep it in, or run this on a terminal"
        )


@webhooks.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, LAST_PORT), default=PORT, show_default=True, help="0 is any free one.")
@click.option("--path", type=_path, metavar="PATH", default=PATH, show_default=True, help="The path of the deliveries.")
@click.option(
    "--secret-file",
    metavar="FILE",
    help="A file with the webhook's secret, one a line, mode 600; a new secret is written into it.",
)
@click.option(
    "--ensure",
    is_flag=False,
    flag_value=ITSELF,
    metavar="[URL]",
    help="Register URL, the public address that leads here; on a sandbox without URL: this very address.",
)
@click.option(
    "--events",
    type=_events,
    default=EVENTS,
    show_default=True,
    metavar="A,B",
    help="What --ensure registers; the webhook of this URL gets exactly these events.",
)
@with_json
def listen(**given: Unpack[Listening]) -> None:
    """Receive events and print each that proves to come from LeadLex, until Ctrl-C.

    The secrets are those of LEADLEX_WEBHOOK_SECRET, several with commas between, and of --secret-file. What is forged,
    too old or no event is refused and told on stderr, with the check that it failed. An event that comes again is
    printed once.

    LeadLex delivers to public https addresses only: have a proxy or a tunnel lead one to this port. A sandbox delivers
    to this machine.
    """
    if given["ensure"] not in {None, ITSELF}:
        _require_place(given["secret_file"])
    from .listening import listen_until_stopped

    try:
        run(listen_until_stopped(given))
    except Stopped:
        return
