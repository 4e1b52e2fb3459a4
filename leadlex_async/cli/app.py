"""The ``leadlex`` program: its commands, and what becomes of an error in any of them."""

from __future__ import annotations

import click

from .. import __version__
from . import call, campaigns, completing, demo, doctor, launching, many, ops, report, serving, tasks, webhooks

HELP = ["-h", "--help"]
EPILOG = """\b
Environment:
  LEADLEX_API_KEY       the key, made in LeadLex under Settings, API & Integrations
  LEADLEX_API_KEY_FILE  a file with the key, mode 600; else ~/.config/leadlex/key
  LEADLEX_BASE_URL      another address, such as that of `leadlex sandbox`
  LEADLEX_DEBUG         1 shows the traceback of an error
  NO_COLOR              no colours

\b
Exit codes:
  0 launched, or done; 1 any other error, 2 usage
  3 dismissed, 4 failed, 5 timed out, 130 Ctrl-C, 143 SIGTERM
  of launch-many: 0 all are launched, 1 not all, 6 the day's quota is spent"""

SECTIONS: dict[str, list[click.Command]] = {
    "Launches": [launching.launch, launching.wait, many.launch_many],
    "Your workspace": [tasks.tasks, campaigns.campaigns, webhooks.webhooks, call.call, ops.ops],
    "Trying it out": [demo.demo, serving.sandbox, doctor.doctor, completing.completion],
}


class Program(click.Group):
    """A group whose help has its commands in sections."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order of the sections."""
        return [*self.commands]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the sections."""
        longest = max(map(len, self.commands))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                rows = [
                    ((each.name or "").ljust(longest), each.get_short_help_str(formatter.width - longest - 6))
                    for each in commands
                ]
                formatter.write_dl(rows)


@click.group(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": HELP, "max_content_width": 100},
    epilog=EPILOG,
)
@click.version_option(__version__, prog_name="leadlex")
@click.pass_context
def program(context: click.Context) -> None:
    """Launch LeadLex campaigns and wait until a person has approved them."""
    report.overview(context)


for _commands in SECTIONS.values():
    for _command in _commands:
        program.add_command(_command)


def run_app() -> int:
    """Run the program and tell its exit code."""
    try:
        code: object = program.main(prog_name="leadlex", standalone_mode=False)
    except click.UsageError as error:
        return report.usage(error)
    except click.ClickException as error:
        return report.refusal(error)
    except (click.Abort, KeyboardInterrupt):
        return report.interrupted()
    except SystemExit:
        return 0  # so click tells that the reader of a help page has gone; nothing else of ours exits here
    except Exception as error:  # noqa: BLE001 - a person is at the other end: no error ends in a traceback
        return report.failure(error)
    return code if isinstance(code, int) else 0
