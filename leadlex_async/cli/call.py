"""``leadlex call``: every operation of the API, by its name in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from .report import overview

if TYPE_CHECKING:
    from .operations import Call

PARAMETERS = """\b
How values are written:
  name=Basel                 text, a number, true or false, a date
  tags=a,b  or  tags=a tags=b    a list
  content=@letter.txt        what a file holds, or stdin: @-
  contact_ids=@ids.txt       a list, one a line, or a JSON list
  context='{"deal_id": "d-1"}'   an object as JSON
  email:=null                any JSON: null clears a field

\b
Examples:
  leadlex call contacts.list search=Meier
  leadlex call contacts.list --all --csv > contacts.csv
  leadlex call contacts.update id=c-1 job_title=Partner email:=null
  leadlex call contacts.import_csv csv=@contacts.csv
  leadlex call contacts.update --help"""


class Calls(click.Group):
    """A group with a command for every method; the catalog is read when one of them is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All methods."""
        from .operations import names

        return names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> Call | None:  # noqa: ARG002 - as above
        """The command of one method."""
        from .operations import call_of

        return call_of(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant, or a usage error with the nearest names."""
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            from .operations import unknown

            raise click.UsageError(unknown(args[0]), ctx)
        return args[0] if command is not None else None, command, args[1:]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """The methods that begin so, without what each of them does: that would take the whole catalog's docstrings."""
        if incomplete.startswith("-"):
            return [*super().shell_complete(ctx, incomplete)]
        return [CompletionItem(name) for name in self.list_commands(ctx) if name.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Leave the list of all methods to ``leadlex ops``."""


@click.group(
    cls=Calls, invoke_without_command=True, subcommand_metavar="RESOURCE.METHOD [KEY=VALUE]...", epilog=PARAMETERS
)
@click.pass_context
def call(context: click.Context) -> None:
    """Call any operation of the API.

    `leadlex ops` lists all of them; `leadlex call RESOURCE.METHOD --help` shows what one takes.
    """
    overview(context)
