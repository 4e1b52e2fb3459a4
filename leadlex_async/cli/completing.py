"""``leadlex completion``: what fits where the cursor is, and the scripts that ask for it."""

from __future__ import annotations

import os
import re
import shlex
from contextlib import suppress
from functools import reduce
from typing import TYPE_CHECKING

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from .report import say

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "_LEADLEX_COMPLETE"
"""How the scripts ask the program for what fits; it follows from the program's name."""
SCRIPT = """\
%(complete_func)s() {
    local reply
    while IFS= read -r reply; do
        case $reply in
            file,*) compopt -o default ;;
            plain,*) COMPREPLY+=("${reply#plain,}") ;;
        esac
    done < <(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_WORD="$2" %(complete_var)s=bash_complete "$1")
    [[ ${COMPREPLY[0]} == *[=/] ]] && compopt -o nospace
    return 0
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
"""For bash, whose own words end at ``=`` and ``:``: so it gets the line, and what bash would replace of it."""
IN_ZSH = {
    "local -a completions\n": "local -a completions open\n",
    'completions+=("$key")': '[[ $key == *[=/] ]] && open+=("$key") || completions+=("$key")',
    'if [ -n "$completions" ]; then': "compadd -U -V unsorted -S '' -a open\n    if [ -n \"$completions\" ]; then",
}
"""What is changed in click's script: no space comes after what goes on."""
UNSAFE, ESCAPED = re.compile(r"[^\w@%+=:,./-]"), r"\\\g<0>"
SPECIAL = re.compile(r"[\"'$`\\!]")
"""What may mean something within quotes; a file of such a name is not offered there."""


class Completion(ShellComplete):
    """What click finds, and files."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """What fits; for a plain word that nothing is known of, the files that the shell finds."""
        if args and re.fullmatch(r"[\d&]*[<>]+", args[-1]):
            return [CompletionItem(incomplete, "file")]
        found = super().get_completions(args, incomplete)
        if option := re.match(r"--[\w-]+=", incomplete):
            found = [CompletionItem(f"{option[0]}{each.value}") for each in found]
        if not found and (file := re.fullmatch(r"((?:\w+=)?@|--[\w-]+=)(.*)", incomplete)):
            found = [CompletionItem(f"{file[1]}{each}") for each in _files(file[2])]
        return found or (
            [] if incomplete.startswith("-") or "=" in incomplete else [CompletionItem(incomplete, "file")]
        )


class Bash(Completion, BashComplete):
    """Completes what bash takes for a word."""

    source_template = SCRIPT

    def complete(self) -> str:
        """What takes the place of that word, which may be a part of an argument."""
        line = os.environ["COMP_WORDS"]
        *before, word = split_arg_string(f"{line}_")
        incomplete = word[:-1]
        replaced, quoted = os.environ.get("COMP_WORD", incomplete), _in_quotes(line)
        fitting = self.get_completions(before[1:], incomplete)
        rests = [(each.type, each.value[len(incomplete) :]) for each in fitting]
        if quoted:
            return "\n".join(f"{kind},{replaced}{rest}" for kind, rest in rests if not SPECIAL.search(rest))
        return "\n".join(f"{kind},{replaced}{UNSAFE.sub(ESCAPED, rest)}" for kind, rest in rests)


class Zsh(Completion, ZshComplete):
    """With no space after what goes on."""

    source_template = reduce(lambda text, item: text.replace(*item), IN_ZSH.items(), ZshComplete.source_template)


class Fish(Completion, FishComplete):
    """Which adds no space after = by itself; names of files may have commas."""

    source_template = FishComplete.source_template.replace("string split ", "string split --max 1 ")


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}
for _name, _shell in SHELLS.items():
    add_completion_class(_shell, _name)


def _in_quotes(line: str) -> bool:
    try:
        shlex.split(line)
    except ValueError:
        return True
    return False


def _files(path: str) -> Iterator[str]:
    """The files and folders whose path begins so; ``~`` stands for nothing after ``@`` or ``=``."""
    begun = path.rpartition("/")[2]
    folder = path[: len(path) - len(begun)]
    with suppress(OSError, ValueError):
        for each in sorted(os.scandir(folder or "."), key=lambda each: each.name):
            hidden = each.name.startswith(".") and not begun
            if each.name.startswith(begun) and each.name.isprintable() and not hidden:
                yield f"{folder}{each.name}{'/' if each.is_dir() else ''}"


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
