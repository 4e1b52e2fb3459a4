"""The ``leadlex`` program: its commands, and what becomes of an error in any of them."""

from __future__ import annotations

import click

from .. import __version__
from . import demo, launching, many, ops, report, serving

HELP = ["-h", "--help"]
EPILOG = """\b
Environment:
  LEADLEX_API_KEY   the key, made in LeadLex under Settings, API & Integrations
  LEADLEX_BASE_URL  another address, such as that of `leadlex sandbox`
  LEADLEX_DEBUG     1 shows the traceback of an error

\b
Exit codes:
  0 launched, 1 any other error, 2 usage, 3 dismissed, 4 failed, 5 timed out, 130 Ctrl-C, 143 SIGTERM
  of launch-many: 0 all are launched, 1 not all, 6 the day's quota is spent"""


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": HELP, "max_content_width": 100},
    epilog=EPILOG,
)
@click.version_option(__version__, prog_name="leadlex")
@click.pass_context
def program(context: click.Context) -> None:
    """Launch LeadLex campaigns and wait until a person has approved them."""
    if context.invoked_subcommand is None:
        report.say(context.get_help())


program.add_command(launching.launch)
program.add_command(launching.wait)
program.add_command(many.launch_many)
program.add_command(serving.sandbox)
program.add_command(demo.demo)
program.add_command(ops.ops)


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
