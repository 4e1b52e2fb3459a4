"""``leadlex sandbox``."""

from __future__ import annotations

import asyncio
from itertools import cycle, islice
from typing import TYPE_CHECKING

import click

from . import values
from .report import say
from .run import Stopped, run

if TYPE_CHECKING:
    from ..sandbox import Sandbox

RECIPIENTS = (40, 150, 600)
LAST_PORT = 65_535
MOST_CAMPAIGNS = 1_000


@click.command()
@click.option(
    "--host", type=values.loopback, default="127.0.0.1", show_default=True, help="An address of this machine."
)
@click.option("--port", type=click.IntRange(0, LAST_PORT), default=0, show_default=True, help="0 is any free one.")
@click.option(
    "--plan", type=click.Choice(["starter", "pro", "org"]), help="The quota to keep; without it there is none."
)
@click.option(
    "--approve-after",
    type=values.seconds,
    metavar="SECONDS",
    help="Approve every launch after so long; without it nobody does.",
)
@click.option(
    "--campaigns",
    type=click.IntRange(0, MOST_CAMPAIGNS),
    default=len(RECIPIENTS),
    show_default=True,
    help="How many campaigns lie ready.",
)
def sandbox(*, host: str, port: int, plan: str | None, approve_after: float | None, campaigns: int) -> None:
    """Serve a LeadLex of your own, in memory, until Ctrl-C.

    What it prints is good for a shell: the variables that lead every other command here.
    """
    try:
        run(_serve(host, port, plan, approve_after, campaigns))
    except Stopped:
        return


async def _serve(host: str, port: int, plan: str | None, approve_after: float | None, campaigns: int) -> None:
    from ..sandbox import Sandbox, approve_after as approving

    served = Sandbox(plan=plan, reviewer=approving(approve_after) if approve_after is not None else None)
    try:
        await served.start(host, port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host} port {port}: {error.strerror}") from None
    try:
        _announce(served, campaigns)
        await asyncio.Event().wait()
    finally:
        await served.stop()


def _announce(served: Sandbox, campaigns: int) -> None:
    say(f"export LEADLEX_API_KEY={served.api_key} LEADLEX_BASE_URL={served.url}")
    for recipients in islice(cycle(RECIPIENTS), campaigns):
        say(f"# campaign {served.add_campaign(recipients=recipients)} has {recipients} recipients")
