"""``leadlex completion``."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from .report import say

SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
VARIABLE = "_LEADLEX_COMPLETE"
"""How click's scripts ask the program for what fits; it follows from the program's name."""


@click.command(short_help="Print the script for completion in a shell.")
@click.argument("shell", type=click.Choice([*SHELLS]))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print the script that makes a shell complete commands, operations and their parameters.

    \b
    bash: echo 'eval "$(leadlex completion bash)"' >> ~/.bashrc
    zsh:  echo 'eval "$(leadlex completion zsh)"' >> ~/.zshrc
    fish: leadlex completion fish > ~/.config/fish/completions/leadlex.fish
    """  # noqa: D301 - click's mark that the lines stay as they are
    say(SHELLS[shell](context.find_root().command, {}, "leadlex", VARIABLE).source())
