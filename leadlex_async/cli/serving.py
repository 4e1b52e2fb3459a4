"""``leadlex sandbox``."""

from __future__ import annotations

import asyncio
import os
from itertools import cycle, islice
from typing import TYPE_CHECKING

import click

from . import values
from .report import say
from .run import Stopped, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..sandbox import Decision, Sandbox

RECIPIENTS = (40, 150, 600)
LAST_PORT = 65_535
MOST_CAMPAIGNS = 1_000


TASK = '-H "Authorization: Bearer $LEADLEX_API_KEY" $LEADLEX_BASE_URL/v1/lexi/tasks/TASK_ID'


def _deciding(command: Callable[..., None]) -> Callable[..., None]:
    """The options that script a person."""
    for name, what in (
        ("fail", "Approve, and then fail to carry out,"),
        ("dismiss", "Dismiss"),
        ("approve", "Approve"),
    ):
        command = click.option(
            f"--{name}-after", type=values.seconds, metavar="DURATION", help=f"{what} every launch after so long."
        )(command)
    return command


@click.command()
@click.option(
    "--host", type=values.loopback, default="127.0.0.1", show_default=True, help="An address of this machine."
)
@click.option("--port", type=click.IntRange(0, LAST_PORT), default=0, show_default=True, help="0 is any free one.")
@click.option(
    "--plan", type=click.Choice(["starter", "pro", "org"]), help="The quota to keep; without it there is none."
)
@_deciding
@click.option(
    "--campaigns",
    type=click.IntRange(0, MOST_CAMPAIGNS),
    default=len(RECIPIENTS),
    show_default=True,
    help="How many campaigns lie ready.",
)
def sandbox(*, host: str, port: int, plan: str | None, campaigns: int, **after: float | None) -> None:
    """Serve a LeadLex of your own, in memory, until Ctrl-C.

    Paste the first line it prints into another shell: every leadlex command there then talks to this sandbox. Any key
    that starts with wbk_ is accepted. Without one of --approve-after, --dismiss-after and --fail-after nobody decides,
    until you do: the last lines it prints say how. Webhooks may be addresses of this machine.
    """
    try:
        run(_serve(host, port, plan, campaigns, _decision(after)))
    except Stopped:
        return


def _decision(after: dict[str, float | None]) -> Decision | None:
    from ..sandbox import approve_after, dismiss_after, fail_after

    given = {name: seconds for name, seconds in after.items() if seconds is not None}
    if len(given) > 1:
        options = " and ".join(f"--{name.replace('_', '-')}" for name in given)
        raise click.UsageError(f"{options} exclude each other")
    known = {"approve_after": approve_after, "dismiss_after": dismiss_after, "fail_after": fail_after}
    return next((known[name](seconds) for name, seconds in given.items()), None)


async def _serve(host: str, port: int, plan: str | None, campaigns: int, decision: Decision | None) -> None:
    from ..sandbox import Sandbox

    served = Sandbox(plan=plan, reviewer=decision, allow_loopback=True)
    try:
        await served.start(host, port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host} port {port}: {reason_of(error)}") from None
    try:
        _announce(served, campaigns)
        await asyncio.Event().wait()
    finally:
        await served.stop()


def reason_of(error: OSError) -> str:
    """The plain words: asyncio's hold the address once more. An unknown name has a number of another kind, below 0."""
    return os.strerror(error.errno) if error.errno is not None and error.errno > 0 else str(error.strerror)


def _announce(served: Sandbox, campaigns: int) -> None:
    say(f"export LEADLEX_API_KEY={served.api_key} LEADLEX_BASE_URL={served.url}")
    for recipients in islice(cycle(RECIPIENTS), campaigns):
        say(f"# campaign {served.add_campaign(recipients=recipients)} has {recipients} recipients")
    for decision in ("approve", "dismiss"):
        say(f"# {decision}: curl -X POST {TASK}/{decision}")
    say(f"# or in a browser: {served.url}/")
