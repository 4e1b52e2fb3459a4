"""``leadlex campaigns``: which there are, how they stand and how they fare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import values
from .options import form, with_csv, with_json
from .report import overview
from .run import run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..models.campaigns import Campaign
    from .options import Form
    from .records import Row

COLUMNS = ("id", "status", "name", "sent", "opened", "replied", "created_at")
RATES = ("open_rate", "click_rate", "reply_rate")


@click.group(invoke_without_command=True)
@click.pass_context
def campaigns(context: click.Context) -> None:
    """See campaigns, their figures, and pause one."""
    overview(context)


@campaigns.command("list")
@with_csv
def list_(*, as_json: bool, as_csv: bool) -> None:
    """List all campaigns."""
    from ..models.campaigns import Campaign
    from .listed import print_all

    chosen = form(as_json=as_json, as_csv=as_csv)
    run(print_all(Campaign, lambda leadlex: leadlex.campaigns.list(), _counted, COLUMNS, chosen))


@campaigns.command()
@click.argument("campaign_id", type=values.campaign_id)
@with_json
def show(*, campaign_id: str, as_json: bool) -> None:
    """Show a campaign with its steps and how many contacts it has."""
    run(_show(campaign_id, form(as_json=as_json)))


@campaigns.command()
@click.argument("ids", metavar="CAMPAIGN_ID...", nargs=-1, required=True, type=values.campaign_id)
@with_json
def pause(*, ids: Sequence[str], as_json: bool) -> int:
    """Pause active campaigns; mails on their way still go out.

    Exits with 1 if one of them could not be paused. `leadlex launch` resumes a campaign.
    """
    from .in_turn import in_turn

    return run(
        in_turn(ids, "campaign", "paused", lambda leadlex, each: leadlex.campaigns.pause(each), form(as_json=as_json))
    )


@campaigns.command()
@click.argument("campaign_id", type=values.campaign_id)
@with_csv
def stats(*, campaign_id: str, as_json: bool, as_csv: bool) -> None:
    """Show what became of a campaign's mails; in JSON and CSV the rates run from 0 to 1."""
    run(_stats(campaign_id, form(as_json=as_json, as_csv=as_csv)))


def _counted(campaign: Campaign) -> Row:
    from .records import as_row

    return as_row(campaign) | (as_row(campaign.stats) if campaign.stats is not None else {})


async def _show(campaign_id: str, form: Form) -> None:
    from .clients import connected
    from .forms import print_record
    from .records import as_row

    async with connected() as leadlex:
        campaign = await leadlex.campaigns.get(campaign_id)
    row = as_row(campaign)
    if form == "people":
        row["contacts"] = len(campaign.contacts)
    print_record(row, form)


async def _stats(campaign_id: str, form: Form) -> None:
    from .clients import connected
    from .forms import print_record
    from .records import as_row

    async with connected() as leadlex:
        row = as_row(await leadlex.campaigns.stats(campaign_id))
    if form == "people":
        row |= {name: f"{float(str(row[name])):.1%}" for name in RATES}
    print_record(row, form)
