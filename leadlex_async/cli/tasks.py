"""``leadlex tasks``: Lexi's approval tasks, seen and decided in a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import values
from .options import form, with_csv, with_json
from .report import overview
from .run import Stopped, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..models.lexi import LexiTask
    from ..resources.lexi import TaskStatusName
    from .records import Row

COLUMNS = ("id", "status", "recipients", "description", "type", "created_at")
STATUSES = ("pending", "approved", "completed", "dismissed", "failed")


@click.group(invoke_without_command=True)
@click.pass_context
def tasks(context: click.Context) -> None:
    """See and decide what Lexi asks to be allowed to do."""
    overview(context)


@tasks.command("list")
@click.option("--status", type=click.Choice(STATUSES), default="pending", show_default=True, help="Which to list.")
@with_csv
def list_(*, status: TaskStatusName, as_json: bool, as_csv: bool) -> None:
    """List the tasks of one status."""
    from ..models.lexi import LexiTask
    from .listed import print_all

    chosen = form(as_json=as_json, as_csv=as_csv)
    run(print_all(LexiTask, lambda leadlex: leadlex.lexi.list_tasks(status=status), shown, COLUMNS, chosen))


@tasks.command()
@with_json
def watch(*, as_json: bool) -> None:
    """Print tasks as they come and as they are decided, until Ctrl-C.

    Looks every 2 seconds while something happens, then ever less often, down to once a minute; less often still where
    the day's quota would not last.
    """
    from .tasks_watch import follow

    try:
        run(follow(form(as_json=as_json)))
    except Stopped:
        return


@tasks.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=values.task_id)
@with_json
def approve(*, ids: Sequence[str], as_json: bool) -> int:
    """Approve pending tasks; each is carried out at once.

    Exits with 1 if one of them could not be approved.
    """
    from .in_turn import in_turn

    return run(
        in_turn(ids, "task", "approved", lambda leadlex, each: leadlex.lexi.approve(each), form(as_json=as_json))
    )


@tasks.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=values.task_id)
@click.option("--reason", help="Why, in your own words.")
@with_json
def dismiss(*, ids: Sequence[str], reason: str | None, as_json: bool) -> int:
    """Dismiss pending tasks, for good.

    Exits with 1 if one of them could not be dismissed.
    """
    from .in_turn import in_turn

    work = in_turn(
        ids, "task", "dismissed", lambda leadlex, each: leadlex.lexi.dismiss(each, reason=reason), form(as_json=as_json)
    )
    return run(work)


@tasks.command()
def review() -> None:
    """Go through the pending tasks, one after another: approve, dismiss or skip each.

    For a terminal only. What each task would do is shown, with its campaign and its recipients. Press a to approve, d
    to dismiss, which asks for a reason, s to skip, q to quit.
    """
    from .tasks_review import review_all

    run(review_all())


def shown(task: LexiTask) -> Row:
    """A task as people read it: with its recipients in a column of their own."""
    from .records import as_row

    return as_row(task) | {"recipients": task.contact_count}
