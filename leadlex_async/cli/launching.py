"""``leadlex launch`` and ``leadlex wait``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from . import values
from .report import say
from .run import run
from .ticket_file import ticket_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..approvals.launch import Launch, Until
    from ..approvals.ticket import LaunchTicket

F = TypeVar("F", bound="Callable[..., object]")


def _waiting(command: F) -> F:
    """The options of every command that waits."""
    until = click.option(
        "--until",
        type=click.Choice(["decision", "completed"]),
        default="decision",
        show_default=True,
        help="Wait for the decision, or until the approved task is carried out too.",
    )
    timeout = click.option(
        "--timeout",
        type=values.duration,
        default="1h",
        show_default=True,
        metavar="DURATION",
        help="How long to wait: 90s, 15m, 1h, 2d, 1h30m or plain seconds.",
    )
    return timeout(until(command))


@click.command(short_help="Start a campaign and wait for its approval.")
@click.argument("campaign_id", type=values.campaign_id)
@_waiting
@click.option("--adopt", is_flag=True, help="Join the launch if the campaign is under way already.")
@click.option(
    "--ticket",
    type=ticket_file,
    metavar="FILE",
    help="Write the launch ticket to FILE once the start is answered; `leadlex wait @FILE` goes on with it.",
)
def launch(*, campaign_id: str, timeout: float, until: Until, adopt: bool, ticket: Path | None) -> None:
    """Start a campaign, once, and wait until a person has approved it."""
    _tell(run(_launch(campaign_id, timeout, until, adopt=adopt, file=ticket)))


@click.command()
@click.argument("ticket", type=values.ticket)
@_waiting
def wait(*, ticket: LaunchTicket, timeout: float, until: Until) -> None:
    """Wait for a launch that was begun earlier.

    TICKET is the JSON of a launch ticket, @FILE that holds it, or - for stdin.
    """
    _tell(run(_wait(ticket, timeout, until)))


async def _launch(campaign_id: str, timeout: float, until: Until, *, adopt: bool, file: Path | None) -> Launch:
    from .session import opened
    from .status import status

    async with opened(file=file) as session:
        with status(f"starting campaign {campaign_id}", session.leadlex) as shown:
            return await session.leadlex.approvals.launch(
                campaign_id, timeout=timeout, until=until, on_update=session.telling(shown.update), adopt=adopt
            )


async def _wait(ticket: LaunchTicket, timeout: float, until: Until) -> Launch:
    from .session import opened
    from .status import status

    async with opened(given=ticket) as session:
        with status(f"waiting for the launch of campaign {ticket.campaign_id}", session.leadlex) as shown:
            return await session.leadlex.approvals.wait(
                ticket, timeout=timeout, until=until, on_update=session.telling(shown.update)
            )


def _tell(launch: Launch) -> None:
    from ..approvals.launch import Outcome

    how = {Outcome.AUTO_STARTED: "no approval needed", Outcome.COMPLETED: "approved and carried out"}
    facts = [how.get(launch.outcome, "approved")]
    if launch.task_id:
        facts += [f"task {launch.task_id}"]
    if launch.outcome is not Outcome.AUTO_STARTED:
        facts += [f"waited {launch.waited:.1f} s"]
    say(f"launched: campaign {launch.campaign_id} ({', '.join(facts)})")
