"""``leadlex launch-many``: its options, and which of them go together."""

from __future__ import annotations

import os
from typing import TypedDict, Unpack

import click

from . import values
from .run import run

TIMEOUT = "1h"


class Order(TypedDict):
    """What the command line asks for."""

    file: str | None
    column: str | None
    journal: str | None
    resume: bool
    plan: bool
    quota: str | None
    timeout: float
    wait_for_quota: bool
    csv: bool
    json: bool


@click.command("launch-many", short_help="Launch thousands of campaigns, each once.")
@click.argument("file", required=False)
@click.option("--column", metavar="NAME", help="The column of a CSV that holds the ids.")
@click.option("--journal", metavar="PATH", help="Keep what was started in PATH, from which another run goes on.")
@click.option("--resume", is_flag=True, help="Go on with all that the journal holds, without FILE.")
@click.option("--plan", is_flag=True, help="Say how long it would take, and send nothing.")
@click.option("--quota", type=click.Choice(["starter", "pro", "org"]), help="The quota that --plan counts with.")
@click.option(
    "--timeout",
    type=values.duration,
    default=TIMEOUT,
    show_default=True,
    metavar="DURATION",
    help="How long to wait for each decision: 90s, 15m, 1h, 2d, 1h30m or plain seconds.",
)
@click.option(
    "--no-wait-for-quota",
    "wait_for_quota",
    is_flag=True,
    flag_value=False,
    default=True,
    help="End with exit code 6 when the day's quota is spent; else starts go on at 00:00 UTC.",
)
@click.option("--csv", is_flag=True, help="Print every result as CSV.")
@click.option("--json", is_flag=True, help="Print counts and results, or the plan, as JSON.")
def launch_many(**order: Unpack[Order]) -> int:
    """Launch thousands of campaigns, each once, and wait until people have decided.

    FILE holds one campaign id a line, or is a CSV: its column id or campaign_id is used, or the one that --column
    names. Blank lines and lines that begin with # are skipped; - is stdin. All of it is read before anything is sent.

    With --journal, the same command goes on after Ctrl-C or any crash: nothing is started twice and nothing forgotten.
    Ctrl-C stops the starts and hears those on their way; a second one leaves at once.

    Exits with 0 when every campaign is launched, 1 when one is not, and 6 when the day's quota is spent.
    """
    _check(order)
    from . import many_ids, many_plan, many_run

    ids = many_ids.campaign_ids(order["file"], order["column"]) if order["file"] is not None else None
    return run(many_plan.show(order, ids) if order["plan"] else many_run.carry_out(order, ids))


def _check(order: Order) -> None:
    """Refuse what does not go together."""
    journal, source = order["journal"], order["file"]
    wrong = {
        "--resume goes on from a journal: give --journal PATH": order["resume"] and journal is None,
        "--resume takes no FILE: it goes on with all that the journal holds": order["resume"] and source is not None,
        "give FILE with campaign ids, - for stdin, or --resume": not order["resume"] and source is None,
        "--column names a column of FILE": order["column"] is not None and source is None,
        "--csv and --json exclude each other": order["csv"] and order["json"],
        "--plan prints no CSV": order["plan"] and order["csv"],
        "--quota is for --plan; a launch learns it from the first answer": order["quota"] and not order["plan"],
        f"there is no journal {journal} to go on with": order["resume"] and not os.access(journal or "", os.F_OK),
    }
    for text, applies in wrong.items():
        if applies:
            raise click.UsageError(text)
